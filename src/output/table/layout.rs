use console::measure_text_width;
use uuid::Uuid;

use crate::model::{KnownOrgs, OrgLabels, OrgRef, distinct_prefix_length};
use crate::output::records::sign_color;
use crate::output::row::{CellColor, Column, Fit, RANKS};
use crate::output::shorten::shorten;
use crate::output::symbols::Symbols;
use crate::output::value::Value;

/// The cell of a missing value.
pub(super) const MISSING: &str = "-";

/// The marks around a name that is drawn as a link. They have no width, and every text from outside has them escaped.
pub(super) const LINK_START: char = '\u{2063}';
pub(super) const LINK_END: char = '\u{2064}';

/// The spaces between two columns.
pub(super) const GAP: usize = 2;
/// The spaces on each side of the arrow between two columns.
const ARROW_GAP: usize = 1;

/// Texts are not wrapped to less than this while there are columns to leave out.
const COMFORTABLE_WIDTH: usize = 40;
/// A word of up to this width is never broken.
const MAX_WORD: usize = 20;
/// A longer word is broken to no less than this.
const MIN_PART: usize = 12;
/// A longer text is shortened on a terminal.
const MAX_TEXT: usize = 300;
/// A longer value does not widen its column where lines may be as long as they need.
const MAX_PADDED_WIDTH: usize = 100;

/// The text of a table, whatever its rows are.
pub(super) struct Table {
    pub(super) columns: Vec<TableColumn>,
    pub(super) row_count: usize,
    /// Whether cells may be longer than their column, and are then not wrapped.
    pub(super) has_long_cells: bool,
    pub(super) has_header: bool,
    pub(super) symbols: &'static Symbols,
}

/// A column of the table, with its cells.
pub(super) struct TableColumn {
    name: &'static str,
    pub(super) header: String,
    /// The escaped cell of each row.
    pub(super) cells: Vec<String>,
    /// The orgs that cells name, each with its row.
    pub(super) orgs: Vec<(usize, Uuid)>,
    /// The rows whose cell is the id of an org without a name.
    pub(super) unnamed: Vec<usize>,
    pub(super) fit: Fit,
    /// When a narrow terminal leaves it out, or shortens it if it is an id.
    pub(super) rank: Option<u8>,
    /// Whether it is never left out.
    pub(super) is_required: bool,
    /// Whether the cells are lists with commas, which are wrapped only after one.
    pub(super) has_lists: bool,
    pub(super) color: CellColor,
    /// Whether it is drawn.
    pub(super) is_visible: bool,
    /// Whether it is not drawn because the terminal is too narrow.
    is_left_out: bool,
    /// The width that its header and its cells need.
    pub(super) natural_width: usize,
    /// The longest word of its cells.
    word_width: usize,
    /// The longest word of its cells that is never broken.
    whole_word_width: usize,
    /// The longest word of its header.
    header_word_width: usize,
    /// The width to draw it with; longer cells are wrapped.
    pub(super) width: usize,
    /// The spaces between it and the next column.
    gap: usize,
}

/// The name of the column with the arrows, which no row has.
const ARROW: &str = "arrow";
/// The name of the column with the signs, which no row has.
const SIGN: &str = "sign";

impl Table {
    /// The columns that are drawn.
    pub(super) fn visible(&self) -> impl Iterator<Item = &TableColumn> {
        self.columns.iter().filter(|column| column.is_visible)
    }

    /// Adds the beginning of its id to the name of each org whose name another org has, in the table or among the known
    /// ones: `Payments [1f7d93e0]`.
    pub(super) fn tell_orgs_apart(&mut self, known: &KnownOrgs) {
        for column in &self.columns {
            for &(row, id) in &column.orgs {
                let name = Some(column.cells[row].clone());
                known.add(&OrgRef { id, name });
            }
        }
        let labels = OrgLabels::among(known);
        for column in &mut self.columns {
            for &(row, id) in &column.orgs {
                if let Some(short_id) = labels.short_id(id) {
                    column.cells[row].push_str(&format!(" [{short_id}]"));
                }
            }
        }
    }

    /// Puts an arrow between source and destination, where they stand side by side.
    pub(super) fn insert_arrow(&mut self) {
        let names = Vec::from_iter(self.columns.iter().map(|column| column.name));
        let source = names
            .windows(2)
            .position(|pair| pair == ["source", "destination"]);
        let Some(source) = source else {
            return;
        };
        self.columns[source].gap = ARROW_GAP;
        let arrow = self.symbols.arrow.to_owned();
        let column = TableColumn {
            header: arrow.clone(),
            cells: vec![arrow; self.row_count],
            gap: ARROW_GAP,
            ..TableColumn::new(&Column::id(ARROW, |&()| Value::Missing), true)
        };
        self.columns.insert(source + 1, column);
    }

    /// Puts a sign in front of each row, empty for a row without one.
    pub(super) fn insert_signs(&mut self, signs: Vec<String>) {
        let column = TableColumn {
            header: String::new(),
            cells: signs,
            color: sign_color,
            gap: ARROW_GAP,
            ..TableColumn::new(&Column::id(SIGN, |&()| Value::Missing), true)
        };
        self.columns.insert(0, column);
    }

    /// Marks the names of orgs, to be drawn as links.
    pub(super) fn add_link_marks(&mut self) {
        for column in &mut self.columns {
            for (row, _) in &column.orgs {
                let cell = &mut column.cells[*row];
                *cell = format!("{LINK_START}{cell}{LINK_END}");
            }
        }
    }

    /// Makes every column as wide as its header and its cells, except for very long cells.
    pub(super) fn align(&mut self) {
        for column in &mut self.columns {
            column.measure(self.has_header, MAX_PADDED_WIDTH);
        }
        self.has_long_cells = true;
    }

    /// The widths of the visible columns in one row, with room for values that are longer than their column, each with
    /// the gap behind it.
    pub(super) fn widths_of(&self, row: usize) -> Vec<(usize, usize)> {
        let width = |column: &TableColumn| match self.has_long_cells {
            true => column.width.max(measure_text_width(&column.cells[row])),
            false => column.width,
        };
        self.visible()
            .map(|column| (width(column), column.gap))
            .collect()
    }

    /// Fits the columns into `limit`: columns are left out and ids are shortened in the order of their ranks, then
    /// texts are wrapped, first between words, and at last ids are left out. Returns whether the columns fit beside
    /// each other now; if they do not, all of them are shown but the arrow.
    pub(super) fn fit(&mut self, limit: usize) -> bool {
        for column in &mut self.columns {
            if column.fit == Fit::Wrap {
                column.shorten_texts(self.symbols.ellipsis);
            }
            column.measure(self.has_header, usize::MAX);
        }
        for rank in RANKS {
            if self.narrow(limit, COMFORTABLE_WIDTH, MAX_WORD) {
                break;
            }
            self.reduce(rank);
        }
        if self.narrow(limit, COMFORTABLE_WIDTH, MAX_WORD) {
            return true;
        }
        let whole = self.shorten_unnamed();
        if self.narrow_words(limit) {
            return true;
        }
        self.leave_out_ids();
        let fits = self.narrow_words(limit);
        if !fits {
            for (column, cells) in self.columns.iter_mut().zip(whole) {
                column.cells = cells;
            }
            self.columns.retain(|column| column.name != ARROW);
            for column in &mut self.columns {
                if column.name == SIGN {
                    column.header = "CHANGE".to_owned();
                }
                column.is_visible |= column.is_left_out;
            }
        }
        fits
    }

    /// Cuts the ids of orgs without a name to a prefix that tells them apart. Returns the cells of each column as they
    /// were.
    fn shorten_unnamed(&mut self) -> Vec<Vec<String>> {
        let columns = self.columns.iter();
        let ids = columns.flat_map(|it| it.unnamed.iter().map(|&row| &it.cells[row]));
        let length = distinct_prefix_length(ids);
        let shorten = |column: &mut TableColumn| {
            let whole = column.cells.clone();
            for &row in &column.unnamed {
                column.cells[row].truncate(length);
            }
            column.measure(self.has_header, usize::MAX);
            whole
        };
        self.columns.iter_mut().map(shorten).collect()
    }

    /// Reduces the width of texts as far as words may be broken. Returns whether the columns fit into `limit`.
    fn narrow_words(&mut self, limit: usize) -> bool {
        let mut parts = [MAX_WORD, MIN_PART].iter();
        parts.any(|&part| self.narrow(limit, 0, part))
    }

    /// The columns that are shown below a row: those that have a text there.
    pub(super) fn below(&self, row: usize) -> impl Iterator<Item = &TableColumn> {
        self.columns.iter().filter(move |column| {
            let is_below = column.fit == Fit::Below && !column.is_visible && column.is_left_out;
            is_below && column.cells[row] != MISSING
        })
    }

    /// The rows that are not drawn together with others: those with a value that is longer than its column and is not
    /// wrapped, and those with a text below them.
    pub(super) fn single_rows(&self) -> Vec<usize> {
        let rows = 0..self.row_count;
        let is_single = |row: &usize| {
            let has_text_below = self.below(*row).next().is_some();
            has_text_below || self.has_long_cells && self.widths_of(*row) != self.widths()
        };
        rows.filter(is_single).collect()
    }

    /// The widths of the visible columns, each with the gap behind it.
    pub(super) fn widths(&self) -> Vec<(usize, usize)> {
        self.visible()
            .map(|column| (column.width, column.gap))
            .collect()
    }

    /// Leaves out the columns of a rank, shortens their ids, or moves them below the rows.
    fn reduce(&mut self, rank: u8) {
        let columns = self.columns.iter_mut();
        for column in columns.filter(|column| column.rank == Some(rank)) {
            if column.fit == Fit::ShortId {
                column.shorten_ids();
                column.measure(self.has_header, usize::MAX);
            } else {
                column.leave_out();
            }
        }
    }

    /// Leaves out the shortened ids: the texts beside them tell more.
    fn leave_out_ids(&mut self) {
        for column in &mut self.columns {
            if column.fit == Fit::ShortId && !column.is_required {
                column.leave_out();
            }
        }
    }

    /// Reduces the width of the widest text columns, evenly and to no less than `min`, until the columns fit into
    /// `limit`. Long words are broken into parts of `part` or more. Returns whether the columns fit.
    fn narrow(&mut self, limit: usize, min: usize, part: usize) -> bool {
        let gaps: usize = self.visible().map(|column| column.gap).sum();
        let last_gap = self.visible().last().map_or(0, |column| column.gap);
        let space = limit.saturating_sub(gaps - last_gap);
        let total_at = |level: usize| -> usize {
            let columns = self.visible();
            columns.map(|column| column.width_at(level, part)).sum()
        };
        let mut levels = (min..=space.max(min)).rev();
        let Some(level) = levels.find(|&level| total_at(level) <= space) else {
            return false;
        };
        // The remaining width goes to columns that need it, from the left.
        let mut left_over = space - total_at(level);
        for column in self.columns.iter_mut().filter(|column| column.is_visible) {
            column.width = column.width_at(level, part);
            if column.width < column.natural_width && left_over > 0 {
                column.width += 1;
                left_over -= 1;
            }
        }
        true
    }
}

impl TableColumn {
    /// An empty column.
    pub(super) fn new<R>(column: &Column<R>, is_visible: bool) -> Self {
        Self {
            name: column.name,
            header: column.header_text(),
            cells: Vec::new(),
            orgs: Vec::new(),
            unnamed: Vec::new(),
            fit: column.fit,
            rank: column.rank,
            is_required: false,
            has_lists: false,
            color: column.color,
            is_visible,
            is_left_out: false,
            natural_width: 0,
            word_width: 0,
            whole_word_width: 0,
            header_word_width: 0,
            width: 0,
            gap: GAP,
        }
    }

    /// Measures the header, and the cells that are at most `max` wide.
    fn measure(&mut self, has_header: bool, max: usize) {
        let header = if has_header { &*self.header } else { "" };
        self.header_word_width = longest(header.split(' '));
        let widths = self.cells.iter().map(|cell| measure_text_width(cell));
        let widest = widths.filter(|&width| width <= max).max().unwrap_or(0);
        // A cell has at least one character, even if its text has no width.
        self.natural_width = widest.max(measure_text_width(header)).max(1);
        self.width = self.natural_width;
        let rows = 0..self.cells.len();
        let words = Vec::from_iter(rows.flat_map(|row| self.words(row)));
        let word_width = longest(words.iter().copied());
        let is_whole = |word: &&str| word_width_of(word) <= MAX_WORD;
        self.whole_word_width = longest(words.into_iter().filter(is_whole));
        self.word_width = word_width;
    }

    /// Does not draw it beside the others.
    fn leave_out(&mut self) {
        self.is_left_out |= self.is_visible;
        self.is_visible = false;
    }

    /// Shortens very long texts, which would fill the screen.
    fn shorten_texts(&mut self, ellipsis: &str) {
        let long = self.cells.iter_mut().filter(|cell| cell.len() > MAX_TEXT);
        long.for_each(|cell| *cell = shorten(cell, MAX_TEXT, ellipsis));
    }

    /// Cuts ids to a prefix that is long enough to tell the rows apart.
    fn shorten_ids(&mut self) {
        let length = distinct_prefix_length(&self.cells);
        for id in &mut self.cells {
            if let Some((end, _)) = id.char_indices().nth(length) {
                id.truncate(end);
            }
        }
    }

    /// The width if texts are wrapped to `level` columns of the terminal, or to their longest words, where long words
    /// are broken into parts of `part` or more.
    fn width_at(&self, level: usize, part: usize) -> usize {
        let words = match self.fit {
            Fit::Wrap => self.word_width.min(part).max(self.whole_word_width),
            // It has more room below its row.
            Fit::Below => self.word_width,
            Fit::Whole | Fit::ShortId => return self.natural_width,
        };
        let words = words.max(self.header_word_width);
        self.natural_width.min(level.max(words))
    }

    /// The width of the longest part of a row's cell that is not broken.
    pub(super) fn longest_word(&self, row: usize) -> usize {
        longest(self.words(row))
    }

    fn words(&self, row: usize) -> impl Iterator<Item = &str> {
        let separator = if self.has_lists { ',' } else { ' ' };
        self.cells[row].split_inclusive(separator)
    }

    /// The cell of a row, with line breaks where a list is longer than `width`.
    pub(super) fn cell(&self, row: usize, width: usize) -> String {
        let cell = &self.cells[row];
        let has_long_path = || {
            let mut words = cell.split_inclusive(' ');
            words.any(|word| word.contains('/') && word_width_of(word) > width)
        };
        if measure_text_width(cell) <= width {
            return cell.clone();
        }
        // comfy-table breaks lines after spaces only, and a longer word anywhere.
        let ends: &[char] = match self.has_lists {
            true => &[','],
            false if has_long_path() => &[' ', '/'],
            false => return cell.clone(),
        };
        let (mut lines, mut line_width) = (String::new(), 0);
        for part in cell.split_inclusive(ends) {
            if line_width > 0 && line_width + word_width_of(part) > width {
                lines.truncate(lines.trim_end_matches(' ').len());
                lines.push('\n');
                line_width = 0;
            }
            lines.push_str(part);
            line_width += measure_text_width(part);
        }
        lines
    }
}

/// The width of the longest of these words, without spaces at their ends.
fn longest<'a>(words: impl Iterator<Item = &'a str>) -> usize {
    words.map(word_width_of).max().unwrap_or(0)
}

fn word_width_of(word: &str) -> usize {
    measure_text_width(word.trim_end_matches(' '))
}
