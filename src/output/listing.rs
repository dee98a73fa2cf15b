use std::io::{self, Write};

use serde::Serialize;

use super::delimited::{Csv, Ids, Tsv};
use super::handle::Stdout;
use super::messages::Messages;
use super::record::Record;
use super::selection::{SortKey, choose_columns, choose_order, sort};
use super::structured::{Json, JsonLines, Yaml};
use super::table::TableWriter;
use super::{Format, OutputError, OutputOptions};

/// A listing of records: begun, filled one by one, and finished. Every format but the table
/// streams, unless it is sorted: a record is not kept once it is pushed.
#[must_use = "a listing that is not finished is cut short"]
pub struct Listing<'a, R: Record> {
    writer: Box<dyn RecordWriter<R> + 'a>,
    messages: &'a mut Messages,
    order: Vec<SortKey<R>>,
    /// What waits to be sorted.
    waiting: Vec<R>,
    notes_emptiness: bool,
    has_envelope: bool,
    is_empty: bool,
}

/// Something that failed, for the `errors` of `json` and `yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorView {
    /// The profile whose part failed.
    pub profile: Option<String>,
    /// The kind of the error, one word for programs.
    pub kind: String,
    /// What went wrong, for people.
    pub message: String,
    /// The status of the HTTP answer, where there was one.
    pub http_status: Option<u16>,
    /// What to do next.
    pub hint: Option<String>,
}

/// A format at work.
pub(super) trait RecordWriter<R> {
    /// Writes one record, with what has to come before the first one.
    fn record(&mut self, record: &R) -> io::Result<()>;

    /// Writes what has to come after the last record; before it, what comes before the first, if
    /// there was none.
    fn end(&mut self, errors: &[ErrorView]) -> io::Result<()>;

    /// Hands everything written so far to the reader.
    fn flush(&mut self) -> io::Result<()>;
}

impl<'a, R: Record> Listing<'a, R> {
    pub(super) fn new(
        options: &OutputOptions,
        stdout: &'a mut Stdout,
        messages: &'a mut Messages,
    ) -> Result<Self, OutputError> {
        let order = choose_order(options)?;
        Ok(Self {
            notes_emptiness: options.format == Format::Table && stdout.width.is_some(),
            has_envelope: matches!(options.format, Format::Json | Format::Yaml),
            writer: writer(options, stdout)?,
            messages,
            order,
            waiting: Vec::new(),
            is_empty: true,
        })
    }

    /// Adds a record.
    ///
    /// # Errors
    /// Standard output cannot be written; with [`io::ErrorKind::BrokenPipe`] nobody reads it any
    /// more.
    pub fn push(&mut self, record: R) -> io::Result<()> {
        self.is_empty = false;
        if self.order.is_empty() {
            self.writer.record(&record)
        } else {
            self.waiting.push(record);
            Ok(())
        }
    }

    /// Hands what was pushed so far to the reader, as far as the format allows: call it after each
    /// page.
    ///
    /// # Errors
    /// As [`Listing::push`].
    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// Ends the listing. `json` and `yaml` show the errors; for the other formats, and for people,
    /// they have to be told on standard error as well. An empty table on a terminal is told in
    /// words, unless there were errors. Where there were, column names above nothing would look
    /// like an answer, and are left out.
    ///
    /// # Errors
    /// As [`Listing::push`].
    pub fn finish(mut self, errors: &[ErrorView]) -> io::Result<()> {
        sort(&mut self.waiting, &self.order);
        if self.is_empty && self.notes_emptiness {
            if errors.is_empty() {
                self.messages.note(&format!("no {}", R::PLURAL));
            }
            return Ok(());
        }
        if self.is_empty && !errors.is_empty() && !self.has_envelope {
            return Ok(());
        }
        let Self {
            writer,
            waiting,
            messages,
            ..
        } = &mut self;
        messages.stderr.lend(|| {
            waiting
                .iter()
                .try_for_each(|record| writer.record(record))?;
            writer.end(errors)?;
            writer.flush()
        })
    }
}

fn writer<'a, R: Record>(
    options: &OutputOptions,
    stdout: &'a mut Stdout,
) -> Result<Box<dyn RecordWriter<R> + 'a>, OutputError> {
    let columns = choose_columns(options)?;
    let has_header = !options.no_header;
    let is_terminal = stdout.width.is_some();
    Ok(match options.format {
        Format::Table => Box::new(TableWriter::new(stdout, columns, has_header)),
        Format::Json => Box::new(Json::new(stdout)),
        Format::Jsonl => Box::new(JsonLines::new(stdout)),
        Format::Yaml => Box::new(Yaml::new(stdout)),
        Format::Csv => Box::new(Csv::new(stdout, columns, has_header, is_terminal)),
        Format::Tsv => Box::new(Tsv::new(stdout, columns, has_header)),
        Format::Id => Box::new(Ids::new(stdout)),
        wanted => {
            let written = Format::LISTINGS.to_vec();
            return Err(OutputError::UnsuitedFormat { wanted, written });
        }
    })
}

/// Where a format writes to.
pub(super) type Sink<'a> = &'a mut (dyn Write + 'a);
