use std::io::{self, Write};

use serde::Serialize;
use serde_saphyr::{SerializerOptions, ser_options, to_fmt_writer_with_options};

use super::json::{SCHEMA, write_json};
use super::row::{ErrorRecord, Fields, Row, RowWriter};
use super::streams::Stdout;
use crate::escape::is_clean;

/// `-o yaml`: the data of `json`, written item by item as one document.
pub(super) struct YamlWriter<'a, R: 'static> {
    pub(super) stdout: &'a mut Stdout,
    pub(super) fields: Fields<R>,
    pub(super) has_items: bool,
}

impl<R: Row> RowWriter<R> for YamlWriter<'_, R> {
    fn write_header(&mut self) -> io::Result<()> {
        write!(self.stdout, "schema: {SCHEMA}\nitems:")
    }

    fn write_row(&mut self, row: &R) -> io::Result<()> {
        let separator = if self.has_items { "" } else { "\n" };
        self.has_items = true;
        write!(self.stdout, "{separator}{}", item(&self.fields.of(row))?)
    }

    fn finish(&mut self, errors: &[ErrorRecord]) -> io::Result<()> {
        if !self.has_items {
            self.stdout.write_all(b" []\n")?;
        }
        if errors.is_empty() {
            return self.stdout.write_all(b"errors: []\n");
        }
        self.stdout.write_all(b"errors:\n")?;
        errors
            .iter()
            .try_for_each(|error| self.stdout.write_all(item(error)?.as_bytes()))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

/// One item of a sequence, on lines of its own.
///
/// The serializer does not escape bidirectional controls and the like. An item with one of them is written as JSON,
/// which is YAML as well.
fn item(value: &impl Serialize) -> io::Result<String> {
    let mut yaml = String::new();
    to_fmt_writer_with_options(&mut yaml, &[value], yaml_options()).map_err(io::Error::other)?;
    if yaml.split('\n').all(is_clean) {
        return Ok(yaml);
    }
    let mut json = b"- ".to_vec();
    write_json(&mut json, value)?;
    json.push(b'\n');
    String::from_utf8(json).map_err(io::Error::other)
}

fn yaml_options() -> SerializerOptions {
    // A text stays on one line, in quotes, since only there can characters be escaped.
    ser_options! { prefer_block_scalars: false }
}
