//! `--dry-run` of create, update and delete says what the change itself would.

use wiremock::ResponseTemplate;

use crate::harness::{
    Api, Finished, Profiles, World, connection, current_user, org_list, page, uuid,
};

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

/// An account of org 1 whose listing is this one connection.
fn account(source: u128, destination: u128) -> Api {
    let api = Api::new();
    api.get(
        LIST,
        &page(&[connection(50, source, destination, &["logs"])], 1),
    );
    api
}

fn update(world: &World, more: &[&str]) -> Finished {
    let id = uuid(50);
    world.run(["update", &id, "--type=audit"].iter().chain(more))
}

#[test]
fn an_update_with_the_destinations_keys_is_not_promised() {
    let api = account(2, 1);
    api.get("/api/v2/current_user", &current_user(1))
        .permit_writes();
    let refused = update(&api.world(), &["--dry-run"]).code(4);
    assert_eq!(
        refused.stderr,
        format!(
            "dry run: nothing was changed\nerror: the connection from `Org 2` to `Org 1` was not updated: it is not \
             permitted: the credentials belong to {}\nhint: it takes the credentials of its source org, `Org 2`, with \
             the permission org_connections_write\n",
            uuid(1)
        )
    );
    assert_eq!(refused.stdout, "");
}

#[test]
fn the_update_itself_ends_in_the_same_way() {
    let api = account(2, 1);
    let target = format!("/api/v2/org_connections/{}", uuid(50));
    let body = serde_json::json!({"data": {
        "type": "org_connection", "id": uuid(50), "attributes": {"connection_types": ["audit"]},
    }});
    let answer = ResponseTemplate::new(403).set_body_string(r#"{"errors":["Forbidden"]}"#);
    api.expect("PATCH", &target, Some(body), answer, 1);
    let refused = update(&api.world(), &[]).code(4);
    assert!(
        refused.stderr.starts_with(
            "error: the connection from `Org 2` to `Org 1` was not updated: it is not permitted: PATCH"
        ),
        "{}",
        refused.stderr
    );
}

/// The end of the messages about keys that may only read.
const READ_ONLY: &str = ": the credentials may not write connections\nhint: it takes the permission \
                         org_connections_write\n";

#[test]
fn keys_that_may_only_read_promise_no_change_of_a_connection() {
    for (command, done) in [
        (&["update", "--type=audit"][..], "updated"),
        (&["delete"], "deleted"),
    ] {
        let api = account(1, 2);
        api.expect_write_probe(403, "Forbidden");
        if done == "updated" {
            api.get("/api/v2/current_user", &current_user(1));
        }
        let id = uuid(50);
        let dry_run = [id.as_str(), "--dry-run"];
        let refused = api.world().run(command.iter().chain(&dry_run)).code(4);
        let told = format!("the connection from `Org 1` to `Org 2` was not {done}{READ_ONLY}");
        assert!(refused.stderr.ends_with(&told), "{}", refused.stderr);
        assert_eq!(refused.stdout, "");
    }
}

#[test]
fn keys_that_may_only_read_promise_no_new_connection() {
    let api = account(1, 2);
    let to_three = format!("{LIST}&sink_org_id={}", uuid(3));
    api.expect("GET", "/api/v2/org", None, ResponseTemplate::new(403), 1)
        .get(&to_three, &page(&[], 0))
        .expect_write_probe(403, "Forbidden");
    api.get("/api/v2/current_user", &current_user(1));
    let create = [
        "create",
        &uuid(3),
        "--type=logs",
        "--source=Org 1",
        "--dry-run",
    ];
    let refused = api.world().run(create).code(4);
    let told = format!("`{}` was not connected{READ_ONLY}", uuid(3));
    assert!(refused.stderr.ends_with(&told), "{}", refused.stderr);
}

#[test]
fn keys_that_may_only_read_do_not_find_a_connection_as_wanted() {
    let api = Api::new();
    let to_two = format!("{LIST}&sink_org_id={}", uuid(2));
    api.get(&to_two, &page(&[connection(50, 1, 2, &["logs"])], 1))
        .get("/api/v2/current_user", &current_user(1))
        .expect_write_probe(403, "Forbidden");
    let create = ["create", &uuid(2), "--type=logs", "--if-not-exists"];
    let refused = api.world().run(create.iter().chain(&["--dry-run"])).code(4);
    assert!(refused.stderr.ends_with(READ_ONLY), "{}", refused.stderr);
    assert_eq!(refused.stdout, "");
}

#[test]
fn an_org_is_not_promised_a_connection_to_itself() {
    let api = Api::new();
    let to_itself = format!("{LIST}&sink_org_id={}", uuid(1));
    api.get(&to_itself, &page(&[connection(50, 2, 1, &["logs"])], 1))
        .get("/api/v2/current_user", &current_user(1))
        .get("/api/v2/org", &org_list(1, &[1]))
        .permit_writes();
    let create = ["create", &uuid(1), "--type=logs", "--dry-run"];
    let refused = api.world().run(create).code(1);
    assert!(
        refused
            .stderr
            .contains("was not connected: it is refused: an org cannot be connected to itself"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_disabled_org_is_not_promised_a_connection() {
    let create = ["create", "Legacy Shop", "--type=logs", "-o", "json"];
    let world = World::sandbox();
    let dry = world.run(create.iter().chain(&["--dry-run"])).code(1);
    let refused = world.run(create).code(1);
    for (ended, reason) in [
        (dry, "the org `Legacy Shop` is disabled"),
        (refused, "POST"),
    ] {
        let report = ended.json();
        let message = report["errors"][0]["message"].as_str().unwrap();
        let told = format!("`Legacy Shop` was not connected: it is refused: {reason}");
        assert!(message.starts_with(&told), "{message}");
        assert_eq!(report["items"].as_array().unwrap().len(), 0);
    }
}

#[test]
fn a_dry_run_with_many_profiles_goes_through_the_profile_of_the_change() {
    let (hub, source) = (account(2, 1), Api::new());
    hub.get("/api/v2/current_user", &current_user(1));
    source
        .get("/api/v2/current_user", &current_user(2))
        .permit_writes();
    let world = Profiles::new("default_profile = \"hub\"")
        .with("hub", &hub, Some(1))
        .with("source", &source, Some(2))
        .world();
    let shown = update(&world, &["--dry-run", "-o", "jsonl"]).code(0);
    assert_eq!(shown.json()["result"], "would update");
}
