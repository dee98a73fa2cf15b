use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{EntryId, UndoError};

/// Why the history cannot be read or written, and what that means for a change.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HistoryError {
    /// The path is not a state directory.
    #[error("`{}` cannot be the state directory", .path.display())]
    StateDirectory {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// A change could not be written. It must not be sent.
    #[error("the change was not sent, because it could not be written to the history first")]
    Begin(#[source] Arc<JournalError>),
    /// An entry was undone since it was read. The undo must not be sent.
    #[error(transparent)]
    Undo(#[from] UndoError),
    /// A change was sent, and its outcome could not be written.
    #[error(
        "the outcome of the change could not be written to the history; the entry {entry} stays unknown"
    )]
    Finish {
        /// The entry of the change.
        entry: EntryId,
        /// What went wrong.
        source: Arc<JournalError>,
    },
    /// The history could not be read.
    #[error("the history could not be read")]
    Read(#[source] Arc<JournalError>),
}

/// What went wrong with the journal's file, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    /// A directory or file cannot be made, opened, read, written or locked.
    #[error("cannot {verb} {}; {}", .path.display(), advice(.source))]
    File {
        /// What was tried.
        verb: &'static str,
        /// The directory or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process holds the lock for too long.
    #[error(
        "{} has been locked by another process for {} s; wait until it ends, or end it, and try again",
        .path.display(), .waited.as_secs()
    )]
    Locked {
        /// The file.
        path: PathBuf,
        /// How long this process waited.
        waited: Duration,
    },
    /// A line is longer than a reader accepts.
    #[error("an entry of {bytes} bytes is too large for {}; shorten the names in it", .path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The length of the line.
        bytes: usize,
    },
    /// The thread that writes the file has ended.
    #[error("the thread that writes {} has ended; this is a fault of the program", .path.display())]
    WriterEnded {
        /// The file.
        path: PathBuf,
    },
}

impl HistoryError {
    /// Whether another process holds a lock, so that trying again later may help.
    pub(crate) fn is_locked(&self) -> bool {
        match self {
            Self::Begin(source) | Self::Finish { source, .. } | Self::Read(source) => {
                matches!(**source, JournalError::Locked { .. })
            }
            Self::StateDirectory { .. } | Self::Undo(_) => false,
        }
    }
}

fn advice(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "free some space on its disk and try again"
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            "put the state directory on a disk that can be written"
        }
        io::ErrorKind::PermissionDenied => "make it readable and writable for your user",
        io::ErrorKind::Unsupported => {
            "put the state directory on a disk that supports file locks, such as a local one"
        }
        _ => "check that the state directory belongs to you and its disk works",
    }
}

/// A line of the journal that is skipped. It stays in the file.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the history was skipped: {reason}")]
pub(crate) struct UnreadableLine {
    /// Its number, from 1.
    pub(crate) line: u64,
    /// What is wrong with it.
    pub(crate) reason: UnreadableReason,
}

/// What is wrong with a line of the journal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnreadableReason {
    /// A crash or a full disk ended it early.
    #[error("it is cut short: a write was interrupted")]
    Incomplete,
    /// It is longer than any that this program writes.
    #[error("it is longer than 1 MiB")]
    TooLong,
    /// A later version of the program wrote it.
    #[error("it has the format {0}, which a newer version of the program writes")]
    NewerVersion(u64),
    /// Its event is unknown to this version.
    #[error("its event `{0}` is unknown to this version")]
    UnknownEvent(String),
    /// It is not JSON, or lacks something.
    #[error("it is malformed")]
    Invalid(#[source] serde_json::Error),
    /// The connection before or after is missing.
    #[error("it names no connection")]
    NoConnection,
    /// An earlier line has the same id.
    #[error("the entry {0} exists already")]
    DuplicateEntry(EntryId),
    /// It is an outcome whose entry is missing or unreadable.
    #[error("its entry {0} does not exist")]
    NoEntry(EntryId),
}
