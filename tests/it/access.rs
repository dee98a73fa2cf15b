use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use crate::harness::{Api, World, connection, current_user, org_list, page, uuid};

/// The sample connection from Retail EU to the hub, which both orgs restrict.
const RETAIL_EU: &str = "d7e0c5f4-91b8-4c26-a3f7-08b1e9d64a52";
/// The sample connection from Retail US to the hub, which nobody restricts.
const RETAIL_US: &str = "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d";
const ADMINS: &str = "role:a2d5c7e1-08f4-4d39-b6a8-5e1c93f07b24";

fn world() -> World {
    World::sandbox().with("ORGCONN_YES", "1")
}

/// Who may use a connection, as `ORG RELATION NAME`.
fn access(world: &World, id: &str) -> String {
    let shown = world.run([
        "access",
        "get",
        id,
        "--template={org} {relation} {name}",
        "--quiet",
    ]);
    shown.code(0).stdout
}

#[test]
fn the_policies_of_both_orgs_are_shown_with_names() {
    let shown = world().run(["access", "get", "d7e0"]).code(0);
    assert_data_eq!(
        shown.stdout,
        str![[r#"
ORG                RELATION  KIND  NAME                     PRINCIPAL
Retail EU          editor    user  Automation of retail-eu  user:7a95e3c8-7ece-11f0-84d2-0fc67b1e92a3
Observability Hub  editor    role  Datadog Admin Role       role:a2d5c7e1-08f4-4d39-b6a8-5e1c93f07b24
Observability Hub  viewer    role  Datadog Read Only Role   role:5c1b9f60-d3a7-4e82-9047-b8f26d1e5a93
Observability Hub  viewer    team  Site Reliability         team:e74c02d8-95b1-4f6a-83ce-170da6b4f952

"#]]
    );
    assert_eq!(shown.stderr, "");
}

#[test]
fn one_relation_of_one_principal_is_an_item_for_programs() {
    let shown = world().run(["access", "get", "d7e0", "--profile=hub", "-o", "json"]);
    let shown = shown.code(0);
    assert_eq!(
        shown.json()["items"][0],
        json!({
            "result": null,
            "connection_id": RETAIL_EU,
            "source": {"id": "5b0f6a12-3d7e-11eb-9c41-8a2f61d0b9e4", "name": "Retail EU"},
            "destination": {"id": "83999dcd-7f97-11f0-8de1-1ecf66f1aa85", "name": "Observability Hub"},
            "org": {"id": "83999dcd-7f97-11f0-8de1-1ecf66f1aa85", "name": "Observability Hub"},
            "relation": "editor",
            "principal": ADMINS,
            "name": "Datadog Admin Role",
        })
    );
    assert_eq!(shown.json()["items"].as_array().unwrap().len(), 3);
    assert_eq!(
        shown.stderr,
        "no profile is for `Retail EU`, which may restrict the connection too\n"
    );
}

#[test]
fn no_policy_and_a_policy_for_nobody_are_told_apart() {
    let world = world();
    let shown = world.run(["access", "get", RETAIL_US, "-o", "id"]).code(0);
    assert_eq!(shown.stdout, "");
    assert_eq!(
        shown.stderr,
        "`Retail US` restricts nobody\n`Observability Hub` restricts nobody\n"
    );
    let shown = world.run(["access", "get", "6e92", "-o", "id"]).code(0);
    assert_eq!(
        shown.stderr,
        "`Payments` restricts nobody\nwarning: `Observability Hub` lets nobody use the connection\n"
    );
}

#[test]
fn a_policy_is_replaced_by_names_and_is_taken_back() {
    let world = world();
    let before = access(&world, RETAIL_EU);
    let words = ["access", "set", "d7e0", "--profile=hub"];
    let flags = [
        "--editor=role:datadog admin role",
        "--viewer=org:Observability Hub",
    ];
    let changed = world.run(words.iter().chain(&flags)).code(0);
    assert_data_eq!(
        changed.stdout,
        str![[r#"
RESULT     ORG                RELATION  KIND  NAME                    PRINCIPAL
removed    Observability Hub  viewer    role  Datadog Read Only Role  role:5c1b9f60-d3a7-4e82-9047-b8f26d1e5a93
removed    Observability Hub  viewer    team  Site Reliability        team:e74c02d8-95b1-4f6a-83ce-170da6b4f952
unchanged  Observability Hub  editor    role  Datadog Admin Role      role:a2d5c7e1-08f4-4d39-b6a8-5e1c93f07b24
added      Observability Hub  viewer    org   Observability Hub       org:83999dcd-7f97-11f0-8de1-1ecf66f1aa85

"#]]
    );
    assert_eq!(changed.stderr, "");
    let after = "Retail EU editor Automation of retail-eu\nObservability Hub editor Datadog Admin Role\n\
                 Observability Hub viewer Observability Hub\n";
    assert_eq!(access(&world, RETAIL_EU), after);

    let again = world.run(words.iter().chain(&flags)).code(0);
    assert!(
        again
            .stderr
            .ends_with("the access in `Observability Hub` is as wanted\n")
    );
    let history = world.run(["history", "-o", "json"]).json();
    let entry = &history["items"][0];
    assert_eq!(history["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&entry["operation"], &entry["command"], &entry["result"]),
        (&json!("access"), &json!("access"), &json!("done"))
    );
    let reason = entry["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("in `Observability Hub`: -viewer role:5c1b"),
        "{reason}"
    );

    let undone = world.run(["undo", "-o", "id"]).code(0);
    assert_eq!(undone.stdout, format!("{RETAIL_EU}\n"));
    assert_data_eq!(
        undone.stderr,
        str![[r#"
undoing [..]: access from `Retail EU` to `Observability Hub`
  access  d7e0c5f4-91b8-4c26-a3f7-08b1e9d64a52  Retail EU -> Observability Hub  in `Observability Hub`: -viewer org:83999dcd-7f97-11f0-8de1-1ecf66f1aa85, +viewer role:5c1b9f60-d3a7-4e82-9047-b8f26d1e5a93, +viewer team:e74c02d8-95b1-4f6a-83ce-170da6b4f952

"#]]
    );
    assert_eq!(access(&world, RETAIL_EU), before);
    world.run(["undo", "--dry-run"]).code(5);
}

#[test]
fn a_policy_is_cleared_in_the_org_of_the_source_unless_a_profile_is_chosen() {
    let world = world();
    let cleared = world.run(["access", "clear", "d7e0"]).code(0);
    assert!(
        cleared.stdout.contains("removed  Retail EU"),
        "{}",
        cleared.stdout
    );
    assert!(access(&world, RETAIL_EU).starts_with("Observability Hub"));
    world
        .run(["access", "clear", "d7e0", "--profile=hub"])
        .code(0);
    assert_eq!(access(&world, RETAIL_EU), "");
    let again = world.run(["access", "clear", "d7e0"]).code(0);
    assert_eq!(
        again.stderr,
        "the access in `Retail EU` is as wanted\nno restrictions\n"
    );
    let changes = world.run(["history", "-o", "id"]).quiet_success();
    assert_eq!(changes.lines().count(), 2);
}

#[test]
fn a_dry_run_shows_what_would_change() {
    let world = world();
    let before = access(&world, RETAIL_EU);
    let words = ["access", "clear", "d7e0", "--profile=hub", "--dry-run"];
    let shown = world
        .run(
            words
                .iter()
                .chain(&["--template={result} {relation} {name}"]),
        )
        .code(0);
    assert_eq!(
        shown.stdout,
        "would remove editor Datadog Admin Role\nwould remove viewer Datadog Read Only Role\n\
         would remove viewer Site Reliability\n"
    );
    assert_eq!(shown.stderr, "dry run: nothing was changed\n");
    assert_eq!(access(&world, RETAIL_EU), before);
}

#[test]
fn nobody_locks_themselves_out_without_saying_so() {
    let world = world();
    let words = [
        "access",
        "set",
        RETAIL_US,
        "--profile=hub",
        "--viewer=team:Site Reliability",
    ];
    let refused = world.run(words).code(2);
    assert_eq!(
        refused.stderr,
        "error: this would take away your own access to the connection\nhint: add --editor \
         user:d1f4a7c2-8031-11f0-b7c5-3a90e52d64f8, or as an admin --allow-self-lockout\n"
    );
    world.run(["history"]).code(0);
    assert_eq!(access(&world, RETAIL_US), "");
    world
        .run(words.iter().chain(&["--allow-self-lockout"]))
        .code(0);
    assert_eq!(
        access(&world, RETAIL_US),
        "Observability Hub viewer Site Reliability\n"
    );
    let refused = world.run(["access", "clear", RETAIL_US, "--profile=hub"]);
    let refused = refused.code(4);
    assert!(
        refused
            .stderr
            .contains("was not changed: it is not permitted"),
        "{}",
        refused.stderr
    );
}

/// An org's answer about a policy.
fn policy(bindings: Value) -> Value {
    json!({"data": {
        "type": "restriction_policy",
        "id": format!("cross-org-connection:{}", uuid(50)),
        "attributes": {"bindings": bindings},
    }})
}

fn target() -> String {
    format!(
        "/api/v2/restriction_policy/cross-org-connection:{}",
        uuid(50)
    )
}

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

/// An account of org 1, which is the source of one connection.
fn account() -> Api {
    let api = Api::new();
    api.get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1));
    api
}

#[test]
fn a_team_among_the_editors_is_left_to_the_service_whose_refusal_is_explained() {
    let api = account();
    api.get("/api/v2/org", &org_list(1, &[1, 2]));
    api.get("/api/v2/current_user", &current_user(1));
    api.get(&target(), &policy(json!([])));
    let team = format!("team:{}", uuid(60));
    let not_found = ResponseTemplate::new(404).set_body_string(r#"{"errors":["Not found"]}"#);
    api.expect(
        "GET",
        &format!("/api/v2/team/{}", uuid(60)),
        None,
        not_found,
        1,
    );
    let bindings = json!([{"relation": "editor", "principals": [team]}]);
    let refusal = ResponseTemplate::new(400).set_body_string(r#"{"errors":["lockout"]}"#);
    api.expect("POST", &target(), Some(policy(bindings)), refusal, 1);
    let world = api.world().with("ORGCONN_YES", "1");
    let refused = world
        .run(["access", "set", &uuid(50), "--editor", &team])
        .code(1);
    assert!(
        refused.stderr.starts_with(
            "error: the access in `Org 1` to the connection from `Org 1` to `Org 2` was not changed: it is refused: POST"
        ),
        "{}",
        refused.stderr
    );
    assert!(
        refused.stderr.ends_with(
            "400 Bad Request: lockout\nhint: refused are a policy that takes away your own access \
             (--allow-self-lockout lets admins), and roles, teams and users of another org\n"
        ),
        "{}",
        refused.stderr
    );
}

#[test]
fn names_that_may_not_be_read_are_said_once_and_ids_are_shown() {
    let api = account();
    api.get("/api/v2/current_user", &current_user(1));
    let (role, user) = (format!("role:{}", uuid(60)), format!("user:{}", uuid(61)));
    let bindings = json!([{"relation": "viewer", "principals": [role, user, "robot:7"]}]);
    api.get(&target(), &policy(bindings));
    for path in ["roles", "users"] {
        let id = if path == "roles" { 60 } else { 61 };
        let forbidden = ResponseTemplate::new(403).set_body_string(r#"{"errors":["Forbidden"]}"#);
        api.expect(
            "GET",
            &format!("/api/v2/{path}/{}", uuid(id)),
            None,
            forbidden,
            1,
        );
    }
    let shown = api
        .world()
        .run(["access", "get", &uuid(50), "-o", "id"])
        .code(0);
    assert_eq!(shown.stdout, format!("robot:7\n{role}\n{user}\n"));
    assert_eq!(
        shown.stderr.matches("some names could not be read").count(),
        1
    );
}

#[test]
fn a_policy_that_may_not_be_read_is_no_empty_one() {
    let api = account();
    api.get("/api/v2/current_user", &current_user(1));
    let forbidden = ResponseTemplate::new(403).set_body_string(r#"{"errors":["Forbidden"]}"#);
    api.expect("GET", &target(), None, forbidden, 1);
    let refused = api
        .world()
        .run(["access", "get", &uuid(50), "-o", "id"])
        .code(4);
    assert_eq!(refused.stdout, "");
    assert!(
        refused
            .stderr
            .contains("error: GET /api/v2/restriction_policy/"),
        "{}",
        refused.stderr
    );
}

#[test]
fn principals_that_cannot_be_meant_are_refused() {
    let world = world();
    for (principal, code, message) in [
        ("Admins", 2, "`Admins` is no principal"),
        ("team:", 2, "nothing follows `team:`"),
        ("team:nobody", 5, "no team is named `nobody` in this org"),
        (
            "org:Retail US",
            5,
            "no org with the name or public id `Retail US`",
        ),
    ] {
        let words = [
            "access",
            "set",
            "d7e0",
            "--profile=hub",
            "--editor",
            principal,
        ];
        let refused = world.run(words).code(code);
        assert!(refused.stderr.contains(message), "{}", refused.stderr);
    }
    let refused = world.run(["access", "set", "d7e0"]).code(2);
    assert_eq!(
        refused.stderr,
        "error: no viewer and no editor is given\nhint: give --viewer and --editor; `orgconn access clear` lets \
         everybody\n"
    );
}

#[test]
fn without_a_terminal_a_change_takes_a_yes() {
    let refused = World::sandbox().run(["access", "clear", "d7e0"]).code(2);
    assert_eq!(
        refused.stderr,
        "error: changing the access needs a confirmation, and there is no terminal to ask on\nhint: add --yes to \
         change it without asking\n"
    );
}
