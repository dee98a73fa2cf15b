//! Shell completion: what the shells offer at Tab.
//!
//! clap_complete's engine walks the command line. Here are the completers for each kind of value, and how each shell
//! is answered. Completing sends nothing and reads no secret.

mod bash;
mod values;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use clap_complete::engine::{self, CompletionCandidate};
use clap_complete::env::{CompleteEnv, EnvCompleter, Shells};

use self::values::{FILES, LineContext};
use crate::commands::completions::Shell;
use crate::output::escape;

const SHELLS: [&dyn EnvCompleter; 5] = [
    &Shell::Bash,
    &Shell::Zsh,
    &Shell::Fish,
    &Shell::Elvish,
    &Shell::PowerShell,
];

/// Answers a shell that asks for completions (the variable `COMPLETE` names it). Gives whether one did.
pub(super) fn answer(arguments: &[OsString], definition: fn() -> clap::Command) -> bool {
    let environment = CompleteEnv::with_factory(definition).shells(Shells(&SHELLS));
    let answered = environment.try_complete(arguments.iter().cloned(), None);
    // A shell cannot show an error in the middle of a line.
    answered.unwrap_or(true)
}

impl EnvCompleter for Shell {
    fn name(&self) -> &'static str {
        Shell::name(*self)
    }

    fn is(&self, name: &str) -> bool {
        name == Shell::name(*self)
    }

    fn write_registration(
        &self,
        _variable: &str,
        _name: &str,
        _binary: &str,
        _completer: &str,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        output.write_all(self.script().as_bytes())
    }

    /// The first line says what follows: `words`, or `files` where the shell is to offer the files there are.
    fn write_complete(
        &self,
        definition: &mut clap::Command,
        arguments: Vec<OsString>,
        _directory: Option<&Path>,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        let arguments = arguments.iter();
        let arguments: Vec<_> = arguments
            .map(|argument| argument.to_string_lossy().into_owned())
            .collect();
        let answer = match self {
            Self::Bash => bash_answer(definition, &arguments),
            Self::PowerShell => arguments
                .first()
                .and_then(|words| {
                    let words = words.split('\n').map(str::to_owned).collect();
                    candidates(definition, words)
                })
                .map(|found| lines(found, powershell_line)),
            Self::Zsh | Self::Fish | Self::Elvish => {
                candidates(definition, arguments).map(|found| lines(found, plain_line))
            }
        };
        output.write_all(answer.unwrap_or_default().as_bytes())
    }
}

/// What may stand at the end of `words`, of which the last is the one at the cursor.
fn candidates(
    definition: &mut clap::Command,
    mut words: Vec<String>,
) -> Option<Vec<CompletionCandidate>> {
    let context = Arc::new(LineContext::new(definition, &words));
    // The engine completes the value behind `--flag=` only where the value is a word of its own.
    let last = words.pop()?;
    let flag = last
        .strip_prefix("--")
        .and_then(|flag| flag.split_once('='));
    let prefix = match flag {
        Some((flag, value)) => {
            words.extend([format!("--{flag}"), value.to_owned()]);
            format!("--{flag}=")
        }
        None => {
            words.push(last);
            String::new()
        }
    };
    let index = words.len().checked_sub(1).filter(|index| *index > 0)?;
    let is_empty = words[index].is_empty();
    let mut definition = values::attach(std::mem::take(definition), &context);
    let words = words.into_iter().map(OsString::from).collect();
    let mut found = engine::complete(&mut definition, words, index, None).ok()?;
    let hides_flags = is_empty && context.takes_words(&definition);
    found.retain(|candidate| {
        let value = candidate.get_value().to_string_lossy();
        !is_flag(candidate) || !(hides_flags || context.is_used_up(&value, &definition))
    });
    let found = found.into_iter();
    Some(
        found
            .map(|candidate| candidate.add_prefix(&prefix))
            .collect(),
    )
}

fn is_flag(candidate: &CompletionCandidate) -> bool {
    candidate.get_value().to_string_lossy().starts_with('-')
}

fn asks_for_files(found: &[CompletionCandidate]) -> bool {
    let is_marker = |candidate: &CompletionCandidate| {
        let tag = candidate.get_tag();
        tag.is_some_and(|tag| tag.to_string() == FILES)
    };
    found.iter().any(is_marker)
}

fn lines(found: Vec<CompletionCandidate>, line: fn(&str, &str) -> String) -> String {
    if asks_for_files(&found) {
        return "files\n".to_owned();
    }
    let mut answer = "words\n".to_owned();
    for candidate in &found {
        let (value, help) = texts(candidate);
        // A name that would have to be escaped cannot be put on the line.
        if escape(&value) == value {
            answer.push_str(&line(&value, &help));
            answer.push('\n');
        }
    }
    answer
}

/// The value and what is said of it.
fn texts(candidate: &CompletionCandidate) -> (String, String) {
    let help = candidate.get_help().map(ToString::to_string);
    let help = help.unwrap_or_default();
    let first_line = help.lines().next().unwrap_or_default();
    let value = candidate.get_value().to_string_lossy().into_owned();
    (value, escape(first_line).into_owned())
}

fn plain_line(value: &str, help: &str) -> String {
    format!("{value}\t{help}")
}

/// What PowerShell puts on the line, what it shows, and the description.
fn powershell_line(value: &str, help: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=+".contains(letter);
    let typed = if value.chars().all(is_plain) {
        value.to_owned()
    } else {
        // PowerShell reads the curly single quotes, U+2018 to U+201B, as single quotes too.
        let doubled = value.chars().flat_map(|letter| {
            let is_quote = matches!(letter, '\'' | '\u{2018}'..='\u{201b}');
            std::iter::repeat_n(letter, if is_quote { 2 } else { 1 })
        });
        format!("'{}'", doubled.collect::<String>())
    };
    format!("{typed}\t{value}\t{help}")
}

/// The answer to bash, which gives the line up to the cursor, the end of it that it replaces, and what it does with the
/// answer: `63` (`?`) means that it only shows it.
fn bash_answer(definition: &mut clap::Command, arguments: &[String]) -> Option<String> {
    let [text, replaced, kind] = arguments else {
        return None;
    };
    let line = bash::read(text, replaced)?;
    if line.is_redirection {
        return Some("files\n".to_owned());
    }
    let found = candidates(definition, line.words.clone())?;
    if asks_for_files(&found) {
        return Some("files\n".to_owned());
    }
    let is_shown_only = kind == "63" && found.len() > 1;
    let kept = line.words.last()?.get(..line.kept)?.to_owned();
    let mut answer = "words\n".to_owned();
    for candidate in &found {
        let (value, help) = texts(candidate);
        let typed = if is_shown_only {
            let separator = if help.is_empty() { "" } else { "  -- " };
            Some(format!("{}{separator}{help}", escape(&value)))
        } else {
            let rest = value
                .strip_prefix(&kept)
                .filter(|rest| escape(rest) == *rest);
            rest.and_then(|rest| bash::quoted(rest, line.quote))
        };
        if let Some(typed) = typed {
            answer.push_str(&typed);
            answer.push('\n');
        }
    }
    Some(answer)
}
