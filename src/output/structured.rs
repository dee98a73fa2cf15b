use std::io;

use serde::Serialize;
use serde_saphyr::{SerializerOptions, ser_options, to_fmt_writer_with_options};

use super::escape::is_clean;
use super::json::write_json;
use super::listing::{ErrorView, RecordWriter, Sink};
use super::record::Record;

/// The name of the shape of `json` and `yaml`. Within it, fields are only ever added.
const SCHEMA: &str = "orgconn/v1";

/// `-o json`: one object, with one item a line.
pub(super) struct Json<'a> {
    stdout: Sink<'a>,
    line: Vec<u8>,
    is_empty: bool,
}

impl<'a> Json<'a> {
    pub(super) fn new(stdout: Sink<'a>) -> Self {
        Self {
            stdout,
            line: Vec::new(),
            is_empty: true,
        }
    }
}

impl<R: Record> RecordWriter<R> for Json<'_> {
    fn record(&mut self, record: &R) -> io::Result<()> {
        self.line.clear();
        if self.is_empty {
            self.line
                .extend(format!("{{\"schema\":\"{SCHEMA}\",\"items\":[\n").bytes());
        } else {
            self.line.extend(b",\n");
        }
        self.is_empty = false;
        write_json(&mut self.line, &record.json())?;
        self.stdout.write_all(&self.line)
    }

    fn end(&mut self, errors: &[ErrorView]) -> io::Result<()> {
        self.line.clear();
        if self.is_empty {
            self.line
                .extend(format!("{{\"schema\":\"{SCHEMA}\",\"items\":[").bytes());
        } else {
            self.line.push(b'\n');
        }
        self.line.extend(b"],\"errors\":");
        write_json(&mut self.line, &errors)?;
        self.line.extend(b"}\n");
        self.stdout.write_all(&self.line)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

/// `-o jsonl`: one item a line, and nothing else.
pub(super) struct JsonLines<'a> {
    stdout: Sink<'a>,
    line: Vec<u8>,
}

impl<'a> JsonLines<'a> {
    pub(super) fn new(stdout: Sink<'a>) -> Self {
        Self {
            stdout,
            line: Vec::new(),
        }
    }
}

impl<R: Record> RecordWriter<R> for JsonLines<'_> {
    fn record(&mut self, record: &R) -> io::Result<()> {
        self.line.clear();
        write_json(&mut self.line, &record.json())?;
        self.line.push(b'\n');
        self.stdout.write_all(&self.line)
    }

    fn end(&mut self, _: &[ErrorView]) -> io::Result<()> {
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

/// `-o yaml`: the same data as `json`, written item by item as one document.
pub(super) struct Yaml<'a> {
    stdout: Sink<'a>,
    is_empty: bool,
}

impl<'a> Yaml<'a> {
    pub(super) fn new(stdout: Sink<'a>) -> Self {
        Self {
            stdout,
            is_empty: true,
        }
    }
}

impl<R: Record> RecordWriter<R> for Yaml<'_> {
    fn record(&mut self, record: &R) -> io::Result<()> {
        let item = yaml_item(&record.json())?;
        if self.is_empty {
            write!(self.stdout, "schema: {SCHEMA}\nitems:\n")?;
        }
        self.is_empty = false;
        self.stdout.write_all(item.as_bytes())
    }

    fn end(&mut self, errors: &[ErrorView]) -> io::Result<()> {
        if self.is_empty {
            write!(self.stdout, "schema: {SCHEMA}\nitems: []\n")?;
        }
        if errors.is_empty() {
            return self.stdout.write_all(b"errors: []\n");
        }
        self.stdout.write_all(b"errors:\n")?;
        errors
            .iter()
            .try_for_each(|error| self.stdout.write_all(yaml_item(error)?.as_bytes()))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

/// One item of a sequence, on lines of its own.
///
/// YAML in blocks has no place for an escape in most texts, and the serializer knows nothing of
/// bidirectional controls. An item with one of them is written as JSON, which is YAML as well.
fn yaml_item(value: &impl Serialize) -> io::Result<String> {
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
    // A text stays on one line, where its escapes can be seen.
    ser_options! { prefer_block_scalars: false }
}
