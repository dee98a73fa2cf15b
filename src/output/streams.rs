use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::LazyLock;

use anstyle::Style;
use console::Term;
use indicatif::MultiProgress;

use super::options::TerminalEnvironment;
use super::wrap::wrap;
use crate::escape::escape_message;

/// The size of the buffer of standard output, in bytes.
const BUFFER_SIZE: usize = 64 * 1024;

/// The columns and rows of a terminal that does not report them.
const DEFAULT_SIZE: (usize, usize) = (80, 24);

/// The progress line on the standard error of this process. Every message is written through it, so that it stands
/// above the line. indicatif draws nothing where standard error is no terminal, or `TERM` is `dumb`.
static PROGRESS_LINE: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// The standard streams, or their substitutes in a test.
pub(super) struct Streams {
    pub(super) stdout: Box<dyn Write>,
    pub(super) stderr: Box<dyn Write>,
    /// The width of the terminal on standard output, in columns; `None` for a pipe or file.
    pub(super) stdout_width: Option<usize>,
    /// The width of the terminal on standard error, in columns; `None` for a pipe or file.
    pub(super) stderr_width: Option<usize>,
    pub(super) stdin_is_terminal: bool,
    /// Whether standard output is a terminal that shows links.
    pub(super) stdout_shows_links: bool,
    pub(super) progress_line: MultiProgress,
}

impl Streams {
    /// The streams of this process.
    pub(super) fn of_process(environment: &TerminalEnvironment) -> Self {
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let width = |terminal: Term| terminal_size(&terminal, environment).0;
        let shows_links = supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
        Self {
            stdout_shows_links: shows_links && stdout.is_terminal(),
            stdout_width: stdout.is_terminal().then(|| width(Term::stdout())),
            stdout: Box::new(stdout),
            stderr_width: stderr.is_terminal().then(|| width(Term::stderr())),
            stderr: Box::new(stderr),
            stdin_is_terminal: io::stdin().is_terminal(),
            progress_line: PROGRESS_LINE.clone(),
        }
    }
}

/// The columns and rows of a terminal: those that it reports, else the columns that `COLUMNS` says, else
/// [`DEFAULT_SIZE`].
pub(super) fn terminal_size(terminal: &Term, environment: &TerminalEnvironment) -> (usize, usize) {
    let (rows, columns) = terminal.size_checked().unwrap_or_default();
    let positive = |number: &usize| *number > 0;
    let variable = environment.columns.as_ref();
    let columns = Some(usize::from(columns))
        .filter(positive)
        .or_else(|| variable?.parse().ok().filter(positive));
    let rows = Some(usize::from(rows)).filter(positive);
    (
        columns.unwrap_or(DEFAULT_SIZE.0),
        rows.unwrap_or(DEFAULT_SIZE.1),
    )
}

/// Standard output, buffered.
pub(super) struct Stdout {
    writer: BufWriter<Box<dyn Write>>,
    /// The width of the terminal on standard output, in columns; `None` for a pipe or file.
    pub(super) width: Option<usize>,
    pub(super) is_colored: bool,
    /// The web page that the names of orgs in tables are linked to.
    pub(super) org_page: Option<String>,
    /// Whether anything was written, even if it is still in the buffer.
    pub(super) has_written: bool,
}

impl Stdout {
    pub(super) fn new(stream: Box<dyn Write>, width: Option<usize>, is_colored: bool) -> Self {
        if is_colored {
            // comfy-table colours with crossterm, which would otherwise obey `NO_COLOR` even against the flag
            // `--color`.
            crossterm::style::force_color_output(true);
        }
        Self {
            writer: BufWriter::with_capacity(BUFFER_SIZE, stream),
            width,
            is_colored,
            org_page: None,
            has_written: false,
        }
    }

    pub(super) fn is_terminal(&self) -> bool {
        self.width.is_some()
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.has_written |= !bytes.is_empty();
        self.writer.write(bytes).map_err(describe)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush().map_err(describe)
    }
}

/// The error with what was tried. Its kind stays: some writers try again after an interruption.
fn describe(error: io::Error) -> io::Error {
    let message = format!("cannot write to standard output: {error}");
    io::Error::new(error.kind(), message)
}

/// Standard error: lines of text above the progress line.
pub(super) struct Stderr {
    pub(super) stream: Box<dyn Write>,
    pub(super) progress_line: MultiProgress,
    pub(super) is_colored: bool,
    pub(super) is_quiet: bool,
    /// The width of the terminal, in columns; `None` for a pipe or file.
    pub(super) width: Option<usize>,
}

impl Stderr {
    /// Writes a note, unless quiet.
    pub(super) fn note(&mut self, text: &str) {
        if !self.is_quiet {
            self.write_message("", Style::new(), text);
        }
    }

    /// Writes one line to standard error: the label in `style`, then the text, in which line breaks are escaped. A
    /// terminal gets it in several lines where it is too narrow.
    pub(super) fn write_message(&mut self, label: &str, style: Style, text: &str) {
        let style = if self.is_colored { style } else { Style::new() };
        self.write_line(&format!("{style}{label}{style:#}{}", escape_message(text)));
    }

    /// Writes a line that is escaped and coloured already.
    pub(super) fn write_line(&mut self, line: &str) {
        let line = match self.width {
            Some(width) => wrap(line, width) + "\n",
            None => format!("{line}\n"),
        };
        let stream = &mut self.stream;
        // Errors are ignored: if standard error is closed, there is no place to report them.
        self.progress_line.suspend(|| {
            stream.write_all(line.as_bytes()).ok();
            stream.flush().ok();
        });
    }
}

/// Writes one line to standard error, for the logger and the signal handler, which have no `Output`.
pub(crate) fn log_line(text: &str) {
    let line = format!("{}\n", escape_message(text));
    PROGRESS_LINE.suspend(|| io::stderr().write_all(line.as_bytes()).ok());
}
