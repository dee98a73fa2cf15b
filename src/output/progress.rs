use std::fmt;
use std::pin::pin;
use std::time::Duration;

use indicatif::{HumanCount, MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use tokio::time::timeout;

use super::handle::Output;
use crate::escape::escape;

/// Work that ends sooner shows no progress, which would only flicker.
const DELAY: Duration = Duration::from_millis(500);

/// The time between two frames of the progress line.
const FRAME: Duration = Duration::from_millis(100);

/// A progress line on standard error, if that is a terminal.
#[must_use = "progress is shown by `Progress::during`"]
pub(crate) struct Progress {
    bar: ProgressBar,
    /// The place on standard error where the bar is shown; `None` if it is never shown.
    progress_line: Option<MultiProgress>,
}

impl Output {
    /// Progress of the work that `what` describes ("reading the connections"), of `total` steps where their number is
    /// known.
    ///
    /// It is never shown when quiet, where standard error is no terminal, or while rows stream to a terminal.
    pub(crate) fn progress(&self, what: &str, total: Option<u64>) -> Progress {
        // A table and sorted rows are written at the end.
        let is_collected = self.options.format.is_table() || !self.sort.is_empty();
        let streams_to_terminal = self.stdout.is_terminal() && !is_collected;
        let is_shown = !self.options.quiet && !streams_to_terminal;
        let progress_line = is_shown.then(|| self.stderr.progress_line.clone());
        Progress::new(what, total, progress_line)
    }
}

impl Progress {
    fn new(what: &str, total: Option<u64>, progress_line: Option<MultiProgress>) -> Self {
        let template = match total {
            Some(_) => "[{bar:20}] {human_pos}/{human_len} {wide_msg}",
            None => "{spinner} {count}{wide_msg}",
        };
        // The templates are valid, so the usual style is never used.
        let style = ProgressStyle::with_template(template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .with_key(
                "count",
                |state: &ProgressState, line: &mut dyn fmt::Write| {
                    if state.pos() > 0 {
                        write!(line, "{} ", HumanCount(state.pos())).ok();
                    }
                },
            )
            .progress_chars("=> ")
            .tick_chars(r"-\|/ ");
        let bar = ProgressBar::hidden();
        bar.set_style(style);
        bar.set_message(escape(what).into_owned());
        if let Some(total) = total {
            bar.set_length(total);
        }
        Self { bar, progress_line }
    }

    /// Counts further steps as done.
    pub(crate) fn advance(&self, steps: u64) {
        self.bar.inc(steps);
    }

    /// Says what the work is about now.
    pub(crate) fn describe(&self, what: &str) {
        self.bar.set_message(escape(what).into_owned());
    }

    /// Waits for `work`, which may advance the progress. The line is shown after half a second and erased at the end.
    pub(crate) async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        self.during_after(DELAY, work).await
    }

    pub(super) async fn during_after<T>(
        &self,
        delay: Duration,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = pin!(work);
        if let Ok(done) = timeout(delay, &mut work).await {
            return done;
        }
        if let Some(progress_line) = &self.progress_line {
            progress_line.add(self.bar.clone());
            self.bar.enable_steady_tick(FRAME);
        }
        let done = work.await;
        self.bar.finish_and_clear();
        done
    }
}

/// Erases the line if the work was cancelled.
impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
