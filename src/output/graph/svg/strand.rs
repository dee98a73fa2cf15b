//! The lines of a connection, one for each kind of data.

use crate::output::graph::model::Edge;
use crate::topology::ConnectionType;

/// What a line stands for: it decides its letter, pattern and colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strand {
    Logs,
    Metrics,
    Audit,
    /// All types that this version does not know.
    Other,
    /// The line of a connection without types.
    Nothing,
}

impl Strand {
    pub(super) const ALL: [Self; 5] = [
        Self::Logs,
        Self::Metrics,
        Self::Audit,
        Self::Other,
        Self::Nothing,
    ];

    /// The strands of a connection, each once, in their order.
    pub(super) fn of(edge: &Edge) -> Vec<Self> {
        if edge.types.is_empty() {
            return vec![Self::Nothing];
        }
        let mut strands: Vec<Self> = edge.types.iter().map(Self::from).collect();
        strands.dedup();
        strands
    }

    pub(super) fn letter(self) -> char {
        match self {
            Self::Logs => 'L',
            Self::Metrics => 'M',
            Self::Audit => 'A',
            Self::Other => '+',
            Self::Nothing => '?',
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Metrics => "metrics",
            Self::Audit => "audit",
            Self::Other => "other types",
            Self::Nothing => "no types",
        }
    }

    /// The class in the style sheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Metrics => "metrics",
            Self::Audit => "audit",
            Self::Other => "other",
            Self::Nothing => "nothing",
        }
    }
}

impl From<&ConnectionType> for Strand {
    fn from(kind: &ConnectionType) -> Self {
        match kind {
            ConnectionType::Logs => Self::Logs,
            ConnectionType::Metrics => Self::Metrics,
            ConnectionType::Audit => Self::Audit,
            ConnectionType::Other(_) => Self::Other,
        }
    }
}
