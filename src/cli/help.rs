//! The help of the commands: what they do, examples, options, permissions and exit codes, in this order.
//!
//! It is added to clap's definition only where help is shown, so that no other run waits for it.

use std::fmt::Write as _;

use clap::{Arg, Command};

use crate::commands::reference::{CommandReference, GROUPS};
use crate::output::Format;

/// The place of an option behind those of the command, and before `--help`.
const LAST: usize = 900;

/// The options in the short help of the program.
const USUAL_OPTIONS: [&str; 2] = ["profile", "output"];

const PROGRAM_EXAMPLES: &str = "  orgconn --sandbox list           # a try without an account
  orgconn create 'Security Archive' --type logs --dry-run";

/// Adds the help to `program`, clap's definition of the whole command line.
pub(super) fn document(program: Command) -> Command {
    let globals: Vec<_> = program.get_arguments().cloned().collect();
    let examples = format!("{}\n{PROGRAM_EXAMPLES}", heading(&program, "Examples"));
    let options = heading(&program, "Options");
    let (names, groups) = (command_names(&program), command_groups(&program));
    document_commands(program, &[], &globals)
        .mut_args(|argument| {
            let is_usual = USUAL_OPTIONS.contains(&argument.get_id().as_str());
            argument.hide_short_help(!is_usual).help_heading(None)
        })
        .help_template(format!(
            "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{{before-help}}{options}\n{{options}}{{after-help}}\n"
        ))
        .before_help(format!("{names}\n\n{examples}"))
        .before_long_help(format!("{groups}\n\n{examples}"))
        .after_help("All commands and options: orgconn --help; topics: orgconn help topics")
        .after_long_help("`orgconn COMMAND --help` explains a command, `orgconn help topics` lists topics")
}

/// Adds the help to the subcommands of the command at `path`. The global options are described in the help of the
/// program; that of a command only lists them.
fn document_commands(command: Command, path: &[&str], globals: &[Arg]) -> Command {
    command.mut_subcommands(|subcommand| {
        let name = subcommand.get_name().to_owned();
        let path = [path, &[&name]].concat();
        let own: Vec<_> = subcommand
            .get_arguments()
            .map(|it| it.get_id().clone())
            .collect();
        let inherited = globals.iter().filter(|it| !own.contains(it.get_id()));
        let inherited = inherited
            .cloned()
            .map(|global| match global.get_id() == "output" {
                true => usual_output(global),
                false => global.hide(true),
            });
        let subcommand = document_commands(subcommand, &path, globals)
            .args(inherited)
            .mut_args(|argument| match argument.get_id() == "output" {
                true => argument.help_heading(None).display_order(LAST),
                false => argument,
            });
        document_command(subcommand, &path.join(" "), globals)
    })
}

/// The option `--output` of a command that writes the usual formats, which only the help of the program describes.
fn usual_output(output: Arg) -> Arg {
    let formats = Format::LISTINGS.map(|format| format.to_string());
    output_flag(output).value_parser(formats)
}

/// The option `--output` with its help in front of the list of formats.
pub(super) fn output_flag(output: Arg) -> Arg {
    const HELP: &str = "Output format (default: the first)";
    output.help(HELP).long_help(HELP).hide_default_value(true)
}

fn document_command(command: Command, name: &str, globals: &[Arg]) -> Command {
    let mut after = String::new();
    if let Some(own) = command.get_after_long_help() {
        let _ = write!(after, "{own}\n\n");
    }
    if let Some(reference) = CommandReference::of(name) {
        let (permission, codes) = (
            heading(&command, "Permission"),
            heading(&command, "Exit codes"),
        );
        let _ = writeln!(after, "{permission} {}\n\n{codes}", reference.permission);
        for (exit, meaning) in reference.exits() {
            let _ = writeln!(after, "{:>5}  {meaning}", exit.code_label());
        }
        after.push('\n');
    }
    let flags: Vec<_> = globals
        .iter()
        .filter_map(|it| Some(format!("--{}", it.get_long()?)))
        .collect();
    let title = heading(&command, "Global options (see `orgconn --help`)");
    let _ = write!(after, "{title}\n  {}", flags.join(", "));
    let examples = command
        .get_before_help()
        .map(|lines| format!("{}\n{lines}", heading(&command, "Examples")));
    let command = match examples {
        Some(examples) => command.before_help(examples),
        None => command,
    };
    command
        .help_template(
            "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}{all-args}{after-help}\n",
        )
        .after_help("Options of every command, such as --profile and --columns: orgconn --help")
        .after_long_help(after)
}

/// The commands of each group in a line.
fn command_names(program: &Command) -> String {
    let lines = GROUPS.map(|(group, names)| {
        let names = names
            .iter()
            .filter(|name| program.find_subcommand(name).is_some());
        let names: Vec<_> = names.copied().collect();
        format!("  {group:<14} {}", names.join(", "))
    });
    format!("{}\n{}", heading(program, "Commands"), lines.join("\n"))
}

/// clap's list of the commands with a heading above each group.
fn command_groups(program: &Command) -> String {
    let order: Vec<_> = GROUPS.iter().flat_map(|(_, names)| *names).collect();
    let place = |command: &Command| order.iter().position(|it| **it == command.get_name());
    let list = program
        .clone()
        .help_template("{subcommands}")
        .mut_subcommands(|command| {
            let place = place(&command);
            command.display_order(place.unwrap_or(order.len()))
        })
        .render_help();
    let literal = program.get_styles().get_literal();
    let list = list.ansi().to_string();
    let groups = GROUPS.iter().fold(list, |list, (group, names)| {
        let first = format!("  {literal}{}{literal:#}", names[0]);
        let title = heading(program, group);
        list.replacen(&first, &format!("\n{title}\n{first}"), 1)
    });
    groups.trim_start().to_owned()
}

fn heading(command: &Command, title: &str) -> String {
    let style = command.get_styles().get_header();
    format!("{style}{title}:{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::definition;
    use crate::commands::reference::REFERENCES;

    /// The commands without subcommands, with the names of their parents.
    fn add_commands(command: &Command, parent: &str, names: &mut Vec<String>) {
        for subcommand in command.get_subcommands().filter(|it| !it.is_hide_set()) {
            let name = format!("{parent}{}", subcommand.get_name());
            match subcommand.has_subcommands() {
                true => add_commands(subcommand, &format!("{name} "), names),
                false => names.push(name),
            }
        }
    }

    #[test]
    fn every_command_is_in_one_group() {
        let program = definition();
        let shown = program.get_subcommands().filter(|it| !it.is_hide_set());
        let mut shown: Vec<_> = shown.map(Command::get_name).collect();
        let mut listed: Vec<_> = GROUPS
            .iter()
            .flat_map(|(_, names)| names.to_vec())
            .collect();
        listed.retain(|name| *name != "sandbox" || cfg!(feature = "sandbox"));
        shown.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, shown);
    }

    #[test]
    fn every_command_has_a_reference_and_examples() {
        let program = definition();
        let mut names = Vec::new();
        add_commands(&program, "", &mut names);
        let mut listed: Vec<_> = REFERENCES.iter().map(|it| it.command).collect();
        listed.retain(|name| !name.starts_with("sandbox") || cfg!(feature = "sandbox"));
        for name in &names {
            let found = name
                .split(' ')
                .try_fold(&program, |it, word| it.find_subcommand(word));
            assert!(found.unwrap().get_before_help().is_some(), "{name}");
        }
        names.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, names);
    }
}
