use unicode_width::UnicodeWidthStr;

/// The cells of a table, one after the other in one text: a hundred thousand rows are a few
/// allocations.
pub(super) struct Cells {
    text: String,
    /// Where each cell ends.
    ends: Vec<usize>,
    columns: usize,
}

impl Cells {
    /// No cells yet, of a table with so many columns.
    pub(super) fn new(columns: usize) -> Self {
        Self {
            text: String::new(),
            ends: Vec::new(),
            columns,
        }
    }

    /// Adds the next cell of the row, or the first of the next row.
    pub(super) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.ends.len().checked_div(self.columns).unwrap_or(0)
    }

    /// One cell.
    pub(super) fn get(&self, row: usize, column: usize) -> &str {
        let index = row * self.columns + column;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[index]]
    }

    /// All cells of a column, from the first row on.
    pub(super) fn column(&self, column: usize) -> impl Iterator<Item = &str> {
        (0..self.rows()).map(move |row| self.get(row, column))
    }
}

/// How many columns of a terminal a text takes.
pub(super) fn width(text: &str) -> usize {
    // Cells are escaped, so what is ASCII takes one column a byte.
    if text.is_ascii() {
        text.len()
    } else {
        text.width()
    }
}
