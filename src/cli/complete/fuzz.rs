use clap::Command;

use super::bash;
use super::shells::{answer, quoted_for_bash, quoted_for_powershell};
use crate::commands::completions::Shell;
use crate::config::Environment;
use crate::escape::needs_escape;

/// Each shell reads a value that it inserts at the end of the line as it is.
pub(in crate::cli) fn check_quotes<'a>(line: &str, values: impl Iterator<Item = &'a str>) {
    for value in values {
        for (start, _) in line.char_indices().chain([(line.len(), ' ')]) {
            check_bash(line, &line[start..], value);
        }
        let quoted = quoted_for_powershell(value);
        assert_eq!(read_by_powershell(&quoted), value);
    }
}

/// Completions contain no control characters.
pub(in crate::cli) fn check_answers(line: &str, definition: &Command) {
    // What bash replaces: what follows its last break, as far as that can be told from outside.
    let replaced = line.rsplit([' ', ':', '=', '\'', '"']).next();
    let bash = [line, replaced.unwrap_or_default(), "9"].map(str::to_owned);
    let words = line.replace(' ', "\n");
    for (shell, arguments) in [
        (Shell::Bash, bash.to_vec()),
        (Shell::Powershell, vec![words]),
    ] {
        let environment = Environment::from_pairs([("LC_ALL", "C.UTF-8")]);
        let offered = answer(shell, arguments, definition, environment).unwrap_or_default();
        let is_harmful = |character| !matches!(character, '\n' | '\t') && needs_escape(character);
        assert!(!offered.contains(is_harmful), "{offered:?}");
    }
}

/// Whatever part of the line bash replaces: with the inserted text, the line has the value as its last word.
fn check_bash(line: &str, replaced: &str, rest: &str) {
    let Some(read) = bash::parse_line(line, replaced) else {
        return;
    };
    let kept = read.words.last().map_or("", |word| &word[..read.kept]);
    let value = format!("{kept}{rest}");
    let Some(typed) = quoted_for_bash(&value, &read) else {
        return;
    };
    let mut inserted = line.strip_suffix(replaced).unwrap_or(line).to_owned() + &typed;
    // Readline closes the open quote, unless the text ends with it.
    inserted.extend(read.quote.filter(|quote| !typed.ends_with(*quote)));
    let again = bash::parse_line(&inserted, "");
    let last = again.and_then(|again| again.words.last().cloned());
    assert_eq!(last.as_ref(), Some(&value), "{inserted:?}");
    // shlex leaves out an empty last word.
    if !read.is_redirection && !value.is_empty() {
        let words = shlex::split(&inserted);
        let last = words.and_then(|words| words.last().cloned());
        assert_eq!(last, Some(value), "{inserted:?}");
    }
}

/// The word that PowerShell reads.
fn read_by_powershell(text: &str) -> String {
    let Some(quoted) = text
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''))
    else {
        let is_operator = |character: char| "'\"`$&|;<>(){}@#, \t\r\n".contains(character);
        assert!(!text.contains(is_operator), "{text:?}");
        return text.to_owned();
    };
    let mut word = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        if matches!(character, '\'' | '\u{2018}'..='\u{201b}') {
            assert_eq!(characters.next(), Some(character), "{text:?} ends early");
        }
        word.push(character);
    }
    word
}
