use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Connection, OrgRef, RestrictionPolicy, TypeSet};

/// A change of a connection. It is a step of a plan, an entry of the history, or the undo of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Change {
    /// Creates a connection.
    Create {
        /// The org whose data is to be shared; `None` if the org of the credentials is not known yet.
        source: Option<OrgRef>,
        /// The org that is to query the data.
        destination: OrgRef,
        /// The types to share.
        types: TypeSet,
    },
    /// Replaces the types of a connection.
    Update {
        /// The connection before the change.
        before: Connection,
        /// All types that the connection shares afterwards.
        types: TypeSet,
    },
    /// Deletes a connection.
    Delete {
        /// The connection before the change.
        before: Connection,
    },
    /// Replaces who may use a connection in one of its two orgs. The connection itself stays as it is.
    Access {
        /// The connection.
        connection: Connection,
        /// The org whose policy it is.
        org: OrgRef,
        /// The policy before the change.
        before: RestrictionPolicy,
        /// The policy afterwards.
        after: RestrictionPolicy,
    },
}

/// The kind of a [`Change`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// Creates a connection.
    Create,
    /// Replaces the types of a connection.
    Update,
    /// Deletes a connection.
    Delete,
    /// Replaces who may use a connection in one of its two orgs.
    Access,
}

impl Change {
    /// The change that creates a connection again after it was deleted. The service gives it a new id.
    pub fn create_again(deleted: &Connection) -> Self {
        Self::Create {
            source: Some(deleted.source.clone()),
            destination: deleted.destination.clone(),
            types: deleted.types.clone(),
        }
    }

    /// The kind of the change.
    pub fn kind(&self) -> ChangeKind {
        match self {
            Self::Create { .. } => ChangeKind::Create,
            Self::Update { .. } => ChangeKind::Update,
            Self::Delete { .. } => ChangeKind::Delete,
            Self::Access { .. } => ChangeKind::Access,
        }
    }

    /// The org whose data is shared, if it is known.
    pub fn source(&self) -> Option<&OrgRef> {
        match self {
            Self::Create { source, .. } => source.as_ref(),
            Self::Update { before, .. } | Self::Delete { before } => Some(&before.source),
            Self::Access { connection, .. } => Some(&connection.source),
        }
    }

    /// The org that may query the data.
    pub fn destination(&self) -> &OrgRef {
        match self {
            Self::Create { destination, .. } => destination,
            Self::Update { before, .. } | Self::Delete { before } => &before.destination,
            Self::Access { connection, .. } => &connection.destination,
        }
    }

    /// The source, if it is known, and the destination.
    pub fn ends(&self) -> impl Iterator<Item = &OrgRef> {
        self.source().into_iter().chain([self.destination()])
    }

    /// As [`ChangeKind::allowed_orgs`]; for the access in an org, that org.
    pub(crate) fn allowed_orgs(&self) -> impl Iterator<Item = &OrgRef> + Clone {
        let source = match self {
            Self::Access { org, .. } => Some(org),
            _ => self.source(),
        };
        self.kind().allowed_orgs(source, Some(self.destination()))
    }

    /// The connection before the change; `None` for a create.
    pub fn connection_before(&self) -> Option<&Connection> {
        match self {
            Self::Create { .. } => None,
            Self::Update { before, .. } | Self::Delete { before } => Some(before),
            Self::Access { connection, .. } => Some(connection),
        }
    }

    /// The types shared before the change; empty for a create.
    pub fn types_before(&self) -> TypeSet {
        let before = self.connection_before();
        before.map_or_else(TypeSet::default, |connection| connection.types.clone())
    }

    /// The types shared after the change; empty for a delete.
    pub fn types_after(&self) -> TypeSet {
        match self {
            Self::Create { types, .. } | Self::Update { types, .. } => types.clone(),
            Self::Delete { .. } => TypeSet::default(),
            Self::Access { connection, .. } => connection.types.clone(),
        }
    }
}

impl ChangeKind {
    /// The orgs whose credentials may make the change, the preferred one first. The source org creates and updates a
    /// connection, and where none is named its access is meant; both orgs may delete it.
    pub(crate) fn allowed_orgs<T: Clone>(
        self,
        source: Option<T>,
        destination: Option<T>,
    ) -> impl Iterator<Item = T> + Clone {
        let destination = destination.filter(|_| self == Self::Delete);
        source.into_iter().chain(destination)
    }

    /// The word for a change that was made, such as `created`.
    pub fn past_tense(self) -> &'static str {
        match self {
            Self::Create => "created",
            Self::Update => "updated",
            Self::Delete => "deleted",
            Self::Access => "changed",
        }
    }

    /// `create`, `update`, `delete` or `access`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Access => "access",
        }
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_knows_its_orgs_and_the_types_before_and_after() {
        let types = |words: &[&str]| TypeSet::from_iter(words.iter().map(|word| (*word).into()));
        let before = Connection {
            source: OrgRef::from(uuid::Uuid::from_u128(1)),
            types: types(&["logs"]),
            ..Connection::default()
        };
        let create = Change::Create {
            source: None,
            destination: before.destination.clone(),
            types: types(&["audit"]),
        };
        let update = Change::Update {
            before: before.clone(),
            types: types(&["audit"]),
        };
        let delete = Change::Delete {
            before: before.clone(),
        };
        let access = Change::Access {
            connection: before.clone(),
            org: before.source.clone(),
            before: RestrictionPolicy::default(),
            after: RestrictionPolicy::new([], [String::from("role:x").into()]),
        };
        for (change, kind, source, from, to) in [
            (&create, "create", None, "", "audit"),
            (&update, "update", Some(&before.source), "logs", "audit"),
            (&delete, "delete", Some(&before.source), "logs", ""),
            (&access, "access", Some(&before.source), "logs", "logs"),
        ] {
            assert_eq!(change.kind().to_string(), kind);
            assert_eq!(change.source(), source);
            assert_eq!(change.types_before().to_string(), from, "{kind}");
            assert_eq!(change.types_after().to_string(), to, "{kind}");
            let json = serde_json::to_value(change).unwrap();
            assert_eq!(json["kind"], json!(kind));
            assert_eq!(&serde_json::from_value::<Change>(json).unwrap(), change);
        }
    }
}
