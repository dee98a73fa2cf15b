use super::position::Location;
use crate::model::{ParseSelectorError, ResolveOrgError, did_you_mean};

/// A mistake in a desired-state file, with its location.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{location}: {kind}")]
pub(crate) struct DesiredError {
    /// The location of the first character of the wrong value.
    pub(crate) location: Location,
    /// The mistake there.
    pub(crate) kind: DesiredErrorKind,
}

/// The kinds of mistakes in a desired-state file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DesiredErrorKind {
    /// The text is not YAML. Contains the parser's message.
    #[error("{0}")]
    Syntax(String),
    /// There are more mistakes than are listed. Contains the number of the others.
    #[error("{0} more mistakes from here on; correct those above first")]
    More(usize),
    /// The text is too long. Contains the limit in bytes.
    #[error("the file is too large; at most {0} bytes are read")]
    TooLarge(usize),
    /// Values are nested in each other too deeply. Contains the maximum depth.
    #[error("the values are nested too deeply; at most {0} levels are read")]
    TooDeep(usize),
    /// The file has too many values, or values with too much text. A value that an alias repeats counts each time.
    /// Contains the maximum number of values.
    #[error(
        "the file has too many or too long values, those that its aliases repeat included; at most {0} are read"
    )]
    TooManyValues(usize),
    /// The file has several YAML documents.
    #[error("a second YAML document begins; a file has one")]
    SecondDocument,
    /// The file stands for too many connections, since it has long lists of sources and destinations. Contains the
    /// limit for the whole file.
    #[error("too many connections; a file may stand for at most {0}")]
    TooManyConnections(usize),
    /// The value is of another kind than expected, such as a number in place of a list.
    #[error("expected {expected}, found {found}{note}")]
    WrongKind {
        /// The expected kind of value.
        expected: &'static str,
        /// The kind of the value in the file.
        found: &'static str,
        /// Advice that begins with a semicolon; may be empty.
        note: &'static str,
    },
    /// A list is empty. Contains what the list should name.
    #[error("the list is empty; give {0}")]
    EmptyList(&'static str),
    /// The key is not allowed here, or this version does not know the connection type.
    #[error("unknown {what} `{word}`{}", describe_known(.word, .known))]
    Unknown {
        /// The kind of word, such as a key.
        what: &'static str,
        /// The word in the file.
        word: String,
        /// All words that are allowed here.
        known: &'static [&'static str],
    },
    /// A key occurs twice in one mapping, or a word occurs twice in one list.
    #[error("the {what} `{word}` is given twice")]
    Repeated {
        /// The kind of word, such as a key.
        what: &'static str,
        /// The word in the file.
        word: String,
    },
    /// A required key is missing.
    #[error("the key `{0}` is missing")]
    MissingKey(&'static str),
    /// The text cannot be read as a selector of an org.
    #[error(transparent)]
    InvalidOrg(#[from] ParseSelectorError),
    /// The selector matches no org, or more than one.
    #[error(transparent)]
    UnresolvedOrg(#[from] ResolveOrgError),
    /// The same pair of orgs is given a second time. There is at most one connection for each pair.
    #[error(
        "the connection from `{source_org}` to `{destination_org}` is already given at {first}"
    )]
    RepeatedPair {
        /// The org whose data is shared.
        source_org: String,
        /// The org that may query it.
        destination_org: String,
        /// The location at which the pair is given first.
        first: Location,
    },
    /// Source and destination are the same org.
    #[error("the org `{0}` is connected to itself")]
    SelfConnection(String),
}

impl DesiredError {
    pub(super) fn new(location: Location, kind: impl Into<DesiredErrorKind>) -> Self {
        Self {
            location,
            kind: kind.into(),
        }
    }
}

fn describe_known(word: &str, known: &[&str]) -> String {
    did_you_mean(word.trim(), known.iter().copied())
        .unwrap_or_else(|| format!("; known here: {}", known.join(", ")))
}
