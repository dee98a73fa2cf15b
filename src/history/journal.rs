use std::fs::{File, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "sandbox")]
use jiff::Timestamp;

use super::{Entries, HistoryError, JournalError, line};
use crate::private_file;

/// The maximum size of the file in bytes: some 200,000 changes. All of it is read into the memory.
const MAX_BYTES: u64 = 256 << 20;

/// The journal in a state directory. Any number of processes may use it, since each access locks the file.
///
/// Its functions block the thread, on the disk and for up to ten seconds on the lock.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    directory: PathBuf,
    path: PathBuf,
    undo_lock: PathBuf,
    /// The maximum time to wait for a lock.
    pub(super) lock_timeout: Duration,
}

/// Makes other undos on this machine wait until it is dropped. If this process dies, the system closes the file.
#[derive(Debug)]
#[must_use = "other undos wait only while the lock is held"]
pub(crate) struct UndoLock {
    _file: File,
}

impl Journal {
    /// The journal in `state_directory`. The first change creates the directory and the file, which only their owner
    /// may access.
    ///
    /// # Errors
    /// Fails if the path is empty, or it is relative and the current directory does not exist.
    pub(crate) fn open(state_directory: &Path) -> Result<Self, HistoryError> {
        let path = state_directory.to_owned();
        let directory = absolute(state_directory)
            .map_err(|source| HistoryError::StateDirectory { path, source })?;
        Ok(Self {
            path: directory.join("history.jsonl"),
            undo_lock: directory.join("undo.lock"),
            directory,
            lock_timeout: Duration::from_secs(10),
        })
    }

    /// The path of the file, which the first change creates.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads all entries. A missing file has no entries. Lines that cannot be read are skipped; [`Entries::unreadable`]
    /// returns them.
    ///
    /// # Errors
    /// Fails if the file cannot be opened or read, another user could have written it, it is too large, or another
    /// process holds its lock for ten seconds.
    pub(crate) fn entries(&self) -> Result<Entries, HistoryError> {
        self.read()
            .map_err(|error| HistoryError::Read(Arc::new(error)))
    }

    fn read(&self) -> Result<Entries, JournalError> {
        let mut entries = Entries::default();
        let file = match private_file::open_own(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(entries),
            opened => opened.map_err(file_error("open", &self.path))?,
        };
        // Without the lock, a line that another process is writing would look incomplete.
        self.wait_for_lock(&self.path, || file.try_lock_shared())?;
        let metadata = file.metadata().map_err(file_error("read", &self.path))?;
        self.require_length(metadata.len())?;
        for_each_line(BufReader::new(&file), |number, content| {
            entries.add_line(number, content);
        })
        .map_err(file_error("read", &self.path))?;
        Ok(entries)
    }

    /// Hides the entries of a host whose state was replaced. Those of other hosts stay.
    ///
    /// # Errors
    /// Fails if the file cannot be read or written, or another process holds its lock for ten seconds.
    #[cfg(feature = "sandbox")]
    pub(crate) fn reset_host(&self, host: &str) -> Result<(), HistoryError> {
        let entries = self.entries()?;
        if !entries.iter().any(|entry| entry.origin.host == host) {
            return Ok(());
        }
        let line = line::encode_reset(host, Timestamp::now());
        let line = line.map_err(|error| file_error("write to", &self.path)(error.into()));
        line.and_then(|line| self.append(&[line]))
            .map_err(|error| HistoryError::WriteReset(Arc::new(error)))
    }

    /// Appends lines, given without line breaks. When this returns without an error, all of them are on the disk; after
    /// an error, none of them is in the file.
    pub(super) fn append(&self, lines: &[Vec<u8>]) -> Result<(), JournalError> {
        let mut file = self.open_for_append(&self.path)?;
        self.wait_for_lock(&self.path, || file.try_lock())?;
        let metadata = file.metadata().map_err(file_error("read", &self.path))?;
        let added: usize = lines.iter().map(Vec::len).sum();
        self.require_length(metadata.len() + added as u64)?;
        self.append_locked(&mut file, lines)
            .map_err(file_error("write to", &self.path))
    }

    fn require_length(&self, bytes: u64) -> Result<(), JournalError> {
        match bytes > MAX_BYTES {
            true => Err(JournalError::TooLarge {
                path: self.path.clone(),
                limit: MAX_BYTES,
            }),
            false => Ok(()),
        }
    }

    fn append_locked(&self, file: &mut File, lines: &[Vec<u8>]) -> io::Result<()> {
        let length = file.metadata()?.len();
        let mut text = Vec::new();
        if length == 0 {
            private_file::sync_directory(&self.directory)?;
        } else if !ends_with_line_break(file, length)? {
            text.push(b'\n');
        }
        for line in lines {
            text.extend_from_slice(line);
            text.push(b'\n');
        }
        let written = file.write_all(&text).and_then(|()| file.sync_all());
        if written.is_err() {
            // A part of a line must not be read as a change that was sent, so it is removed. If this fails too, the
            // next write still begins on a new line.
            let _ = file.set_len(length);
        }
        written
    }

    /// Waits until no other undo runs on this machine. Other undos then wait while the lock is held. The caller reads
    /// the entries after it has the lock, since the undo before may have undone the same ones.
    ///
    /// # Errors
    /// Fails if the lock cannot be created, or another undo holds it for ten seconds.
    pub(crate) fn lock_undo(&self) -> Result<UndoLock, HistoryError> {
        let lock = || {
            let file = self.open_for_append(&self.undo_lock)?;
            self.wait_for_lock(&self.undo_lock, || file.try_lock())?;
            Ok(UndoLock { _file: file })
        };
        lock().map_err(|error: JournalError| HistoryError::WriteIntent(Arc::new(error)))
    }

    fn open_for_append(&self, path: &Path) -> Result<File, JournalError> {
        private_file::create_directory(&self.directory)
            .map_err(file_error("make", &self.directory))?;
        private_file::open_for_append(path).map_err(file_error("open", path))
    }

    fn wait_for_lock(
        &self,
        path: &Path,
        try_lock: impl Fn() -> Result<(), TryLockError>,
    ) -> Result<(), JournalError> {
        private_file::wait_for_lock(self.lock_timeout, try_lock).map_err(|error| match error {
            TryLockError::Error(source) => file_error("lock", path)(source),
            TryLockError::WouldBlock => JournalError::Locked {
                path: path.to_owned(),
                waited: self.lock_timeout,
            },
        })
    }
}

pub(super) fn file_error(
    verb: &'static str,
    path: &Path,
) -> impl FnOnce(io::Error) -> JournalError {
    let path = path.to_owned();
    move |source| JournalError::File { verb, path, source }
}

/// Calls `take` with the number (from 1) and the content of each line that is not blank. The content is `None` if the
/// line is longer than [`line::MAX_LENGTH`]. Only one line at a time is in memory.
pub(super) fn for_each_line(
    mut reader: impl BufRead,
    mut take: impl FnMut(u64, Option<&[u8]>),
) -> io::Result<()> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let limit = line::MAX_LENGTH as u64 + 1;
        if reader.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.len() > line::MAX_LENGTH && line.last() != Some(&b'\n') {
            reader.skip_until(b'\n')?;
            take(number, None);
            continue;
        }
        let content = line.strip_suffix(b"\n").unwrap_or(&line);
        if !content.trim_ascii().is_empty() {
            take(number, Some(content));
        }
    }
    Ok(())
}

fn ends_with_line_break(file: &mut File, length: u64) -> io::Result<bool> {
    let mut last = [0];
    file.seek(SeekFrom::Start(length - 1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}
