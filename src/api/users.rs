//! Whose credentials these are, and what they may do with connections.

use serde::Deserialize;
use uuid::Uuid;

use super::error::{Error, ErrorKind};
use super::http::{Client, Request};
use super::wire::{self, Document, Identifier, Lenient, Relationship, Resource};
use crate::model::{Connection, ConnectionType, TypeSet};

/// The user behind the credentials. What the API leaves out is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurrentUser {
    /// The user's id.
    pub id: Option<Uuid>,
    /// The name, character for character.
    pub name: Option<String>,
    /// The mail address.
    pub email: Option<String>,
    /// The handle, usually the mail address.
    pub handle: Option<String>,
    /// Whether it is a service account instead of a person.
    pub service_account: Option<bool>,
    /// Whether the account is disabled.
    pub disabled: Option<bool>,
    /// `Active`, `Pending` or `Disabled`.
    pub status: Option<String>,
    /// The org that the credentials belong to.
    pub org: Option<Uuid>,
}

/// Whether something is permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The answer of the service does not tell.
    Unknown,
}

impl Permission {
    /// `yes`, `no` or `unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

impl Client {
    /// The user behind the application key or the token, and the org that the credentials belong to.
    ///
    /// # Errors
    /// Fails if the credentials are refused, or no answer came.
    pub async fn current_user(&self) -> Result<CurrentUser, Error> {
        let request = Request::get("/api/v2/current_user");
        self.call(&request, parse).await
    }

    /// Checks that the API key and the application key are both valid.
    ///
    /// # Errors
    /// Invalid keys are [`ErrorKind::Forbidden`] or [`ErrorKind::Unauthenticated`], as the API answers.
    pub async fn validate_keys(&self) -> Result<(), Error> {
        #[derive(Deserialize)]
        struct Validation {
            #[serde(default)]
            status: Lenient<String>,
        }

        let request = Request::get("/api/v2/validate_keys");
        let validation: Validation = self.call(&request, wire::read).await?;
        // An answer of 200 that says otherwise counts too.
        if validation.status.0.is_none_or(|status| status == "ok") {
            return Ok(());
        }
        let error = Error::new(ErrorKind::Unauthenticated, "the keys are not valid");
        Err(self.in_context(error, &request))
    }

    /// Whether connections may be read, and one of them if there is one. Asks for the shortest listing.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Interrupted`]. Any other failure is [`Permission::Unknown`].
    pub async fn may_read_connections(&self) -> Result<(Permission, Option<Connection>), Error> {
        let request = Request::get(wire::CONNECTIONS)
            .with_query("limit", "1")
            .with_query("offset", "0");
        match self.send(&request).await {
            Ok(answer) => {
                let page = wire::page(&answer.body, 1).unwrap_or_default();
                Ok((Permission::Yes, page.rows.connections.into_iter().next()))
            }
            Err(error) => Ok((permission_of(error)?, None)),
        }
    }

    /// Whether connections may be created, updated and deleted.
    ///
    /// Sends an update of the connection with the nil UUID. It has no effect, as no connection has that id: the service
    /// makes its UUIDs, and RFC 9562 reserves this one. The answer is read so:
    ///
    /// - 403: the permission is missing. The same credentials are known to be valid by then, so it means nothing else.
    /// - 404 of a connection: the service has looked for it, so it had no objection before. That it checks the
    ///   permission first is not documented; but a service that looked up ids for callers without it would tell them
    ///   which exist.
    /// - anything else, such as 400: the request was refused for its form, perhaps before the permission was checked.
    ///   That tells nothing.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Interrupted`]. Any other failure is [`Permission::Unknown`].
    pub async fn may_write_connections(&self) -> Result<Permission, Error> {
        let id = Uuid::nil();
        let types = TypeSet::from(vec![ConnectionType::Metrics]);
        let path = format!("{}/{id}", wire::CONNECTIONS);
        let request = Request::patch(&path, wire::update_body(id, &types));
        let Err(error) = self.send(&request).await else {
            // The API never answers so.
            return Ok(Permission::Unknown);
        };
        // Such a 404 names the connection (`Org connection with id:ID not found not found`). One of a gateway, or of an
        // API without this path, does not.
        let is_of_connection = error.detail().contains(&format!("id:{id}"));
        match error.kind() {
            ErrorKind::NotFound if is_of_connection => Ok(Permission::Yes),
            _ => permission_of(error),
        }
    }
}

/// What a refusal says of the permission.
fn permission_of(error: Error) -> Result<Permission, Error> {
    match error.kind() {
        ErrorKind::Interrupted => Err(error),
        ErrorKind::Forbidden => Ok(Permission::No),
        _ => Ok(Permission::Unknown),
    }
}

fn parse(body: &[u8]) -> Option<CurrentUser> {
    let answer: Document<Resource<Attributes, Relationships>> = wire::read(body)?;
    let attributes = answer.data.attributes.or_default();
    let relationships = answer.data.relationships.or_default();
    Some(CurrentUser {
        id: answer.data.id.0,
        name: attributes.name.0,
        email: attributes.email.0,
        handle: attributes.handle.0,
        service_account: attributes.service_account.0,
        disabled: attributes.disabled.0,
        status: attributes.status.0,
        org: relationships.org.target().id.0,
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    name: Lenient<String>,
    email: Lenient<String>,
    handle: Lenient<String>,
    service_account: Lenient<bool>,
    disabled: Lenient<bool>,
    status: Lenient<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Relationships {
    org: Relationship<Identifier>,
}
