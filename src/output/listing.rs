use std::io;

use super::columns::{SortKey, sort};
use super::delimited::{CsvWriter, IdWriter, TemplateWriter, TsvWriter};
use super::json::{JsonLinesWriter, JsonWriter};
use super::options::{Format, OutputOptions};
use super::row::{Column, ErrorRecord, Fields, Row, RowWriter};
use super::streams::{Stderr, Stdout};
use super::table::TableWriter;
use super::yaml::YamlWriter;

/// A listing of rows: begun, filled row by row, and finished. Every format but the table streams, unless it is
/// sorted: a row is not kept once it is pushed.
#[must_use = "a listing that is not finished is cut short"]
pub(crate) struct Listing<'a, R: Row> {
    writer: Box<dyn RowWriter<R> + 'a>,
    stderr: &'a mut Stderr,
    format: Format,
    is_terminal: bool,
    sort_keys: Vec<SortKey<R>>,
    /// The rows that are kept until the end, to be sorted.
    unsorted: Vec<R>,
    /// Whether no row was written yet.
    is_empty: bool,
}

impl<'a, R: Row> Listing<'a, R> {
    /// Begins a listing. In a format outside [`Format::LISTINGS`] there must be no rows.
    pub(super) fn new(
        options: &OutputOptions,
        columns: Vec<&'static Column<R>>,
        sort_keys: Vec<SortKey<R>>,
        stdout: &'a mut Stdout,
        stderr: &'a mut Stderr,
    ) -> Self {
        let has_header = !options.no_header;
        let is_raw = options.raw;
        let is_terminal = stdout.is_terminal();
        let fields = Fields::new(&columns, options.columns.is_some());
        let writer: Box<dyn RowWriter<R> + 'a> = match options.format {
            Format::Json => Box::new(JsonWriter {
                stdout,
                fields,
                has_items: false,
            }),
            Format::Jsonl => Box::new(JsonLinesWriter { stdout, fields }),
            Format::Yaml => Box::new(YamlWriter {
                stdout,
                fields,
                has_items: false,
            }),
            Format::Csv => Box::new(CsvWriter {
                writer: csv::Writer::from_writer(stdout),
                columns,
                has_header,
                is_raw,
                is_terminal,
            }),
            Format::Tsv => Box::new(TsvWriter {
                stdout,
                columns,
                has_header,
                is_raw,
            }),
            Format::Id => Box::new(IdWriter(stdout)),
            Format::Template => Box::new(TemplateWriter {
                stdout,
                template: options.template.clone().unwrap_or_default(),
                columns,
            }),
            _ => Box::new(TableWriter::new(stdout, columns, options)),
        };
        Self {
            writer,
            stderr,
            format: options.format,
            is_terminal,
            sort_keys,
            unsorted: Vec::new(),
            is_empty: true,
        }
    }

    /// Writes a row. If the rows are sorted, or the format is the table, the row is kept until the end.
    ///
    /// # Errors
    /// Fails if standard output cannot be written; [`io::ErrorKind::BrokenPipe`] means that its reader has closed it.
    pub(crate) fn push(&mut self, row: R) -> io::Result<()> {
        if self.sort_keys.is_empty() {
            return self.write(&row);
        }
        self.unsorted.push(row);
        Ok(())
    }

    fn write(&mut self, row: &R) -> io::Result<()> {
        if self.is_empty {
            self.is_empty = false;
            self.writer.write_header()?;
        }
        self.writer.write_row(row)
    }

    /// Flushes the rows that were pushed, if the format streams. A command calls this after each page.
    ///
    /// # Errors
    /// Fails as [`Listing::push`] does.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// Ends the listing. `json` and `yaml` contain the errors; the caller reports them on standard error as well.
    ///
    /// A note, such as `no connections`, stands for an empty table, which on a terminal has no header then. If there were errors, an empty listing is
    /// left out, since a header without rows would look like an answer.
    ///
    /// # Errors
    /// Fails as [`Listing::push`] does.
    pub(crate) fn finish(mut self, errors: &[ErrorRecord]) -> io::Result<()> {
        let mut rows = std::mem::take(&mut self.unsorted);
        sort(&mut rows, &self.sort_keys);
        for row in &rows {
            self.write(row)?;
        }
        if self.is_empty {
            let has_envelope = matches!(self.format, Format::Json | Format::Yaml);
            if !errors.is_empty() && !has_envelope {
                return Ok(());
            }
            if let (true, Some(plural)) = (self.format.is_table(), R::PLURAL) {
                self.stderr.note(&format!("no {plural}"));
            }
            // Scripts count on the header, which says nothing to a person.
            if self.format.is_table() && self.is_terminal {
                return Ok(());
            }
            self.writer.write_header()?;
        }
        self.writer.finish(errors)?;
        self.writer.flush()
    }
}
