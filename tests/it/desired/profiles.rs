//! Orgs and connections that the chosen profiles cannot see or change.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use super::{LIST, expect_current_user, expect_reads, live, refusal};
use crate::harness::{Api, Profiles, World, connection, org_list, page, uuid};

/// A world with a profile for each server: `one` with the keys of org 1, and so on.
fn world(servers: &[(&str, u128, &Api)]) -> World {
    let mut config = String::new();
    for (profile, org, api) in servers {
        config.push_str(&format!(
            "[profiles.{profile}]\napi_url = \"{}\"\norg = \"{}\"\napi_key = {{ env = \"SOME_API_KEY\" }}\n\
             app_key = {{ env = \"SOME_APP_KEY\" }}\n",
            api.url(),
            uuid(*org)
        ));
    }
    let world = World::bare()
        .with("SOME_API_KEY", crate::harness::API_KEY)
        .with("SOME_APP_KEY", crate::harness::APP_KEY);
    let config = world.file("config.toml", &config);
    world.with("ORGCONN_CONFIG", config.to_str().unwrap())
}

fn of_org_two(connections: &[Value], times: u64) -> Api {
    let api = Api::new();
    let orgs = ResponseTemplate::new(200).set_body_json(org_list(2, &[2]));
    let listing = ResponseTemplate::new(200).set_body_json(page(connections, connections.len()));
    api.expect("GET", "/api/v2/org", None, orgs, times)
        .expect("GET", LIST, None, listing, times);
    api
}

const BOTH: &str = "\
connections:
  - source: Org 1
    destination: Org 2
    types: [logs]
  - source: Org 3
    destination: [Org 2, Org 4]
    types: [metrics]
";

#[test]
fn what_nobody_can_see_or_change_is_told_and_never_guessed() {
    let api = Api::new();
    let seen = [connection(52, 1, 2, &["logs"])];
    expect_reads(&api, &seen, 1);
    let two = of_org_two(&[seen[0].clone(), connection(60, 3, 2, &["audit"])], 1);
    let world = world(&[("one", 1, &api), ("two", 2, &two)]);
    world.file("orgconn.yaml", BOTH);
    let planned = world
        .run(["plan", "--all-profiles", "-f", "orgconn.yaml"])
        .code(4);
    assert_data_eq!(
        planned.stdout,
        str![[r#"
ACTION  SOURCE  DESTINATION  BEFORE  AFTER    LINE
update  Org 3   Org 2        audit   metrics  5

"#]]
    );
    assert_data_eq!(
        planned.stderr,
        str![[r#"
0 to create, 1 to update, 0 to delete, 1 unchanged
error: orgconn.yaml:5:13: whether `Org 3` is connected to `Org 4` cannot be read: none of the profiles one, two has keys for either org
error: orgconn.yaml:5:13: the connections from `Org 3` cannot be changed: none of the profiles one, two has keys for `Org 3`
hint: a profile must have the keys of the org itself: `orgconn profile add` adds one, and --all-profiles uses all that there are

"#]]
    );
}

#[test]
fn apply_begins_nothing_where_a_source_has_no_profile() {
    let two = of_org_two(&[connection(60, 3, 2, &["audit"])], 1);
    let world = world(&[("two", 2, &two)]);
    world.file(
        "orgconn.yaml",
        "connections: [{source: Org 3, destination: Org 2, types: [logs]}]",
    );
    let refused = world
        .run(["apply", "--profile=two", "-f", "orgconn.yaml", "--yes"])
        .code(4);
    assert_eq!(refused.stdout, "");
    assert!(
        refused
            .stderr
            .contains("the profile two does not have keys for `Org 3`\nhint: a profile must have"),
        "{}",
        refused.stderr
    );
}

#[test]
fn with_prune_the_source_itself_has_to_be_asked() {
    let two = of_org_two(&[connection(60, 3, 2, &["logs"])], 2);
    let world = world(&[("two", 2, &two)]);
    world.file(
        "orgconn.yaml",
        "connections: [{source: Org 3, destination: Org 2, types: [logs]}]",
    );
    world
        .run(["plan", "-f", "orgconn.yaml", "--profile=two"])
        .code(0);
    let part = world
        .run(["plan", "-f", "orgconn.yaml", "--profile=two", "--prune"])
        .code(4);
    assert!(
        part.stderr
            .contains("the connections of `Org 3` that are not in the file cannot be read"),
        "{}",
        part.stderr
    );
}

#[test]
fn a_profile_that_cannot_be_asked_keeps_apply_from_beginning_and_plan_from_0() {
    for (command, expected) in [("plan", 4), ("apply", 4), ("check", 4)] {
        let api = Api::new();
        expect_reads(&api, &[], 1);
        if command == "plan" {
            expect_current_user(&api, true);
        }
        let two = Api::new();
        // Both requests are sent at the same time, and one refusal ends the run, so either may not have been sent.
        two.allow("GET", "/api/v2/org", None, refusal(401, "Unauthorized"));
        two.allow("GET", LIST, None, refusal(401, "Unauthorized"));
        let world = world(&[("one", 1, &api), ("two", 2, &two)]);
        world.file(
            "orgconn.yaml",
            "connections: [{source: Org 1, destination: Org 2, types: [logs]}]",
        );
        let ended = world.run([
            command,
            "--all-profiles",
            "-f",
            "orgconn.yaml",
            "-y",
            "-ojson",
        ]);
        let ended = ended.code(expected);
        assert_eq!(
            ended.json()["errors"][0]["profile"],
            json!("two"),
            "{command}"
        );
    }
}

#[test]
fn keys_of_another_org_change_nothing() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2]));
    // Both requests are sent at the same time, and the answer to the first ends the run.
    let listing = ResponseTemplate::new(200).set_body_json(page(&live(), live().len()));
    api.allow("GET", LIST, None, listing);
    let world = world(&[("seven", 7, &api)]);
    world.file("orgconn.yaml", super::FILE);
    let refused = world
        .run(["apply", "-f", "orgconn.yaml", "--yes", "--profile=seven"])
        .code(2);
    assert!(
        refused
            .stderr
            .contains("the keys of the profile `seven` belong to the org `Org 1`"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_profile_stands_for_the_org_of_its_keys() {
    let api = Api::new();
    expect_reads(&api, &live(), 1);
    let world = world(&[("one", 1, &api)]);
    world.file(
        "orgconn.yaml",
        "connections: [{source: profile:one, destination: Org 2, types: [logs]}]",
    );
    world
        .run(["check", "-f", "orgconn.yaml", "--profile=one"])
        .code(0);
}

#[test]
fn of_two_profiles_of_a_source_the_default_one_applies_or_else_neither() {
    let twins = |times| {
        let twins = [Api::new(), Api::new()];
        for api in &twins {
            let orgs = ResponseTemplate::new(200).set_body_json(org_list(1, &[1, 2]));
            let listing = ResponseTemplate::new(200).set_body_json(page(&[], 0));
            api.expect("GET", "/api/v2/org", None, orgs, 1)
                .expect("GET", LIST, None, listing, times);
        }
        twins
    };
    let run = |[one, two]: &[Api; 2], head: &str, command: &str| {
        let world = Profiles::new(head)
            .with("one", one, Some(1))
            .with("two", two, Some(1))
            .world();
        world.file(
            "orgconn.yaml",
            "connections: [{source: Org 1, destination: Org 2, types: [logs]}]",
        );
        let arguments = [command, "-f", "orgconn.yaml", "--all-profiles", "-y"];
        world.run(arguments)
    };
    for (command, code) in [("plan", 2), ("apply", 2), ("check", 3)] {
        let ended = run(&twins(1), "", command).code(code);
        let told = format!(
            "2 profiles are for the org `Org 1` ({}):\n  one\n  two\n",
            uuid(1)
        );
        assert_eq!(
            ended.stderr.contains(&told),
            command != "check",
            "{command}"
        );
    }
    let twins = twins(2);
    expect_current_user(&twins[1], true);
    let made = connection(50, 1, 2, &["logs"]);
    let order = json!({"data": {
        "type": "org_connection",
        "attributes": {"connection_types": ["logs"]},
        "relationships": {"sink_org": {"data": {"type": "orgs", "id": uuid(2)}}},
    }});
    let answer = ResponseTemplate::new(200).set_body_json(json!({"data": made}));
    twins[1].expect("POST", "/api/v2/org_connections", Some(order), answer, 1);
    run(&twins, "default_profile = \"two\"", "apply").code(0);
}

#[test]
fn a_profile_that_is_not_chosen_stands_for_the_org_that_it_names() {
    let (api, not_chosen) = (Api::new(), Api::new());
    expect_reads(&api, &[connection(52, 2, 1, &["logs"])], 1);
    let world = world(&[("one", 1, &api), ("two", 2, &not_chosen)]);
    world.file(
        "orgconn.yaml",
        "connections: [{source: profile:two, destination: Org 1, types: [logs]}]",
    );
    world
        .run(["check", "-f", "orgconn.yaml", "--profile=one"])
        .code(0);
}

#[test]
fn a_public_id_is_looked_up_with_the_profile_that_lists_it() {
    let (one, three) = (Api::new(), Api::new());
    let seen = page(&[connection(50, 3, 1, &["logs"])], 1);
    for (api, orgs) in [(&one, org_list(1, &[1, 3])), (&three, org_list(3, &[3]))] {
        let ok = |body: &Value| ResponseTemplate::new(200).set_body_json(body);
        api.allow("GET", "/api/v2/org", None, ok(&orgs))
            .allow("GET", LIST, None, ok(&seen));
    }
    let world = world(&[("one", 1, &one), ("three", 3, &three)]);
    let file = format!(
        "connections: [{{source: {}, destination: org00000001, types: [logs]}}]",
        uuid(3)
    );
    world.file("orgconn.yaml", &file);
    world.run(["check", "-f", "orgconn.yaml"]).code(0);
}
