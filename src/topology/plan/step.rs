use std::fmt;
use std::sync::Arc;

use crate::topology::desired::{Edge, Position};
use crate::topology::{Connection, Id, Reference, TypeSet};

/// What a step does to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Makes a connection where there is none.
    Create,
    /// Replaces the types of a connection.
    Update,
    /// Takes a connection away.
    Delete,
    /// Nothing: the connection is as the file wants it.
    Unchanged,
}

impl Action {
    /// The word for it: `create`, `update`, `delete` or `unchanged`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Unchanged => "unchanged",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a plan says of one ordered pair of orgs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is to be done.
    pub action: Action,
    /// The org whose data is shared. Its id is always known.
    pub source: Reference,
    /// The org that may query it. Its id is always known.
    pub destination: Reference,
    /// The live connection; `None` where one is to be created.
    pub connection: Option<Connection>,
    /// The types that are shared now; empty where there is no connection yet.
    pub before: TypeSet,
    /// The types that are shared afterwards; empty where the connection is deleted.
    pub after: TypeSet,
    /// The profile that is to carry the step out, once it was chosen: see [`Plan::assign_profiles`].
    ///
    /// [`Plan::assign_profiles`]: super::Plan::assign_profiles
    pub profile: Option<Arc<str>>,
    /// Where the file wants the connection; `None` for one that the file does not name.
    pub position: Option<Position>,
}

impl Step {
    /// Whether anything is to be done.
    pub fn is_change(&self) -> bool {
        self.action != Action::Unchanged
    }

    /// The types that are shared afterwards and are not now.
    pub fn added(&self) -> TypeSet {
        self.after.difference(&self.before)
    }

    /// The types that are shared now and are not afterwards. Those that this version does not know are among them:
    /// an update replaces the whole set.
    pub fn removed(&self) -> TypeSet {
        self.before.difference(&self.after)
    }

    /// What turns `connection`, if there is one, into what `edge` wants.
    pub(super) fn toward(edge: &Edge, connection: Option<Connection>) -> Self {
        let action = match &connection {
            None => Action::Create,
            Some(connection) if connection.types == edge.types => Action::Unchanged,
            Some(_) => Action::Update,
        };
        Self {
            action,
            source: edge.source.reference(),
            destination: edge.destination.reference(),
            before: types_of(connection.as_ref()),
            connection,
            after: edge.types.clone(),
            profile: None,
            position: Some(edge.position),
        }
    }

    /// What takes `connection` away.
    pub(super) fn away_with(connection: Connection) -> Self {
        Self {
            action: Action::Delete,
            source: connection.source.clone(),
            destination: connection.destination.clone(),
            before: connection.types.clone(),
            connection: Some(connection),
            after: TypeSet::default(),
            profile: None,
            position: None,
        }
    }

    /// The ids of source and destination, by which steps of two plans are held side by side.
    pub(super) fn pair(&self) -> (Option<&Id>, Option<&Id>) {
        (self.source.id.as_ref(), self.destination.id.as_ref())
    }

    /// Whether both ask for the same change of the same connection. Where in the file it is wanted, how the orgs
    /// are called and which profile does it are no part of the change.
    pub(super) fn asks_the_same_as(&self, other: &Self) -> bool {
        self.action == other.action
            && self.pair() == other.pair()
            && self.connection_id() == other.connection_id()
            && self.before == other.before
            && self.after == other.after
    }

    fn connection_id(&self) -> Option<&Id> {
        self.connection.as_ref()?.id.as_ref()
    }
}

fn types_of(connection: Option<&Connection>) -> TypeSet {
    connection.map_or_else(TypeSet::default, |connection| connection.types.clone())
}
