//! Ctrl-C: requests in flight may finish, no new ones are sent, and the finished changes are reported.
#![cfg(unix)]

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

use crate::harness::{Finished, Flaky, Gate, Reply, Running, World, connection, page, uuid};

const POST: &str = "POST /api/v2/org_connections";
const INTERRUPTED: &str =
    "interrupted: waiting for requests in flight; Ctrl-C again stops at once\n";

fn first_of_two() -> Reply {
    Reply::json(&page(&[connection(50, 1, 2, &["logs"])], 2))
}

fn made(destination: u128) -> Value {
    json!({"data": connection(50 + destination, 1, destination, &["logs"])})
}

/// The answer to a create, which waits until the gate is open.
fn held(gate: &Gate) -> Reply {
    let answer = |request: &str| {
        let mut destinations = 2..20;
        let destination = destinations.find(|number| request.contains(&uuid(*number)));
        Reply::json(&made(destination.unwrap()))
    };
    Reply::Held(gate.clone(), Box::new(Reply::For(Box::new(answer))))
}

fn create(world: &World, destinations: &[u128], format: &str) -> Running {
    let mut words = vec!["create".to_owned(), "--type=logs".to_owned()];
    words.extend(["-o", format].map(str::to_owned));
    words.extend(destinations.iter().map(|number| uuid(*number)));
    Running::start(world.command(words))
}

/// Interrupts the program, and waits until it says so.
fn interrupt(running: &Running) {
    running.interrupt();
    running.wait_for_message(INTERRUPTED);
}

fn history(world: &World) -> String {
    let path = world.home().join("xdg_state_home/orgconn/history.jsonl");
    std::fs::read_to_string(path).unwrap_or_default()
}

/// Interrupts a listing whose second page never comes.
fn interrupted_listing(format: &str, first: &str) -> (Finished, String) {
    let api = Flaky::new([first_of_two(), Reply::Stall]);
    let world = api.world();
    let running = Running::start(world.command(["list", "-o", format]));
    running.wait_for_output(first);
    api.wait_for(2);
    running.interrupt();
    let finished = running.finish().code(130);
    let messages = finished.messages(api.url());
    (finished, messages)
}

#[test]
fn what_a_listing_has_shown_stays_shown() {
    let first = format!("{}\n", uuid(50));
    let (finished, messages) = interrupted_listing("id", &first);
    assert_eq!(finished.stdout, first);
    let error = "error: the listing breaks off after 1 of 2 connections: \
                 GET /api/v2/org_connections at HOST: interrupted\n";
    assert_eq!(messages, format!("{INTERRUPTED}{error}"));
}

#[test]
fn the_json_of_an_interrupted_listing_is_whole_and_says_so() {
    let (finished, _) = interrupted_listing("json", &uuid(50));
    let report = finished.json();
    assert_eq!(report["items"].as_array().unwrap().len(), 1);
    assert_eq!(report["items"][0]["id"], uuid(50));
    assert_eq!(report["errors"][0]["kind"], "interrupted");
    assert_eq!(report["errors"][0]["http_status"], Value::Null);
}

#[test]
fn a_wait_for_the_rate_limit_ends_at_once() {
    let api = Flaky::new([Reply::limited("x-ratelimit-reset: 50")]);
    let running = Running::start(api.world().command(["list"]));
    api.wait_for(1);
    running.interrupt();
    running.finish().code(130);
    assert_eq!(api.calls().len(), 1);
}

#[test]
fn before_the_first_change_is_sent_an_interruption_says_that_nothing_was_done() {
    for (words, unchanged) in [
        (&["create", "Org 2", "--type=logs"][..], "created"),
        (&["update", "40bb", "--type=logs"], "changed"),
        (&["delete", "40bb", "--yes"], "deleted"),
        (&["apply", "-f", "orgconn.yaml", "--yes"], "changed"),
    ] {
        let api = Flaky::new([Reply::Stall]);
        let world = api.world();
        let file = "connections: [{source: Org 1, destination: Org 2, types: [logs]}]";
        world.file("orgconn.yaml", file);
        interrupted_before_changes(&world, words, unchanged, || api.wait_for(1));
    }
    let api = Flaky::new([Reply::json(&made(2)), Reply::Stall]);
    let world = api.world();
    world.run(["create", &uuid(2), "--type=logs"]).code(0);
    interrupted_before_changes(&world, &["undo", "--yes"], "changed", || api.wait_for(2));
}

fn interrupted_before_changes(world: &World, words: &[&str], unchanged: &str, wait: impl FnOnce()) {
    let running = Running::start(world.command(words));
    wait();
    running.interrupt();
    let finished = running.finish().code(130);
    let expected = format!("error: interrupted; nothing was {unchanged}\n");
    assert!(finished.stderr.ends_with(&expected), "{}", finished.stderr);
}

#[test]
fn a_create_in_flight_is_let_finish_and_its_result_is_told() {
    let gate = Gate::default();
    let api = Flaky::new([held(&gate)]);
    let world = api.world();
    let running = create(&world, &[2], "id");
    api.wait_for(1);
    interrupt(&running);
    gate.open();
    let finished = running.finish().code(0);
    assert_eq!(finished.stdout, format!("{}\n", uuid(52)));
    assert_eq!(finished.stderr, INTERRUPTED);
    assert!(history(&world).contains(r#""result":"done""#));
}

#[test]
fn a_create_whose_answer_is_lost_is_not_sent_again_once_it_is_interrupted() {
    let gate = Gate::default();
    let lost = Reply::Held(gate.clone(), Box::new(Reply::refused(504, "timeout")));
    let api = Flaky::new([lost]);
    let world = api.world();
    let running = create(&world, &[2], "id");
    api.wait_for(1);
    interrupt(&running);
    gate.open();
    let finished = running.finish().code(130);
    assert_eq!(api.calls(), [POST]);
    assert_data_eq!(
        finished.messages(api.url()),
        str![[r#"
interrupted: waiting for requests in flight; Ctrl-C again stops at once
error: connecting `00000000-0000-0000-0000-000000000002`: POST /api/v2/org_connections at HOST: interrupted; it is not known whether the connection was created
hint: check the present state before you try again: orgconn list

"#]]
    );
    assert!(history(&world).contains(r#""result":"unknown""#));
}

#[test]
fn the_second_time_ends_at_once() {
    let api = Flaky::new([Reply::Stall]);
    let world = api.world();
    let running = create(&world, &[2], "json");
    api.wait_for(1);
    interrupt(&running);
    running.interrupt();
    let finished = running.finish().code(130);
    assert_eq!(finished.stdout, "");
    assert_data_eq!(
        finished.stderr,
        str![[r#"
interrupted: waiting for requests in flight; Ctrl-C again stops at once
error: stopped: 1 change was sent and not answered; it may have been made
hint: orgconn history shows what was sent, orgconn list the present state

"#]]
    );
    let history = history(&world);
    assert!(history.contains(r#""event":"intent""#), "{history}");
    assert_eq!(history.lines().count(), 1, "the outcome is not known");
}

#[test]
fn ids_of_changes_that_were_not_attempted_reach_no_pipeline() {
    let gate = Gate::default();
    let listing: Vec<_> = (0..10)
        .map(|number| connection(50 + number, 1, 2 + number, &["logs"]))
        .collect();
    let listing = Reply::json(&page(&listing, 10));
    let deletes =
        (0..8).map(|_| Reply::Held(gate.clone(), Box::new(Reply::Answer(200, "{}".to_owned()))));
    let api = Flaky::new(std::iter::once(listing).chain(deletes.collect::<Vec<_>>()));
    let world = api.world();
    let ids = (50..60).map(uuid);
    let words = ["delete", "--yes", "-o", "id"].map(str::to_owned);
    let running = Running::start(world.command(words.into_iter().chain(ids)));
    api.wait_for(9);
    interrupt(&running);
    gate.open();
    let finished = running.finish().code(130);
    assert_eq!(finished.stdout.lines().count(), 8);
    let error = "error: interrupted: 0 done, 8 in flight and finished, 2 not attempted\n";
    assert_eq!(finished.stderr, format!("{INTERRUPTED}{error}"));
}

#[test]
fn of_several_creates_those_not_begun_are_told_as_not_attempted() {
    let gate = Gate::default();
    let destinations: Vec<u128> = (2..12).collect();
    // Eight requests are sent at a time, in an unknown order.
    let turns: Vec<Reply> = (0..8).map(|_| held(&gate)).collect();
    let api = Flaky::new(turns);
    let world = api.world();
    let running = create(&world, &destinations, "json");
    api.wait_for(8);
    interrupt(&running);
    gate.open();
    let finished = running.finish().code(130);
    assert_eq!(api.calls(), [POST; 8]);
    let report = finished.json();
    let results: Vec<_> = report["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["result"])
        .collect();
    assert_eq!(
        results,
        [&["created"; 8][..], &["not attempted"; 2]].concat()
    );
    assert_eq!(report["errors"].as_array().unwrap().len(), 1);
    assert_data_eq!(
        finished.messages(api.url()),
        str![[r#"
warning: an org shares with at most 5 others, unless it is on an Enterprise plan
interrupted: waiting for requests in flight; Ctrl-C again stops at once
error: interrupted: 0 done, 8 in flight and finished, 2 not attempted

"#]]
    );
    let history = history(&world);
    assert_eq!(
        history.lines().count(),
        16,
        "what was not begun is not there"
    );
}
