//! Tests of listings, and of who may read them.

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
fn the_sample_has_what_a_client_must_be_able_to_show() {
    let listed = Api::sample().get_json("hub", CONNECTIONS);
    let records = listed["data"].as_array().unwrap();
    assert_eq!(records.len(), 8);
    let count = |pointer: &str, value: Option<Value>| {
        let values = records.iter().map(|record| record.pointer(pointer));
        values.filter(|found| *found == value.as_ref()).count()
    };
    let source = "/relationships/source_org/data/name";
    assert_eq!(count("/attributes/created_at", Some(Value::Null)), 1);
    assert_eq!(
        count("/attributes/connection_types/1", Some("rum".into())),
        1
    );
    assert_eq!(count(source, Some("Payments".into())), 2);
    assert_eq!(count("/relationships/created_by/data/name", None), 1);
}

#[test]
fn an_org_sees_the_connections_in_which_it_takes_part() {
    let api = Api::sample();
    assert_eq!(api.ids("platform", "").len(), 3);
    assert_eq!(api.ids("logistics", "").len(), 6);
    assert_eq!(api.ids("retail-us", ""), [RETAIL_TO_HUB]);
    assert_eq!(api.ids("security-archive", ""), [""; 0]);
}

#[test]
fn filters_and_pages_are_counted() {
    let api = Api::sample();
    let platform = profile("platform").org_id;
    for (query, expected) in [
        (format!("sink_org_id={HUB}"), [1, 3, 1]),
        (format!("source_org_id={platform}"), [2, 3, 2]),
        (format!("source_org_id={platform}&limit=1"), [1, 3, 2]),
        (format!("source_org_id={platform}&offset=1"), [1, 3, 2]),
        (format!("source_org_id={platform}&offset=2"), [0, 3, 2]),
        (
            format!("source_org_id={platform}&sink_org_id={HUB}"),
            [1, 3, 1],
        ),
        (format!("source_org_id={HUB}"), [0, 3, 0]),
        (format!("sink_org_id={NOBODY}"), [0, 3, 0]),
    ] {
        let body = api.get_json("platform", &format!("{CONNECTIONS}?{query}"));
        let page = &body["meta"]["page"];
        let listed = body["data"].as_array().unwrap().len();
        let counts = [&page["total_count"], &page["total_filtered_count"]];
        let [total, filtered] = counts.map(|count| count.as_u64().unwrap() as usize);
        assert_eq!([listed, total, filtered], expected, "{query}");
    }
}

#[test]
fn pages_hold_every_connection_once() {
    let api = Api::sample();
    let pages = ["?limit=3", "?limit=3&offset=3", "?limit=3&offset=6"];
    let pages: Vec<_> = pages.iter().flat_map(|page| api.ids("hub", page)).collect();
    assert_eq!(pages, api.ids("hub", ""));
}

#[test]
fn an_invalid_parameter_is_refused() {
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

const API_KEY: &str = "DD-API-KEY";
const APP_KEY: &str = "DD-APPLICATION-KEY";
const AUTHORIZATION: &str = "Authorization";

/// Gets a path with these headers.
fn get(api: &Api, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let request = api.request(Method::GET, path);
    api.exchange(headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    }))
}

#[test]
fn missing_credentials_are_unauthorized_and_wrong_ones_forbidden() {
    let api = Api::sample();
    let cases: [(&[_], _); 8] = [
        (&[], refusal(401, "Unauthorized")),
        (
            &[(API_KEY, "sandbox-api-key-hub")],
            refusal(401, "Unauthorized"),
        ),
        (
            &[(APP_KEY, "sandbox-app-key-hub")],
            refusal(401, "Unauthorized"),
        ),
        (
            &[(AUTHORIZATION, "Basic c2FuZGJveA==")],
            refusal(401, "Unauthorized"),
        ),
        (
            &[(AUTHORIZATION, "Bearer test-token")],
            refusal(403, "Forbidden"),
        ),
        (
            &[(API_KEY, "test-api-key"), (APP_KEY, "sandbox-app-key-hub")],
            refusal(403, "Forbidden"),
        ),
        (
            &[(API_KEY, "sandbox-api-key-hub"), (APP_KEY, "test-app-key")],
            refusal(403, "Forbidden"),
        ),
        (
            &[
                (API_KEY, "sandbox-api-key-hub"),
                (APP_KEY, "sandbox-app-key-retail-us"),
            ],
            refusal(403, "Forbidden"),
        ),
    ];
    for path in [CONNECTIONS, "/api/v2/org", "/api/v2/current_user"] {
        for (headers, expected) in &cases {
            assert_eq!(get(&api, path, headers), *expected, "{path} {headers:?}");
        }
    }
    let query = "api_key=sandbox-api-key-hub&application_key=sandbox-app-key-hub";
    let in_url = get(&api, &format!("{CONNECTIONS}?{query}"), &[]);
    assert_eq!(in_url, refusal(401, "Unauthorized"));
}

#[test]
fn a_bearer_token_stands_for_both_keys() {
    let api = Api::sample();
    for profile in profiles() {
        let bearer = format!("bearer {}", profile.token());
        let with_token = get(&api, CONNECTIONS, &[(AUTHORIZATION, &bearer)]);
        assert_eq!(with_token, api.get(profile.name, CONNECTIONS));
        assert_eq!(with_token.0, 200);
    }
}

#[test]
fn keys_are_validated_alone_and_together() {
    let api = Api::sample();
    let good = (API_KEY, "sandbox-api-key-hub");
    let bad = (API_KEY, "test-api-key");
    let valid = (200, r#"{"valid":true}"#.to_owned());
    assert_eq!(get(&api, "/api/v1/validate", &[good]), valid);
    for headers in [&[bad] as &[_], &[]] {
        let answer = get(&api, "/api/v1/validate", headers);
        assert_eq!(answer, refusal(403, "Forbidden"));
    }
    let both = api.get("auditor", "/api/v2/validate_keys");
    assert_eq!(both, (200, r#"{"status":"ok"}"#.to_owned()));
    let wrong = get(
        &api,
        "/api/v2/validate_keys",
        &[good, (APP_KEY, "test-app-key")],
    );
    assert_eq!(wrong, refusal(403, "Forbidden"));
    let missing = get(&api, "/api/v2/validate_keys", &[good]);
    assert_eq!(missing, refusal(401, "Unauthorized"));
}
