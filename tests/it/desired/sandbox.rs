//! Desired-state files in the sandbox, with the keys of every org.

use serde_json::json;

use crate::harness::World;

const FILE: &str = "\
connections:
  - source: Platform
    destination: [Observability Hub, Security Archive]
    types: [logs, metrics]
  - source: [uuid:1f7d93e0-a4c2-11ed-8b5e-c36ae80d2f17, profile:payments-us, Retail EU]
    destination: Observability Hub
    types: [metrics]
";

#[test]
fn orgs_are_worked_on_side_by_side_and_the_plan_is_empty_afterwards() {
    let world = World::sandbox().with("ORGCONN_ALL_PROFILES", "1");
    world.file("orgconn.yaml", FILE);
    let applied = world
        .run(["apply", "-f", "orgconn.yaml", "--prune", "-y", "-ojson"])
        .code(0);
    let report = applied.json();
    let rows: Vec<_> = report["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| [&row["action"], &row["result"], &row["profile"]])
        .collect();
    let (done, nothing) = (json!("done"), json!(null));
    assert_eq!(
        rows,
        [
            [&json!("unchanged"), &nothing, &nothing],
            [&json!("update"), &done, &json!("payments-us")],
            [&json!("update"), &done, &json!("platform")],
            [&json!("create"), &done, &json!("platform")],
            [&json!("delete"), &done, &json!("platform")],
            [&json!("update"), &done, &json!("retail-eu")],
        ]
    );
    let planned = world
        .run(["plan", "-f", "orgconn.yaml", "--prune", "-oid"])
        .code(0);
    assert_eq!(
        (planned.stdout.as_str(), planned.stderr.as_str()),
        (
            "",
            "no changes: 5 connections are as wanted\n\
             8 live connections of other source orgs are not in the file, and stay; `manage: all` in the file would put \
             them in its scope\n"
        )
    );
    world
        .run(["check", "-f", "orgconn.yaml", "--exact"])
        .code(0);
}

#[test]
fn a_person_is_told_of_disabled_orgs_and_of_many_destinations() {
    let world = World::sandbox().with("ORGCONN_ALL_PROFILES", "1");
    world.file(
        "orgconn.yaml",
        "connections: [{source: Observability Hub, types: [logs], \
         destination: [Platform, Logistics, Retail EU, Retail US, Security Archive, Legacy Shop]}]",
    );
    let planned = world.run(["plan", "-f", "orgconn.yaml"]).code(0);
    let warnings = planned.stderr.lines();
    let warnings: Vec<_> = warnings
        .filter(|line| line.starts_with("warning: "))
        .collect();
    assert_eq!(
        warnings,
        [
            "warning: `Observability Hub` will share with 6 orgs; beyond 5 the API may refuse, unless it is on an \
             Enterprise plan",
            "warning: `Legacy Shop` is disabled",
        ]
    );
    let quiet = world.run(["plan", "-f", "orgconn.yaml", "-q"]).code(0);
    assert_eq!(quiet.stderr, "");
}
