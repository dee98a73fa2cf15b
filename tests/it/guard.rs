//! A profile protects its org: nothing is read or changed with the keys of another org.

use serde_json::json;
use wiremock::ResponseTemplate;

use crate::harness::{
    Api, Profiles, SandboxServer, connection, current_user, org_list, page, uuid,
};

const CREATE: &str = "/api/v2/org_connections";
const WHOLE: &str = "/api/v2/org_connections?limit=1000&offset=0";
const HUB: &str = "83999dcd-7f97-11f0-8de1-1ecf66f1aa85";
const RETAIL: &str = "4dee724d-00cc-11ea-a77b-570c9d03c6c5";

/// The error if the profile `a` names org 1, but its keys belong to the org `found`.
fn mismatch(found: &str) -> String {
    format!(
        "error: the keys of the profile `a` belong to the org {found}, not to {} as the profile says\n",
        uuid(1)
    )
}

#[test]
fn a_create_with_another_orgs_keys_is_refused_after_the_cheapest_request() {
    for dry_run in [&[][..], &["--dry-run"]] {
        let api = Api::new();
        api.get("/api/v2/current_user", &current_user(9));
        let world = Profiles::new("").with("a", &api, Some(1)).world();
        let create = ["create", &uuid(2), "--type=logs", "--profile=a"];
        let refused = world.run(create.iter().chain(dry_run)).code(2);
        assert!(
            refused.stderr.starts_with(&mismatch(&uuid(9))),
            "{}",
            refused.stderr
        );
    }
}

#[test]
fn what_the_service_has_said_already_costs_no_further_request() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(9, &[2, 9]));
    let world = Profiles::new("").with("a", &api, Some(1)).world();
    let refused = world
        .run(["create", "Org 2", "--type=logs", "--profile=a"])
        .code(2);
    let found = format!("`Org 9` ({})", uuid(9));
    assert!(
        refused.stderr.starts_with(&mismatch(&found)),
        "{}",
        refused.stderr
    );
}

#[test]
fn updates_and_deletions_are_guarded_too() {
    for change in [
        &["update", "--type=metrics"][..],
        &["delete", "--yes"],
        &["delete", "--dry-run"],
    ] {
        let api = Api::new();
        api.get("/api/v2/current_user", &current_user(9))
            .get(WHOLE, &page(&[connection(50, 9, 2, &["logs"])], 1));
        let world = Profiles::new("").with("a", &api, Some(1)).world();
        let id = uuid(50);
        let refused = world
            .run(change.iter().chain(&[id.as_str(), "--profile=a"]))
            .code(2);
        assert!(
            refused.stderr.starts_with(&mismatch(&uuid(9))),
            "{}",
            refused.stderr
        );
    }
}

#[test]
fn nothing_is_read_with_another_orgs_keys() {
    let pair = ["--source", &uuid(1), "--destination", &uuid(2)];
    for command in [
        &["list"][..],
        &["list", "--source", &uuid(1)],
        &["list", "-o", "jsonl"],
        &["get", &uuid(50)],
        &["get", "--destination", &uuid(2)],
        &[&["check"][..], &pair, &["--absent"]].concat(),
        &["check", "--destination", &uuid(2)],
        &["check", "-f", "orgconn.yaml"],
        &["plan", "-f", "orgconn.yaml"],
        &["apply", "-f", "orgconn.yaml", "--yes"],
        &["export"],
        &["graph"],
        &["graph", "--destination", &uuid(2)],
        &["audit"],
        &["orgs"],
        &["orgs", "--name", "Org"],
    ] {
        let api = wrong_org();
        let world = Profiles::new("").with("a", &api, Some(1)).world();
        let source = uuid(9);
        let file =
            format!("connections: [{{source: {source}, destination: {source}0, types: [logs]}}]");
        world.file(
            "orgconn.yaml",
            &file.replace(&format!("{source}0"), &uuid(2)),
        );
        let refused = world.run(command.iter().chain(&["--profile=a"])).code(2);
        assert_eq!(refused.stdout, "", "{command:?}");
        let told = "the keys of the profile `a` belong to the org ";
        assert!(
            refused.stderr.contains(told),
            "{command:?}: {}",
            refused.stderr
        );
        for org in [1, 9] {
            assert!(refused.stderr.contains(&uuid(org)), "{}", refused.stderr);
        }
    }
}

/// A server whose keys belong to org 9, which answers any reading.
fn wrong_org() -> Api {
    let api = Api::new();
    let answer = |body: &serde_json::Value| ResponseTemplate::new(200).set_body_json(body);
    let rows = [connection(50, 9, 2, &["logs"])];
    let source = format!("{WHOLE}&source_org_id={}", uuid(1));
    let destination = format!("{WHOLE}&sink_org_id={}", uuid(2));
    let both = format!("{destination}&source_org_id={}", uuid(1));
    let reverse = format!("{destination}&source_org_id={}", uuid(9));
    for target in [WHOLE, &source, &destination, &both, &reverse] {
        api.allow("GET", target, None, answer(&page(&rows, 1)));
    }
    for target in ["/api/v2/org", "/api/v2/org?filter%5Bname%5D=Org"] {
        api.allow("GET", target, None, answer(&org_list(9, &[2, 9])));
    }
    api.allow(
        "GET",
        "/api/v2/current_user",
        None,
        answer(&current_user(9)),
    );
    api
}

#[test]
fn a_pinned_profile_is_checked_with_one_more_request_beside_the_first() {
    let api = Api::new();
    api.get("/api/v2/current_user", &current_user(1))
        .get(WHOLE, &page(&[connection(50, 1, 2, &["logs"])], 1));
    let world = Profiles::new("").with("a", &api, Some(1)).world();
    let ids = world
        .run(["list", "--profile=a", "-o", "id"])
        .quiet_success();
    assert_eq!(ids, format!("{}\n", uuid(50)));
}

#[test]
fn one_wrong_profile_of_several_is_the_failure_of_that_profile() {
    let (api, good) = (wrong_org(), Api::new());
    good.get("/api/v2/current_user", &current_user(2))
        .get(WHOLE, &page(&[connection(51, 2, 3, &["logs"])], 1));
    let world = Profiles::new("")
        .with("a", &api, Some(1))
        .with("good", &good, Some(2))
        .world();
    let part = world.run(["list", "--all-profiles", "-o", "json"]).code(8);
    let report = part.json();
    assert_eq!(report["items"].as_array().unwrap().len(), 1);
    assert_eq!(report["items"][0]["id"], uuid(51));
    assert_eq!(report["errors"][0]["profile"], "a");
    assert_eq!(report["errors"][0]["kind"], "usage");
}

#[test]
fn keys_of_the_right_org_pass_and_are_asked_once_for_several_writes() {
    let api = Api::new();
    api.get("/api/v2/current_user", &current_user(1));
    for destination in [2, 3] {
        let made = connection(50 + destination, 1, destination, &["logs"]);
        api.expect(
            "POST",
            CREATE,
            Some(json!({"data": {
                "type": "org_connection",
                "attributes": {"connection_types": ["logs"]},
                "relationships": {"sink_org": {"data": {"type": "orgs", "id": uuid(destination)}}},
            }})),
            ResponseTemplate::new(200).set_body_json(json!({"data": made})),
            1,
        );
    }
    let world = Profiles::new("").with("a", &api, Some(1)).world();
    world
        .run(["create", &uuid(2), &uuid(3), "--type=logs", "--profile=a"])
        .quiet_success();
}

#[test]
fn a_profile_with_another_orgs_key_cannot_create_in_the_sandbox() {
    let sandbox = SandboxServer::new();
    let world = Profiles::new("")
        .at("hub", &sandbox.url, Some(HUB), "SWAPPED")
        .at("retail", &sandbox.url, Some(RETAIL), "SWAPPED")
        .world()
        .with("SWAPPED_API_KEY", "sandbox-api-key-retail-us")
        .with("SWAPPED_APP_KEY", "sandbox-app-key-retail-us");
    let archive = "37c5e8a4-d10b-11ef-b92e-e6481f3a0d75";
    let create =
        |profile: &str| world.run(["create", archive, "--type=logs", "--profile", profile]);
    let refused = create("hub").code(2);
    assert!(
        refused.stderr.contains(HUB) && refused.stderr.contains(RETAIL),
        "{}",
        refused.stderr
    );
    create("retail").quiet_success();
    let listed = world.run([
        "list",
        "--destination",
        archive,
        "--profile=retail",
        "--columns=source_id",
        "-otsv",
        "--no-header",
    ]);
    assert_eq!(listed.quiet_success(), format!("{RETAIL}\n"));
}
