use std::io;

use anstyle::Style;

use super::Table;
use super::cells::width;
use super::fit::Slot;
use super::lines::{GAP, Line};
use super::wrap::wrap;
use crate::output::handle::Stdout;

/// A value that has less room than this beside its label stands below it.
const LEAST_ROOM: usize = 12;

/// Writes one block of lines a record, with an empty line between them: `LABEL: value`. Without a
/// header, the values stand alone.
pub(super) fn write_blocks(
    stdout: &mut Stdout,
    table: &Table,
    slots: &[Slot],
    limit: usize,
) -> io::Result<()> {
    let labels: Vec<_> = slots.iter().map(|slot| label(table, slot)).collect();
    let widest = labels.iter().map(|label| width(label)).max().unwrap_or(0);
    let is_beside = widest + LEAST_ROOM <= limit;
    let mut block = Block {
        line: Line::default(),
        indent: if is_beside { widest } else { GAP },
        limit,
    };
    for row in 0..table.cells.rows() {
        if row > 0 {
            block.line.write_to(stdout)?;
        }
        for (slot, label) in slots.iter().zip(&labels) {
            let (value, style) = table.cell(row, slot);
            block.write_label(stdout, label, table.header_style(), is_beside)?;
            block.write_value(stdout, value, style)?;
        }
    }
    Ok(())
}

/// A label, with the space after it.
fn label(table: &Table, slot: &Slot) -> String {
    if table.has_header {
        let (header, _) = table.header(slot);
        format!("{header}: ")
    } else {
        String::new()
    }
}

struct Block {
    line: Line,
    indent: usize,
    limit: usize,
}

impl Block {
    fn write_label(
        &mut self,
        stdout: &mut Stdout,
        label: &str,
        style: Style,
        is_beside: bool,
    ) -> io::Result<()> {
        let shown = label.trim_end();
        self.line.text(shown, style);
        if is_beside {
            self.line.indent(self.indent - width(shown));
            return Ok(());
        }
        self.line.write_to(stdout)?;
        self.line.indent(self.indent);
        Ok(())
    }

    fn write_value(&mut self, stdout: &mut Stdout, value: &str, style: Style) -> io::Result<()> {
        for (index, part) in wrap(value, self.limit.saturating_sub(self.indent))
            .into_iter()
            .enumerate()
        {
            if index > 0 {
                self.line.indent(self.indent);
            }
            self.line.text(part, style);
            self.line.write_to(stdout)?;
        }
        Ok(())
    }
}
