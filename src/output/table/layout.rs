use console::measure_text_width;

use crate::output::row::{CellColor, Fit};
use crate::output::value::distinct_prefix_length;

/// The spaces between two columns.
pub(super) const GAP: usize = 2;

/// A minimum width that prevents wrapping.
const NO_WRAPPING: usize = usize::MAX;
/// Texts are not wrapped to less than this.
const MIN_WIDTH: usize = 12;
/// Texts are not wrapped to less than this beside an id that has to stay whole.
const MIN_WIDTH_BESIDE_ID: usize = 8;

/// The length of `2025-08-26`.
const DATE_LENGTH: usize = 10;

/// The text of a table, whatever its rows are.
pub(super) struct Table {
    pub(super) columns: Vec<TableColumn>,
    pub(super) row_count: usize,
    pub(super) has_header: bool,
}

/// A column of the table, with its cells.
pub(super) struct TableColumn {
    pub(super) header: String,
    /// The escaped cell of each row.
    pub(super) cells: Vec<String>,
    pub(super) fit: Fit,
    pub(super) color: CellColor,
    /// Whether it is drawn.
    pub(super) is_visible: bool,
    /// The width that its header and its cells need.
    pub(super) natural_width: usize,
    /// The width to draw it with; longer cells are wrapped.
    pub(super) width: usize,
}

impl Table {
    /// The columns that are drawn.
    pub(super) fn visible(&self) -> impl Iterator<Item = &TableColumn> {
        self.columns.iter().filter(|column| column.is_visible)
    }

    /// The columns of one kind.
    fn columns_with(&mut self, fit: Fit) -> impl Iterator<Item = &mut TableColumn> {
        let columns = self.columns.iter_mut();
        columns.filter(move |column| column.fit == fit)
    }

    /// Makes every column as wide as its header and its cells.
    pub(super) fn measure(&mut self) {
        for column in &mut self.columns {
            let header = self.has_header.then_some(&column.header);
            let texts = header.into_iter().chain(&column.cells);
            let widths = texts.map(|text| measure_text_width(text));
            column.natural_width = widths.max().unwrap_or(0);
            column.width = column.natural_width;
        }
    }

    /// Fits the columns into `limit`, with the least useful characters given up first: times become dates, ids are
    /// shortened, texts are wrapped, and optional columns are hidden. Ids are never wrapped. Returns whether the
    /// columns fit beside each other now; if they do not, all of them are shown.
    pub(super) fn fit(&mut self, limit: usize) -> bool {
        if self.narrow_text_columns(limit, NO_WRAPPING) {
            return true;
        }
        self.shorten_times();
        if self.narrow_text_columns(limit, NO_WRAPPING) {
            return true;
        }
        self.shorten_ids();
        if self.narrow_text_columns(limit, MIN_WIDTH) {
            return true;
        }
        self.show_optional(false);
        let has_whole_id = self.visible().any(|column| column.fit == Fit::Whole);
        let min_width = if has_whole_id {
            MIN_WIDTH_BESIDE_ID
        } else {
            MIN_WIDTH
        };
        let fits = self.narrow_text_columns(limit, min_width);
        self.show_optional(!fits);
        fits
    }

    fn show_optional(&mut self, is_visible: bool) {
        for column in self.columns_with(Fit::Optional) {
            column.is_visible = is_visible;
        }
    }

    /// Cuts times to their date, and removes the time zone from the header.
    fn shorten_times(&mut self) {
        for column in self.columns_with(Fit::Date) {
            if let Some(zone) = column.header.find(" (") {
                column.header.truncate(zone);
            }
            for time in &mut column.cells {
                let rest = time.get(DATE_LENGTH..);
                if rest.is_some_and(|rest| rest.starts_with(' ')) {
                    time.truncate(DATE_LENGTH);
                }
            }
        }
        self.measure();
    }

    /// Cuts ids to a prefix that is long enough to tell the rows apart.
    fn shorten_ids(&mut self) {
        for column in self.columns_with(Fit::ShortId) {
            let length = distinct_prefix_length(&column.cells);
            for id in &mut column.cells {
                if let Some((end, _)) = id.char_indices().nth(length) {
                    id.truncate(end);
                }
            }
        }
        self.measure();
    }

    /// Reduces the width of the widest text columns, evenly and to no less than `min`, until the columns fit into
    /// `limit`. Returns whether they do.
    fn narrow_text_columns(&mut self, limit: usize, min: usize) -> bool {
        let gaps = GAP * self.visible().count().saturating_sub(1);
        let space = limit.saturating_sub(gaps);
        let total_at = |level: usize| -> usize {
            let widths = self
                .visible()
                .map(|column| column.width_if_wrapped_to(level));
            widths.sum()
        };
        let mut levels = (min..=space.max(min)).rev();
        let Some(level) = levels.find(|&level| total_at(level) <= space) else {
            return false;
        };
        // The remaining width goes to columns that need it, from the left.
        let mut left_over = space - total_at(level);
        for column in self.columns.iter_mut().filter(|column| column.is_visible) {
            column.width = column.width_if_wrapped_to(level);
            if column.width < column.natural_width && left_over > 0 {
                column.width += 1;
                left_over -= 1;
            }
        }
        true
    }
}

impl TableColumn {
    /// The width if texts are wrapped to `level` columns of the terminal.
    fn width_if_wrapped_to(&self, level: usize) -> usize {
        match self.fit {
            Fit::Wrap => self.natural_width.min(level),
            _ => self.natural_width,
        }
    }
}
