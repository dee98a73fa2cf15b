use std::cell::RefCell;
use std::io::{self, Write};
use std::mem;
use std::panic;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

use console::{Term, measure_text_width, truncate_str};
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen,
};
use crossterm::{execute, queue};
use jiff::Timestamp;
#[cfg(unix)]
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::handle::Output;
use super::streams::{Stdout, terminal_size};

/// The terminal's modes before the [`Screen`] that is open. Static, since a signal that ends the program must close the
/// screen.
static SAVED_MODES: Mutex<Option<TerminalModes>> = Mutex::new(None);

/// The terminal while a command redraws it in place. Dropping it brings back what was shown before, and the cursor.
#[must_use = "the screen closes when it is dropped"]
pub(crate) struct Screen;

impl Drop for Screen {
    fn drop(&mut self) {
        close_screen();
    }
}

/// Closes the screen, if one is open.
pub(crate) fn close_screen() {
    let saved = SAVED_MODES
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    if let Some(modes) = saved {
        // If the terminal is gone, there is nothing to put back.
        execute!(io::stdout(), LeaveAlternateScreen, Show).ok();
        modes.restore();
    }
}

/// The terminal's modes before the screen opened. Echo is off while it is open, so that typed keys do not spoil the
/// frame; restoring the modes discards them, so that the shell does not run them.
struct TerminalModes {
    #[cfg(unix)]
    modes: Option<Termios>,
}

#[cfg(unix)]
impl TerminalModes {
    fn disable_echo() -> Self {
        let modes = tcgetattr(io::stdout()).ok();
        if let Some(mut hidden) = modes.clone() {
            hidden.local_modes -= LocalModes::ECHO;
            // Failure is ignored: echoed keys only spoil the frame.
            tcsetattr(io::stdout(), OptionalActions::Now, &hidden).ok();
        }
        Self { modes }
    }

    fn restore(self) {
        if let Some(modes) = self.modes {
            tcsetattr(io::stdout(), OptionalActions::Flush, &modes).ok();
        }
    }
}

#[cfg(not(unix))]
impl TerminalModes {
    fn disable_echo() -> Self {
        Self {}
    }

    fn restore(self) {}
}

/// Closes the screen before the message of a panic is printed, which would vanish with the screen.
pub(crate) fn close_screen_before_panics() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        close_screen();
        print(panic);
    }));
}

/// Frames that replace each other on the terminal.
impl Output {
    /// Whether standard output is a terminal whose cursor can be moved.
    pub(crate) fn can_redraw(&self) -> bool {
        self.stdout.is_terminal() && !self.options.environment.is_dumb()
    }

    /// Opens the screen for [`Output::draw_frame`].
    ///
    /// # Errors
    /// Fails if standard output cannot be written.
    pub(crate) fn open_screen(&mut self) -> io::Result<Screen> {
        let modes = TerminalModes::disable_echo();
        *SAVED_MODES.lock().unwrap_or_else(PoisonError::into_inner) = Some(modes);
        let screen = Screen;
        execute!(self.stdout, EnterAlternateScreen, Hide)?;
        Ok(screen)
    }

    /// Draws a frame in place of the one before, at once, so that nothing flickers. Lines below the height of the terminal
    /// are counted in place of being shown.
    ///
    /// # Errors
    /// Fails if standard output cannot be written.
    pub(crate) fn draw_frame(&mut self, frame: &str) -> io::Result<()> {
        let (width, height) = terminal_size(&Term::stdout(), &self.options.environment);
        let ellipsis = self.symbols().ellipsis;
        let lines = frame.lines();
        let mut lines: Vec<_> = lines.flat_map(|line| wrap(line, width)).collect();
        if lines.len() > height {
            let hidden = lines.split_off(height - 1).len();
            lines.push(format!(
                "{ellipsis} {hidden} more lines: a taller window shows them"
            ));
        }
        let mut bytes = Vec::new();
        queue!(bytes, BeginSynchronizedUpdate, MoveTo(0, 0))?;
        for (index, line) in lines.iter().enumerate() {
            let line_break = if index == 0 { "" } else { "\r\n" };
            let line = truncate_str(line, width, ellipsis);
            write!(bytes, "{line_break}{line}")?;
            queue!(bytes, Clear(ClearType::UntilNewLine))?;
        }
        queue!(
            bytes,
            Clear(ClearType::FromCursorDown),
            EndSynchronizedUpdate
        )?;
        self.stdout.write_all(&bytes)?;
        self.stdout.flush()
    }

    /// Fits what is written from now on to the present width of the terminal. Returns its columns and rows.
    pub(crate) fn refresh_width(&mut self) -> (usize, usize) {
        let size = terminal_size(&Term::stdout(), &self.options.environment);
        self.stdout.width = Some(size.0);
        size
    }

    /// What `show` writes to standard output, as it is at the present time.
    ///
    /// # Errors
    /// Fails if `show` does.
    pub(crate) fn capture<E>(
        &mut self,
        show: impl FnOnce(&mut Self) -> Result<(), E>,
    ) -> Result<String, E> {
        let buffer = Buffer::default();
        let (width, is_colored) = (self.stdout.width, self.stdout.is_colored);
        let captured = Stdout::new(Box::new(buffer.clone()), width, is_colored);
        let stdout = mem::replace(&mut self.stdout, captured);
        self.options.now = Timestamp::now();
        let shown = show(self);
        self.stdout = stdout;
        shown?;
        Ok(String::from_utf8_lossy(&buffer.0.borrow()).into_owned())
    }
}

/// The line, broken between words where it is wider than `width`.
fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut words = line.split(' ');
    let mut current = words.next().unwrap_or_default().to_owned();
    for word in words {
        if measure_text_width(&current) + 1 + measure_text_width(word) > width {
            lines.push(mem::take(&mut current));
        } else {
            current.push(' ');
        }
        current.push_str(word);
    }
    lines.push(current);
    lines
}

/// A place in memory for what is written.
#[derive(Clone, Default)]
struct Buffer(Rc<RefCell<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_between_words_and_colours_take_no_room() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("  a  b", 6), ["  a  b"]);
        assert_eq!(wrap("", 6), [""]);
        let colored = "\u{1b}[31mone\u{1b}[0m two";
        assert_eq!(wrap(colored, 7), [colored]);
    }
}
