use std::io::{self, Write};

use anstyle::{Effects, Style};

use super::Table;
use super::cells::width;
use super::fit::Slot;
use super::wrap::wrap;
use crate::output::handle::Stdout;

/// How many spaces stand between columns.
pub(super) const GAP: usize = 2;

/// The style of headers and labels.
pub(super) const HEADER: Style = Style::new().effects(Effects::BOLD);

/// Writes the header and the rows, with each column as wide as its slot.
pub(super) fn write_lines(stdout: &mut Stdout, table: &Table, slots: &[Slot]) -> io::Result<()> {
    let mut line = Line::new(table.is_coloured);
    if table.has_header {
        let header = |slot: &Slot| {
            (
                slot.cut.of_header(table.headings[slot.column].header),
                HEADER,
            )
        };
        write_row(stdout, &mut line, slots, header)?;
    }
    for row in 0..table.cells.rows() {
        let cell = |slot: &Slot| {
            let cell = table.cells.get(row, slot.column);
            (slot.cut.of(cell), (table.headings[slot.column].style)(cell))
        };
        write_row(stdout, &mut line, slots, cell)?;
    }
    Ok(())
}

fn write_row<'a>(
    stdout: &mut Stdout,
    line: &mut Line,
    slots: &[Slot],
    cell: impl Fn(&Slot) -> (&'a str, Style),
) -> io::Result<()> {
    if slots.iter().any(|slot| slot.width < slot.natural) {
        return write_wrapped_row(stdout, line, slots, cell);
    }
    for slot in slots {
        let (text, style) = cell(slot);
        line.cell(text, slot.width, style);
    }
    line.write_to(stdout)
}

fn write_wrapped_row<'a>(
    stdout: &mut Stdout,
    line: &mut Line,
    slots: &[Slot],
    cell: impl Fn(&Slot) -> (&'a str, Style),
) -> io::Result<()> {
    let cells: Vec<_> = slots
        .iter()
        .map(|slot| {
            let (text, style) = cell(slot);
            (wrap(text, slot.width), slot.width, style)
        })
        .collect();
    let height = cells
        .iter()
        .map(|(lines, ..)| lines.len())
        .max()
        .unwrap_or(0);
    for index in 0..height {
        for (lines, width, style) in &cells {
            line.cell(lines.get(index).unwrap_or(&""), *width, *style);
        }
        line.write_to(stdout)?;
    }
    Ok(())
}

/// A line that is being made. Spaces are added only once something follows them, so that none stand at its end.
pub(super) struct Line {
    text: String,
    spaces: usize,
    is_coloured: bool,
}

impl Line {
    pub(super) fn new(is_coloured: bool) -> Self {
        Self {
            text: String::new(),
            spaces: 0,
            is_coloured,
        }
    }

    /// Adds a cell that takes `room` columns and the gap after it.
    pub(super) fn cell(&mut self, text: &str, room: usize, style: Style) {
        self.text(text, style);
        self.spaces += (room + GAP).saturating_sub(width(text));
    }

    /// Leaves so many columns free.
    pub(super) fn indent(&mut self, columns: usize) {
        self.spaces += columns;
    }

    /// Adds a text that takes as much as it needs.
    pub(super) fn text(&mut self, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        self.text.extend(std::iter::repeat_n(' ', self.spaces));
        self.spaces = 0;
        if self.is_coloured && style != Style::new() {
            self.text.push_str(&format!("{style}{text}{style:#}"));
        } else {
            self.text.push_str(text);
        }
    }

    /// Writes the line and begins the next one.
    pub(super) fn write_to(&mut self, stdout: &mut Stdout) -> io::Result<()> {
        self.text.push('\n');
        stdout.write_all(self.text.as_bytes())?;
        self.text.clear();
        self.spaces = 0;
        Ok(())
    }
}
