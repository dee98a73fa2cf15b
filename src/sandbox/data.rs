use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Everything that the sandbox stores: the orgs of one account, their users, and the connections between the orgs. What
/// an older state file does not have is as in the sample data.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SandboxData {
    /// The orgs by their UUIDs.
    pub(super) orgs: BTreeMap<Uuid, OrgState>,
    /// The users of all orgs by their UUIDs.
    pub(super) users: BTreeMap<Uuid, UserState>,
    /// The connections, the oldest first.
    pub(super) connections: Vec<ConnectionState>,
    /// The roles of all orgs by their UUIDs.
    pub(super) roles: BTreeMap<Uuid, MembersState>,
    /// The teams of all orgs by their UUIDs.
    pub(super) teams: BTreeMap<Uuid, MembersState>,
    /// The restriction policies of connections.
    pub(super) policies: Vec<PolicyState>,
    /// The groups of orgs by their UUIDs.
    pub(super) org_groups: BTreeMap<Uuid, OrgGroupState>,
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

/// A group of orgs. An org is in one group at most.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrgGroupState {
    pub(super) name: String,
    pub(super) orgs: Vec<Uuid>,
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

/// A role or a team of an org.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MembersState {
    pub(super) name: String,
    pub(super) org: Uuid,
    /// The users who have the role, or are in the team.
    pub(super) users: Vec<Uuid>,
}

/// The restriction policy that an org has for a connection.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyState {
    pub(super) connection: Uuid,
    pub(super) org: Uuid,
    pub(super) bindings: Vec<BindingState>,
}

/// The principals with one relation to a connection, as in the API: `role:UUID`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct BindingState {
    pub(super) relation: String,
    pub(super) principals: Vec<String>,
}

impl PolicyState {
    /// Whether one of `principals` is an editor.
    pub(super) fn lets_edit(&self, principals: &[String]) -> bool {
        let mut editors = self.bindings.iter().filter(|one| one.relation == "editor");
        editors.any(|one| {
            one.principals
                .iter()
                .any(|editor| principals.contains(editor))
        })
    }
}

impl SandboxData {
    /// The policy that an org has for a connection, if it has one.
    pub(super) fn policy(&self, connection: Uuid, org: Uuid) -> Option<&PolicyState> {
        let mut policies = self.policies.iter();
        policies.find(|policy| (policy.connection, policy.org) == (connection, org))
    }

    /// Removes the policies that `is_gone` selects.
    pub(super) fn remove_policies(&mut self, is_gone: impl Fn(&PolicyState) -> bool) {
        self.policies.retain(|policy| !is_gone(policy));
    }

    /// The principals that stand for a user of an org.
    pub(super) fn principals_of(&self, user: Uuid, org: Uuid) -> Vec<String> {
        let with_user = |members: &BTreeMap<Uuid, MembersState>, kind: &str| {
            let own = members.iter().filter(|(_, one)| one.users.contains(&user));
            own.map(|(id, _)| format!("{kind}:{id}"))
                .collect::<Vec<_>>()
        };
        let mut principals = vec![format!("user:{user}"), format!("org:{org}")];
        principals.extend(with_user(&self.roles, "role"));
        principals.extend(with_user(&self.teams, "team"));
        principals
    }

    /// Whether the policy of the user's org, if there is one, lets them edit the connection.
    pub(super) fn may_edit(&self, connection: Uuid, user: Uuid, org: Uuid) -> bool {
        let policy = self.policy(connection, org);
        policy.is_none_or(|policy| policy.lets_edit(&self.principals_of(user, org)))
    }

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
