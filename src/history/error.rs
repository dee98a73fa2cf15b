use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::{EntryId, UndoError};

/// Why the history could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The path of the state directory is none.
    #[error("`{}` cannot be the state directory", .path.display())]
    StateDirectory {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// A change could not be told to the history. It must not be sent.
    #[error("the change was not sent, because it could not be written to the history first")]
    NotBegun(#[source] StoreError),
    /// An undo that another one has made needless since the history was read. It must not be sent.
    #[error(transparent)]
    Undo(UndoError),
    /// A change was sent, and what became of it could not be told to the history.
    #[error(
        "what became of the change could not be written to the history, where the entry {entry} stays unknown"
    )]
    NotConcluded {
        /// The entry of the change.
        entry: EntryId,
        /// What went wrong.
        source: StoreError,
    },
    /// The history could not be read.
    #[error("the history could not be read")]
    NotRead(#[source] StoreError),
}

/// What went wrong with the journal's file. Each says what can be done about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A directory or file could not be made, opened, read or written.
    #[error("cannot {verb} {}; {}", .path.display(), mend(.source))]
    File {
        /// What was tried.
        verb: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process kept the lock for too long.
    #[error(
        "{} has been locked by another process for {} s; wait until it ends, or end it, and try again",
        .path.display(), .waited.as_secs()
    )]
    Locked {
        /// The file.
        path: PathBuf,
        /// How long it was waited for.
        waited: Duration,
    },
    /// An event is larger than a reader would take.
    #[error("an entry of {bytes} bytes is too large for {}; shorten the names in it", .path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The length of the line.
        bytes: usize,
    },
    /// An event could not be put in JSON.
    #[error("an entry for {} could not be written as JSON; this is a fault of the program", .path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// What was wrong with it.
        source: serde_json::Error,
    },
}

impl StoreError {
    /// The same of another note that was to be written in the same go.
    pub(super) fn again(&self) -> Self {
        match self {
            Self::File { verb, path, source } => Self::File {
                verb,
                path: path.clone(),
                source: again(source),
            },
            Self::Locked { path, waited } => Self::Locked {
                path: path.clone(),
                waited: *waited,
            },
            Self::TooLong { path, bytes } => Self::TooLong {
                path: path.clone(),
                bytes: *bytes,
            },
            Self::Encode { path, source } => Self::Encode {
                path: path.clone(),
                source: serde::ser::Error::custom(source),
            },
        }
    }
}

fn again(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

fn mend(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "free some space on its disk and try again"
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            "put the state directory on a disk that can be written"
        }
        io::ErrorKind::PermissionDenied => "make it readable and writable for your user",
        io::ErrorKind::Unsupported => {
            "put the state directory on a disk that knows locks, such as a local one"
        }
        _ => "see that the state directory is a directory of yours on a working disk",
    }
}

/// A line of the journal that was skipped. It stays in the file.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the history was skipped")]
pub struct Unreadable {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    #[source]
    pub reason: UnreadableReason,
}

/// What is wrong with a line of the journal.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableReason {
    /// A crash or a full disk ended it early.
    #[error("it is cut short: a write was interrupted")]
    Torn,
    /// It is longer than any that this program writes.
    #[error("it is longer than 1 MiB")]
    TooLong,
    /// A later version of the program wrote it.
    #[error("it has the format {0}, which a newer version of the program writes")]
    Newer(u64),
    /// It tells of something that this version does not know.
    #[error("it tells of `{0}`, which this version does not know")]
    UnknownEvent(Box<str>),
    /// It is no JSON, or not of the right form.
    #[error("it is not as this program writes it")]
    Malformed(#[source] serde_json::Error),
    /// Its time is none.
    #[error("its time cannot be read")]
    Time(#[source] jiff::Error),
    /// The connection before or after is missing.
    #[error("it does not say what the connection was, or was to be")]
    NoConnection,
    /// An earlier line has the same id.
    #[error("an entry {0} is there already")]
    Duplicate(EntryId),
    /// The line that began the entry is missing or unreadable.
    #[error("it says what became of the entry {0}, which is not there")]
    Orphan(EntryId),
}
