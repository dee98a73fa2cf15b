use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::row::{ErrorRecord, Fields, Row, RowWriter};
use super::streams::Stdout;
use crate::escape::{is_clean, needs_escape};

/// The version of the structure of `json` and `yaml`. Within a version, fields are only ever added.
pub(super) const SCHEMA: &str = "orgconn/v1";

/// `-o json`: one object, with one item per line.
pub(super) struct JsonWriter<'a, R: 'static> {
    pub(super) stdout: &'a mut Stdout,
    pub(super) fields: Fields<R>,
    pub(super) has_items: bool,
}

impl<R: Row> RowWriter<R> for JsonWriter<'_, R> {
    fn write_header(&mut self) -> io::Result<()> {
        write!(self.stdout, "{{\"schema\":\"{SCHEMA}\",\"items\":[")
    }

    fn write_row(&mut self, row: &R) -> io::Result<()> {
        let separator = if self.has_items { ",\n" } else { "\n" };
        self.has_items = true;
        self.stdout.write_all(separator.as_bytes())?;
        write_json(self.stdout, &self.fields.of(row))
    }

    fn finish(&mut self, errors: &[ErrorRecord]) -> io::Result<()> {
        let separator = if self.has_items { "\n" } else { "" };
        write!(self.stdout, "{separator}],\"errors\":")?;
        write_json(self.stdout, errors)?;
        self.stdout.write_all(b"}\n")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

/// `-o jsonl`: one item per line.
pub(super) struct JsonLinesWriter<'a, R: 'static> {
    pub(super) stdout: &'a mut Stdout,
    pub(super) fields: Fields<R>,
}

impl<R: Row> RowWriter<R> for JsonLinesWriter<'_, R> {
    fn write_row(&mut self, row: &R) -> io::Result<()> {
        write_json(self.stdout, &self.fields.of(row))?;
        self.stdout.write_all(b"\n")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

/// Writes a value on one line, without a newline at its end.
pub(super) fn write_json<T: Serialize + ?Sized>(
    writer: &mut impl Write,
    value: &T,
) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(writer, TerminalSafe);
    Ok(value.serialize(&mut serializer)?)
}

/// Compact JSON that is safe on a terminal: characters that `escape` escapes are written as `\uXXXX`, which reads back
/// as the same text. serde_json itself escapes only the C0 controls.
struct TerminalSafe;

impl Formatter for TerminalSafe {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if is_clean(fragment) {
            return writer.write_all(fragment.as_bytes());
        }
        for character in fragment.chars() {
            if needs_escape(character) {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            } else {
                write!(writer, "{character}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_harm_a_terminal_is_escaped_and_reads_back_as_it_was() {
        for (text, expected) in [
            ("a\u{1b}\u{9b}b\u{7f}", r#""a\u001b\u009bb\u007f""#),
            ("\u{fffe}\u{ffff}", r#""\ufffe\uffff""#),
            ("\u{202e}\u{2028}\"\\\n日", r#""\u202e\u2028\"\\\n日""#),
            ("\u{e0041}", r#""\udb40\udc41""#),
        ] {
            let mut json = Vec::new();
            write_json(&mut json, text).unwrap();
            let json = String::from_utf8(json).unwrap();
            assert_eq!(json, expected);
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
