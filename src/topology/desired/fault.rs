use std::fmt;

use super::Position;
use crate::topology::{ParseSelectorError, ResolveOrgError};

/// What is wrong at one place of a desired-state file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is no YAML; the parser's own words.
    #[error("{0}")]
    Syntax(String),
    /// The file is longer than any such file would be.
    #[error("the file is too large; at most {most} bytes are read")]
    TooLarge {
        /// The limit in bytes.
        most: usize,
    },
    /// Lists on both sides stand for more connections than are ever wanted.
    #[error("too many connections; a file may stand for at most {most}")]
    TooMany {
        /// The limit, for the whole file.
        most: usize,
    },
    /// A value of another kind than the format has here.
    #[error("expected {expected}, found {found}{}", quoting_clause(.expected, .found))]
    WrongKind {
        /// What belongs here.
        expected: &'static str,
        /// What is here.
        found: &'static str,
    },
    /// A list without any element.
    #[error("the list is empty; give {expected}")]
    EmptyList {
        /// What belongs into it.
        expected: &'static str,
    },
    /// A key that the format does not have here.
    #[error("unknown key `{key}`; {}", instead(.nearest, .known))]
    UnknownKey {
        /// The key as it was written.
        key: String,
        /// The known key that is most like it.
        nearest: Option<&'static str>,
        /// All keys known here.
        known: &'static [&'static str],
    },
    /// A key written twice in one mapping.
    #[error("the key `{0}` is given twice")]
    RepeatedKey(&'static str),
    /// A key that has to be there.
    #[error("the key `{0}` is missing")]
    MissingKey(&'static str),
    /// A type that this version does not know.
    #[error("unknown connection type `{word}`; {}", instead(.nearest, .known))]
    UnknownType {
        /// The type as it was written.
        word: String,
        /// The known type that is most like it.
        nearest: Option<&'static str>,
        /// All types that this version knows.
        known: &'static [&'static str],
    },
    /// A type written twice in one list.
    #[error("the type `{0}` is given twice")]
    RepeatedType(String),
    /// What should name an org does not.
    #[error("{0}")]
    Unreadable(#[from] ParseSelectorError),
    /// An org written twice in one list.
    #[error("the org `{0}` is given twice")]
    RepeatedOrg(String),
    /// What names an org names none, or several.
    #[error("{0}")]
    Unresolved(#[from] ResolveOrgError),
    /// A second wish for the same pair of orgs. There is at most one connection for each.
    #[error(
        "the connection from `{source_org}` to `{destination_org}` is already given at {first}"
    )]
    RepeatedPair {
        /// The org whose data is shared.
        source_org: String,
        /// The org that may query it.
        destination_org: String,
        /// Where the pair is given first.
        first: Position,
    },
    /// An org that would share its data with itself.
    #[error("the org `{0}` is connected to itself")]
    SelfConnection(String),
}

/// One thing that is wrong in a desired-state file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredError {
    /// The first character of the value in question.
    pub position: Position,
    /// What is wrong with it.
    pub fault: Fault,
}

impl DesiredError {
    pub(super) fn new(position: Position, fault: impl Into<Fault>) -> Self {
        Self {
            position,
            fault: fault.into(),
        }
    }

    /// What is wrong, without the place: one line of printable characters, whatever the file holds.
    pub fn message(&self) -> String {
        let message = self.fault.to_string();
        let mut line = String::with_capacity(message.len());
        for character in message.chars() {
            if character.is_control() {
                line.extend(character.escape_default());
            } else {
                line.push(character);
            }
        }
        line
    }
}

/// `line 4, column 12: the list is empty; give at least one type`
impl fmt::Display for DesiredError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.position, self.message())
    }
}

impl std::error::Error for DesiredError {}

/// Everything that is wrong in a desired-state file, in the order of the file; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredErrors(Vec<DesiredError>);

impl DesiredErrors {
    /// The errors in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, DesiredError> {
        self.0.iter()
    }

    /// `Ok` if there is no error. The same fault at the same place counts once: an org of a list stands in several
    /// connections.
    pub(super) fn none_of(mut errors: Vec<DesiredError>) -> Result<(), Self> {
        errors.sort_by_key(|error| error.position);
        errors.dedup();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Self(errors))
        }
    }
}

impl From<DesiredError> for DesiredErrors {
    fn from(error: DesiredError) -> Self {
        Self(vec![error])
    }
}

impl<'a> IntoIterator for &'a DesiredErrors {
    type Item = &'a DesiredError;
    type IntoIter = std::slice::Iter<'a, DesiredError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One line for each error.
impl fmt::Display for DesiredErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for DesiredErrors {}

fn instead(nearest: &Option<&'static str>, known: &[&str]) -> String {
    match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("known here: {}", known.join(", ")),
    }
}

/// A name such as 2024 or `true` is text only in quotes.
fn quoting_clause(expected: &str, found: &str) -> &'static str {
    let is_bare_word = matches!(found, "a number" | "true or false");
    if is_bare_word && expected.contains("org") {
        "; a name like that is put in quotes"
    } else {
        ""
    }
}
