use serde_json::json;
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use crate::harness::{Api, World, connection, org_list, page, uuid};

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

/// A mock that lists two connections, once.
fn two() -> Api {
    let api = Api::new();
    let connections = [
        connection(50, 1, 2, &["logs"]),
        connection(51, 1, 3, &["logs"]),
    ];
    api.get(LIST, &page(&connections, 2));
    api
}

#[test]
fn a_connection_is_named_by_its_id_in_any_case_or_by_a_beginning_that_is_its_own() {
    let id = "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d";
    for name in [id, &id.to_uppercase(), "40bb", "40BBB1C2-3"] {
        let api = Api::new();
        let mut found = connection(50, 1, 2, &["logs"]);
        found["id"] = id.into();
        api.get(LIST, &page(&[found, connection(51, 1, 3, &["logs"])], 2));
        let shown = api.world().run(["get", name, "-o", "id"]).quiet_success();
        assert_eq!(shown, format!("{id}\n"), "{name}");
    }
}

#[test]
fn one_connection_in_json_is_in_the_same_envelope_as_many() {
    let shown = two().world().run(["get", &uuid(51), "-o", "json"]).code(0);
    assert_eq!(
        shown.json(),
        json!({"schema": "orgconn/v1", "errors": [], "items": [{
            "id": uuid(51),
            "source": {"id": uuid(1), "name": "Org 1"},
            "destination": {"id": uuid(3), "name": "Org 3"},
            "types": ["logs"],
            "created_at": "2025-08-26T20:19:36.177236+00:00",
            "created_by": {"id": uuid(900), "name": "Pipeline"},
            "profiles": [],
        }]})
    );
}

#[test]
fn an_id_that_is_not_there_says_where_to_look() {
    let refused = two().world().run(["get", &uuid(52)]).code(5);
    assert_eq!(refused.stdout, "");
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: no connection with the id 00000000-0000-0000-0000-000000000034
hint: `orgconn list` shows the connections that these credentials see

"#]]
    );
}

#[test]
fn a_beginning_that_two_share_picks_neither_and_lists_both() {
    let refused = two().world().run(["get", "0000"]).code(5);
    assert_eq!(refused.stdout, "");
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: 2 connections whose id begins with `0000`:
  00000000-0000-0000-0000-000000000032 (`Org 1` to `Org 2`)
  00000000-0000-0000-0000-000000000033 (`Org 1` to `Org 3`)
hint: name the one you mean by its id

"#]]
    );
}

#[test]
fn a_beginning_of_three_characters_is_too_short_and_nothing_is_sent() {
    let refused = Api::new().world().run(["get", "40b"]).code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: invalid value '40b' for '[CONNECTION]': `40b` is too short: a connection is named by its id, or by at least 4 characters of its beginning

For more information, try '--help'.

"#]]
    );
}

#[test]
fn the_orgs_at_the_ends_name_the_connection_between_them() {
    let api = Api::new();
    let target = format!("{LIST}&sink_org_id={}&source_org_id={}", uuid(2), uuid(1));
    api.get("/api/v2/org", &org_list(1, &[1, 2]))
        .get(&target, &page(&[connection(50, 1, 2, &["logs"])], 1));
    let shown = api
        .world()
        .run(["get", "--from", "Org 1", "--to", "Org 2", "-o", "id"])
        .quiet_success();
    assert_eq!(shown, format!("{}\n", uuid(50)));
}

#[test]
fn ends_with_no_connection_between_them_are_not_found() {
    let api = Api::new();
    api.get(&format!("{LIST}&source_org_id={}", uuid(1)), &page(&[], 0));
    let refused = api.world().run(["get", "--source", &uuid(1)]).code(5);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: no connection from the org with the UUID 00000000-0000-0000-0000-000000000001
hint: `orgconn list` shows the connections that these credentials see

"#]]
    );
}

#[test]
fn an_end_that_several_connections_have_picks_none_and_lists_them() {
    let api = Api::new();
    let found = [
        connection(50, 1, 2, &["logs"]),
        connection(51, 1, 3, &["logs"]),
    ];
    api.get(
        &format!("{LIST}&source_org_id={}", uuid(1)),
        &page(&found, 2),
    );
    let refused = api.world().run(["get", "--source", &uuid(1)]).code(5);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: 2 connections from the org with the UUID 00000000-0000-0000-0000-000000000001:
  00000000-0000-0000-0000-000000000032 (`Org 1` to `Org 2`)
  00000000-0000-0000-0000-000000000033 (`Org 1` to `Org 3`)
hint: name the one you mean by its id

"#]]
    );
}

#[test]
fn a_connection_is_named_in_one_way_only() {
    for (arguments, message) in [
        (&["get"][..], "error: no connection is named\n"),
        (
            &["get", "40bb", "--source", "Org 1"],
            "error: name a connection by its id, or by --source and --destination, not both\n",
        ),
    ] {
        let refused = Api::new().world().run(arguments).code(2);
        assert!(refused.stderr.starts_with(message), "{}", refused.stderr);
    }
}

#[test]
fn keys_that_may_not_read_are_told_which_permission_is_missing() {
    let api = Api::new();
    let answer = ResponseTemplate::new(403).set_body_json(json!({"errors": ["Forbidden"]}));
    api.expect("GET", LIST, None, answer, 1);
    let refused = api.world().run(["get", "40bb"]).code(4);
    assert_eq!(refused.stdout, "");
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: GET /api/v2/org_connections at 127.0.0.1:[..]: 403 Forbidden
hint: the credentials come from DD_API_KEY and DD_APP_KEY: they may not do this (org_connections_read to list, org_connections_write to create, update and delete), are wrong, or are not of the site that ORGCONN_API_URL leads to; `orgconn auth status` shows what they may do

"#]]
    );
}

#[test]
fn several_profiles_that_see_it_are_shown() {
    let shown = World::sandbox()
        .run(["--profile=hub,platform", "get", "13c9", "-o", "jsonl"])
        .code(0);
    assert_eq!(shown.json()["profiles"], json!(["hub", "platform"]));
}

#[test]
fn an_org_is_told_from_another_of_its_name_that_is_not_shown() {
    let world = World::sandbox();
    let dry_run = ["delete", "b5a4", "--dry-run"];
    for arguments in [
        &["get", "b5a4"][..],
        &dry_run,
        &["list", "--type", "metrics"],
    ] {
        let shown = world.run(arguments).code(0).stdout;
        assert!(shown.contains(" Payments [1f7d93e0] "), "{shown}");
        assert!(!shown.contains("6a48c1b5"), "{shown}");
    }
    let asked = world.run(["get", "b5a4", "-o", "csv", "--columns", "source"]);
    assert_eq!(asked.quiet_success(), "source\nPayments\n");
}
