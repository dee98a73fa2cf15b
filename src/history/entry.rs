use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::{EntryId, SANDBOX_HOST};
use crate::topology::{Connection, Reference, TypeSet};

/// What is done to a connection, with what it takes to put it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A connection is made.
    Create {
        /// What it is to be: its ends and types. It has no id yet.
        wanted: Connection,
    },
    /// A connection gets other types.
    Update {
        /// The connection as it was.
        before: Connection,
        /// All types that it is to have.
        wanted: TypeSet,
    },
    /// A connection is taken away.
    Delete {
        /// The connection as it was.
        before: Connection,
    },
}

/// The kind of an [`Action`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// A connection is made.
    Create,
    /// A connection gets other types.
    Update,
    /// A connection is taken away.
    Delete,
}

/// A change that is about to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is to be done.
    pub action: Action,
    /// The word of the command that does it, such as `apply`. It is a word of the program's own, so that no argument
    /// can get into the journal by it.
    pub command: &'static str,
    /// Where it is done, and with whose credentials.
    pub origin: Origin,
}

/// Where a change is made, and with whose credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The profile, where one is used.
    pub profile: Option<Arc<str>>,
    /// The host of the API, with the port where one is given and nothing else of the URL. It keeps the entries of two
    /// sites apart, and those of the sandbox, which needs a name here that lasts longer than its port.
    pub host: Box<str>,
    /// The org that the credentials belong to, where it is known.
    pub org: Option<Reference>,
}

impl Origin {
    /// Whether it is in the sandbox, or outside of it, as `in_sandbox` says; and with one of these profiles, if there
    /// are any.
    pub fn is_about(&self, in_sandbox: bool, profiles: &[String]) -> bool {
        let profile = self.profile.as_deref();
        (*self.host == *SANDBOX_HOST) == in_sandbox
            && (profiles.is_empty() || profiles.iter().any(|name| Some(&**name) == profile))
    }
}

/// A change in the history, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub id: EntryId,
    /// When it was about to be sent, by this machine's clock.
    pub at: Timestamp,
    /// What was to be done.
    pub action: Action,
    /// The word of the command that did it.
    pub command: Box<str>,
    /// Where it was done.
    pub origin: Origin,
    /// The entry that it undoes, if it is an undo.
    pub undoes: Option<EntryId>,
    /// What became of it.
    pub outcome: Outcome,
    /// The entry that undid it. An undo that failed, or of which nothing is known, does not count.
    pub undone_by: Option<EntryId>,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was carried out.
    Done {
        /// When the answer was there.
        at: Timestamp,
        /// The connection as the API answered; `None` where it answers none, as to a delete.
        connection: Option<Box<Connection>>,
    },
    /// It was refused, or never reached the API: nothing changed.
    Failed {
        /// When that was known.
        at: Timestamp,
        /// Why.
        message: Box<str>,
        /// The HTTP status of the refusal, if there was an answer.
        http_status: Option<u16>,
    },
    /// Nobody knows: the answer was lost, or the run ended before it came.
    Unknown {
        /// When it was given up; `None` if the run was killed or crashed.
        at: Option<Timestamp>,
        /// Why; `None` if the run was killed or crashed.
        message: Option<Box<str>>,
    },
}

impl Action {
    /// The kind of action.
    pub fn operation(&self) -> Operation {
        match self {
            Self::Create { .. } => Operation::Create,
            Self::Update { .. } => Operation::Update,
            Self::Delete { .. } => Operation::Delete,
        }
    }

    /// The connection as it was; `None` for one that was to be made.
    pub fn before(&self) -> Option<&Connection> {
        match self {
            Self::Create { .. } => None,
            Self::Update { before, .. } | Self::Delete { before } => Some(before),
        }
    }

    /// The connection as it was to be; `None` for one that was to go.
    pub fn wanted(&self) -> Option<Connection> {
        match self {
            Self::Create { wanted } => Some(wanted.clone()),
            Self::Update { before, wanted } => Some(Connection {
                types: wanted.clone(),
                ..before.clone()
            }),
            Self::Delete { .. } => None,
        }
    }
}

impl Operation {
    /// The word for it: `create`, `update` or `delete`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Entry {
    /// The connection that the entry is about, as well as it is known: as the API answered when it was made, else as
    /// it was to be, and as it was before in all other cases.
    pub fn subject(&self) -> &Connection {
        match (&self.action, self.answer()) {
            (Action::Create { .. }, Some(answer)) => answer,
            (Action::Create { wanted }, None) => wanted,
            (Action::Update { before, .. } | Action::Delete { before }, _) => before,
        }
    }

    /// The connection as the API answered, if it was carried out and answered with one.
    pub fn answer(&self) -> Option<&Connection> {
        match &self.outcome {
            Outcome::Done { connection, .. } => connection.as_deref(),
            Outcome::Failed { .. } | Outcome::Unknown { .. } => None,
        }
    }

    /// Whether it was certainly carried out.
    pub fn is_done(&self) -> bool {
        matches!(self.outcome, Outcome::Done { .. })
    }
}
