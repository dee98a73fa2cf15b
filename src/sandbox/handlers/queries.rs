use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::sandbox::auth::Caller;
use crate::sandbox::data::SandboxData;
use crate::sandbox::error::ApiError;
use crate::sandbox::message::{Request, Response};
use crate::sandbox::sample_data::{VisibleData, has_data, visible_data};
use crate::sandbox::state::Sandbox;

/// The kinds of data that are queried as events.
const EVENTS: [&str; 4] = ["logs", "audit", "rum", "ci_pipelines"];
/// The maximum number of points in a series.
const MAX_POINTS: u64 = 1500;
/// The values of a point that shows all of an org's data, or a part of it.
const ALL: f64 = 120.0;
const PART: f64 = 45.0;

#[derive(Deserialize)]
struct Payload {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    attributes: Attributes,
}

/// Times are in milliseconds.
#[derive(Deserialize)]
struct Attributes {
    from: u64,
    to: u64,
    interval: Option<u64>,
    queries: Vec<Query>,
}

#[derive(Deserialize)]
struct Query {
    data_source: String,
    /// The query of metrics.
    query: Option<String>,
    /// The search for events.
    search: Option<Search>,
    compute: Option<Compute>,
    #[serde(default)]
    cross_org_uuids: Vec<Uuid>,
}

#[derive(Deserialize)]
struct Search {
    #[serde(rename = "query")]
    _query: String,
}

#[derive(Deserialize)]
struct Compute {
    #[serde(rename = "aggregation")]
    _aggregation: String,
}

/// `POST /api/v2/query/timeseries`: one series for each query, over the calling org's data or over that of the one org
/// that `cross_org_uuids` names.
pub(super) fn timeseries(sandbox: &Sandbox, request: &Request) -> Result<Response, ApiError> {
    let caller = Caller::with_write_permission(&request.headers)?;
    let Payload { data } = request.json()?;
    let Attributes {
        from,
        to,
        interval,
        queries,
    } = data.attributes;
    let interval = interval.unwrap_or(60_000).max(1);
    let count = to.saturating_sub(from) / interval;
    if to <= from || count > MAX_POINTS || queries.is_empty() {
        return Err(ApiError::InvalidInput);
    }
    let times: Vec<_> = (0..count.max(1)).map(|at| from + at * interval).collect();
    sandbox.read(|account| {
        let (mut series, mut values) = (Vec::new(), Vec::new());
        for (index, query) in queries.iter().enumerate() {
            if let Some(value) = value_of(query, caller.org, account)? {
                series.push(json!({"group_tags": [], "query_index": index, "unit": null}));
                values.push(vec![value; times.len()]);
            }
        }
        let times = if series.is_empty() { &[][..] } else { &times };
        Ok(Response::ok(json!({"data": {
            "id": "0",
            "type": "timeseries_response",
            "attributes": {"series": series, "times": times, "values": values},
        }})))
    })
}

/// The value at each point of the series; `None` if the org has no data.
fn value_of(query: &Query, caller: Uuid, account: &SandboxData) -> Result<Option<f64>, ApiError> {
    let is_complete = match query.data_source.as_str() {
        "metrics" => query.query.is_some(),
        events => EVENTS.contains(&events) && query.search.is_some() && query.compute.is_some(),
    };
    let (org, access) = match query.cross_org_uuids.as_slice() {
        _ if !is_complete => return Err(ApiError::InvalidInput),
        [] => (caller, VisibleData::All),
        [source] => (*source, access_through(query, *source, caller, account)),
        _ => return Err(ApiError::InvalidInput),
    };
    match access {
        VisibleData::Nothing => Err(ApiError::Forbidden),
        _ if !has_data(org) => Ok(None),
        VisibleData::Part => Ok(Some(PART)),
        VisibleData::All => Ok(Some(ALL)),
    }
}

/// How much of the source's data its connection shows: what the user may see who created it.
fn access_through(
    query: &Query,
    source: Uuid,
    destination: Uuid,
    account: &SandboxData,
) -> VisibleData {
    let mut connections = account.connections.iter();
    let shares = connections.find(|one| {
        (one.source, one.destination) == (source, destination)
            && one.types.contains(&query.data_source)
    });
    match shares {
        Some(connection) if account.is_active(source) => visible_data(connection.created_by),
        _ => VisibleData::Nothing,
    }
}
