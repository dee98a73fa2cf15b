use std::fs::File;
use std::path::{Path, absolute};

use jiff::Timestamp;

use super::store::Store;
use super::{
    Change, Ending, Entry, EntryId, History, HistoryError, StoreError, UndoError, note, wire,
};
use crate::topology::Connection;

/// The journal of changes in a state directory. Several processes, threads and clones may write to the same one.
#[derive(Clone, Debug)]
pub struct Journal {
    pub(super) store: Store,
}

/// A change that the journal knows of, and whose outcome it waits for.
///
/// Several are told of together with [`Journal::note_all`]. Dropped without one, it stays unknown in the history, which
/// is the truth.
#[derive(Debug)]
#[must_use = "the change is of unknown outcome until it is told"]
pub struct Pending {
    store: Store,
    entry: EntryId,
    /// Kept open until the undo is over.
    _undo_lock: Option<File>,
}

impl Journal {
    /// The journal in `state_dir`. Nothing is read or made yet: the directory and the file are made, for their owner
    /// only, with the first change.
    ///
    /// # Errors
    /// The path is empty, or the current directory, to which it is relative, is gone.
    pub fn open(state_dir: &Path) -> Result<Self, HistoryError> {
        let directory = absolute(state_dir).map_err(|source| HistoryError::StateDirectory {
            path: state_dir.to_owned(),
            source,
        })?;
        Ok(Self {
            store: Store::new(directory),
        })
    }

    /// The file. It is there only after the first change.
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// Reads the whole history. A journal that is not there is an empty one, and lines that cannot be read are
    /// reported in [`History::unreadable`].
    ///
    /// # Errors
    /// The file cannot be opened or read, or another process keeps it locked for ten seconds.
    pub fn entries(&self) -> Result<History, HistoryError> {
        self.read().map_err(HistoryError::NotRead)
    }

    /// Notes that `change` is about to be sent. When this returns, the note is safe on the disk.
    ///
    /// # Errors
    /// The note could not be written. Then the change must not be sent.
    pub fn begin(&self, change: &Change) -> Result<Pending, HistoryError> {
        self.append_intent(change, None)
            .map_err(HistoryError::NotBegun)
    }

    /// As [`Journal::begin`], for a change that undoes `entry`. Until the [`Pending`] is gone, no other undo begins on
    /// this machine.
    ///
    /// # Errors
    /// As [`Journal::begin`]; and if the entry was undone since it was read, or another undo takes longer than ten
    /// seconds.
    pub fn begin_undo(&self, entry: &Entry, change: &Change) -> Result<Pending, HistoryError> {
        let lock = self.store.lock_undo().map_err(HistoryError::NotBegun)?;
        let history = self.read().map_err(HistoryError::NotBegun)?;
        if let Some(by) = history.get(&entry.id).and_then(|now| now.undone_by.clone()) {
            let entry = entry.id.clone();
            return Err(HistoryError::Undo(UndoError::AlreadyUndone { entry, by }));
        }
        let pending = self
            .append_intent(change, Some(&entry.id))
            .map_err(HistoryError::NotBegun)?;
        Ok(Pending {
            _undo_lock: Some(lock),
            ..pending
        })
    }

    fn read(&self) -> Result<History, StoreError> {
        let mut history = History::default();
        self.store
            .read(|line, content| history.take(line, content))?;
        Ok(history)
    }

    fn append_intent(
        &self,
        change: &Change,
        undoes: Option<&EntryId>,
    ) -> Result<Pending, StoreError> {
        let at = now();
        let entry = EntryId::new(at);
        append(&self.store, wire::intent(&entry, at, change, undoes))?;
        Ok(Pending::new(self.store.clone(), entry))
    }
}

impl Pending {
    /// The entry that the history has for the change.
    pub fn entry(&self) -> &EntryId {
        &self.entry
    }

    pub(super) fn new(store: Store, entry: EntryId) -> Self {
        Self {
            store,
            entry,
            _undo_lock: None,
        }
    }

    pub(super) fn not_concluded(self, source: StoreError) -> HistoryError {
        HistoryError::NotConcluded {
            entry: self.entry,
            source,
        }
    }

    /// Notes that the change was carried out, and the connection that the API answered with; a delete has none.
    ///
    /// # Errors
    /// The note could not be written. The change is done all the same.
    pub fn done(self, answer: Option<&Connection>) -> Result<(), HistoryError> {
        let connection = answer.map(|connection| Box::new(connection.clone()));
        self.conclude(Ending::Done(connection))
    }

    /// Notes that the change was refused, or never reached the API, so that nothing changed. Of the message, which
    /// must hold no secret, the first 2,000 characters are kept.
    ///
    /// # Errors
    /// The note could not be written.
    pub fn failed(self, message: &str, http_status: Option<u16>) -> Result<(), HistoryError> {
        let message = message.to_owned();
        self.conclude(Ending::Failed {
            message,
            http_status,
        })
    }

    /// Notes that nobody knows whether the change was carried out, and why. The message is kept as by
    /// [`Pending::failed`].
    ///
    /// # Errors
    /// The note could not be written.
    pub fn unknown(self, message: &str) -> Result<(), HistoryError> {
        let message = message.to_owned();
        self.conclude(Ending::Unknown { message })
    }

    fn conclude(self, ending: Ending) -> Result<(), HistoryError> {
        let at = now();
        let line = wire::outcome(&self.entry, at, &ending.at(at));
        append(&self.store, line).map_err(|source| self.not_concluded(source))
    }
}

fn append(store: &Store, line: Result<Vec<u8>, serde_json::Error>) -> Result<(), StoreError> {
    let line = note::check(store, line)?;
    store.append(&[&line])
}

/// The present, to the millisecond: finer digits only make the file longer.
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

#[cfg(test)]
mod tests;
