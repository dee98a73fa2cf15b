//! Shell completion: answers a shell that asks what may come next on a command line.
//!
//! The scripts of `orgconn completions` run the program with `COMPLETE=SHELL` and the line as arguments. The engine of
//! `clap_complete` finds the kind of the word at the cursor; the module `values` completes values, and `shells` has the
//! protocol of each shell. Completing sends nothing and reads no secret.

mod bash;
mod candidates;
#[cfg(any(fuzzing, test))]
pub(super) mod fuzz;
mod line;
mod orgs;
mod shells;
mod values;

use std::ffi::OsString;
use std::sync::Arc;

use clap::builder::StyledStr;
use clap::{Arg, Command};
use clap_complete::engine::{self, ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};

use crate::commands::completions::Shell;
use crate::config::Environment;
use line::PartialLine;
use values::{ArgumentCompleter, FILES};

/// Answers a shell's completion request, which sets the variable `COMPLETE`. Returns false if there is no such request.
/// `definition` makes clap's definition of the command line.
///
/// # Errors
/// Fails if the variable names an unknown shell, or if standard output cannot be written.
pub(super) fn answer(
    arguments: &[OsString],
    definition: impl Fn() -> Command,
) -> Result<bool, clap::Error> {
    let shells = Shells(&[
        &Shell::Bash,
        &Shell::Zsh,
        &Shell::Fish,
        &Shell::Elvish,
        &Shell::Powershell,
    ]);
    let completion = CompleteEnv::with_factory(|| definition().ignore_errors(true)).shells(shells);
    completion.try_complete(arguments, None)
}

/// The possible completions of the last word.
#[derive(Debug, PartialEq, Eq)]
enum Completions {
    /// These words.
    Words(Vec<CompletionCandidate>),
    /// The names of existing files, which each shell completes in its own way.
    Files,
}

/// The completions of the last word. The first word is the program; `definition` is clap's definition of the command
/// line. `None` if the words cannot be parsed.
fn completions_for(
    definition: &Command,
    mut words: Vec<String>,
    environment: Environment,
) -> Option<Completions> {
    let line = Arc::new(PartialLine::parse(definition, &words, environment)?);
    // In `--from=NAME` the engine does not recognize a flag by its alias, so flag and value are passed as two words.
    let mut flag = String::new();
    let last = words.pop()?;
    match last.split_once('=') {
        Some((name, value)) if name.starts_with("--") => {
            flag = format!("{name}=");
            words.extend([name.to_owned(), value.to_owned()]);
        }
        _ => words.push(last),
    }
    let typed = words.last().cloned()?;
    let mut command = with_value_completers(definition.clone(), &[], &line);
    let position = words.len() - 1;
    let words = words.into_iter().map(OsString::from).collect();
    let mut candidates = engine::complete(&mut command, words, position, None).ok()?;

    let files = Some(StyledStr::from(FILES));
    if candidates.iter().any(|it| it.get_tag() == files.as_ref()) {
        return Some(Completions::Files);
    }
    // For an empty word, flags are offered only if the command takes neither subcommands nor positional arguments.
    let hides_flags = typed.is_empty() && line.takes_positionals();
    let used_up = line.used_up();
    let is_offered = |id: &str| !hides_flags && !used_up.iter().any(|it| it == id);
    candidates.retain(|candidate| flag_id(candidate).is_none_or(is_offered));
    let candidates = candidates.into_iter();
    Some(Completions::Words(
        candidates.map(|it| it.add_prefix(&flag)).collect(),
    ))
}

/// The id of the argument that a candidate flag belongs to; `None` if the candidate is a value or a command.
fn flag_id(candidate: &CompletionCandidate) -> Option<&str> {
    candidate.get_id()?.strip_prefix("arg::")
}

/// Adds a completer of values to each argument of a command and of its subcommands. `path` has the names of the command
/// and of its parent commands, without the program's own.
fn with_value_completers(command: Command, path: &[&str], line: &Arc<PartialLine>) -> Command {
    let values = |argument: Arg| match ArgumentCompleter::of(&argument, path, line) {
        Some(values) => argument.add(ArgValueCompleter::new(values)),
        None => argument,
    };
    command.mut_args(values).mut_subcommands(|command| {
        let name = command.get_name().to_owned();
        with_value_completers(command, &[path, &[&name]].concat(), line)
    })
}

/// Whether completion offers values for this argument of the command at `path`, besides those that clap knows.
#[cfg(test)]
pub(super) fn has_values(argument: &Arg, path: &[&str]) -> bool {
    values::ValueKind::of(argument, path).is_some()
}
