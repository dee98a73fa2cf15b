//! The command line: the flags that every command takes, the commands, and the one match that runs them.

mod arguments;
mod logger;

use std::ffi::OsString;

use clap::{Parser, Subcommand};

use crate::commands::{check, create, delete, get, help, list, orgs, update};
use crate::config::Environment;
use crate::context::Context;
use crate::error::{self, Exit};
use crate::output::{Output, OutputOptions};

pub(crate) use arguments::{Globals, duration};

/// See, change and check the connections between Datadog organizations.
///
/// A connection lets a destination org query the logs, metrics or audit data of a source org of the same account. It
/// is made with the source org's credentials.
#[derive(Parser)]
#[command(name = "orgconn", version, disable_help_subcommand = true)]
#[command(after_help = "Try it without an account: orgconn --sandbox list\n\
    Exit codes, and how orgs and connections are named: orgconn help exit-codes, orgconn help selectors")]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    globals: Globals,
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
    Check(check::Args),
    Orgs(orgs::Args),
    #[cfg(feature = "sandbox")]
    Sandbox(crate::commands::sandbox::Args),
    Help(help::Args),
}

impl Command {
    fn run(self, context: &mut Context) -> anyhow::Result<Exit> {
        match self {
            Self::List(args) => list::run(args, context),
            Self::Get(args) => get::run(&args, context),
            Self::Create(args) => create::run(args, context),
            Self::Update(args) => update::run(args, context),
            Self::Delete(args) => delete::run(args, context),
            Self::Check(args) => check::run(&args, context),
            Self::Orgs(args) => orgs::run(args, context),
            #[cfg(feature = "sandbox")]
            Self::Sandbox(args) => crate::commands::sandbox::run(args, context),
            Self::Help(args) => help::run(&args, context),
        }
    }
}

/// Reads the arguments, runs the command, and says how it ended.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(refusal) => return error::report_usage(&refusal),
    };
    logger::start(cli.globals.verbose);
    let environment = match Environment::from_process() {
        Ok(environment) => environment,
        Err(unknown) => {
            return error::conclude(
                Err(unknown.into()),
                &mut Output::new(OutputOptions::default()),
            );
        }
    };
    let mut context = Context::new(cli.globals, environment);
    let outcome = cli.command.run(&mut context);
    error::conclude(outcome, &mut context.output)
}

/// The whole command line as clap sees it, for help.
pub(crate) fn definition() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::definition().debug_assert();
    }
}
