//! The journal of the changes that this machine has made, and the undo of these changes.
//!
//! The changes of one invocation of the program are a run. Each change is written before its request is sent
//! ([`JournalWriter::begin`]) and again after its answer arrived ([`JournalWriter::finish`]). If the run is killed in
//! between, the entry has [`Outcome::Unknown`]. [`Journal::entries`] reads all entries; [`Entry::inverse`] returns the change that undoes an entry.
//!
//! The file is `history.jsonl` in the state directory. It contains lines of JSON, which are appended and never
//! rewritten. Its types have no field for a secret. This module imports `model` and `private_file`.

mod entries;
mod entry;
mod error;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzz;
mod journal;
mod line;
#[cfg(test)]
mod tests;
mod undo;
mod writer;

pub(crate) use entries::{Entries, Run, SelectEntryError, Selection};
pub(crate) use entry::{Entry, EntryId, Origin, Outcome, RunId, SANDBOX_HOST};
pub(crate) use error::{HistoryError, JournalError, UnreadableLine, UnreadableReason};
pub(crate) use journal::Journal;
pub(crate) use undo::UndoError;
pub(crate) use writer::JournalWriter;
