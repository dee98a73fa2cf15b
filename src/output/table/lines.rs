use std::io::{self, Write};

use anstyle::Style;

use super::Table;
use super::cells::width;
use super::fit::Slot;
use super::wrap::wrap;
use crate::output::handle::Stdout;

/// How many spaces stand between columns.
pub(super) const GAP: usize = 2;

/// What stands between columns is taken from this, many spaces at a time.
const SPACES: &str = "                                                                ";

/// Writes the header and the rows, with each column as wide as its slot.
pub(super) fn write_lines(stdout: &mut Stdout, table: &Table, slots: &[Slot]) -> io::Result<()> {
    let is_wrapped = slots.iter().any(|slot| slot.width < slot.natural);
    let write = if is_wrapped { wrapped_row } else { row };
    let mut line = Line::default();
    if table.has_header {
        write(stdout, &mut line, slots, &|slot| table.header(slot))?;
    }
    for row in 0..table.cells.rows() {
        write(stdout, &mut line, slots, &|slot| table.cell(row, slot))?;
    }
    Ok(())
}

/// What a row has for a slot: its text, and in which style.
type Cell<'a, 'b> = &'b dyn Fn(&Slot) -> (&'a str, Style);

fn row(stdout: &mut Stdout, line: &mut Line, slots: &[Slot], cell: Cell) -> io::Result<()> {
    for slot in slots {
        let (text, style) = cell(slot);
        line.cell(text, slot.width, style);
    }
    line.write_to(stdout)
}

fn wrapped_row(stdout: &mut Stdout, line: &mut Line, slots: &[Slot], cell: Cell) -> io::Result<()> {
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

/// A line that is being made. Spaces are added only once something follows them, so that none stand
/// at its end.
#[derive(Default)]
pub(super) struct Line {
    text: String,
    spaces: usize,
}

impl Line {
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
        self.fill();
        if style.is_plain() {
            self.text.push_str(text);
        } else {
            self.text.push_str(&format!("{style}{text}{style:#}"));
        }
    }

    /// Adds the spaces that were left free.
    fn fill(&mut self) {
        while self.spaces > 0 {
            let more = self.spaces.min(SPACES.len());
            self.text.push_str(&SPACES[..more]);
            self.spaces -= more;
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
