//! The account that is served: a hub, an archive without connections, and source orgs that each share with the hub.

use std::collections::HashMap;

use hyper::body::Bytes;
use serde_json::{Value, json};
use url::form_urlencoded;
use uuid::Uuid;

/// An org of the account. Its id, its name and its keys follow from its number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Org(u32);

/// The orgs and connections, in memory.
pub(crate) struct Account {
    orgs: u32,
    connections: Vec<Connection>,
    next_connection: u32,
    /// Pages of listings by org and query string. They are made beforehand, so that no client waits for them.
    pages: HashMap<(Org, String), Bytes>,
}

struct Connection {
    id: Uuid,
    source: Org,
    destination: Org,
    types: Vec<String>,
}

/// The body of a successful answer, or the status and the message of a refusal.
pub(crate) type Answer = Result<Bytes, (u16, String)>;

/// What an id identifies. No two resources have the same id.
#[derive(Clone, Copy)]
enum Kind {
    Org,
    Connection,
    User,
}

/// A UUID for each number, always the same, whose first digits differ as those of real ones do.
fn uuid(kind: Kind, number: u32) -> Uuid {
    let seed = ((kind as u64) << 32) | u64::from(number);
    let spread = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    Uuid::from_u64_pair(spread, seed)
}

impl Org {
    /// The destination of all connections. It manages the other orgs.
    pub(crate) const HUB: Self = Self(0);
    const ARCHIVE: Self = Self(1);

    /// A source org, counted from 0.
    pub(crate) fn source(number: u32) -> Self {
        Self(number + 2)
    }

    pub(crate) fn id(self) -> Uuid {
        uuid(Kind::Org, self.0)
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::HUB => "Observability Hub".to_owned(),
            Self::ARCHIVE => "Security Archive".to_owned(),
            Self(number) => format!("Source {:06}", number - 2),
        }
    }

    pub(crate) fn api_key(self) -> String {
        format!("api-key-{}", self.0)
    }

    pub(crate) fn app_key(self) -> String {
        format!("app-key-{}", self.0)
    }

    fn link(self) -> Value {
        json!({"type": "orgs", "id": self.id()})
    }

    fn record(self) -> Value {
        json!({"type": "orgs", "id": self.id(), "attributes": {
            "name": self.name(), "public_id": format!("{:011}", self.0), "description": "",
            "disabled": false, "sharing": "none", "url": "https://example.datadoghq.com",
            "created_at": "2020-01-01T00:00:00Z", "modified_at": "2020-01-01T00:00:00Z",
        }})
    }
}

impl Account {
    /// An account with this many source orgs, so that the hub sees as many connections.
    pub(crate) fn new(sources: u32) -> Self {
        let connection = |number: u32| Connection {
            id: uuid(Kind::Connection, number),
            source: Org::source(number),
            destination: Org::HUB,
            types: vec!["logs".to_owned(), "metrics".to_owned()],
        };
        let mut account = Self {
            orgs: sources + 2,
            connections: (0..sources).map(connection).collect(),
            next_connection: sources,
            pages: HashMap::new(),
        };
        for offset in (0..sources).step_by(1000) {
            account.list(Org::HUB, &format!("limit=1000&offset={offset}"));
        }
        account
    }

    /// The org that these keys belong to.
    pub(crate) fn org_of_keys(&self, api_key: &str, app_key: &str) -> Option<Org> {
        let number = api_key.strip_prefix("api-key-")?.parse().ok()?;
        Some(Org(number)).filter(|org| number < self.orgs && org.app_key() == app_key)
    }

    /// The user behind an org's keys, a service account.
    pub(crate) fn current_user(org: Org) -> Bytes {
        let user = json!({"type": "users", "id": uuid(Kind::User, org.0),
            "attributes": {
                "name": "Pipeline", "email": "pipeline@example.com", "handle": "pipeline@example.com",
                "service_account": true, "disabled": false, "status": "Active",
            },
            "relationships": {"org": {"data": org.link()}},
        });
        body(&json!({ "data": user }))
    }

    /// The org and those that it manages, narrowed by `filter[name]`.
    pub(crate) fn managed_orgs(&self, current: Org, query: &str) -> Bytes {
        let text = parameter(query, "filter[name]").unwrap_or_default();
        let managed = match current {
            Org::HUB => (0..self.orgs).map(Org).collect(),
            child => vec![child],
        };
        let listed = managed.iter().filter(|org| org.name().contains(&text));
        let links: Vec<Value> = listed.clone().map(|org| org.link()).collect();
        let records: Vec<Value> = listed.map(|org| org.record()).collect();
        body(&json!({
            "data": {"type": "managed_orgs", "id": current.id(), "relationships": {
                "current_org": {"data": current.link()},
                "managed_orgs": {"data": links},
            }},
            "included": records,
        }))
    }

    /// A page of the connections that have the org at one end, narrowed by `source_org_id` and `sink_org_id`.
    pub(crate) fn list(&mut self, org: Org, query: &str) -> Bytes {
        let key = (org, query.to_owned());
        if let Some(page) = self.pages.get(&key) {
            return page.clone();
        }
        let number = |name| parameter(query, name).map(|text| text.parse().unwrap());
        let (offset, limit) = (number("offset"), number("limit"));
        let wanted = |name| parameter(query, name);
        let (source, destination) = (wanted("source_org_id"), wanted("sink_org_id"));
        let selects = |wanted: &Option<String>, end: Org| {
            let wanted = wanted.as_ref();
            wanted.is_none_or(|id| *id == end.id().to_string())
        };
        let all = self
            .connections
            .iter()
            .filter(|one| one.source == org || one.destination == org)
            .filter(|one| selects(&source, one.source))
            .filter(|one| selects(&destination, one.destination));
        let total = all.clone().count();
        let records = all.skip(offset.unwrap_or(0)).take(limit.unwrap_or(1000));
        let records: Vec<Value> = records.map(|one| one.record(true)).collect();
        let counts = json!({"total_count": total, "total_filtered_count": total});
        let page = body(&json!({"data": records, "meta": {"page": counts}}));
        self.pages.insert(key, page.clone());
        page
    }

    /// Connects the org to a destination.
    pub(crate) fn create(&mut self, source: Org, request: &[u8]) -> Answer {
        let data = data_of(request);
        let id = &data["relationships"]["sink_org"]["data"]["id"];
        let destination = (0..self.orgs).map(Org).find(|org| json!(org.id()) == *id);
        let destination = destination.ok_or((404, "Not found".to_owned()))?;
        let pair = |one: &Connection| (one.source, one.destination) == (source, destination);
        if self.connections.iter().any(pair) {
            let (source, destination) = (source.id(), destination.id());
            let message =
                format!("connection between orgs {source} and {destination} already exists");
            return Err((409, message));
        }
        let connection = Connection {
            id: uuid(Kind::Connection, self.next_connection),
            source,
            destination,
            types: types_of(&data),
        };
        let answer = body(&json!({"data": connection.record(true)}));
        self.next_connection += 1;
        self.connections.push(connection);
        self.pages.clear();
        Ok(answer)
    }

    /// Replaces the types of a connection whose source is this org.
    pub(crate) fn update(&mut self, source: Org, id: &str, request: &[u8]) -> Answer {
        let is_it = |one: &&mut Connection| one.source == source && one.id.to_string() == id;
        let found = self.connections.iter_mut().find(is_it);
        let connection = found.ok_or_else(|| {
            (
                404,
                format!("Org connection with id:{id} not found not found"),
            )
        })?;
        connection.types = types_of(&data_of(request));
        self.pages.clear();
        Ok(body(&json!({"data": connection.record(false)})))
    }

    /// Deletes a connection that has the org at one end.
    pub(crate) fn delete(&mut self, org: Org, id: &str) -> Answer {
        let is_it = |one: &Connection| {
            (one.source == org || one.destination == org) && one.id.to_string() == id
        };
        let position = self.connections.iter().position(is_it);
        let position = position.ok_or_else(|| {
            (
                404,
                format!("org connection with id:{id} not found not found"),
            )
        })?;
        self.connections.remove(position);
        self.pages.clear();
        Ok(Bytes::from_static(b"{}\n"))
    }
}

impl Connection {
    /// The connection as the API writes it; the answer to an update leaves the names out.
    fn record(&self, with_names: bool) -> Value {
        let related = |kind: &str, id: Uuid, name: String| {
            let mut data = json!({"type": kind, "id": id});
            if with_names {
                data["name"] = name.into();
            }
            json!({ "data": data })
        };
        json!({
            "type": "org_connection",
            "id": self.id,
            "attributes": {
                "created_at": "2025-08-26T20:19:36.177236+00:00",
                "connection_types": self.types,
            },
            "relationships": {
                "source_org": related("orgs", self.source.id(), self.source.name()),
                "sink_org": related("orgs", self.destination.id(), self.destination.name()),
                "created_by": related("users", uuid(Kind::User, self.source.0), "Pipeline".to_owned()),
            },
        })
    }
}

fn body(value: &Value) -> Bytes {
    value.to_string().into()
}

fn data_of(request: &[u8]) -> Value {
    let mut request: Value = serde_json::from_slice(request).unwrap();
    request["data"].take()
}

fn types_of(data: &Value) -> Vec<String> {
    serde_json::from_value(data["attributes"]["connection_types"].clone()).unwrap()
}

fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let (_, value) = pairs.find(|(key, _)| key == name)?;
    Some(value.into_owned())
}
