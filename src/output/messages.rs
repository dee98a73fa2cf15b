use std::io::Write;

use super::stderr::Stderr;
use super::{Output, escape};
use anstyle::{AnsiColor, Style};

/// Standard error, and how loud it may be.
pub(super) struct Messages {
    pub(super) stderr: Stderr,
    is_coloured: bool,
    is_quiet: bool,
}

const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();

impl Messages {
    /// Messages to a stream; `draws` says whether it is a terminal that bars may be drawn on.
    pub(super) fn new(
        stderr: Box<dyn Write + Send>,
        draws: bool,
        is_coloured: bool,
        is_quiet: bool,
    ) -> Self {
        Self {
            stderr: Stderr::new(stderr, draws && !is_quiet),
            is_coloured,
            is_quiet,
        }
    }

    pub(super) fn note(&mut self, text: &str) {
        if !self.is_quiet {
            self.line("", Style::new(), text);
        }
    }

    /// Writes one line, whatever the text holds.
    fn line(&mut self, label: &str, style: Style, text: &str) {
        let text = escape(text);
        let line = if self.is_coloured {
            format!("{style}{label}{style:#}{text}\n")
        } else {
            format!("{label}{text}\n")
        };
        self.stderr.write(&line);
    }
}

/// Tells of something that happens beside the command's own course, such as a signal.
pub(crate) fn interjection(text: &str) {
    // When standard error is gone there is nobody left to tell.
    writeln!(std::io::stderr(), "{}", escape(text)).ok();
}

/// Messages. Each is one line on standard error: what could harm a terminal is escaped, newlines
/// too.
impl Output {
    /// Tells how things are going. Left out when quiet.
    pub fn note(&mut self, text: &str) {
        self.messages.note(text);
    }

    /// Shows what a question is about. Never left out.
    pub fn show(&mut self, text: &str) {
        self.messages.line("", Style::new(), text);
    }

    /// Proposes what to do next, after `hint: `. Left out when quiet.
    pub fn hint(&mut self, text: &str) {
        if !self.messages.is_quiet {
            self.messages.line("hint: ", HINT, text);
        }
    }

    /// Warns, after `warning: `.
    pub fn warn(&mut self, text: &str) {
        self.messages.line("warning: ", WARNING, text);
    }

    /// Says what failed, after `error: `.
    pub fn error(&mut self, text: &str) {
        self.messages.line("error: ", ERROR, text);
    }
}
