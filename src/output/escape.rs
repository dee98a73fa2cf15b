use std::borrow::Cow;
use std::fmt::Write;

use crate::swar::{below, equal, find, foreign};

/// Whether a character could move a terminal's cursor, change the order of what is shown, or hide:
/// the controls (C0, DEL, C1), the bidirectional controls, the separators of lines and paragraphs,
/// and two that have no width. The joiner (U+200D) is not one of them: emoji are made with it.
pub(super) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            // The last two are no characters at all, and readers of YAML refuse them as they are.
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
                | '\u{fffe}' | '\u{ffff}'
        )
}

/// Whether there is nothing to escape. Names are plain ASCII nearly always, so that is tried first.
pub(super) fn is_clean(text: &str) -> bool {
    is_plain(text) || !text.chars().any(is_hidden)
}

/// Whether it is printable ASCII.
fn is_plain(text: &str) -> bool {
    let odd = |word| below(word, b' ') | equal(word, b'\x7f') | foreign(word);
    find(text.as_bytes(), odd).is_none()
}

/// Makes a text fit for one line of a terminal: what could move the cursor, turn the order of
/// reading or hide is written out, as `\n`, `\t`, `\r` or `\u{1b}`. All else stays as it is: a
/// backslash too, so that the result cannot always be told from a text that had the escape in it.
pub fn escape(text: &str) -> Cow<'_, str> {
    if is_clean(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(written_out(text))
}

/// As [`escape`], and a backslash as `\\`, so that every text can be had back.
pub(super) fn escape_reversibly(text: &str) -> Cow<'_, str> {
    if text.contains('\\') {
        Cow::Owned(written_out(&text.replace('\\', r"\\")))
    } else {
        escape(text)
    }
}

fn written_out(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => escaped.push_str(r"\n"),
            '\r' => escaped.push_str(r"\r"),
            '\t' => escaped.push_str(r"\t"),
            hidden if is_hidden(hidden) => {
                // Writing into a string cannot fail.
                write!(escaped, "{}", hidden.escape_unicode()).ok();
            }
            shown => escaped.push(shown),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::output::tests::samples::any_text;

    #[test]
    fn what_could_harm_a_terminal_is_written_out() {
        assert_eq!(escape("a\nb\tc\rd"), r"a\nb\tc\rd");
        assert_eq!(
            escape("\u{1b}[31m\u{9b}2J\u{7f}"),
            r"\u{1b}[31m\u{9b}2J\u{7f}"
        );
        assert_eq!(
            escape("\u{202e}abc\u{2066}\u{200b}\u{feff}"),
            r"\u{202e}abc\u{2066}\u{200b}\u{feff}"
        );
    }

    #[test]
    fn all_else_stays_as_it_is() {
        for text in [
            "",
            "Retail US",
            r"C:\new",
            "مرحبا",
            "日本",
            "👩\u{200d}🚀",
            "e\u{301}",
        ] {
            assert!(matches!(escape(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn a_backslash_is_told_from_an_escape_where_that_counts() {
        assert_eq!(escape_reversibly("a\\n\n"), r"a\\n\n");
    }

    proptest! {
        #[test]
        fn no_hidden_character_is_left(text in any_text()) {
            prop_assert!(!escape(&text).chars().any(is_hidden));
            prop_assert!(!escape_reversibly(&text).chars().any(is_hidden));
        }
    }
}
