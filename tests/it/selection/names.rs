//! Names and types as people write them.

use serde_json::json;

use super::{create, expect_create};
use crate::harness::{Api, connection, org_list, page, uuid};

/// An account of org 1 that manages an org with this name.
fn account_with(name: &str) -> Api {
    let api = Api::new();
    let mut orgs = org_list(1, &[1, 2]);
    orgs["included"][1]["attributes"]["name"] = json!(name);
    api.get("/api/v2/org", &orgs);
    api
}

#[test]
fn a_name_is_the_same_however_its_letters_are_written() {
    for (name, written) in [
        ("Caf\u{e9}", "Cafe\u{301}"),
        ("Cafe\u{301}", "caf\u{e9}"),
        ("Straße", "STRASSE"),
        ("ΟΔΟΣ", "οδος"),
        ("Hub", " hub "),
        (" Hub ", "Hub"),
        ("Hub", "name: Hub"),
    ] {
        let api = account_with(name);
        expect_create(&api, 1, 2);
        create(&api.world(), written, &[]).quiet_success();
    }
}

#[test]
fn names_that_look_the_same_are_ambiguous() {
    let api = Api::new();
    let mut orgs = org_list(1, &[1, 2, 3]);
    orgs["included"][1]["attributes"]["name"] = json!("Caf\u{e9}");
    orgs["included"][2]["attributes"]["name"] = json!("Cafe\u{301}");
    api.get("/api/v2/org", &orgs);
    let refused = create(&api.world(), "Caf\u{e9}", &[]).code(5);
    assert!(
        refused.stderr.contains(&uuid(2)) && refused.stderr.contains(&uuid(3)),
        "{}",
        refused.stderr
    );
}

#[test]
fn types_are_read_in_any_letter_case_and_with_spaces() {
    let api = account_with("Hub");
    let made = connection(50, 1, 2, &["logs", "metrics"]);
    let order = json!({"data": {
        "type": "org_connection",
        "attributes": {"connection_types": ["logs", "metrics"]},
        "relationships": {"sink_org": {"data": {"type": "orgs", "id": uuid(2)}}},
    }});
    let answer = wiremock::ResponseTemplate::new(200).set_body_json(json!({"data": made}));
    api.expect("POST", super::CREATE, Some(order), answer, 1);
    let arguments = ["create", "Hub", "--type", "Metrics, logs", "--type=LOGS"];
    api.world().run(arguments).code(0);
}

#[test]
fn a_filter_by_type_and_a_file_read_types_in_the_same_way() {
    let rows = [
        connection(50, 1, 2, &["logs"]),
        connection(51, 1, 3, &["audit"]),
    ];
    let api = Api::new();
    api.get(super::LIST, &page(&rows, 2));
    let listed = api.world().run(["list", "--type= Audit", "-o", "id"]);
    assert_eq!(listed.quiet_success(), format!("{}\n", uuid(51)));
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2, 3]))
        .get(super::LIST, &page(&rows, 2));
    let world = api.world();
    let file = format!(
        "connections: [{{source: {}, destination: {}, types: [LOGS]}}]",
        uuid(1),
        uuid(2)
    );
    world.file("orgconn.yaml", &file);
    world.run(["check", "-f", "orgconn.yaml"]).code(0);
}
