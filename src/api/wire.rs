//! The API's JSON, and its reading into the topology.
//!
//! A whole page is read in one pass as it should be. Where that fails, [`loose`] reads each record by itself, so that
//! an odd one is shown with what it has and costs the others nothing.

mod loose;
#[cfg(test)]
mod tests;
mod text;

use serde::Deserialize;
use serde_json::json;

use self::text::FromText;
use crate::topology::{Connection, ConnectionType, Id, Reference, TypeSet};

pub(super) use self::loose::{current_user, managed_orgs};

/// One page of a listing.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Page {
    pub(super) connections: Vec<Connection>,
    pub(super) counts: Counts,
}

/// How many rows there are, as far as the API says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Counts {
    /// All that this org takes part in.
    #[serde(rename = "total_count")]
    pub(super) all: Option<u64>,
    /// Those that pass the filter.
    #[serde(rename = "total_filtered_count")]
    pub(super) filtered: Option<u64>,
}

#[derive(Deserialize)]
struct StrictPage {
    data: Vec<Row>,
    meta: Option<Meta>,
}

/// A record that becomes a connection as soon as it is read: a page never stands in memory in both forms.
#[derive(Deserialize)]
#[serde(from = "Record")]
struct Row(Connection);

#[derive(Deserialize)]
struct Meta {
    page: Option<Counts>,
}

#[derive(Deserialize)]
struct Document {
    data: Record,
}

#[derive(Deserialize)]
struct Record {
    id: Option<FromText<Id>>,
    attributes: Option<Attributes>,
    relationships: Option<Relationships>,
}

#[derive(Deserialize)]
struct Attributes {
    created_at: Option<FromText<Box<str>>>,
    connection_types: Option<Vec<FromText<ConnectionType>>>,
}

#[derive(Default, Deserialize)]
struct Relationships {
    source_org: Option<Related>,
    sink_org: Option<Related>,
    created_by: Option<Related>,
}

#[derive(Deserialize)]
struct Related {
    data: Option<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    id: Option<FromText<Id>>,
    name: Option<FromText<Box<str>>>,
}

/// Reads one page of a listing. `None` if not even its outer form, an object with a list of `data`, is there.
pub(super) fn page(body: &[u8]) -> Option<Page> {
    match strict_page(body) {
        Some(page) => Some(Page {
            connections: page.data.into_iter().map(|Row(row)| row).collect(),
            counts: page.meta.and_then(|meta| meta.page).unwrap_or_default(),
        }),
        None => loose::page(body),
    }
}

/// Takes the body to be text at once: read as bytes, each string in it would be looked at by itself.
fn strict_page(body: &[u8]) -> Option<StrictPage> {
    serde_json::from_str(str::from_utf8(body).ok()?).ok()
}

/// Reads the one connection of an answer. `None` if there is none, or none with an id.
pub(super) fn connection(body: &[u8]) -> Option<Connection> {
    let connection = match serde_json::from_slice::<Document>(body) {
        Ok(document) => document.data.into(),
        Err(_) => loose::connection(body)?,
    };
    connection.id.is_some().then_some(connection)
}

/// The body that creates a connection to `destination`.
pub(super) fn creation(destination: &Id, types: &TypeSet) -> Vec<u8> {
    json!({"data": {
        "type": "org_connection",
        "attributes": {"connection_types": words(types)},
        "relationships": {"sink_org": {"data": {"type": "orgs", "id": destination.to_string()}}},
    }})
    .to_string()
    .into_bytes()
}

/// The body that gives the connection `id` another set of types.
pub(super) fn update(id: &Id, types: &TypeSet) -> Vec<u8> {
    json!({"data": {
        "type": "org_connection",
        "id": id.to_string(),
        "attributes": {"connection_types": words(types)},
    }})
    .to_string()
    .into_bytes()
}

fn words(types: &TypeSet) -> Vec<&str> {
    types.iter().map(ConnectionType::as_str).collect()
}

impl From<Record> for Row {
    fn from(record: Record) -> Self {
        Self(record.into())
    }
}

impl From<Record> for Connection {
    fn from(record: Record) -> Self {
        let relationships = record.relationships.unwrap_or_default();
        let (created_at, types) = match record.attributes {
            Some(attributes) => (attributes.created_at, attributes.connection_types),
            None => (None, None),
        };
        let types = types.unwrap_or_default();
        Self {
            id: record.id.map(FromText::into_inner),
            source: reference(relationships.source_org),
            destination: reference(relationships.sink_org),
            types: types.into_iter().map(FromText::into_inner).collect(),
            created_at: created_at.map(FromText::into_inner),
            created_by: reference(relationships.created_by),
            profiles: Vec::new(),
        }
    }
}

fn reference(related: Option<Related>) -> Reference {
    match related.and_then(|related| related.data) {
        Some(resource) => Reference {
            id: resource.id.map(FromText::into_inner),
            name: resource.name.map(FromText::into_inner),
        },
        None => Reference::default(),
    }
}
