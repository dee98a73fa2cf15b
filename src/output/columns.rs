use std::cmp::Reverse;

use super::options::{Format, OutputOptions};
use super::row::{Column, Row, Visibility};
use crate::model::{nearest_word, proposal};

/// The output options do not suit the command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OutputError {
    /// A flag or variable names a column that the rows do not have.
    #[error("no column `{wanted}` for {origin}{}", describe_nearest(.nearest))]
    UnknownColumn {
        /// The flag, such as `--columns`, or its variable.
        origin: &'static str,
        /// The name, as it was written.
        wanted: String,
        /// The column that was probably meant, whose name is similar.
        nearest: Option<&'static str>,
        /// All columns.
        valid: Vec<&'static str>,
    },
    /// Columns were chosen where the command writes none.
    #[error(
        "{origin} does not go with the format {format} of this command, which has no columns to choose"
    )]
    ColumnsUnused {
        /// `--columns`, or its variable.
        origin: &'static str,
        /// The format that was asked for.
        format: Format,
    },
    /// A flag of listings was given to a command that writes none.
    #[error("{0} does not go with this command, which lists nothing")]
    NoListing(&'static str),
    /// The command does not write the format.
    #[error("this command does not write the format {wanted}; it writes")]
    UnsupportedFormat {
        /// The format that was asked for.
        wanted: Format,
        /// The formats that the command writes.
        written: Vec<Format>,
    },
}

impl OutputError {
    /// The words to choose from, which the message does not list.
    pub(crate) fn candidates(&self) -> Vec<String> {
        match self {
            Self::UnknownColumn {
                nearest: None,
                valid,
                ..
            } => valid.iter().map(ToString::to_string).collect(),
            Self::UnsupportedFormat { written, .. } => {
                written.iter().map(ToString::to_string).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn describe_nearest(nearest: &Option<&str>) -> String {
    nearest.map_or_else(|| "; the columns are".to_owned(), proposal)
}

/// The columns to show: those that `--template` or `--columns` names, else the usual ones without those in `hidden`.
///
/// # Errors
/// Fails if a requested column does not exist.
pub(super) fn chosen_columns<R: Row>(
    options: &OutputOptions,
    hidden: &[&'static str],
) -> Result<Vec<&'static Column<R>>, OutputError> {
    if let Some(template) = &options.template {
        let origin = options.columns_variable.unwrap_or("--template");
        return template.columns().map(|name| find(origin, name)).collect();
    }
    if let Some(names) = &options.columns {
        let origin = options.columns_variable.unwrap_or("--columns");
        return names.iter().map(|name| find(origin, name)).collect();
    }
    let is_usual = |column: &&Column<R>| {
        column.visibility != Visibility::OnRequest && !hidden.contains(&column.name)
    };
    let columns = R::COLUMNS.iter();
    match options.format {
        Format::Table => Ok(columns.filter(is_usual).collect()),
        _ => Ok(columns.collect()),
    }
}

/// One column of `--sort`.
pub(super) struct SortKey<R: 'static> {
    column: &'static Column<R>,
    is_descending: bool,
}

/// The columns to sort by, the most important first. A `-` in front of a name means descending.
///
/// # Errors
/// Fails if a requested column does not exist.
pub(super) fn sort_keys<R: Row>(names: &[String]) -> Result<Vec<SortKey<R>>, OutputError> {
    let key = |name: &String| {
        let descending = name.strip_prefix('-');
        Ok(SortKey {
            column: find("--sort", descending.unwrap_or(name))?,
            is_descending: descending.is_some(),
        })
    };
    names.iter().map(key).collect()
}

/// Sorts `rows`; equal rows keep their order. Sorting ignores letter case, except between values that are otherwise the
/// same. A missing value comes before all others.
pub(super) fn sort<R>(rows: &mut [R], keys: &[SortKey<R>]) {
    // A stable sort by the least important key first is a sort by all of them.
    for key in keys.iter().rev() {
        let rank = |row: &R| {
            let value = (key.column.value)(row).raw();
            value.map(|value| (value.to_lowercase(), value.into_owned()))
        };
        if key.is_descending {
            rows.sort_by_cached_key(|row| Reverse(rank(row)));
        } else {
            rows.sort_by_cached_key(rank);
        }
    }
}

/// Finds a column by its name, case-insensitively. A hyphen stands for an underscore.
fn find<R: Row>(origin: &'static str, wanted: &str) -> Result<&'static Column<R>, OutputError> {
    let name = wanted.trim().to_lowercase().replace('-', "_");
    let column = R::COLUMNS.iter().find(|column| column.name == name);
    column.ok_or_else(|| {
        let valid: Vec<_> = R::COLUMNS.iter().map(|column| column.name).collect();
        let nearest = nearest_word(&name, valid.iter().copied());
        OutputError::UnknownColumn {
            origin,
            wanted: wanted.to_owned(),
            nearest,
            valid,
        }
    })
}
