use std::borrow::Cow;
use std::io::{self, Write};

use super::row::{Column, Row, RowWriter};
use super::streams::Stdout;
use super::template::Template;
use crate::escape::{escape, escape_reversibly};

/// The characters that begin a formula in a spreadsheet, also in the full width that some take for the usual one.
const FORMULA_BEGINNINGS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// `-o csv`: values that are safe to look at and to open in a spreadsheet, or with `--raw` as they are. On a terminal
/// they are always escaped.
pub(super) struct CsvWriter<'a, R: 'static> {
    pub(super) writer: csv::Writer<&'a mut Stdout>,
    pub(super) columns: Vec<&'static Column<R>>,
    pub(super) has_header: bool,
    pub(super) is_raw: bool,
    pub(super) is_terminal: bool,
}

impl<R: Row> RowWriter<R> for CsvWriter<'_, R> {
    fn write_header(&mut self) -> io::Result<()> {
        if self.has_header {
            let names = self.columns.iter().map(|column| column.name);
            self.writer.write_record(names).map_err(io_error)?;
        }
        Ok(())
    }

    fn write_row(&mut self, row: &R) -> io::Result<()> {
        for column in &self.columns {
            let value = (column.value)(row).raw().unwrap_or_default();
            let value = match self.is_raw && !self.is_terminal {
                true => value,
                false => escape(&value).into_owned().into(),
            };
            let field = match self.is_raw {
                true => value,
                false => without_formula(value),
            };
            self.writer.write_field(&*field).map_err(io_error)?;
        }
        // A record without further fields ends the line.
        self.writer.write_record(None::<&[u8]>).map_err(io_error)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// The value, with a quote in front of one that a spreadsheet would take for a formula: a name such as
/// `=HYPERLINK(…)` would send what stands in other cells elsewhere. Tabs and carriage returns are escaped by now.
///
/// The same holds for what follows a semicolon, since spreadsheets split rows there where the comma is the decimal mark,
/// and for what follows quotation marks, which a spreadsheet may take away.
fn without_formula(value: Cow<'_, str>) -> Cow<'_, str> {
    let is_formula = |part: &str| {
        part.trim_start_matches([' ', '"'])
            .starts_with(FORMULA_BEGINNINGS)
    };
    if !value.split(';').any(is_formula) {
        return value;
    }
    let harmless = |part: &str| match is_formula(part) {
        true => format!("'{part}"),
        false => part.to_owned(),
    };
    Vec::from_iter(value.split(';').map(harmless))
        .join(";")
        .into()
}

/// The value, with a quote in front of a quotation mark: a spreadsheet would look for the end of the quotation in the
/// values and rows that follow.
fn without_quotation(value: Cow<'_, str>) -> Cow<'_, str> {
    match value.starts_with('"') {
        true => format!("'{value}").into(),
        false => value,
    }
}

/// The error of the stream, so that a broken pipe can be told from other errors.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("cannot write csv: {other:?}")),
    }
}

/// `-o tsv`: one row per line with a tab between two values. Tabs and line breaks within a value are escaped, since the
/// format has no quotes. `--raw` keeps what a spreadsheet would take for a formula.
pub(super) struct TsvWriter<'a, R: 'static> {
    pub(super) stdout: &'a mut Stdout,
    pub(super) columns: Vec<&'static Column<R>>,
    pub(super) has_header: bool,
    pub(super) is_raw: bool,
}

impl<R: Row> RowWriter<R> for TsvWriter<'_, R> {
    fn write_header(&mut self) -> io::Result<()> {
        if self.has_header {
            let names: Vec<_> = self.columns.iter().map(|column| column.name).collect();
            writeln!(self.stdout, "{}", names.join("\t"))?;
        }
        Ok(())
    }

    fn write_row(&mut self, row: &R) -> io::Result<()> {
        let values = self.columns.iter().map(|column| {
            let value = (column.value)(row).raw().unwrap_or_default();
            let value = Cow::from(escape_reversibly(&value).into_owned());
            match self.is_raw {
                true => value,
                false => without_quotation(without_formula(value)),
            }
        });
        let line = values.collect::<Vec<_>>().join("\t");
        writeln!(self.stdout, "{line}")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

/// `-o id`: one id per line.
pub(super) struct IdWriter<'a>(pub(super) &'a mut Stdout);

impl<R: Row> RowWriter<R> for IdWriter<'_> {
    fn write_row(&mut self, row: &R) -> io::Result<()> {
        let column = R::COLUMNS.iter().find(|column| column.name == R::ID_COLUMN);
        match column.and_then(|column| (column.value)(row).raw()) {
            Some(id) => writeln!(self.0, "{}", escape(&id)),
            None => Ok(()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// `--template`: the text of the template for each row. Values are escaped as in tsv, so that one never adds a line.
pub(super) struct TemplateWriter<'a, R: 'static> {
    pub(super) stdout: &'a mut Stdout,
    pub(super) template: Template,
    /// The columns that the template names.
    pub(super) columns: Vec<&'static Column<R>>,
}

impl<R: Row> RowWriter<R> for TemplateWriter<'_, R> {
    fn write_row(&mut self, row: &R) -> io::Result<()> {
        for ((text, _), column) in self.template.fields.iter().zip(&self.columns) {
            let value = (column.value)(row).raw().unwrap_or_default();
            write!(self.stdout, "{text}{}", escape_reversibly(&value))?;
        }
        writeln!(self.stdout, "{}", self.template.end)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}
