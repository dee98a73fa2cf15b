//! What the client promises, shown against servers that misbehave.

mod answers;
mod connections;
mod dashboards;
mod listing;
mod lost_answers;
mod org_groups;
mod queries;
pub(in crate::api) mod raw_server;
mod requests;
mod restriction_policies;

use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::{Uuid, uuid};

use crate::api::{Client, ClientSettings, Credentials, Endpoint, Transport};
use crate::model::{Connection, OrgRef, TypeSet, UserRef};

const HUB: Uuid = uuid!("83999dcd-7f97-11f0-8de1-1ecf66f1aa85");
const RETAIL: Uuid = uuid!("4dee724d-00cc-11ea-a77b-570c9d03c6c5");
const DANA: Uuid = uuid!("03e6bc43-7ecc-11f0-b50b-f28f2be41840");
const CREATED_AT: &str = "2025-08-26T20:19:36.177236+00:00";
const LIST: &str = "/api/v2/org_connections";

fn keys() -> Credentials {
    Credentials::Keys {
        api_key: "test-api-key".into(),
        app_key: "test-app-key".into(),
    }
}

/// Settings that fail fast: retries come at once, and an operation takes seconds at most.
fn settings() -> ClientSettings {
    ClientSettings {
        timeout: Duration::from_secs(10),
        timeout_origin: Some("the tests"),
        max_retries: 2,
        backoff: Duration::from_millis(2),
        interrupt: CancellationToken::new(),
        credentials_origin: Some("the tests".to_owned()),
        server_origin: None,
        server_name: None,
    }
}

fn client_with(url: &str, settings: ClientSettings) -> Client {
    let endpoint = Endpoint::from_url(url, &[]).unwrap();
    let transport = Transport::new(endpoint, settings.timeout).unwrap();
    Client::new(transport, &keys(), settings).unwrap()
}

fn client(url: &str) -> Client {
    client_with(url, settings())
}

/// A client whose operations end after `timeout` milliseconds.
fn client_with_timeout(url: &str, timeout: u64) -> Client {
    let timeout = Duration::from_millis(timeout);
    client_with(
        url,
        ClientSettings {
            timeout,
            ..settings()
        },
    )
}

fn types(words: &[&str]) -> TypeSet {
    words.iter().map(|word| (*word).into()).collect()
}

/// The id of the connection number `index`.
fn id(index: u64) -> Uuid {
    Uuid::from_u128(u128::from(index) + 1)
}

/// The connection number `index`.
fn connection(index: u64) -> Connection {
    let org = |id, name: &str| OrgRef {
        id,
        name: Some(name.to_owned()),
    };
    Connection {
        id: id(index),
        source: org(RETAIL, "Retail US"),
        destination: org(HUB, "Observability Hub"),
        types: types(&["logs", "metrics"]),
        created_at: Some(CREATED_AT.to_owned()),
        created_by: UserRef {
            id: Some(DANA),
            name: Some("Dana Example".to_owned()),
        },
        profiles: Vec::new(),
    }
}

/// The record of the connection number `index`.
fn record(index: u64) -> Value {
    json!({
        "type": "org_connection",
        "id": id(index),
        "attributes": {"created_at": CREATED_AT, "connection_types": ["logs", "metrics"]},
        "relationships": {
            "source_org": {"data": {"type": "orgs", "id": RETAIL, "name": "Retail US"}},
            "sink_org": {"data": {"type": "orgs", "id": HUB, "name": "Observability Hub"}},
            "created_by": {"data": {"type": "users", "id": DANA, "name": "Dana Example"}},
        },
    })
}

/// A page of these records that says how many there are in all.
fn page(records: &[Value], total: u64) -> Value {
    let counts = json!({"total_count": total, "total_filtered_count": total});
    json!({"data": records, "meta": {"page": counts}})
}

/// A page of the records with the numbers `from` to `to`.
fn page_of(from: u64, to: u64, total: u64) -> Value {
    let records: Vec<_> = (from..to).map(record).collect();
    page(&records, total)
}
