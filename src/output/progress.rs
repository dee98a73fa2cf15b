use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::{MissedTickBehavior, interval};

use super::stderr::{Stderr, Terminal};
use super::{Format, Output, escape};

/// What is done sooner than this shows no bar: it would only flicker.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often [`Progress::during`] shows that time goes by.
const BEAT: Duration = Duration::from_millis(100);

/// How often a bar is drawn at most, in a second.
const DRAWN_PER_SECOND: u8 = 10;

/// How far something is that takes its time, on the terminal that standard error is. Nothing is
/// left of it at its end, which is also when it is dropped.
#[must_use = "a bar that is dropped is gone"]
pub struct Progress {
    bar: ProgressBar,
    /// Where the bar goes once it is due; `None` when it is never shown.
    bars: Option<MultiProgress>,
    due: Instant,
    is_shown: AtomicBool,
}

impl Output {
    /// Begins to show how far something is: `what` names it (“reading connections”), `total` is the
    /// number of its steps, where that is known.
    ///
    /// It is shown after half a second only, and not at all when quiet, when standard error is no
    /// terminal, or when data streams to the terminal meanwhile. Messages and questions go above
    /// it.
    pub fn progress(&self, what: &str, total: Option<u64>) -> Progress {
        let bars = (!self.streams_to_terminal()).then_some(&self.messages.bars);
        Progress::new(bars, what, total, Instant::now() + PATIENCE)
    }

    /// Whether rows come to the terminal one by one. A table and what is sorted come all at once,
    /// at the end.
    fn streams_to_terminal(&self) -> bool {
        let is_collected = self.options.format == Format::Table || !self.options.sort.is_empty();
        self.is_terminal() && !is_collected
    }
}

impl Progress {
    fn new(bars: Option<&MultiProgress>, what: &str, total: Option<u64>, due: Instant) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden())
            .with_style(style(total))
            .with_message(escape(what).into_owned());
        Self {
            bar,
            bars: bars.filter(|bars| !bars.is_hidden()).cloned(),
            due,
            is_shown: AtomicBool::new(false),
        }
    }

    /// Counts so many more steps as done. With 0, it shows that time goes by.
    pub fn advance(&self, steps: u64) {
        self.bar.inc(steps);
        if let Some(bars) = &self.bars
            && Instant::now() >= self.due
            && !self.is_shown.swap(true, Ordering::Relaxed)
        {
            bars.add(self.bar.clone());
        }
        self.bar.tick();
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
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress")
            .field("what", &self.bar.message())
            .field("done", &self.bar.position())
            .field("total", &self.bar.length())
            .finish_non_exhaustive()
    }
}

/// Where bars are drawn: on the terminal that standard error is, or nowhere.
pub(super) fn bars(stderr: &Stderr, is_shown: bool) -> MultiProgress {
    MultiProgress::with_draw_target(if is_shown {
        let terminal = Box::new(Terminal::new(stderr.clone()));
        ProgressDrawTarget::term_like_with_hz(terminal, DRAWN_PER_SECOND)
    } else {
        ProgressDrawTarget::hidden()
    })
}

/// The text stands last, where a narrow terminal cuts it.
fn style(total: Option<u64>) -> ProgressStyle {
    let template = match total {
        Some(_) => "[{bar:20}] {human_pos}/{human_len} {wide_msg}",
        None => "{spinner} {human_pos} {wide_msg}",
    };
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
        .tick_chars(r"-\|/ ")
}

#[cfg(test)]
mod tests;
