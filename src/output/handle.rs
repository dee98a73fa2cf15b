use std::fmt;
use std::io::{self, BufWriter, Write};

use super::listing::{ErrorView, Listing, RecordWriter};
use super::messages::Messages;
use super::record::Record;
use super::selection::{choose_columns, choose_order};
use super::structured::{Json, Yaml};
use super::{Format, OutputError, OutputOptions, Streams};
use crate::topology::Connection;

/// What one system call to write takes at most.
const BUFFER_BYTES: usize = 64 * 1024;

/// The way to standard output and standard error. Nothing else prints.
pub struct Output {
    pub(super) options: OutputOptions,
    pub(super) stdout: Stdout,
    pub(super) messages: Messages,
    pub(super) can_ask: bool,
}

/// Standard output, buffered, with what is known of it.
pub(super) struct Stdout {
    writer: BufWriter<Box<dyn Write + Send>>,
    /// The width of the terminal that it is.
    pub(super) width: Option<usize>,
    /// Whether it is coloured.
    pub(super) is_coloured: bool,
    has_written: bool,
}

impl Output {
    /// An output to the streams of this process.
    pub fn new(options: OutputOptions) -> Self {
        let streams = Streams::of_process(&options.environment);
        Self::with_streams(options, streams)
    }

    /// An output to other streams, for tests.
    pub fn with_streams(options: OutputOptions, streams: Streams) -> Self {
        let colours = |is_terminal| options.color.colours(&options.environment, is_terminal);
        let stdout = Stdout {
            writer: BufWriter::with_capacity(BUFFER_BYTES, streams.stdout),
            width: streams.stdout_width,
            is_coloured: colours(streams.stdout_width.is_some()),
            has_written: false,
        };
        let is_coloured = colours(streams.stderr_is_terminal);
        let draws = streams.stderr_is_terminal && !options.environment.is_dumb();
        let messages = Messages::new(streams.stderr, draws, is_coloured, options.quiet);
        let can_ask = streams.stdin_is_terminal && streams.stderr_is_terminal && !options.no_input;
        Self {
            options,
            stdout,
            messages,
            can_ask,
        }
    }

    /// Begins a listing. This is done before anything else, so that a wrong column name is found
    /// before the API is asked. Nothing is written yet.
    ///
    /// # Errors
    /// `--columns` or `--sort` names a column that `R` does not have, or the format has no columns
    /// to choose.
    pub fn begin<R: Record>(&mut self) -> Result<Listing<'_, R>, OutputError> {
        Listing::new(&self.options, &mut self.stdout, &mut self.messages)
    }

    /// Checks what a listing of `R` would refuse, without beginning one.
    ///
    /// # Errors
    /// As [`Output::begin`].
    pub fn check<R: Record>(&self) -> Result<(), OutputError> {
        self.check_beside::<R>(&[])
    }

    /// As [`Output::check`], for a command that writes `others` as well as the formats of a
    /// listing.
    ///
    /// # Errors
    /// As [`Output::begin`].
    pub fn check_beside<R: Record>(&self, others: &[Format]) -> Result<(), OutputError> {
        self.require(&[&Format::LISTINGS, others].concat())?;
        choose_order::<R>(&self.options)?;
        choose_columns::<R>(&self.options)?;
        Ok(())
    }

    /// Requires that the format that was asked for is one of those that the command writes.
    ///
    /// # Errors
    /// It is none of them, or columns are chosen for one that has none.
    pub fn require(&self, written: &[Format]) -> Result<(), OutputError> {
        let wanted = self.options.format;
        if !written.contains(&wanted) {
            let written = written.to_vec();
            return Err(OutputError::UnsuitedFormat { wanted, written });
        }
        if self.options.columns.is_some() && !wanted.has_columns() {
            return Err(OutputError::ColumnsUnused(wanted));
        }
        Ok(())
    }

    /// As [`Output::require`], for a command that shows no records: `usual` is what the table, being
    /// the usual format, stands for. Gives the format to write.
    ///
    /// # Errors
    /// The format is none of these, or columns are chosen.
    pub fn require_text(&self, usual: Format, others: &[Format]) -> Result<Format, OutputError> {
        let wanted = match self.options.format {
            Format::Table => usual,
            wanted => wanted,
        };
        let written = [&[usual], others].concat();
        if !written.contains(&wanted) {
            return Err(OutputError::UnsuitedFormat { wanted, written });
        }
        match self.options.columns {
            Some(_) => Err(OutputError::ColumnsUnused(wanted)),
            None => Ok(wanted),
        }
    }

    /// Leaves a column out of tables unless it is asked for, as all rows say the same there.
    pub fn leave_out(&mut self, column: &'static str) {
        self.options.trivial_columns.push(column);
    }

    /// Sets the columns to sort by, the most important first; with `-` in front, descending.
    pub fn sort_by(&mut self, columns: Vec<String>) {
        self.options.sort = columns;
    }

    /// Writes the envelope of `json` or `yaml` with errors and no items; nothing in the other
    /// formats.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub fn only_errors(&mut self, errors: &[ErrorView]) -> io::Result<()> {
        match self.options.format {
            Format::Json => {
                RecordWriter::<Connection>::end(&mut Json::new(&mut self.stdout), errors)?
            }
            Format::Yaml => {
                RecordWriter::<Connection>::end(&mut Yaml::new(&mut self.stdout), errors)?
            }
            _ => return Ok(()),
        }
        self.stdout.flush()
    }

    /// Writes a text as it is: a file that was asked for, a picture, a page of the manual. What
    /// comes from outside has to be escaped by who makes the text.
    ///
    /// # Errors
    /// Standard output cannot be written; with [`io::ErrorKind::BrokenPipe`] nobody reads it any
    /// more.
    pub fn write_text(&mut self, text: &str) -> io::Result<()> {
        let stdout = &mut self.stdout;
        self.messages.stderr.lend(|| {
            stdout.write_all(text.as_bytes())?;
            stdout.flush()
        })
    }

    /// The format that was asked for.
    pub fn format(&self) -> Format {
        self.options.format
    }

    /// Whether anything was written to standard output, be it only into the buffer.
    pub fn wrote_anything(&self) -> bool {
        self.stdout.has_written
    }

    /// Whether standard output is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.stdout.width.is_some()
    }

    /// The columns of the terminal that standard output is; `None` where it is a pipe or a file.
    pub fn terminal_width(&self) -> Option<usize> {
        self.stdout.width
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.has_written |= !bytes.is_empty();
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
