use super::{Action, Entry, EntryId, Outcome};
use crate::topology::{Connection, Id, Reference, TypeSet};

/// Why an entry is not undone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UndoError {
    /// It was undone before.
    #[error("{entry} is undone already, by {by}; to undo that, name it")]
    AlreadyUndone {
        /// The entry.
        entry: EntryId,
        /// The entry that undid it.
        by: EntryId,
    },
    /// It failed, so there is nothing to put back.
    #[error("{entry} failed, so it changed nothing")]
    NeverDone {
        /// The entry.
        entry: EntryId,
    },
    /// It was made on another host.
    #[error("{entry} was made on {made_on}, and this is {here}")]
    OtherHost {
        /// The entry.
        entry: EntryId,
        /// Where it was made.
        made_on: Box<str>,
        /// Where it was to be undone.
        here: Box<str>,
    },
    /// A create got no answer, and there is a connection now that it may have made, or somebody else.
    #[error(
        "nobody knows whether {entry} made the connection {} that is there now; look at it, and delete it if so",
        or_unknown(.live)
    )]
    Unclear {
        /// The entry.
        entry: EntryId,
        /// The connection that is there.
        live: Option<Id>,
    },
    /// The connection whose types were changed is gone.
    #[error("the connection {} that {entry} changed is gone", or_unknown(.connection))]
    Gone {
        /// The entry.
        entry: EntryId,
        /// The connection.
        connection: Option<Id>,
    },
    /// There is another connection in the place of the one that the entry is about.
    #[error(
        "the connection {} that {entry} is about was replaced by {}",
        or_unknown(.connection), or_unknown(.live)
    )]
    Replaced {
        /// The entry.
        entry: EntryId,
        /// The connection that the entry is about.
        connection: Option<Id>,
        /// The one that is there.
        live: Option<Id>,
    },
    /// The types were changed again since.
    #[error("the types are {live} now, and no longer {left} as {entry} left them")]
    Moved {
        /// The entry.
        entry: EntryId,
        /// The types that it left.
        left: TypeSet,
        /// The types now.
        live: TypeSet,
    },
}

impl Entry {
    /// Whether the entry was made on this host, where alone it can be undone.
    ///
    /// # Errors
    /// It was made on another.
    pub fn check_host(&self, here: &str) -> Result<(), UndoError> {
        if *self.origin.host == *here {
            return Ok(());
        }
        Err(UndoError::OtherHost {
            entry: self.id.clone(),
            made_on: self.origin.host.clone(),
            here: here.into(),
        })
    }

    /// Whether there is something to undo, as far as the history knows.
    ///
    /// # Errors
    /// It failed, or was undone before.
    pub fn check_undoable(&self) -> Result<(), UndoError> {
        let entry = self.id.clone();
        if let Some(by) = self.undone_by.clone() {
            return Err(UndoError::AlreadyUndone { entry, by });
        }
        if matches!(self.outcome, Outcome::Failed { .. }) {
            return Err(UndoError::NeverDone { entry });
        }
        Ok(())
    }

    /// Among the connections that are there now, the one that [`Entry::reversal`] has to look at: that with the id,
    /// else the one between the same orgs. Where the id of an org was not known, any will do: that can prevent
    /// an undo, and never makes one touch a connection with another id.
    pub fn find_live<'a>(
        &self,
        connections: impl IntoIterator<Item = &'a Connection>,
    ) -> Option<&'a Connection> {
        let subject = self.subject();
        let mut between_the_same = None;
        for connection in connections {
            if subject.id.is_some() && connection.id == subject.id {
                return Some(connection);
            }
            if may_be(&subject.source, &connection.source)
                && may_be(&subject.destination, &connection.destination)
            {
                between_the_same = Some(connection);
            }
        }
        between_the_same
    }

    /// What puts back what this entry changed; `None` if everything is as it was before. `live` is the connection that
    /// is there now, as [`Entry::find_live`] finds it.
    ///
    /// The action is to be journalled with [`Journal::begin_undo`](super::Journal::begin_undo). A create or an update
    /// has to be sent in the connection's source org, whichever org the entry was made in.
    ///
    /// Where nobody knows whether the entry was carried out, `live` decides. An undo is an entry as any other: undoing
    /// it does again what it undid.
    ///
    /// # Errors
    /// There is nothing to put back, it was put back before, or the connection is no longer what the entry left.
    pub fn reversal(&self, live: Option<&Connection>) -> Result<Option<Action>, UndoError> {
        self.check_undoable()?;
        match &self.action {
            Action::Create { wanted } => self.reverse_create(wanted, live),
            Action::Update { before, wanted } => self.reverse_update(before, wanted, live),
            Action::Delete { before } => self.reverse_delete(before, live),
        }
    }

    fn reverse_create(
        &self,
        wanted: &Connection,
        live: Option<&Connection>,
    ) -> Result<Option<Action>, UndoError> {
        let Some(live) = live else {
            return Ok(None);
        };
        if !self.is_done() {
            return Err(UndoError::Unclear {
                entry: self.id.clone(),
                live: live.id.clone(),
            });
        }
        self.check_same(self.subject(), live)?;
        self.check_types(&wanted.types, live)?;
        let before = live.clone();
        Ok(Some(Action::Delete { before }))
    }

    fn reverse_update(
        &self,
        before: &Connection,
        wanted: &TypeSet,
        live: Option<&Connection>,
    ) -> Result<Option<Action>, UndoError> {
        let live = live.ok_or_else(|| UndoError::Gone {
            entry: self.id.clone(),
            connection: before.id.clone(),
        })?;
        self.check_same(before, live)?;
        if live.types == before.types {
            return Ok(None);
        }
        self.check_types(wanted, live)?;
        Ok(Some(Action::Update {
            before: live.clone(),
            wanted: before.types.clone(),
        }))
    }

    /// The service gives a new id to the connection that is made again, and makes the caller its owner.
    fn reverse_delete(
        &self,
        before: &Connection,
        live: Option<&Connection>,
    ) -> Result<Option<Action>, UndoError> {
        let Some(live) = live else {
            let wanted = Connection {
                source: before.source.clone(),
                destination: before.destination.clone(),
                types: before.types.clone(),
                ..Connection::default()
            };
            return Ok(Some(Action::Create { wanted }));
        };
        if live.types == before.types {
            return Ok(None);
        }
        self.check_same(before, live)?;
        Err(self.moved(&before.types, live))
    }

    fn check_same(&self, connection: &Connection, live: &Connection) -> Result<(), UndoError> {
        if connection.id == live.id {
            return Ok(());
        }
        Err(UndoError::Replaced {
            entry: self.id.clone(),
            connection: connection.id.clone(),
            live: live.id.clone(),
        })
    }

    /// An answer without types says nothing of them.
    fn check_types(&self, wanted: &TypeSet, live: &Connection) -> Result<(), UndoError> {
        let answered = self.answer().map(|answer| &answer.types);
        let left = answered.filter(|types| !types.is_empty()).unwrap_or(wanted);
        if live.types == *left {
            Ok(())
        } else {
            Err(self.moved(left, live))
        }
    }

    fn moved(&self, left: &TypeSet, live: &Connection) -> UndoError {
        UndoError::Moved {
            entry: self.id.clone(),
            left: left.clone(),
            live: live.types.clone(),
        }
    }
}

fn may_be(known: &Reference, live: &Reference) -> bool {
    known.id.is_none() || known.id == live.id
}

fn or_unknown(id: &Option<Id>) -> String {
    id.as_ref()
        .map_or_else(|| "of unknown id".to_owned(), Id::to_string)
}

#[cfg(test)]
mod tests;
