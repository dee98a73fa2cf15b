use std::io;
use std::ops::RangeInclusive;

use anstyle::AnsiColor;
use serde::{Serialize, Serializer};

use super::value::Value;

/// A record that a command lists. `json`, `jsonl` and `yaml` show its serialized form; the other formats show its
/// columns.
///
/// Scripts rely on the serialized fields and on the names of the columns: they are only ever added.
pub(crate) trait Row: Serialize + Sized + 'static {
    /// The plural noun for the rows, as in "no connections"; `None` where the command has its own words for nothing.
    const PLURAL: Option<&'static str>;

    /// All columns, in the order in which they are shown.
    const COLUMNS: &'static [Column<Self>];

    /// The column that `-o id` shows. A row without a value for it is left out there.
    const ID_COLUMN: &'static str = "id";
}

/// The names of the columns of `R`, in their order.
pub(crate) fn column_names<R: Row>() -> Vec<&'static str> {
    R::COLUMNS.iter().map(|column| column.name).collect()
}

/// One column of a row.
pub(crate) struct Column<R> {
    /// Its name in `--columns`, `--sort`, and the headers of csv and tsv: lower case with underscores.
    pub(super) name: &'static str,
    header: Option<&'static str>,
    /// Its value in one row.
    pub(super) value: fn(&R) -> Value<'_>,
    /// When the table shows it without being asked.
    pub(super) visibility: Visibility,
    /// How it may be shortened on a narrow terminal.
    pub(super) fit: Fit,
    /// Where it comes among [`RANKS`] when a narrow terminal leaves columns out, or shortens or moves them.
    pub(super) rank: Option<u8>,
    /// The colour of a cell, by its text.
    pub(super) color: CellColor,
}

/// Chooses the colour of a cell by its text.
pub(super) type CellColor = fn(&str) -> Option<AnsiColor>;

/// When the table shows a column without being asked. Csv and tsv always do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visibility {
    /// Always.
    Always,
    /// When any row has a value for it.
    WhenFilled,
    /// Never.
    OnRequest,
}

/// How a column may be shortened on a terminal that is too narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// A text, which is wrapped.
    Wrap,
    /// A value that is useless when shortened, such as an id, and so is always shown whole.
    Whole,
    /// An id, which is shown as its beginning, long enough to tell the rows apart.
    ShortId,
    /// A long text, which is shown below its row.
    Below,
}

/// The ranks at which columns are given up one after the other.
pub(super) const RANKS: RangeInclusive<u8> = 0..=5;

impl<R> Column<R> {
    /// A text, which is wrapped on a narrow terminal.
    pub(super) const fn text(name: &'static str, value: fn(&R) -> Value<'_>) -> Self {
        Self {
            name,
            header: None,
            value,
            visibility: Visibility::Always,
            fit: Fit::Wrap,
            rank: None,
            color: |_| None,
        }
    }

    /// An id that is always shown whole.
    pub(super) const fn id(name: &'static str, value: fn(&R) -> Value<'_>) -> Self {
        Self {
            fit: Fit::Whole,
            ..Self::text(name, value)
        }
    }

    /// An id. A narrow terminal shows only its beginning, before any column is left out unless it gets another rank.
    pub(super) const fn short_id(name: &'static str, value: fn(&R) -> Value<'_>) -> Self {
        Self {
            fit: Fit::ShortId,
            ..Self::text(name, value).optional(0)
        }
    }

    /// A long text. A narrow terminal shows it below the row.
    pub(super) const fn long_text(name: &'static str, value: fn(&R) -> Value<'_>) -> Self {
        Self {
            fit: Fit::Below,
            ..Self::text(name, value).optional(0)
        }
    }

    /// Leaves the column out on a narrow terminal unless it is asked for. Columns of the lowest rank go first.
    pub(super) const fn optional(mut self, rank: u8) -> Self {
        self.rank = Some(rank);
        self
    }

    /// Sets the header of the table, in upper case; the default is made from the name. The part from ` (` on is left
    /// out where times are relative.
    pub(super) const fn header(mut self, header: &'static str) -> Self {
        self.header = Some(header);
        self
    }

    /// Leaves the column out of the table where no row has a value for it.
    pub(super) const fn when_filled(mut self) -> Self {
        self.visibility = Visibility::WhenFilled;
        self
    }

    /// Leaves the column out of the table unless it is asked for.
    pub(super) const fn on_request(mut self) -> Self {
        self.visibility = Visibility::OnRequest;
        self
    }

    /// Sets the colour of the cells.
    pub(super) const fn color(mut self, color: CellColor) -> Self {
        self.color = color;
        self
    }

    /// The header in the table, in upper case.
    pub(super) fn header_text(&self) -> String {
        match self.header {
            Some(header) => header.to_owned(),
            None => self.name.replace('_', " ").to_uppercase(),
        }
    }
}

/// What `json`, `jsonl` and `yaml` show of a row.
pub(super) enum Fields<R: 'static> {
    /// The serialized row.
    All,
    /// A flat object with the values of these columns.
    Chosen(Vec<&'static Column<R>>),
}

impl<R: Row> Fields<R> {
    /// The fields for these columns, each once, if they were chosen.
    pub(super) fn new(columns: &[&'static Column<R>], are_chosen: bool) -> Self {
        if !are_chosen {
            return Self::All;
        }
        let mut chosen = Vec::<&Column<R>>::new();
        for column in columns {
            if chosen.iter().all(|other| other.name != column.name) {
                chosen.push(column);
            }
        }
        Self::Chosen(chosen)
    }

    /// The fields of one row, to serialize.
    pub(super) fn of<'a>(&'a self, row: &'a R) -> impl Serialize + 'a {
        Item { row, fields: self }
    }
}

struct Item<'a, R: 'static> {
    row: &'a R,
    fields: &'a Fields<R>,
}

impl<R: Row> Serialize for Item<'_, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.fields {
            Fields::All => self.row.serialize(serializer),
            Fields::Chosen(columns) => {
                let values = columns.iter();
                serializer.collect_map(values.map(|column| (column.name, (column.value)(self.row))))
            }
        }
    }
}

/// A failure, as `json` and `yaml` show it in `errors`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ErrorRecord {
    /// The profile whose part failed.
    pub(crate) profile: Option<String>,
    /// The kind of the error, one word for programs.
    pub(crate) kind: String,
    /// The message for people.
    pub(crate) message: String,
    /// The status of the HTTP answer, where there was one.
    pub(crate) http_status: Option<u16>,
    /// A proposal for the next step.
    pub(crate) hint: Option<String>,
}

impl ErrorRecord {
    /// The message with the profile's name in front, if a profile failed.
    pub(super) fn message_with_profile(&self) -> String {
        match &self.profile {
            Some(profile) => format!("profile {profile}: {}", self.message),
            None => self.message.clone(),
        }
    }
}

/// Writes rows in one format.
pub(super) trait RowWriter<R> {
    /// Writes the part before the rows. Called once, before the first row and before [`RowWriter::finish`].
    fn write_header(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Writes one row.
    fn write_row(&mut self, row: &R) -> io::Result<()>;

    /// Writes what follows the rows: the errors, where the format has a place for them.
    fn finish(&mut self, _errors: &[ErrorRecord]) -> io::Result<()> {
        Ok(())
    }

    /// Flushes the text written so far.
    fn flush(&mut self) -> io::Result<()>;
}
