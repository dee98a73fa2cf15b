use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::StoreError;
use super::lines::{LONGEST_LINE, for_each_line};

/// The journal's place on the disk: a file of lines, and a lock for undos. Nothing is made before the first write.
#[derive(Clone, Debug)]
pub(super) struct Store {
    directory: PathBuf,
    journal: PathBuf,
    undo_lock: PathBuf,
    /// How long to wait for a lock.
    pub(super) patience: Duration,
}

impl Store {
    /// The store in `directory`, which need not be there.
    pub(super) fn new(directory: PathBuf) -> Self {
        Self {
            journal: directory.join("history.jsonl"),
            undo_lock: directory.join("undo.lock"),
            directory,
            patience: Duration::from_secs(10),
        }
    }

    /// The path of the journal.
    pub(super) fn path(&self) -> &Path {
        &self.journal
    }

    /// Whether a line is none too long to be read again.
    pub(super) fn check(&self, line: &[u8]) -> Result<(), StoreError> {
        if line.len() > LONGEST_LINE {
            let (path, bytes) = (self.journal.clone(), line.len());
            return Err(StoreError::TooLong { path, bytes });
        }
        Ok(())
    }

    /// Appends lines, which have no line breaks in them, and returns when they are safe on the disk: all of them or
    /// none.
    pub(super) fn append(&self, lines: &[&[u8]]) -> Result<(), StoreError> {
        let mut file = self.open_for_append(&self.journal)?;
        self.wait_for(&self.journal, || file.try_lock())?;
        self.append_locked(&mut file, lines)
            .map_err(failed("write to", &self.journal))
    }

    /// Reads the journal line by line, as [`for_each_line`] does. None is an empty one.
    pub(super) fn read(&self, take: impl FnMut(u64, Option<&[u8]>)) -> Result<(), StoreError> {
        let file = match File::open(&self.journal) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened.map_err(failed("open", &self.journal))?,
        };
        // Without it, a line that is just being written would look torn.
        self.wait_for(&self.journal, || file.try_lock_shared())?;
        for_each_line(BufReader::new(&file), take).map_err(failed("read", &self.journal))
    }

    /// Waits until no other undo is under way. None begins as long as the file is open; when its process dies, the
    /// system closes it.
    pub(super) fn lock_undo(&self) -> Result<File, StoreError> {
        let file = self.open_for_append(&self.undo_lock)?;
        self.wait_for(&self.undo_lock, || file.try_lock())?;
        Ok(file)
    }

    fn open_for_append(&self, path: &Path) -> Result<File, StoreError> {
        create_directory(&self.directory).map_err(failed("make", &self.directory))?;
        private_file().open(path).map_err(failed("open", path))
    }

    fn append_locked(&self, file: &mut File, lines: &[&[u8]]) -> io::Result<()> {
        let length = file.metadata()?.len();
        if length == 0 {
            sync_directory(&self.directory)?;
        }
        let mut text =
            Vec::with_capacity(lines.iter().map(|line| line.len() + 1).sum::<usize>() + 1);
        if !ends_with_line_break(file, length)? {
            text.push(b'\n');
        }
        for line in lines {
            text.extend_from_slice(line);
            text.push(b'\n');
        }
        let written = file.write_all(&text).and_then(|()| file.sync_all());
        if written.is_err() {
            // What did not get through whole shall not be read as a change that was sent. If this fails too, the
            // next line still starts on its own.
            let _ = file.set_len(length);
        }
        written
    }

    fn wait_for(
        &self,
        path: &Path,
        attempt: impl Fn() -> Result<(), TryLockError>,
    ) -> Result<(), StoreError> {
        let start = Instant::now();
        loop {
            match attempt() {
                Ok(()) => return Ok(()),
                Err(TryLockError::Error(source)) => return Err(failed("lock", path)(source)),
                Err(TryLockError::WouldBlock) if start.elapsed() >= self.patience => {
                    let (path, waited) = (path.to_owned(), self.patience);
                    return Err(StoreError::Locked { path, waited });
                }
                // Not in step with the others that wait.
                Err(TryLockError::WouldBlock) => {
                    thread::sleep(Duration::from_millis(fastrand::u64(1..=10)));
                }
            }
        }
    }
}

fn failed(verb: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::File { verb, path, source }
}

fn ends_with_line_break(file: &mut File, length: u64) -> io::Result<bool> {
    if length == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::Start(length - 1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// A file that is read, and written at its end alone; if it is made, then for its owner only.
fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a directory and those above it, as far as they are missing, for their owner only, and for good.
fn create_directory(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let Some(parent) = directory.parent() else {
        return Err(io::ErrorKind::NotFound.into());
    };
    create_directory(parent)?;
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync_directory(parent),
    }
}

/// Puts a directory's list of names on the disk. Elsewhere than on Unix, the system does it by itself.
fn sync_directory(directory: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(directory)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = directory;
    Ok(())
}
