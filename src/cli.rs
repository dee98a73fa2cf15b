//! The command line: the flags that every command takes, the commands, and the one match that runs them.

mod arguments;
mod logger;

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, Parser, Subcommand};

use crate::commands::{
    apply, auth, check, create, delete, export, get, graph, help, history, list, orgs, plan,
    profile, schema, undo, update,
};
use crate::config::Environment;
use crate::context::Context;
use crate::error::{self, Exit};
use crate::output::{Format, Output, OutputOptions};

pub(crate) use arguments::{Globals, duration};

/// See, change and check the connections between Datadog organizations.
///
/// A connection lets a destination org query the logs, metrics or audit data of a source org of the same account. It
/// is made with the source org's credentials.
#[derive(Parser)]
#[command(name = "orgconn", version, disable_help_subcommand = true)]
#[command(after_help = "Try it without an account: orgconn --sandbox list\n\
    More: orgconn help exit-codes, orgconn help selectors, orgconn help environment")]
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
            Self::Plan(args) => plan::run(&args, context),
            Self::Apply(args) => apply::run(&args, context),
            Self::Check(args) => check::run(&args, context),
            Self::Export(args) => export::run(&args, context),
            Self::Graph(args) => graph::run(&args, context),
            Self::Schema(args) => schema::run(&args, context),
            Self::History(args) => history::run(&args, context),
            Self::Undo(args) => undo::run(&args, context),
            Self::Orgs(args) => orgs::run(args, context),
            Self::Auth(args) => auth::run(args, context),
            Self::Profile(args) => profile::run(args, context),
            #[cfg(feature = "sandbox")]
            Self::Sandbox(args) => crate::commands::sandbox::run(args, context),
            Self::Help(args) => help::run(&args, context),
        }
    }
}

/// Reads the arguments, runs the command, and says how it ended.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<_> = arguments.into_iter().collect();
    if let [_, flag] = arguments.as_slice()
        && (flag == "--version" || flag == "-V")
    {
        return tell_version();
    }
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(refusal) => return error::report_usage(&refusal, &mut output(intended(&arguments))),
    };
    logger::start(cli.globals.verbose);
    let environment = match Environment::from_process() {
        Ok(environment) => environment,
        Err(unknown) => {
            return error::conclude(Err(unknown.into()), &mut output(cli.globals.output));
        }
    };
    let mut context = Context::new(cli.globals, environment);
    let outcome = cli.command.run(&mut context);
    error::conclude(outcome, &mut context.output)
}

/// The output before the flags and the environment could be read.
fn output(format: Format) -> Output {
    Output::new(OutputOptions {
        format,
        ..OutputOptions::default()
    })
}

/// The format that arguments with a mistake in them ask for. The parser stops at the mistake, so it is tried on what
/// comes after it too; at the end nothing is left but the variable.
fn intended(arguments: &[OsString]) -> Format {
    let lenient = definition().no_binary_name(true).ignore_errors(true);
    (1..=arguments.len())
        .find_map(|start| {
            let matches = lenient.clone().try_get_matches_from(&arguments[start..]);
            asked_for(&matches.ok()?)
        })
        .unwrap_or_default()
}

fn asked_for(matches: &ArgMatches) -> Option<Format> {
    let source = matches.value_source("output")?;
    (source != ValueSource::DefaultValue).then(|| matches.get_one("output").copied())?
}

/// The version, in clap's own form. Asked for alone, as scripts do, it is told before the command line is built: with
/// all its commands that takes as long as the rest of the start.
const VERSION: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"), "\n");

fn tell_version() -> Exit {
    let mut output = Output::new(OutputOptions::default());
    let written = output.write_text(VERSION);
    error::conclude(
        written.map(|()| Exit::Done).map_err(Into::into),
        &mut output,
    )
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

    #[test]
    fn the_version_is_told_as_clap_would() {
        assert_eq!(super::VERSION, super::definition().render_version());
    }
}
