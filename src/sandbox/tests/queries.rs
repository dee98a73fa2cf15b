//! Tests of the endpoint for queries.

use super::*;

const RETAIL_EU: &str = "5b0f6a12-3d7e-11eb-9c41-8a2f61d0b9e4";
const PAYMENTS_EU: &str = "1f7d93e0-a4c2-11ed-8b5e-c36ae80d2f17";
const LOGISTICS: &str = "9e1c47d8-61ab-11ec-b0f3-27d95ac8413e";

fn logs() -> Value {
    json!({"name": "a", "data_source": "logs", "search": {"query": "*"}, "indexes": ["*"],
        "compute": {"aggregation": "count"}})
}

fn metrics() -> Value {
    json!({"name": "a", "data_source": "metrics", "query": "avg:system.cpu.user{*}"})
}

/// The query through the connection from `source`.
fn through(source: &str, mut query: Value) -> Value {
    query["cross_org_uuids"] = json!([source]);
    query
}

/// Asks for three points in three minutes.
fn ask(api: &Api, profile: &str, queries: &[Value]) -> (u16, String) {
    let body = json!({"data": {"type": "timeseries_request", "attributes": {
        "from": 60_000, "to": 240_000, "interval": 60_000, "queries": queries, "formulas": [],
    }}});
    let request = api.request(Method::POST, "/api/v2/query/timeseries");
    api.exchange(with_keys(request, profile).body(body.to_string()))
}

#[test]
fn a_series_comes_to_the_letter() {
    let expected = concat!(
        r#"{"data":{"id":"0","type":"timeseries_response","attributes":{"#,
        r#""series":[{"group_tags":[],"query_index":0,"unit":null}],"#,
        r#""times":[60000,120000,180000],"values":[[120.0,120.0,120.0]]}}}"#,
    );
    let answer = ask(&Api::sample(), "retail-us", &[logs()]);
    assert_eq!(answer, (200, expected.to_owned()));
}

#[test]
fn a_connection_shows_what_its_creator_may_see_of_the_types_that_it_shares() {
    let api = Api::sample();
    for (source, query, value) in [
        (RETAIL_EU, logs(), Ok(Some(120.0))),
        (RETAIL_EU, metrics(), Ok(Some(120.0))),
        // Its creator may see a part.
        (RETAIL_US, logs(), Ok(Some(45.0))),
        (PAYMENTS_EU, metrics(), Ok(None)),
        // It shares logs alone.
        (RETAIL_US, metrics(), Err(403)),
        // Its creator is pending.
        (LOGISTICS, metrics(), Err(403)),
        // Its source is disabled.
        (LEGACY_SHOP, logs(), Err(403)),
        (ARCHIVE, logs(), Err(403)),
        (NOBODY, logs(), Err(403)),
    ] {
        let (status, body) = ask(&api, "hub", &[through(source, query)]);
        let body: Value = serde_json::from_str(&body).unwrap();
        let answered = match status {
            200 => Ok(body["data"]["attributes"]["values"][0][0].as_f64()),
            refused => Err(refused),
        };
        assert_eq!(answered, value, "{source}: {body}");
    }
}

#[test]
fn a_query_that_is_not_complete_is_refused() {
    let api = Api::sample();
    let mut two_orgs = logs();
    two_orgs["cross_org_uuids"] = json!([RETAIL_US, RETAIL_EU]);
    let mut without_search = logs();
    without_search["search"] = Value::Null;
    for queries in [
        vec![],
        vec![two_orgs],
        vec![without_search],
        vec![json!({"name": "a", "data_source": "metrics"})],
        vec![json!({"name": "a", "data_source": "weather", "search": {"query": "*"}})],
    ] {
        let answer = ask(&api, "hub", &queries);
        let expected = refusal(400, "Validation failed for input.");
        assert_eq!(answer, expected, "{queries:?}");
    }
    let answer = ask(&api, "auditor", &[logs()]);
    assert_eq!(answer, refusal(403, "Forbidden"));
    let answer = api.get("hub", "/api/v2/query/timeseries");
    assert_eq!(answer, refusal(405, "Method not allowed"));
}
