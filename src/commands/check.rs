mod file;
mod pair;
mod patience;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use super::selection::Ends;
use super::types::UnknownTypes;
use crate::cli::duration;
use crate::context::Context;
use crate::error::Exit;
use crate::topology::ConnectionType;

/// Check that a connection, or all connections of a file, are as they should be
///
/// Exit code 0 when it holds, 3 when it does not (and the output says why), another when it could not be found out.
/// An end that is left out is the org of the credentials; with several profiles it is enough that one belongs to an
/// end. With a file only the differences are shown; -o github writes
/// them as annotations of its lines, for a workflow on GitHub.
#[derive(clap::Args, Debug)]
#[command(group = clap::ArgGroup::new("wanted").multiple(true).args(["types", "file"]))]
#[command(after_long_help = "Examples:
  orgconn check --destination 'Security Archive' --type logs --wait 60s
  orgconn check --source Platform --type logs,metrics,audit --exact
  orgconn check --source 'Security Archive' --absent
  orgconn check -f orgconn.yaml --all-profiles --exact -o github")]
pub(crate) struct Args {
    #[command(flatten)]
    ends: Ends,

    /// File of the wanted connections, YAML or JSON; `-` reads standard input
    #[arg(short, long, value_name = "FILE")]
    #[arg(conflicts_with_all = ["source", "destination", "types", "absent"])]
    file: Option<PathBuf>,

    /// Types that must be shared, or with --absent must not (repeatable, comma-separated)
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',')]
    types: Vec<ConnectionType>,

    #[command(flatten)]
    unknown_types: UnknownTypes,

    /// No other types may be shared; with --file: the sources in it may share nothing beyond it
    #[arg(long, requires = "wanted", conflicts_with = "absent")]
    exact: bool,

    /// There must be no connection; with --type: none that shares any of these
    #[arg(long)]
    absent: bool,

    /// Look again until it holds, at most for this long
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    wait: Option<Duration>,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit> {
    match &args.file {
        Some(path) => file::run(path, args, context),
        None => pair::run(args, context),
    }
}
