//! Tests of creating, updating and deleting, and of refusals.

use jiff::Timestamp;

use super::*;

const INVALID: &str = "Validation failed for input.";

#[test]
fn a_new_connection_is_answered_with_names_and_listed() {
    let api = Api::sample();
    let before = Timestamp::now();
    let (status, body) = api.create("hub", ARCHIVE, json!(["metrics", "logs"]));
    let answer: Value = serde_json::from_str(&body).unwrap();
    let id = text(&answer, "/data/id");
    let at = text(&answer, "/data/attributes/created_at");
    let expected = json!({"data": {
        "type": "org_connection",
        "id": id,
        "attributes": {"created_at": at, "connection_types": ["metrics", "logs"]},
        "relationships": {
            "source_org": {"data": {"type": "orgs", "id": HUB, "name": "Observability Hub"}},
            "sink_org": {"data": {"type": "orgs", "id": ARCHIVE, "name": "Security Archive"}},
            "created_by": {"data": {
                "type": "users",
                "id": profile("hub").user_id,
                "name": "Automation of hub",
            }},
        },
    }});
    assert_eq!((status, answer), (200, expected));
    assert_eq!(uuid::Uuid::parse_str(&id).unwrap().get_version_num(), 4);
    assert!(at.len() == "2025-08-26T20:19:36.177236+00:00".len() && at.ends_with("+00:00"));
    let age = at.parse::<Timestamp>().unwrap().duration_since(before);
    assert!((-1..20).contains(&age.as_secs()), "{at} is not now");
    assert_eq!(api.ids("security-archive", ""), [id]);
    assert_eq!(api.ids("hub", "").len(), 9);
}

#[test]
fn the_other_direction_is_another_connection_and_a_type_may_be_newer_than_the_client() {
    let api = Api::sample();
    assert_eq!(api.create("hub", RETAIL_US, json!(["rum"])).0, 200);
    assert_eq!(api.ids("retail-us", "").len(), 2);
}

#[test]
fn an_update_replaces_the_types_and_is_answered_without_names() {
    let api = Api::sample();
    let (status, body) = api.update("retail-us", RETAIL_TO_HUB, json!(["audit", "metrics"]));
    let expected = json!({"data": {
        "type": "org_connection",
        "id": RETAIL_TO_HUB,
        "attributes": {
            "created_at": "2025-08-26T20:19:36.177236+00:00",
            "connection_types": ["audit", "metrics"],
        },
        "relationships": {
            "source_org": {"data": {"type": "orgs", "id": RETAIL_US}},
            "sink_org": {"data": {"type": "orgs", "id": HUB}},
            "created_by": {"data": {"type": "users", "id": "03e6bc43-7ecc-11f0-b50b-f28f2be41840"}},
        },
    }});
    assert_eq!((status, body), (200, expected.to_string()));
    let listed = api.get_json("hub", &format!("{CONNECTIONS}?source_org_id={RETAIL_US}"));
    let types = listed.pointer("/data/0/attributes/connection_types");
    assert_eq!(types, Some(&json!(["audit", "metrics"])));
}

#[test]
fn either_end_may_delete_and_the_answer_is_an_empty_object_and_a_line_break() {
    let api = Api::sample();
    let mut ids = api.ids("platform", "");
    let others = ids.split_off(2);
    assert_eq!(api.delete("hub", &ids[0]), (200, "{}\n".to_owned()));
    assert_eq!(api.delete("platform", &ids[1]), (200, "{}\n".to_owned()));
    assert_eq!(api.ids("platform", ""), others);
    assert_eq!(api.delete("platform", &ids[1]).0, 404);
}

#[test]
fn a_pair_is_connected_once_and_only_if_both_orgs_may_be() {
    let api = Api::sample();
    let exists = format!("connection between orgs {RETAIL_US} and {HUB} already exists");
    let again = api.create("retail-us", HUB, json!(["metrics"]));
    assert_eq!(again, refusal(409, &exists));
    for (profile, source, destination, types) in [
        ("hub", HUB, ARCHIVE, json!(["logs", "logs"])),
        ("hub", HUB, HUB, json!(["logs"])),
        ("hub", HUB, LEGACY_SHOP, json!(["logs"])),
        ("legacy-shop", LEGACY_SHOP, ARCHIVE, json!(["logs"])),
    ] {
        let message = format!("connection between orgs {source} and {destination} is not allowed");
        let answer = api.create(profile, destination, types);
        assert_eq!(answer, refusal(400, &message));
    }
    for destination in [NOBODY, "no-uuid", "", "Security Archive"] {
        let answer = api.create("hub", destination, json!(["logs"]));
        assert_eq!(answer, refusal(404, "Not found"), "{destination}");
    }
    assert_eq!(api.ids("security-archive", ""), [""; 0]);
}

#[test]
fn an_invalid_set_of_types_is_refused() {
    let api = Api::sample();
    for types in [
        json!([]),
        json!(["bogus"]),
        json!(["logs", "Metrics"]),
        json!("logs"),
        json!(null),
        json!([1]),
    ] {
        let answer = api.create("hub", ARCHIVE, types.clone());
        assert_eq!(answer, refusal(400, INVALID), "{types}");
        let answer = api.update("retail-us", RETAIL_TO_HUB, types.clone());
        assert_eq!(answer, refusal(400, INVALID), "{types}");
    }
    let twice = api.update("retail-us", RETAIL_TO_HUB, json!(["logs", "logs"]));
    assert_eq!(twice, refusal(400, INVALID));
    let other = api.update_named("retail-us", RETAIL_TO_HUB, NOBODY, json!(["logs"]));
    assert_eq!(other, refusal(400, INVALID));
}

#[test]
fn a_body_that_lacks_a_part_or_is_no_json_is_refused() {
    let api = Api::sample();
    let link = json!({"data": {"type": "orgs", "id": ARCHIVE}});
    let no_types = json!({"data": {"relationships": {"sink_org": link}}});
    let no_destination = json!({"data": {"attributes": {"connection_types": ["logs"]}}});
    for body in [no_types, no_destination, json!({}), json!([]), json!(1)] {
        let answer = api.post("hub", &body.to_string());
        assert_eq!(answer, refusal(400, INVALID), "{body}");
    }
    let expected = r#"{"errors":[{"status":"400","title":"Bad Request","detail":"the request body is not readable as JSON"}]}"#;
    let too_long = " ".repeat((1 << 20) + 1);
    for body in ["", "{", "not json", &too_long] {
        assert_eq!(api.post("hub", body), (400, expected.to_owned()));
    }
}

#[test]
fn an_id_that_is_unknown_to_the_org_or_no_uuid_is_refused() {
    let api = Api::sample();
    for (profile, id) in [("hub", NOBODY), ("platform", RETAIL_TO_HUB)] {
        let message = format!("rg connection with id:{id} not found not found");
        let updated = api.update(profile, id, json!(["logs"]));
        assert_eq!(updated, refusal(404, &format!("O{message}")));
        let deleted = api.delete(profile, id);
        assert_eq!(deleted, refusal(404, &format!("o{message}")));
    }
    for id in ["40bb", "40bbb1c232b24aa38a1a5d93b5382e3d", "%20"] {
        let expected = refusal(400, "connection id must be a valid uuid");
        assert_eq!(api.delete("hub", id), expected);
        assert_eq!(api.update("hub", id, json!(["logs"])), expected);
    }
    assert_eq!(api.ids("retail-us", ""), [RETAIL_TO_HUB]);
}

#[test]
fn the_destination_may_not_update_and_read_only_keys_may_only_list() {
    let api = Api::sample();
    let forbidden = refusal(403, "Forbidden");
    assert_eq!(
        api.update("hub", RETAIL_TO_HUB, json!(["metrics"])),
        forbidden
    );
    assert_eq!(api.ids("auditor", ""), api.ids("hub", ""));
    assert_eq!(api.create("auditor", ARCHIVE, json!(["logs"])), forbidden);
    assert_eq!(
        api.update("auditor", RETAIL_TO_HUB, json!(["logs"])),
        forbidden
    );
    assert_eq!(api.delete("auditor", RETAIL_TO_HUB), forbidden);
    assert_eq!(api.get("auditor", "/api/v2/org"), forbidden);
}
