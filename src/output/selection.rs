use std::cmp::Reverse;

use super::record::{Column, InTable, Record};
use super::{Format, OutputOptions};

/// Names less alike than this (1 is the same) are not proposed.
const LEAST_LIKENESS: f64 = 0.7;

/// Why the output cannot be as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutputError {
    /// A flag names a column that the records do not have.
    #[error("no column `{wanted}` for {flag}{}; the columns are {}", nearest_clause(.nearest), .valid.join(", "))]
    UnknownColumn {
        /// The flag that names it.
        flag: &'static str,
        /// The name, as it was written.
        wanted: String,
        /// The column that is probably meant.
        nearest: Option<&'static str>,
        /// All columns there are.
        valid: Vec<&'static str>,
    },
    /// Columns were chosen for a format that has none.
    #[error(
        "--columns does not go with the format {0}, which has no columns; use table, csv or tsv"
    )]
    ColumnsUnused(Format),
    /// The command does not write the format.
    #[error("this command does not write the format {wanted}; it writes {}", list(.written))]
    UnsuitedFormat {
        /// The format that was asked for.
        wanted: Format,
        /// The formats that the command writes.
        written: Vec<Format>,
    },
}

fn list(formats: &[Format]) -> String {
    let words: Vec<_> = formats.iter().map(Format::to_string).collect();
    words.join(", ")
}

fn nearest_clause(nearest: &Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"))
}

/// The columns to show.
///
/// # Errors
/// A column that is asked for does not exist, or the format has no columns.
pub(super) fn choose_columns<R: Record>(
    options: &OutputOptions,
) -> Result<Vec<Chosen<R>>, OutputError> {
    match &options.columns {
        Some(_) if !options.format.has_columns() => Err(OutputError::ColumnsUnused(options.format)),
        Some(names) => names
            .iter()
            .map(|name| {
                Ok(Chosen {
                    column: find("--columns", name)?,
                    was_asked_for: true,
                })
            })
            .collect(),
        None => Ok(usual_columns(options)),
    }
}

/// A column to show.
pub(super) struct Chosen<R: 'static> {
    /// The column.
    pub(super) column: &'static Column<R>,
    /// Whether it was asked for by name, and so is shown whatever it holds.
    pub(super) was_asked_for: bool,
}

fn usual_columns<R: Record>(options: &OutputOptions) -> Vec<Chosen<R>> {
    let is_table = options.format == Format::Table;
    let says_little = |name: &str| options.trivial_columns.contains(&name);
    R::COLUMNS
        .iter()
        .filter(|column| !is_table || column.in_table != InTable::OnRequest)
        .filter(|column| !is_table || !says_little(column.name))
        .map(|column| Chosen {
            column,
            was_asked_for: false,
        })
        .collect()
}

/// By what records are sorted.
pub(super) struct SortKey<R: 'static> {
    column: &'static Column<R>,
    is_descending: bool,
}

/// The keys to sort by, the most important first.
///
/// # Errors
/// A column that is asked for does not exist.
pub(super) fn choose_order<R: Record>(
    options: &OutputOptions,
) -> Result<Vec<SortKey<R>>, OutputError> {
    let key = |written: &String| {
        let descending = written.strip_prefix('-');
        let column = find("--sort", descending.unwrap_or(written))?;
        Ok(SortKey {
            column,
            is_descending: descending.is_some(),
        })
    };
    options.sort.iter().map(key).collect()
}

/// Sorts `records`; those that are alike stay in their order. Letter case counts only between
/// values that are the same without it, and a missing value comes before all others.
pub(super) fn sort<R>(records: &mut [R], order: &[SortKey<R>]) {
    // A stable sort by the least important key first is a sort by all of them.
    for key in order.iter().rev() {
        let rank = |record: &R| {
            (key.column.value)(record).map(|value| (value.to_lowercase(), value.into_owned()))
        };
        if key.is_descending {
            records.sort_by_cached_key(|record| Reverse(rank(record)));
        } else {
            records.sort_by_cached_key(rank);
        }
    }
}

/// Finds a column by its name, however its case and its hyphens are written.
fn find<R: Record>(flag: &'static str, wanted: &str) -> Result<&'static Column<R>, OutputError> {
    let name = wanted.trim().to_lowercase().replace('-', "_");
    R::COLUMNS
        .iter()
        .find(|column| column.name == name)
        .ok_or_else(|| OutputError::UnknownColumn {
            flag,
            wanted: wanted.to_owned(),
            nearest: nearest::<R>(&name),
            valid: R::COLUMNS.iter().map(|column| column.name).collect(),
        })
}

fn nearest<R: Record>(wanted: &str) -> Option<&'static str> {
    R::COLUMNS
        .iter()
        .map(|column| (strsim::jaro_winkler(wanted, column.name), column.name))
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, name)| name)
}
