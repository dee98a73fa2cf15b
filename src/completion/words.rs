//! The words of the program itself: commands and flags.

use clap::{Arg, Command};

use super::candidate::{Candidate, fit, fitting};
use super::walk::Walk;

/// The commands in this one. Other names of theirs are offered to who has begun to type.
pub(super) fn commands(command: &Command, typed: &str) -> Vec<Candidate> {
    let shown = command
        .get_subcommands()
        .filter(|command| !command.is_hide_set());
    let mut candidates = Vec::new();
    for command in shown {
        let about = command
            .get_about()
            .map(ToString::to_string)
            .unwrap_or_default();
        let others = command.get_visible_aliases().filter(|_| !typed.is_empty());
        for name in std::iter::once(command.get_name()).chain(others) {
            candidates.push(Candidate::new(name, about.as_str()));
        }
    }
    candidates
}

/// The commands and topics that `help` explains.
pub(super) fn explained(walk: &Walk<'_>, argument: &Arg, topics: &[&str]) -> Vec<Candidate> {
    let mut command = walk.root.clone();
    let mut is_first = true;
    for word in walk.values(argument) {
        is_first = false;
        match command.find_subcommand(word).cloned() {
            Some(found) => command = found,
            None => return Vec::new(),
        }
        command.build();
    }
    let mut candidates = commands(&command, "");
    candidates.extend(Candidate::all(topics.iter().filter(|_| is_first).copied()));
    candidates
}

pub(super) fn flags(walk: &Walk<'_>, typed: &str) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for flag in walk.flags() {
        add_flag(flag, typed, &mut candidates);
    }
    if walk.path.is_empty() {
        candidates.push(Candidate::new("--help", "Print help"));
        candidates.push(Candidate::new("--version", "Print version"));
    }
    fitting(candidates, typed)
}

/// Adds the names of a flag: the long one; the short one to who has typed it already, and another long one to who has
/// begun to type.
fn add_flag(flag: &Arg, typed: &str, candidates: &mut Vec<Candidate>) {
    let long = flag.get_long().map(|long| format!("--{long}"));
    let short = flag.get_short().map(|short| format!("-{short}"));
    let short = short.filter(|short| short == typed);
    let others = flag.get_visible_aliases().unwrap_or_default();
    let others = others.into_iter().filter(|_| typed.len() > 2);
    let others = others.map(|other| format!("--{other}"));
    for name in long.into_iter().chain(short).chain(others) {
        if fit(&name, typed).is_some() {
            let help = flag.get_help().map(ToString::to_string).unwrap_or_default();
            // What follows in brackets is the variable and the default.
            let (help, _) = help.split_once(" [").unwrap_or((&help, ""));
            candidates.push(Candidate::new(name, help));
        }
    }
}
