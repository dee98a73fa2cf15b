use console::measure_text_width;

use crate::output::row::{CellColor, Fit};
use crate::output::value::distinct_length;

/// The spaces between two columns.
pub(super) const GAP: usize = 2;

/// As the least width of texts: none is wrapped.
const NO_WRAPPING: usize = usize::MAX;
/// No text is wrapped to less than this.
const MIN_WIDTH: usize = 12;
/// No text is wrapped to less than this beside an id that has to stay whole.
const MIN_WIDTH_BESIDE_ID: usize = 8;

/// The length of `2025-08-26`.
const DATE: usize = 10;

/// The text of a table, whatever its rows are.
pub(super) struct Table {
    pub(super) columns: Vec<TableColumn>,
    /// The escaped cells of each row, one for each column.
    pub(super) rows: Vec<Vec<String>>,
    pub(super) has_header: bool,
}

/// A column of the table, apart from its cells.
pub(super) struct TableColumn {
    pub(super) header: String,
    pub(super) fit: Fit,
    pub(super) color: CellColor,
    /// Whether it is drawn.
    pub(super) is_shown: bool,
    /// The width that its header and its cells need.
    pub(super) natural_width: usize,
    /// The width to draw it with; longer cells are wrapped.
    pub(super) width: usize,
}

impl Table {
    /// The columns that are drawn, with their indices.
    pub(super) fn shown(&self) -> impl Iterator<Item = (usize, &TableColumn)> {
        let columns = self.columns.iter().enumerate();
        columns.filter(|(_, column)| column.is_shown)
    }

    /// Makes every column as wide as its header and its cells.
    pub(super) fn measure(&mut self) {
        for (index, column) in self.columns.iter_mut().enumerate() {
            let cells = self.rows.iter().map(|row| row[index].as_str());
            let header = self.has_header.then_some(column.header.as_str());
            let widths = header.into_iter().chain(cells).map(measure_text_width);
            column.natural_width = widths.max().unwrap_or(0);
            column.width = column.natural_width;
        }
    }

    /// Fits the columns into `limit`, by what costs the reader least: times become dates, ids are shortened, texts are
    /// wrapped, and optional columns are hidden. Ids are never wrapped. Returns whether the columns fit beside each
    /// other now; if they do not, all of them are shown.
    pub(super) fn fit(&mut self, limit: usize) -> bool {
        if self.wrap_texts(limit, NO_WRAPPING) {
            return true;
        }
        self.shorten_times();
        if self.wrap_texts(limit, NO_WRAPPING) {
            return true;
        }
        self.shorten_ids();
        if self.wrap_texts(limit, MIN_WIDTH) {
            return true;
        }
        self.show_optional(false);
        let has_whole_id = self.shown().any(|(_, column)| column.fit == Fit::Whole);
        let min_width = if has_whole_id {
            MIN_WIDTH_BESIDE_ID
        } else {
            MIN_WIDTH
        };
        let fits = self.wrap_texts(limit, min_width);
        self.show_optional(!fits);
        fits
    }

    fn show_optional(&mut self, is_shown: bool) {
        let columns = self.columns.iter_mut();
        for column in columns.filter(|column| column.fit == Fit::Optional) {
            column.is_shown = is_shown;
        }
    }

    /// Shows only the dates of times. A date has no time zone in its header.
    fn shorten_times(&mut self) {
        for index in self.columns_with(Fit::Date) {
            let header = &mut self.columns[index].header;
            if let Some(zone) = header.find(" (") {
                header.truncate(zone);
            }
            for row in &mut self.rows {
                let rest = row[index].get(DATE..);
                if rest.is_some_and(|rest| rest.starts_with(' ')) {
                    row[index].truncate(DATE);
                }
            }
        }
        self.measure();
    }

    /// Shows only so much of ids as tells the rows apart.
    fn shorten_ids(&mut self) {
        for index in self.columns_with(Fit::ShortId) {
            let length = distinct_length(self.rows.iter().map(|row| &row[index]));
            for row in &mut self.rows {
                if let Some((end, _)) = row[index].char_indices().nth(length) {
                    row[index].truncate(end);
                }
            }
        }
        self.measure();
    }

    /// The indices of the columns of one kind.
    fn columns_with(&self, fit: Fit) -> Vec<usize> {
        let indices = 0..self.columns.len();
        let is_of_kind = |index: &usize| self.columns[*index].fit == fit;
        indices.filter(is_of_kind).collect()
    }

    /// Wraps the widest texts, evenly and to no less than `min`, until the columns fit into `limit`. Returns whether
    /// they do.
    fn wrap_texts(&mut self, limit: usize, min: usize) -> bool {
        let gaps = GAP * self.shown().count().saturating_sub(1);
        let room = limit.saturating_sub(gaps);
        let total_at = |level: usize| -> usize {
            let widths = self.shown().map(|(_, column)| column.width_at(level));
            widths.sum()
        };
        let mut levels = (min..=room.max(min)).rev();
        let Some(level) = levels.find(|&level| total_at(level) <= room) else {
            return false;
        };
        // What is left over goes to columns that could use it, from the left.
        let mut left_over = room - total_at(level);
        for column in self.columns.iter_mut().filter(|column| column.is_shown) {
            column.width = column.width_at(level);
            if column.width < column.natural_width && left_over > 0 {
                column.width += 1;
                left_over -= 1;
            }
        }
        true
    }
}

impl TableColumn {
    /// The width if texts are wrapped at `level`.
    fn width_at(&self, level: usize) -> usize {
        match self.fit {
            Fit::Wrap => self.natural_width.min(level),
            _ => self.natural_width,
        }
    }
}
