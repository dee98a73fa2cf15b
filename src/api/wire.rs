//! The JSON of the API. Requests follow the documentation exactly. In an answer, a missing or invalid value is ignored
//! and the rest is still read; but a record without its id, an org's id or readable types is no connection.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::model::{Connection, OrgRef, TypeSet, UserRef};

/// The path of the API for connections.
pub(super) const CONNECTIONS: &str = "/api/v2/org_connections";
/// The maximum number of rows in one page of the API.
pub(super) const MAX_ROWS: usize = 1000;

/// What is wrong with an answer of another form than the API documents.
pub(super) const NOT_UNDERSTOOD: &str = "the answer was not understood: it does not come from the Datadog API, or from a newer version of it";
/// What is wrong with a page of more than [`MAX_ROWS`] rows.
const TOO_MANY_ROWS: &str = "the page has more rows than were asked for";

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

/// A record of a listing that does not show a connection that was asked for. Its id, the id of one of its orgs or its
/// types cannot be read, or the filter of the listing does not select it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableRecord {
    /// The record's id as the API wrote it, where it has one. It may hold any characters.
    pub id: Option<String>,
    /// What is wrong with the record: `its source org has no UUID`.
    pub reason: &'static str,
}

/// What the answer to a create or an update shows of the connection. A field is `None` if the answer does not show it.
#[derive(Debug, PartialEq)]
pub(super) struct AnsweredConnection {
    pub(super) id: Option<Uuid>,
    pub(super) source: Option<OrgRef>,
    pub(super) destination: Option<OrgRef>,
    pub(super) types: Option<TypeSet>,
    pub(super) created_at: Option<String>,
    pub(super) created_by: UserRef,
}

/// Parses a page and keeps up to `most_rows` of its records.
///
/// # Errors
/// Fails if the body is not an object with a list `data`, or if that has more than [`MAX_ROWS`] records. The error says
/// which.
pub(super) fn parse_page(body: &str, most_rows: usize) -> Result<Page, &'static str> {
    // A long listing spends most of its time here. Nearly every page follows the documentation, and the lenient way
    // takes twice as long, so it is only used if the strict way fails.
    if let Ok(listing) = serde_json::from_str::<Listing<StrictConnection>>(body) {
        let rows = listing.data.into_list()?.into_iter().take(most_rows);
        let rows = ConnectionPage {
            connections: rows.map(|row| row.0).collect(),
            unreadable: Vec::new(),
        };
        return Ok(Page::new(rows, listing.meta));
    }
    parse_page_leniently(body, most_rows)
}

/// As [`parse_page`]. It reads the records one by one, so that one that is not as documented spoils no other.
pub(super) fn parse_page_leniently(body: &str, most_rows: usize) -> Result<Page, &'static str> {
    let listing = serde_json::from_str::<Listing<&RawValue>>(body).map_err(|_| NOT_UNDERSTOOD)?;
    let mut rows = ConnectionPage::default();
    for record in listing.data.into_list()?.into_iter().take(most_rows) {
        match read_record(record.get()) {
            Ok(connection) => rows.connections.push(connection),
            Err(unreadable) => rows.unreadable.push(unreadable),
        }
    }
    Ok(Page::new(rows, listing.meta))
}

/// Parses the answer to a create or an update. `None` if it is no document with one record.
pub(super) fn parse_answered_connection(body: &str) -> Option<AnsweredConnection> {
    let document: Document<LenientRecord> = read(body)?;
    let record = document.data;
    let attributes = record.attributes.or_default();
    let relationships = record.relationships.or_default();
    Some(AnsweredConnection {
        id: record.id.0,
        source: relationships.source_org.target().into_org(),
        destination: relationships.sink_org.target().into_org(),
        types: attributes.connection_types.and_then(|types| types.0),
        created_at: attributes.created_at.0,
        created_by: relationships.created_by.target().into_user(),
    })
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
    data: Rows<T>,
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

/// The records of a page. A server may send more than [`MAX_ROWS`], of which the rest is not kept in memory.
struct Rows<T> {
    list: Vec<T>,
    has_more: bool,
}

impl<T> Rows<T> {
    fn into_list(self) -> Result<Vec<T>, &'static str> {
        match self.has_more {
            true => Err(TOO_MANY_ROWS),
            false => Ok(self.list),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Rows<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RowsVisitor(PhantomData))
    }
}

struct RowsVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for RowsVisitor<T> {
    type Value = Rows<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut records: A) -> Result<Rows<T>, A::Error> {
        let (mut list, mut has_more) = (Vec::new(), false);
        while list.len() < MAX_ROWS {
            match records.next_element()? {
                Some(record) => list.push(record),
                None => return Ok(Rows { list, has_more }),
            }
        }
        while records.next_element::<IgnoredAny>()?.is_some() {
            has_more = true;
        }
        Ok(Rows { list, has_more })
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
    /// `None` if it is missing or null, which means that there are no types.
    connection_types: Option<Lenient<TypeSet>>,
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
        let types = match attributes.connection_types {
            Some(types) => types.0.ok_or("its types are not a list of texts")?,
            None => TypeSet::default(),
        };
        let relationships = self.relationships.or_default();
        let source = relationships.source_org.target().into_org();
        let destination = relationships.sink_org.target().into_org();
        Ok(Connection {
            id: self.id.0.ok_or("it has no UUID")?,
            source: source.ok_or("its source org has no UUID")?,
            destination: destination.ok_or("its destination org has no UUID")?,
            types,
            created_at: attributes.created_at.0,
            created_by: relationships.created_by.target().into_user(),
            profiles: Vec::new(),
        })
    }
}

impl Identifier {
    fn into_org(self) -> Option<OrgRef> {
        Some(OrgRef {
            id: self.id.0?,
            name: self.name.0,
        })
    }

    fn into_user(self) -> UserRef {
        UserRef {
            id: self.id.0,
            name: self.name.0,
        }
    }
}

/// Parses an answer as a `T`.
pub(super) fn read<T: DeserializeOwned>(body: &str) -> Option<T> {
    serde_json::from_str(body).ok()
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
