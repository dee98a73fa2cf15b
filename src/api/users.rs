//! The user and the permissions behind the credentials, and the other users of their org.

use serde::Deserialize;
use uuid::Uuid;

use super::error::{Error, ErrorKind};
use super::http::{Client, Request};
use super::wire::{self, Document, Identifier, Lenient, Relationship, Resource};
use crate::model::{Connection, ConnectionType, TypeSet, User};

/// Whether the credentials permit an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// The action is permitted.
    Yes,
    /// The action is not permitted.
    No,
    /// The service's answer does not show it.
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
    /// Fails if the credentials are refused, or no answer arrives.
    pub async fn current_user(&self) -> Result<User, Error> {
        let request = Request::get("/api/v2/current_user");
        self.call(&request, parse_user).await
    }

    /// A user of the org that the credentials belong to. It takes the permission `user_access_read`.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::NotFound`] if the org has no such user, or [`ErrorKind::Decode`] if the answer is about
    /// another one.
    pub async fn user(&self, id: Uuid) -> Result<User, Error> {
        let request = Request::get(&format!("/api/v2/users/{id}"));
        let parse = |body: &str| parse_user(body).filter(|user| user.id == Some(id));
        self.call(&request, parse).await
    }

    /// Checks that the API key and the application key are both valid.
    ///
    /// # Errors
    /// Invalid keys are [`ErrorKind::Forbidden`] or [`ErrorKind::Unauthenticated`], depending on the API's answer.
    pub async fn validate_keys(&self) -> Result<(), Error> {
        #[derive(Deserialize)]
        struct Validation {
            status: String,
        }

        let request = Request::get("/api/v2/validate_keys");
        let validation: Validation = self.call(&request, wire::read).await?;
        // A 200 whose status is not `ok` means invalid keys too.
        if validation.status == "ok" {
            return Ok(());
        }
        let error = Error::new(ErrorKind::Unauthenticated, "the keys are not valid");
        Err(self.in_context(error, &request))
    }

    /// Checks that the API key alone is valid.
    ///
    /// # Errors
    /// As [`Client::validate_keys`].
    pub async fn validate_api_key(&self) -> Result<(), Error> {
        #[derive(Deserialize)]
        struct Validation {
            valid: bool,
        }

        let request = Request::get("/api/v1/validate");
        let validation: Validation = self.call(&request, wire::read).await?;
        if validation.valid {
            return Ok(());
        }
        let error = Error::new(ErrorKind::Unauthenticated, "the API key is not valid");
        Err(self.in_context(error, &request))
    }

    /// Whether the credentials may read connections, and the first connection if there is one. Requests the shortest
    /// possible page.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Interrupted`]. After any other failure that does not show the permission, the result is
    /// [`Permission::Unknown`].
    pub async fn may_read_connections(&self) -> Result<(Permission, Option<Connection>), Error> {
        let request = Request::get(wire::CONNECTIONS)
            .with_query("limit", "1")
            .with_query("offset", "0");
        match self.send(&request).await {
            Ok(answer) => match wire::parse_page(&answer.body, 1) {
                Ok(page) => Ok((Permission::Yes, page.rows.connections.into_iter().next())),
                Err(_) => Ok((Permission::Unknown, None)),
            },
            Err(error) => Ok((permission_of(error)?, None)),
        }
    }

    /// Whether the credentials may create, update and delete connections.
    ///
    /// Sends an update of the connection with the nil UUID. It has no effect, since no connection has that id: the
    /// service generates its UUIDs, and RFC 9562 reserves this one. The answer means:
    ///
    /// - 403: the permission is missing. The credentials are known to be valid at this point, so it means nothing else.
    /// - 404 of a connection: the permission is there, since the service looked for the connection. It is not documented
    ///   that the permission is checked first; but otherwise callers without it could find out which ids exist.
    /// - anything else, such as 400: the permission is unknown, since the request may have been refused before the
    ///   permission was checked.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Interrupted`]. Any other failure is [`Permission::Unknown`].
    pub async fn may_write_connections(&self) -> Result<Permission, Error> {
        let id = Uuid::nil();
        let types = TypeSet::from(vec![ConnectionType::Metrics]);
        let path = format!("{}/{id}", wire::CONNECTIONS);
        let request = Request::patch(&path, wire::update_body(id, &types));
        let Err(error) = self.send(&request).await else {
            // The API never accepts this update.
            return Ok(Permission::Unknown);
        };
        // A 404 of the API names the connection (`Org connection with id:ID not found not found`). A 404 of a gateway,
        // or of an API without this path, does not.
        let is_of_connection = error.detail().contains(&format!("id:{id}"));
        match error.kind() {
            ErrorKind::NotFound if is_of_connection => Ok(Permission::Yes),
            _ => permission_of(error),
        }
    }
}

/// The permission that an error shows: missing, or unknown.
fn permission_of(error: Error) -> Result<Permission, Error> {
    match error.kind() {
        ErrorKind::Interrupted => Err(error),
        ErrorKind::Forbidden => Ok(Permission::No),
        _ => Ok(Permission::Unknown),
    }
}

pub(super) fn parse_user(body: &str) -> Option<User> {
    let answer: Document<Resource<Attributes, Relationships>> = wire::read(body)?;
    let attributes = answer.data.attributes.or_default();
    let relationships = answer.data.relationships.or_default();
    let roles = relationships.roles.0.and_then(|document| document.data.0);
    Some(User {
        id: answer.data.id.0,
        name: attributes.name.0,
        email: attributes.email.0,
        handle: attributes.handle.0,
        service_account: attributes.service_account.0,
        disabled: attributes.disabled.0,
        status: attributes.status.0,
        org: relationships.org.target().id.0,
        roles: roles.map(|roles| roles.into_iter().filter_map(|role| role.id.0).collect()),
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
    roles: Relationship<Vec<Identifier>>,
}
