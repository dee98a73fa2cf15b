mod file;
mod pair;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::shared_flags::UnknownTypes;
use crate::api::Client;
use crate::app::{App, ConnectionEnds, duration};
use crate::error::{Exit, Result};
use crate::model::ConnectionType;
use crate::output::Progress;

/// Check that connections are as they should be
///
/// One connection, or with --file all that files describe. An end that is left out is the org of the credentials; with
/// several profiles it is enough that one belongs to an end. With a file only the differences are shown; -o github
/// writes them as annotations of its lines, for a workflow on GitHub.
#[derive(clap::Args, Debug)]
#[command(group = clap::ArgGroup::new("wanted").multiple(true).args(["types", "files"]))]
#[command(
    before_help = "  orgconn check --destination 'Security Archive' --type logs --wait 60s
  orgconn check --source Platform --type logs,metrics,audit --exact
  orgconn check --source 'Security Archive' --absent
  orgconn check -f orgconn.yaml --exact -o github"
)]
pub(crate) struct Args {
    #[command(flatten)]
    ends: ConnectionEnds,

    /// File of the wanted connections (repeatable)
    ///
    /// YAML or JSON. A directory stands for its *.yaml and *.yml files, `-` for standard input.
    #[arg(short, long = "file", value_name = "FILE")]
    #[arg(conflicts_with_all = ["source", "destination", "types", "absent"])]
    files: Vec<PathBuf>,

    /// Types that must be shared
    ///
    /// With --absent: types that must not be shared. Repeatable, comma-separated.
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',')]
    types: Vec<ConnectionType>,

    #[command(flatten)]
    unknown_types: UnknownTypes,

    /// No other types may be shared
    ///
    /// With --file: the orgs in its scope may have no other connections.
    #[arg(long, requires = "wanted", conflicts_with = "absent")]
    exact: bool,

    /// There must be no connection
    ///
    /// With --type: none that shares any of these.
    #[arg(long)]
    absent: bool,

    /// Check again until it holds, at most for this long
    ///
    /// Such as 60s.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    wait: Option<Duration>,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    match args.files.is_empty() {
        true => pair::run(&args, app).await,
        false => file::run(&args, app).await,
    }
}

/// Delays between two polls, until the deadline.
struct PollInterval {
    deadline: Option<Instant>,
    next: Duration,
}

impl PollInterval {
    const FIRST: Duration = Duration::from_millis(500);
    const LONGEST: Duration = Duration::from_secs(5);

    /// An interval whose deadline is `wait` from now. Without `wait` there is no further poll.
    fn new(wait: Option<Duration>) -> Self {
        Self {
            deadline: wait.map(|wait| Instant::now() + wait),
            next: Self::FIRST,
        }
    }

    /// How long to wait before the next poll; `None` after the deadline. The last poll is at the deadline.
    fn next(&mut self) -> Option<Duration> {
        let remaining = self.deadline?.saturating_duration_since(Instant::now());
        let delay = self.next.min(remaining);
        self.next = (self.next * 2).min(Self::LONGEST);
        (!delay.is_zero()).then_some(delay)
    }

    /// Waits until the next poll, and shows what is waited for and how long that may take. Returns whether there is a
    /// next poll.
    ///
    /// # Errors
    /// Fails if the client is interrupted.
    async fn wait(&mut self, client: &Client, reason: &str, progress: &Progress) -> Result<bool> {
        let Some(delay) = self.next() else {
            return Ok(false);
        };
        let end = Instant::now() + delay;
        while let Some(rest) = end.checked_duration_since(Instant::now()) {
            let remaining = self.deadline.unwrap_or(end) - Instant::now();
            let seconds = remaining.as_secs_f64().ceil();
            progress.describe(&format!("{seconds} s left: {reason}"));
            client.sleep(rest.min(Duration::from_secs(1))).await?;
        }
        Ok(true)
    }
}
