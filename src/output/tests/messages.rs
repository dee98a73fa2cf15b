use crate::output::Choice;
use std::io;

use snapbox::{IntoData, assert_data_eq, str};

use super::{captured, output, visible};
use crate::output::OutputOptions;
use crate::output::handle::Output;

fn say_everything(options: OutputOptions, terminal: Option<usize>) -> String {
    let (mut output, _, stderr) = output(options, terminal);
    output.note("connected `a\nb`");
    output.hint("ask an admin");
    output.print_always("delete this");
    output.warn("5 connections \u{1b}[2J");
    output.error("not permitted");
    visible(&stderr.text())
}

#[test]
fn a_message_is_one_escaped_line() {
    assert_data_eq!(
        say_everything(OutputOptions::default(), None),
        str![[r#"
connected `a\nb`
hint: ask an admin
delete this
warning: 5 connections \u{1b}[2J
error: not permitted

"#]]
        .raw()
    );
    assert_data_eq!(
        say_everything(OutputOptions::default(), Some(80)),
        str![[r#"
connected `a\nb`
\u{1b}[1m\u{1b}[94mhint: \u{1b}[0mask an admin
delete this
\u{1b}[1m\u{1b}[35mwarning: \u{1b}[0m5 connections \u{1b}[2J
\u{1b}[1m\u{1b}[31merror: \u{1b}[0mnot permitted

"#]]
        .raw()
    );
}

#[test]
fn quiet_leaves_out_notes_and_hints() {
    let options = OutputOptions {
        quiet: true,
        ..OutputOptions::default()
    };
    assert_data_eq!(
        say_everything(options, None),
        str![[r#"
delete this
warning: 5 connections \u{1b}[2J
error: not permitted

"#]]
        .raw()
    );
}

#[test]
fn nobody_is_asked_without_a_terminal_or_with_no_input() {
    let asking = |no_input, stderr_is_terminal: bool| {
        let (mut streams, ..) = captured(None);
        streams.stdin_is_terminal = true;
        streams.stderr_width = stderr_is_terminal.then_some(80);
        let options = OutputOptions {
            no_input,
            ..OutputOptions::default()
        };
        Output::with_streams(options, streams)
    };
    assert!(asking(false, true).can_ask());
    for mut output in [asking(true, true), asking(false, false)] {
        assert!(!output.can_ask());
        let refusal = output.confirm("Delete?").unwrap_err();
        assert_eq!(refusal.kind(), io::ErrorKind::NotConnected);
        let refusal = output
            .choose_many("Share?", &[Choice::new(["logs"], "")], &[])
            .unwrap_err();
        assert_eq!(refusal.kind(), io::ErrorKind::NotConnected);
    }
}

#[test]
fn many_warnings_of_one_kind_are_counted_and_left_out_when_quiet() {
    let warn = |quiet| {
        let options = OutputOptions {
            quiet,
            ..OutputOptions::default()
        };
        let (mut output, _, stderr) = output(options, None);
        let disabled = (1..=8).map(|number| format!("`Org {number}` is disabled"));
        output.warn_each(disabled.chain(["`Org 9` is pending".to_owned()]));
        stderr.text()
    };
    assert_data_eq!(
        warn(false),
        str![[r#"
warning: `Org 1` is disabled
warning: `Org 2` is disabled
warning: `Org 3` is disabled
warning: `Org 4` is disabled
warning: `Org 5` is disabled
warning: 3 more of this kind
warning: `Org 9` is pending

"#]]
    );
    assert_eq!(warn(true), "");
}
