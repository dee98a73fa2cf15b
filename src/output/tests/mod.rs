//! Tests of the output. They compare whole listings where `tests/it` does not.

mod diff;
mod formats;
mod messages;
mod progress;
mod properties;
mod samples;
mod table;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use indicatif::{MultiProgress, ProgressDrawTarget};

use super::handle::Output;
use super::options::{ColorChoice, Format, OutputOptions, TerminalEnvironment};
use super::row::Row;
use super::streams::Streams;
use crate::escape::escape;

/// A stream that remembers what was written to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Streams that are captured: a terminal of this width, or pipes.
pub(super) fn captured(terminal: Option<usize>) -> (Streams, Captured, Captured) {
    let (stdout, stderr) = (Captured::default(), Captured::default());
    let streams = Streams {
        stdout: Box::new(stdout.clone()),
        stderr: Box::new(stderr.clone()),
        stdout_width: terminal,
        stderr_width: terminal,
        stdout_shows_links: false,
        stdin_is_terminal: false,
        progress_line: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()),
    };
    (streams, stdout, stderr)
}

/// An output whose streams are captured.
fn output(options: OutputOptions, terminal: Option<usize>) -> (Output, Captured, Captured) {
    let (streams, stdout, stderr) = captured(terminal);
    (Output::with_streams(options, streams), stdout, stderr)
}

/// A format without colour.
fn plain(format: Format) -> OutputOptions {
    OutputOptions {
        format,
        color: ColorChoice::Never,
        now: "2025-11-30T00:00:00Z".parse().unwrap(),
        environment: TerminalEnvironment {
            locale: Some("C.UTF-8".into()),
            ..TerminalEnvironment::default()
        },
        ..OutputOptions::default()
    }
}

/// A format without colour, with these columns.
fn chosen(format: Format, columns: &[&str]) -> OutputOptions {
    OutputOptions {
        columns: Some(columns.iter().map(|&name| name.to_owned()).collect()),
        ..plain(format)
    }
}

/// The text that a listing of `rows` writes to standard output.
fn listing<R: Row>(options: OutputOptions, terminal: Option<usize>, rows: Vec<R>) -> String {
    let (mut output, stdout, _) = output(options, terminal);
    let mut listing = output.begin().unwrap();
    for row in rows {
        listing.push(row).unwrap();
    }
    listing.finish(&[]).unwrap();
    stdout.text()
}

/// A text with its control characters escaped, except newlines, so that it can stand in a source file.
fn visible(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(escape).collect();
    lines.join("\n")
}
