use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Everything that the sandbox stores: the orgs of one account, their users, and the connections between the orgs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SandboxData {
    /// The orgs by their UUIDs.
    pub(super) orgs: BTreeMap<Uuid, OrgState>,
    /// The users of all orgs by their UUIDs.
    pub(super) users: BTreeMap<Uuid, UserState>,
    /// The connections, the oldest first.
    pub(super) connections: Vec<ConnectionState>,
}

/// An org.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrgState {
    pub(super) name: String,
    pub(super) public_id: String,
    /// The first part of the host name of the org's web pages.
    pub(super) subdomain: String,
    pub(super) disabled: bool,
    /// The org that manages it, if one does.
    pub(super) parent: Option<Uuid>,
}

/// A person or a service account, in one org.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserState {
    /// Some users have none.
    pub(super) name: Option<String>,
    pub(super) email: String,
    pub(super) service_account: bool,
    pub(super) status: UserStatus,
    pub(super) org: Uuid,
}

/// A user's status, as in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum UserStatus {
    Active,
    Pending,
    Disabled,
}

/// A connection, which leads from a source org to a destination org.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConnectionState {
    pub(super) id: Uuid,
    pub(super) source: Uuid,
    pub(super) destination: Uuid,
    /// The words in the order in which they were given.
    pub(super) types: Vec<String>,
    /// RFC 3339 with microseconds and `+00:00`; the API gives null for some.
    pub(super) created_at: Option<String>,
    pub(super) created_by: Uuid,
}

impl SandboxData {
    /// Whether the org exists and is not disabled.
    pub(super) fn is_active(&self, org: Uuid) -> bool {
        self.orgs.get(&org).is_some_and(|org| !org.disabled)
    }

    /// Whether there is a connection from `source` to `destination`.
    pub(super) fn has_connection(&self, source: Uuid, destination: Uuid) -> bool {
        let mut connections = self.connections.iter();
        connections.any(|one| (one.source, one.destination) == (source, destination))
    }

    /// The index of a connection; `None` if `org` is at neither end, since the API hides it from other orgs.
    pub(super) fn position(&self, id: Uuid, org: Uuid) -> Option<usize> {
        let mut connections = self.connections.iter();
        connections.position(|one| one.id == id && one.involves(org))
    }
}

impl ConnectionState {
    /// Whether `org` is its source or its destination.
    pub(super) fn involves(&self, org: Uuid) -> bool {
        self.source == org || self.destination == org
    }
}
