use uuid::Uuid;

use super::{Entry, EntryId, Outcome};
use crate::model::{Change, ChangeKind, Connection, OrgRef, RestrictionPolicy, TypeSet};

/// Why an entry cannot be undone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UndoError {
    /// The entry was undone before.
    #[error("{entry} was already undone by {by}; to undo that, give its entry")]
    AlreadyUndone {
        /// The entry.
        entry: EntryId,
        /// The entry that undid it.
        by: EntryId,
    },
    /// The change of the entry failed, so there is nothing to undo.
    #[error("{entry} failed, so it changed nothing")]
    NothingChanged {
        /// The entry.
        entry: EntryId,
    },
    /// The change of the entry was not needed or not sent, so there is nothing to undo.
    #[error("{entry} changed nothing")]
    Unchanged {
        /// The entry.
        entry: EntryId,
    },
    /// An earlier undo of the entry was refused.
    #[error("the undo of {entry} was refused ({by}); to try it again, give its entry")]
    Refused {
        /// The entry.
        entry: EntryId,
        /// The entry of the undo.
        by: EntryId,
    },
    /// No keys in use belong to an org that may undo the entry.
    #[error("undoing {entry} requires keys of {orgs}; the keys in use belong to another org")]
    NoKeys {
        /// The entry.
        entry: EntryId,
        /// The orgs that may undo it, in a message.
        orgs: String,
    },
    /// The change was made on another host.
    #[error("{entry} was made on {made_on}, and this is {here}")]
    OtherHost {
        /// The entry.
        entry: EntryId,
        /// The host on which the change was made.
        made_on: String,
        /// The host on which it was to be undone.
        here: String,
    },
    /// The outcome of a create is unknown, and a connection exists that somebody else may have made.
    #[error(
        "it is not known whether {entry} created the connection {live}, which exists now; if it did, delete it with orgconn delete"
    )]
    UnknownCreator {
        /// The entry.
        entry: EntryId,
        /// The connection that exists.
        live: Uuid,
    },
    /// The entry updated a connection that does not exist any more.
    #[error("the connection {connection} that {entry} changed no longer exists")]
    NoConnection {
        /// The entry.
        entry: EntryId,
        /// The connection.
        connection: Uuid,
    },
    /// The connection of the entry does not exist, but another one between the same orgs does.
    #[error("{} was replaced by {live}", describe_connection(.connection, .entry))]
    OtherConnection {
        /// The entry.
        entry: EntryId,
        /// The connection that the entry is about, where its id is known.
        connection: Option<Uuid>,
        /// The connection that exists.
        live: Uuid,
    },
    /// The service did not say what the connection shared before the entry.
    #[error("it is not known what the connection shared before {entry}")]
    UnknownTypes {
        /// The entry.
        entry: EntryId,
    },
    /// The types of the connection were changed again after the entry.
    #[error("the types are {live} now, and no longer {types_after_entry} as {entry} left them")]
    OtherTypes {
        /// The entry.
        entry: EntryId,
        /// The types after the change of the entry.
        types_after_entry: TypeSet,
        /// The types now.
        live: TypeSet,
    },
    /// The restriction policy was changed again after the entry.
    #[error("who may use the connection in {org} was changed again since {entry}")]
    OtherPolicy {
        /// The entry.
        entry: EntryId,
        /// The org whose policy it is, in a message.
        org: String,
    },
}

fn describe_connection(id: &Option<Uuid>, entry: &EntryId) -> String {
    match id {
        Some(id) => format!("the connection {id} that {entry} is about"),
        None => format!("the connection of {entry} (id unknown)"),
    }
}

impl Entry {
    /// Checks that the entry was made on this host, since it can only be undone there.
    ///
    /// # Errors
    /// Fails if it was made on another host.
    pub(crate) fn check_host(&self, here: &str) -> Result<(), UndoError> {
        if self.origin.host == here {
            return Ok(());
        }
        Err(UndoError::OtherHost {
            entry: self.id.clone(),
            made_on: self.origin.host.clone(),
            here: here.to_owned(),
        })
    }

    /// Checks, as far as the history shows, that the entry can be undone.
    ///
    /// # Errors
    /// Fails if the entry changed nothing, or was undone before.
    pub(crate) fn check_undoable(&self) -> Result<(), UndoError> {
        let entry = self.id.clone();
        if let Some(by) = self.undone_by.clone() {
            return Err(UndoError::AlreadyUndone { entry, by });
        }
        match self.outcome {
            Outcome::Failed { .. } => Err(UndoError::NothingChanged { entry }),
            Outcome::Unchanged { .. } => Err(UndoError::Unchanged { entry }),
            Outcome::Done { .. } | Outcome::Unknown { .. } => Ok(()),
        }
    }

    /// Checks that no undo of the entry was refused.
    ///
    /// # Errors
    /// Fails if one was.
    pub(crate) fn check_not_refused(&self) -> Result<(), UndoError> {
        match self.undo_refused_by.clone() {
            Some(by) => Err(UndoError::Refused {
                entry: self.id.clone(),
                by,
            }),
            None => Ok(()),
        }
    }

    /// Finds the live connection for [`Entry::inverse`]: the one with the entry's id, else the one between the same
    /// orgs. If the entry does not know its source, any source matches. That may prevent an undo, but an undo never
    /// changes a connection with another id.
    pub(crate) fn find_live<'a>(&self, live: &'a [Connection]) -> Option<&'a Connection> {
        let id = self.connection_id();
        let by_id = live.iter().find(|one| Some(one.id) == id);
        by_id.or_else(|| {
            live.iter().find(|one| {
                one.destination.id == self.destination().id
                    && self
                        .source()
                        .is_none_or(|source| source.id == one.source.id)
            })
        })
    }

    /// The change that undoes this entry; `None` if the state is already as before the entry. `live` is the result of
    /// [`Entry::find_live`], and `policy` the live policy that the entry changed, if it changed one.
    ///
    /// The caller writes the change with [`JournalWriter::begin`](super::JournalWriter::begin), together with this
    /// entry. A create or an update must be sent with credentials of the connection's source org, even if this entry
    /// was made in another org.
    ///
    /// If the outcome of the entry is unknown, `live` shows whether the change was made. An undo is an entry like any
    /// other, so undoing it makes the original change again.
    ///
    /// # Errors
    /// Fails if the entry changed nothing or was undone before, or if the connection was changed after the entry.
    pub(crate) fn inverse(
        &self,
        live: Option<&Connection>,
        policy: &RestrictionPolicy,
    ) -> Result<Option<Change>, UndoError> {
        self.check_undoable()?;
        let before = self.change.connection_before();
        let is_access = self.change.kind() == ChangeKind::Access;
        if !is_access && before.is_some_and(|before| before.types.is_empty()) {
            let entry = self.id.clone();
            return Err(UndoError::UnknownTypes { entry });
        }
        match &self.change {
            Change::Create { types, .. } => self.inverse_of_create(types, live),
            Change::Update { before, types } => self.inverse_of_update(before, types, live),
            Change::Delete { before } => self.inverse_of_delete(before, live),
            Change::Access {
                connection,
                org,
                before,
                after,
            } => {
                let live = self.require_live(connection, live)?;
                self.inverse_of_access(live, org, (before, after), policy)
            }
        }
    }

    fn inverse_of_create(
        &self,
        types: &TypeSet,
        live: Option<&Connection>,
    ) -> Result<Option<Change>, UndoError> {
        let Some(live) = live else {
            return Ok(None);
        };
        if !self.is_done() {
            return Err(UndoError::UnknownCreator {
                entry: self.id.clone(),
                live: live.id,
            });
        }
        self.check_same_connection(live)?;
        self.check_types(types, live)?;
        let before = live.clone();
        Ok(Some(Change::Delete { before }))
    }

    fn inverse_of_update(
        &self,
        before: &Connection,
        types: &TypeSet,
        live: Option<&Connection>,
    ) -> Result<Option<Change>, UndoError> {
        let live = self.require_live(before, live)?;
        if live.types == before.types {
            return Ok(None);
        }
        self.check_types(types, live)?;
        Ok(Some(Change::Update {
            before: live.clone(),
            types: before.types.clone(),
        }))
    }

    /// Creates the connection again. The user of the credentials becomes its owner.
    fn inverse_of_delete(
        &self,
        before: &Connection,
        live: Option<&Connection>,
    ) -> Result<Option<Change>, UndoError> {
        let Some(live) = live else {
            return Ok(Some(Change::create_again(before)));
        };
        if live.types == before.types {
            return Ok(None);
        }
        self.check_same_connection(live)?;
        Err(self.types_changed_error(&before.types, live))
    }

    fn inverse_of_access(
        &self,
        live: &Connection,
        org: &OrgRef,
        (before, after): (&RestrictionPolicy, &RestrictionPolicy),
        policy: &RestrictionPolicy,
    ) -> Result<Option<Change>, UndoError> {
        if policy == before {
            return Ok(None);
        }
        if policy != after {
            return Err(UndoError::OtherPolicy {
                entry: self.id.clone(),
                org: format!("`{}`", org.label()),
            });
        }
        Ok(Some(Change::Access {
            connection: live.clone(),
            org: org.clone(),
            before: after.clone(),
            after: before.clone(),
        }))
    }

    /// The live connection, which must be the one that the entry changed.
    fn require_live<'a>(
        &self,
        connection: &Connection,
        live: Option<&'a Connection>,
    ) -> Result<&'a Connection, UndoError> {
        let live = live.ok_or_else(|| UndoError::NoConnection {
            entry: self.id.clone(),
            connection: connection.id,
        })?;
        self.check_same_connection(live)?;
        Ok(live)
    }

    fn check_same_connection(&self, live: &Connection) -> Result<(), UndoError> {
        let connection = self.connection_id();
        if connection == Some(live.id) {
            return Ok(());
        }
        Err(UndoError::OtherConnection {
            entry: self.id.clone(),
            connection,
            live: live.id,
        })
    }

    /// Checks that the types are still those after the entry: the types in the API's answer, or the requested types if
    /// the answer has none.
    fn check_types(&self, requested_types: &TypeSet, live: &Connection) -> Result<(), UndoError> {
        let answered = self.answer().map(|answer| &answer.types);
        // An answer that contains no types does not show them.
        let types_after_entry = answered
            .filter(|types| !types.is_empty())
            .unwrap_or(requested_types);
        if live.types == *types_after_entry {
            Ok(())
        } else {
            Err(self.types_changed_error(types_after_entry, live))
        }
    }

    fn types_changed_error(&self, types_after_entry: &TypeSet, live: &Connection) -> UndoError {
        UndoError::OtherTypes {
            entry: self.id.clone(),
            types_after_entry: types_after_entry.clone(),
            live: live.types.clone(),
        }
    }
}
