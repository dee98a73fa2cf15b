use std::fmt;
use std::io::{self, Write};
use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::TermLike;

use super::streams::stderr_width;

/// Standard error, which messages and bars share.
#[derive(Clone)]
pub(super) struct Stderr(Arc<Mutex<Box<dyn Write + Send>>>);

impl Stderr {
    pub(super) fn new(stream: Box<dyn Write + Send>) -> Self {
        Self(Arc::new(Mutex::new(stream)))
    }

    /// Writes a text. When standard error is gone there is nobody left to tell.
    pub(super) fn write(&self, text: &str) {
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stream.write_all(text.as_bytes()).ok();
    }
}

/// The terminal that standard error is, for drawing on it. What is drawn is written at once when it
/// is whole.
///
/// No method fails: the bars' owner would panic.
pub(super) struct Terminal {
    stderr: Stderr,
    waiting: Mutex<String>,
}

impl Terminal {
    pub(super) fn new(stderr: Stderr) -> Self {
        Self {
            stderr,
            waiting: Mutex::default(),
        }
    }

    fn add(&self, text: &str) -> io::Result<()> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push_str(text);
        Ok(())
    }

    /// Adds the control sequence (ECMA-48) that moves the cursor `count` times; none for 0, which
    /// would move it once.
    fn add_move(&self, count: usize, direction: char) -> io::Result<()> {
        match count {
            0 => Ok(()),
            _ => self.add(&format!("\u{1b}[{count}{direction}")),
        }
    }
}

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        stderr_width()
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.add_move(lines, 'A')
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.add_move(lines, 'B')
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.add_move(columns, 'C')
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.add_move(columns, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.add(text)?;
        self.add("\n")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.add(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.add("\r\u{1b}[2K")
    }

    fn flush(&self) -> io::Result<()> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        self.stderr.write(&take(&mut *waiting));
        Ok(())
    }
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terminal").finish_non_exhaustive()
    }
}
