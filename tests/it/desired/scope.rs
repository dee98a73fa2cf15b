//! What a file is the whole truth about: `manage`.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

use super::{LIST, expect_reads};
use crate::harness::{Api, Profiles, World, connection, org_list, page};

/// Every org of the sandbox, and the file that describes all of its connections.
fn world() -> World {
    let world = World::sandbox().with("ORGCONN_ALL_PROFILES", "1");
    let exported = world.run(["export"]).quiet_success();
    assert_eq!(exported.lines().nth(1), Some("manage: all"));
    world.file("orgconn.yaml", &exported);
    world
}

const RETAIL: &str =
    "  - source: Retail US\n    destination: Observability Hub\n    types: [logs]\n";

/// Takes the only connection of a source out of the file, and returns the text that is left.
fn take_out_retail(world: &World) -> String {
    let text = std::fs::read_to_string(world.home().join("orgconn.yaml")).unwrap();
    let left = text.replace(RETAIL, "");
    assert_ne!(left, text);
    world.file("orgconn.yaml", &left);
    left
}

fn retail(world: &World) -> Vec<Value> {
    let listed = world.run(["list", "--source=Retail US", "-ojson"]).json();
    listed["items"].as_array().unwrap().clone()
}

#[test]
fn the_last_connection_of_a_source_that_is_taken_out_is_found_and_pruned() {
    let world = world();
    let check = ["check", "-f", "orgconn.yaml", "--exact"];
    world.run(check).code(0);
    take_out_retail(&world);
    let differs = world.run(check).code(3);
    assert_data_eq!(
        differs.stdout,
        str![[r#"
RESULT    ACTION  SOURCE     DESTINATION        BEFORE  AFTER  PROFILE    REASON
unwanted  delete  Retail US  Observability Hub  logs    -      retail-us  is connected (shares logs)

"#]]
    );
    let github = world.run([&check[..], &["-ogithub"]].concat()).code(3);
    assert_eq!(
        github.stdout,
        "::error file=orgconn.yaml,line=2,col=9,title=connection unwanted::`Retail US` to `Observability Hub` is connected \
         (shares logs)\n"
    );
    world
        .run(["apply", "-f", "orgconn.yaml", "--prune", "-y"])
        .code(0);
    assert_eq!(retail(&world), [""; 0]);
    world.run(check).code(0);
}

#[test]
fn without_manage_the_connections_of_other_sources_stay_and_are_counted() {
    let world = world();
    let left = take_out_retail(&world).replace("manage: all\n", "");
    // No profile has the keys of the org that is no longer in the account.
    let former = left.find("  - source: 0a6d2f8b-").unwrap();
    let end = former + left[former..].find("types: [metrics]\n").unwrap();
    let served = format!(
        "{}{}",
        &left[..former],
        &left[end + "types: [metrics]\n".len()..]
    );
    world.file("orgconn.yaml", &served);
    let note = "1 live connection of another source org is not in the file, and stays; `manage: all` in the file would put \
                it in its scope\n";
    for (command, is_told) in [
        (&["check", "--exact"][..], true),
        (&["check"], false),
        (&["plan"], true),
        (&["plan", "--prune"], true),
        (&["apply", "--prune"], true),
    ] {
        let ended = world
            .run([command, &["-f", "orgconn.yaml"]].concat())
            .code(0);
        assert_eq!(
            ended.stderr.contains(note),
            is_told,
            "{command:?}: {}",
            ended.stderr
        );
    }
    assert_eq!(retail(&world).len(), 1);
}

#[test]
fn the_connections_of_sources_whose_profiles_are_not_read_are_counted() {
    let world = World::sandbox();
    let connections = "connections: [{source: Retail EU, destination: Observability Hub, types: [logs, metrics]}]\n";
    let planned = |manage: &str| {
        world.file("orgconn.yaml", &format!("manage: {manage}\n{connections}"));
        let planned = world.run(["plan", "-f", "orgconn.yaml"]).code(0);
        planned.stderr
    };
    // The hub, whose profile is the default one, sees the connections of them all.
    let others = planned("[Retail EU, Platform, Logistics, Legacy Shop]");
    let note = "4 live connections of other source orgs are not in the file, and stay; `manage: all` in the file would put \
                them in its scope\n";
    assert!(others.ends_with(note), "{others}");
    let other = planned(
        "[Retail EU, Platform, Logistics, Legacy Shop, Retail US, \
         1f7d93e0-a4c2-11ed-8b5e-c36ae80d2f17, b94e2c70-5f8d-11ee-8a3b-059df4617ce2]",
    );
    let note = "1 live connection of another source org is not in the file, and stays; `manage: all` in the file would put \
                it in its scope\n";
    assert!(other.ends_with(note), "{other}");
}

#[test]
fn a_list_names_the_sources_that_are_managed_also_without_a_connection() {
    let world = world();
    world.file(
        "orgconn.yaml",
        "manage: [Retail US]\nconnections: [{source: Retail EU, destination: Observability Hub, types: [logs]}]",
    );
    let planned = world
        .run(["plan", "-f", "orgconn.yaml", "--prune", "-q"])
        .quiet_success();
    assert_data_eq!(
        planned,
        str![[r#"
ACTION  SOURCE     DESTINATION        BEFORE        AFTER  PROFILE    LINE
update  Retail EU  Observability Hub  logs,metrics  logs   retail-eu  2
delete  Retail US  Observability Hub  logs          -      retail-us  -

"#]]
    );
}

#[test]
fn a_profile_that_cannot_be_asked_makes_the_whole_truth_unknown() {
    let api = Api::new();
    expect_reads(&api, &[], 2);
    let down =
        Profiles::new("")
            .with("one", &api, Some(1))
            .at("two", "http://127.0.0.1:9", None, "TEST");
    let world = down.world().with("ORGCONN_MAX_RETRIES", "0");
    world.file("orgconn.yaml", "manage: all\nconnections: []");
    for command in ["check", "plan"] {
        let flags: &[_] = if command == "check" {
            &["--exact"]
        } else {
            &[]
        };
        let ended = world.run([&[command, "-f", "orgconn.yaml", "--all-profiles"], flags].concat());
        let ended = ended.code(7);
        assert!(
            ended.stderr.contains("\nerror: profile two: "),
            "{}",
            ended.stderr
        );
    }
}

#[test]
fn an_org_in_the_scope_that_no_profile_serves_is_told_where_it_matters() {
    let api = Api::new();
    expect_reads(&api, &[], 2);
    let world = api.world();
    world.file("orgconn.yaml", "connections: []\nmanage: [Org 2]");
    world.run(["check", "-f", "orgconn.yaml"]).code(0);
    let unknown = world
        .run(["check", "-f", "orgconn.yaml", "--exact", "-ojson"])
        .code(4);
    assert_eq!(
        unknown.json()["errors"][0]["message"],
        json!(
            "orgconn.yaml:2:10: the connections of `Org 2` that are not in the file cannot be read: these credentials \
             belong to `Org 1`, not to `Org 2`"
        )
    );
}

#[test]
fn nothing_is_concluded_from_two_connections_of_one_pair() {
    let api = Api::new();
    let twice = [
        connection(52, 1, 2, &["logs"]),
        connection(53, 1, 2, &["audit"]),
    ];
    let listing = wiremock::ResponseTemplate::new(200).set_body_json(page(&twice, 2));
    let orgs = wiremock::ResponseTemplate::new(200).set_body_json(org_list(1, &[1, 2, 3]));
    api.expect("GET", "/api/v2/org", None, orgs, 5)
        .expect("GET", LIST, None, listing, 5);
    let world = api.world();
    for (file, flags) in [
        (
            "connections: [{source: Org 1, destination: Org 2, types: [logs]}]",
            &["check"][..],
        ),
        ("{manage: [Org 1], connections: []}", &["check", "--exact"]),
        ("{manage: [Org 1], connections: []}", &["plan", "--prune"]),
        (
            "{manage: [Org 1], connections: []}",
            &["apply", "--prune", "-y"],
        ),
    ] {
        world.file("orgconn.yaml", file);
        let ended = world
            .run([flags, &["-f", "orgconn.yaml", "-ojson"]].concat())
            .code(1);
        assert_eq!(ended.json()["items"], json!([]));
        let message = ended.json()["errors"][0]["message"].to_string();
        let expected = format!(
            "the service lists 2 connections from `Org 1` to `Org 2`, where there can be one: {}, {}",
            twice[0]["id"].as_str().unwrap(),
            twice[1]["id"].as_str().unwrap()
        );
        assert!(message.contains(&expected), "{message}");
    }
    let exported = world.run(["export"]).code(0);
    assert!(
        exported
            .stdout
            .ends_with("destination: Org 2\n    types: [logs]\n")
    );
    let id = twice[1]["id"].as_str().unwrap();
    assert_eq!(
        exported.stderr,
        format!("warning: left out: {id}, a second connection from `Org 1` to `Org 2`\n")
    );
}
