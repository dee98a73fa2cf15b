use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::{Change, Connection, OrgLabels, OrgRef};

/// The [`Origin::host`] of changes in the sandbox. It is fixed, since the sandbox's port differs from run to run.
pub(crate) const SANDBOX_HOST: &str = "sandbox";

/// The digits of Crockford's base 32, which has no letter that looks like a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// The number of random bits in an id, which follow its milliseconds.
const RANDOM_BITS: u32 = 20;
/// The number of base-32 digits for 64 bits.
const DIGITS: u32 = 13;

/// A change in the history, and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The id by which the user names the entry.
    pub(crate) id: EntryId,
    /// The invocation of the program that made the change.
    pub(crate) run: RunId,
    /// The time right before the change was sent, by this machine's clock.
    pub(crate) at: Timestamp,
    /// The requested change.
    pub(crate) change: Change,
    /// The name of the command that made the change, such as `apply`.
    pub(crate) command: String,
    /// The profile, host and org with which the change was made.
    pub(crate) origin: Origin,
    /// The entry that this one undoes, if it is an undo.
    pub(crate) undoes: Option<EntryId>,
    /// The result of the change, as far as it is known.
    pub(crate) outcome: Outcome,
    /// The entry that undid this one. An undo counts only if it is known to have succeeded, and is not undone itself.
    pub(crate) undone_by: Option<EntryId>,
    /// The latest undo of this entry that the API refused.
    pub(crate) undo_refused_by: Option<EntryId>,
}

/// The profile, host and org with which a change is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The profile, if one is used.
    pub(crate) profile: Option<String>,
    /// The API's host, with its port if one is given. It distinguishes the entries of different sites. In the sandbox
    /// it is [`SANDBOX_HOST`].
    pub(crate) host: String,
    /// The org that the credentials belong to, if it is known.
    pub(crate) org: Option<OrgRef>,
}

/// The result of a change, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "lowercase")]
pub(crate) enum Outcome {
    /// The change was made.
    Done {
        /// The connection in the API's answer; `None` for a delete.
        connection: Option<Box<Connection>>,
    },
    /// Nothing was changed, and nothing had to be: the connection was as wanted already, or the command was interrupted
    /// before the change was sent.
    Unchanged {
        /// The reason.
        message: String,
    },
    /// The change was refused or never reached the API, so nothing changed.
    Failed {
        /// The reason, which contains no secret.
        message: String,
        /// The HTTP status, if there was an answer.
        http_status: Option<u16>,
    },
    /// The change may have been made: the answer was lost, or the run ended before it arrived.
    Unknown {
        /// The reason; `None` if the run ended.
        message: Option<String>,
    },
}

/// The id of an entry, such as `01k2z6mvr9dq4`: the millisecond in which it began, then random bits. Ids sort by time,
/// and different processes do not create the same one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct EntryId(String);

/// The id of a run, which is one invocation of the program with all its changes: `r`, then an id as that of an entry,
/// such as `r01k2z6mvr9dq3`. An entry of an earlier version, which names no run, is a run of its own with the entry's
/// id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct RunId(String);

impl Entry {
    /// The time of the change in a message, such as `2026-01-31 12:00 UTC`.
    pub(crate) fn minute(&self) -> String {
        self.at.strftime("%Y-%m-%d %H:%M UTC").to_string()
    }

    /// A new entry for a change that is about to be sent.
    pub(super) fn new(
        change: &Change,
        command: &'static str,
        origin: &Origin,
        run: &RunId,
        undoes: Option<EntryId>,
    ) -> Self {
        let at = now();
        Self {
            id: EntryId::new(at),
            run: run.clone(),
            at,
            change: change.clone(),
            command: command.to_owned(),
            origin: origin.clone(),
            undoes,
            outcome: Outcome::Unknown { message: None },
            undone_by: None,
            undo_refused_by: None,
        }
    }

    /// The connection in the API's answer. `None` if the change is not known to be made, or the answer contained none.
    pub(crate) fn answer(&self) -> Option<&Connection> {
        match &self.outcome {
            Outcome::Done { connection } => connection.as_deref(),
            Outcome::Unchanged { .. } | Outcome::Failed { .. } | Outcome::Unknown { .. } => None,
        }
    }

    /// The connection that the entry changed, as it was before; for a create, as the API answered.
    pub(crate) fn connection(&self) -> Option<&Connection> {
        match &self.change {
            Change::Create { .. } => self.answer(),
            change => change.connection_before(),
        }
    }

    /// The id of the connection that the entry changed, if it is known.
    pub(crate) fn connection_id(&self) -> Option<Uuid> {
        self.connection().map(|connection| connection.id)
    }

    /// The org whose data is shared, if it is known. For a create, it is the org of the credentials.
    pub(crate) fn source(&self) -> Option<&OrgRef> {
        let connection = self.connection().map(|connection| &connection.source);
        let known = connection.or_else(|| self.change.source());
        known.or(self.origin.org.as_ref())
    }

    /// The org that may query the data.
    pub(crate) fn destination(&self) -> &OrgRef {
        let connection = self.connection().map(|connection| &connection.destination);
        connection.unwrap_or_else(|| self.change.destination())
    }

    /// The source, if it is known, and the destination.
    pub(crate) fn ends(&self) -> impl Iterator<Item = &OrgRef> + Clone {
        self.source().into_iter().chain([self.destination()])
    }

    /// The entry in a message, such as ``update from `Retail US` to `Observability Hub` ``.
    pub(crate) fn describe(&self, labels: &OrgLabels) -> String {
        let kind = self.change.kind();
        let destination = labels.quoted_label(self.destination());
        match self.source() {
            Some(source) => format!(
                "{kind} from {} to {destination}",
                labels.quoted_label(source)
            ),
            None => format!("{kind} to {destination}"),
        }
    }

    /// The two orgs of the entry in a line, such as `Retail US -> Observability Hub`.
    pub(crate) fn describe_pair(&self, labels: &OrgLabels, arrow: &str) -> String {
        let source = self.source();
        let source = source.map_or_else(|| "?".to_owned(), |org| labels.label(org));
        format!("{source} {arrow} {}", labels.label(self.destination()))
    }

    /// Whether the entry is a run of its own, since it names none.
    pub(crate) fn is_own_run(&self) -> bool {
        self.run.0 == self.id.0
    }

    /// Whether the change is known to have been made.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.outcome, Outcome::Done { .. })
    }
}

impl Outcome {
    /// Whether the API refused the change, so that another attempt is refused as well.
    pub(super) fn is_refusal(&self) -> bool {
        match self {
            Self::Failed { http_status, .. } => http_status.is_some_and(|status| {
                (400..500).contains(&status) && ![408, 429].contains(&status)
            }),
            Self::Done { .. } | Self::Unchanged { .. } | Self::Unknown { .. } => false,
        }
    }
}

impl Origin {
    /// Whether the change was made in the sandbox (outside of it if `in_sandbox` is false) and with one of `profiles`.
    /// An empty list means any profile.
    pub(crate) fn matches(&self, in_sandbox: bool, profiles: &[String]) -> bool {
        let is_chosen = || {
            self.profile
                .as_ref()
                .is_some_and(|it| profiles.contains(it))
        };
        (self.host == SANDBOX_HOST) == in_sandbox && (profiles.is_empty() || is_chosen())
    }
}

impl EntryId {
    fn new(at: Timestamp) -> Self {
        Self(new_id(at))
    }

    /// Whether this id begins with `text`, as a person types it.
    pub(super) fn starts_with(&self, text: &str) -> bool {
        id_starts_with(&self.0, text)
    }
}

impl RunId {
    /// The id of a run that begins now.
    pub(super) fn new() -> Self {
        Self(format!("r{}", new_id(now())))
    }

    /// Whether this id begins with `text`, as a person types it.
    pub(super) fn starts_with(&self, text: &str) -> bool {
        id_starts_with(&self.0, text)
    }
}

/// The run of an entry that names none.
impl From<&EntryId> for RunId {
    fn from(entry: &EntryId) -> Self {
        Self(entry.0.clone())
    }
}

#[cfg(test)]
impl From<&str> for EntryId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

#[cfg(test)]
impl From<&str> for RunId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The milliseconds of `at` and random bits as digits.
fn new_id(at: Timestamp) -> String {
    let millisecond = u64::try_from(at.as_millisecond()).unwrap_or_default();
    let number = millisecond << RANDOM_BITS | fastrand::u64(..1 << RANDOM_BITS);
    let digit = |place: u32| char::from(ALPHABET[(number >> (5 * place)) as usize % 32]);
    (0..DIGITS).rev().map(digit).collect()
}

/// Whether an id begins with `text`. Letter case is ignored, and `o`, `i` and `l` are read as the digits that they look
/// like.
fn id_starts_with(id: &str, text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let digits = text.replace('o', "0").replace(['i', 'l'], "1");
    id.starts_with(&text) || id.starts_with(&digits)
}

/// The current time in whole milliseconds. A higher precision would only make the file longer.
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_differ_within_a_millisecond() {
        let start = 1_763_935_381_000;
        let id_at = |millisecond| EntryId::new(Timestamp::from_millisecond(millisecond).unwrap());
        let mut ids: Vec<_> = (0..500).map(|step| id_at(start + step)).collect();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id.to_string().len() == 13));
        ids.extend((0..20).map(|_| id_at(start)));
        ids.sort();
        ids.dedup();
        assert!(ids.len() >= 519, "{}", ids.len());
    }

    #[test]
    fn the_beginning_of_an_id_is_known_however_it_was_typed() {
        let id = EntryId::from("01k2z6mvr9dq4");
        for typed in ["01k2", "01K2Z", "oik2", "OLK2z6mvr9dq4", " 01k2z6mvr9dq4 "] {
            assert!(id.starts_with(typed), "{typed:?}");
        }
        for typed in ["1k2z", "01k3", "01k2z6mvr9dq45"] {
            assert!(!id.starts_with(typed), "{typed:?}");
        }
    }

    #[test]
    fn an_origin_is_inside_or_outside_of_the_sandbox_and_of_a_profile() {
        let origin = |profile: Option<&str>, host: &str| Origin {
            profile: profile.map(str::to_owned),
            host: host.to_owned(),
            org: None,
        };
        let hub = ["hub".to_owned()];
        assert!(origin(None, "api.datadoghq.com").matches(false, &[]));
        assert!(!origin(None, SANDBOX_HOST).matches(false, &[]));
        assert!(origin(Some("hub"), SANDBOX_HOST).matches(true, &hub));
        assert!(!origin(Some("other"), SANDBOX_HOST).matches(true, &hub));
        assert!(!origin(None, SANDBOX_HOST).matches(true, &hub));
    }
}
