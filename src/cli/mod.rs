//! The command line: parsing, logging, and shell completion.
//!
//! Imports `commands` and everything below. Code that needs clap's definition of the command line gets it as an
//! argument, so that nothing imports this module.

mod complete;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzz;
mod help;
mod logger;
mod suggestions;

use std::ffi::OsString;

use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, ValueEnum as _};

use crate::app::{App, GlobalFlags, color_variable, format_variable, terminal_environment};
use crate::commands::{self, Command};
use crate::config::Environment;
use crate::error::{self, Exit};
use crate::output::{
    ColorChoice, Format, Output, OutputError, OutputOptions, close_screen_before_panics,
};

/// clap's own, but for the yellow of wrong words, which is unreadable on white.
const STYLES: Styles = Styles::styled().invalid(AnsiColor::Magenta.on_default());

/// See, change and check the connections between Datadog organizations.
///
/// A connection lets a destination org query the logs, metrics or audit data of a source org of the same account. It
/// is made with the source org's credentials.
#[derive(Parser)]
#[command(name = "orgconn", version, disable_help_subcommand = true, styles = STYLES)]
#[command(subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    flags: GlobalFlags,

    #[command(subcommand)]
    command: Command,
}

/// clap's definition of the whole command line. For each command, `--output` lists the formats that this one writes.
fn definition() -> clap::Command {
    let command = Cli::command();
    let output = command
        .get_arguments()
        .find(|argument| argument.get_id() == "output");
    match output.cloned() {
        Some(output) => with_formats(command, &[], &output),
        None => command,
    }
}

/// clap's definition with the help of every command.
fn documented_definition() -> clap::Command {
    help::document(definition())
}

/// Gives the subcommands of the command at `path` an `--output` of their own, unless they write the usual formats.
fn with_formats(command: clap::Command, path: &[&str], output: &Arg) -> clap::Command {
    command.mut_subcommands(|subcommand| {
        let name = subcommand.get_name().to_owned();
        let path = [path, &[&name]].concat();
        let subcommand = with_formats(subcommand, &path, output);
        match commands::formats(&path).as_slice() {
            written if written == Format::LISTINGS => subcommand,
            [] => subcommand.arg(output.clone().hide(true)),
            written => subcommand
                .arg(help::output_flag(output.clone()).value_parser(format_parser(written))),
        }
    })
}

/// Reads any format, but lists only those that a command writes. The command itself refuses the others, and lists them
/// too.
fn format_parser(written: &[Format]) -> impl TypedValueParser<Value = Format> {
    let values = written
        .iter()
        .filter_map(|format| Some(format.to_possible_value()?.hide(false)));
    let others = Format::value_variants()
        .iter()
        .filter(|format| !written.contains(format));
    let hidden = others.filter_map(|format| Some(format.to_possible_value()?.hide(true)));
    let values: Vec<_> = values.chain(hidden).collect();
    PossibleValuesParser::new(values).try_map(|word| Format::from_str(&word, false))
}

/// Parses the arguments (the first is the program's own name), runs the command, and returns the exit code.
pub(crate) async fn run(arguments: Vec<OsString>) -> Exit {
    let environment = Environment::from_process();
    let color = requested_color(&arguments, &environment);
    // For errors that occur before the flags and variables are known.
    let output_in = |format: Format, environment: &Environment| {
        Output::new(OutputOptions {
            format,
            color,
            environment: terminal_environment(environment),
            ..OutputOptions::default()
        })
    };
    match complete::answer(&arguments, definition) {
        Ok(false) => {}
        Ok(true) => return Exit::Done,
        Err(refusal) => {
            let output = || output_in(Format::default(), &environment);
            return error::report_usage(refusal, output);
        }
    }
    let mut parsed = definition()
        .color(color.into())
        .try_get_matches_from(&arguments);
    if parsed.as_ref().is_err_and(is_help) {
        let documented = documented_definition().color(color.into());
        parsed = documented.try_get_matches_from(&arguments);
    }
    let parsed = parsed.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (mut cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(refusal) => {
            let refusal = suggestions::improve(refusal, &arguments, definition);
            let format = || requested_format(&arguments, &environment);
            return error::report_usage(refusal, || output_in(format(), &environment));
        }
    };
    if let Err(error) = cli.flags.read_variables(&matches, &environment) {
        let mut output = output_in(cli.flags.output, &environment);
        return error::conclude(Err(error.into()), &mut output);
    }
    logger::start(cli.flags.verbose, cli.flags.quiet);
    close_screen_before_panics();
    let words = arguments.iter().skip(1);
    let words = words.map(|word| word.to_string_lossy().into_owned());
    let mut app = App::new(cli.flags, environment, words.collect());
    let outcome = match refuse_listing_flags(&matches) {
        // The box cuts the chain of futures in futures, whose depth the compiler limits.
        Ok(()) => Box::pin(cli.command.run(&mut app, documented_definition)).await,
        Err(error) => Err(error.into()),
    };
    error::conclude(outcome, &mut app.output)
}

fn is_help(refusal: &clap::Error) -> bool {
    use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand};
    matches!(
        refusal.kind(),
        DisplayHelp | DisplayHelpOnMissingArgumentOrSubcommand
    )
}

/// Refuses the flags of listings where the command writes none. Their variables are for other commands.
fn refuse_listing_flags(matches: &ArgMatches) -> Result<(), OutputError> {
    let mut path = Vec::new();
    let mut rest = matches;
    while let Some((name, subcommand)) = rest.subcommand() {
        path.push(name);
        rest = subcommand;
    }
    if !commands::formats(&path).is_empty() {
        return Ok(());
    }
    let flags = [
        ("output", "--output"),
        ("columns", "--columns"),
        ("template", "--template"),
    ];
    let is_given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    match flags.into_iter().find(|(id, _)| is_given(id)) {
        Some((_, flag)) => Err(OutputError::NoListing(flag)),
        None => Ok(()),
    }
}

/// When clap is to use colour, as far as the arguments, which may be invalid, and the environment say.
fn requested_color(arguments: &[OsString], environment: &Environment) -> ColorChoice {
    let words: Vec<_> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let joined = words.iter().find_map(|word| word.strip_prefix("--color="));
    let separate = words.windows(2).find(|pair| pair[0] == "--color");
    let word = joined.or_else(|| separate.map(|pair| pair[1]));
    let given = word.and_then(|word| ColorChoice::from_str(word, false).ok());
    given
        .or_else(|| color_variable(environment).ok().flatten())
        .unwrap_or_default()
}

/// The output format that invalid arguments ask for, else that of the environment. Parsing stops at a mistake, so it is
/// tried again from each later argument, to find an `--output` after the mistake.
fn requested_format(arguments: &[OsString], environment: &Environment) -> Format {
    let lenient = definition().no_binary_name(true).ignore_errors(true);
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
        .or_else(|| format_variable(environment).ok().flatten())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        definition().debug_assert();
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
        add_free_values(&definition(), &[], &mut names);
        // The sandbox, which not every build has.
        for name in ["ADDRESS", "N/PERIOD"] {
            names.remove(name);
        }
        let expected = [
            "COMMAND",
            "DURATION",
            "HOST",
            "N",
            "NAME",
            "PRINCIPAL",
            "QUERY",
            "SECONDS",
            "TEXT",
            "URL",
            "VARIABLE",
        ];
        assert_eq!(Vec::from_iter(names), expected);
    }
}
