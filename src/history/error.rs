use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::EntryId;
use crate::private_file::is_unsafe_file;

/// Why the history cannot be read or written, and the consequence for a change.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HistoryError {
    /// The path cannot be used as the state directory.
    #[error("`{}` cannot be the state directory", .path.display())]
    StateDirectory {
        /// The path.
        path: PathBuf,
        /// The error about the path.
        source: io::Error,
    },
    /// A change could not be written to the journal. It must not be sent.
    #[error("the change was not sent, because it could not be written to the history first")]
    WriteIntent(#[source] Arc<JournalError>),
    /// It could not be written to the journal that a host was reset.
    #[cfg(feature = "sandbox")]
    #[error("the history of the sandbox could not be hidden")]
    WriteReset(#[source] Arc<JournalError>),
    /// A change was sent, but its outcome could not be written.
    #[error(
        "the outcome of the change could not be written to the history; the entry {entry} stays unknown"
    )]
    WriteOutcome {
        /// The entry of the change.
        entry: EntryId,
        /// The error of the journal.
        source: Arc<JournalError>,
    },
    /// The history could not be read.
    #[error("the history could not be read")]
    Read(#[source] Arc<JournalError>),
}

/// An error about the journal's file, with advice on how to solve it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    /// A directory or file cannot be created, opened, read, written or locked.
    #[error("cannot {verb} {}{}", .path.display(), advice(.source))]
    File {
        /// The attempted action, such as "open".
        verb: &'static str,
        /// The directory or file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// Another process has held the lock for too long.
    #[error(
        "{} has been locked by another process for {} s; wait until it ends, or end it, and try again",
        .path.display(), .waited.as_secs()
    )]
    Locked {
        /// The file.
        path: PathBuf,
        /// The time that this process waited.
        waited: Duration,
    },
    /// The file is larger than any history.
    #[error(
        "{} is larger than {} MiB; move it away, and a new one begins",
        .path.display(), .limit >> 20
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// A line is longer than the maximum that readers accept.
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
    /// Whether the cause is a lock that another process holds. If so, another attempt later may succeed.
    pub(crate) fn is_locked(&self) -> bool {
        match self {
            Self::WriteIntent(source) | Self::WriteOutcome { source, .. } | Self::Read(source) => {
                matches!(**source, JournalError::Locked { .. })
            }
            #[cfg(feature = "sandbox")]
            Self::WriteReset(source) => matches!(**source, JournalError::Locked { .. }),
            Self::StateDirectory { .. } => false,
        }
    }
}

/// Advice that begins with a semicolon; empty if the error itself says what to do.
fn advice(source: &io::Error) -> &'static str {
    match source.kind() {
        _ if is_unsafe_file(source) => "",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "; free some space on its disk and try again"
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            "; put the state directory on a disk that can be written"
        }
        io::ErrorKind::PermissionDenied => "; make it readable and writable for your user",
        io::ErrorKind::Unsupported => {
            "; put the state directory on a disk that supports file locks, such as a local one"
        }
        _ => "; check that the state directory belongs to you and its disk works",
    }
}

/// A line of the journal that cannot be read and is skipped. It stays in the file.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the history was skipped: {reason}")]
pub(crate) struct UnreadableLine {
    /// The number of the line, from 1.
    pub(crate) line: u64,
    /// Why the line cannot be read.
    pub(crate) reason: UnreadableReason,
}

/// Why a line of the journal cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnreadableReason {
    /// The line is incomplete, since a crash or a full disk interrupted the write.
    #[error("it is cut short: a write was interrupted")]
    Incomplete,
    /// The line is longer than any line that this program writes.
    #[error("it is longer than 1 MiB")]
    TooLong,
    /// A newer version of the program wrote the line.
    #[error("it has the format {0}, which a newer version of the program writes")]
    NewerVersion(u64),
    /// This version does not know the line's event.
    #[error("its event `{0}` is unknown to this version")]
    UnknownEvent(String),
    /// The line is not JSON, or a field is missing or invalid.
    #[error("it is malformed")]
    Invalid(#[source] serde_json::Error),
    /// The line lacks the connection before or after the change.
    #[error("it names no connection")]
    NoConnection,
    /// An earlier line has the same id.
    #[error("the entry {0} exists already")]
    DuplicateEntry(EntryId),
    /// The line is an outcome, but the line of its entry is missing or unreadable.
    #[error("its entry {0} does not exist")]
    NoEntry(EntryId),
}
