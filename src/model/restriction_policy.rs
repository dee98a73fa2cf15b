use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::User;

/// A restriction policy: who may use a connection in one of its two orgs.
///
/// Each org has a policy of its own: the source org's decides who may edit the connection there, the destination org's
/// who may view its data and edit it there. An org without a policy restricts nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestrictionPolicy(BTreeMap<String, BTreeSet<Principal>>);

/// A principal that is added to a relation, or removed from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyDifference<'a> {
    /// Whether it is added.
    pub is_added: bool,
    /// The relation, such as `viewer`.
    pub relation: &'a str,
    /// The principal.
    pub principal: &'a Principal,
}

/// `+viewer team:UUID`, or with `-`.
impl fmt::Display for PolicyDifference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_added { '+' } else { '-' };
        write!(f, "{sign}{} {}", self.relation, self.principal)
    }
}

/// A subject of a restriction policy as the API writes it: `role:`, `team:`, `user:` or `org:`, and a UUID. A service
/// account is a `user:`. Any other text is shown and preserved.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Principal(String);

/// The kind of a [`Principal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PrincipalKind {
    /// Everybody with a role.
    Role,
    /// Everybody in a team.
    Team,
    /// One user, who may be a service account.
    User,
    /// Everybody in the org.
    Org,
}

/// The relation of those who may see the data.
const VIEWER: &str = "viewer";
/// The relation of those who may change the connection, and see the data too.
const EDITOR: &str = "editor";

impl RestrictionPolicy {
    /// A policy of these viewers and editors. A relation without anybody is left out.
    pub fn new(
        viewers: impl IntoIterator<Item = Principal>,
        editors: impl IntoIterator<Item = Principal>,
    ) -> Self {
        let viewers = viewers.into_iter().map(|viewer| (VIEWER.into(), viewer));
        let editors = editors.into_iter().map(|editor| (EDITOR.into(), editor));
        let mut policy = Self::default();
        for (relation, principal) in viewers.chain(editors) {
            policy.add(relation, [principal]);
        }
        policy
    }

    /// Adds principals to a relation. It is part of the policy even if there are none.
    pub fn add(&mut self, relation: String, principals: impl IntoIterator<Item = Principal>) {
        self.0.entry(relation).or_default().extend(principals);
    }

    /// Whether it restricts nobody.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The relations in the order of their names, each with its principals.
    pub fn bindings(&self) -> impl Iterator<Item = (&str, &BTreeSet<Principal>)> {
        let bindings = self.0.iter();
        bindings.map(|(relation, principals)| (relation.as_str(), principals))
    }

    /// The principals with the relation `viewer`. An editor may view as well.
    pub fn viewers(&self) -> impl Iterator<Item = &Principal> {
        self.0.get(VIEWER).into_iter().flatten()
    }

    /// The principals with the relation `editor`.
    pub fn editors(&self) -> impl Iterator<Item = &Principal> {
        self.0.get(EDITOR).into_iter().flatten()
    }

    /// What turns this policy into `other`: first what is removed, then what is added.
    pub fn differences_to<'a>(&'a self, other: &'a Self) -> Vec<PolicyDifference<'a>> {
        let of = |policy: &'a Self, than: &'a Self, is_added| {
            let pairs = policy.pairs();
            let own = pairs.filter(|(relation, principal)| !than.has(relation, principal));
            own.map(move |(relation, principal)| PolicyDifference {
                is_added,
                relation,
                principal,
            })
        };
        of(self, other, false)
            .chain(of(other, self, true))
            .collect()
    }

    /// Each relation with each of its principals.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &Principal)> {
        self.bindings().flat_map(|(relation, principals)| {
            principals
                .iter()
                .map(move |principal| (relation, principal))
        })
    }

    /// Whether the principal has the relation.
    pub fn has(&self, relation: &str, principal: &Principal) -> bool {
        let principals = self.0.get(relation);
        principals.is_some_and(|principals| principals.contains(principal))
    }

    /// Whether a user whom these principals stand for may edit. `None` if that depends on a principal of which it is not
    /// known whether the user belongs to it: a team, or without `knows_roles` a role.
    fn lets_edit(&self, user: &[Principal], knows_roles: bool) -> Option<bool> {
        if self.is_empty() || self.editors().any(|editor| user.contains(editor)) {
            return Some(true);
        }
        let is_unknown = |editor: &Principal| match editor.parts() {
            Some((PrincipalKind::User | PrincipalKind::Org, _)) => false,
            Some((PrincipalKind::Role, _)) => !knows_roles,
            Some((PrincipalKind::Team, _)) | None => true,
        };
        match self.editors().any(is_unknown) {
            true => None,
            false => Some(false),
        }
    }

    /// Whether the user may edit in this org. `None` if the user's teams or unread roles decide.
    pub fn lets_user_edit(&self, user: &User, org: Option<Uuid>) -> Option<bool> {
        let org = org.map(|id| Principal::new(PrincipalKind::Org, id));
        let roles = user.roles.iter().flatten();
        let roles = roles.map(|id| Principal::new(PrincipalKind::Role, *id));
        let own = Principal::of_user(user).into_iter().chain(org).chain(roles);
        self.lets_edit(&own.collect::<Vec<_>>(), user.roles.is_some())
    }

    /// What turns this policy into `other`, in one line.
    pub fn describe_differences(&self, other: &Self) -> String {
        let differences = self.differences_to(other);
        let differences: Vec<_> = differences.iter().map(ToString::to_string).collect();
        differences.join(", ")
    }

    /// Whether it restricts the connection to nobody at all.
    pub fn lets_nobody_view(&self) -> bool {
        !self.is_empty() && self.0.values().all(BTreeSet::is_empty)
    }
}

impl Principal {
    /// The principal of this kind and id.
    pub fn new(kind: PrincipalKind, id: Uuid) -> Self {
        Self(format!("{}:{id}", kind.as_str()))
    }

    /// The principal that stands for this user alone; `None` if the user's id is not known.
    pub fn of_user(user: &User) -> Option<Self> {
        user.id.map(|id| Self::new(PrincipalKind::User, id))
    }

    /// The text of the API, such as `role:UUID`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind and the id; `None` for a principal that this version does not know.
    pub fn parts(&self) -> Option<(PrincipalKind, Uuid)> {
        let (kind, id) = self.0.split_once(':')?;
        Some((PrincipalKind::from_word(kind)?, id.parse().ok()?))
    }
}

impl From<String> for Principal {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl PrincipalKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Role, Self::Team, Self::User, Self::Org];

    /// The word of the API: `role`, `team`, `user` or `org`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Team => "team",
            Self::User => "user",
            Self::Org => "org",
        }
    }

    /// The kind of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn principal(kind: PrincipalKind, number: u128) -> Principal {
        Principal::new(kind, Uuid::from_u128(number))
    }

    #[test]
    fn a_policy_is_the_same_however_its_principals_are_ordered() {
        let (one, two) = (
            principal(PrincipalKind::Role, 1),
            principal(PrincipalKind::Team, 2),
        );
        let policy = RestrictionPolicy::new([one.clone(), two.clone()], [one.clone()]);
        let mut other = RestrictionPolicy::default();
        other.add("editor".to_owned(), [one.clone(), one.clone()]);
        other.add("viewer".to_owned(), [two.clone()]);
        assert_ne!(policy, other);
        other.add("viewer".to_owned(), [one.clone()]);
        assert_eq!(policy, other);
        let expected = json!({"editor": [&one], "viewer": [&one, &two]});
        assert_eq!(serde_json::to_value(&policy).unwrap(), expected);
        assert_eq!(
            serde_json::from_value::<RestrictionPolicy>(expected).unwrap(),
            policy
        );
    }

    #[test]
    fn a_policy_without_anybody_differs_from_no_policy() {
        let none = RestrictionPolicy::new([], []);
        assert!(none.is_empty() && !none.lets_nobody_view());
        let mut nobody = none.clone();
        nobody.add("viewer".to_owned(), []);
        assert!(!nobody.is_empty() && nobody.lets_nobody_view());
        let editor = principal(PrincipalKind::User, 1);
        nobody.add("editor".to_owned(), [editor]);
        assert!(!nobody.lets_nobody_view());
    }

    #[test]
    fn the_differences_of_two_policies_are_signed() {
        let [role, team, user] = [
            PrincipalKind::Role,
            PrincipalKind::Team,
            PrincipalKind::User,
        ]
        .map(|kind| principal(kind, 0));
        let before = RestrictionPolicy::new([role.clone(), team.clone()], [user.clone()]);
        let after = RestrictionPolicy::new([team], [user, role]);
        let nil = Uuid::nil();
        let differences = before.differences_to(&after);
        let differences: Vec<_> = differences.iter().map(ToString::to_string).collect();
        assert_eq!(
            differences,
            [format!("-viewer role:{nil}"), format!("+editor role:{nil}")]
        );
        assert_eq!(before.differences_to(&before), []);
    }

    #[test]
    fn an_editor_is_known_unless_a_team_or_a_role_decides() {
        let (org, user) = (
            principal(PrincipalKind::Org, 1),
            principal(PrincipalKind::User, 2),
        );
        let role = principal(PrincipalKind::Role, 3);
        let own = [org.clone(), user.clone(), role.clone()];
        for (editors, knows_roles, expected) in [
            (vec![user], true, Some(true)),
            (vec![org], false, Some(true)),
            (vec![role], true, Some(true)),
            (vec![principal(PrincipalKind::User, 9)], false, Some(false)),
            (vec![principal(PrincipalKind::Role, 9)], true, Some(false)),
            (vec![principal(PrincipalKind::Role, 9)], false, None),
            (vec![principal(PrincipalKind::Team, 9)], true, None),
            (vec![String::from("robot:9").into()], true, None),
        ] {
            let policy = RestrictionPolicy::new([], editors.clone());
            assert_eq!(policy.lets_edit(&own, knows_roles), expected, "{editors:?}");
        }
        let viewers = RestrictionPolicy::new(own.clone(), []);
        assert_eq!(viewers.lets_edit(&own, true), Some(false));
        assert_eq!(
            RestrictionPolicy::default().lets_edit(&own, true),
            Some(true)
        );
    }

    #[test]
    fn a_principal_is_a_kind_and_a_uuid_or_any_other_text() {
        for kind in PrincipalKind::ALL {
            let written = principal(kind, 7);
            assert_eq!(written.parts(), Some((kind, Uuid::from_u128(7))));
        }
        for odd in [
            "",
            "role",
            "role:",
            "role:x",
            "robot:00000000-0000-0000-0000-000000000007",
        ] {
            let odd = Principal::from(odd.to_owned());
            assert_eq!(odd.parts(), None, "{odd}");
        }
    }
}
