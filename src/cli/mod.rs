//! The command line: parsing, logging, and shell completion.
//!
//! Imports `commands` and everything below. Code that needs clap's definition of the command line gets it as an
//! argument, so that nothing imports this module.

mod complete;
mod logger;

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory as _, Parser};

use crate::app::{App, GlobalFlags};
use crate::commands::Command;
use crate::config::Environment;
use crate::error::{self, Exit};
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

/// Parses the arguments (the first is the program's own name), runs the command, and returns the exit code.
pub(crate) async fn run(arguments: Vec<OsString>) -> Exit {
    match complete::answer(&arguments, Cli::command) {
        Ok(false) => {}
        Ok(true) => return Exit::Done,
        Err(refusal) => return error::report_usage(refusal, || output_in(Format::default())),
    }
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(refusal) => {
            return error::report_usage(refusal, || output_in(requested_format(&arguments)));
        }
    };
    logger::start(cli.flags.verbose, cli.flags.quiet);
    let environment = match Environment::from_process() {
        Ok(environment) => environment,
        Err(error) => {
            return error::conclude(Err(error.into()), &mut output_in(cli.flags.output));
        }
    };
    let mut app = App::new(cli.flags, environment);
    let outcome = cli.command.run(&mut app, Cli::command).await;
    error::conclude(outcome, &mut app.output)
}

/// An output for errors that occur before the flags and the environment are known.
fn output_in(format: Format) -> Output {
    Output::new(OutputOptions {
        format,
        ..OutputOptions::default()
    })
}

/// The output format that invalid arguments ask for. Parsing stops at a mistake, so it is tried again from each later
/// argument, to find an `--output` after the mistake.
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
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// The value names for which neither completion nor clap offers anything.
    fn add_free_values(command: &clap::Command, path: &[&str], names: &mut BTreeSet<String>) {
        for argument in command.get_arguments() {
            let is_free = argument.get_action().takes_values()
                && argument.get_possible_values().is_empty()
                && !complete::has_values(argument, path);
            let name = argument.get_value_names().and_then(|names| names.first());
            names.extend(name.filter(|_| is_free).map(ToString::to_string));
        }
        for command in command.get_subcommands() {
            add_free_values(command, &[path, &[command.get_name()]].concat(), names);
        }
    }

    #[test]
    fn completion_knows_what_every_value_is_but_for_free_ones() {
        let mut names = BTreeSet::new();
        add_free_values(&Cli::command(), &[], &mut names);
        // The sandbox, which not every build has.
        for name in ["ADDRESS", "N/PERIOD"] {
            names.remove(name);
        }
        let expected = [
            "COMMAND", "DURATION", "HOST", "N", "NAME", "TEXT", "URL", "VARIABLE",
        ];
        assert_eq!(Vec::from_iter(names), expected);
    }
}
