//! Queries for data, in the org of the credentials or through a connection.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::Error;
use super::http::{Client, Request};
use super::wire::{self, Document, Lenient, Resource};
use crate::model::{ConnectionType, DataAmount, DataQuery};

/// The maximum number of points in a series.
const MAX_POINTS: i64 = 60;
/// The minimum time between two points, in milliseconds.
const MIN_INTERVAL: i64 = 60_000;

impl Client {
    /// Runs a query over the data between two times: that of the credentials' org, or with `source` the data that this
    /// org shares with it.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Forbidden`](super::ErrorKind::Forbidden) if the credentials lack the permission
    /// `timeseries_query`, or the connection does not let the query through.
    pub async fn query_data(
        &self,
        query: &DataQuery,
        (from, to): (Timestamp, Timestamp),
        source: Option<Uuid>,
    ) -> Result<DataAmount, Error> {
        let (from, to) = (from.as_millisecond(), to.as_millisecond());
        let body = json!({"data": {"type": "timeseries_request", "attributes": {
            "from": from,
            "to": to,
            "interval": ((to - from) / MAX_POINTS).max(MIN_INTERVAL),
            "queries": [query_body(query, source)],
            "formulas": [{"formula": "a"}],
        }}});
        let request = Request::query("/api/v2/query/timeseries", body.to_string());
        let parse = |body: &str| parse_timeseries(&query.kind, body);
        self.call(&request, parse).await
    }
}

fn query_body(query: &DataQuery, source: Option<Uuid>) -> Value {
    let mut body = match &query.kind {
        ConnectionType::Metrics => {
            json!({"name": "a", "data_source": "metrics", "query": query.text})
        }
        events => json!({
            "name": "a",
            "data_source": events,
            "search": {"query": query.text},
            "indexes": ["*"],
            "compute": {"aggregation": "count"},
        }),
    };
    if let Some(source) = source {
        body["cross_org_uuids"] = json!([source]);
    }
    body
}

fn parse_timeseries(kind: &ConnectionType, body: &str) -> Option<DataAmount> {
    let answer: Document<Resource<Attributes, ()>> = wire::read(body)?;
    let series = answer.data.attributes.or_default().values.0?;
    let values: Vec<f64> = series.into_iter().flatten().flatten().collect();
    let sum: f64 = values.iter().sum();
    let count = match kind {
        ConnectionType::Metrics => values.len() as u64,
        _ => sum.round() as u64,
    };
    Some(DataAmount { count, sum })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    /// One list for each series; a point without data is null.
    values: Lenient<Vec<Vec<Option<f64>>>>,
}
