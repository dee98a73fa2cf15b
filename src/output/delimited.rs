use std::borrow::Cow;
use std::io;

use csv::{Writer, WriterBuilder};

use super::escape;
use super::escape::escape_reversibly;
use super::listing::{ErrorView, RecordWriter, Sink};
use super::record::Record;
use super::selection::Chosen;

/// `-o csv`: raw values, for programs. Only on a terminal are they escaped.
pub(super) struct Csv<'a, R: 'static> {
    writer: Writer<Sink<'a>>,
    columns: Vec<Chosen<R>>,
    needs_header: bool,
    is_escaped: bool,
}

impl<'a, R: Record> Csv<'a, R> {
    pub(super) fn new(
        stdout: Sink<'a>,
        columns: Vec<Chosen<R>>,
        needs_header: bool,
        is_escaped: bool,
    ) -> Self {
        let writer = WriterBuilder::new().from_writer(stdout);
        Self {
            writer,
            columns,
            needs_header,
            is_escaped,
        }
    }

    fn header(&mut self) -> io::Result<()> {
        if self.needs_header {
            self.needs_header = false;
            let names = self.columns.iter().map(|chosen| chosen.column.name);
            self.writer.write_record(names).map_err(io_error)?;
        }
        Ok(())
    }
}

impl<R: Record> RecordWriter<R> for Csv<'_, R> {
    fn record(&mut self, record: &R) -> io::Result<()> {
        self.header()?;
        for chosen in &self.columns {
            let value = (chosen.column.value)(record).unwrap_or_default();
            let field = if self.is_escaped {
                escape(&value)
            } else {
                Cow::Borrowed(&*value)
            };
            self.writer.write_field(&*field).map_err(io_error)?;
        }
        // What ends the line: a record of no further fields.
        self.writer.write_record(None::<&[u8]>).map_err(io_error)
    }

    fn end(&mut self, _: &[ErrorView]) -> io::Result<()> {
        self.header()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Takes the error of the stream out of the error of the csv writer, so that a broken pipe is still
/// seen as one.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("cannot write csv: {other:?}")),
    }
}

/// `-o tsv`: one record a line and one tab between values, whatever they hold.
pub(super) struct Tsv<'a, R: 'static> {
    stdout: Sink<'a>,
    columns: Vec<Chosen<R>>,
    needs_header: bool,
    line: String,
}

impl<'a, R: Record> Tsv<'a, R> {
    pub(super) fn new(stdout: Sink<'a>, columns: Vec<Chosen<R>>, needs_header: bool) -> Self {
        Self {
            stdout,
            columns,
            needs_header,
            line: String::new(),
        }
    }

    fn header(&mut self) -> io::Result<()> {
        if !self.needs_header {
            return Ok(());
        }
        self.needs_header = false;
        let names: Vec<_> = self
            .columns
            .iter()
            .map(|chosen| chosen.column.name)
            .collect();
        writeln!(self.stdout, "{}", names.join("\t"))
    }
}

impl<R: Record> RecordWriter<R> for Tsv<'_, R> {
    fn record(&mut self, record: &R) -> io::Result<()> {
        self.header()?;
        self.line.clear();
        for (index, chosen) in self.columns.iter().enumerate() {
            if index > 0 {
                self.line.push('\t');
            }
            let value = (chosen.column.value)(record).unwrap_or_default();
            self.line.push_str(&escape_reversibly(&value));
        }
        self.line.push('\n');
        self.stdout.write_all(self.line.as_bytes())
    }

    fn end(&mut self, _: &[ErrorView]) -> io::Result<()> {
        self.header()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

/// `-o id`: one id a line.
pub(super) struct Ids<'a> {
    stdout: Sink<'a>,
    line: String,
}

impl<'a> Ids<'a> {
    pub(super) fn new(stdout: Sink<'a>) -> Self {
        Self {
            stdout,
            line: String::new(),
        }
    }
}

impl<R: Record> RecordWriter<R> for Ids<'_> {
    fn record(&mut self, record: &R) -> io::Result<()> {
        match record.id() {
            Some(id) => {
                self.line.clear();
                self.line.push_str(&escape(&id));
                self.line.push('\n');
                self.stdout.write_all(self.line.as_bytes())
            }
            None => Ok(()),
        }
    }

    fn end(&mut self, _: &[ErrorView]) -> io::Result<()> {
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}
