//! A plan that is saved, reviewed and carried out later.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use super::{CREATE, FILE, LIST, answer, change, creation, expect_reads, live, path, world};
use crate::harness::{Api, Profiles, World, connection, current_user, org_list, page, uuid};

const SAVE: [&str; 7] = [
    "plan",
    "-f",
    "orgconn.yaml",
    "--prune",
    "--out",
    "plan.json",
    "-q",
];
const APPLY: [&str; 3] = ["apply", "plan.json", "-y"];

/// Answers requests for the current user, and for the orgs and connections of org 1.
fn answer_reads(api: &Api, connections: &[Value]) {
    let json = |value: Value| ResponseTemplate::new(200).set_body_json(value);
    api.allow("GET", "/api/v2/current_user", None, json(current_user(1)))
        .allow("GET", "/api/v2/org", None, json(org_list(1, &[1, 2, 3, 4])))
        .allow(
            "GET",
            LIST,
            None,
            json(page(connections, connections.len())),
        );
}

/// A plan for the connections of [`live`], saved in a world that then talks to another API with these connections.
fn saved(now: &[Value]) -> (World, Api) {
    let api = Api::new();
    answer_reads(&api, &live());
    let world = world(&api);
    world.run(SAVE).quiet_success();
    let later = Api::new();
    answer_reads(&later, now);
    let world = world.with("ORGCONN_API_URL", &later.url());
    (world, later)
}

#[test]
fn the_steps_that_were_reviewed_are_made_and_no_others() {
    let mut now = live();
    // It is not in the file either, but the plan does not delete it.
    now.push(connection(56, 1, 6, &["logs"]));
    let (world, api) = saved(&now);
    let plan = std::fs::read_to_string(world.home().join("plan.json")).unwrap();
    let plan: Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(plan["schema"], "orgconn/plan/v1");
    assert_eq!(
        plan["steps"][1],
        json!({
            "kind": "create",
            "source": {"id": uuid(1), "name": "Org 1"},
            "destination": {"id": uuid(3), "name": "Org 3"},
            "types": ["logs", "metrics"],
            "profile": null,
            "location": {"file": "orgconn.yaml", "line": 2, "column": 13},
        })
    );
    let types = ["logs", "metrics"];
    let gone = ResponseTemplate::new(200).set_body_string("{}\n");
    api.expect(
        "PATCH",
        &path(52),
        change(52, &types),
        answer(connection(52, 1, 2, &types)),
        1,
    )
    .expect(
        "POST",
        CREATE,
        creation(3, &types),
        answer(connection(53, 1, 3, &types)),
        1,
    )
    .expect("DELETE", &path(54), None, gone, 1);
    // The file is not read again.
    std::fs::remove_file(world.home().join("orgconn.yaml")).unwrap();
    let applied = world.run(APPLY).code(0);
    assert_data_eq!(
        applied.stdout,
        str![[r#"
RESULT  ACTION  SOURCE  DESTINATION  BEFORE  AFTER         LINE
done    update  Org 1   Org 2        logs    logs,metrics  2
done    create  Org 1   Org 3        -       logs,metrics  2
done    delete  Org 1   Org 4        audit   -             -

"#]]
    );
    assert!(
        applied
            .stderr
            .ends_with("\n1 to create, 1 to update, 1 to delete, 0 unchanged\n3 done, 0 failed\n"),
        "{}",
        applied.stderr
    );
}

#[test]
fn if_the_live_state_has_moved_nothing_is_done_and_what_moved_is_told() {
    for flag in ["-y", "--dry-run"] {
        let now = [
            connection(52, 1, 2, &["audit"]),
            connection(53, 1, 3, &["audit"]),
            connection(55, 1, 4, &["audit"]),
        ];
        let (world, _api) = saved(&now);
        let stopped = world.run(["apply", "plan.json", flag, "-q"]).code(6);
        assert_eq!(stopped.stdout, "");
        assert_data_eq!(
            stopped.stderr,
            str![[r#"
error: `Org 1` to `Org 2` changed since the plan was made: the plan was to change logs to logs,metrics, now it would be to change audit to logs,metrics
error: `Org 1` to `Org 3` changed since the plan was made: the plan was to create it with logs,metrics, now it would be to change audit to logs,metrics
error: `Org 1` to `Org 4` changed since the plan was made: the plan was to delete it with audit, now it would be to delete it with audit

"#]]
        );
    }
}

#[test]
fn steps_that_somebody_else_made_just_so_are_done() {
    let types = ["logs", "metrics"];
    let now = [connection(52, 1, 2, &types), connection(53, 1, 3, &types)];
    let (world, _api) = saved(&now);
    let applied = world.run(["apply", "plan.json"]).code(0);
    assert_eq!(applied.stderr, "no changes: 2 connections are as wanted\n");
}

#[test]
fn a_saved_plan_is_confirmed_and_limited_as_any_other() {
    let (world, _api) = saved(&live());
    let refused = world.run(["apply", "plan.json"]).code(2);
    assert!(
        refused
            .stderr
            .contains("unchanged\nerror: applying needs a confirmation"),
        "{}",
        refused.stderr
    );
    let refused = world
        .run([&APPLY[..], &["--max-deletes=0"]].concat())
        .code(2);
    assert!(
        refused.stderr.contains("the plan deletes 1 connection"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_plan_never_overwrites_the_file_that_it_was_made_of() {
    let api = Api::new();
    let world = world(&api);
    std::fs::create_dir(world.home().join("plans")).unwrap();
    for out in ["orgconn.yaml", "plans/../orgconn.yaml"] {
        let refused = world
            .run(["plan", "-f", "orgconn.yaml", "--out", out])
            .code(2);
        let message = format!("{out} is one of the files of the plan and would be overwritten");
        assert_eq!(
            refused.stderr,
            format!("error: {message}\nhint: give --out a name of its own\n")
        );
    }
    let kept = std::fs::read_to_string(world.home().join("orgconn.yaml")).unwrap();
    assert_eq!(kept, FILE);
}

#[test]
fn an_incomplete_plan_is_not_saved() {
    let api = Api::new();
    answer_reads(&api, &[]);
    let world = api.world();
    world.file(
        "orgconn.yaml",
        "connections: [{source: Org 2, destination: Org 3, types: [logs]}]",
    );
    let planned = world.run(&SAVE[..6]).code(4);
    assert!(
        planned
            .stderr
            .ends_with("the plan is incomplete: plan.json was not written\n"),
        "{}",
        planned.stderr
    );
    assert!(!world.home().join("plan.json").exists());
}

#[test]
fn what_is_not_such_a_plan_is_refused() {
    let world = World::talking_to("http://127.0.0.1:9");
    world.file("plan.json", r#"{"schema": "orgconn/plan/v2", "steps": []}"#);
    let refused = world.run(APPLY).code(2);
    assert_eq!(
        refused.stderr,
        "error: cannot read the plan plan.json: its schema is `orgconn/plan/v2`, and this version of orgconn reads \
         `orgconn/plan/v1`\n"
    );
    world.file("plan.json", FILE);
    let refused = world.run(APPLY).code(2);
    assert!(
        refused.stderr.starts_with(
            "error: cannot read the plan plan.json: it is not a plan that `orgconn plan --out` wrote: "
        ),
        "{}",
        refused.stderr
    );
    for flags in [&["-f", "orgconn.yaml"][..], &["--prune"]] {
        world.run([&APPLY[..], flags].concat()).code(2);
    }
    world.run(["apply", "-y"]).code(2);
}

#[test]
fn another_profile_than_the_plan_names_does_not_make_its_changes() {
    let api = Api::new();
    answer_reads(&api, &live());
    let profiles = Profiles::new("")
        .with("one", &api, Some(1))
        .with("other", &api, Some(1));
    let world = profiles.world();
    world.file("orgconn.yaml", FILE);
    world.run([&SAVE[..], &["--profile=one"]].concat()).code(0);
    let refused = world
        .run([&APPLY[..], &["--profile=other"]].concat())
        .code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: orgconn.yaml:2:13: the plan is for the profile `one`, and the profile `other` is chosen for `Org 1`
hint: choose the profiles of the plan, or make a new plan

"#]]
    );
}

#[test]
fn the_exit_code_tells_whether_there_is_anything_to_change() {
    let api = Api::new();
    answer_reads(&api, &live());
    let world = world(&api);
    let plan = ["plan", "-f", "orgconn.yaml"];
    world.run(plan).code(0);
    world.run([&plan[..], &["--exit-code"]].concat()).code(3);
    world.file(
        "orgconn.yaml",
        "connections: [{source: Org 1, destination: Org 2, types: [logs]}]",
    );
    world.run([&plan[..], &["--exit-code"]].concat()).code(0);
    let delete = [&plan[..], &["--exit-code", "--prune"]].concat();
    world.run(delete).code(3);
    let fails = Api::new();
    expect_reads(&fails, &[], 1);
    let world = fails.world();
    world.file(
        "orgconn.yaml",
        "connections: [{source: Org 1, destination: Org 9, types: [logs]}]",
    );
    world.run([&plan[..], &["--exit-code"]].concat()).code(5);
}
