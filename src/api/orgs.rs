//! The orgs that the credentials manage.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::error::Error;
use super::http::{Client, Request};
use super::wire::{self, Identifier, Lenient, Relationship, Resource};
use crate::model::{Org, OrgDirectory, UnreadableOrg};

impl Client {
    /// The current org and the orgs that it manages. With `name`, only those whose name matches it by the API's own
    /// rule.
    ///
    /// # Errors
    /// Read-only keys are [`ErrorKind::Forbidden`](super::ErrorKind::Forbidden) here.
    pub async fn managed_orgs(&self, name: Option<&str>) -> Result<OrgDirectory, Error> {
        let mut request = Request::get("/api/v2/org");
        if let Some(name) = name {
            request = request.with_query("filter[name]", name);
        }
        self.call(&request, parse_orgs).await
    }
}

/// Parses the current org and all orgs in the answer, each once.
pub(super) fn parse_orgs(body: &str) -> Option<OrgDirectory> {
    let answer: ManagedOrgs = wire::read(body)?;
    let relationships = answer.data.relationships.or_default();
    let mut directory = OrgDirectory {
        current: relationships.current_org.target().id.0,
        ..OrgDirectory::default()
    };
    let included = answer.included.or_default().into_iter();
    let mut seen = HashSet::new();
    for record in included.chain(relationships.managed_orgs.target()) {
        match read_org(&record) {
            Ok(org) if seen.insert(org.id) => directory.orgs.push(org),
            Ok(_) => {}
            Err(unreadable) => directory.add_unreadable(unreadable),
        }
    }
    Some(directory)
}

/// The org that a record is about, if the record has the org's UUID.
fn read_org(record: &RawValue) -> Result<Org, UnreadableOrg> {
    let record: OrgRecord = serde_json::from_str(record.get()).unwrap_or_default();
    let attributes = record.attributes.or_default();
    let (name, public_id) = (attributes.name.0, attributes.public_id.0);
    let written_id = record.id.0;
    match written_id.as_deref().map(Uuid::parse_str) {
        Some(Ok(id)) => Ok(Org {
            id,
            name,
            public_id,
            disabled: attributes.disabled.0,
            profiles: Vec::new(),
        }),
        _ => Err(UnreadableOrg {
            id: written_id,
            name,
            public_id,
        }),
    }
}

#[derive(Deserialize)]
struct ManagedOrgs {
    data: Resource<(), Relationships>,
    #[serde(default)]
    included: Lenient<Vec<Box<RawValue>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Relationships {
    current_org: Relationship<Identifier>,
    managed_orgs: Relationship<Vec<Box<RawValue>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OrgRecord {
    id: Lenient<String>,
    attributes: Lenient<Attributes>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    name: Lenient<String>,
    public_id: Lenient<String>,
    disabled: Lenient<bool>,
}
