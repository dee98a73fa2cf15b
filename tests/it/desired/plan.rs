use serde_json::json;
use snapbox::{assert_data_eq, str};

use super::{FILE, expect_current_user, expect_reads, live, world};
use crate::harness::{Api, connection, uuid};

const PLAN: [&str; 3] = ["plan", "-f", "orgconn.yaml"];

#[test]
fn a_plan_is_made_with_one_look_and_shows_what_would_change() {
    let api = Api::new();
    expect_reads(&api, &live(), 1);
    expect_current_user(&api, true);
    let planned = world(&api).run(PLAN).code(0);
    assert_data_eq!(
        planned.stdout,
        str![[r#"
ACTION  SOURCE  DESTINATION  BEFORE  AFTER         LINE
update  Org 1   Org 2        logs    logs,metrics  2
create  Org 1   Org 3        -       logs,metrics  2

"#]]
    );
    assert_data_eq!(
        planned.stderr,
        str![[r#"
1 to create, 1 to update, 0 to delete, 0 unchanged
hint: --prune would delete 1 more connection of these source orgs that is not in the file

"#]]
    );
}

#[test]
fn nothing_to_do_is_0_too_and_asks_nobody_who_they_are() {
    let api = Api::new();
    let both = [2, 3].map(|org| connection(50 + org, 1, org, &["logs", "metrics"]));
    expect_reads(&api, &both, 2);
    let world = world(&api);
    let planned = world.run(PLAN).code(0);
    assert_eq!(planned.stderr, "no changes: 2 connections are as wanted\n");
    let rows = world.run([&PLAN[..], &["-q", "-ojson"]].concat());
    let rows = rows.json();
    let actions: Vec<_> = rows["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["action"])
        .collect();
    assert_eq!(actions, ["unchanged", "unchanged"]);
}

#[test]
fn json_holds_every_step_with_its_place_and_lines_only_what_changes() {
    let api = Api::new();
    let mut connections = live();
    connections.push(connection(53, 1, 3, &["metrics", "logs"]));
    expect_reads(&api, &connections, 4);
    let world = world(&api);
    let end = |org: u128| json!({"id": uuid(org), "name": format!("Org {org}")});
    let plan = |flags: &[&str]| {
        world
            .run([&PLAN[..], &["--quiet"], flags].concat())
            .quiet_success()
    };
    let data: serde_json::Value = serde_json::from_str(&plan(&["--prune", "-ojson"])).unwrap();
    assert_eq!(
        data,
        json!({"schema": "orgconn/v1", "errors": [], "items": [
            {"action": "update", "result": null, "reason": null, "id": uuid(52), "source": end(1), "destination": end(2),
             "before": ["logs"], "after": ["logs", "metrics"], "profile": null, "line": 2, "column": 13,
             "file": "orgconn.yaml"},
            {"action": "unchanged", "result": null, "reason": null, "id": uuid(53), "source": end(1), "destination": end(3),
             "before": ["logs", "metrics"], "after": ["logs", "metrics"], "profile": null, "line": 2, "column": 13,
             "file": "orgconn.yaml"},
            {"action": "delete", "result": null, "reason": null, "id": uuid(54), "source": end(1), "destination": end(4),
             "before": ["audit"], "after": [], "profile": null, "line": null, "column": null, "file": null},
        ]})
    );
    assert_eq!(plan(&["-oid"]), format!("{}\n", uuid(52)));
    assert_eq!(plan(&["-ojsonl"]).lines().count(), 2);
    assert_data_eq!(
        plan(&["-ocsv", "--prune"]),
        str![[r#"
result,action,id,source,source_id,destination,destination_id,before,after,profile,line,column,reason,file
,update,00000000-0000-0000-0000-000000000034,Org 1,00000000-0000-0000-0000-000000000001,Org 2,00000000-0000-0000-0000-000000000002,logs,"logs,metrics",,2,13,,orgconn.yaml
,delete,00000000-0000-0000-0000-000000000036,Org 1,00000000-0000-0000-0000-000000000001,Org 4,00000000-0000-0000-0000-000000000004,audit,,,,,,

"#]]
    );
}

#[test]
fn the_file_may_come_from_standard_input() {
    let api = Api::new();
    expect_reads(&api, &live(), 1);
    let file = FILE.replace(", Org 3", "");
    let planned = api
        .world()
        .run_with_input(["plan", "-f", "-", "-q", "-otsv", "--no-header"], &file);
    assert!(planned.quiet_success().starts_with("\tupdate\t"));
}

#[test]
fn who_would_own_a_new_connection_is_told_where_it_is_a_person() {
    let api = Api::new();
    expect_reads(&api, &live(), 1);
    expect_current_user(&api, false);
    let planned = world(&api).run(PLAN).code(0);
    assert_data_eq!(
        planned.stderr,
        str![[r#"
warning: new connections in `Org 1` would belong to Dana Example, a person, and be deleted with that account: Datadog recommends a service account
...

"#]]
    );
}

#[test]
fn an_unknown_type_is_planned_only_when_that_is_allowed() {
    let api = Api::new();
    expect_reads(&api, &live(), 2);
    let world = api.world();
    world.file(
        "orgconn.yaml",
        &FILE.replace(", Org 3", "").replace("metrics", "rum"),
    );
    let refused = world.run(PLAN).code(2);
    assert!(
        refused
            .stderr
            .starts_with("error: orgconn.yaml:4:19: unknown connection type `rum`")
    );
    let planned = world.run([&PLAN[..], &["--allow-unknown-type", "-qojsonl"]].concat());
    assert_eq!(planned.json()["after"], json!(["logs", "rum"]));
}
