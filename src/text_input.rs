//! Reads texts as people, editors and shells write them: UTF-8 or UTF-16, in a file or on standard input. It imports
//! `private_file`.

use std::borrow::Cow;
use std::io::{self, Read};
use std::path::Path;

use crate::private_file::{open_regular, read_bounded, require_own_content};

/// The maximum size of a text in bytes. It keeps an endless one from filling the memory.
const MAX_BYTES: u64 = 8 << 20;

/// The text of a file or of standard input cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TextInputError {
    /// The system refuses it, there is no such file, it is too large, or it is not safe to read.
    #[error(transparent)]
    Unreadable(#[from] io::Error),
    /// The text is not valid in its encoding.
    #[error("line {}, column {}: {reason}", reason.line, reason.column)]
    Invalid {
        /// The first invalid character.
        reason: InvalidText,
    },
}

/// The text is not valid in its encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no valid {encoding}{advice}")]
pub(crate) struct InvalidText {
    /// The line of the first invalid character, from 1.
    pub(crate) line: u64,
    /// The number of that character within the line, from 1.
    pub(crate) column: u64,
    encoding: &'static str,
    /// Begins with a semicolon; may be empty.
    advice: &'static str,
}

/// The advice for a text that has the zero bytes of UTF-16, but not its byte-order mark.
const SAVE_AS_UTF_8: &str = "; it looks like UTF-16 without a byte-order mark: save it as UTF-8, or as UTF-16 with the mark";

impl InvalidText {
    /// The first invalid character follows `before`.
    fn after(before: &str, encoding: &'static str) -> Self {
        let last_line = before.rsplit('\n').next().unwrap_or_default();
        Self {
            line: before.matches('\n').count() as u64 + 1,
            column: last_line.chars().count() as u64 + 1,
            encoding,
            advice: "",
        }
    }
}

/// Reads the text of a file; without a path, that of standard input.
///
/// # Errors
/// Fails if the text cannot be read, is too large, or is not valid in its encoding, or the file is no regular one.
pub(crate) fn read(path: Option<&Path>) -> Result<String, TextInputError> {
    match path {
        Some(path) => read_text(open_regular(path)?, MAX_BYTES),
        None => read_text(io::stdin().lock(), MAX_BYTES),
    }
}

/// As [`read`], for a file that this program wrote, of at most `limit` bytes.
///
/// # Errors
/// As [`read`]. Also fails if another user could have written the file.
pub(crate) fn read_own_content(path: &Path, limit: u64) -> Result<String, TextInputError> {
    let file = open_regular(path)?;
    require_own_content(path, &file)?;
    read_text(file, limit)
}

fn read_text(input: impl Read, limit: u64) -> Result<String, TextInputError> {
    let bytes = read_bounded(input, limit)?;
    let text = decode(&bytes).map_err(|reason| TextInputError::Invalid { reason })?;
    Ok(text.into_owned())
}

/// Decodes UTF-8, or UTF-16 with a byte-order mark, which PowerShell 5 writes into files. A byte-order mark is no part
/// of the text.
///
/// # Errors
/// Fails if the bytes are not valid in their encoding. UTF-16 without a byte-order mark is refused: a text without it
/// that holds only ASCII would be UTF-8 too, full of zero bytes.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, InvalidText> {
    match bytes {
        // No text begins with a zero byte, or has one right after its first character.
        [0, _, ..] | [_, 0, ..] => Err(InvalidText {
            advice: SAVE_AS_UTF_8,
            ..InvalidText::after("", "UTF-8")
        }),
        [0xff, 0xfe, rest @ ..] => decode_utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => decode_utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => decode_utf8(rest),
        _ => decode_utf8(bytes),
    }
}

fn decode_utf8(bytes: &[u8]) -> Result<Cow<'_, str>, InvalidText> {
    str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        InvalidText::after(&before, "UTF-8")
    })
}

fn decode_utf16(
    bytes: &[u8],
    to_unit: fn([u8; 2]) -> u16,
) -> Result<Cow<'static, str>, InvalidText> {
    let (pairs, odd_byte) = bytes.as_chunks::<2>();
    // The text never grows beyond this capacity. If it did, a text that is a secret would leave an unwiped copy behind.
    let mut text = String::with_capacity(3 * pairs.len());
    for character in char::decode_utf16(pairs.iter().map(|pair| to_unit(*pair))) {
        match character {
            Ok(character) => text.push(character),
            Err(_) => return Err(InvalidText::after(&text, "UTF-16")),
        }
    }
    match odd_byte {
        [] => Ok(Cow::Owned(text)),
        _ => Err(InvalidText::after(&text, "UTF-16")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(to_bytes)
            .collect()
    }

    #[test]
    fn each_encoding_is_read_without_its_mark() {
        let text = "Köln\r\n日本 🚀";
        for bytes in [
            text.as_bytes().to_vec(),
            format!("\u{feff}{text}").into_bytes(),
            utf16(text, u16::to_le_bytes),
            utf16(text, u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes).unwrap(), text, "{bytes:x?}");
        }
        for mark in [&b""[..], b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"] {
            assert_eq!(decode(mark).unwrap(), "");
        }
    }

    #[test]
    fn the_first_invalid_character_is_placed() {
        let lone_surrogate = [utf16("a\nä", u16::to_le_bytes), vec![0x00, 0xd8]].concat();
        let half_character = [utf16("a", u16::to_be_bytes), vec![0x00]].concat();
        for (bytes, line, column, message) in [
            (&b"a: 1\n\xc3\xa4: \xff"[..], 2, 4, "no valid UTF-8"),
            (b"\xef\xbb\xbf\xff", 1, 1, "no valid UTF-8"),
            (b"a\n\n\xe4\xb8", 3, 1, "no valid UTF-8"),
            (&lone_surrogate, 2, 2, "no valid UTF-16"),
            (&half_character, 1, 2, "no valid UTF-16"),
            (
                b"a\0:\0 \0",
                1,
                1,
                "no valid UTF-8; it looks like UTF-16 without a byte-order mark: save it as UTF-8, or as UTF-16 with the \
                 mark",
            ),
        ] {
            let error = decode(bytes).unwrap_err();
            assert_eq!((error.line, error.column), (line, column), "{bytes:x?}");
            assert_eq!(error.to_string(), message);
        }
    }
}
