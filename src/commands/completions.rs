use std::ffi::OsString;
use std::mem::ManuallyDrop;

use anyhow::Result;

use super::help::TOPICS;
use crate::completion::{self, Shell};
use crate::config::Environment;
use crate::context::Context;
use crate::error::{Exit, Failure};

/// Print the script that makes a shell complete command lines
///
/// Commands, flags and their values are completed, profiles of the configuration file, entries of the history, and
/// the orgs and connections that commands at a terminal have seen: `orgconn orgs` and `orgconn list` see all of them.
/// Completing sends nothing and reads no secret.
#[derive(clap::Args, Debug)]
#[command(override_usage = "orgconn completions [OPTIONS] <SHELL>")]
#[command(after_long_help = "Installation, once for all sessions to come:
  bash        echo 'eval \"$(orgconn completions bash)\"' >> ~/.bashrc
  zsh         echo 'eval \"$(orgconn completions zsh)\"' >> ~/.zshrc    (below the line with compinit)
  fish        orgconn completions fish > ~/.config/fish/completions/orgconn.fish
  elvish      orgconn completions elvish >> ~/.config/elvish/rc.elv
  powershell  orgconn completions powershell >> $PROFILE")]
pub(crate) struct Args {
    /// The shell whose script it is
    #[arg(value_name = "SHELL", value_enum)]
    shell: Option<Shell>,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit> {
    let shells = <Shell as clap::ValueEnum>::value_variants().iter();
    let shells: Vec<_> = shells.map(|shell| shell.name()).collect();
    let shell = args.shell.ok_or_else(|| {
        Failure::usage("no shell is named").hint(format!("give one of {}", shells.join(", ")))
    })?;
    context.output.write_text(shell.script())?;
    Ok(Exit::Done)
}

/// What a shell is answered that asks what may come next on a line. A setting that cannot be read is for the command
/// itself to refuse.
pub(crate) fn answer(question: &[OsString], definition: clap::Command) -> String {
    // The program ends with this: to take the definition apart first would only take time.
    let definition = ManuallyDrop::new(definition);
    let question: Vec<_> = question
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let environment = Environment::from_process().unwrap_or_default();
    completion::answer(&question, &definition, &TOPICS, &environment)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    fn add(command: &clap::Command, names: &mut BTreeSet<String>) {
        let arguments = command.get_arguments();
        let takes_value = |argument: &&clap::Arg| argument.get_action().takes_values();
        for argument in arguments.filter(takes_value) {
            let name = argument.get_value_names().and_then(|names| names.first());
            names.insert(name.map_or_else(|| argument.get_id().to_string(), ToString::to_string));
        }
        command
            .get_subcommands()
            .for_each(|command| add(command, names));
    }

    /// What is offered for an argument hangs on what its value is called: a new name needs a place among the kinds.
    #[test]
    fn every_value_is_called_by_a_name_that_completions_were_thought_of_for() {
        let mut definition = crate::cli::definition();
        definition.build();
        let mut names = BTreeSet::new();
        add(&definition, &mut names);
        let mut known = vec![
            "COLUMNS",
            "CONNECTION",
            "DESTINATION",
            "ENTRY",
            "FILE",
            "FORMAT",
            "NAME",
            "NAMES",
            "ORG",
            "PATH",
            "SITE",
            "TYPE",
            "UUID",
            "SHELL",
            "WHEN",
            "COMMAND",
        ];
        known.extend(["DURATION", "HOST", "N", "TEXT", "URL", "VARIABLE"]);
        if cfg!(feature = "sandbox") {
            known.push("ADDRESS");
        }
        known.sort_unstable();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), known);
    }
}
