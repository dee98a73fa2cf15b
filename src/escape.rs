//! Texts from outside made safe for a terminal.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character could move a terminal's cursor, change the order of the shown text, be invisible, or become
/// another one in a shell.
///
/// These are the control characters (C0, DEL, C1), bidirectional controls, separators of lines and paragraphs,
/// characters without width or without ink, characters for private use, and noncharacters. Characters that join or
/// change visible ones are not among them: what [`escape`] does with one depends on its neighbours.
///
/// Shells keep bytes and marks of their own in characters for private use and in noncharacters: where zsh reads a line,
/// U+E03B is a semicolon. Readers of YAML refuse U+FFFE and U+FFFF.
pub(crate) fn needs_escape(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}'
                | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}'
                | '\u{f0000}'..='\u{10ffff}'
        )
}

/// Whether the text has nothing to escape. Most names are printable ASCII, so that is tried first.
pub(crate) fn is_clean(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.chars().any(needs_escape)
}

/// Makes a text from outside safe to show on one line of a terminal: characters that could move the cursor, reorder the
/// text or be invisible are written as `\n`, `\t`, `\r` or `\u{1b}`.
///
/// A backslash stays as it is, so the result does not show whether an escape was in the original text.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    escape_also(text, |_| false)
}

/// Escapes as [`escape`] does, and also a space that is not the usual one. In a message, a word that differs from the
/// right one by such a character only would look right.
pub(crate) fn escape_message(text: &str) -> Cow<'_, str> {
    escape_also(text, |character| {
        !character.is_ascii() && character.is_whitespace()
    })
}

fn escape_also(text: &str, is_unwanted: fn(char) -> bool) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied().unwrap_or(' ');
        match character {
            '\n' => escaped.push_str(r"\n"),
            '\r' => escaped.push_str(r"\r"),
            '\t' => escaped.push_str(r"\t"),
            _ if needs_escape(character)
                || is_unwanted(character)
                || has_no_effect(before, character, next) =>
            {
                // Writing into a string cannot fail.
                write!(escaped, "{}", character.escape_unicode()).ok();
            }
            _ => escaped.push(character),
        }
        before = character;
    }
    match escaped == text {
        true => Cow::Borrowed(text),
        false => Cow::Owned(escaped),
    }
}

/// Whether the character joins or changes visible ones, and has none beside it that it could join or change: then it is
/// invisible.
fn has_no_effect(before: char, character: char, next: char) -> bool {
    match character {
        // A keycap, such as 1️⃣, begins with a digit.
        '\u{fe0f}' if next == '\u{20e3}' => false,
        '\u{200c}' | '\u{200d}' => !can_be_joined(before) || !can_be_joined(next),
        _ if is_variation_selector(character) => {
            before.is_ascii()
                || is_variation_selector(before)
                || matches!(before, '\u{200c}' | '\u{200d}')
        }
        _ => false,
    }
}

/// Whether a text looks the same without this character, or nearly so.
pub(crate) fn is_invisible(character: char) -> bool {
    !matches!(character, ' '..='~')
        && (needs_escape(character)
            || is_variation_selector(character)
            || matches!(character, '\u{200c}' | '\u{200d}'))
}

fn is_variation_selector(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether a character belongs to an emoji or a symbol, or to a script whose letters are joined. Latin, Greek, Cyrillic
/// and East Asian text has no use for a joiner.
fn can_be_joined(character: char) -> bool {
    matches!(
        character,
        '\u{590}'..='\u{1cff}' | '\u{2190}'..='\u{2bff}' | '\u{a800}'..='\u{abff}' | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe0f}' | '\u{fe70}'..='\u{fefc}' | '\u{10a00}'..='\u{11fff}' | '\u{1f000}'..='\u{1faff}'
    )
}

/// Escapes as [`escape`] does, and a backslash as `\\`, so that the original can be restored.
pub(crate) fn escape_reversibly(text: &str) -> Cow<'_, str> {
    if text.contains('\\') {
        Cow::Owned(escape(&text.replace('\\', r"\\")).into_owned())
    } else {
        escape(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_could_harm_a_terminal_is_escaped() {
        for (text, escaped) in [
            ("a\nb\tc\rd", r"a\nb\tc\rd"),
            ("\u{1b}[31m\u{9b}2J\u{7f}", r"\u{1b}[31m\u{9b}2J\u{7f}"),
            (
                "\u{202e}abc\u{2066}\u{200b}",
                r"\u{202e}abc\u{2066}\u{200b}",
            ),
            ("\u{feff}\u{2060}\u{ad}", r"\u{feff}\u{2060}\u{ad}"),
            ("\u{e0041}", r"\u{e0041}"),
            ("a\u{3164}\u{2800}\u{115f}", r"a\u{3164}\u{2800}\u{115f}"),
            ("Hub\u{200d}", r"Hub\u{200d}"),
            (
                "é\u{200c}п\u{200d}п日\u{200d}本",
                r"é\u{200c}п\u{200d}п日\u{200d}本",
            ),
            ("👩\u{200d}\u{200d}🚀", r"👩\u{200d}\u{200d}🚀"),
            ("🚀\u{200d}", r"🚀\u{200d}"),
            (
                "a\u{fe0f} ❤\u{fe0f}\u{fe0f}",
                "a\\u{fe0f} ❤\u{fe0f}\\u{fe0f}",
            ),
            (
                "a\u{e03b}\u{f8ff}\u{fdd0}\u{f0000}\u{100000}",
                r"a\u{e03b}\u{f8ff}\u{fdd0}\u{f0000}\u{100000}",
            ),
        ] {
            assert_eq!(escape(text), escaped);
        }
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        for text in [
            "",
            "Retail US",
            r"C:\new",
            "مرحبا",
            "日本",
            "👩\u{200d}🚀",
            "e\u{301}",
            "می\u{200c}خواهم",
            "🏳\u{fe0f}\u{200d}🌈 👩🏽\u{200d}🚀 ❤\u{fe0f}\u{200d}🔥",
            "1\u{fe0f}\u{20e3}",
            "葛\u{e0100}城",
        ] {
            assert!(matches!(escape(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn what_looks_like_a_space_or_like_nothing_is_written_out_in_messages() {
        for (text, shown) in [
            ("types\u{a0}", r"types\u{a0}"),
            ("a\u{3000}b\u{2009}c", r"a\u{3000}b\u{2009}c"),
            ("source\u{200d}", r"source\u{200d}"),
            ("type\u{fe0f}s\u{3164}", r"type\u{fe0f}s\u{3164}"),
            ("\u{200b}\u{85}\n", r"\u{200b}\u{85}\n"),
            ("Köln 日本 👩\u{200d}🚀", "Köln 日本 👩\u{200d}🚀"),
            ("می\u{200c}خواهم ❤\u{fe0f}", "می\u{200c}خواهم ❤\u{fe0f}"),
        ] {
            assert_eq!(escape_message(text), shown);
        }
    }

    #[test]
    fn a_backslash_is_escaped_where_the_original_must_be_restored() {
        assert_eq!(escape_reversibly("a\\n\n"), r"a\\n\n");
    }

    proptest! {
        #[test]
        fn nothing_unsafe_is_left(text in any::<Vec<char>>()) {
            let text = String::from_iter(text) + "\u{85}";
            prop_assert!(!escape(&text).chars().any(needs_escape));
            prop_assert!(!escape_message(&text).chars().any(needs_escape));
            prop_assert!(!escape_reversibly(&text).chars().any(needs_escape));
        }
    }
}
