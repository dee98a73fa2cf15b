use std::io::{self, Write};

use anstyle::Style;
use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement, Width};

use super::Table;
use super::cells::width;
use super::fit::Slot;
use super::lines::GAP;
use super::wrap::wrap;
use crate::output::handle::Stdout;

/// How many rows are drawn at most: what somebody may still scroll through. Beyond, drawing would
/// take some 30 times as long as [`super::lines`] does, and show the same.
pub(super) const MOST_ROWS: usize = 1_000;

/// How wide a terminal may be for it, in columns: the library counts them with 16 bits.
pub(super) const MOST_COLUMNS: usize = u16::MAX as usize - GAP;

/// Has the header and the rows drawn by `comfy-table`, with each column as wide as its slot.
///
/// The library pads the cells and puts their lines side by side. Where texts are broken was decided
/// before, and colours are added after: its own come with a terminal library that reads `NO_COLOR`
/// itself, against our flag.
pub(super) fn write_drawn(stdout: &mut Stdout, table: &Table, slots: &[Slot]) -> io::Result<()> {
    let rows = wrapped_rows(table, slots);
    let drawn = draw(&rows, slots);
    let places = rows
        .iter()
        .flat_map(|row| (0..height(row)).map(move |index| (row, index)));
    for (line, (row, index)) in drawn.lines().zip(places) {
        let line = if table.is_coloured {
            paint(&line, row, index, slots)
        } else {
            line
        };
        writeln!(stdout, "{}", line.trim_end_matches(' '))?;
    }
    Ok(())
}

/// A cell in lines that fit its slot.
struct Wrapped<'a> {
    lines: Vec<&'a str>,
    style: Style,
}

fn wrapped_rows<'a>(table: &'a Table, slots: &[Slot]) -> Vec<Vec<Wrapped<'a>>> {
    let header = || wrapped(slots, |slot| table.header(slot));
    let row = |row| wrapped(slots, |slot| table.cell(row, slot));
    let headers = table.has_header.then(header).into_iter();
    headers.chain((0..table.cells.rows()).map(row)).collect()
}

fn wrapped<'a>(slots: &[Slot], cell: impl Fn(&Slot) -> (&'a str, Style)) -> Vec<Wrapped<'a>> {
    let wrapped = |slot: &Slot| {
        let (text, style) = cell(slot);
        let lines = wrap(text, slot.width);
        Wrapped { lines, style }
    };
    slots.iter().map(wrapped).collect()
}

fn height(row: &[Wrapped]) -> usize {
    row.iter().map(|cell| cell.lines.len()).max().unwrap_or(0)
}

fn draw(rows: &[Vec<Wrapped>], slots: &[Slot]) -> comfy_table::Table {
    let mut drawn = comfy_table::Table::new();
    drawn
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .add_rows(rows.iter().map(|row| texts(row)));
    for (column, slot) in drawn.column_iter_mut().zip(slots) {
        let room = u16::try_from(slot.width + GAP).unwrap_or(u16::MAX);
        column
            .set_padding((0, GAP as u16))
            .set_constraint(ColumnConstraint::Absolute(Width::Fixed(room)));
    }
    drawn
}

/// The cells of a row, broken where they are to be broken.
fn texts(row: &[Wrapped]) -> impl Iterator<Item = String> {
    row.iter().map(|cell| cell.lines.join("\n"))
}

/// Colours a line that was drawn: the texts of `row`'s lines at `index`, each where its column
/// begins.
fn paint(line: &str, row: &[Wrapped], index: usize, slots: &[Slot]) -> String {
    let mut painted = String::with_capacity(line.len() * 2);
    let mut rest = line;
    for (cell, slot) in row.iter().zip(slots) {
        let text = cell.lines.get(index).copied().unwrap_or_default();
        if !text.is_empty() && !cell.style.is_plain() {
            painted.push_str(&format!("{}{text}{:#}", cell.style, cell.style));
        } else {
            painted.push_str(text);
        }
        let end = text.len() + (slot.width + GAP).saturating_sub(width(text));
        let (drawn, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        painted.push_str(drawn.get(text.len()..).unwrap_or_default());
        rest = after;
    }
    painted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::output::listing::RecordWriter;
    use crate::output::selection::choose_columns;
    use crate::output::table::TableWriter;
    use crate::output::table::fit::{Fitted, fit};
    use crate::output::table::lines::write_lines;
    use crate::output::tests::output;
    use crate::output::tests::samples::any_connections;
    use crate::output::{ColorChoice, OutputOptions};
    use crate::topology::Connection;

    type Write = fn(&mut Stdout, &Table, &[Slot]) -> io::Result<()>;

    /// What one of the two ways to write a table makes of these records.
    fn written(
        write: Write,
        records: &[Connection],
        options: &OutputOptions,
        limit: usize,
    ) -> String {
        let (mut output, stdout, _) = output(options.clone(), Some(limit));
        let columns = choose_columns(options).unwrap();
        let mut writer = TableWriter::new(&mut output.stdout, columns, !options.no_header);
        for record in records {
            writer.record(record).unwrap();
        }
        let (Fitted::Lines(slots) | Fitted::Blocks(slots)) = fit(&writer.table, limit);
        write(writer.stdout, &writer.table, &slots).unwrap();
        RecordWriter::<Connection>::flush(&mut writer).unwrap();
        stdout.text()
    }

    proptest! {
        #[test]
        fn what_is_drawn_is_what_is_written_by_hand(
            records in any_connections(),
            limit in 20usize..240,
            no_header in any::<bool>(),
            is_coloured in any::<bool>(),
        ) {
            let color = if is_coloured { ColorChoice::Always } else { ColorChoice::Never };
            let options = OutputOptions { no_header, color, ..OutputOptions::default() };
            prop_assert_eq!(
                written(write_drawn, &records, &options, limit),
                written(write_lines, &records, &options, limit)
            );
        }
    }
}
