//! The journal of changes: what this machine changed, and what would put it back.
//!
//! Every write is told to the [`Journal`] before it is sent ([`Journal::begin`]) and again when it is answered
//! ([`Pending`]), so that even a run that was killed leaves the truth: an entry without an answer is
//! [`Outcome::Unknown`]. What is told of several changes at the same time is written in one go
//! ([`Journal::note_all`]). [`Journal::entries`] reads it all back, and [`Entry::reversal`] says, as data, what undoes
//! an entry in the face of the live state.
//!
//! The file is `history.jsonl` in the state directory: JSON lines that are only ever appended, never rewritten or
//! rotated. A change takes about 1.5 kB, and reading is one pass that holds one line and the entries so far. The types
//! have no place for a secret; neither has the file.
//!
//! All of this blocks: on the disk, and on the lock for up to ten seconds. In asynchronous code it belongs on a thread
//! where that is allowed. [`Journal`] and [`Pending`] can be sent there.

mod entries;
mod entry;
mod entry_id;
mod error;
mod journal;
mod lines;
mod note;
#[cfg(test)]
mod sample;
mod store;
mod undo;
mod wire;

/// What the host of the sandbox is called: its port is another in each run.
pub const SANDBOX_HOST: &str = "sandbox";

pub use entries::{History, SelectEntryError};
pub use entry::{Action, Change, Entry, Operation, Origin, Outcome};
pub use entry_id::EntryId;
pub use error::{HistoryError, StoreError, Unreadable, UnreadableReason};
pub use journal::{Journal, Pending};
pub use note::{Ending, Note, Noted};
pub use undo::UndoError;
