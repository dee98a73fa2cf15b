use std::time::Duration;

use super::*;
use crate::output::tests::{Captured, output};
use crate::output::{OutputOptions, Streams, TerminalEnvironment};
use crate::topology::Connection;

const CLEARED: &str = "\r\u{1b}[2K";

fn with_terminals(options: OutputOptions, stdout: bool, stderr: bool) -> (Output, Captured) {
    let shown = Captured::default();
    let streams = Streams {
        stdout: Box::new(Captured::default()),
        stderr: Box::new(shown.clone()),
        stdout_width: stdout.then_some(80),
        stderr_is_terminal: stderr,
        stdin_is_terminal: false,
    };
    (Output::with_streams(options, streams), shown)
}

/// The same bar, without the wait.
fn due(progress: Progress) -> Progress {
    progress.lock().due = Instant::now();
    progress
}

/// Whether a bar is seen with these options and terminals.
fn is_seen(options: OutputOptions, stdout: bool, stderr: bool) -> bool {
    let (output, shown) = with_terminals(options, stdout, stderr);
    let progress = due(output.progress("reading connections", Some(9)));
    progress.advance(4);
    progress.finish();
    !shown.text().is_empty()
}

#[test]
fn a_bar_is_seen_on_a_terminal_that_nothing_else_streams_to() {
    let format = |format| OutputOptions {
        format,
        ..OutputOptions::default()
    };
    let sorted = OutputOptions {
        sort: vec!["id".into()],
        ..format(Format::Jsonl)
    };
    assert!(is_seen(format(Format::Table), true, true));
    assert!(is_seen(format(Format::Jsonl), false, true));
    assert!(is_seen(sorted, true, true));
    assert!(!is_seen(format(Format::Jsonl), true, true));
    assert!(!is_seen(format(Format::Table), true, false));
}

#[test]
fn a_bar_is_not_seen_when_quiet_or_on_a_dumb_terminal() {
    let quiet = OutputOptions {
        quiet: true,
        ..OutputOptions::default()
    };
    let dumb = OutputOptions {
        environment: TerminalEnvironment {
            term: Some("dumb".into()),
            ..TerminalEnvironment::default()
        },
        ..OutputOptions::default()
    };
    assert!(!is_seen(quiet, false, true));
    assert!(!is_seen(dumb, false, true));
}

#[test]
fn what_is_done_soon_shows_no_bar() {
    let (output, shown) = with_terminals(OutputOptions::default(), false, true);
    let progress = output.progress("reading connections", None);
    progress.advance(1);
    progress.finish();
    assert_eq!(shown.text(), "");
}

#[test]
fn a_bar_says_how_far_it_is_and_leaves_nothing_behind() {
    let (output, shown) = with_terminals(OutputOptions::default(), false, true);
    let progress = due(output.progress("reading\u{1b}[2J", Some(2_000)));
    progress.advance(1_000);
    let seen = shown.text();
    let bar = r"[==========>         ] 1,000/2,000 reading\u{1b}[2J";
    assert!(seen.contains(bar), "{seen:?}");
    drop(progress);
    assert!(shown.text().ends_with(CLEARED), "{:?}", shown.text());
}

#[test]
fn a_message_stands_above_the_bar() {
    let (mut output, shown) = with_terminals(OutputOptions::default(), false, true);
    let progress = due(output.progress("reading", None));
    progress.advance(7);
    output.messages.note("halfway");
    let seen = shown.text();
    let (before, after) = seen.split_once("halfway\n").unwrap();
    assert!(
        before.contains(" 7 reading") && before.ends_with(CLEARED),
        "{seen:?}"
    );
    assert!(after.contains(" 7 reading"), "{seen:?}");
    progress.finish();
}

#[test]
fn a_table_is_written_with_the_bar_out_of_its_way() {
    let (mut output, shown, _) = output(OutputOptions::default(), Some(80));
    output.messages.stderr = Stderr::new(Box::new(shown.clone()), true);
    let progress = due(output.progress("reading", None));
    progress.advance(7);
    let mut rows = output.begin().unwrap();
    rows.push(Connection::default()).unwrap();
    rows.finish(&[]).unwrap();
    let seen = shown.text();
    let (before, after) = seen.split_once("\u{1b}[1mID").unwrap();
    assert!(
        before.ends_with(CLEARED) && after.contains(" 7 reading"),
        "{seen:?}"
    );
    progress.finish();
}

#[tokio::test]
async fn work_is_waited_for_while_time_is_seen_to_go_by() {
    let (output, shown) = with_terminals(OutputOptions::default(), false, true);
    let progress = due(output.progress("waiting", None));
    let work = tokio::time::sleep(Duration::from_millis(10));
    let done = progress
        .during(async {
            work.await;
            42
        })
        .await;
    assert_eq!(done, 42);
    assert!(shown.text().contains(" 0 waiting"), "{:?}", shown.text());
}

#[test]
fn a_bar_is_full_when_all_is_done_and_never_more() {
    for (done, total, expected) in [
        (0, 5, ">                   "),
        (4, 5, "================>   "),
        (5, 5, "===================="),
        (9, 5, "===================="),
        (0, 0, ">                   "),
        (u64::MAX, u64::MAX, "===================="),
    ] {
        let expected = format!("{expected:20}");
        assert_eq!(bar(done, total), expected, "{done} of {total}");
    }
}

#[test]
fn numbers_are_grouped_and_long_lines_are_cut() {
    let numbers = [0, 999, 1_000, 123_456, 1_234_567].map(grouped);
    assert_eq!(numbers, ["0", "999", "1,000", "123,456", "1,234,567"]);
    assert_eq!(cut("reading", 7), "reading");
    assert_eq!(cut("reading", 4), "read");
    assert_eq!(cut("日本語", 5), "日本");
}
