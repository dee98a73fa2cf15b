//! `-o table`: aligned columns for people. It has to see all rows before it can write the first.

mod blocks;
mod cells;
mod drawn;
mod fit;
mod lines;
mod wrap;

use std::borrow::Cow;
use std::io::{self, Write};

use anstyle::{Effects, Style};

use self::blocks::write_blocks;
use self::cells::{Cells, width};
use self::drawn::{MOST_COLUMNS, MOST_ROWS, write_drawn};
use self::fit::{Fitted, Slot, fit, natural};
use self::lines::write_lines;
use super::escape;
use super::handle::Stdout;
use super::listing::{ErrorView, RecordWriter};
use super::record::{Column, Fit, InTable, Record};
use super::selection::Chosen;

/// What stands in a cell for a missing value.
const MISSING: &str = "-";

/// What sets headers and labels apart.
const HEADER: Style = Style::new().effects(Effects::BOLD);

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
    style: fn(&str) -> Style,
    /// Whether it goes when it has no value in any row.
    may_go: bool,
    is_filled: bool,
    /// How many columns of a terminal its widest cell takes.
    widest: usize,
}

impl Heading {
    fn new<R>(chosen: &Chosen<R>) -> Self {
        let column = chosen.column;
        Self {
            header: column.header,
            fit: match column.fit {
                Fit::Spare if chosen.was_asked_for => Fit::Keep,
                fit => fit,
            },
            style: column.style,
            may_go: column.in_table == InTable::WhenFilled && !chosen.was_asked_for,
            is_filled: false,
            widest: 0,
        }
    }
}

impl Table {
    /// What is shown of a column's header, and how.
    fn header(&self, slot: &Slot) -> (&'static str, Style) {
        let header = self.headings[slot.column].header;
        (slot.cut.of_header(header), self.header_style())
    }

    /// The style of headers and labels.
    fn header_style(&self) -> Style {
        if self.is_coloured {
            HEADER
        } else {
            Style::new()
        }
    }

    /// What is shown of a cell, and how: the whole of it decides on the colour.
    fn cell(&self, row: usize, slot: &Slot) -> (&str, Style) {
        let cell = self.cells.get(row, slot.column);
        let style = if self.is_coloured {
            (self.headings[slot.column].style)(cell)
        } else {
            Style::new()
        };
        (slot.cut.of(cell), style)
    }

    /// Adds the next cell of the row. Spaces at its end, which nobody would see, do not count.
    fn push(&mut self, column: usize, value: Option<&str>) {
        let shown = value.map(|text| text.trim_end_matches(' '));
        let cell = shown.map_or(Cow::Borrowed(MISSING), escape);
        let heading = &mut self.headings[column];
        heading.is_filled |= shown.is_some();
        heading.widest = heading.widest.max(width(&cell));
        self.cells.push(&cell);
    }
}

impl<'a, R: Record> TableWriter<'a, R> {
    pub(super) fn new(stdout: &'a mut Stdout, columns: Vec<Chosen<R>>, has_header: bool) -> Self {
        let table = Table {
            headings: columns.iter().map(Heading::new).collect(),
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
        for (index, column) in self.columns.iter().enumerate() {
            let shown = (column.shown)(record).filter(|text| !text.trim().is_empty());
            self.table.push(index, shown.as_deref());
        }
        Ok(())
    }

    fn end(&mut self, _: &[ErrorView]) -> io::Result<()> {
        let Self { stdout, table, .. } = self;
        let Some(limit) = stdout.width else {
            return write_lines(stdout, table, &natural(table));
        };
        match fit(table, limit) {
            Fitted::Lines(slots) if table.cells.rows() <= MOST_ROWS && limit <= MOST_COLUMNS => {
                write_drawn(stdout, table, &slots)
            }
            Fitted::Lines(slots) => write_lines(stdout, table, &slots),
            Fitted::Blocks(slots) => write_blocks(stdout, table, &slots, limit),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}
