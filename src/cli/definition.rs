//! The command line as clap sees it, and no more of it than the arguments have to do with: built whole, with the flags
//! that every command takes in each of its commands, it takes longer than all the rest of a start.

use std::ffi::OsString;
use std::mem::ManuallyDrop;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand as _};

use super::{Command, Globals};

/// See, change and check the connections between Datadog organizations.
///
/// A connection lets a destination org query the logs, metrics or audit data of a source org of the same account. It
/// is made with the source org's credentials.
#[derive(Parser)]
#[command(name = "orgconn", version, disable_help_subcommand = true)]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = "Try it without an account: orgconn --sandbox list\n\
    More: orgconn help exit-codes, orgconn help selectors, orgconn help environment")]
struct Program {
    #[command(flatten)]
    globals: Globals,
}

/// The whole command line.
pub(crate) fn definition() -> clap::Command {
    Command::augment_subcommands(Program::command())
}

/// The whole command line, for its own help: there no command takes flags.
fn for_its_own_help() -> clap::Command {
    let program = Program::command().mut_args(|flag| flag.global(false));
    Command::augment_subcommands(program)
}

/// The command line with those commands alone that the arguments name, be it as a value. `None` if they name none.
fn with_commands_of(arguments: &[OsString]) -> Option<clap::Command> {
    let all = ManuallyDrop::new(Command::augment_subcommands(clap::Command::default()));
    let is_named = |command: &&clap::Command| {
        let mut names = command.get_all_aliases().chain([command.get_name()]);
        names.any(|name| arguments.iter().any(|word| word == name))
    };
    let named: Vec<_> = all.get_subcommands().filter(is_named).cloned().collect();
    (!named.is_empty()).then(|| Program::command().subcommands(named))
}

/// Reads the arguments, of which the first is the program's own name.
///
/// # Errors
/// There is a mistake in them, or they ask for help.
pub(super) fn parse(arguments: &[OsString]) -> Result<(Globals, Command), clap::Error> {
    if let [_, flag] = arguments
        && (flag == "--help" || flag == "-h")
    {
        return read(for_its_own_help(), arguments);
    }
    // Mistakes, and help, are told by who knows all commands.
    let parsed = with_commands_of(arguments).and_then(|part| read(part, arguments).ok());
    parsed.map_or_else(|| read(definition(), arguments), Ok)
}

fn read(
    definition: clap::Command,
    arguments: &[OsString],
) -> Result<(Globals, Command), clap::Error> {
    // It lasts until the program ends, which takes it apart at no cost.
    let mut definition = ManuallyDrop::new(definition);
    let mut matches = definition.try_get_matches_from_mut(arguments)?;
    let globals = Globals::from_arg_matches_mut(&mut matches)?;
    Ok((globals, Command::from_arg_matches_mut(&mut matches)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    #[test]
    fn the_command_line_is_consistent() {
        definition().debug_assert();
        for_its_own_help().debug_assert();
    }

    #[test]
    fn every_command_is_listed_as_its_own_help_begins() {
        let listed = definition();
        let mut built = definition();
        built.build();
        for command in listed.get_subcommands() {
            let own = built.find_subcommand(command.get_name()).unwrap();
            let texts = [command, own].map(|command| command.get_about().map(ToString::to_string));
            assert_eq!(texts[0], texts[1], "{}", command.get_name());
        }
    }

    #[test]
    fn its_own_help_is_that_of_the_whole() {
        for flag in ["-h", "--help"] {
            let arguments = words(&["orgconn", flag]);
            let [own, whole] = [for_its_own_help(), definition()].map(|definition| {
                let help = definition.try_get_matches_from(&arguments).unwrap_err();
                help.render().ansi().to_string()
            });
            assert_eq!(own, whole);
        }
    }

    #[test]
    fn every_command_that_may_be_meant_is_there() {
        for (arguments, expected) in [
            (&["orgconn", "list"][..], &["list"][..]),
            (&["orgconn", "ls"], &["list"]),
            (
                &["orgconn", "--profile", "list", "get", "40bb"],
                &["list", "get"],
            ),
            (&["orgconn", "--help", "rm"], &["delete"]),
        ] {
            let part = with_commands_of(&words(arguments)).unwrap();
            let names: Vec<_> = part
                .get_subcommands()
                .map(clap::Command::get_name)
                .collect();
            assert_eq!(names, expected, "{arguments:?}");
        }
        assert!(with_commands_of(&words(&["orgconn", "lits"])).is_none());
    }

    #[test]
    fn a_value_that_is_named_like_a_command_is_no_command() {
        let (globals, command) = parse(&words(&["orgconn", "--profile", "list", "get", "40bb"]))
            .ok()
            .unwrap();
        assert_eq!(globals.profile, ["list"]);
        assert!(matches!(command, Command::Get(_)));
    }

    #[test]
    fn help_and_mistakes_are_told_of_all_commands() {
        for (arguments, text) in [
            (&["orgconn", "--help", "list"][..], "  apply "),
            (&["orgconn", "aply"], "'apply'"),
            (&["orgconn", "list", "--hepl"], "--help"),
        ] {
            let refusal = parse(&words(arguments)).err().unwrap().to_string();
            assert!(refusal.contains(text), "{refusal}");
        }
    }
}
