use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use crate::harness::{Api, World, connection, current_user, page, uuid};

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

fn change(id: u128, types: &[&str]) -> Option<Value> {
    let data = json!({"type": "org_connection", "id": uuid(id), "attributes": {"connection_types": types}});
    Some(json!({ "data": data }))
}

/// The answer to a PATCH. It has no names of orgs or of the user, as the real API's answer.
fn nameless(mut connection: Value) -> ResponseTemplate {
    for relation in ["source_org", "sink_org", "created_by"] {
        connection["relationships"][relation]["data"]
            .as_object_mut()
            .unwrap()
            .remove("name");
    }
    ResponseTemplate::new(200).set_body_json(json!({ "data": connection }))
}

fn path(id: u128) -> String {
    format!("/api/v2/org_connections/{}", uuid(id))
}

#[test]
fn what_is_shown_has_the_names_though_the_answer_comes_without() {
    let api = Api::new();
    api.get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1))
        .expect(
            "PATCH",
            &path(50),
            change(50, &["logs", "metrics"]),
            nameless(connection(50, 1, 2, &["logs", "metrics"])),
            1,
        );
    let updated = api
        .world()
        .run(["update", &uuid(50), "--add-type", "metrics"])
        .quiet_success();
    assert_data_eq!(
        updated,
        str![[r#"
RESULT   ID                                    SOURCE  DESTINATION  TYPES         CREATED (UTC)     CREATED BY
updated  00000000-0000-0000-0000-000000000032  Org 1   Org 2        logs,metrics  2025-08-26 20:19  Pipeline

"#]]
    );
}

#[test]
fn nothing_is_sent_for_a_connection_that_is_as_wanted() {
    let api = Api::new();
    api.get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1));
    let unchanged = api
        .world()
        .run(["update", "0000", "--type", "logs", "-o", "jsonl"])
        .code(0);
    assert_eq!(unchanged.json()["result"], "unchanged");
}

#[test]
fn a_type_is_taken_away_and_the_unknown_ones_are_kept() {
    let api = Api::new();
    api.get(
        LIST,
        &page(&[connection(50, 1, 2, &["logs", "metrics", "rum"])], 1),
    )
    .expect(
        "PATCH",
        &path(50),
        change(50, &["metrics", "rum"]),
        nameless(connection(50, 1, 2, &["metrics", "rum"])),
        1,
    );
    api.world()
        .run(["update", &uuid(50), "--remove-type", "logs"])
        .code(0);
}

#[test]
fn a_connection_is_never_left_with_nothing_to_share() {
    let api = Api::new();
    api.get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1));
    let refused = api
        .world()
        .run(["update", &uuid(50), "--remove-type", "logs"])
        .code(2);
    assert!(
        refused
            .stderr
            .contains("hint: to remove the connection: orgconn delete"),
        "{}",
        refused.stderr
    );
}

#[test]
fn one_that_is_not_there_keeps_all_from_being_sent() {
    let api = Api::new();
    api.get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1));
    let refused = api
        .world()
        .run(["update", &uuid(50), &uuid(51), "--type", "audit"])
        .code(5);
    assert!(
        refused
            .stderr
            .contains(&format!("no connection with the id {}", uuid(51))),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_dry_run_shows_the_types_to_come() {
    let api = Api::new();
    api.get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1))
        .get("/api/v2/current_user", &current_user(1))
        .permit_writes();
    let shown = api
        .world()
        .run([
            "update",
            &uuid(50),
            "--type",
            "audit",
            "--dry-run",
            "-o",
            "jsonl",
        ])
        .code(0);
    assert_eq!(shown.json()["result"], "would update");
    assert_eq!(shown.json()["types"], json!(["audit"]));
}

#[test]
fn contradictions_are_usage_errors() {
    let world = World::talking_to("http://127.0.0.1:9");
    for arguments in [
        vec![
            "update",
            "40bb",
            "--add-type",
            "logs",
            "--remove-type",
            "logs",
        ],
        vec!["update", "40bb", "--type", "logs", "--add-type", "metrics"],
        vec!["update", "40bb"],
        vec!["update", "--type", "logs"],
        vec!["update", "40bb", "--source", "A", "--type", "logs"],
        vec!["update", "40b", "--type", "logs"],
    ] {
        assert_eq!(world.run(&arguments).code(2).stdout, "", "{arguments:?}");
    }
}
