use clap::Command;

use super::bash;
use super::shells::{answer, quoted_for_bash, quoted_for_powershell};
use crate::commands::completions::Shell;
use crate::config::Environment;
use crate::escape::needs_escape;

/// Checks what each shell is offered at the end of `line`, and how it would read the `names` there.
pub(in crate::cli) fn check_line<'a>(
    line: &str,
    names: impl Iterator<Item = &'a str>,
    definition: &Command,
) {
    for name in names {
        for (start, _) in line.char_indices().chain([(line.len(), ' ')]) {
            check_bash(line, &line[start..], name);
        }
        assert_eq!(read_by_powershell(&quoted_for_powershell(name)), name);
    }
    // Bash is asked with what it replaces: what follows its last break, as far as that can be told from outside.
    let replaced = line.rsplit([' ', ':', '=', '\'', '"']).next();
    let bash = [line, replaced.unwrap_or_default(), "9"].map(str::to_owned);
    let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
    for (shell, arguments) in [
        (Shell::Bash, bash.to_vec()),
        (Shell::Powershell, vec![words.join("\n")]),
        (Shell::Zsh, words.clone()),
        (Shell::Fish, words),
    ] {
        let environment = Environment::from_pairs([("LC_ALL", "C.UTF-8")]);
        let offered = answer(shell, arguments, definition, environment).unwrap_or_default();
        let is_harmful = |character| !matches!(character, '\n' | '\t') && needs_escape(character);
        assert!(!offered.contains(is_harmful), "{offered:?}");
    }
}

/// Whatever part of the line bash replaces: with the inserted text, the line has the name as its last word.
fn check_bash(line: &str, replaced: &str, name: &str) {
    let Some(read) = bash::parse_line(line, replaced) else {
        return;
    };
    let kept = read.words.last().map_or("", |word| &word[..read.kept]);
    let value = format!("{kept}{name}");
    let Some(typed) = quoted_for_bash(&value, &read) else {
        return;
    };
    let mut inserted = line.strip_suffix(replaced).unwrap_or(line).to_owned() + &typed;
    // Readline closes the open quote, unless the text ends with it.
    inserted.extend(read.quote.filter(|quote| !typed.ends_with(*quote)));
    let again = bash::parse_line(&inserted, "");
    let last = again.and_then(|again| again.words.last().cloned());
    assert_eq!(last.as_ref(), Some(&value), "{inserted:?}");
    if !read.is_redirection {
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
