use std::fmt;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};
use unicode_width::UnicodeWidthChar;

use super::stderr::Stderr;
use super::streams::stderr_width;
use super::{Format, Output, escape};

/// What is done sooner than this shows no bar: it would only flicker.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often [`Progress::during`] shows that time goes by.
const BEAT: Duration = Duration::from_millis(100);

/// No bar is drawn again sooner.
const REST: Duration = Duration::from_millis(100);

/// How many columns a bar has.
const BAR: usize = 20;

/// How far something is that takes its time, on the terminal that standard error is. Nothing is
/// left of it at its end, which is also when it is dropped.
#[must_use = "a bar that is dropped is gone"]
pub struct Progress {
    what: String,
    total: Option<u64>,
    /// Where it is shown; `None` when it never is.
    stderr: Option<Stderr>,
    state: Mutex<State>,
}

struct State {
    done: u64,
    /// How often it was drawn.
    drawn: usize,
    /// When it may be drawn next.
    due: Instant,
}

impl Output {
    /// Begins to show how far something is: `what` names it (“reading connections”), `total` is the
    /// number of its steps, where that is known.
    ///
    /// It is shown after half a second only, and not at all when quiet, when standard error is no
    /// terminal, or when data streams to the terminal meanwhile. Messages and questions go above
    /// it.
    pub fn progress(&self, what: &str, total: Option<u64>) -> Progress {
        let stderr = (!self.streams_to_terminal()).then_some(&self.messages.stderr);
        Progress::new(stderr, what, total, Instant::now() + PATIENCE)
    }

    /// Whether rows come to the terminal one by one. A table and what is sorted come all at once,
    /// at the end.
    fn streams_to_terminal(&self) -> bool {
        let is_collected = self.options.format == Format::Table || !self.options.sort.is_empty();
        self.is_terminal() && !is_collected
    }
}

impl Progress {
    fn new(stderr: Option<&Stderr>, what: &str, total: Option<u64>, due: Instant) -> Self {
        Self {
            what: escape(what).into_owned(),
            total,
            stderr: stderr.filter(|stderr| stderr.draws()).cloned(),
            state: Mutex::new(State {
                done: 0,
                drawn: 0,
                due,
            }),
        }
    }

    /// Counts so many more steps as done. With 0, it shows that time goes by.
    pub fn advance(&self, steps: u64) {
        let mut state = self.lock();
        state.done += steps;
        let now = Instant::now();
        if let Some(stderr) = &self.stderr
            && now >= state.due
        {
            stderr.draw(cut(&self.line(&state), usize::from(stderr_width())));
            state.drawn += 1;
            state.due = now + REST;
        }
    }

    /// The text stands last, where a narrow terminal cuts it.
    fn line(&self, state: &State) -> String {
        let (what, done) = (&self.what, grouped(state.done));
        match self.total {
            Some(total) => {
                let bar = bar(state.done, total);
                format!("[{bar}] {done}/{} {what}", grouped(total))
            }
            None => {
                let wheel = ['-', '\\', '|', '/'];
                let wheel = wheel[state.drawn % wheel.len()];
                format!("{wheel} {done} {what}")
            }
        }
    }

    /// Waits for `work`, which may advance the bar, and meanwhile shows that time goes by. Needs a
    /// runtime with time.
    pub async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                _ = beats.tick() => self.advance(0),
            }
        }
    }

    /// Takes the bar off the terminal.
    pub fn finish(self) {}

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(stderr) = &self.stderr {
            stderr.draw("");
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress")
            .field("what", &self.what)
            .field("done", &self.lock().done)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

/// `==========>         `
fn bar(done: u64, total: u64) -> String {
    let share = u128::from(done) * BAR as u128 / u128::from(total.max(1));
    let full = usize::try_from(share).map_or(BAR, |full| full.min(BAR));
    let head = if full < BAR { ">" } else { "" };
    format!("{:BAR$}", "=".repeat(full) + head)
}

/// A number with a comma before each three digits: `1,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// As much of a text as has room in so many columns.
fn cut(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let end = text.char_indices().find(|(_, letter)| {
        used += letter.width().unwrap_or_default();
        used > columns
    });
    end.map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests;
