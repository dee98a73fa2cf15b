//! The roles, teams and users of an org, as restriction policies name them.

use serde::Deserialize;
use uuid::Uuid;

use super::error::{Error, ErrorKind};
use super::http::{Client, Request};
use super::wire::{self, Document, Lenient};
use crate::model::{NamedPrincipal, Principal, PrincipalKind};

impl Client {
    /// A role, a team or a user of this org. `None` if there is no such one, and for an org, which has no endpoint here.
    ///
    /// # Errors
    /// Fails if the credentials may not read it, or no answer arrives.
    pub async fn principal(
        &self,
        kind: PrincipalKind,
        id: Uuid,
    ) -> Result<Option<NamedPrincipal>, Error> {
        let Some((path, _)) = endpoint(kind) else {
            return Ok(None);
        };
        let request = Request::get(&format!("{path}/{id}"));
        let parse = |body: &str| Some(wire::read::<Document<Record>>(body)?.data);
        match self.call(&request, parse).await {
            Ok(record) => Ok(Some(record.into_principal(kind, id))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The roles, teams or users of this org that match `text` by the API's own rule, which may be more than are meant.
    /// None for an org, which has no endpoint here.
    ///
    /// # Errors
    /// Fails if the credentials may not read them, or no answer arrives.
    pub async fn find_principals(
        &self,
        kind: PrincipalKind,
        text: &str,
    ) -> Result<Vec<NamedPrincipal>, Error> {
        let Some((path, filter)) = endpoint(kind) else {
            return Ok(Vec::new());
        };
        let request = Request::get(path)
            .with_query(filter, text)
            .with_query("page[size]", "100");
        let parse = |body: &str| Some(wire::read::<Document<Vec<Record>>>(body)?.data);
        let records = self.call(&request, parse).await?.into_iter();
        let named = records.filter_map(|record| {
            let id = record.id.0?;
            Some(record.into_principal(kind, id))
        });
        Ok(named.collect())
    }
}

/// The path of the API for principals of this kind, and the parameter that searches there.
fn endpoint(kind: PrincipalKind) -> Option<(&'static str, &'static str)> {
    match kind {
        PrincipalKind::Role => Some(("/api/v2/roles", "filter")),
        PrincipalKind::Team => Some(("/api/v2/team", "filter[keyword]")),
        PrincipalKind::User => Some(("/api/v2/users", "filter")),
        PrincipalKind::Org => None,
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Record {
    id: Lenient<Uuid>,
    attributes: Lenient<Attributes>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    name: Lenient<String>,
    handle: Lenient<String>,
}

impl Record {
    fn into_principal(self, kind: PrincipalKind, id: Uuid) -> NamedPrincipal {
        let attributes = self.attributes.or_default();
        NamedPrincipal {
            principal: Principal::new(kind, id),
            name: attributes.name.0,
            handle: attributes.handle.0,
        }
    }
}
