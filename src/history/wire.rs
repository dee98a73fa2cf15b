//! The lines of the journal. They are apart from the types of the domain, so that those can change and the file cannot.

mod connection;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use connection::{WireConnection, WireReference};

use super::entry::{Action, Change, Entry, Operation, Origin, Outcome};
use super::{EntryId, UnreadableReason};
use crate::topology::Connection;

/// Raised only for a change that would make older versions misread a line; new fields do not.
const VERSION: u64 = 1;
const INTENT: &str = "intent";
const OUTCOME: &str = "outcome";

/// What a line tells.
#[derive(Debug)]
pub(super) enum Event {
    /// A change is about to be sent.
    Intent(Box<Entry>),
    /// What became of it.
    Outcome(EntryId, Outcome),
}

#[derive(Serialize)]
struct Line<T> {
    v: u64,
    event: &'static str,
    #[serde(flatten)]
    body: T,
}

#[derive(Deserialize)]
struct Head {
    v: u64,
    event: Box<str>,
}

#[derive(Serialize, Deserialize)]
struct WireIntent {
    entry: Box<str>,
    at: Box<str>,
    operation: WireOperation,
    command: Box<str>,
    profile: Option<Box<str>>,
    host: Box<str>,
    org: Option<WireReference>,
    before: Option<WireConnection>,
    wanted: Option<WireConnection>,
    undoes: Option<Box<str>>,
}

#[derive(Serialize, Deserialize)]
struct WireOutcome {
    entry: Box<str>,
    at: Box<str>,
    #[serde(flatten)]
    result: WireResult,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WireOperation {
    Create,
    Update,
    Delete,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "lowercase")]
enum WireResult {
    Done {
        connection: Option<WireConnection>,
    },
    Failed {
        message: Box<str>,
        http_status: Option<u16>,
    },
    Unknown {
        message: Option<Box<str>>,
    },
}

/// The line, without its end, for a change that is about to be sent.
pub(super) fn intent(
    id: &EntryId,
    at: Timestamp,
    change: &Change,
    undoes: Option<&EntryId>,
) -> Result<Vec<u8>, serde_json::Error> {
    let Change {
        action,
        command,
        origin,
    } = change;
    let body = WireIntent {
        entry: id.as_str().into(),
        at: at.to_string().into(),
        operation: action.operation().into(),
        command: (*command).into(),
        profile: origin.profile.as_deref().map(Into::into),
        host: origin.host.clone(),
        org: origin.org.as_ref().map(Into::into),
        before: action.before().map(Into::into),
        wanted: action.wanted().as_ref().map(Into::into),
        undoes: undoes.map(|id| id.as_str().into()),
    };
    encode(INTENT, body)
}

/// The line, without its end, for what became of a change.
pub(super) fn outcome(
    id: &EntryId,
    at: Timestamp,
    outcome: &Outcome,
) -> Result<Vec<u8>, serde_json::Error> {
    let body = WireOutcome {
        entry: id.as_str().into(),
        at: at.to_string().into(),
        result: outcome.into(),
    };
    encode(OUTCOME, body)
}

fn encode(event: &'static str, body: impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Line {
        v: VERSION,
        event,
        body,
    })
}

/// Reads a line, without its end. Unknown fields are passed over.
pub(super) fn decode(line: &[u8]) -> Result<Event, UnreadableReason> {
    let head: Head = serde_json::from_slice(line).map_err(unreadable)?;
    if head.v > VERSION {
        return Err(UnreadableReason::Newer(head.v));
    }
    match &*head.event {
        INTENT => {
            let intent: WireIntent = serde_json::from_slice(line).map_err(unreadable)?;
            Ok(Event::Intent(Box::new(intent.try_into()?)))
        }
        OUTCOME => {
            let body: WireOutcome = serde_json::from_slice(line).map_err(unreadable)?;
            let at = time(&body.at)?;
            let id = EntryId::from_journal(body.entry);
            Ok(Event::Outcome(id, body.result.into_outcome(at)))
        }
        _ => Err(UnreadableReason::UnknownEvent(head.event)),
    }
}

/// The beginning of a JSON object is never one, so a line that was cut short always ends too early.
fn unreadable(error: serde_json::Error) -> UnreadableReason {
    if error.is_eof() {
        UnreadableReason::Torn
    } else {
        UnreadableReason::Malformed(error)
    }
}

fn time(text: &str) -> Result<Timestamp, UnreadableReason> {
    text.parse().map_err(UnreadableReason::Time)
}

impl TryFrom<WireIntent> for Entry {
    type Error = UnreadableReason;

    fn try_from(intent: WireIntent) -> Result<Self, UnreadableReason> {
        let before = intent.before.map(Connection::from);
        let wanted = intent.wanted.map(Connection::from);
        let action = match (intent.operation, before, wanted) {
            (WireOperation::Create, _, Some(wanted)) => Action::Create { wanted },
            (WireOperation::Update, Some(before), Some(Connection { types: wanted, .. })) => {
                Action::Update { before, wanted }
            }
            (WireOperation::Delete, Some(before), _) => Action::Delete { before },
            _ => return Err(UnreadableReason::NoConnection),
        };
        Ok(Self {
            id: EntryId::from_journal(intent.entry),
            at: time(&intent.at)?,
            action,
            command: intent.command,
            origin: Origin {
                profile: intent.profile.map(Into::into),
                host: intent.host,
                org: intent.org.map(Into::into),
            },
            undoes: intent.undoes.map(EntryId::from_journal),
            outcome: Outcome::Unknown {
                at: None,
                message: None,
            },
            undone_by: None,
        })
    }
}

impl WireResult {
    fn into_outcome(self, at: Timestamp) -> Outcome {
        match self {
            Self::Done { connection } => Outcome::Done {
                at,
                connection: connection.map(|connection| Box::new(connection.into())),
            },
            Self::Failed {
                message,
                http_status,
            } => Outcome::Failed {
                at,
                message,
                http_status,
            },
            Self::Unknown { message } => Outcome::Unknown {
                at: Some(at),
                message,
            },
        }
    }
}

impl From<&Outcome> for WireResult {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Done { connection, .. } => Self::Done {
                connection: connection.as_deref().map(Into::into),
            },
            Outcome::Failed {
                message,
                http_status,
                ..
            } => Self::Failed {
                message: message.clone(),
                http_status: *http_status,
            },
            Outcome::Unknown { message, .. } => Self::Unknown {
                message: message.clone(),
            },
        }
    }
}

impl From<Operation> for WireOperation {
    fn from(operation: Operation) -> Self {
        match operation {
            Operation::Create => Self::Create,
            Operation::Update => Self::Update,
            Operation::Delete => Self::Delete,
        }
    }
}
