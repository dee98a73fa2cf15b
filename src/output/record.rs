use std::borrow::Cow;

use anstyle::Style;
use serde::Serialize;

/// Something that a command lists: its columns for tables and its explicit view for JSON and YAML.
pub trait Record: Sized + 'static {
    /// The view that `json`, `jsonl` and `yaml` show. Its fields are part of the contract: they are
    /// only ever added.
    type Json<'a>: Serialize;

    /// What several are called, as in “no connections”.
    const PLURAL: &'static str;

    /// All columns, in the order in which they are shown.
    const COLUMNS: &'static [Column<Self>];

    /// The view of this record.
    fn json(&self) -> Self::Json<'_>;

    /// What `-o id` shows; a record without one is left out there.
    fn id(&self) -> Option<Cow<'_, str>>;
}

/// What a column says of a record; `None` where the record does not have it.
pub(super) type Value<R> = fn(&R) -> Option<Cow<'_, str>>;

/// One column of a record.
#[derive(Debug)]
pub struct Column<R> {
    /// Its name in `--columns`, `--sort`, and the headers of csv and tsv: lower case with
    /// underscores.
    pub name: &'static str,
    /// Its header in the table, in upper case. What follows after ` (` goes when its values are
    /// shortened.
    pub header: &'static str,
    /// The raw value, for csv, tsv and sorting.
    pub value: Value<R>,
    /// The value for people, for the table. It comes unescaped.
    pub shown: Value<R>,
    /// When the table shows it without being asked. Csv and tsv always do.
    pub in_table: InTable,
    /// What may be done to it on a narrow terminal.
    pub fit: Fit,
    /// The colour of a cell, by its text.
    pub style: fn(&str) -> Style,
}

/// When the table shows a column without being asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InTable {
    /// Always.
    Always,
    /// When any record has a value for it.
    WhenFilled,
    /// Never.
    OnRequest,
}

/// What may be done to a column on a terminal that is too narrow. Times and ids are shortened
/// first, then texts are wrapped, then what can be spared goes; ids that must be whole are wrapped
/// last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Its text is wrapped, between words where that is possible.
    Wrap,
    /// It is wrapped only after all others: an id that nobody could use in part.
    Keep,
    /// It is left out where wrapping texts is not enough, unless it was asked for: what the others
    /// say will do.
    Spare,
    /// An id is shown as its beginning, as long as needed to tell the records apart.
    Shorten,
    /// A time is shown as its date.
    Date,
}

impl<R> Column<R> {
    /// A column that is shown everywhere, as `value` says it, and that wraps.
    pub const fn new(name: &'static str, header: &'static str, value: Value<R>) -> Self {
        Self {
            name,
            header,
            value,
            shown: value,
            in_table: InTable::Always,
            fit: Fit::Wrap,
            style: |_| Style::new(),
        }
    }

    /// Says how the table shows the value, where that is not the raw one.
    #[must_use]
    pub const fn shown(self, shown: Value<R>) -> Self {
        Self { shown, ..self }
    }

    /// Says when the table shows the column.
    #[must_use]
    pub const fn in_table(self, in_table: InTable) -> Self {
        Self { in_table, ..self }
    }

    /// Says what may be done to the column on a narrow terminal.
    #[must_use]
    pub const fn fit(self, fit: Fit) -> Self {
        Self { fit, ..self }
    }

    /// Says how a cell is coloured.
    #[must_use]
    pub const fn style(self, style: fn(&str) -> Style) -> Self {
        Self { style, ..self }
    }
}
