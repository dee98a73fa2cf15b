//! `-o table`: aligned columns for people. It has to see all rows before it can write the first.

mod blocks;
mod cells;
mod fit;
mod lines;
mod wrap;

use std::io::{self, Write};

use self::blocks::write_blocks;
use self::cells::Cells;
use self::fit::{Fitted, fit, natural};
use self::lines::write_lines;
use super::escape;
use super::handle::Stdout;
use super::listing::{ErrorView, RecordWriter};
use super::record::{Column, Fit, Record};
use super::selection::Chosen;

/// What stands in a cell for a missing value.
const MISSING: &str = "-";

/// Collects the rows and writes them at the end.
pub(super) struct TableWriter<'a, R: 'static> {
    stdout: &'a mut Stdout,
    columns: Vec<&'static Column<R>>,
    table: Table,
}

/// A table, whatever its records are.
struct Table {
    headings: Vec<Heading>,
    cells: Cells,
    has_header: bool,
    is_coloured: bool,
}

/// What a table knows of one of its columns.
struct Heading {
    header: &'static str,
    fit: Fit,
    style: fn(&str) -> anstyle::Style,
    /// Whether it goes when it has no value in any row.
    may_go: bool,
    is_filled: bool,
}

impl<'a, R: Record> TableWriter<'a, R> {
    pub(super) fn new(stdout: &'a mut Stdout, columns: Vec<Chosen<R>>, has_header: bool) -> Self {
        let heading = |chosen: &Chosen<R>| Heading {
            header: chosen.column.header,
            fit: chosen.column.fit,
            style: chosen.column.style,
            may_go: chosen.may_go,
            is_filled: false,
        };
        let table = Table {
            headings: columns.iter().map(heading).collect(),
            cells: Cells::new(columns.len()),
            has_header,
            is_coloured: stdout.is_coloured,
        };
        let columns = columns.into_iter().map(|chosen| chosen.column).collect();
        Self {
            stdout,
            columns,
            table,
        }
    }
}

impl<R: Record> RecordWriter<R> for TableWriter<'_, R> {
    fn record(&mut self, record: &R) -> io::Result<()> {
        for (column, heading) in self.columns.iter().zip(&mut self.table.headings) {
            match (column.shown)(record).filter(|text| !text.trim().is_empty()) {
                Some(text) => {
                    heading.is_filled = true;
                    self.table.cells.push(&escape(&text));
                }
                None => self.table.cells.push(MISSING),
            }
        }
        Ok(())
    }

    fn end(&mut self, _: &[ErrorView]) -> io::Result<()> {
        match self.stdout.width {
            None => write_lines(self.stdout, &self.table, &natural(&self.table)),
            Some(width) => match fit(&self.table, width) {
                Fitted::Lines(slots) => write_lines(self.stdout, &self.table, &slots),
                Fitted::Blocks(slots) => write_blocks(self.stdout, &self.table, &slots, width),
            },
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}
