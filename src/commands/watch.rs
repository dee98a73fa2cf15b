//! `--watch`: a listing or a picture that is read again and redrawn in place until Ctrl-C.

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep, sleep_until};

use crate::app::{App, JobSignal, MatchingConnections, duration, stop_process};
use crate::error::{self, CommandError, Exit, Result};
use crate::model::{Connection, Org};
use crate::output::{Format, Output, RowSigns, Screen, StepRow};

/// The minimum time between two looks. Everybody who works in an org shares its rate limit.
const MIN_INTERVAL: Duration = Duration::from_secs(1);
/// How often the size of the terminal is checked.
const SIZE_CHECK: Duration = Duration::from_millis(250);
/// How many changes are kept and shown.
const MAX_CHANGES: usize = 10;

/// The flag that repeats a listing.
#[derive(clap::Args, Debug)]
pub(crate) struct WatchFlag {
    /// Look again every SECONDS (10), and mark changes
    ///
    /// Redraws the terminal in place until Ctrl-C. Shows when it last looked, and what is new (+), changed (~) or gone
    /// (-): at its row until the next look, and above the rest. A temporary failure is shown and does not end it. Each look is a request for each profile; the least
    /// interval is 1 second.
    #[arg(long, value_name = "SECONDS", value_parser = interval)]
    #[arg(num_args = 0..=1, default_missing_value = "10")]
    watch: Option<Duration>,
}

impl WatchFlag {
    /// The time between two looks, if the flag is given.
    ///
    /// # Errors
    /// Fails if the format is not one of `written`, or nothing can be redrawn where standard output leads.
    pub(crate) fn interval(&self, written: &[Format], output: &Output) -> Result<Option<Duration>> {
        let Some(interval) = self.watch else {
            return Ok(None);
        };
        let format = output.format();
        let message = if !written.contains(&format) {
            format!("--watch redraws a terminal, and does not go with the format {format}")
        } else if !output.can_redraw() {
            "--watch redraws a terminal, and standard output is none that can be redrawn".to_owned()
        } else {
            return Ok(Some(interval));
        };
        Err(CommandError::usage(message)
            .hint("run it again without --watch, or wait for one connection with check --wait"))
    }
}

fn interval(text: &str) -> Result<Duration, String> {
    match duration(text) {
        Ok(interval) if interval < MIN_INTERVAL => {
            Err("give at least 1 second: each look counts towards the rate limit".to_owned())
        }
        parsed => parsed,
    }
}

/// The live state at one time.
pub(crate) struct LiveState {
    at: Timestamp,
    pub(crate) connections: Vec<Connection>,
    pub(crate) orgs: Vec<Org>,
    /// What changed since the state before, by the ids of the connections.
    pub(crate) signs: RowSigns,
    /// The connections that were there before.
    removed: Vec<Connection>,
    /// The errors of the accounts that could not be read.
    failures: Vec<CommandError>,
}

impl LiveState {
    /// The live state as it was just read.
    ///
    /// # Errors
    /// Fails if no account answered.
    pub(crate) fn new(matches: MatchingConnections, orgs: Vec<Org>) -> Result<Self> {
        let MatchingConnections {
            connections,
            answered,
            mut failures,
        } = matches;
        if !answered && !failures.is_empty() {
            return Err(failures.remove(0));
        }
        Ok(Self {
            at: Timestamp::now(),
            connections,
            orgs,
            signs: RowSigns::new(),
            removed: Vec::new(),
            failures,
        })
    }

    /// The connections, and behind them those that were there before.
    pub(crate) fn with_removed(&self) -> Vec<Connection> {
        [self.connections.as_slice(), &self.removed].concat()
    }

    /// Notes what changed since the state `before`, to be marked where the connections are drawn.
    fn mark(&mut self, changes: &[StepRow], before: &Self) {
        let signs = changes.iter();
        let signs = signs.filter_map(|row| Some((row.id?, row.sign())));
        self.signs = signs.collect();
        let removed = before.connections.iter();
        let removed = removed.filter(|live| self.signs.get(&live.id) == Some(&'-'));
        self.removed = removed.cloned().collect();
    }

    /// The profiles that could not be read. Only states without the same profiles can be compared.
    fn unread_profiles(&self) -> Vec<Option<&str>> {
        self.failures.iter().map(CommandError::profile).collect()
    }

    /// The connections that are new, removed or changed since the state `before`.
    fn changes_since(&self, before: &Self) -> Vec<StepRow> {
        let by_id = |state: &'_ Self| -> HashMap<_, _> {
            let connections = state.connections.iter();
            connections.map(|live| (live.id, live.clone())).collect()
        };
        let (old, new) = (by_id(before), by_id(self));
        let removed = before.connections.iter();
        let removed = removed.filter(|live| !new.contains_key(&live.id));
        let removed = removed.map(|live| StepRow::observed(Some(live), None));
        let present = self.connections.iter();
        let present = present.map(|live| StepRow::observed(old.get(&live.id), Some(live)));
        present.chain(removed).flatten().collect()
    }
}

/// What has been seen of the live state so far.
struct Watch {
    interval: Duration,
    latest: LiveState,
    /// The state that the next one is compared with, if that is not the latest.
    baseline: Option<LiveState>,
    /// The changes that were seen, the newest first, with the time at which each group was seen.
    changes: Vec<(Timestamp, Vec<StepRow>)>,
    /// The failure of the newest request for the state, with its time.
    failure: Option<(Timestamp, CommandError)>,
}

impl Watch {
    fn add(&mut self, mut state: LiveState) {
        self.failure = None;
        let before = self.baseline.as_ref().unwrap_or(&self.latest);
        let (missed, unread) = (before.unread_profiles(), state.unread_profiles());
        let is_comparable = missed == unread;
        let replaces = is_comparable || unread.len() < missed.len();
        if is_comparable {
            let changes = state.changes_since(before);
            state.mark(&changes, before);
            if !changes.is_empty() {
                self.changes.insert(0, (state.at, changes));
                drop_old_changes(&mut self.changes);
            }
        }
        let previous = std::mem::replace(&mut self.latest, state);
        match replaces {
            true => self.baseline = None,
            false => {
                self.baseline.get_or_insert(previous);
            }
        }
    }

    /// The time of the latest state, what failed, and what changed.
    fn header(&self, output: &Output) -> String {
        let every = SignedDuration::try_from(self.interval).unwrap_or(SignedDuration::MAX);
        let polled_at = time_text(self.latest.at);
        let mut text = format!("every {every:#}, looked at {polled_at}; Ctrl-C ends\n");
        if let Some((at, failure)) = &self.failure {
            text.push_str(&error::line(&time_text(*at), failure));
        }
        for failure in &self.latest.failures {
            let profile = failure.profile().unwrap_or_default();
            text.push_str(&error::line(&format!("profile {profile}"), failure));
        }
        for (at, changes) in &self.changes {
            let lines = output.diff_text(changes);
            text.push_str(&format!("\nat {}:\n{lines}", time_text(*at)));
        }
        text.push('\n');
        text
    }
}

/// Drops all but the newest changes, since a watch may run for weeks.
fn drop_old_changes(polls: &mut Vec<(Timestamp, Vec<StepRow>)>) {
    let mut remaining = MAX_CHANGES;
    polls.retain_mut(|(_, changes)| {
        changes.truncate(remaining);
        remaining -= changes.len();
        !changes.is_empty()
    });
}

fn time_text(time: Timestamp) -> String {
    time.strftime("%H:%M:%S UTC").to_string()
}

/// Polls the live state and draws it, until Ctrl-C. That is the usual end, so it is no failure. What was drawn last
/// stays on the terminal.
///
/// # Errors
/// Fails if the first poll fails, or a later one in a way that does not pass by itself.
pub(crate) async fn watch(
    interval: Duration,
    poll: impl AsyncFn() -> Result<LiveState>,
    draw: impl Fn(&LiveState, &mut Output) -> Result<String>,
    app: &mut App,
) -> Result<Exit> {
    let progress = app.output.progress("reading the connections", None);
    let latest = progress.during(poll()).await?;
    let mut watch = Watch {
        interval,
        latest,
        baseline: None,
        changes: Vec::new(),
        failure: None,
    };
    let mut suspend_signal = JobSignal::suspend()?;
    let mut screen = app.output.open_screen()?;
    let ended = loop {
        let next = Instant::now() + interval;
        let mut drawn_size = None;
        while Instant::now() < next && !app.is_interrupted() {
            let size = Some(app.output.refresh_width());
            if drawn_size != size {
                draw_frame(&watch, &draw, &mut app.output)?;
                drawn_size = size;
            }
            tokio::select! {
                () = app.interrupted() => {}
                () = suspend_signal.recv() => {
                    screen = suspend(screen, &mut app.output)?;
                    drawn_size = None;
                }
                () = sleep_until(next.min(Instant::now() + SIZE_CHECK)) => {}
            }
        }
        if app.is_interrupted() {
            break Ok(Exit::Done);
        }
        let mut polling = pin!(poll());
        let polled = loop {
            tokio::select! {
                polled = &mut polling => break polled,
                () = suspend_signal.recv() => {
                    screen = suspend(screen, &mut app.output)?;
                    drawn_size = None;
                }
                () = sleep(SIZE_CHECK) => {}
            }
            let size = Some(app.output.refresh_width());
            if drawn_size != size {
                draw_frame(&watch, &draw, &mut app.output)?;
                drawn_size = size;
            }
        };
        match polled {
            _ if app.is_interrupted() => break Ok(Exit::Done),
            Ok(state) => watch.add(state),
            Err(error) if error.exit() == Exit::Temporary => {
                watch.failure = Some((Timestamp::now(), error));
            }
            Err(error) => break Err(error),
        }
    };
    drop(screen);
    let last = watch.header(&app.output) + &draw(&watch.latest, &mut app.output)?;
    app.output.write_text(&last)?;
    ended
}

/// Stops the program with the terminal as it was before, and opens the screen again once it is continued.
fn suspend(screen: Screen, output: &mut Output) -> Result<Screen> {
    drop(screen);
    stop_process();
    Ok(output.open_screen()?)
}

fn draw_frame(
    watch: &Watch,
    draw: impl Fn(&LiveState, &mut Output) -> Result<String>,
    output: &mut Output,
) -> Result<()> {
    let frame = watch.header(output) + &draw(&watch.latest, output)?;
    Ok(output.draw_frame(&frame)?)
}
