use super::*;

#[test]
fn a_pair_that_is_connected_is_a_conflict() {
    let answer = Api::sample().create("retail-us", HUB, r#"["metrics"]"#);
    let message = format!("connection between orgs {RETAIL_US} and {HUB} already exists");
    assert_eq!(answer, refusal(409, &message));
}

#[test]
fn a_type_named_twice_or_a_pair_that_cannot_be_is_not_allowed() {
    let api = Api::sample();
    for (profile, source, destination, types) in [
        ("hub", HUB, ARCHIVE, r#"["logs","logs"]"#),
        ("hub", HUB, HUB, r#"["logs"]"#),
        ("hub", HUB, LEGACY_SHOP, r#"["logs"]"#),
        ("legacy-shop", LEGACY_SHOP, ARCHIVE, r#"["logs"]"#),
    ] {
        let message = format!("connection between orgs {source} and {destination} is not allowed");
        let answer = api.create(profile, destination, types);
        assert_eq!(answer, refusal(400, &message));
    }
    assert_eq!(api.ids("security-archive", ""), [""; 0]);
}

#[test]
fn a_destination_that_nobody_knows_is_not_found() {
    let api = Api::sample();
    for destination in [NOBODY, "no-uuid", "", "Security Archive"] {
        let answer = api.create("hub", destination, r#"["logs"]"#);
        assert_eq!(answer, refusal(404, "Not found"), "{destination}");
    }
}

#[test]
fn a_bad_set_of_types_is_refused_on_create() {
    let api = Api::sample();
    for types in [
        "[]",
        r#"["bogus"]"#,
        r#"["logs","Metrics"]"#,
        r#""logs""#,
        "null",
        "[1]",
    ] {
        let answer = api.create("hub", ARCHIVE, types);
        assert_eq!(
            answer,
            refusal(400, "Validation failed for input."),
            "{types}"
        );
    }
}

#[test]
fn a_create_without_its_parts_is_refused() {
    let api = Api::sample();
    let without_types = format!(
        r#"{{"data":{{"type":"org_connection","relationships":{{"sink_org":{{"data":{{"type":"orgs","id":"{ARCHIVE}"}}}}}}}}}}"#
    );
    let without_destination =
        r#"{"data":{"type":"org_connection","attributes":{"connection_types":["logs"]}}}"#;
    for body in [&*without_types, without_destination, "{}", "[]", "1"] {
        let answer = api.post("hub", body);
        assert_eq!(
            answer,
            refusal(400, "Validation failed for input."),
            "{body}"
        );
    }
}

#[test]
fn a_body_that_is_no_json_is_refused_in_the_form_of_json_api() {
    let api = Api::sample();
    let expected = r#"{"errors":[{"status":"400","title":"Bad Request","detail":"the request body is not readable as JSON"}]}"#;
    let too_long = " ".repeat((1 << 20) + 1);
    for body in ["", "{", "not json", &too_long] {
        assert_eq!(api.post("hub", body), (400, expected.to_owned()));
    }
}

#[test]
fn a_bad_set_of_types_is_refused_on_update() {
    let api = Api::sample();
    for types in ["[]", r#"["logs","logs"]"#, r#"["bogus"]"#, "null"] {
        let answer = api.update("retail-us", RETAIL_TO_HUB, types);
        assert_eq!(
            answer,
            refusal(400, "Validation failed for input."),
            "{types}"
        );
    }
}

#[test]
fn an_update_whose_body_names_another_connection_is_refused() {
    let api = Api::sample();
    let body = format!(
        r#"{{"data":{{"type":"org_connection","id":"{NOBODY}","attributes":{{"connection_types":["logs"]}}}}}}"#
    );
    let path = format!("{CONNECTIONS}/{RETAIL_TO_HUB}");
    let request = with_keys(api.request(Method::PATCH, &path), "retail-us").body(body);
    let answer = api.exchange(request);
    assert_eq!(answer, refusal(400, "Validation failed for input."));
}

#[test]
fn an_unknown_connection_is_not_found_in_the_words_of_the_verb() {
    let api = Api::sample();
    let message = format!("rg connection with id:{NOBODY} not found not found");
    assert_eq!(
        api.update("hub", NOBODY, r#"["logs"]"#),
        refusal(404, &format!("O{message}"))
    );
    assert_eq!(
        api.delete("hub", NOBODY),
        refusal(404, &format!("o{message}"))
    );
}

#[test]
fn an_id_that_is_no_uuid_is_refused() {
    let api = Api::sample();
    for id in ["40bb", "40bbb1c232b24aa38a1a5d93b5382e3d", "%20"] {
        let expected = refusal(400, "connection id must be a valid uuid");
        assert_eq!(api.delete("hub", id), expected);
        assert_eq!(api.update("hub", id, r#"["logs"]"#), expected);
    }
}

#[test]
fn a_connection_between_others_is_unknown() {
    let api = Api::sample();
    let id = RETAIL_TO_HUB;
    assert_eq!(
        api.update("platform", id, r#"["logs"]"#),
        refusal(
            404,
            &format!("Org connection with id:{id} not found not found")
        )
    );
    assert_eq!(
        api.delete("platform", id),
        refusal(
            404,
            &format!("org connection with id:{id} not found not found")
        )
    );
    assert_eq!(api.ids("retail-us", ""), [id]);
}

#[test]
fn the_destination_may_not_update() {
    let api = Api::sample();
    let answer = api.update("hub", RETAIL_TO_HUB, r#"["metrics"]"#);
    assert_eq!(answer, refusal(403, "Forbidden"));
}

#[test]
fn read_only_keys_may_list_and_nothing_else() {
    let api = Api::sample();
    let forbidden = refusal(403, "Forbidden");
    assert_eq!(api.ids("auditor", ""), api.ids("hub", ""));
    assert_eq!(api.create("auditor", ARCHIVE, r#"["logs"]"#), forbidden);
    assert_eq!(
        api.update("auditor", RETAIL_TO_HUB, r#"["logs"]"#),
        forbidden
    );
    assert_eq!(api.delete("auditor", RETAIL_TO_HUB), forbidden);
    assert_eq!(api.get("auditor", "/api/v2/org"), forbidden);
}
