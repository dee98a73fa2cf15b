//! Writes whose answers are lost: the program finds out what became of them, and never reports a wrong result.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

use crate::harness::{Flaky, Reply, World, connection, page, uuid};

const LIST: &str = "GET /api/v2/org_connections?limit=1000&offset=0";
const POST: &str = "POST /api/v2/org_connections";

fn create() -> [String; 5] {
    ["create", &uuid(2), "--type=logs", "-oid", "--max-retries=1"].map(str::to_owned)
}

/// The answer to a listing with the connection number 50, which shares these types.
fn live(types: &[&str]) -> Reply {
    Reply::json(&page(&[connection(50, 1, 2, types)], 1))
}

/// The answer to a listing without connections.
fn none() -> Reply {
    Reply::json(&page(&[], 0))
}

fn lost() -> Reply {
    Reply::refused(504, "Gateway timeout")
}

fn look(destination: u128) -> String {
    format!("{LIST}&sink_org_id={}", uuid(destination))
}

/// The request for the connections from org 1 to org 2.
fn look_between() -> String {
    format!("{LIST}&sink_org_id={}&source_org_id={}", uuid(2), uuid(1))
}

fn at(method: &str) -> String {
    format!("{method} /api/v2/org_connections/{}", uuid(50))
}

/// The lines of the history in this world.
fn history(world: &World) -> Vec<Value> {
    let path = world.home().join("xdg_state_home/orgconn/history.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_create_of_which_all_answers_were_lost_is_told_as_made_if_it_is_there() {
    let api = Flaky::new([Reply::Close, lost(), live(&["logs"])]);
    let world = api.world();
    let id = world.run(create()).quiet_success();
    assert_eq!(id, format!("{}\n", uuid(50)));
    assert_eq!(api.calls(), [POST, POST, &look(2)]);
    let history = history(&world);
    assert_eq!(history[1]["result"], "done");
    assert_eq!(history[1]["connection"]["id"], uuid(50));
}

#[test]
fn a_create_of_which_all_answers_were_lost_failed_if_it_is_not_there() {
    let api = Flaky::new([lost(), lost(), none()]);
    let world = api.world();
    let failed = world.run(create()).code(7);
    assert_eq!(failed.stdout, "");
    assert_data_eq!(
        failed.messages(api.url()),
        str![[r#"
error: `00000000-0000-0000-0000-000000000002` was not connected: POST /api/v2/org_connections at HOST: 504 Gateway Timeout; a check afterwards found no such connection
hint: the service failed: try again later

"#]]
    );
    assert_eq!(history(&world)[1]["result"], "failed");
}

#[test]
fn a_create_that_nobody_can_tell_about_is_unknown_and_never_success_nor_failure() {
    let api = Flaky::always(lost);
    let world = api.world();
    let unknown = world.run(create()).code(7);
    assert_eq!(unknown.stdout, "");
    assert_data_eq!(
        unknown.messages(api.url()),
        str![[r#"
error: connecting `00000000-0000-0000-0000-000000000002`: POST /api/v2/org_connections at HOST: 504 Gateway Timeout; it is not known whether the connection was created
hint: check the present state before you try again: orgconn list

"#]]
    );
    let history = history(&world);
    assert_eq!((history.len(), &history[0]["event"]), (2, &json!("intent")));
    assert_eq!(history[1]["result"], "unknown");
}

#[test]
fn another_connection_of_the_pair_is_not_taken_for_the_lost_one() {
    let api = Flaky::new([
        lost(),
        Reply::refused(409, "already exists"),
        live(&["audit"]),
    ]);
    let failed = api.world().run(create()).code(6);
    assert_data_eq!(
        failed.stderr,
        str![[r#"
error: `Org 1` is connected to `Org 2` already (00000000-0000-0000-0000-000000000032, sharing audit)
hint: to share logs instead: orgconn update 00000000-0000-0000-0000-000000000032 --type logs

"#]]
    );
}

#[test]
fn a_connection_that_was_there_long_before_is_a_conflict_though_an_answer_was_lost() {
    let now = "date: Wed, 26 Nov 2025 08:00:00 GMT\r\n".to_owned();
    let body = page(&[connection(50, 1, 2, &["logs"])], 1).to_string();
    let dated = Reply::AnswerWith("200 OK", now, body);
    let api = Flaky::new([lost(), Reply::refused(409, "already exists"), dated]);
    api.world().run(create()).code(6);
}

#[test]
fn a_create_that_is_refused_outright_is_a_conflict_and_written_down_as_failed() {
    let api = Flaky::new([Reply::refused(409, "already exists"), live(&["logs"])]);
    let world = api.world();
    world.run(create()).code(6);
    assert_eq!(api.calls(), [POST, &look(2)]);
    assert_eq!(history(&world)[1]["http_status"], 409);
}

#[test]
fn a_conflict_that_cannot_be_looked_at_is_a_conflict_all_the_same() {
    let mut conflict = Some(Reply::refused(409, "connection already exists"));
    let api = Flaky::always(move || conflict.take().unwrap_or(Reply::Close));
    let refused = api.world().run(create()).code(6);
    assert_data_eq!(
        refused.messages(api.url()),
        str![[r#"
error: `00000000-0000-0000-0000-000000000002` was not connected: POST /api/v2/org_connections at HOST: 409 Conflict: connection already exists

"#]]
    );
}

fn update() -> [String; 5] {
    [
        "update",
        &uuid(50),
        "--type=audit",
        "-ojsonl",
        "--max-retries=1",
    ]
    .map(str::to_owned)
}

#[test]
fn an_update_whose_answer_was_lost_is_sent_again() {
    let updated = json!({"data": connection(50, 1, 2, &["audit"])});
    let api = Flaky::new([live(&["logs"]), Reply::Close, Reply::json(&updated)]);
    let line = api.world().run(update()).quiet_success();
    assert!(line.contains(r#""types":["audit"]"#), "{line}");
    assert_eq!(api.calls(), [LIST, &at("PATCH"), &at("PATCH")]);
}

#[test]
fn an_update_of_which_all_answers_were_lost_is_looked_up() {
    let api = Flaky::new([live(&["logs"]), lost(), Reply::Close, live(&["audit"])]);
    let line = api.world().run(update()).quiet_success();
    assert!(line.contains(r#""result":"updated""#), "{line}");
    assert_eq!(api.calls().last(), Some(&look_between()));

    let api = Flaky::new([live(&["logs"]), lost(), lost(), live(&["logs"])]);
    let failed = api.world().run(update()).code(7);
    assert_data_eq!(
        failed.messages(api.url()),
        str![[r#"
error: the connection from `Org 1` to `Org 2` was not updated: PATCH /api/v2/org_connections/00000000-0000-0000-0000-000000000032 at HOST: 504 Gateway Timeout; a check afterwards did not find the change
hint: the service failed: try again later

"#]]
    );
}

#[test]
fn an_update_that_nobody_can_tell_about_is_unknown() {
    let mut live = Some(live(&["logs"]));
    let api = Flaky::always(move || live.take().unwrap_or(Reply::Close));
    let world = api.world();
    let unknown = world.run(update()).code(7);
    let message = unknown.messages(api.url());
    assert!(
        message.contains("error: updating the connection from `Org 1` to `Org 2`: ")
            && message.contains("it is not known whether the change was made"),
        "{message}"
    );
    assert_eq!(history(&world)[1]["result"], "unknown");
}

fn delete() -> [String; 5] {
    ["delete", &uuid(50), "--yes", "-oid", "--max-retries=1"].map(str::to_owned)
}

#[test]
fn a_delete_whose_answer_was_lost_is_told_as_done() {
    let gone = || Reply::refused(404, "org connection not found");
    for lost in [Reply::Close, Reply::refused(502, "bad gateway")] {
        let api = Flaky::new([live(&["logs"]), lost, gone(), none()]);
        let id = api.world().run(delete()).quiet_success();
        assert_eq!(id, format!("{}\n", uuid(50)));
        let calls = [LIST, &at("DELETE"), &at("DELETE"), &look_between()];
        assert_eq!(api.calls(), calls);
    }
}

#[test]
fn a_delete_of_which_all_answers_were_lost_is_looked_up() {
    let api = Flaky::new([live(&["logs"]), lost(), lost(), none()]);
    api.world().run(delete()).quiet_success();

    let api = Flaky::new([live(&["logs"]), lost(), lost(), live(&["logs"])]);
    let failed = api.world().run(delete()).code(7);
    assert_eq!(failed.stdout, "");
    let message = failed.messages(api.url());
    assert!(
        message.starts_with("error: the connection from `Org 1` to `Org 2` was not deleted: ")
            && message.contains("; a check afterwards found that it still exists\n"),
        "{message}"
    );
}

#[test]
fn a_delete_that_nobody_can_tell_about_is_unknown() {
    let mut live = Some(live(&["logs"]));
    let api = Flaky::always(move || live.take().unwrap_or_else(lost));
    let world = api.world();
    let unknown = world.run(delete()).code(7);
    let message = unknown.messages(api.url());
    assert!(
        message.contains("error: deleting the connection from `Org 1` to `Org 2`: ")
            && message.contains("it is not known whether it was deleted"),
        "{message}"
    );
    assert_eq!(history(&world)[1]["result"], "unknown");
}

/// Trap: a 404 that is not about the connection counts as done where a missing connection is to be ignored.
#[test]
fn a_connection_that_is_not_found_is_looked_up_before_it_is_called_missing() {
    let refused = || Reply::refused(404, "not found");
    let ignore = || {
        delete()
            .into_iter()
            .chain(["--ignore-not-found".to_owned()])
    };
    let api = Flaky::new([live(&["logs"]), refused(), none()]);
    api.world().run(ignore()).code(0);
    let calls = [LIST, &at("DELETE"), &look_between()];
    assert_eq!(api.calls(), calls);

    let api = Flaky::new([live(&["logs"]), refused(), live(&["logs"])]);
    let world = api.world();
    let failed = world.run(ignore()).code(1);
    assert_data_eq!(
        failed.messages(api.url()),
        str![[r#"
error: the connection from `Org 1` to `Org 2` was not deleted: DELETE /api/v2/org_connections/00000000-0000-0000-0000-000000000032 at HOST: 404 Not Found; a check afterwards found that it still exists
hint: the answer does not show what was asked for: try again later, or see with orgconn list what became of a change

"#]]
    );
    assert_eq!(history(&world)[1]["result"], "failed");

    let api = Flaky::new([live(&["logs"]), refused()]);
    let failed = api.world().run(ignore()).code(1);
    let told = "404 Not Found; it is not known whether it exists\n";
    assert!(failed.stderr.contains(told), "{}", failed.stderr);
}

#[test]
fn a_conflict_after_a_lost_answer_that_nobody_can_tell_about_is_temporary() {
    let mut turns = vec![Reply::refused(409, "already exists"), lost()];
    let api = Flaky::always(move || turns.pop().unwrap_or_else(lost));
    let unknown = api.world().run(create()).code(7);
    let told = "409 Conflict: already exists; it is not known whether the connection was created\n";
    assert!(unknown.stderr.contains(told), "{}", unknown.stderr);
}
