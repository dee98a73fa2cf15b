//! The format of the journal's lines. One line is written before a change is sent, and one after it is answered.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use super::{Entry, EntryId, Origin, Outcome, RunId, UnreadableReason};
use crate::model::{Change, ChangeKind, Connection, OrgRef, RestrictionPolicy, TypeSet};

/// The maximum length of a line in bytes, for reading and writing.
pub(super) const MAX_LENGTH: usize = 1 << 20;

/// The version of the format. It is raised only if older versions would misread a line; new fields do not raise it,
/// since older versions skip them.
const VERSION: u64 = 1;
const INTENT: &str = "intent";
const OUTCOME: &str = "outcome";
const RESET: &str = "reset";

/// The maximum number of characters of a stored message, since gateways may answer with whole pages.
pub(super) const MAX_MESSAGE: usize = 2_000;

/// The content of a line.
#[derive(Debug)]
pub(super) enum Event {
    /// A change is about to be sent.
    Intent(Box<Entry>),
    /// A change has ended with this outcome.
    Outcome(EntryId, Outcome),
    /// The state of this host was replaced, so that earlier changes there mean nothing any more.
    Reset(String),
}

#[derive(Serialize)]
struct Line<T> {
    v: u64,
    event: &'static str,
    #[serde(flatten)]
    body: T,
}

#[derive(Deserialize)]
struct Header {
    v: u64,
    event: String,
}

#[derive(Serialize, Deserialize)]
struct IntentBody {
    entry: EntryId,
    /// Earlier versions of the program wrote no run.
    run: Option<RunId>,
    at: Timestamp,
    operation: ChangeKind,
    command: String,
    profile: Option<String>,
    host: String,
    #[serde(default, deserialize_with = "known_org")]
    org: Option<OrgRef>,
    before: Option<Connection>,
    wanted: Option<RequestedConnection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<PolicyChange>,
    undoes: Option<EntryId>,
}

/// The restriction policy that an org has for a connection, before and after a change.
#[derive(Serialize, Deserialize)]
struct PolicyChange {
    org: OrgRef,
    before: RestrictionPolicy,
    after: RestrictionPolicy,
}

/// The connection that a create or an update requests.
#[derive(Serialize, Deserialize)]
struct RequestedConnection {
    #[serde(
        default,
        deserialize_with = "known_org",
        skip_serializing_if = "Option::is_none"
    )]
    source: Option<OrgRef>,
    destination: OrgRef,
    types: TypeSet,
}

#[derive(Serialize)]
struct OutcomeBody<'a> {
    entry: &'a EntryId,
    at: Timestamp,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize, Deserialize)]
struct ResetBody {
    host: String,
    at: Timestamp,
}

#[derive(Deserialize)]
struct StoredOutcome {
    entry: EntryId,
    #[serde(flatten)]
    outcome: Outcome,
}

/// Encodes a change that is about to be sent as a line, without a line break.
pub(super) fn encode_intent(entry: Entry) -> serde_json::Result<Vec<u8>> {
    encode(INTENT, IntentBody::from(entry))
}

/// Encodes the outcome of a change that ended at `at` as a line, without a line break. A long message is shortened.
pub(super) fn encode_outcome(
    entry: &EntryId,
    at: Timestamp,
    mut outcome: Outcome,
) -> serde_json::Result<Vec<u8>> {
    if let Outcome::Unchanged { message }
    | Outcome::Failed { message, .. }
    | Outcome::Unknown {
        message: Some(message),
    } = &mut outcome
        && let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE)
    {
        message.truncate(end);
    }
    let body = OutcomeBody { entry, at, outcome };
    encode(OUTCOME, body)
}

/// Encodes that the state of a host was replaced at `at` as a line, without a line break.
#[cfg(feature = "sandbox")]
pub(super) fn encode_reset(host: &str, at: Timestamp) -> serde_json::Result<Vec<u8>> {
    let host = host.to_owned();
    encode(RESET, ResetBody { host, at })
}

fn encode(event: &'static str, body: impl Serialize) -> serde_json::Result<Vec<u8>> {
    let v = VERSION;
    serde_json::to_vec(&Line { v, event, body })
}

/// Parses one line, given without its line break. Unknown fields are ignored.
pub(super) fn decode(line: &[u8]) -> Result<Event, UnreadableReason> {
    let header: Header = parse(line)?;
    if header.v > VERSION {
        return Err(UnreadableReason::NewerVersion(header.v));
    }
    match &*header.event {
        INTENT => {
            let entry = Entry::try_from(parse::<IntentBody>(line)?)?;
            Ok(Event::Intent(Box::new(entry)))
        }
        OUTCOME => {
            let StoredOutcome { entry, outcome } = parse(line)?;
            Ok(Event::Outcome(entry, outcome))
        }
        RESET => Ok(Event::Reset(parse::<ResetBody>(line)?.host)),
        _ => Err(UnreadableReason::UnknownEvent(header.event)),
    }
}

/// Parses the JSON of a line. If the JSON ends too early, the line is incomplete because of a crash.
fn parse<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Result<T, UnreadableReason> {
    serde_json::from_slice(line).map_err(|error| match error.is_eof() {
        true => UnreadableReason::Incomplete,
        false => UnreadableReason::Invalid(error),
    })
}

/// Reads an org that may be unknown. Earlier versions of the program wrote an unknown org as an org without an id.
fn known_org<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<OrgRef>, D::Error> {
    #[derive(Deserialize)]
    struct StoredOrg {
        id: Option<Uuid>,
        name: Option<String>,
    }
    let org = Option::<StoredOrg>::deserialize(deserializer)?;
    Ok(org.and_then(|StoredOrg { id, name }| id.map(|id| OrgRef { id, name })))
}

impl From<Entry> for IntentBody {
    fn from(entry: Entry) -> Self {
        let change = &entry.change;
        let wanted = RequestedConnection {
            source: change.source().cloned(),
            destination: change.destination().clone(),
            types: change.types_after(),
        };
        Self {
            entry: entry.id,
            run: Some(entry.run),
            at: entry.at,
            operation: change.kind(),
            command: entry.command,
            profile: entry.origin.profile,
            host: entry.origin.host,
            org: entry.origin.org,
            before: change.connection_before().cloned(),
            wanted: matches!(change.kind(), ChangeKind::Create | ChangeKind::Update)
                .then_some(wanted),
            policy: match entry.change {
                Change::Access {
                    org, before, after, ..
                } => Some(PolicyChange { org, before, after }),
                _ => None,
            },
            undoes: entry.undoes,
        }
    }
}

impl TryFrom<IntentBody> for Entry {
    type Error = UnreadableReason;

    fn try_from(body: IntentBody) -> Result<Self, UnreadableReason> {
        let change = match (body.operation, body.before, body.wanted) {
            (ChangeKind::Access, Some(connection), _) => {
                let policy = body.policy.ok_or(UnreadableReason::NoConnection)?;
                Change::Access {
                    connection,
                    org: policy.org,
                    before: policy.before,
                    after: policy.after,
                }
            }
            (ChangeKind::Create, _, Some(wanted)) => Change::Create {
                source: wanted.source,
                destination: wanted.destination,
                types: wanted.types,
            },
            (ChangeKind::Update, Some(before), Some(RequestedConnection { types, .. })) => {
                Change::Update { before, types }
            }
            (ChangeKind::Delete, Some(before), _) => Change::Delete { before },
            _ => return Err(UnreadableReason::NoConnection),
        };
        Ok(Self {
            run: body.run.unwrap_or_else(|| RunId::from(&body.entry)),
            id: body.entry,
            at: body.at,
            change,
            command: body.command,
            origin: Origin {
                profile: body.profile,
                host: body.host,
                org: body.org,
            },
            undoes: body.undoes,
            outcome: Outcome::Unknown { message: None },
            undone_by: None,
            undo_refused_by: None,
        })
    }
}
