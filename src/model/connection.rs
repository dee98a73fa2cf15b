use std::collections::BTreeMap;

use indexmap::IndexMap;
use indexmap::map::Entry;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::TypeSet;

/// The maximum number of orgs that one org shares with, unless it is on an Enterprise plan.
///
/// Only the service knows the plan, so exceeding this number causes a warning and not an error.
pub const MAX_DESTINATIONS: usize = 5;

/// A connection from a source org, whose data is shared, to a destination org, which may query it.
///
/// It serializes to the JSON of the output contract, with `null` for fields that the API leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The connection's own id.
    pub id: Uuid,
    /// The org whose data is shared.
    pub source: OrgRef,
    /// The org that may query it; `sink_org` in the API.
    pub destination: OrgRef,
    /// The types of data that are shared.
    pub types: TypeSet,
    /// The time of its creation, as the API writes it (RFC 3339).
    #[serde(default)]
    pub created_at: Option<String>,
    /// The user who created the connection. The connection is deleted together with this user's account.
    #[serde(default)]
    pub created_by: UserRef,
    /// The profiles that see the connection; empty if no profile is used.
    #[serde(default)]
    pub profiles: Vec<String>,
}

/// An org as a connection names it, by its id and perhaps its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OrgRef {
    /// The org's UUID.
    pub id: Uuid,
    /// The org's name, exactly as the API gives it, if it is known.
    #[serde(default)]
    pub name: Option<String>,
}

/// A user as a connection names them, by id and name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRef {
    /// The user's UUID, if it is known.
    pub id: Option<Uuid>,
    /// The user's name, if it is known.
    pub name: Option<String>,
}

impl OrgRef {
    /// The name, or the id if there is no name.
    pub fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.id.to_string())
    }

    /// The name followed by the id, for messages in which several orgs could have that name.
    pub fn label_with_id(&self) -> String {
        match &self.name {
            Some(name) => format!("`{name}` ({})", self.id),
            None => self.id.to_string(),
        }
    }

    /// Copies the name of `other` if it is the same org and this one has no name.
    pub(crate) fn fill_from(&mut self, other: &Self) {
        if self.id == other.id && self.name.is_none() {
            self.name.clone_from(&other.name);
        }
    }
}

impl From<Uuid> for OrgRef {
    fn from(id: Uuid) -> Self {
        Self { id, name: None }
    }
}

impl Connection {
    /// Fills in missing fields from `other`, which is the same connection read from another answer.
    ///
    /// This is needed since the API's answer to an update leaves out the names of the orgs and of the user (recorded
    /// traffic).
    pub fn fill_from(&mut self, other: &Self) {
        self.source.fill_from(&other.source);
        self.destination.fill_from(&other.destination);
        if self.created_by.id.is_none() {
            self.created_by.id = other.created_by.id;
        }
        if self.created_by.name.is_none() && self.created_by.id == other.created_by.id {
            self.created_by.name.clone_from(&other.created_by.name);
        }
        if self.created_at.is_none() {
            self.created_at.clone_from(&other.created_at);
        }
    }

    /// Fills in the name of the source or the destination, if `org` is one of them.
    pub fn fill_name(&mut self, org: &OrgRef) {
        self.source.fill_from(org);
        self.destination.fill_from(org);
    }

    /// The source and the destination.
    pub fn ends(&self) -> [&OrgRef; 2] {
        [&self.source, &self.destination]
    }

    /// The ids of source and destination. There is at most one connection for each pair.
    pub fn pair(&self) -> (Uuid, Uuid) {
        (self.source.id, self.destination.id)
    }
}

/// The connections that several accounts see, each once. Both orgs of a connection see it, so two accounts may report
/// it.
#[derive(Clone, Debug, Default)]
pub struct ConnectionSet(IndexMap<Uuid, Connection>);

impl ConnectionSet {
    /// Adds the connections that one account sees. If it belongs to a profile, the profile is added to each of them. A
    /// connection that is here already gets the fields that it lacks.
    pub fn merge_seen_by(&mut self, seen: Vec<Connection>, profile: Option<&str>) {
        for connection in seen {
            let known = match self.0.entry(connection.id) {
                Entry::Vacant(place) => place.insert(connection),
                Entry::Occupied(known) => {
                    let known = known.into_mut();
                    known.fill_from(&connection);
                    known
                }
            };
            let is_new = |name: &String| !known.profiles.contains(name);
            let profile = profile.map(str::to_owned).filter(is_new);
            known.profiles.extend(profile);
        }
    }

    /// All connections, in the order in which they were added first.
    pub fn into_vec(self) -> Vec<Connection> {
        self.0.into_values().collect()
    }
}

/// Maps the ids of source and destination to their connection.
///
/// If the API lists two connections for one pair, the one with the smaller id is used.
pub(crate) fn connections_by_pair(
    connections: &[Connection],
) -> BTreeMap<(Uuid, Uuid), Connection> {
    let mut by_id: Vec<_> = connections.iter().collect();
    by_id.sort_by_key(|connection| connection.id);
    let mut by_pair = BTreeMap::new();
    for connection in by_id {
        let pair = by_pair.entry(connection.pair());
        pair.or_insert_with(|| connection.clone());
    }
    by_pair
}

/// The expected state of the connection between two orgs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// There is a connection, and it shares at least these types. With no types, it may share anything.
    Shares(TypeSet),
    /// There is a connection, and it shares exactly these types.
    SharesExactly(TypeSet),
    /// There is no connection.
    Absent,
    /// None of these types is shared; a connection may share others.
    SharesNone(TypeSet),
}

impl Expectation {
    /// Compares the expectation with the live connection. Returns `None` if the expectation holds, else the difference
    /// as a text that follows "A to B": `is not connected`, `lacks metrics (shares logs)`.
    pub fn difference(&self, live: Option<&Connection>) -> Option<String> {
        let Some(shared) = live.map(|connection| &connection.types) else {
            return match self {
                Self::Absent | Self::SharesNone(_) => None,
                Self::Shares(_) | Self::SharesExactly(_) => Some("is not connected".to_owned()),
            };
        };
        let (missing, excess) = match self {
            Self::Absent => return Some(format!("is connected ({})", describe_shared(shared))),
            Self::SharesNone(unwanted) => {
                let excess = shared.intersection(unwanted);
                return (!excess.is_empty()).then(|| format!("shares {excess}"));
            }
            Self::Shares(wanted) => (wanted.difference(shared), TypeSet::default()),
            Self::SharesExactly(wanted) => (wanted.difference(shared), shared.difference(wanted)),
        };
        match (missing.is_empty(), excess.is_empty()) {
            (true, true) => None,
            (false, true) => Some(format!("lacks {missing} ({})", describe_shared(shared))),
            (true, false) => Some(format!(
                "shares {excess} as well ({})",
                describe_shared(shared)
            )),
            (false, false) => Some(format!("lacks {missing} and shares {excess} instead")),
        }
    }
}

fn describe_shared(types: &TypeSet) -> String {
    if types.is_empty() {
        "shares nothing".to_owned()
    } else {
        format!("shares {types}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Expectation::{Absent, Shares, SharesExactly, SharesNone};
    use super::*;

    fn types(words: &str) -> TypeSet {
        words.split_terminator(',').map(Into::into).collect()
    }

    fn connection(number: u128, creator: Option<&str>) -> Connection {
        Connection {
            id: Uuid::from_u128(number),
            created_by: UserRef {
                id: None,
                name: creator.map(str::to_owned),
            },
            ..Connection::default()
        }
    }

    #[test]
    fn a_name_is_filled_from_the_same_org_only_and_never_replaced() {
        let named = |number, name: &str| OrgRef {
            id: Uuid::from_u128(number),
            name: Some(name.to_owned()),
        };
        let mut org = OrgRef::from(Uuid::from_u128(1));
        assert_eq!(org.label(), "00000000-0000-0000-0000-000000000001");
        org.fill_from(&named(2, "Beta"));
        assert_eq!(org.name, None);
        org.fill_from(&named(1, "Alpha"));
        org.fill_from(&named(1, "Older name"));
        assert_eq!(org.label(), "Alpha");
        assert_eq!(
            org.label_with_id(),
            "`Alpha` (00000000-0000-0000-0000-000000000001)"
        );
    }

    #[test]
    fn a_connection_that_two_accounts_see_is_in_the_set_once_with_both_profiles() {
        let mut set = ConnectionSet::default();
        set.merge_seen_by(vec![connection(1, None), connection(2, None)], Some("hub"));
        let retail = vec![connection(3, None), connection(1, Some("Dana"))];
        set.merge_seen_by(retail, Some("retail"));
        let merged = set.into_vec();
        let profiles: Vec<_> = merged
            .iter()
            .map(|known| (known.id.as_u128(), known.profiles.join("+")))
            .collect();
        let expected = [(1, "hub+retail"), (2, "hub"), (3, "retail")];
        assert_eq!(profiles, expected.map(|(id, names)| (id, names.to_owned())));
        assert_eq!(merged[0].created_by.name.as_deref(), Some("Dana"));
    }

    #[test]
    fn the_name_of_a_creator_is_not_taken_from_another_user() {
        let created_by = |id, name: Option<&str>| Connection {
            created_by: UserRef {
                id: Some(Uuid::from_u128(id)),
                name: name.map(str::to_owned),
            },
            ..Connection::default()
        };
        for (other, expected) in [(2, None), (1, Some("Dana"))] {
            let mut known = created_by(1, None);
            known.fill_from(&created_by(other, Some("Dana")));
            assert_eq!(known, created_by(1, expected));
        }
        let mut known = created_by(1, Some("Ann"));
        known.fill_from(&created_by(1, Some("Dana")));
        assert_eq!(known, created_by(1, Some("Ann")));
    }

    #[test]
    fn the_json_is_that_of_the_contract_and_is_read_back() {
        let id = "00000000-0000-0000-0000-000000000001";
        let expected = json!({
            "id": id,
            "source": {"id": Uuid::nil(), "name": null},
            "destination": {"id": Uuid::nil(), "name": null},
            "types": ["logs", "rum"],
            "created_at": null,
            "created_by": {"id": null, "name": "Dana"},
            "profiles": [],
        });
        let connection = Connection {
            types: types("rum,logs"),
            ..connection(1, Some("Dana"))
        };
        assert_eq!(serde_json::to_value(&connection).unwrap(), expected);
        let read: Connection = serde_json::from_value(expected).unwrap();
        assert_eq!(read, connection);
    }

    #[test]
    fn an_expectation_says_how_the_live_connection_differs() {
        let both = || types("logs,metrics");
        for (expectation, shared, difference) in [
            (Shares(types("logs")), Some("logs,metrics"), None),
            (Shares(types("")), Some(""), None),
            (
                Shares(types("logs,audit")),
                Some("logs"),
                Some("lacks audit (shares logs)"),
            ),
            (
                Shares(types("logs")),
                Some(""),
                Some("lacks logs (shares nothing)"),
            ),
            (Shares(types("logs")), None, Some("is not connected")),
            (SharesExactly(both()), Some("metrics,logs"), None),
            (
                SharesExactly(both()),
                Some("logs"),
                Some("lacks metrics (shares logs)"),
            ),
            (
                SharesExactly(both()),
                Some("logs,metrics,rum"),
                Some("shares rum as well (shares logs,metrics,rum)"),
            ),
            (
                SharesExactly(both()),
                Some("logs,audit"),
                Some("lacks metrics and shares audit instead"),
            ),
            (SharesExactly(both()), None, Some("is not connected")),
            (Absent, None, None),
            (Absent, Some("logs"), Some("is connected (shares logs)")),
            (SharesNone(types("audit")), Some("logs"), None),
            (
                SharesNone(types("audit,logs")),
                Some("logs,metrics"),
                Some("shares logs"),
            ),
            (SharesNone(types("audit")), None, None),
        ] {
            let live = shared.map(|words| Connection {
                types: types(words),
                ..Connection::default()
            });
            let found = expectation.difference(live.as_ref());
            assert_eq!(found.as_deref(), difference, "{expectation:?}, {shared:?}");
        }
    }
}
