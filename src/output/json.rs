use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use self::serializer::End;
use super::escape::{is_clean, is_hidden};
use crate::swar::{below, equal, find, foreign};

mod serializer;

/// Compact JSON that is safe on a terminal: what [`super::escape()`] writes out stands here as
/// `\uXXXX`, which reads back as the very same text. `serde_json` itself writes only the C0
/// controls so.
struct TerminalSafe;

impl Formatter for TerminalSafe {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if is_clean(fragment) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some((at, hidden)) = rest
            .char_indices()
            .find(|(_, character)| is_hidden(*character))
        {
            writer.write_all(&rest.as_bytes()[..at])?;
            // All of them are in the basic plane: four digits are enough.
            write!(writer, "\\u{:04x}", u32::from(hidden))?;
            rest = &rest[at + hidden.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

/// Adds `value` to `json`, on one line and without a newline at its end.
///
/// # Errors
/// The value does not serialize; a record of this crate always does.
pub(super) fn write_json(json: &mut Vec<u8>, value: &impl Serialize) -> io::Result<()> {
    Ok(value.serialize(End(json))?)
}

/// Adds a text with its quotes.
fn write_text(json: &mut Vec<u8>, text: &str) -> serde_json::Result<()> {
    if find(text.as_bytes(), odd).is_some() {
        return text.serialize(&mut Serializer::with_formatter(json, TerminalSafe));
    }
    json.push(b'"');
    json.extend_from_slice(text.as_bytes());
    json.push(b'"');
    Ok(())
}

/// What does not stand for itself; a text beyond ASCII is looked at letter by letter.
#[inline(always)]
fn odd(word: u64) -> u64 {
    let quotes = equal(word, b'"') | equal(word, b'\\');
    quotes | below(word, b' ') | equal(word, b'\x7f') | foreign(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::output::tests::samples::any_text;

    fn json(text: &str) -> String {
        let mut json = Vec::new();
        write_json(&mut json, &text).unwrap();
        String::from_utf8(json).unwrap()
    }

    #[test]
    fn what_could_harm_a_terminal_is_a_json_escape() {
        assert_eq!(json("a\u{1b}\u{9b}b\u{7f}"), r#""a\u001b\u009bb\u007f""#);
        assert_eq!(json("\u{fffe}\u{ffff}"), r#""\ufffe\uffff""#);
        assert_eq!(
            json("\u{202e}\u{2028}\"\\\n日"),
            r#""\u202e\u2028\"\\\n日""#
        );
    }

    proptest! {
        #[test]
        fn every_text_comes_back_the_same(text in any_text()) {
            let json = json(&text);
            prop_assert!(!json.chars().any(is_hidden));
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
