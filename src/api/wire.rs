//! The API's JSON, and its reading into the topology.
//!
//! [`scan`] reads a whole page as it should be. Where that fails, [`loose`] reads each record by itself, so that an odd
//! one is shown with what it has and costs the others nothing.

mod loose;
mod scan;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::json;

use crate::topology::{Connection, ConnectionType, Id, TypeSet};

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

/// Reads one page of a listing. `None` if not even its outer form, an object with a list of `data`, is there.
pub(super) fn page(body: &[u8]) -> Option<Page> {
    let healthy = str::from_utf8(body).ok().and_then(scan::page);
    healthy.or_else(|| loose::page(body))
}

/// Reads the one connection of an answer. `None` if there is none, or none with an id.
pub(super) fn connection(body: &[u8]) -> Option<Connection> {
    let healthy = str::from_utf8(body).ok().and_then(scan::connection);
    let connection = healthy.or_else(|| loose::connection(body))?;
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
