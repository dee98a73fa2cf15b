//! The journal of changes: what this machine has changed, and what undoes it.
//!
//! Each change is written before its request is sent ([`JournalWriter::begin`]) and after the answer came
//! ([`JournalWriter::finish`]). A run that was killed in between leaves an entry with [`Outcome::Unknown`].
//! [`Journal::entries`] reads everything back; [`Entry::inverse`] is the change that undoes an entry.
//!
//! The file is `history.jsonl` in the state directory: lines of JSON, appended and never rewritten. Its types have no
//! place for a secret. This module imports `config` (for private files) and `model`.

mod entries;
mod entry;
mod error;
mod journal;
mod line;
#[cfg(test)]
mod tests;
mod undo;
mod writer;

pub(crate) use entries::{Entries, SelectEntryError};
pub(crate) use entry::{Entry, EntryId, Origin, Outcome, SANDBOX_HOST};
pub(crate) use error::{HistoryError, JournalError, UnreadableLine, UnreadableReason};
pub(crate) use journal::Journal;
pub(crate) use undo::UndoError;
pub(crate) use writer::JournalWriter;
