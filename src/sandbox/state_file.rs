use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::SandboxError;
use super::account::Account;

/// The version of the state file that this program reads and writes.
const VERSION: u64 = 1;

/// The state file and the lock file beside it. The lock is a file of its own, because each write puts a new file in
/// the state file's place.
#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
    directory: PathBuf,
    lock: PathBuf,
}

#[derive(Serialize)]
struct State<'a> {
    version: u64,
    account: &'a Account,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredState {
    #[serde(rename = "version")]
    _version: u64,
    account: Account,
}

/// As much as every version of the file has.
#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

impl StateFile {
    /// Makes the directory if it is not there.
    pub(super) fn new(path: &Path) -> Result<Self, SandboxError> {
        let directory = match path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        make_directory(directory).map_err(|source| failed("make", directory, source))?;
        let mut lock = path.as_os_str().to_owned();
        lock.push(".lock");
        Ok(Self {
            path: path.to_owned(),
            directory: directory.to_owned(),
            lock: lock.into(),
        })
    }

    /// Waits until nobody else holds the lock; it is given back when the file is dropped.
    pub(super) fn lock_alone(&self) -> Result<File, SandboxError> {
        self.locked_by(File::lock)
    }

    /// As [`StateFile::lock_alone`], but others may hold it in this way too.
    pub(super) fn lock_shared(&self) -> Result<File, SandboxError> {
        self.locked_by(File::lock_shared)
    }

    fn locked_by(&self, lock: fn(&File) -> io::Result<()>) -> Result<File, SandboxError> {
        let locked = || {
            let file = private_file().open(&self.lock)?;
            lock(&file)?;
            Ok(file)
        };
        locked().map_err(|source| failed("lock", &self.lock, source))
    }

    /// Whether there is a state file. Who asks holds the lock.
    pub(super) fn exists(&self) -> Result<bool, SandboxError> {
        let exists = self.path.try_exists();
        exists.map_err(|source| failed("read", &self.path, source))
    }

    /// Reads the whole file. Who reads holds the lock.
    pub(super) fn read(&self) -> Result<Account, SandboxError> {
        let text =
            std::fs::read(&self.path).map_err(|source| failed("read", &self.path, source))?;
        let broken = |source| SandboxError::Broken {
            path: self.path.clone(),
            source,
        };
        let Versioned { version } = serde_json::from_slice(&text).map_err(broken)?;
        if version != VERSION {
            return Err(SandboxError::Version {
                path: self.path.clone(),
                found: version,
                known: VERSION,
            });
        }
        let state: StoredState = serde_json::from_slice(&text).map_err(broken)?;
        Ok(state.account)
    }

    /// Puts the whole file in place at once: a reader, or a run that is cut short, never meets half of it. Who writes
    /// holds the lock alone.
    pub(super) fn write(&self, account: &Account) -> Result<(), SandboxError> {
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(&self.directory)?;
            let state = State {
                version: VERSION,
                account,
            };
            file.write_all(&serde_json::to_vec_pretty(&state)?)?;
            file.persist(&self.path)?;
            Ok(())
        };
        write().map_err(|source| failed("write", &self.path, source))
    }
}

fn failed(doing: &'static str, path: &Path, source: io::Error) -> SandboxError {
    SandboxError::File {
        doing,
        path: path.to_owned(),
        source,
    }
}

#[cfg(unix)]
fn make_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}

fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
