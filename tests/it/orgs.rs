use serde_json::json;
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use crate::harness::{Api, World, connection, org_list, page, uuid};

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

fn forbidden() -> ResponseTemplate {
    ResponseTemplate::new(403).set_body_json(json!({"errors": ["Forbidden"]}))
}

#[test]
fn orgs_have_names_ids_and_states_and_one_is_current() {
    let api = Api::new();
    let mut orgs = org_list(1, &[1, 2]);
    orgs["included"][1]["attributes"]["disabled"] = true.into();
    api.get("/api/v2/org", &orgs);
    assert_data_eq!(
        api.world().run(["orgs"]).quiet_success(),
        str![[r#"
ID                                    PUBLIC ID    NAME   STATE     CURRENT
00000000-0000-0000-0000-000000000001  org00000001  Org 1  active    yes
00000000-0000-0000-0000-000000000002  org00000002  Org 2  disabled  -

"#]]
    );
}

#[test]
fn an_org_in_json_has_every_field() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1]));
    assert_eq!(
        api.world().run(["orgs", "-o", "json"]).code(0).json(),
        json!({"schema": "orgconn/v1", "errors": [], "items": [{
            "id": uuid(1),
            "public_id": "org00000001",
            "name": "Org 1",
            "disabled": false,
            "current": true,
            "profiles": [],
        }]})
    );
}

#[test]
fn a_name_is_filtered_by_the_service() {
    let api = Api::new();
    api.get("/api/v2/org?filter%5Bname%5D=org+2+%26", &org_list(1, &[2]));
    let ids = api
        .world()
        .run(["orgs", "--name", "org 2 &", "-o", "id"])
        .quiet_success();
    assert_eq!(ids, format!("{}\n", uuid(2)));
}

#[test]
fn orgs_come_in_the_order_that_is_asked_for() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2, 3]));
    let names = api
        .world()
        .run(["orgs", "--sort=-name", "--columns=name", "--no-header"])
        .quiet_success();
    assert_eq!(names, "Org 3\nOrg 2\nOrg 1\n");
}

#[test]
fn an_unknown_column_sends_nothing() {
    let refused = Api::new().world().run(["orgs", "--sort", "source"]).code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: no column `source` for --sort; the columns are:
  id
  public_id
  name
  state
  current
  profiles

"#]]
    );
}

/// A mock for keys that may not read the orgs. Their two connections mention three orgs.
fn restricted(target: &str) -> Api {
    let api = Api::new();
    let user = json!({"data": {"type": "users", "id": uuid(900), "attributes": {"name": "Pipeline"},
        "relationships": {"org": {"data": {"type": "orgs", "id": uuid(1)}}}}});
    let connections = [
        connection(50, 2, 1, &["logs"]),
        connection(51, 1, 3, &["logs"]),
    ];
    api.expect("GET", target, None, forbidden(), 1)
        .get(LIST, &page(&connections, 2))
        .get("/api/v2/current_user", &user);
    api
}

#[test]
fn without_the_permission_names_come_from_the_connections_with_a_warning() {
    let listed = restricted("/api/v2/org").world().run(["orgs"]).code(0);
    assert_data_eq!(
        listed.stdout,
        str![[r#"
ID                                    PUBLIC ID  NAME   STATE    CURRENT
00000000-0000-0000-0000-000000000002  -          Org 2  unknown  -
00000000-0000-0000-0000-000000000001  -          Org 1  unknown  yes
00000000-0000-0000-0000-000000000003  -          Org 3  unknown  -

"#]]
    );
    assert_data_eq!(
        listed.stderr,
        str![[r#"
warning: these credentials may not read the managed orgs: only the orgs of connections are listed

"#]]
    );
}

#[test]
fn names_from_connections_are_filtered_here() {
    let ids = restricted("/api/v2/org?filter%5Bname%5D=ORG+3")
        .world()
        .run(["orgs", "--name", "ORG 3", "-o", "id"])
        .code(0);
    assert_eq!(ids.stdout, format!("{}\n", uuid(3)));
}

#[test]
fn keys_that_may_read_nothing_are_refused() {
    let api = Api::new();
    api.expect("GET", "/api/v2/org", None, forbidden(), 1)
        .expect("GET", LIST, None, forbidden(), 1);
    let refused = api.world().run(["orgs"]).code(4);
    assert_eq!(refused.stdout, "");
    assert!(
        refused.stderr.contains("org_connections_read to list"),
        "{}",
        refused.stderr
    );
}

#[test]
fn the_profile_that_serves_an_org_is_shown() {
    let listed = World::sandbox()
        .run([
            "--profile=hub,auditor,platform",
            "orgs",
            "--name=platform",
            "--columns=name,current,profiles",
        ])
        .code(0);
    assert_data_eq!(
        listed.stdout,
        str![[r#"
NAME      CURRENT  PROFILES
Platform  yes      platform

"#]]
    );
}
