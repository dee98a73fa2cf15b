use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A position in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Position {
    /// The number of the line, from 1.
    pub(crate) line: u64,
    /// The number of the character within the line, from 1.
    pub(crate) column: u64,
}

impl Position {
    /// The beginning of the text.
    pub(super) const START: Self = Self { line: 1, column: 1 };
}

/// A value with the position of its first character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WithPosition<T> {
    pub(super) value: T,
    pub(super) position: Position,
}

/// The name of a desired-state file in messages: its path, or `-` for standard input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(crate) struct FileName(Arc<Path>);

impl FileName {
    /// The name of the file at `path`. The path `-` means standard input.
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into().into())
    }

    /// The path of the file; `None` for standard input.
    pub(crate) fn path(&self) -> Option<&Path> {
        (self.0.as_os_str() != "-").then_some(&self.0)
    }

    /// Adds the file's name to a position in the file.
    pub(crate) fn location(&self, position: Position) -> Location {
        Location {
            file: self.clone(),
            position,
        }
    }
}

impl From<String> for FileName {
    fn from(path: String) -> Self {
        Self::new(path)
    }
}

/// The path as text. What is not Unicode in it is replaced.
impl From<FileName> for String {
    fn from(name: FileName) -> Self {
        name.0.to_string_lossy().into_owned()
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path() {
            Some(path) => path.display().fmt(f),
            None => f.write_str("standard input"),
        }
    }
}

/// A position with the name of its file, which is put in front of a message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Location {
    /// The file.
    pub(crate) file: FileName,
    /// The position in the file.
    #[serde(flatten)]
    pub(crate) position: Position,
}

/// `orgconn.yaml:3:13`, the format that compilers write and editors understand.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position;
        write!(f, "{}:{line}:{column}", self.file)
    }
}

/// A value with its location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WithLocation<T> {
    pub(crate) value: T,
    pub(crate) location: Location,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_reads_as_compilers_write_it() {
        let position = Position {
            line: 3,
            column: 13,
        };
        let at = |path: &str| FileName::new(path).location(position).to_string();
        assert_eq!(at("teams/orgconn.yaml"), "teams/orgconn.yaml:3:13");
        assert_eq!(at("-"), "standard input:3:13");
    }
}
