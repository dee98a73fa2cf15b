use std::io::{self, Write};

use snapbox::{IntoData, assert_data_eq, str};

use super::samples::ordinary;
use super::{Captured, output, plain, visible};
use crate::output::{Format, Output, OutputOptions, Streams};

fn say_all(options: OutputOptions, terminal: Option<usize>) -> String {
    let (mut output, _, stderr) = output(options, terminal);
    output.note("connected `a\nb`");
    output.hint("ask an admin");
    output.warn("5 connections \u{1b}[2J");
    output.error("not permitted");
    visible(&stderr.text())
}

#[test]
fn a_message_is_one_escaped_line() {
    assert_data_eq!(
        say_all(OutputOptions::default(), None),
        str![[r#"
connected `a\nb`
hint: ask an admin
warning: 5 connections \u{1b}[2J
error: not permitted

"#]]
        .raw()
    );
    assert_data_eq!(
        say_all(OutputOptions::default(), Some(80)),
        str![[r#"
connected `a\nb`
\u{1b}[1m\u{1b}[36mhint: \u{1b}[0mask an admin
\u{1b}[1m\u{1b}[33mwarning: \u{1b}[0m5 connections \u{1b}[2J
\u{1b}[1m\u{1b}[31merror: \u{1b}[0mnot permitted

"#]]
        .raw()
    );
}

#[test]
fn quiet_leaves_warnings_and_errors() {
    let options = OutputOptions {
        quiet: true,
        ..OutputOptions::default()
    };
    assert_data_eq!(
        say_all(options, None),
        str![[r#"
warning: 5 connections \u{1b}[2J
error: not permitted

"#]]
        .raw()
    );
}

#[test]
fn nobody_is_asked_without_a_terminal_or_leave_to_ask() {
    let streams = |terminal| Streams {
        stdout: Box::new(Captured::default()),
        stderr: Box::new(Captured::default()),
        stdout_width: None,
        stderr_is_terminal: terminal,
        stdin_is_terminal: true,
    };
    let no_input = OutputOptions {
        no_input: true,
        ..OutputOptions::default()
    };
    let refused = |options, terminal| {
        let mut output = Output::with_streams(options, streams(terminal));
        assert!(!output.can_ask());
        assert_eq!(
            output.confirm("Delete?").unwrap_err().kind(),
            io::ErrorKind::NotConnected
        );
        assert_eq!(
            output.choose_many("Share?", &["logs"]).unwrap_err().kind(),
            io::ErrorKind::NotConnected
        );
    };
    refused(no_input, true);
    refused(OutputOptions::default(), false);
    assert!(Output::with_streams(OutputOptions::default(), streams(true)).can_ask());
}

/// A pipe whose reader has gone away.
struct Gone;

impl Write for Gone {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_went_away_is_seen_in_every_format() {
    for format in [
        Format::Table,
        Format::Json,
        Format::Jsonl,
        Format::Yaml,
        Format::Csv,
        Format::Tsv,
        Format::Id,
    ] {
        let streams = Streams {
            stdout: Box::new(Gone),
            stderr: Box::new(Captured::default()),
            stdout_width: None,
            stderr_is_terminal: false,
            stdin_is_terminal: false,
        };
        let mut output = Output::with_streams(plain(format), streams);
        let mut rows = output.begin().unwrap();
        rows.push(ordinary().remove(0)).unwrap();
        let error = rows.finish(&[]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{format}");
    }
}
