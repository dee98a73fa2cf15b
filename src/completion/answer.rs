use std::cell::OnceCell;
use std::mem::ManuallyDrop;

use clap::Command;

use super::candidate::Candidate;
use super::line::{self, Line};
use super::scope::Scope;
use super::values::{Offer, offer};
use super::walk::Walk;
use crate::config::Environment;
use crate::swar::{below, equal, find};

/// The first argument of a program that is to complete a line: a word that nobody types.
pub(crate) const REQUEST: &str = "__complete";

/// The shells that there is a script for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Shell {
    /// Bash, 4.4 or later for all of it
    Bash,
    /// Z shell
    Zsh,
    /// fish
    Fish,
    /// Elvish
    Elvish,
    /// PowerShell
    #[value(name = "powershell")]
    PowerShell,
}

impl Shell {
    /// The script that makes the shell ask this program.
    pub fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("scripts/orgconn.bash"),
            Self::Zsh => include_str!("scripts/orgconn.zsh"),
            Self::Fish => include_str!("scripts/orgconn.fish"),
            Self::Elvish => include_str!("scripts/orgconn.elv"),
            Self::PowerShell => include_str!("scripts/orgconn.ps1"),
        }
    }

    fn named(name: &str) -> Option<Self> {
        let shells = <Self as clap::ValueEnum>::value_variants().iter();
        shells.copied().find(|shell| shell.name() == name)
    }

    /// What it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Elvish => "elvish",
            Self::PowerShell => "powershell",
        }
    }
}

/// What a shell asks: bash gives the line up to the cursor, the characters at which readline breaks words, and the
/// kind of completion; fish the words, of which the last is as it was typed; PowerShell the words in one, as lines; the
/// others the words.
struct Question {
    shell: Shell,
    line: Line,
    /// Whether nothing will be put on the line, and the answers shown.
    only_shown: bool,
}

impl Question {
    fn read(words: &[String]) -> Option<Self> {
        let (shell, words) = words.split_first()?;
        let shell = Shell::named(shell)?;
        let mut only_shown = false;
        let line = match (shell, words) {
            (Shell::Bash, [text, breaks, kind]) => {
                // COMP_TYPE is the number of a character, and this is `?`.
                only_shown = kind == "63";
                line::read(text, breaks)
            }
            (Shell::Bash, _) => return None,
            (Shell::Fish, [words @ .., typed]) => Line {
                words: words
                    .iter()
                    .cloned()
                    .chain(line::read(typed, "").words.pop())
                    .collect(),
                ..Line::default()
            },
            (Shell::PowerShell, [words]) => Line {
                words: words.split('\n').map(str::to_owned).collect(),
                ..Line::default()
            },
            (_, words) => Line {
                words: words.to_vec(),
                ..Line::default()
            },
        };
        Some(Self {
            shell,
            line,
            only_shown,
        })
    }

    /// A first line that says of what kind the answer is, `words` or `files`, then the words, each with what is said
    /// of it behind a tab.
    fn told(&self, offer: Offer) -> String {
        let mut candidates = match offer {
            Offer::Files => return "files\n".to_owned(),
            Offer::Words(candidates) => candidates,
        };
        // What is in the cache may have been written by anybody, and a terminal shows it.
        candidates.retain(|candidate| {
            !has_controls(&candidate.value) && !has_controls(&candidate.description)
        });
        let single = candidates.len() == 1;
        let mut text = "words\n".to_owned();
        for candidate in &candidates {
            self.tell(candidate, single, &mut text);
        }
        text
    }

    fn tell(&self, candidate: &Candidate, single: bool, text: &mut String) {
        let Candidate { value, description } = candidate;
        match self.shell {
            Shell::Bash if self.only_shown && !single => {
                text.push_str(value);
                if !description.is_empty() {
                    text.extend(["  -- ", description]);
                }
            }
            Shell::Bash => {
                let Line {
                    kept, quote, words, ..
                } = &self.line;
                let typed = words.last().map_or("", |word| &word[..*kept]);
                // What does not go on from where readline does cannot be put there.
                let Some(rest) = value.strip_prefix(typed) else {
                    return;
                };
                text.push_str(&line::quoted(rest, *quote));
            }
            Shell::PowerShell => {
                text.extend([&single_quoted(value), "\t", value, "\t", description])
            }
            _ => text.extend([value, "\t", description]),
        }
        text.push('\n');
    }
}

fn has_controls(text: &str) -> bool {
    let controls = |word| below(word, b' ') | equal(word, b'\x7f');
    find(text.as_bytes(), controls).is_some()
}

/// The word as PowerShell reads it as one.
fn single_quoted(value: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "_-./:=+".contains(letter);
    match value.chars().all(is_plain) {
        true => value.to_owned(),
        false => format!("'{}'", value.replace('\'', "''")),
    }
}

/// Answers a shell that asks with the words behind [`REQUEST`] what may come next. `topics` are those that `help`
/// explains.
pub(crate) fn answer(
    question: &[String],
    definition: &Command,
    topics: &[&str],
    environment: &Environment,
) -> String {
    let Some(question) = Question::read(question) else {
        return String::new();
    };
    if question.line.is_redirected {
        return question.told(Offer::Files);
    }
    let [_, words @ .., typed] = question.line.words.as_slice() else {
        return String::new();
    };
    let built = ManuallyDrop::new(OnceCell::new());
    let mut walk = Walk::new(definition, &built);
    words.iter().for_each(|word| walk.take(word));
    let scope = Scope::new(&walk, environment);
    question.told(offer(&walk, &scope, topics, typed))
}
