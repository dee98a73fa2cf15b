//! The command line: the flags, the commands, and the one match that runs them.
//!
//! Imports `commands` and everything below. What needs clap's definition of the command line gets it as an argument,
//! so that nothing imports this room.

mod complete;
mod logger;

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory as _, Parser, Subcommand};

use crate::app::{App, GlobalFlags};
#[cfg(feature = "sandbox")]
use crate::commands::sandbox;
use crate::commands::{
    apply, auth, check, completions, create, delete, export, get, graph, help, history, list, orgs,
    plan, profile, schema, undo, update,
};
use crate::config::Environment;
use crate::error::{self, Exit, Result};
use crate::output::{Format, Output, OutputOptions};

/// See, change and check the connections between Datadog organizations.
///
/// A connection lets a destination org query the logs, metrics or audit data of a source org of the same account. It
/// is made with the source org's credentials.
#[derive(Parser)]
#[command(name = "orgconn", version, disable_help_subcommand = true)]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = "Try it without an account: orgconn --sandbox list\n\
    More: orgconn help exit-codes, orgconn help selectors, orgconn help environment")]
struct Cli {
    #[command(flatten)]
    flags: GlobalFlags,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(visible_alias = "ls")]
    List(list::Args),
    Get(get::Args),
    Create(create::Args),
    Update(update::Args),
    #[command(visible_alias = "rm")]
    Delete(delete::Args),
    Plan(plan::Args),
    Apply(apply::Args),
    Check(check::Args),
    Export(export::Args),
    Graph(graph::Args),
    Schema(schema::Args),
    History(history::Args),
    Undo(undo::Args),
    Orgs(orgs::Args),
    Auth(auth::Args),
    Profile(profile::Args),
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::Args),
    Completions(completions::Args),
    Help(help::Args),
}

impl Command {
    async fn run(self, app: &mut App) -> Result<Exit> {
        match self {
            Self::List(args) => list::run(args, app).await,
            Self::Get(args) => get::run(args, app).await,
            Self::Create(args) => create::run(args, app).await,
            Self::Update(args) => update::run(args, app).await,
            Self::Delete(args) => delete::run(args, app).await,
            Self::Plan(args) => plan::run(args, app).await,
            Self::Apply(args) => apply::run(args, app).await,
            Self::Check(args) => check::run(args, app).await,
            Self::Export(args) => export::run(args, app).await,
            Self::Graph(args) => graph::run(args, app).await,
            Self::Schema(args) => schema::run(args, app),
            Self::History(args) => history::run(args, app),
            Self::Undo(args) => undo::run(args, app).await,
            Self::Orgs(args) => orgs::run(args, app).await,
            Self::Auth(args) => auth::run(args, app).await,
            Self::Profile(args) => profile::run(args, app),
            #[cfg(feature = "sandbox")]
            Self::Sandbox(args) => sandbox::run(args, app).await,
            Self::Completions(args) => completions::run(args, app),
            Self::Help(args) => help::run(args, Cli::command(), app),
        }
    }
}

/// Parses the arguments, of which the first is the program's own name, runs the command, and gives the exit code.
pub(crate) async fn run(arguments: Vec<OsString>) -> Exit {
    if complete::answer(&arguments, Cli::command) {
        return Exit::Done;
    }
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(refusal) => {
            return error::report_usage(&refusal, || output_in(requested_format(&arguments)));
        }
    };
    logger::start(cli.flags.verbose);
    let environment = match Environment::from_process() {
        Ok(environment) => environment,
        Err(error) => {
            return error::conclude(Err(error.into()), &mut output_in(cli.flags.output));
        }
    };
    let mut app = App::new(cli.flags, environment);
    let outcome = cli.command.run(&mut app).await;
    error::conclude(outcome, &mut app.output)
}

/// An output for errors that come before the flags and the environment are known.
fn output_in(format: Format) -> Output {
    Output::new(OutputOptions {
        format,
        ..OutputOptions::default()
    })
}

/// The format that arguments with a mistake in them ask for. Parsing stops at the mistake, so that what follows it is
/// parsed as well.
fn requested_format(arguments: &[OsString]) -> Format {
    let lenient = Cli::command().no_binary_name(true).ignore_errors(true);
    let format_of = |matches: ArgMatches| {
        let source = matches.value_source("output")?;
        let is_given = source != ValueSource::DefaultValue;
        is_given.then(|| matches.get_one("output").copied())?
    };
    (1..=arguments.len())
        .find_map(|start| {
            let matches = lenient.clone().try_get_matches_from(&arguments[start..]);
            format_of(matches.ok()?)
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
