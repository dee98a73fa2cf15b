use super::cells::width;
use super::lines::GAP;
use super::{Fit, Heading, Table};

/// No column is made narrower than this to fit.
const LEAST_WIDTH: usize = 12;
/// No column is made narrower than this to leave an id whole.
const LEAST_BESIDE_ID: usize = 8;
/// No id is shown with fewer characters.
const LEAST_ID: usize = 8;
/// How long `2025-08-26` is.
const DATE: usize = 10;

/// One column as it will be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// Its place in the table.
    pub(super) column: usize,
    /// How much of each cell is shown.
    pub(super) cut: Cut,
    /// How wide the widest cell is, after the cut.
    pub(super) natural: usize,
    /// How wide it is written; what is wider is wrapped.
    pub(super) width: usize,
}

/// How much of a cell is shown. What is cut can be known from the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// All of it.
    Nothing,
    /// The date of a time.
    Time,
    /// So many characters of an id.
    Id(usize),
}

/// A table that fits.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fitted {
    /// As rows, with these columns.
    Lines(Vec<Slot>),
    /// As one block of lines a record: not even the narrowest columns stand side by side.
    Blocks(Vec<Slot>),
}

impl Cut {
    /// The part of a cell that is shown.
    pub(super) fn of(self, cell: &str) -> &str {
        match self {
            Self::Nothing => cell,
            Self::Time => cell
                .get(..DATE)
                .filter(|_| cell.as_bytes().get(DATE) == Some(&b' '))
                .unwrap_or(cell),
            Self::Id(characters) => match cell.char_indices().nth(characters) {
                Some((end, _)) => cell[..end].trim_end_matches(' '),
                None => cell,
            },
        }
    }

    /// The part of a header that is shown: a date has no zone.
    pub(super) fn of_header(self, header: &'static str) -> &'static str {
        match (self, header.split_once(" (")) {
            (Self::Time, Some((header, _))) => header,
            _ => header,
        }
    }
}

/// The columns as wide as they are.
pub(super) fn natural(table: &Table) -> Vec<Slot> {
    let stays = |heading: &Heading| heading.is_filled || !heading.may_go;
    let kept = (0..table.headings.len()).filter(|column| stays(&table.headings[*column]));
    kept.map(|column| slot(table, column, Cut::Nothing))
        .collect()
}

/// Makes the table fit into `limit` columns, in the order of what costs the reader least: times
/// become dates, ids become beginnings, texts are wrapped, columns that can be spared go, ids are
/// wrapped, and at last rows become blocks.
pub(super) fn fit(table: &Table, limit: usize) -> Fitted {
    let mut slots = natural(table);
    if total(&slots) <= room(&slots, limit) {
        return Fitted::Lines(slots);
    }
    cut(table, &mut slots, Fit::Date, |_| Cut::Time);
    if total(&slots) <= room(&slots, limit) {
        return Fitted::Lines(slots);
    }
    cut(table, &mut slots, Fit::Shorten, |column| {
        Cut::Id(shortest_id(table, column))
    });
    let all = slots.clone();
    if wrap_texts(table, &mut slots, limit) || narrow(&mut slots, limit, LEAST_WIDTH, |_| true) {
        return Fitted::Lines(slots);
    }
    Fitted::Blocks(all)
}

/// Makes the columns of texts narrower, so that ids stay whole. Columns that can be spared go where
/// that is not enough.
fn wrap_texts(table: &Table, slots: &mut Vec<Slot>, limit: usize) -> bool {
    let fit_of = |slot: &Slot| table.headings[slot.column].fit;
    let is_text = |slot: &Slot| fit_of(slot) != Fit::Keep;
    if narrow(slots, limit, LEAST_WIDTH, is_text) {
        return true;
    }
    slots.retain(|slot| fit_of(slot) != Fit::Spare);
    let has_ids = !slots.iter().all(is_text);
    narrow(slots, limit, LEAST_WIDTH, is_text)
        || (has_ids && narrow(slots, limit, LEAST_BESIDE_ID, is_text))
}

fn slot(table: &Table, column: usize, cut: Cut) -> Slot {
    let heading = &table.headings[column];
    let header = if table.has_header {
        width(cut.of_header(heading.header))
    } else {
        0
    };
    let widest = match cut {
        Cut::Nothing => heading.widest,
        cut => {
            let widths = table.cells.column(column).map(|cell| width(cut.of(cell)));
            widths.max().unwrap_or(0)
        }
    };
    // Some texts take no column at all, but no column is that narrow.
    let natural = header.max(widest).max(1);
    Slot {
        column,
        cut,
        natural,
        width: natural,
    }
}

/// What a line of `limit` columns has for the cells.
fn room(slots: &[Slot], limit: usize) -> usize {
    limit.saturating_sub(GAP * slots.len().saturating_sub(1))
}

fn total(slots: &[Slot]) -> usize {
    slots.iter().map(|slot| slot.width).sum()
}

fn cut(table: &Table, slots: &mut [Slot], fit: Fit, how: impl Fn(usize) -> Cut) {
    for shortened in slots
        .iter_mut()
        .filter(|slot| table.headings[slot.column].fit == fit)
    {
        *shortened = slot(table, shortened.column, how(shortened.column));
    }
}

/// How many characters tell all ids of a column apart: those that are next to each other when
/// sorted are most alike.
fn shortest_id(table: &Table, column: usize) -> usize {
    let mut ids: Vec<_> = table.cells.column(column).collect();
    ids.sort_unstable();
    ids.dedup();
    let needed = ids.windows(2).map(|pair| {
        let alike = pair[0]
            .chars()
            .zip(pair[1].chars())
            .take_while(|(left, right)| left == right);
        alike.count() + 1
    });
    needed.fold(LEAST_ID, usize::max)
}

/// Makes the widest of the columns that `may_wrap` allows narrower, evenly and to no less than
/// `least`, until all fit into `limit`.
fn narrow(
    slots: &mut [Slot],
    limit: usize,
    least: usize,
    may_wrap: impl Fn(&Slot) -> bool,
) -> bool {
    let at = |level: usize, slot: &Slot| {
        if may_wrap(slot) {
            slot.natural.min(level)
        } else {
            slot.natural
        }
    };
    let room = room(slots, limit);
    let widest = slots
        .iter()
        .map(|slot| slot.natural)
        .fold(least, usize::max);
    let fits = |level: &usize| slots.iter().map(|slot| at(*level, slot)).sum::<usize>() <= room;
    let Some(level) = (least..=widest).rev().find(fits) else {
        return false;
    };
    for slot in slots.iter_mut() {
        slot.width = at(level, slot);
    }
    share_out(slots, room);
    true
}

/// Gives what is left over to the columns that could use it, from the left.
fn share_out(slots: &mut [Slot], room: usize) {
    let mut left = room.saturating_sub(total(slots));
    for slot in slots {
        let more = left.min(slot.natural - slot.width).min(1);
        slot.width += more;
        left -= more;
    }
}
