use std::io::{self, Write};

use anstyle::Style;
use clap::builder::StyledStr;

use super::colors;
use super::columns::{OutputError, SortKey, chosen_columns, sort_keys};
use super::listing::Listing;
use super::options::{ColorChoice, Format, OutputOptions, RowSigns};
use super::question_interrupt::QuestionInterrupt;
use super::row::{Column, ErrorRecord, Row};
use super::streams::{Stderr, Stdout, Streams};
use super::symbols::Symbols;
use crate::model::{Connection, KnownOrgs, OrgLabels, OrgRef};

const WARNING: Style = colors::MAGENTA.on_default().bold();
const HINT: Style = colors::BLUE.on_default().bold();
const ERROR: Style = colors::RED.on_default().bold();

/// Writes to standard output and standard error. Nothing else in the program prints.
pub(crate) struct Output {
    pub(super) options: OutputOptions,
    /// The columns that tables leave out unless they are asked for.
    hidden_columns: Vec<&'static str>,
    /// The names of the columns to sort by.
    pub(super) sort: Vec<String>,
    pub(super) stdout: Stdout,
    pub(super) stderr: Stderr,
    /// Whether names on standard output may be links.
    shows_links: bool,
    pub(super) can_ask: bool,
    pub(super) question_interrupt: QuestionInterrupt,
}

impl Output {
    /// An output to the streams of this process.
    pub(crate) fn new(options: OutputOptions) -> Self {
        let streams = Streams::of_process(&options.environment);
        Self::with_streams(options, streams)
    }

    pub(super) fn with_streams(options: OutputOptions, streams: Streams) -> Self {
        let is_colored = |is_terminal| options.color.is_colored(&options.environment, is_terminal);
        let stdout_is_colored = is_colored(streams.stdout_width.is_some());
        Self {
            stdout: Stdout::new(streams.stdout, streams.stdout_width, stdout_is_colored),
            stderr: Stderr {
                stream: streams.stderr,
                progress_line: streams.progress_line,
                is_colored: is_colored(streams.stderr_width.is_some()),
                width: streams.stderr_width,
                is_quiet: options.quiet,
            },
            shows_links: streams.stdout_shows_links
                && options.color != ColorChoice::Never
                && !options.environment.is_dumb(),
            question_interrupt: QuestionInterrupt::default(),
            can_ask: streams.stdin_is_terminal
                && streams.stderr_width.is_some()
                && !options.no_input,
            hidden_columns: Vec::new(),
            sort: Vec::new(),
            options,
        }
    }

    /// Leaves a column out of tables unless it is asked for. A command calls this where the column has the same value
    /// in all rows.
    pub(crate) fn hide_column(&mut self, column: &'static str) {
        self.hidden_columns.push(column);
    }

    /// Links the names of orgs in tables to a web page, if the terminal shows links. The address must not have text from
    /// outside in it.
    pub(crate) fn link_orgs_to(&mut self, page: &str) {
        self.stdout.org_page = self.shows_links.then(|| page.to_owned());
    }

    /// Puts signs in front of the rows of tables: of each row that has one by its id.
    pub(crate) fn sign_rows(&mut self, signs: RowSigns) {
        self.options.row_signs = Some(signs);
    }

    /// Sets the columns to sort by, the most important first. A `-` in front of a name means descending.
    pub(crate) fn sort_by(&mut self, columns: Vec<String>) {
        self.sort = columns;
    }

    /// Checks that `R` can be listed as it was asked for. A command does this before it sends anything.
    ///
    /// # Errors
    /// Fails if `--columns` or `--sort` names a column that `R` does not have, if the format cannot show a listing, or
    /// if columns are chosen for a format without columns.
    pub(crate) fn check_listing<R: Row>(&self) -> Result<(), OutputError> {
        self.check_listing_or::<R>(&[])
    }

    /// As [`Output::check_listing`], for a command that writes `others` besides the formats of a listing.
    ///
    /// # Errors
    /// Fails as [`Output::check_listing`] does.
    pub(crate) fn check_listing_or<R: Row>(&self, others: &[Format]) -> Result<(), OutputError> {
        self.require_listing_format(others)?;
        sort_keys::<R>(&self.sort)?;
        chosen_columns::<R>(&self.options, &self.hidden_columns)?;
        Ok(())
    }

    /// The format of a command that writes a text and no listing. `written` has the formats that it can write. The
    /// table is only the default of listings, so the first of `written` takes its place.
    ///
    /// # Errors
    /// Fails if the format is not one of `written`, or if columns are chosen for a text.
    pub(crate) fn text_format(&self, written: &[Format]) -> Result<Format, OutputError> {
        let format = match (self.options.format, written.first()) {
            (Format::Table, Some(&default)) => default,
            (format, _) => format,
        };
        if !written.contains(&format) {
            let (wanted, written) = (format, written.to_vec());
            return Err(OutputError::UnsupportedFormat { wanted, written });
        }
        match self.options.columns {
            // The command writes json as a listing.
            Some(_) if format != Format::Json => Err(self.columns_unused(format)),
            _ => Ok(format),
        }
    }

    /// Requires a format of listings, or one of `others`, and one with columns if some are chosen.
    fn require_listing_format(&self, others: &[Format]) -> Result<(), OutputError> {
        let format = self.options.format;
        let is_other = others.contains(&format);
        if !is_other && format != Format::Template && !Format::LISTINGS.contains(&format) {
            return Err(OutputError::UnsupportedFormat {
                wanted: format,
                written: [&Format::LISTINGS, others].concat(),
            });
        }
        match self.options.columns {
            Some(_) if is_other || !format.has_columns() => Err(self.columns_unused(format)),
            _ => Ok(()),
        }
    }

    fn columns_unused(&self, format: Format) -> OutputError {
        let origin = self.options.columns_variable.unwrap_or("--columns");
        OutputError::ColumnsUnused { origin, format }
    }

    /// Begins a listing. Nothing is written yet.
    ///
    /// # Errors
    /// Fails as [`Output::check_listing`] does.
    pub(crate) fn begin<R: Row>(&mut self) -> Result<Listing<'_, R>, OutputError> {
        self.require_listing_format(&[])?;
        let columns = chosen_columns(&self.options, &self.hidden_columns)?;
        let sort_keys = sort_keys(&self.sort)?;
        Ok(self.listing(columns, sort_keys))
    }

    fn listing<R: Row>(
        &mut self,
        columns: Vec<&'static Column<R>>,
        sort_keys: Vec<SortKey<R>>,
    ) -> Listing<'_, R> {
        let (stdout, stderr) = (&mut self.stdout, &mut self.stderr);
        Listing::new(&self.options, columns, sort_keys, stdout, stderr)
    }

    /// Writes a listing without rows, after a note that says why there are none: a terminal gets nothing more.
    ///
    /// # Errors
    /// Fails as [`Output::begin`] does, or if standard output cannot be written.
    pub(crate) fn write_no_rows<R: Row>(&mut self) -> anyhow::Result<()> {
        if self.options.format.is_table() && self.stdout.is_terminal() {
            return Ok(());
        }
        Ok(self.begin::<R>()?.finish(&[])?)
    }

    /// Writes the envelope of `json` or `yaml` with errors and no items; nothing in the other formats.
    ///
    /// # Errors
    /// Fails if standard output cannot be written.
    pub(crate) fn write_errors(&mut self, errors: &[ErrorRecord]) -> io::Result<()> {
        // No row is written, so the row type does not matter.
        let listing = self.listing::<Connection>(Vec::new(), Vec::new());
        listing.finish(errors)
    }

    /// Writes a text as it is, such as a file, a picture or a help page. The caller must escape texts from outside.
    ///
    /// # Errors
    /// Fails if standard output cannot be written; [`io::ErrorKind::BrokenPipe`] means that its reader has closed it.
    pub(crate) fn write_text(&mut self, text: &str) -> io::Result<()> {
        self.stdout.write_all(text.as_bytes())?;
        self.stdout.flush()
    }

    /// The orgs that the run has read. Those that are added are told apart from others of their name.
    pub(crate) fn known_orgs(&self) -> &KnownOrgs {
        &self.options.known_orgs
    }

    /// Labels for these orgs, which tell them apart from each other and from all that the run has read.
    pub(crate) fn org_labels<'a>(&self, orgs: impl IntoIterator<Item = &'a OrgRef>) -> OrgLabels {
        let known = &self.options.known_orgs;
        orgs.into_iter().for_each(|org| known.add(org));
        OrgLabels::among(known)
    }

    /// The format that was asked for.
    pub(crate) fn format(&self) -> Format {
        self.options.format
    }

    /// Whether anything was written to standard output, even if it is still in the buffer.
    pub(crate) fn has_written(&self) -> bool {
        self.stdout.has_written
    }

    /// The width of the terminal on standard output, in columns; `None` for a pipe or file.
    pub(crate) fn terminal_width(&self) -> Option<usize> {
        self.stdout.width
    }

    /// The characters to draw with.
    pub(crate) fn symbols(&self) -> &'static Symbols {
        Symbols::new(&self.options.environment)
    }

    /// The arrow from a source to a destination in lines on standard error.
    pub(crate) fn arrow(&self) -> &'static str {
        self.arrow_for(self.stderr.width.is_some())
    }

    /// The arrow on a terminal, or in a pipe or file, which other programs may read.
    pub(super) fn arrow_for(&self, is_terminal: bool) -> &'static str {
        match is_terminal {
            true => self.symbols().arrow,
            false => Symbols::ASCII.arrow,
        }
    }

    /// Whether standard output is coloured.
    pub(crate) fn is_colored(&self) -> bool {
        self.stdout.is_colored
    }
}

/// Messages. Each is one line on standard error, in which line breaks and control characters are escaped.
impl Output {
    /// Reports progress and results. Left out when quiet.
    pub(crate) fn note(&mut self, text: &str) {
        self.stderr.note(text);
    }

    /// Shows a line that must be seen, such as the subject of a question. Never left out.
    pub(crate) fn print_always(&mut self, text: &str) {
        self.stderr.write_message("", Style::new(), text);
    }

    /// Shows a text of clap, which has styles of its own. The caller must escape what it repeats.
    pub(crate) fn print_styled(&mut self, text: &StyledStr) {
        let text = match self.stderr.is_colored {
            true => text.ansi().to_string(),
            false => text.to_string(),
        };
        text.lines().for_each(|line| self.stderr.write_line(line));
    }

    /// Proposes the next step, after `hint: `. Left out when quiet.
    pub(crate) fn hint(&mut self, text: &str) {
        if !self.stderr.is_quiet {
            self.stderr.write_message("hint: ", HINT, text);
        }
    }

    /// Warns, after `warning: `.
    pub(crate) fn warn(&mut self, text: &str) {
        self.stderr.write_message("warning: ", WARNING, text);
    }

    /// Reports a failure, after `error: `.
    pub(crate) fn error(&mut self, text: &str) {
        self.stderr.write_message("error: ", ERROR, text);
    }
}
