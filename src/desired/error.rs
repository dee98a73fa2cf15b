use super::position::Position;
use crate::model::{ParseSelectorError, ResolveOrgError, nearest_names};

/// A mistake in a desired-state file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{position}: {kind}")]
pub(crate) struct DesiredError {
    /// The first character of the value in question.
    pub(crate) position: Position,
    /// What is wrong with it.
    pub(crate) kind: DesiredErrorKind,
}

/// What is wrong at one place of a desired-state file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DesiredErrorKind {
    /// The text is not YAML; the parser's message.
    #[error("{0}")]
    Syntax(String),
    /// The text is longer than any such file would be; the limit in bytes.
    #[error("the file is too large; at most {0} bytes are read")]
    TooLarge(usize),
    /// Lists on both sides stand for more connections than any file would want; the limit for the whole file.
    #[error("too many connections; a file may stand for at most {0}")]
    TooManyConnections(usize),
    /// The value is of another kind than the format has here.
    #[error("expected {expected}, found {found}{note}")]
    WrongKind {
        /// What belongs here.
        expected: &'static str,
        /// What is here.
        found: &'static str,
        /// What to do about it, after a semicolon; may be empty.
        note: &'static str,
    },
    /// A list has no element; what belongs into it.
    #[error("the list is empty; give {0}")]
    EmptyList(&'static str),
    /// The format does not have this key here, or this version does not know the type.
    #[error("unknown {what} `{word}`; {}", describe_nearest(.word, .known))]
    Unknown {
        /// What the word should be.
        what: &'static str,
        /// The word as it was written.
        word: String,
        /// All words known here.
        known: &'static [&'static str],
    },
    /// A key stands twice in one mapping, or a word twice in one list.
    #[error("the {what} `{word}` is given twice")]
    Repeated {
        /// What the word is.
        what: &'static str,
        /// The word as it was written.
        word: String,
    },
    /// A required key is missing.
    #[error("the key `{0}` is missing")]
    MissingKey(&'static str),
    /// The text names no org.
    #[error(transparent)]
    InvalidOrg(#[from] ParseSelectorError),
    /// There is no such org, or more than one.
    #[error(transparent)]
    UnresolvedOrg(#[from] ResolveOrgError),
    /// The same pair of orgs is given before. There is at most one connection for each.
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
    /// An org would share its data with itself.
    #[error("the org `{0}` is connected to itself")]
    SelfConnection(String),
}

impl DesiredError {
    pub(super) fn new(position: Position, kind: impl Into<DesiredErrorKind>) -> Self {
        Self {
            position,
            kind: kind.into(),
        }
    }
}

fn describe_nearest(word: &str, known: &[&str]) -> String {
    match nearest_names(word.trim(), known.iter().copied()).first() {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("known here: {}", known.join(", ")),
    }
}
