//! The JSON of the API. Requests follow the documentation exactly. In an answer, a missing or invalid value is ignored
//! and the rest is still read.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::json;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::model::{Connection, ConnectionType, OrgRef, TypeSet, UserRef};

/// The path of the API for connections.
pub(super) const CONNECTIONS: &str = "/api/v2/org_connections";

/// One page of a listing of connections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionPage {
    /// The connections in the order of the API.
    pub connections: Vec<Connection>,
    /// The records that cannot be read as connections. They count as rows of the list.
    pub unreadable: Vec<UnreadableRecord>,
}

/// One page with the counts that the API sends along.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Page {
    pub(super) rows: ConnectionPage,
    /// The number of connections that the org takes part in, if the page contains it.
    pub(super) total_count: Option<u64>,
    /// The number of these connections that pass the filter, if the page contains it.
    pub(super) filtered_count: Option<u64>,
}

/// A record of a listing that cannot be read as a connection: its id, or the id of one of its orgs, is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableRecord {
    /// The record's id as the API wrote it, where it has one. It may hold any characters.
    pub id: Option<String>,
    /// What is wrong with the record: `its source org has no UUID`.
    pub reason: &'static str,
}

/// Parses a page, up to `most_rows` records. `None` if the body is not an object with a list `data`.
pub(super) fn parse_page(body: &[u8], most_rows: usize) -> Option<Page> {
    let text = String::from_utf8_lossy(body);
    // A long listing spends most of its time here. Nearly every page follows the documentation, and the lenient way
    // takes twice as long, so it is only used if the strict way fails.
    if let Ok(listing) = serde_json::from_str::<Listing<StrictConnection>>(&text) {
        let rows = listing.data.into_iter().take(most_rows);
        let rows = ConnectionPage {
            connections: rows.map(|row| row.0).collect(),
            unreadable: Vec::new(),
        };
        return Some(Page::new(rows, listing.meta));
    }
    let listing: Listing<&RawValue> = serde_json::from_str(&text).ok()?;
    let mut rows = ConnectionPage::default();
    for record in listing.data.into_iter().take(most_rows) {
        match read_record(record.get()) {
            Ok(connection) => rows.connections.push(connection),
            Err(unreadable) => rows.unreadable.push(unreadable),
        }
    }
    Some(Page::new(rows, listing.meta))
}

/// Parses an answer with one connection. `None` if it contains none, or if its id or an org's id is missing.
pub(super) fn parse_connection(body: &[u8]) -> Option<Connection> {
    let document: Document<LenientRecord> = read(body)?;
    document.data.into_connection().ok()
}

/// The body of a request that creates a connection to `destination`.
pub(super) fn create_body(destination: Uuid, types: &TypeSet) -> String {
    let body = json!({"data": {
        "type": "org_connection",
        "attributes": {"connection_types": types},
        "relationships": {"sink_org": {"data": {"type": "orgs", "id": destination}}},
    }});
    body.to_string()
}

/// The body of a request that replaces the types of the connection `id`.
pub(super) fn update_body(id: Uuid, types: &TypeSet) -> String {
    let body = json!({"data": {
        "type": "org_connection",
        "id": id,
        "attributes": {"connection_types": types},
    }});
    body.to_string()
}

#[derive(Deserialize)]
struct Listing<T> {
    data: Vec<T>,
    #[serde(default)]
    meta: Lenient<Meta>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Meta {
    page: Lenient<Counts>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Counts {
    total_count: Lenient<u64>,
    total_filtered_count: Lenient<u64>,
}

impl Page {
    fn new(rows: ConnectionPage, meta: Lenient<Meta>) -> Self {
        let counts = meta.or_default().page.or_default();
        Self {
            rows,
            total_count: counts.total_count.0,
            filtered_count: counts.total_filtered_count.0,
        }
    }
}

/// Parses a record in which any value may be missing or invalid.
fn read_record(text: &str) -> Result<Connection, UnreadableRecord> {
    #[derive(Deserialize)]
    struct WithId {
        id: String,
    }

    let connection = match serde_json::from_str::<LenientRecord>(text) {
        Ok(record) => record.into_connection(),
        Err(_) => Err("it is not a record of a connection"),
    };
    connection.map_err(|reason| {
        let written = serde_json::from_str::<WithId>(text).ok();
        UnreadableRecord {
            id: written.map(|record| record.id),
            reason,
        }
    })
}

#[derive(Deserialize)]
#[serde(from = "StrictRecord")]
struct StrictConnection(Connection);

/// A record that contains everything that the API documents.
#[derive(Deserialize)]
struct StrictRecord {
    id: Uuid,
    attributes: StrictAttributes,
    relationships: StrictRelationships,
}

#[derive(Deserialize)]
struct StrictAttributes {
    created_at: Option<String>,
    connection_types: TypeSet,
}

#[derive(Deserialize)]
struct StrictRelationships {
    source_org: Document<OrgRef>,
    sink_org: Document<OrgRef>,
    created_by: Document<UserRef>,
}

impl From<StrictRecord> for StrictConnection {
    fn from(record: StrictRecord) -> Self {
        Self(Connection {
            id: record.id,
            source: record.relationships.source_org.data,
            destination: record.relationships.sink_org.data,
            types: record.attributes.connection_types,
            created_at: record.attributes.created_at,
            created_by: record.relationships.created_by.data,
            profiles: Vec::new(),
        })
    }
}

/// A record in which any value may be missing or invalid.
type LenientRecord = Resource<Attributes, Relationships>;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    created_at: Lenient<String>,
    connection_types: Lenient<Vec<Lenient<ConnectionType>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Relationships {
    source_org: Relationship<Identifier>,
    sink_org: Relationship<Identifier>,
    created_by: Relationship<Identifier>,
}

impl LenientRecord {
    /// The connection, or the reason why the record is not one.
    fn into_connection(self) -> Result<Connection, &'static str> {
        let attributes = self.attributes.or_default();
        let types = attributes.connection_types.or_default();
        let relationships = self.relationships.or_default();
        let source = relationships.source_org.target();
        let destination = relationships.sink_org.target();
        let creator = relationships.created_by.target();
        Ok(Connection {
            id: self.id.0.ok_or("it has no UUID")?,
            source: OrgRef {
                id: source.id.0.ok_or("its source org has no UUID")?,
                name: source.name.0,
            },
            destination: OrgRef {
                id: destination.id.0.ok_or("its destination org has no UUID")?,
                name: destination.name.0,
            },
            types: types.into_iter().filter_map(|kind| kind.0).collect(),
            created_at: attributes.created_at.0,
            created_by: UserRef {
                id: creator.id.0,
                name: creator.name.0,
            },
            profiles: Vec::new(),
        })
    }
}

/// Parses an answer as a `T`. Invalid UTF-8 damages only the text that contains it.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_str(&String::from_utf8_lossy(body)).ok()
}

/// A JSON:API document. Only its `data` is used.
#[derive(Deserialize)]
pub(super) struct Document<T> {
    pub(super) data: T,
}

/// A JSON:API resource: a connection, an org or a user.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Resource<A: Default, R: Default> {
    pub(super) id: Lenient<Uuid>,
    pub(super) attributes: Lenient<A>,
    pub(super) relationships: Lenient<R>,
}

/// A relationship of a resource to another, or to a list of others.
pub(super) type Relationship<T> = Lenient<Document<Lenient<T>>>;

/// An org or a user as a relationship names it. The name is Datadog's addition to JSON:API.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Identifier {
    pub(super) id: Lenient<Uuid>,
    pub(super) name: Lenient<String>,
}

impl<T: Default> Relationship<T> {
    pub(super) fn target(self) -> T {
        let document = self.0.map(|document| document.data.or_default());
        document.unwrap_or_default()
    }
}

/// A value that is `None` if it is missing or has another form than expected.
pub(super) struct Lenient<T>(pub(super) Option<T>);

impl<T: Default> Lenient<T> {
    pub(super) fn or_default(self) -> T {
        self.0.unwrap_or_default()
    }
}

impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = <&RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(value.get()).ok()))
    }
}
