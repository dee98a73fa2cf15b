//! Command lines in hints and messages, written so that they can be copied into a shell.

use crate::escape::escape_message;

/// Joins words into a command line for a POSIX shell, each quoted as the shell needs it.
///
/// Nothing in it harms a terminal or becomes something else where it is pasted: a word with control characters, invisible
/// ones or those for private use is written as `$'…'`, with these characters as octal numbers.
pub(crate) fn command_line<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> String {
    let words = words.into_iter().map(|word| quote(word.as_ref()));
    words.collect::<Vec<_>>().join(" ")
}

fn quote(word: &str) -> String {
    if escape_message(word) != word {
        return quote_bytes(word);
    }
    // Only a NUL is refused, which is a control character.
    let quoted = |text| shlex::try_quote(text).map_or_else(|_| quote_bytes(text), Into::into);
    // A comma means something between braces only, which are quoted, and `=` at the beginning of a word only.
    match word.split([',', '=']).all(|part| quoted(part) == part) {
        true => word.to_owned(),
        false => quoted(word),
    }
}

/// Quotes as `$'…'`. A character that is not printable ASCII becomes the octal numbers of its bytes, three digits each,
/// since a shell would take a digit after a shorter number as a part of it.
fn quote_bytes(word: &str) -> String {
    let quoted = word.bytes().map(|byte| match byte {
        b'\'' | b'\\' => format!(r"\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!(r"\{byte:03o}"),
    });
    format!("$'{}'", quoted.collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn each_word_is_quoted_as_the_shell_needs_it() {
        for (words, expected) in [
            (
                &["orgconn", "--type=logs", "a,b", "=ls"][..],
                "orgconn --type=logs a,b '=ls'",
            ),
            (&["--profile", "my prof"], "--profile 'my prof'"),
            (&["O'Neil", "a$b", "", "~"], r#""O'Neil" 'a$b' '' '~'"#),
            (&["日本", "Köln 👩\u{200d}🚀"], "'日本' 'Köln 👩\u{200d}🚀'"),
            (
                &["\u{1b}[2J'1", "a\u{a0}b\\"],
                r"$'\033[2J\'1' $'a\302\240b\\'",
            ),
            (&["Z\u{e03b}id"], r"$'Z\356\200\273id'"),
        ] {
            assert_eq!(command_line(words), expected);
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_shell_reads_the_words_as_they_were() {
        let words = [
            "a b",
            "O'Neil",
            "\"",
            "$HOME",
            "`id`",
            "!1",
            "*",
            "",
            "~",
            "#",
            "a=b",
            "{a,b}",
            ",",
            "\\",
            "\u{1b}[31m'\\1\n\u{202e}",
            "日本\u{200b}",
        ];
        let script = format!(r"printf '%s\0' {}", command_line(words));
        let output = Command::new("bash").args(["-c", &script]).output().unwrap();
        let read = String::from_utf8(output.stdout).unwrap();
        assert_eq!(read.split_terminator('\0').collect::<Vec<_>>(), words);
    }
}
