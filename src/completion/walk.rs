//! Where on the command line the cursor is, by clap's own definition of it.

use std::cell::OnceCell;

use clap::{Arg, ArgAction, Command};

/// The way through the words before the cursor.
///
/// Of all commands only the one that is named is built: with all their arguments they take longer than the rest.
pub(super) struct Walk<'a> {
    pub(super) root: &'a Command,
    built: &'a OnceCell<Command>,
    /// The command so far.
    pub(super) command: &'a Command,
    /// Its names, without the program's own.
    pub(super) path: Vec<&'a str>,
    /// What was given to which argument.
    given: Vec<(&'a Arg, String)>,
    /// The flag whose value comes next.
    awaiting: Option<&'a Arg>,
    positionals: usize,
    has_no_more_flags: bool,
}

/// What the word at the cursor is.
pub(super) enum Target<'a> {
    /// The value of an argument. What stands before it in the word stays.
    Value {
        argument: &'a Arg,
        before: String,
        typed: String,
    },
    /// A flag.
    Flag,
    /// The name of a command.
    Command,
    /// Nothing that is known.
    Nothing,
}

impl<'a> Walk<'a> {
    /// Before the first word. `built` is where the command that is met is kept.
    pub(super) fn new(root: &'a Command, built: &'a OnceCell<Command>) -> Self {
        Self {
            root,
            built,
            command: root,
            path: Vec::new(),
            given: Vec::new(),
            awaiting: None,
            positionals: 0,
            has_no_more_flags: false,
        }
    }

    /// Takes the next word.
    pub(super) fn take(&mut self, word: &str) {
        if let Some(argument) = self.awaiting.take() {
            self.note(argument, word);
        } else if self.has_no_more_flags {
            self.take_positional(word);
        } else if word == "--" {
            self.has_no_more_flags = true;
        } else if let Some(long) = word.strip_prefix("--") {
            self.take_long(long);
        } else if let Some(shorts) = word.strip_prefix('-').filter(|shorts| !shorts.is_empty()) {
            let (argument, value) = self.shorts(shorts);
            self.take_flag(argument, value.filter(|value| !value.is_empty()));
        } else if !self.descend(word) {
            self.take_positional(word);
        }
    }

    fn take_long(&mut self, text: &str) {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        self.take_flag(self.long(name), value);
    }

    fn take_flag(&mut self, flag: Option<&'a Arg>, value: Option<&str>) {
        match (flag, value) {
            (Some(flag), Some(value)) => self.note(flag, value),
            (Some(flag), None) if flag.get_action().takes_values() => self.awaiting = Some(flag),
            (Some(flag), None) => self.note(flag, ""),
            (None, _) => {}
        }
    }

    fn take_positional(&mut self, word: &str) {
        if let Some(argument) = self.positional() {
            self.note(argument, word);
        }
        self.positionals += 1;
    }

    fn note(&mut self, argument: &'a Arg, value: &str) {
        self.given.push((argument, value.to_owned()));
    }

    /// Goes on to a command within this one, if there is one of this name.
    fn descend(&mut self, word: &str) -> bool {
        let Some(found) = self.command.find_subcommand(word) else {
            return false;
        };
        self.command = match self.path.is_empty() {
            true => self.built.get_or_init(|| {
                let mut command = found.clone();
                command.build();
                command
            }),
            false => found,
        };
        self.path.push(self.command.get_name());
        true
    }

    /// What the word at the cursor is.
    pub(super) fn target(&self, typed: &str) -> Target<'a> {
        let value = |argument, before: &str, typed: &str| Target::Value {
            argument,
            before: before.to_owned(),
            typed: typed.to_owned(),
        };
        if let Some(argument) = self.awaiting {
            return value(argument, "", typed);
        }
        if self.has_no_more_flags || !typed.starts_with('-') {
            return match self.positional() {
                _ if self.has_commands() => Target::Command,
                Some(argument) => value(argument, "", typed),
                None if typed.is_empty() => Target::Flag,
                None => Target::Nothing,
            };
        }
        let (flag, rest) = match typed.strip_prefix("--") {
            Some(long) => match long.split_once('=') {
                Some((name, rest)) => (self.long(name), rest),
                None => return Target::Flag,
            },
            None => match self.shorts(&typed[1..]) {
                (Some(flag), Some(rest)) => (Some(flag), rest),
                _ => return Target::Flag,
            },
        };
        match flag.filter(|flag| flag.get_action().takes_values()) {
            Some(flag) => value(flag, &typed[..typed.len() - rest.len()], rest),
            None => Target::Nothing,
        }
    }

    /// The values that were given to an argument, one by one.
    pub(super) fn values<'s>(&'s self, argument: &Arg) -> impl Iterator<Item = &'s str> {
        let delimiter = argument.get_value_delimiter();
        let (id, given) = (argument.get_id().clone(), self.given.iter());
        given
            .filter(move |(other, _)| *other.get_id() == id)
            .flat_map(move |(_, value)| match delimiter {
                Some(delimiter) => value.split(delimiter).collect(),
                None => vec![value.as_str()],
            })
    }

    /// The values that were given to the argument with this id.
    pub(super) fn values_of(&self, id: &str) -> Vec<String> {
        let found = self
            .given
            .iter()
            .find(|(argument, _)| argument.get_id() == id);
        found.map_or_else(Vec::new, |(argument, _)| {
            self.values(argument).map(str::to_owned).collect()
        })
    }

    /// Whether the argument with this id is on the line, or about to get its value.
    pub(super) fn names(&self, id: &str) -> bool {
        let mut arguments = self
            .given
            .iter()
            .map(|(argument, _)| *argument)
            .chain(self.awaiting);
        arguments.any(|argument| argument.get_id() == id)
    }

    /// The flags that may come next.
    pub(super) fn flags(&self) -> impl Iterator<Item = &'a Arg> {
        self.arguments().filter(|argument| {
            let may_repeat = matches!(argument.get_action(), ArgAction::Append | ArgAction::Count);
            !argument.is_positional()
                && !argument.is_hide_set()
                && (may_repeat
                    || !self
                        .given
                        .iter()
                        .any(|(given, _)| given.get_id() == argument.get_id()))
        })
    }

    fn arguments(&self) -> impl Iterator<Item = &'a Arg> + use<'a> {
        let global = (!self.path.is_empty()).then(|| self.root.get_arguments());
        self.command
            .get_arguments()
            .chain(global.into_iter().flatten())
    }

    fn has_commands(&self) -> bool {
        self.positionals == 0 && self.command.has_subcommands()
    }

    fn positional(&self) -> Option<&'a Arg> {
        let mut positionals = self.command.get_positionals();
        let takes_more = |argument: &&Arg| matches!(argument.get_action(), ArgAction::Append);
        let last = self.command.get_positionals().last().filter(takes_more);
        positionals.nth(self.positionals).or(last)
    }

    fn long(&self, name: &str) -> Option<&'a Arg> {
        self.arguments().find(|argument| {
            argument.get_long() == Some(name)
                || argument
                    .get_all_aliases()
                    .is_some_and(|aliases| aliases.contains(&name))
        })
    }

    /// The last of the flags in a word such as `-vo`, and what follows it: its value, if it takes one.
    fn shorts<'t>(&self, letters: &'t str) -> (Option<&'a Arg>, Option<&'t str>) {
        let mut last = None;
        for (index, letter) in letters.char_indices() {
            last = self
                .arguments()
                .find(|argument| argument.get_short() == Some(letter));
            if last.is_some_and(|flag| flag.get_action().takes_values()) {
                let rest = &letters[index + letter.len_utf8()..];
                let rest = rest.strip_prefix('=').unwrap_or(rest);
                return (last, (!rest.is_empty()).then_some(rest));
            }
        }
        (last, None)
    }
}
