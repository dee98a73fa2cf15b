use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Client, ClientOptions, Credentials, Endpoint, Interrupt, Pool};
use crate::topology::{ConnectionType, Id, TypeSet};

pub(super) const HUB: &str = "83999dcd-7f97-11f0-8de1-1ecf66f1aa85";
pub(super) const RETAIL: &str = "4dee724d-00cc-11ea-a77b-570c9d03c6c5";
pub(super) const CONNECTION: &str = "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d";
pub(super) const LIST: &str = "/api/v2/org_connections";

/// Options that fail fast: retries come at once, and an operation takes seconds at most.
pub(super) fn options(url: &str) -> ClientOptions {
    ClientOptions {
        endpoint: Endpoint::new(url, &[]).unwrap(),
        pool: Pool::new(),
        credentials: Credentials::Keys {
            api_key: "test-api-key".into(),
            app_key: "test-app-key".into(),
        },
        origin: Some("the samples".into()),
        timeout: Duration::from_secs(10),
        max_retries: 2,
        interrupt: Interrupt::new(),
        backoff: Duration::from_millis(2),
        direct: true,
    }
}

pub(super) fn client(url: &str) -> Client {
    Client::new(options(url)).unwrap()
}

/// A client whose operations end after `timeout` milliseconds.
pub(super) fn hasty_client(url: &str, timeout: u64) -> Client {
    let timeout = Duration::from_millis(timeout);
    Client::new(ClientOptions {
        timeout,
        ..options(url)
    })
    .unwrap()
}

pub(super) fn types(words: &[&str]) -> TypeSet {
    words
        .iter()
        .map(|word| ConnectionType::from(*word))
        .collect()
}

/// The id of the connection number `index`.
pub(super) fn id(index: u64) -> Id {
    Uuid::from_u128(u128::from(index) + 1).into()
}

/// A healthy record.
pub(super) fn record(id: &Id) -> Value {
    json!({
        "type": "org_connection",
        "id": id.to_string(),
        "attributes": {
            "created_at": "2025-08-26T20:19:36.177236+00:00",
            "connection_types": ["logs", "metrics"],
        },
        "relationships": {
            "source_org": {"data": {"type": "orgs", "id": RETAIL, "name": "Retail US"}},
            "sink_org": {"data": {"type": "orgs", "id": HUB, "name": "Observability Hub"}},
            "created_by": {"data": {
                "type": "users", "id": "03e6bc43-7ecc-11f0-b50b-f28f2be41840", "name": "Dana Example",
            }},
        },
    })
}

/// The record of [`CONNECTION`], created at this time.
pub(super) fn record_of(created_at: &str) -> Value {
    let mut record = record(&CONNECTION.into());
    record["attributes"]["created_at"] = created_at.into();
    record
}

/// A page of these records that says how many there are in all.
pub(super) fn page(records: &[Value], total: u64) -> Value {
    json!({
        "data": records,
        "meta": {"page": {"total_count": total, "total_filtered_count": total}},
    })
}

/// A page of healthy records with the numbers `from` to `to`.
pub(super) fn page_of(from: u64, to: u64, total: u64) -> Value {
    let records: Vec<_> = (from..to).map(|index| record(&id(index))).collect();
    page(&records, total)
}
