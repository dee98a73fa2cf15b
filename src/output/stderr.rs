use std::io::Write;
use std::mem::replace;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The control sequence (ECMA-48) that empties the line that the cursor is in, from its beginning.
const ERASE: &str = "\r\u{1b}[2K";

/// Standard error: messages, and below them, on a terminal, one line that says how far something
/// is.
#[derive(Clone)]
pub(super) struct Stderr(Arc<Mutex<State>>);

struct State {
    stream: Box<dyn Write + Send>,
    /// Whether it is a terminal that a line may be drawn on.
    draws: bool,
    /// The line that is drawn; an empty one is none.
    line: String,
    /// Whether somebody else has the terminal.
    is_lent: bool,
}

impl Stderr {
    pub(super) fn new(stream: Box<dyn Write + Send>, draws: bool) -> Self {
        Self(Arc::new(Mutex::new(State {
            stream,
            draws,
            line: String::new(),
            is_lent: false,
        })))
    }

    /// Whether it is a terminal that a line may be drawn on.
    pub(super) fn draws(&self) -> bool {
        self.lock().draws
    }

    /// Writes a text of whole lines, above the one that is drawn.
    pub(super) fn write(&self, text: &str) {
        let mut state = self.lock();
        let line = state.line.clone();
        match line.is_empty() || state.is_lent {
            true => state.put(text),
            false => state.put(&format!("{ERASE}{text}{line}")),
        }
    }

    /// Draws a line in the place of the one that is drawn. An empty one takes it away.
    pub(super) fn draw(&self, line: &str) {
        let mut state = self.lock();
        let before = replace(&mut state.line, line.to_owned());
        if !state.is_lent && before != line {
            state.put(&format!("{ERASE}{line}"));
        }
    }

    /// Lets somebody else write to the terminal, without the line in his way.
    pub(super) fn lend<T>(&self, work: impl FnOnce() -> T) -> T {
        self.set_lent(true);
        let done = work();
        self.set_lent(false);
        done
    }

    fn set_lent(&self, is_lent: bool) {
        let mut state = self.lock();
        state.is_lent = is_lent;
        if !state.line.is_empty() {
            let line = if is_lent { "" } else { &state.line };
            let text = format!("{ERASE}{line}");
            state.put(&text);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Writes at once. When standard error is gone there is nobody left to tell.
    fn put(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).ok();
        self.stream.flush().ok();
    }
}
