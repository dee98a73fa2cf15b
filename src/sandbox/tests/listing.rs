use super::*;

#[test]
fn a_listing_is_the_apis_to_the_letter() {
    let expected = concat!(
        r#"{"data":[{"type":"org_connection","id":"40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d","#,
        r#""attributes":{"created_at":"2025-08-26T20:19:36.177236+00:00","connection_types":["logs"]},"#,
        r#""relationships":{"#,
        r#""source_org":{"data":{"type":"orgs","id":"4dee724d-00cc-11ea-a77b-570c9d03c6c5","name":"Retail US"}},"#,
        r#""sink_org":{"data":{"type":"orgs","id":"83999dcd-7f97-11f0-8de1-1ecf66f1aa85","name":"Observability Hub"}},"#,
        r#""created_by":{"data":{"type":"users","id":"03e6bc43-7ecc-11f0-b50b-f28f2be41840","name":"Dana Example"}}}}],"#,
        r#""meta":{"page":{"total_count":1,"total_filtered_count":1}}}"#,
    );
    let listed = Api::sample().get("retail-us", CONNECTIONS);
    assert_eq!(listed, (200, expected.to_owned()));
}

#[test]
fn the_sample_has_what_a_client_must_bear() {
    let api = Api::sample();
    let listed = api.get_json("hub", CONNECTIONS);
    let records = listed["data"].as_array().unwrap();
    assert_eq!(records.len(), 8);
    let has = |pointer: &str, value: Value| {
        records
            .iter()
            .filter(|record| record.pointer(pointer) == Some(&value))
            .count()
    };
    assert_eq!(has("/attributes/created_at", Value::Null), 1);
    assert_eq!(has("/attributes/connection_types/1", "rum".into()), 1);
    assert_eq!(
        has("/relationships/source_org/data/name", "Payments".into()),
        2
    );
    let nameless = records.iter().filter(|record| {
        record
            .pointer("/relationships/created_by/data/name")
            .is_none()
    });
    assert_eq!(nameless.count(), 1);
}

#[test]
fn an_org_sees_the_connections_in_which_it_takes_part() {
    let api = Api::sample();
    assert_eq!(api.ids("platform", "").len(), 2);
    assert_eq!(api.ids("logistics", "").len(), 2);
    assert_eq!(api.ids("retail-us", ""), [RETAIL_TO_HUB]);
    assert_eq!(api.ids("security-archive", ""), [""; 0]);
}

#[test]
fn both_ends_narrow_the_listing_and_the_counts_tell() {
    let api = Api::sample();
    let counts = |query: &str| {
        let body = api.get_json("platform", &format!("{CONNECTIONS}?{query}"));
        let page = &body["meta"]["page"];
        let listed = body["data"].as_array().unwrap().len();
        let count = |name: &str| page[name].as_u64().unwrap();
        (listed, count("total_count"), count("total_filtered_count"))
    };
    let platform = profile("platform").org_id;
    assert_eq!(counts(&format!("sink_org_id={HUB}")), (1, 2, 1));
    assert_eq!(counts(&format!("source_org_id={platform}")), (2, 2, 2));
    assert_eq!(
        counts(&format!("source_org_id={platform}&limit=1")),
        (1, 2, 2)
    );
    assert_eq!(
        counts(&format!("source_org_id={platform}&sink_org_id={HUB}")),
        (1, 2, 1)
    );
    assert_eq!(counts(&format!("source_org_id={HUB}")), (0, 2, 0));
    assert_eq!(counts(&format!("sink_org_id={NOBODY}")), (0, 2, 0));
}

#[test]
fn pages_hold_every_connection_once() {
    let api = Api::sample();
    let sizes = |queries: &[&str]| {
        let pages = queries.iter().map(|query| api.ids("hub", query));
        let mut all: Vec<_> = pages.flatten().collect();
        let listed = all.len();
        all.sort_unstable();
        all.dedup();
        (listed, all.len())
    };
    assert_eq!(sizes(&[""]), (8, 8));
    assert_eq!(sizes(&["?offset=6"]), (2, 2));
    assert_eq!(
        sizes(&["?limit=3", "?limit=3&offset=3", "?limit=3&offset=6"]),
        (8, 8)
    );
    assert_eq!(sizes(&["?offset=8"]), (0, 0));
    let page = api.get_json("hub", &format!("{CONNECTIONS}?offset=7"));
    assert_eq!(page["meta"]["page"]["total_count"], 8);
    assert_eq!(page["meta"]["page"]["total_filtered_count"], 8);
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
}

#[test]
fn a_parameter_that_means_nothing_is_refused() {
    let api = Api::sample();
    for (query, message) in [
        ("sink_org_id=hub", "sink_org_id must be a valid uuid"),
        ("source_org_id=", "source_org_id must be a valid uuid"),
        ("limit=1001", "limit is out of range"),
        ("limit=0", "limit is out of range"),
        ("limit=many", "limit is out of range"),
        ("offset=-1", "offset is out of range"),
    ] {
        let answer = api.get("hub", &format!("{CONNECTIONS}?{query}"));
        assert_eq!(answer, refusal(400, message), "{query}");
    }
}
