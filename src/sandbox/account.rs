//! What the service knows: the orgs of one account, their users, and the connections between the orgs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A whole account, as the state file keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    /// The orgs by their UUIDs.
    pub(super) orgs: BTreeMap<Uuid, Org>,
    /// The users of all orgs by their UUIDs.
    pub(super) users: BTreeMap<Uuid, User>,
    /// The connections, the oldest first.
    pub(super) connections: Vec<Connection>,
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Org {
    pub(super) name: String,
    pub(super) public_id: String,
    /// The first part of the host that people see it under.
    pub(super) subdomain: String,
    pub(super) disabled: bool,
    /// The org that manages it, if one does.
    pub(super) parent: Option<Uuid>,
}

/// A person or a service account, in one org.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    /// Some users have none.
    pub(super) name: Option<String>,
    pub(super) email: String,
    pub(super) service_account: bool,
    pub(super) status: UserStatus,
    pub(super) org: Uuid,
}

/// The word that the API uses for a user's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum UserStatus {
    Active,
    Pending,
    Disabled,
}

/// A directed edge between two orgs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Connection {
    pub(super) id: Uuid,
    pub(super) source: Uuid,
    pub(super) destination: Uuid,
    /// The words in the order in which they were given.
    pub(super) types: Vec<String>,
    /// RFC 3339 with microseconds and `+00:00`; the API gives null for some.
    pub(super) created_at: Option<String>,
    pub(super) created_by: Uuid,
}

impl Account {
    /// Whether the org is there and not disabled.
    pub(super) fn is_active(&self, org: Uuid) -> bool {
        self.orgs.get(&org).is_some_and(|org| !org.disabled)
    }

    /// Whether there is a connection from `source` to `destination`.
    pub(super) fn are_connected(&self, source: Uuid, destination: Uuid) -> bool {
        self.connections
            .iter()
            .any(|connection| connection.source == source && connection.destination == destination)
    }

    /// Where the connection stands, if `org` takes part in it: to others it is unknown.
    pub(super) fn position(&self, id: Uuid, org: Uuid) -> Option<usize> {
        self.connections
            .iter()
            .position(|connection| connection.id == id && connection.joins(org))
    }
}

impl Connection {
    /// Whether `org` is its source or its destination.
    pub(super) fn joins(&self, org: Uuid) -> bool {
        self.source == org || self.destination == org
    }
}
