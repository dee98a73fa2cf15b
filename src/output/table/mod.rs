//! `-o table`: aligned columns for people. The rows are collected, since all of them decide how wide a column is.
//!
//! comfy-table draws, aligns, wraps and colours. This module only decides which columns it gets, how much of each
//! value, and how wide each column is.

mod layout;

use std::io::{self, Write};
use std::iter;
use std::mem;
use std::ops::Range;

use anstyle::Ansi256Color;
use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, Color, ColumnConstraint, Width};
use console::measure_text_width;
use jiff::Timestamp;
use uuid::Uuid;

use self::layout::{GAP, LINK_END, LINK_START, MISSING, Table, TableColumn};
use super::options::{Format, OutputOptions, RowSigns};
use super::row::{Column, ErrorRecord, Fit, Row, RowWriter, Visibility};
use super::streams::Stdout;
use super::symbols::Symbols;
use super::value::Value;
use crate::escape::escape;
use crate::model::KnownOrgs;

/// The number of lines that comfy-table draws at once. This limits the memory, since it holds all of them.
const CHUNK: usize = 1_000;

/// The minimum width of a value beside its label, where each row is drawn as a block of lines.
const MIN_VALUE_WIDTH: usize = 12;

/// Collects the rows, and writes the table at the end.
pub(super) struct TableWriter<'a, R: 'static> {
    stdout: &'a mut Stdout,
    columns: Vec<&'static Column<R>>,
    table: Table,
    /// The width to fit the table into; `None` if its lines may be as long as they need.
    limit: Option<usize>,
    /// Whether an arrow leads from the source to the destination, as on a terminal.
    has_arrow: bool,
    known_orgs: KnownOrgs,
    row_signs: Option<RowSigns>,
    /// The sign of each row, if there are signs.
    signs: Vec<String>,
    /// The time to which others are relative, on a terminal.
    now: Option<Timestamp>,
}

impl<'a, R: Row> TableWriter<'a, R> {
    /// Columns that the user chose are shown even if they have no values.
    pub(super) fn new(
        stdout: &'a mut Stdout,
        columns: Vec<&'static Column<R>>,
        options: &OutputOptions,
    ) -> Self {
        let is_wide = options.format == Format::Wide;
        let limit = stdout.width.filter(|_| !is_wide);
        let are_chosen = options.columns.is_some();
        let table_column = |column: &&Column<R>| {
            let is_visible = are_chosen || is_wide || column.visibility != Visibility::WhenFilled;
            let mut table_column = TableColumn::new(column, is_visible);
            table_column.is_required = are_chosen;
            if are_chosen && column.fit != Fit::ShortId {
                table_column.rank = None;
            }
            let zone = table_column.header.find(" (");
            if let Some(zone) = zone.filter(|_| limit.is_some()) {
                table_column.header.truncate(zone);
            }
            table_column
        };
        Self {
            table: Table {
                columns: columns.iter().map(table_column).collect(),
                row_count: 0,
                has_long_cells: false,
                has_header: !options.no_header,
                symbols: Symbols::new(&options.environment),
            },
            has_arrow: limit.is_some() && !are_chosen,
            known_orgs: options.known_orgs.clone(),
            row_signs: options.row_signs.clone(),
            signs: Vec::new(),
            stdout,
            columns,
            limit,
            now: limit.map(|_| options.now),
        }
    }
}

impl<R: Row> RowWriter<R> for TableWriter<'_, R> {
    fn write_row(&mut self, row: &R) -> io::Result<()> {
        for (column, table_column) in self.columns.iter().zip(&mut self.table.columns) {
            let value = (column.value)(row);
            if let Some(org) = value.named_org() {
                table_column.orgs.push((self.table.row_count, org));
            }
            if matches!(value, Value::Org(..)) && value.named_org().is_none() {
                table_column.unnamed.push(self.table.row_count);
            }
            table_column.has_lists |= matches!(value, Value::Types(_) | Value::Names(_));
            let text = value.display(self.now);
            table_column.is_visible |= text.is_some();
            table_column.cells.push(match text {
                // Spaces at the end are invisible.
                Some(text) => escape(text.trim_end_matches(' ')).into_owned(),
                None => MISSING.to_owned(),
            });
        }
        if let Some(signs) = &self.row_signs {
            let id = R::COLUMNS.iter().find(|it| it.name == R::ID_COLUMN);
            let id = id.and_then(|column| (column.value)(row).raw()?.parse().ok());
            let sign = id.and_then(|id: Uuid| signs.get(&id));
            self.signs
                .push(sign.map_or_else(String::new, char::to_string));
        }
        self.table.row_count += 1;
        Ok(())
    }

    fn finish(&mut self, _: &[ErrorRecord]) -> io::Result<()> {
        let Self {
            stdout,
            table,
            known_orgs,
            signs,
            ..
        } = self;
        table.tell_orgs_apart(known_orgs);
        if stdout.org_page.is_some() {
            table.add_link_marks();
        }
        if self.has_arrow {
            table.insert_arrow();
        }
        if self.row_signs.is_some() {
            table.insert_signs(mem::take(signs));
        }
        match self.limit {
            Some(limit) if !table.fit(limit) => draw_blocks(stdout, table, limit),
            Some(limit) => draw_rows(stdout, table, limit),
            None => {
                table.align();
                draw_rows(stdout, table, usize::MAX)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

/// Writes the header and one line per row, or more where texts are wrapped or stand below.
fn draw_rows(stdout: &mut Stdout, table: &Table, limit: usize) -> io::Result<()> {
    let header = table.visible().map(|column| bold(&column.header));
    let header = table.has_header.then(|| header.collect());
    let widths = table.widths();
    draw(stdout, header.into_iter(), &widths)?;
    let draw_range = |stdout: &mut Stdout, range: Range<usize>, widths: &[(usize, usize)]| {
        let lines = range.map(|row| {
            let columns = table.visible().zip(widths);
            columns
                .map(|(column, &(width, _))| cell(column, row, width))
                .collect()
        });
        draw(stdout, lines, widths)
    };
    let mut start = 0;
    for row in table.single_rows() {
        draw_range(stdout, start..row, &widths)?;
        draw_range(stdout, row..row + 1, &table.widths_of(row))?;
        for column in table.below(row) {
            draw_below(stdout, column, row, limit)?;
        }
        start = row + 1;
    }
    draw_range(stdout, start..table.row_count, &widths)
}

/// Writes the text of a column below its row: `  LABEL: text`.
fn draw_below(
    stdout: &mut Stdout,
    column: &TableColumn,
    row: usize,
    limit: usize,
) -> io::Result<()> {
    let label = format!("{}:", column.header);
    let label_width = measure_text_width(&label);
    let text_width = limit
        .saturating_sub(label_width + GAP + 1)
        .max(MIN_VALUE_WIDTH);
    let line = vec![Cell::new(""), bold(&label), cell(column, row, text_width)];
    let widths = [(1, 1), (label_width, 1), (text_width, 1)];
    draw(stdout, iter::once(line), &widths)
}

/// Writes one block of lines per row, `LABEL: value`, with an empty line between blocks. Without a header, the values
/// have no labels.
fn draw_blocks(stdout: &mut Stdout, table: &Table, limit: usize) -> io::Result<()> {
    let labels = table.visible().map(|column| format!("{}:", column.header));
    let labels = Vec::from_iter(labels);
    let label_width = labels.iter().map(|label| measure_text_width(label)).max();
    let label_width = label_width.unwrap_or(0);
    let value_width = limit.saturating_sub(label_width + 1).max(MIN_VALUE_WIDTH);
    let below_width = limit.saturating_sub(GAP);
    for row in 0..table.row_count {
        if row > 0 {
            writeln!(stdout)?;
        }
        for (column, label) in table.visible().zip(&labels) {
            if column.cells[row].is_empty() {
                continue;
            }
            let longest_word = column.longest_word(row);
            if !table.has_header {
                let value = vec![cell(column, row, limit)];
                draw(stdout, iter::once(value), &[(limit, 0)])?;
            } else if longest_word > value_width && longest_word <= below_width {
                // An id stays whole if it has a line of its own.
                draw(stdout, iter::once(vec![bold(label)]), &[(limit, 0)])?;
                let value = vec![Cell::new(""), cell(column, row, below_width)];
                draw(stdout, iter::once(value), &[(1, 1), (below_width, 0)])?;
            } else {
                let line = vec![bold(label), cell(column, row, value_width)];
                let widths = [(label_width, 1), (value_width, 0)];
                draw(stdout, iter::once(line), &widths)?;
            }
        }
    }
    Ok(())
}

fn bold(text: &str) -> Cell {
    Cell::new(text).add_attribute(Attribute::Bold)
}

fn cell(column: &TableColumn, row: usize, width: usize) -> Cell {
    let cell = Cell::new(column.cell(row, width));
    match (column.color)(&column.cells[row]) {
        Some(color) => cell.fg(Color::AnsiValue(Ansi256Color::from_ansi(color).index())),
        None => cell,
    }
}

/// Draws the lines with comfy-table, with columns of these widths and gaps behind them.
fn draw(
    stdout: &mut Stdout,
    mut lines: impl Iterator<Item = Vec<Cell>>,
    widths: &[(usize, usize)],
) -> io::Result<()> {
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
        for (column, &(width, gap)) in chunk.column_iter_mut().zip(widths) {
            let limited = |width: usize| u16::try_from(width).unwrap_or(u16::MAX);
            let width = Width::Fixed(limited(width + gap));
            column
                .set_padding((0, limited(gap)))
                .set_constraint(ColumnConstraint::Absolute(width));
        }
        for line in chunk.lines() {
            let line = line.trim_end_matches(' ');
            match &stdout.org_page {
                Some(page) => {
                    let line = link_marked(line, page);
                    writeln!(stdout, "{line}")?;
                }
                None => writeln!(stdout, "{line}")?,
            }
        }
    }
}

/// Makes each marked part of a line a link (OSC 8). A name that is wrapped to several lines is no link, since its marks
/// stand on two of them.
fn link_marked(line: &str, page: &str) -> String {
    let mut linked = String::with_capacity(line.len());
    for (number, part) in line.split(LINK_START).enumerate() {
        match part.split_once(LINK_END).filter(|_| number > 0) {
            Some((name, rest)) => {
                linked.push_str(&format!("\u{1b}]8;;{page}\u{1b}\\{name}\u{1b}]8;;\u{1b}\\"));
                linked.push_str(rest);
            }
            None => linked.extend(part.chars().filter(|&char| char != LINK_END)),
        }
    }
    linked
}
