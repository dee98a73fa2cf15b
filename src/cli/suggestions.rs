//! What a usage error suggests: the nearest command or flag, or the command that another word stands for.

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::model::nearest_word;

/// Words that people know from other programs, and the commands that they lead to.
const OTHER_WORDS: [(&str, &str); 10] = [
    ("status", "auth status"),
    ("whoami", "auth status"),
    ("login", "auth login"),
    ("logout", "auth logout"),
    ("diff", "plan"),
    ("add", "create"),
    ("remove", "delete"),
    ("show", "get"),
    ("connections", "list"),
    ("config", "profile"),
];

/// Flags of `create` that people know from other commands.
const DESTINATION_FLAGS: [&str; 3] = ["--destination", "--to", "--sink"];

/// Improves what clap's error suggests. `definition` is clap's definition of the whole command line.
pub(super) fn improve(
    mut refusal: clap::Error,
    arguments: &[OsString],
    definition: fn() -> Command,
) -> clap::Error {
    match refusal.kind() {
        ErrorKind::MissingRequiredArgument => explain_alternatives(&mut refusal),
        ErrorKind::InvalidSubcommand | ErrorKind::UnknownArgument => {
            suggest_nearest(&mut refusal, arguments, definition());
        }
        _ => {}
    }
    refusal
}

fn suggest_nearest(refusal: &mut clap::Error, arguments: &[OsString], mut definition: Command) {
    let path = command_path(arguments, &definition);
    definition.build();
    let mut command = &mut definition;
    for name in &path {
        match command.find_subcommand_mut(name) {
            Some(subcommand) => command = subcommand,
            None => return,
        }
    }
    let word = |kind| match refusal.get(kind) {
        Some(ContextValue::String(word)) => Some(word.clone()),
        _ => None,
    };
    if let Some(word) = word(ContextKind::InvalidSubcommand) {
        suggest_command(refusal, &word, command, path.is_empty());
    } else if let Some(flag) = word(ContextKind::InvalidArg) {
        suggest_flag(refusal, &flag, command);
    }
}

/// The names of the command that the arguments lead to; empty for the program itself.
fn command_path(arguments: &[OsString], definition: &Command) -> Vec<String> {
    let lenient = definition.clone().ignore_errors(true);
    let Ok(matches) = lenient.try_get_matches_from(arguments) else {
        return Vec::new();
    };
    let (mut path, mut matches) = (Vec::new(), &matches);
    while let Some((name, inner)) = matches.subcommand() {
        path.push(name.to_owned());
        matches = inner;
    }
    path
}

fn suggest_command(refusal: &mut clap::Error, word: &str, command: &Command, is_program: bool) {
    refusal.remove(ContextKind::SuggestedSubcommand);
    let other = OTHER_WORDS.iter().find(|(other, _)| *other == word);
    if let Some((_, name)) = other.filter(|_| is_program) {
        return add_tip(
            refusal,
            &format!("the command for this is 'orgconn {name}'"),
        );
    }
    let shown = command.get_subcommands().filter(|it| !it.is_hide_set());
    let names = shown.flat_map(Command::get_name_and_visible_aliases);
    let found = nearest_word(word, names).and_then(|name| command.find_subcommand(name));
    if let Some(found) = found {
        let name = ContextValue::String(found.get_name().to_owned());
        refusal.insert(ContextKind::SuggestedSubcommand, name);
    }
}

fn suggest_flag(refusal: &mut clap::Error, flag: &str, command: &mut Command) {
    let usage = ContextValue::StyledStr(command.render_usage());
    refusal.insert(ContextKind::Usage, usage);
    refusal.remove(ContextKind::SuggestedArg);
    if command.get_name() == "create" && DESTINATION_FLAGS.contains(&flag) {
        refusal.remove(ContextKind::Suggested);
        return add_tip(
            refusal,
            "the destination needs no flag: 'orgconn create DESTINATION'",
        );
    }
    // What follows `--` is a command to run: no flag is meant by it.
    if command.get_arguments().any(clap::Arg::is_last_set) {
        refusal.remove(ContextKind::Suggested);
    }
    if command.get_name() == "serve" && flag == "--port" {
        return add_tip(refusal, "the port is a part of '--listen 127.0.0.1:PORT'");
    }
    let Some(word) = flag.strip_prefix("--") else {
        return;
    };
    let shown = command.get_arguments().filter(|it| !it.is_hide_set());
    let names = shown
        .filter_map(clap::Arg::get_long_and_visible_aliases)
        .flatten();
    if let Some(name) = nearest_word(word, names) {
        let name = ContextValue::String(format!("--{name}"));
        refusal.insert(ContextKind::SuggestedArg, name);
    }
}

/// Names the alternatives of a required group in words: clap writes `<--file <FILE>|PLAN>`.
fn explain_alternatives(refusal: &mut clap::Error) {
    let Some(ContextValue::Strings(missing)) = refusal.get(ContextKind::InvalidArg) else {
        return;
    };
    let explain = |argument: &String| {
        let group = argument
            .strip_prefix('<')
            .and_then(|it| it.strip_suffix('>'));
        match group.and_then(|group| group.rsplit_once('|')) {
            Some((others, last)) => format!("{} or {last}", others.replace('|', ", ")),
            None => argument.clone(),
        }
    };
    let missing = missing.iter().map(explain).collect();
    refusal.insert(ContextKind::InvalidArg, ContextValue::Strings(missing));
}

fn add_tip(refusal: &mut clap::Error, text: &str) {
    let tip = ContextValue::StyledStrs(vec![text.to_owned().into()]);
    refusal.insert(ContextKind::Suggested, tip);
}
