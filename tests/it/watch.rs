//! `--watch`: a listing or a picture is read again and redrawn in place.
#![cfg(unix)]

use snapbox::{assert_data_eq, str};

use crate::harness::{Flaky, Reply, Terminal, World, connection, page};

const CTRL_C: &str = "\u{3}";
const OPEN: &str = "\u{1b}[?1049h";
const CLOSE: &str = "\u{1b}[?1049l";
/// The prompt of the shell, once it reads keys.
const PROMPT: &str = "\u{1b}[?2004hready> ";

/// The answer that shows these connections.
fn found(connections: &[serde_json::Value]) -> Reply {
    Reply::json(&page(connections, connections.len()))
}

#[test]
fn what_is_new_changed_and_gone_is_shown_and_ctrl_c_ends_it() {
    let logs = |number| connection(number, 1, number, &["logs"]);
    let changed = connection(51, 1, 51, &["logs", "audit"]);
    let looks = [
        found(&[logs(50), logs(51)]),
        found(&[changed.clone(), logs(52)]),
    ];
    let later = std::iter::repeat_with(move || found(&[changed.clone(), logs(52)]));
    let api = Flaky::new(looks.into_iter().chain(later));
    let mut terminal = Terminal::start(&api.world(), 80, &["list", "--watch", "1"]);
    terminal.wait_for("every 1s, looked at ");
    terminal.wait_for("gone ");
    terminal.press(CTRL_C);
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(0), "{shown}");
    let (screen, after) = shown.split_once(CLOSE).unwrap();
    assert!(screen.contains(OPEN), "{screen:?}");
    for (color, sign, id) in [(5, '~', "33"), (2, '+', "34"), (1, '-', "32")] {
        let row = format!(
            "\n\u{1b}[38;5;{color}m{sign}\u{1b}[39m 00000000-0000-0000-0000-0000000000{id}"
        );
        assert!(screen.contains(&row), "{screen:?}");
    }
    // The last frame stays on the terminal.
    let changes = after.split_once("UTC:\n").unwrap().1;
    let changes: String = changes
        .lines()
        .take(4)
        .map(|line| format!("{}\n", console_text(line)))
        .collect();
    assert_data_eq!(
        changes,
        str![[r#"
changed  ~ Org 1 → Org 51  logs → logs,audit (+audit)
new      + Org 1 → Org 52  logs
gone     - Org 1 → Org 50  logs


"#]]
    );
}

/// The line without its colours.
fn console_text(line: &str) -> String {
    let parts = line.split('\u{1b}');
    let parts = parts.enumerate().map(|(index, part)| match index {
        0 => part,
        _ => part.split_once('m').map_or(part, |(_, text)| text),
    });
    parts.collect()
}

#[test]
fn a_temporary_failure_is_shown_and_hides_nothing() {
    let rows = || found(&[connection(50, 1, 2, &["logs"])]);
    let refused = || Reply::refused(500, "trouble");
    let later = std::iter::repeat_with(rows);
    let api = Flaky::new([rows(), refused()].into_iter().chain(later));
    let world = api.world().with("ORGCONN_MAX_RETRIES", "0");
    let mut terminal = Terminal::start(&world, 80, &["list", "--watch=1"]);
    terminal.wait_for("error: ");
    terminal.wait_for("trouble");
    terminal.wait_for("Org 1");
    terminal.forget();
    terminal.wait_for("looked at ");
    terminal.wait_for("Org 1");
    terminal.press(CTRL_C);
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(0), "{shown}");
    let (_, after) = shown.split_once(CLOSE).unwrap();
    assert!(!after.contains("new "), "{after}");
}

#[test]
fn a_graph_is_watched_too() {
    let world = World::sandbox();
    let mut terminal = Terminal::start(&world, 80, &["graph", "--watch=1"]);
    terminal.wait_for("In no connection");
    let created = ["create", "Security Archive", "--type=logs", "-oid"];
    world.run(created).code(0);
    terminal.wait_for("Observability Hub → Security Archive");
    terminal.wait_for("── + Observability Hub");
    terminal.press(CTRL_C);
    assert_eq!(terminal.end_as_before().0, Some(0));
}

#[test]
fn a_lasting_failure_ends_it_and_so_does_one_at_first() {
    let rows = found(&[connection(50, 1, 2, &["logs"])]);
    let api = Flaky::new([rows, Reply::refused(403, "Forbidden")]);
    let terminal = Terminal::start(&api.world(), 80, &["list", "--watch=1"]);
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(4), "{shown}");
    let (_, after) = shown.split_once(CLOSE).unwrap();
    assert!(after.contains("403 Forbidden"), "{after}");

    let api = Flaky::always(|| Reply::refused(500, "trouble"));
    let world = api.world().with("ORGCONN_MAX_RETRIES", "0");
    let terminal = Terminal::start(&world, 80, &["list", "--watch=1"]);
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(7), "{shown}");
    assert!(!shown.contains(OPEN), "{shown:?}");
}

#[test]
fn a_frame_is_no_taller_than_the_terminal() {
    let rows: Vec<_> = (50..90)
        .map(|number| connection(number, 1, number, &["logs"]))
        .collect();
    let api = Flaky::always(move || found(&rows));
    let mut terminal = Terminal::start(&api.world(), 80, &["list", "--watch=5"]);
    // A header, an empty line, the table's header, and 20 of the 40 rows.
    terminal.wait_for("… 20 more lines: a taller window shows them");
    terminal.press(CTRL_C);
    let (_, shown) = terminal.end_as_before();
    let (_, after) = shown.split_once(CLOSE).unwrap();
    assert!(after.contains("Org 89"), "{after}");
}

#[test]
fn where_nothing_can_be_redrawn_it_is_an_error_before_anything_is_asked() {
    let api = Flaky::new([]);
    let refused = api.world().run(["list", "--watch"]).code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: --watch redraws a terminal, and standard output is none that can be redrawn
hint: run it again without --watch, or wait for one connection with check --wait

"#]]
    );
    for (words, message) in [
        (["list", "--watch", "-ojson"], "the format json"),
        (["graph", "--watch", "-osvg"], "the format svg"),
        (["list", "--watch", "500ms"], "give at least 1 second"),
        (
            ["list", "--watch", "9223372036854775807s"],
            "give at most 4294967295 seconds",
        ),
    ] {
        let refused = World::talking_to(api.url()).run(words).code(2);
        let shown = format!("{}{}", refused.stdout, refused.stderr);
        assert!(shown.contains(message), "{shown}");
    }
    assert!(api.calls().is_empty());
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_typed_keys_are_not_shown() {
    let mut terminal = Terminal::bash(&World::sandbox(), 80);
    terminal.press("PS1='ready> '\n");
    terminal.wait_for(PROMPT);
    terminal.press("orgconn list --watch 1\n");
    terminal.wait_for("looked at ");
    terminal.press("never-shown\n");
    terminal.forget();
    terminal.wait_for("looked at ");
    terminal.press("\u{1a}");
    terminal.wait_for(CLOSE);
    terminal.wait_for("Stopped");
    terminal.wait_for(PROMPT);
    terminal.forget();
    terminal.press("fg\n");
    terminal.wait_for(OPEN);
    terminal.wait_for("looked at ");
    terminal.press("never-shown\n");
    terminal.forget();
    terminal.press(CTRL_C);
    terminal.wait_for(PROMPT);
    terminal.press("exit 0\n");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("never-shown"), "{shown}");
    assert!(shown.contains(CLOSE), "{shown:?}");
}

#[test]
fn ctrl_backslash_ends_it_at_once_with_the_terminal_as_before() {
    let mut terminal = Terminal::start(&World::sandbox(), 80, &["list", "--watch=1"]);
    terminal.wait_for("looked at ");
    terminal.press("\u{1c}");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(131), "{shown}");
    assert!(shown.ends_with(&format!("{CLOSE}\u{1b}[?25h")), "{shown:?}");
}
