use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::harness::{Api, Profiles, World, connection, current_user, org_list, page, uuid};

const FIRST: &str = "/api/v2/org_connections?limit=1&offset=0";

fn refused(status: u16, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"errors": [message]}))
}

/// A healthy account of org 1 that may write.
fn healthy() -> Api {
    let api = Api::new();
    api.get("/api/v2/current_user", &current_user(1))
        .get("/api/v2/org", &org_list(1, &[1, 2]))
        .get(FIRST, &page(&[connection(50, 1, 2, &["logs"])], 7));
    api.permit_writes();
    api
}

#[test]
fn who_where_from_and_what_is_permitted() {
    let api = healthy();
    let status = api.world().run(["auth", "status", "-o", "json"]).code(0);
    assert_eq!(status.stderr, "");
    assert_eq!(
        status.json(),
        json!({"schema": "orgconn/v1", "errors": [], "items": [{
            "profile": null,
            "site": api.url(),
            "org": {"id": uuid(1), "name": "Org 1"},
            "user": {
                "id": uuid(900), "name": "Pipeline", "email": "pipeline@example.com",
                "service_account": true, "status": "Active",
            },
            "credentials": {
                "api_key": "environment variable DD_API_KEY",
                "app_key": "environment variable DD_APP_KEY",
            },
            "connections": {"read": "yes", "write": "yes"},
        }]})
    );
}

#[test]
fn an_org_that_the_user_does_not_tell_is_the_current_one_of_the_managed_orgs() {
    let api = Api::new();
    let mut user = current_user(1);
    user["data"]["relationships"] = json!({});
    api.get("/api/v2/current_user", &user)
        .get("/api/v2/org", &org_list(1, &[1, 2]))
        .get(FIRST, &page(&[], 0));
    api.expect_write_probe(404, "not found");
    let status = api.world().run(["auth", "status", "-o", "json"]).code(0);
    let org = &status.json()["items"][0]["org"];
    assert_eq!(*org, json!({"id": uuid(1), "name": "Org 1"}));
}

#[test]
fn keys_whose_org_nobody_tells_are_not_taken_for_those_of_the_profile() {
    let api = Api::new();
    let mut user = current_user(1);
    user["data"]["relationships"] = json!({});
    api.get("/api/v2/current_user", &user)
        .expect("GET", "/api/v2/org", None, refused(403, "Forbidden"), 1)
        .get(FIRST, &page(&[], 0));
    let world = Profiles::new("").with("a", &api, Some(1)).world();
    let status = world.run(["auth", "status", "--profile=a"]).code(4);
    let expected =
        "error: profile a: the service does not say which org these credentials belong to\n";
    assert!(status.stderr.starts_with(expected), "{}", status.stderr);
}

/// The permissions that `auth status` shows if the managed orgs may be read and the probe is answered with this status
/// and message.
fn permissions(status: u16, message: &str) -> Value {
    let api = Api::new();
    api.get("/api/v2/current_user", &current_user(1))
        .get("/api/v2/org", &org_list(1, &[1]))
        .get(FIRST, &page(&[], 0));
    api.expect_write_probe(status, message);
    let status = api.world().run(["auth", "status", "-o", "json"]).code(0);
    status.json()["items"][0]["connections"].clone()
}

#[test]
fn an_answer_that_tells_nothing_makes_it_unknown() {
    let found = permissions(400, "Validation failed for input.");
    assert_eq!(found, json!({"read": "yes", "write": "unknown"}));
    let found = permissions(403, "Forbidden");
    assert_eq!(found, json!({"read": "yes", "write": "no"}));
}

#[test]
fn keys_that_may_not_see_the_orgs_may_not_write_and_nothing_is_tried() {
    let api = Api::new();
    api.get("/api/v2/current_user", &current_user(2))
        .expect("GET", "/api/v2/org", None, refused(403, "Forbidden"), 1)
        .get(FIRST, &page(&[connection(50, 1, 2, &["logs"])], 1));
    let status = api.world().run(["auth", "status", "-o", "json"]).code(0);
    let item = &status.json()["items"][0];
    assert_eq!(item["connections"], json!({"read": "yes", "write": "no"}));
    // The name comes from the connection.
    assert_eq!(item["org"], json!({"id": uuid(2), "name": "Org 2"}));
}

#[test]
fn bad_keys_end_with_4_and_say_where_they_came_from() {
    let api = Api::new();
    api.expect(
        "GET",
        "/api/v2/current_user",
        None,
        refused(403, "Forbidden"),
        1,
    );
    let failed = api.world().run(["auth", "status"]).code(4);
    assert!(
        failed.stderr.starts_with(
            "error: the credentials from environment variable DD_API_KEY and environment variable DD_APP_KEY were not accepted: "
        ),
        "{}",
        failed.stderr
    );
    assert!(!failed.stderr.contains("test-a"), "{}", failed.stderr);
}

#[test]
fn one_of_several_that_fails_hides_nothing_of_the_others() {
    let (good, bad) = (healthy(), Api::new());
    bad.expect(
        "GET",
        "/api/v2/current_user",
        None,
        refused(403, "Forbidden"),
        1,
    );
    let world = Profiles::new("")
        .with("bad", &bad, None)
        .with("good", &good, Some(1))
        .world();
    let status = world
        .run(["auth", "status", "--all-profiles", "-o", "json"])
        .code(8);
    let report = status.json();
    assert_eq!(report["items"][0]["profile"], "good");
    assert_eq!(report["errors"][0]["profile"], "bad");
    assert_eq!(report["errors"][0]["kind"], "permission");
}

#[test]
fn keys_of_another_org_than_the_profiles_are_shown_and_reported() {
    let api = healthy();
    let world = Profiles::new("").with("a", &api, Some(5)).world();
    let status = world
        .run(["auth", "status", "--profile=a", "-o", "json"])
        .code(2);
    assert_eq!(status.json()["items"][0]["org"]["id"], uuid(1));
    assert!(status.stderr.contains(&uuid(5)), "{}", status.stderr);
}

#[test]
fn the_sample_profiles_show_who_may_what() {
    let world = World::sandbox();
    let shown = world
        .run([
            "auth",
            "status",
            "--profile=hub,auditor",
            "--columns=profile,org,kind,read,write",
            "-otsv",
        ])
        .quiet_success();
    assert_eq!(
        shown,
        "profile\torg\tkind\tread\twrite\n\
         hub\tObservability Hub\tservice account\tyes\tyes\n\
         auditor\tObservability Hub\tperson\tyes\tno\n"
    );
}
