//! The formats, compared whole over one fixed set of awkward records.

mod delimited;
mod fitting;
mod listings;
mod messages;
mod properties;
pub(super) mod samples;
mod structured;
mod tables;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use super::{ErrorView, Format, Output, OutputOptions, Record, Streams};
use crate::topology::Connection;

/// A stream that keeps what was written to it.
#[derive(Clone, Default)]
pub(super) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    /// What was written so far.
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

/// An output whose streams are kept: a terminal of this width, or a pipe.
pub(super) fn output(
    options: OutputOptions,
    terminal: Option<usize>,
) -> (Output, Captured, Captured) {
    let (stdout, stderr) = (Captured::default(), Captured::default());
    let streams = Streams {
        stdout: Box::new(stdout.clone()),
        stderr: Box::new(stderr.clone()),
        stdout_width: terminal,
        stderr_is_terminal: terminal.is_some(),
        stdin_is_terminal: false,
    };
    (Output::with_streams(options, streams), stdout, stderr)
}

/// A table without colour, or another format.
pub(super) fn plain(format: Format) -> OutputOptions {
    OutputOptions {
        format,
        color: super::ColorChoice::Never,
        ..OutputOptions::default()
    }
}

/// What a listing of `records` writes to standard output.
fn listing<R: Record>(options: OutputOptions, terminal: Option<usize>, records: Vec<R>) -> String {
    let (mut output, stdout, _) = output(options, terminal);
    finish(&mut output, records, &[]);
    stdout.text()
}

/// What a listing with errors writes into a pipe.
fn finished(format: Format, records: Vec<Connection>, errors: &[ErrorView]) -> String {
    let (mut output, stdout, _) = output(plain(format), None);
    finish(&mut output, records, errors);
    stdout.text()
}

fn finish<R: Record>(output: &mut Output, records: Vec<R>, errors: &[ErrorView]) {
    let mut rows = output.begin().unwrap();
    for record in records {
        rows.push(record).unwrap();
    }
    rows.finish(errors).unwrap();
}

/// A text with its hidden characters written out, except newlines, so that it can stand in a source
/// file.
fn visible(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(super::escape).collect();
    lines.join("\n")
}
