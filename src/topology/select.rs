use std::fmt;
use std::str::FromStr;

use super::{Connection, Id};

/// What a person wrote to name a connection: its id, or the beginning of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionSelector {
    /// A whole UUID.
    Id(Id),
    /// The beginning of an id, of [`ConnectionSelector::LEAST_PREFIX`] characters or more.
    Prefix(String),
}

/// Why a selector names no single connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectConnectionError {
    /// The text is too short to be the beginning of an id.
    #[error(
        "`{0}` is too short: a connection is named by its id, or by at least 4 characters of its beginning"
    )]
    TooShort(String),
    /// No connection has this id.
    #[error("no connection {0}")]
    Unknown(String),
    /// Several connections match; none is picked.
    #[error("{} connections {wanted}: {}", .matches.len(), describe_all(.matches))]
    Ambiguous {
        /// What was looked for.
        wanted: String,
        /// All connections that match.
        matches: Vec<Connection>,
    },
}

impl ConnectionSelector {
    /// The shortest beginning of an id that is taken.
    pub const LEAST_PREFIX: usize = 4;

    /// Whether the connection is meant.
    pub fn matches(&self, connection: &Connection) -> bool {
        match (self, &connection.id) {
            (_, None) => false,
            (Self::Id(wanted), Some(id)) => wanted == id,
            (Self::Prefix(beginning), Some(id)) => {
                let id = id.to_string();
                id.get(..beginning.len())
                    .is_some_and(|head| head.eq_ignore_ascii_case(beginning))
            }
        }
    }

    /// Picks the one connection that is meant.
    ///
    /// # Errors
    /// No connection is meant, or more than one.
    pub fn select<'a>(
        &self,
        connections: &'a [Connection],
    ) -> Result<&'a Connection, SelectConnectionError> {
        exactly_one(
            connections
                .iter()
                .filter(|connection| self.matches(connection)),
            || self.to_string(),
        )
    }
}

/// The only one of `matches`.
///
/// # Errors
/// There is none, or more than one; `wanted` says what was looked for, after “no connection”.
pub fn exactly_one<'a>(
    matches: impl Iterator<Item = &'a Connection>,
    wanted: impl FnOnce() -> String,
) -> Result<&'a Connection, SelectConnectionError> {
    let matches: Vec<_> = matches.collect();
    match matches.as_slice() {
        [only] => Ok(only),
        [] => Err(SelectConnectionError::Unknown(wanted())),
        several => {
            let matches = several
                .iter()
                .map(|connection| (*connection).clone())
                .collect();
            Err(SelectConnectionError::Ambiguous {
                wanted: wanted(),
                matches,
            })
        }
    }
}

impl FromStr for ConnectionSelector {
    type Err = SelectConnectionError;

    fn from_str(text: &str) -> Result<Self, SelectConnectionError> {
        let id = Id::from(text);
        if id.as_uuid().is_some() {
            Ok(Self::Id(id))
        } else if text.trim().chars().count() < Self::LEAST_PREFIX {
            Err(SelectConnectionError::TooShort(text.to_owned()))
        } else {
            Ok(Self::Prefix(text.to_owned()))
        }
    }
}

impl fmt::Display for ConnectionSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "with the id {id}"),
            Self::Prefix(text) => write!(f, "whose id begins with `{text}`"),
        }
    }
}

fn describe_all(connections: &[Connection]) -> String {
    let described: Vec<_> = connections.iter().map(describe).collect();
    described.join(", ")
}

fn describe(connection: &Connection) -> String {
    let id = connection
        .id
        .as_ref()
        .map_or_else(|| "?".to_owned(), Id::to_string);
    format!(
        "{id} (`{}` to `{}`)",
        connection.source.label(),
        connection.destination.label()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections() -> Vec<Connection> {
        [
            "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d",
            "40bbffff-0000-4aa3-8a1a-5d93b5382e3d",
            "odd-id",
        ]
        .map(|id| Connection {
            id: Some(id.into()),
            ..Connection::default()
        })
        .into_iter()
        .chain([Connection::default()])
        .collect()
    }

    fn select(text: &str) -> Result<String, SelectConnectionError> {
        let selector: ConnectionSelector = text.parse()?;
        selector
            .select(&connections())
            .map(|connection| connection.id.as_ref().unwrap().to_string())
    }

    #[test]
    fn an_id_or_a_unique_beginning_of_one_is_enough() {
        assert_eq!(
            select("40BBB1C2-32b2-4aa3-8a1a-5d93b5382e3d").unwrap(),
            "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d"
        );
        assert_eq!(
            select("40BBb").unwrap(),
            "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d"
        );
        assert_eq!(select("odd-").unwrap(), "odd-id");
    }

    #[test]
    fn a_beginning_that_several_share_is_an_error_that_lists_them() {
        assert_eq!(
            select("40bb").unwrap_err().to_string(),
            "2 connections whose id begins with `40bb`: 40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d (`?` to `?`), \
             40bbffff-0000-4aa3-8a1a-5d93b5382e3d (`?` to `?`)"
        );
    }

    #[test]
    fn too_short_and_unknown_are_told_apart() {
        assert_eq!(
            select("40b").unwrap_err(),
            SelectConnectionError::TooShort("40b".into())
        );
        assert_eq!(
            select("dead").unwrap_err().to_string(),
            "no connection whose id begins with `dead`"
        );
    }
}
