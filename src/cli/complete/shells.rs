use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine::CompletionCandidate;
use clap_complete::env::EnvCompleter;

use super::bash::{self, Line};
use super::{Completions, completions_for};
use crate::commands::completions::Shell;
use crate::config::Environment;
use crate::escape::is_clean;
use crate::output::is_utf8_locale;

impl EnvCompleter for Shell {
    fn name(&self) -> &'static str {
        Self::name(*self)
    }

    fn is(&self, name: &str) -> bool {
        name == Self::name(*self) || (*self == Self::Powershell && name == "pwsh")
    }

    fn write_registration(
        &self,
        _variable: &str,
        _name: &str,
        _program: &str,
        _completer: &str,
        buffer: &mut dyn Write,
    ) -> io::Result<()> {
        buffer.write_all(self.script().as_bytes())
    }

    /// An invalid setting is ignored here: the command itself reports it.
    fn write_complete(
        &self,
        definition: &mut Command,
        arguments: Vec<OsString>,
        _directory: Option<&Path>,
        buffer: &mut dyn Write,
    ) -> io::Result<()> {
        let environment = Environment::from_process();
        let arguments = arguments.iter().map(|it| it.to_string_lossy().into_owned());
        let answer = answer(*self, arguments.collect(), definition, environment);
        buffer.write_all(answer.unwrap_or_default().as_bytes())
    }
}

/// The answer to a shell's script: a line `words` or `files`, then one word per line, each followed by a tab and its
/// description. `None` if there are no completions.
///
/// The arguments depend on the shell. Bash passes the line up to the cursor, the end of it that bash will replace, and
/// the kind of completion; PowerShell passes the words as the lines of one argument; the others pass the words. Bash
/// and PowerShell insert words as they are, so they get quoted words.
pub(super) fn answer(
    shell: Shell,
    arguments: Vec<String>,
    definition: &Command,
    environment: Environment,
) -> Option<String> {
    let mut bash_line = None;
    let mut only_shows = false;
    let words = match (shell, arguments.as_slice()) {
        (Shell::Bash, [line, replaced, kind]) => {
            let line = bash::parse_line(line, replaced)?;
            if line.is_redirection {
                return Some("files\n".to_owned());
            }
            // The kind is `COMP_TYPE`, a character code. 63 is `?`: bash lists the words and inserts none of them. 42 is
            // `*`: it inserts all of them, without the quote that is open.
            if kind == "42" && line.quote.is_some() {
                return None;
            }
            only_shows = kind == "63";
            bash_line.insert(line).words.clone()
        }
        (Shell::Bash, _) => return None,
        (Shell::Powershell, [words]) => words.split('\n').map(str::to_owned).collect(),
        _ => arguments,
    };
    let is_utf8 = is_read_as_utf8(environment.locale().as_deref());
    let candidates = match completions_for(definition, words, environment)? {
        Completions::Files => return Some("files\n".to_owned()),
        Completions::Words(candidates) => candidates,
    };
    let mut words: Vec<_> = candidates.iter().map(described).collect();
    // The content of the cache is not trusted, and the shell shows it and reads it.
    words.retain(|(value, description)| is_clean(value) && is_clean(description));
    words.retain(|(value, _)| is_utf8 || value.is_ascii());
    only_shows &= words.len() > 1;
    let words = words
        .into_iter()
        .filter_map(|(value, description)| match &bash_line {
            Some(_) if only_shows && description.is_empty() => Some(value),
            Some(_) if only_shows => Some(format!("{value}  -- {description}")),
            Some(line) => quoted_for_bash(&value, line),
            None if shell == Shell::Powershell => Some(format!(
                "{}\t{value}\t{description}",
                quoted_for_powershell(&value)
            )),
            None => Some(format!("{value}\t{description}")),
        });
    let words = words.map(|word| word + "\n");
    Some(["words\n".to_owned()].into_iter().chain(words).collect())
}

/// Whether a shell with this locale reads a text as UTF-8, or byte by byte. In other encodings, such as GBK and Shift JIS,
/// the last byte of a letter and the backslash after it may be one character: then a name might run as a command.
fn is_read_as_utf8(locale: Option<&str>) -> bool {
    let locale = locale.unwrap_or("C");
    let is_bytewise = ["c", "posix"]
        .iter()
        .any(|name| locale.eq_ignore_ascii_case(name));
    is_bytewise || is_utf8_locale(locale)
}

/// The value and the first line of its description.
fn described(candidate: &CompletionCandidate) -> (String, String) {
    let value = candidate.get_value().to_string_lossy().into_owned();
    let help = candidate
        .get_help()
        .map(ToString::to_string)
        .unwrap_or_default();
    // clap appends the variable and the default in brackets.
    let help = help.lines().next().unwrap_or_default();
    let (help, _) = help.split_once(" [").unwrap_or((help, ""));
    (value, help.to_owned())
}

/// The text that bash inserts in place of the part that it replaces; `None` if the value does not begin with the part
/// that bash keeps.
pub(super) fn quoted_for_bash(value: &str, line: &Line) -> Option<String> {
    let stays = &line.words.last()?[..line.kept];
    bash::quoted(value.strip_prefix(stays)?, line.quote)
}

/// Quotes a value so that PowerShell reads it as one word. Quotes within it are doubled, the typographic ones U+2018 to
/// U+201B included, which PowerShell takes for single quotes.
pub(super) fn quoted_for_powershell(value: &str) -> String {
    let is_plain = |char: char| char.is_alphanumeric() || "_-./:=+".contains(char);
    if value.chars().all(is_plain) {
        return value.to_owned();
    }
    let mut quoted = String::from("'");
    for char in value.chars() {
        quoted.push(char);
        if matches!(char, '\'' | '\u{2018}'..='\u{201b}') {
            quoted.push(char);
        }
    }
    quoted + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_beyond_ascii_need_a_locale_that_does_not_misread_them() {
        for locale in [
            None,
            Some("C"),
            Some("POSIX"),
            Some("C.UTF-8"),
            Some("de_DE.utf8"),
        ] {
            assert!(is_read_as_utf8(locale), "{locale:?}");
        }
        for locale in ["zh_CN.GBK", "zh_CN", "ja_JP.SJIS", "de_DE.ISO-8859-1"] {
            assert!(!is_read_as_utf8(Some(locale)), "{locale}");
        }
    }

    #[test]
    fn powershell_gets_every_single_quote_doubled() {
        for (value, quoted) in [
            ("--output=json", "--output=json"),
            ("Retail US", "'Retail US'"),
            ("Ben\u{2019}s Shop", "'Ben\u{2019}\u{2019}s Shop'"),
            ("a'b\u{201b}; $(x)", "'a''b\u{201b}\u{201b}; $(x)'"),
        ] {
            assert_eq!(quoted_for_powershell(value), quoted);
        }
    }
}
