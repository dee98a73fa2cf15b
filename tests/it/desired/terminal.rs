//! A plan at a terminal: it is shown as a diff, and a question follows.
#![cfg(unix)]

use super::{CREATE, answer, creation, expect_current_user, expect_reads, expect_two_reads};
use crate::harness::{Api, Terminal, World, connection};

const FILE: &str = "connections: [{source: Org 1, destination: Org 3, types: [logs]}]";
const LINE: &str = "+ Org 1 → Org 3  logs";

fn world(api: &Api, looked: u64) -> World {
    match looked {
        1 => expect_reads(api, &[], 1),
        _ => expect_two_reads(api, &[]),
    }
    expect_current_user(api, true);
    let world = api.world();
    world.file("orgconn.yaml", FILE);
    world
}

fn start(world: &World, command: &str) -> Terminal {
    Terminal::start(world, 80, &[command, "-f", "orgconn.yaml", "--color=never"])
}

fn asked(world: &World) -> Terminal {
    let mut terminal = start(world, "apply");
    terminal.wait_for("1 to create, 0 to update, 0 to delete, 0 unchanged");
    terminal.wait_for_question("Make this change?");
    terminal
}

#[test]
fn a_plan_is_a_diff_with_counts() {
    let api = Api::new();
    let (code, shown) = start(&world(&api, 1), "plan").end();
    assert_eq!(
        (code, shown.as_str()),
        (
            Some(0),
            "+ Org 1 → Org 3  logs\n1 to create, 0 to update, 0 to delete, 0 unchanged\n"
        )
    );
}

#[test]
fn yes_makes_the_changes_and_says_what_became_of_them() {
    let api = Api::new();
    let world = world(&api, 2);
    let made = connection(53, 1, 3, &["logs"]);
    api.expect("POST", CREATE, creation(3, &["logs"]), answer(made), 1);
    let mut terminal = asked(&world);
    terminal.press("y\r");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.starts_with(LINE), "{shown}");
    assert!(
        shown.ends_with(&format!("done  {LINE}\n1 done, 0 failed\n")),
        "{shown}"
    );
}

#[test]
fn with_yes_each_change_is_shown_once() {
    let api = Api::new();
    let world = world(&api, 2);
    let made = connection(53, 1, 3, &["logs"]);
    api.expect("POST", CREATE, creation(3, &["logs"]), answer(made), 1);
    let arguments = ["apply", "-f", "orgconn.yaml", "--yes", "--color=never"];
    let (code, shown) = Terminal::start(&world, 80, &arguments).end();
    assert_eq!(code, Some(0), "{shown}");
    let counts = "1 to create, 0 to update, 0 to delete, 0 unchanged";
    assert_eq!(shown, format!("{counts}\ndone  {LINE}\n1 done, 0 failed\n"));
}

#[test]
fn no_and_enter_alone_change_nothing() {
    for keys in ["n\r", "\r"] {
        let api = Api::new();
        let world = world(&api, 1);
        let mut terminal = asked(&world);
        terminal.press(keys);
        let (code, shown) = terminal.end();
        assert_eq!(code, Some(1), "{shown}");
        assert!(
            shown.contains("not confirmed; nothing was changed"),
            "{shown}"
        );
    }
}

#[test]
fn ctrl_c_at_the_question_changes_nothing() {
    let api = Api::new();
    let world = world(&api, 1);
    let mut terminal = asked(&world);
    terminal.press("\u{3}");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(130), "{shown}");
    assert!(
        shown.contains("interrupted; nothing was changed"),
        "{shown}"
    );
}
