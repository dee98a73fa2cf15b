//! `-o table`: aligned columns for people. The rows are collected, since all of them decide how wide a column is.
//!
//! comfy-table draws, aligns, wraps and colours. This module only decides which columns it gets, how much of each
//! value, and how wide each column is.

mod layout;

use std::io::{self, Write};

use anstyle::Ansi256Color;
use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, Color, ColumnConstraint, Width};
use console::measure_text_width;

use self::layout::{GAP, Table, TableColumn};
use super::escape::escape;
use super::row::{Column, ErrorRecord, Fit, Row, RowWriter, Visibility};
use super::streams::Stdout;

/// The cell of a missing value.
const MISSING: &str = "-";

/// The number of lines that comfy-table draws at once. This limits the memory, since it holds all of them.
const CHUNK: usize = 1_000;

/// The minimum width of a value beside its label, where each row is drawn as a block of lines.
const MIN_VALUE_WIDTH: usize = 12;

/// Collects the rows, and writes the table at the end.
pub(super) struct TableWriter<'a, R: 'static> {
    stdout: &'a mut Stdout,
    columns: Vec<&'static Column<R>>,
    table: Table,
}

impl<'a, R: Row> TableWriter<'a, R> {
    /// `are_chosen` says that the user chose the columns: they are then shown even if they have no values.
    pub(super) fn new(
        stdout: &'a mut Stdout,
        columns: Vec<&'static Column<R>>,
        are_chosen: bool,
        has_header: bool,
    ) -> Self {
        let table_column = |column: &&Column<R>| TableColumn {
            header: column.header_text(),
            cells: Vec::new(),
            fit: match column.fit {
                Fit::Optional if are_chosen => Fit::Whole,
                fit => fit,
            },
            color: column.color,
            is_visible: are_chosen || column.visibility != Visibility::WhenFilled,
            natural_width: 0,
            width: 0,
        };
        Self {
            table: Table {
                columns: columns.iter().map(table_column).collect(),
                row_count: 0,
                has_header,
            },
            stdout,
            columns,
        }
    }
}

impl<R: Row> RowWriter<R> for TableWriter<'_, R> {
    fn write_row(&mut self, row: &R) -> io::Result<()> {
        for (column, table_column) in self.columns.iter().zip(&mut self.table.columns) {
            let value = (column.value)(row).display();
            table_column.is_visible |= value.is_some();
            table_column.cells.push(match value {
                // Spaces at the end are invisible.
                Some(text) => escape(text.trim_end_matches(' ')).into_owned(),
                None => MISSING.to_owned(),
            });
        }
        self.table.row_count += 1;
        Ok(())
    }

    fn finish(&mut self, _: &[ErrorRecord]) -> io::Result<()> {
        let Self { stdout, table, .. } = self;
        table.measure();
        match stdout.width {
            Some(limit) if !table.fit(limit) => draw_blocks(stdout, table, limit),
            _ => draw_rows(stdout, table),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

/// Writes the header and one line per row, or more where texts are wrapped.
fn draw_rows(stdout: &mut Stdout, table: &Table) -> io::Result<()> {
    let header = table.visible().map(|column| bold(&column.header));
    let header = table.has_header.then(|| header.collect());
    let rows = (0..table.row_count).map(|row| {
        let cells = table.visible().map(|column| cell(column, row));
        cells.collect()
    });
    let widths: Vec<_> = table.visible().map(|column| column.width).collect();
    draw(stdout, header.into_iter().chain(rows), &widths, GAP)
}

/// Writes one block of lines per row, `LABEL: value`, with an empty line between blocks. Without a header, the values
/// have no labels.
fn draw_blocks(stdout: &mut Stdout, table: &Table, limit: usize) -> io::Result<()> {
    let labels = table.visible().map(|column| format!("{}:", column.header));
    let labels = Vec::from_iter(labels);
    let label_width = labels.iter().map(|label| measure_text_width(label)).max();
    let label_width = label_width.unwrap_or(0);
    let value_width = limit.saturating_sub(label_width + 1).max(MIN_VALUE_WIDTH);
    let widths = match table.has_header {
        true => vec![label_width, value_width],
        false => vec![limit],
    };
    let lines = (0..table.row_count).flat_map(|row| {
        let blank = (row > 0).then(|| vec![Cell::new("")]);
        let fields = table.visible().zip(&labels).map(move |(column, label)| {
            let value = cell(column, row);
            match table.has_header {
                true => vec![bold(label), value],
                false => vec![value],
            }
        });
        blank.into_iter().chain(fields)
    });
    draw(stdout, lines, &widths, 1)
}

fn bold(text: &str) -> Cell {
    Cell::new(text).add_attribute(Attribute::Bold)
}

fn cell(column: &TableColumn, row: usize) -> Cell {
    let text = &column.cells[row];
    let cell = Cell::new(text);
    match (column.color)(text) {
        Some(color) => cell.fg(Color::AnsiValue(Ansi256Color::from_ansi(color).index())),
        None => cell,
    }
}

/// Draws the lines with comfy-table, with columns of these widths.
fn draw(
    stdout: &mut Stdout,
    mut lines: impl Iterator<Item = Vec<Cell>>,
    widths: &[usize],
    gap: usize,
) -> io::Result<()> {
    let gap = u16::try_from(gap).unwrap_or(u16::MAX);
    loop {
        let mut chunk = comfy_table::Table::new();
        chunk.add_rows(lines.by_ref().take(CHUNK));
        if chunk.is_empty() {
            return Ok(());
        }
        chunk.load_style(NOTHING).force_no_tty().style_text_only();
        if stdout.is_colored {
            chunk.enforce_styling();
        }
        for (column, &width) in chunk.column_iter_mut().zip(widths) {
            // A column has at least one character.
            let width = u16::try_from(width.max(1)).unwrap_or(u16::MAX);
            let width = Width::Fixed(width.saturating_add(gap));
            column
                .set_padding((0, gap))
                .set_constraint(ColumnConstraint::Absolute(width));
        }
        for line in chunk.lines() {
            writeln!(stdout, "{}", line.trim_end_matches(' '))?;
        }
    }
}
