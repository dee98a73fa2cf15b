//! The orgs that the credentials manage.

use std::collections::HashSet;

use serde::Deserialize;

use super::error::Error;
use super::http::{Client, Request};
use super::wire::{self, Identifier, Lenient, Relationship, Resource};
use crate::model::{Org, OrgDirectory};

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
fn parse_orgs(body: &[u8]) -> Option<OrgDirectory> {
    let answer: ManagedOrgs = wire::read(body)?;
    let relationships = answer.data.relationships.or_default();
    let included = answer.included.or_default();
    let records = included
        .into_iter()
        .chain(relationships.managed_orgs.target());
    let orgs = records.filter_map(|record| into_org(record.0?));
    let mut seen = HashSet::new();
    Some(OrgDirectory {
        current: relationships.current_org.target().id.0,
        orgs: orgs.filter(|org| seen.insert(org.id)).collect(),
    })
}

fn into_org(record: OrgRecord) -> Option<Org> {
    let attributes = record.attributes.or_default();
    Some(Org {
        id: record.id.0?,
        name: attributes.name.0,
        public_id: attributes.public_id.0,
        disabled: attributes.disabled.0,
    })
}

#[derive(Deserialize)]
struct ManagedOrgs {
    data: Resource<(), Relationships>,
    #[serde(default)]
    included: Lenient<Vec<Lenient<OrgRecord>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Relationships {
    current_org: Relationship<Identifier>,
    managed_orgs: Relationship<Vec<Lenient<OrgRecord>>>,
}

type OrgRecord = Resource<Attributes, ()>;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    name: Lenient<String>,
    public_id: Lenient<String>,
    disabled: Lenient<bool>,
}
