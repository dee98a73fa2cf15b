use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use super::{
    CREATE, answer, change, creation, expect_current_user, expect_reads, expect_two_reads, live,
    path, refusal, world,
};
use crate::harness::{Api, World, connection, current_user, page, uuid};

const APPLY: [&str; 4] = ["apply", "-f", "orgconn.yaml", "--yes"];

/// The entries of the history, the oldest first.
pub(super) fn history(world: &World) -> Vec<Value> {
    let listed = world.run(["history", "-ojson"]).json();
    let mut entries = listed["items"].as_array().unwrap().clone();
    entries.reverse();
    entries
}

#[test]
fn what_was_shown_is_done_after_a_second_look_and_written_down() {
    let api = Api::new();
    expect_two_reads(&api, &live());
    expect_current_user(&api, true);
    let (updated, made) = (
        connection(52, 1, 2, &["logs", "metrics"]),
        connection(53, 1, 3, &["logs", "metrics"]),
    );
    api.expect(
        "PATCH",
        &path(52),
        change(52, &["logs", "metrics"]),
        answer(updated),
        1,
    )
    .expect(
        "POST",
        CREATE,
        creation(3, &["logs", "metrics"]),
        answer(made),
        1,
    )
    .expect(
        "DELETE",
        &path(54),
        None,
        ResponseTemplate::new(200).set_body_string("{}\n"),
        1,
    );
    let world = world(&api);
    let applied = world.run([&APPLY[..], &["--prune"]].concat()).code(0);
    assert_data_eq!(
        applied.stdout,
        str![[r#"
RESULT  ACTION  SOURCE  DESTINATION  BEFORE  AFTER         LINE
done    update  Org 1   Org 2        logs    logs,metrics  2
done    create  Org 1   Org 3        -       logs,metrics  2
done    delete  Org 1   Org 4        audit   -             -

"#]]
    );
    assert_data_eq!(
        applied.stderr,
        str![[r#"
~ Org 1 -> Org 2  logs -> logs,metrics (+metrics)
+ Org 1 -> Org 3  logs,metrics
- Org 1 -> Org 4  audit
1 to create, 1 to update, 1 to delete, 0 unchanged
3 done, 0 failed

"#]]
    );
    // Creates and updates come before deletes, and all of them after the live state was read a second time.
    let targets = api.targets();
    let writes = targets
        .iter()
        .skip_while(|target| target.starts_with("GET"));
    assert!(
        targets
            .iter()
            .filter(|target| target.starts_with("GET"))
            .count()
            == 4
    );
    assert_eq!(writes.count(), 3);
    assert!(targets.last().unwrap().starts_with("DELETE"));
    let history = history(&world);
    assert!(
        history
            .iter()
            .all(|entry| entry["result"] == "done" && entry["command"] == "apply")
    );
    assert_eq!(history.len(), 3);
}

#[test]
fn ids_of_what_was_changed_are_given() {
    let api = Api::new();
    expect_two_reads(&api, &live());
    expect_current_user(&api, true);
    let types = ["logs", "metrics"];
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
    );
    let applied = world(&api).run([&APPLY[..], &["-oid"]].concat()).code(0);
    assert_eq!(applied.stdout, format!("{}\n{}\n", uuid(52), uuid(53)));
}

#[test]
fn off_a_terminal_the_plan_is_shown_and_nothing_is_done_without_yes() {
    let api = Api::new();
    expect_reads(&api, &live(), 2);
    let user = ResponseTemplate::new(200).set_body_json(current_user(1));
    api.expect("GET", "/api/v2/current_user", None, user, 2);
    let world = world(&api);
    for flags in [&[][..], &["--no-input"]] {
        let refused = world.run([&APPLY[..3], flags].concat()).code(2);
        assert_data_eq!(
            refused.stdout,
            str![[r#"
ACTION  SOURCE  DESTINATION  BEFORE  AFTER         LINE
update  Org 1   Org 2        logs    logs,metrics  2
create  Org 1   Org 3        -       logs,metrics  2

"#]]
        );
        assert_data_eq!(
            refused.stderr,
            str![[r#"
1 to create, 1 to update, 0 to delete, 0 unchanged
hint: --prune would delete 1 more connection of these source orgs that is not in the file
error: applying needs a confirmation, and there is no terminal to ask on
hint: add --yes to apply without asking

"#]]
        );
    }
}

#[test]
fn off_a_terminal_nothing_to_do_needs_no_yes() {
    let api = Api::new();
    let both = [2, 3].map(|org| connection(50 + org, 1, org, &["logs", "metrics"]));
    expect_reads(&api, &both, 1);
    let applied = world(&api).run(&APPLY[..3]).code(0);
    assert_eq!(applied.stderr, "no changes: 2 connections are as wanted\n");
}

#[test]
fn a_plan_with_too_many_deletes_is_shown_and_refused() {
    let api = Api::new();
    expect_reads(&api, &live(), 2);
    let file = "connections: [{source: Org 1, destination: Org 2, types: [logs]}]";
    let world = api.world();
    world.file("orgconn.yaml", file);
    for flags in [&["--prune"][..], &["--prune", "--dry-run"]] {
        let flags = [&APPLY[..], flags, &["--max-deletes", "0"]].concat();
        let refused = world.run(flags).code(2);
        assert_data_eq!(
            refused.stdout,
            str![[r#"
ACTION  SOURCE  DESTINATION  BEFORE  AFTER
delete  Org 1   Org 4        audit   -

"#]]
        );
        let expected = "0 to create, 0 to update, 1 to delete, 1 unchanged\n\
                        error: the plan deletes 1 connection, and --max-deletes allows 0\n\
                        hint: nothing was changed\n";
        assert!(refused.stderr.starts_with(expected), "{}", refused.stderr);
    }
}

#[test]
fn a_dry_run_is_the_plan() {
    let api = Api::new();
    expect_reads(&api, &live(), 2);
    let user = json!({"data": {"attributes": {"service_account": true}}});
    let user = ResponseTemplate::new(200).set_body_json(user);
    api.expect("GET", "/api/v2/current_user", None, user, 2)
        .permit_writes();
    let world = world(&api);
    let planned = world
        .run(["plan", "-f", "orgconn.yaml", "-ojson", "-q"])
        .quiet_success();
    let rehearsed = world.run(["apply", "-f", "orgconn.yaml", "-ojson", "-q", "--dry-run"]);
    assert_eq!(rehearsed.quiet_success(), planned);
}

#[test]
fn a_dry_run_with_keys_that_may_only_read_promises_nothing() {
    let api = Api::new();
    expect_reads(&api, &live(), 1);
    expect_current_user(&api, true);
    api.expect_write_probe(403, "Forbidden");
    let refused = world(&api)
        .run(["apply", "-f", "orgconn.yaml", "--dry-run"])
        .code(4);
    let told = "the credentials may not write connections";
    assert_eq!(
        refused.stderr.matches(told).count(),
        2,
        "{}",
        refused.stderr
    );
}

#[test]
fn nothing_to_do_is_one_look_and_no_question() {
    let api = Api::new();
    let both = [2, 3].map(|org| connection(50 + org, 1, org, &["logs", "metrics"]));
    expect_reads(&api, &both, 1);
    let applied = world(&api).run([&APPLY[..], &["-ojson"]].concat()).code(0);
    assert_eq!(applied.json()["items"].as_array().unwrap().len(), 2);
    assert_eq!(applied.stderr, "no changes: 2 connections are as wanted\n");
}

#[test]
fn a_step_that_fails_stops_no_other_and_is_told() {
    let api = Api::new();
    expect_two_reads(&api, &live());
    expect_current_user(&api, true);
    let made = connection(53, 1, 3, &["logs", "metrics"]);
    let types = ["logs", "metrics"];
    api.expect(
        "PATCH",
        &path(52),
        change(52, &types),
        refusal(403, "Forbidden"),
        1,
    )
    .expect("POST", CREATE, creation(3, &types), answer(made), 1);
    let world = world(&api);
    let part = world.run([&APPLY[..], &["-ojson"]].concat()).code(8);
    let report = part.json();
    let results: Vec<_> = report["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["result"])
        .collect();
    assert_eq!(results, ["failed", "done"]);
    assert!(
        report["items"][0]["reason"]
            .as_str()
            .unwrap()
            .ends_with("403 Forbidden")
    );
    assert_eq!(report["items"][1]["id"], uuid(53));
    assert_eq!(report["errors"][0]["http_status"], 403);
    let error =
        "\n1 done, 1 failed\nerror: the connection from `Org 1` to `Org 2` was not updated: ";
    assert!(part.stderr.contains(error), "{}", part.stderr);
    let history = history(&world);
    let done = history.iter().filter(|entry| entry["result"] == "done");
    assert_eq!(done.count(), 1);
}

#[test]
fn where_all_failed_alike_it_ended_so() {
    let api = Api::new();
    expect_two_reads(&api, &live());
    expect_current_user(&api, true);
    let types = ["logs", "metrics"];
    api.expect(
        "PATCH",
        &path(52),
        change(52, &types),
        refusal(403, "Forbidden"),
        1,
    )
    .expect(
        "POST",
        CREATE,
        creation(3, &types),
        refusal(403, "Forbidden"),
        1,
    );
    let failed = world(&api).run(APPLY).code(4);
    // The rows include the failed step.
    assert_eq!(failed.stdout.lines().count(), 3);
}

#[test]
fn what_another_has_done_meanwhile_just_so_is_done() {
    let api = Api::new();
    let file = "connections: [{source: Org 1, destination: Org 3, types: [logs]}]";
    expect_two_reads(&api, &live());
    expect_current_user(&api, true);
    let existing = connection(53, 1, 3, &["logs"]);
    let there = format!("{}&sink_org_id={}", super::LIST, uuid(3));
    let between = |destination| {
        let (list, destination, source) = (super::LIST, uuid(destination), uuid(1));
        format!("{list}&sink_org_id={destination}&source_org_id={source}")
    };
    api.expect(
        "POST",
        CREATE,
        creation(3, &["logs"]),
        refusal(409, "already exists"),
        1,
    )
    .get(&there, &page(&[existing], 1))
    .get(&between(2), &page(&[], 0))
    .get(&between(4), &page(&[], 0))
    .expect("DELETE", &path(52), None, refusal(404, "not found"), 1)
    .expect("DELETE", &path(54), None, refusal(404, "not found"), 1);
    let world = api.world();
    world.file("orgconn.yaml", file);
    let applied = world
        .run([&APPLY[..], &["--prune", "-oid"]].concat())
        .code(0);
    let ids = [53, 52, 54].map(|id| format!("{}\n", uuid(id)));
    assert_eq!(applied.stdout, ids.concat());
    let counts = "0 done, 0 failed, 3 unchanged\n";
    assert!(applied.stderr.ends_with(counts), "{}", applied.stderr);
}

#[test]
fn nothing_is_applied_where_a_person_would_own_what_must_belong_to_a_service_account() {
    let api = Api::new();
    expect_reads(&api, &live(), 1);
    expect_current_user(&api, false);
    let world = world(&api);
    let refused = world
        .run([&APPLY[..], &["--require-service-account"]].concat())
        .code(2);
    assert_eq!(refused.stdout, "");
    assert_eq!(
        refused.stderr,
        "error: new connections would belong to Dana Example, a person, and --require-service-account refuses that: \
         nothing was created\nhint: use the keys of a service account of the source org\n"
    );
    assert_eq!(history(&world), [] as [Value; 0]);
}
