//! Texts from outside made safe for a terminal.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character could move a terminal's cursor, change the order of the shown text, or be invisible.
///
/// These are the control characters (C0, DEL, C1), bidirectional controls, separators of lines and paragraphs,
/// characters without width, and two noncharacters that readers of YAML refuse. Two characters without width stay,
/// since visible text is made with them: U+200C (Persian) and U+200D (emoji).
pub(crate) fn needs_escape(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{fffe}' | '\u{ffff}' | '\u{e0001}' | '\u{e0020}'..='\u{e007f}'
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
    if is_clean(text) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => escaped.push_str(r"\n"),
            '\r' => escaped.push_str(r"\r"),
            '\t' => escaped.push_str(r"\t"),
            _ if needs_escape(character) => {
                // Writing into a string cannot fail.
                write!(escaped, "{}", character.escape_unicode()).ok();
            }
            _ => escaped.push(character),
        }
    }
    Cow::Owned(escaped)
}

/// Escapes as [`escape`] does, and also every other character that cannot be told from another one or from nothing: a
/// space that is not the usual one, and a character without width that joins nothing. In a message, a word that differs
/// from the right one by such a character only would look right.
pub(crate) fn escape_message(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return escape(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    for character in text.chars() {
        if is_unusual_space(character) || (joins(character) && before.is_ascii()) {
            // Writing into a string cannot fail.
            write!(shown, "{}", character.escape_unicode()).ok();
        } else {
            shown.push(character);
        }
        before = character;
    }
    Cow::Owned(escape(&shown).into_owned())
}

/// Whether a character looks like a space or like nothing, and is not escaped everywhere.
fn is_unusual_space(character: char) -> bool {
    let is_blank = matches!(
        character,
        '\u{34f}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{ffa0}'
    );
    is_blank || (!character.is_ascii() && character.is_whitespace())
}

/// Whether a character joins or changes the visible one before it, as in emoji. After ASCII it has no visible effect.
fn joins(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
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
