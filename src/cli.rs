//! The command line: the flags that every command takes, the commands, and the one match that runs them.

mod arguments;
mod definition;
mod logger;

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, Subcommand};

use crate::commands::{
    apply, auth, check, completions, create, delete, export, get, graph, help, history, list, orgs,
    plan, profile, schema, undo, update,
};
use crate::completion;
use crate::config::Environment;
use crate::context::Context;
use crate::error::{self, Exit};
use crate::output::{Format, Output, OutputOptions};

pub(crate) use arguments::{Globals, duration};
pub(crate) use definition::definition;
use definition::parse;

// The commands. Their flags are built when one is chosen; what its own help begins with stands here too, for the help
// of the whole.
#[derive(Subcommand)]
#[command(defer = true)]
enum Command {
    /// List the connections this org takes part in
    #[command(visible_alias = "ls")]
    List(list::Args),
    /// Show one connection
    Get(get::Args),
    /// Connect this org to others, which may then query its data
    Create(create::Args),
    /// Change what connections share
    Update(update::Args),
    /// Delete connections
    #[command(visible_alias = "rm")]
    Delete(delete::Args),
    /// Show what would turn the live connections into those of a file
    Plan(plan::Args),
    /// Carry out what turns the live connections into those of a file
    Apply(apply::Args),
    /// Check that a connection, or all connections of a file, are as they should be
    Check(check::Args),
    /// Write the live connections as a file
    Export(export::Args),
    /// Draw who sees whose data
    Graph(graph::Args),
    /// Print the JSON Schema of the desired-state file, for editors
    Schema(schema::Args),
    /// List the changes that this machine made, the newest first
    History(history::Args),
    /// Take back a change of the history
    Undo(undo::Args),
    /// List the orgs that these credentials manage
    Orgs(orgs::Args),
    /// Who these credentials are and what they may do; log in and out
    Auth(auth::Args),
    /// The profiles of the configuration file: one for each org that is worked with
    Profile(profile::Args),
    /// The local stand-in for the API: serve it, reset it, or say where its state is
    #[cfg(feature = "sandbox")]
    Sandbox(crate::commands::sandbox::Args),
    /// Print the script that makes a shell complete command lines
    Completions(completions::Args),
    /// Explain a command, or one of the topics: exit-codes, selectors, environment
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
            Self::Completions(args) => completions::run(&args, context),
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
        return tell(VERSION);
    }
    if let [_, request, question @ ..] = arguments.as_slice()
        && request == completion::REQUEST
    {
        return tell(&completions::answer(question, definition()));
    }
    let (globals, command) = match parse(&arguments) {
        Ok(parsed) => parsed,
        Err(refusal) => {
            return error::report_usage(&refusal, || output(intended(&arguments)));
        }
    };
    logger::start(globals.verbose);
    let environment = match Environment::from_process() {
        Ok(environment) => environment,
        Err(unknown) => {
            return error::conclude(Err(unknown.into()), &mut output(globals.output));
        }
    };
    let mut context = Context::new(globals, environment);
    let outcome = command.run(&mut context);
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

/// Writes a text that depends on no flag.
fn tell(text: &str) -> Exit {
    let mut output = Output::new(OutputOptions::default());
    let written = output.write_text(text);
    error::conclude(
        written.map(|()| Exit::Done).map_err(Into::into),
        &mut output,
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_is_told_as_clap_would() {
        assert_eq!(super::VERSION, super::definition().render_version());
    }
}
