use std::io::{IsTerminal, Write, stderr, stdin, stdout};

use terminal_size::{Width, terminal_size_of};

use super::TerminalEnvironment;

/// The width of a terminal that does not tell it, in columns.
const USUAL_WIDTH: u16 = 80;

/// The standard streams, or what stands in for them in a test.
pub struct Streams {
    /// Where data goes.
    pub stdout: Box<dyn Write + Send>,
    /// Where messages go.
    pub stderr: Box<dyn Write + Send>,
    /// The width in columns of the terminal that `stdout` is; `None` when it is a pipe or file.
    pub stdout_width: Option<usize>,
    /// Whether `stderr` is a terminal.
    pub stderr_is_terminal: bool,
    /// Whether somebody can type on standard input.
    pub stdin_is_terminal: bool,
}

impl Streams {
    /// The streams of this process.
    pub fn of_process(environment: &TerminalEnvironment) -> Self {
        let stdout = stdout();
        Self {
            stdout_width: stdout.is_terminal().then(|| width(environment)),
            stdout: Box::new(stdout),
            stderr: Box::new(stderr()),
            stderr_is_terminal: stderr().is_terminal(),
            stdin_is_terminal: stdin().is_terminal(),
        }
    }
}

/// The width of the terminal that standard output is: its own word, else `COLUMNS`, else 80.
fn width(environment: &TerminalEnvironment) -> usize {
    let told = terminal_size_of(stdout()).map(|(Width(columns), _)| usize::from(columns));
    let set = || {
        environment
            .columns
            .as_deref()
            .and_then(|columns| columns.parse().ok())
    };
    told.filter(|columns| *columns > 0)
        .or_else(|| set().filter(|columns| *columns > 0))
        .unwrap_or(usize::from(USUAL_WIDTH))
}

/// The width of the terminal that standard error is now: it may be made wider or narrower.
pub(super) fn stderr_width() -> u16 {
    let told = terminal_size_of(stderr()).map(|(Width(columns), _)| columns);
    told.filter(|columns| *columns > 0).unwrap_or(USUAL_WIDTH)
}
