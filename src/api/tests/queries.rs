//! Queries for data: what is sent, and what an answer shows.

use jiff::Timestamp;
use wiremock::matchers::{body_json, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::raw_server::{RawServer, Reply};
use super::*;
use crate::api::{Error, ErrorKind};
use crate::model::{DataAmount, DataQuery};

fn query(kind: &str, text: &str) -> DataQuery {
    DataQuery {
        kind: kind.into(),
        text: text.to_owned(),
    }
}

/// From the start of a day on, for this many minutes.
fn minutes(count: i64) -> (Timestamp, Timestamp) {
    let from = 1_764_547_200;
    let at = |second| Timestamp::from_second(second).unwrap();
    (at(from), at(from + count * 60))
}

fn answer(values: Value) -> Value {
    json!({"data": {"type": "timeseries_response", "attributes": {
        "series": [{"group_tags": [], "query_index": 0, "unit": null}],
        "times": [1_764_547_200_000_i64],
        "values": values,
    }}})
}

async fn found_in(kind: &str, reply: Reply) -> Result<DataAmount, Error> {
    let server = RawServer::start(vec![reply]).await;
    let client = client(&server.url);
    let query = query(kind, "*");
    client.query_data(&query, minutes(15), Some(RETAIL)).await
}

#[tokio::test]
async fn each_type_has_its_own_kind_of_query() {
    let metrics = json!({"name": "a", "data_source": "metrics", "query": "sum:trace.hits{*}"});
    let events = |source: &str| {
        json!({"name": "a", "data_source": source, "search": {"query": "service:web"},
            "indexes": ["*"], "compute": {"aggregation": "count"}})
    };
    let through = |mut query: Value| {
        query["cross_org_uuids"] = json!([RETAIL]);
        query
    };
    for (query, source, length, interval, sent) in [
        (
            query("metrics", "sum:trace.hits{*}"),
            None,
            15,
            60_000,
            metrics.clone(),
        ),
        (
            query("metrics", "sum:trace.hits{*}"),
            Some(RETAIL),
            600,
            600_000,
            through(metrics),
        ),
        (
            query("logs", "service:web"),
            Some(RETAIL),
            1,
            60_000,
            through(events("logs")),
        ),
        (
            query("audit", "service:web"),
            None,
            60,
            60_000,
            events("audit"),
        ),
    ] {
        let server = MockServer::start().await;
        let body = json!({"data": {"type": "timeseries_request", "attributes": {
            "from": 1_764_547_200_000_i64,
            "to": 1_764_547_200_000_i64 + length * 60_000,
            "interval": interval,
            "queries": [sent],
            "formulas": [{"formula": "a"}],
        }}});
        let reply = ResponseTemplate::new(200).set_body_json(answer(json!([[1.0]])));
        Mock::given(method("POST"))
            .and(path("/api/v2/query/timeseries"))
            .and(body_json(&body))
            .respond_with(reply)
            .expect(1)
            .mount(&server)
            .await;
        let client = client(&server.uri());
        let found = client.query_data(&query, minutes(length), source).await;
        assert_eq!(found.unwrap(), DataAmount { count: 1, sum: 1.0 });
    }
}

#[tokio::test]
async fn of_metrics_the_points_with_a_value_are_counted_and_else_the_events() {
    for (values, points, events, sum) in [
        (json!([]), 0, 0, 0.0),
        (json!([[]]), 0, 0, 0.0),
        (json!([[null, null]]), 0, 0, 0.0),
        (json!([[0.0, null]]), 1, 0, 0.0),
        (json!([[1, 2.5], [null, 4]]), 3, 8, 7.5),
        (json!([[-1]]), 1, 0, -1.0),
    ] {
        for (kind, count) in [("metrics", points), ("logs", events), ("audit", events)] {
            let found = found_in(kind, Reply::json(&answer(values.clone()))).await;
            assert_eq!(found.unwrap(), DataAmount { count, sum }, "{kind} {values}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_shows_no_values_is_not_taken_for_no_data() {
    for body in [
        json!({}),
        json!({"data": null}),
        json!({"data": {"attributes": {}}}),
        answer(json!(null)),
        answer(json!([[true]])),
        answer(json!([1])),
    ] {
        let error = found_in("logs", Reply::json(&body)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert!(!error.is_outcome_unknown());
    }
    let refused = Reply::status("403 Forbidden", r#"{"errors":["Forbidden"]}"#);
    let error = found_in("logs", refused).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
}

#[tokio::test]
async fn a_query_changes_nothing_so_an_interrupt_ends_it() {
    let server = RawServer::start(vec![Reply::Stall("")]).await;
    let settings = settings();
    let interrupt = settings.interrupt.clone();
    let client = client_with(&server.url, settings);
    let query = query("logs", "*");
    let asked = client.query_data(&query, minutes(15), None);
    let stop = async {
        while server.requests().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        interrupt.cancel();
    };
    let (asked, ()) = tokio::join!(asked, stop);
    let error = asked.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert!(!error.is_outcome_unknown());
}
