//! The commands, one file each: first the arguments, then `run`, which has the command's steps from top to bottom. This
//! file lists the commands and runs the one that was parsed.
//!
//! Imports `app`, `error` and the modules below. Two commands never import each other.

mod access;
mod apply;
mod audit;
mod auth;
mod check;
mod comparison;
pub(crate) mod completions;
mod create;
mod delete;
mod export;
mod get;
mod graph;
mod handover;
pub(crate) mod help;
mod history;
mod impact;
mod impact_check;
mod list;
mod man;
mod open;
mod orgs;
mod plan;
mod profile;
mod profile_helpers;
pub(crate) mod reference;
mod report;
#[cfg(feature = "sandbox")]
mod sandbox;
mod schema;
mod shared_flags;
mod undo;
mod update;
mod verify;
mod watch;

use clap::Subcommand;

use crate::app::App;
use crate::error::{Exit, Result};
use crate::output::Format;

/// A command of the command line.
#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(visible_alias = "ls")]
    List(list::Args),
    Get(get::Args),
    Create(create::Args),
    Update(update::Args),
    #[command(visible_alias = "rm")]
    Delete(delete::Args),
    Export(export::Args),
    Plan(plan::Args),
    Apply(apply::Args),
    Check(check::Args),
    Schema(schema::Args),
    Graph(graph::Args),
    Audit(audit::Args),
    Impact(impact::Args),
    Verify(verify::Args),
    Access(access::Args),
    Open(open::Args),
    History(history::Args),
    Undo(undo::Args),
    Handover(handover::Args),
    Orgs(orgs::Args),
    Auth(auth::Args),
    Profile(profile::Args),
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::Args),
    Completions(completions::Args),
    Man(man::Args),
    Help(help::Args),
    /// Print the version
    #[command(hide = true)]
    Version,
}

impl Command {
    /// Runs the command. `definition` makes clap's definition of the whole command line with its help, for `help` and `man`.
    pub(crate) async fn run(
        self,
        app: &mut App,
        definition: fn() -> clap::Command,
    ) -> Result<Exit> {
        match self {
            Self::List(args) => list::run(args, app).await,
            Self::Get(args) => get::run(args, app).await,
            Self::Create(args) => {
                let ended = create::run(args, app).await;
                ended.map_err(|error| error.before_changes("nothing was created"))
            }
            Self::Update(args) => {
                let ended = update::run(args, app).await;
                ended.map_err(|error| error.before_changes("nothing was changed"))
            }
            Self::Delete(args) => {
                let ended = delete::run(args, app).await;
                ended.map_err(|error| error.before_changes("nothing was deleted"))
            }
            Self::Export(args) => export::run(args, app).await,
            Self::Plan(args) => plan::run(args, app).await,
            Self::Apply(args) => {
                let ended = apply::run(args, app).await;
                ended.map_err(|error| error.before_changes("nothing was changed"))
            }
            Self::Check(args) => check::run(args, app).await,
            Self::Schema(args) => schema::run(args, app),
            Self::Graph(args) => graph::run(args, app).await,
            Self::Audit(args) => audit::run(args, app).await,
            Self::Impact(args) => impact::run(args, app).await,
            Self::Verify(args) => verify::run(args, app).await,
            Self::Access(args) => {
                let ended = access::run(args, app).await;
                ended.map_err(|error| error.before_changes("nothing was changed"))
            }
            Self::Open(args) => open::run(args, app).await,
            Self::History(args) => history::run(args, app),
            Self::Undo(args) => {
                let ended = undo::run(args, app).await;
                ended.map_err(|error| error.before_changes("nothing was changed"))
            }
            Self::Handover(args) => {
                let ended = handover::run(args, app).await;
                ended.map_err(|error| error.before_changes("nothing was changed"))
            }
            Self::Orgs(args) => orgs::run(args, app).await,
            Self::Auth(args) => auth::run(args, app).await,
            Self::Profile(args) => profile::run(args, app),
            #[cfg(feature = "sandbox")]
            Self::Sandbox(args) => sandbox::run(args, app).await,
            Self::Completions(args) => completions::run(args, app),
            Self::Man(args) => man::run(args, definition, app),
            Self::Help(args) => help::run(args, definition, app),
            Self::Version => {
                let version = concat!("orgconn ", env!("CARGO_PKG_VERSION"), "\n");
                app.output.write_text(version)?;
                Ok(Exit::Done)
            }
        }
    }
}

/// The formats that a command writes, the usual one first. `path` has the names of its parent commands and its own, such
/// as `auth` and `status`. Empty for a command that writes no data.
pub(crate) fn formats(path: &[&str]) -> Vec<Format> {
    match path {
        ["graph"] => Format::GRAPH.into(),
        ["export"] => Format::EXPORT.into(),
        ["check"] => [&Format::LISTINGS[..], &Format::CHECK].concat(),
        ["audit"] => [&Format::LISTINGS[..], &Format::AUDIT].concat(),
        ["plan"] => [&Format::LISTINGS[..], &Format::PLAN].concat(),
        ["profile", "remove"] => Vec::new(),
        [
            "schema" | "open" | "sandbox" | "completions" | "man" | "help" | "version",
            ..,
        ] => Vec::new(),
        _ => Format::LISTINGS.into(),
    }
}
