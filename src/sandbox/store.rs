use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use super::account::Account;
use super::{SandboxError, generated, sample};

/// The version of the state file that this program reads and writes.
const VERSION: u64 = 1;

/// The sample account and the place where it is kept.
///
/// Any number of these, in any number of processes, may share a state file: each reading and each change takes a
/// lock beside it.
#[derive(Debug)]
pub struct Sandbox {
    place: Place,
}

#[derive(Debug)]
enum Place {
    File(StateFile),
    Memory(RwLock<Account>),
}

impl Sandbox {
    /// Opens the account in `state_file`, and makes the file with the sample data if it is not there.
    ///
    /// # Errors
    /// The file or its directory cannot be used, or the file is broken or of another version.
    pub fn open(state_file: &Path) -> Result<Self, SandboxError> {
        let file = StateFile::new(state_file)?;
        let _lock = file.lock_alone()?;
        match file.read() {
            Err(SandboxError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                file.write(&sample::account())?;
            }
            read => drop(read?),
        }
        Ok(Self {
            place: Place::File(file),
        })
    }

    /// Puts the sample data into `state_file`, whatever was there.
    ///
    /// # Errors
    /// The file or its directory cannot be written.
    pub fn reset(state_file: &Path) -> Result<(), SandboxError> {
        let file = StateFile::new(state_file)?;
        let _lock = file.lock_alone()?;
        file.write(&sample::account())
    }

    /// The sample account with `connections` more source orgs, each connected to the hub; in memory only.
    ///
    /// It serves to measure long listings. The same number gives the same account.
    pub fn generated(connections: u32) -> Self {
        Self {
            place: Place::Memory(RwLock::new(generated::account(connections))),
        }
    }

    /// Gives the account to `look`.
    ///
    /// # Errors
    /// Those of the state file, and those of `look`.
    pub(super) fn read<T, E: From<SandboxError>>(
        &self,
        look: impl FnOnce(&Account) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.place {
            Place::File(file) => {
                let _lock = file.lock_shared()?;
                look(&file.read()?)
            }
            Place::Memory(account) => look(&account.read().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    /// Gives the account to `change`, and keeps what it made of it. No other call sees or changes the account
    /// meanwhile. A `change` that fails must not have touched it.
    ///
    /// # Errors
    /// Those of the state file, and those of `change`.
    pub(super) fn change<T, E: From<SandboxError>>(
        &self,
        change: impl FnOnce(&mut Account) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.place {
            Place::File(file) => {
                let _lock = file.lock_alone()?;
                let mut account = file.read()?;
                let changed = change(&mut account)?;
                file.write(&account)?;
                Ok(changed)
            }
            Place::Memory(account) => {
                change(&mut account.write().unwrap_or_else(PoisonError::into_inner))
            }
        }
    }
}

/// The state file and the lock file beside it. The lock is a file of its own, because each write puts a new file in
/// the state file's place.
#[derive(Debug)]
struct StateFile {
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
    fn new(path: &Path) -> Result<Self, SandboxError> {
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

    fn lock_alone(&self) -> Result<File, SandboxError> {
        self.locked_by(File::lock)
    }

    fn lock_shared(&self) -> Result<File, SandboxError> {
        self.locked_by(File::lock_shared)
    }

    /// The lock is held until the file is dropped.
    fn locked_by(&self, lock: fn(&File) -> io::Result<()>) -> Result<File, SandboxError> {
        let locked = || {
            let file = private_file().open(&self.lock)?;
            lock(&file)?;
            Ok(file)
        };
        locked().map_err(|source| failed("lock", &self.lock, source))
    }

    fn read(&self) -> Result<Account, SandboxError> {
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

    /// Puts the whole file in place at once: a reader, or a run that is cut short, never meets half of it.
    fn write(&self, account: &Account) -> Result<(), SandboxError> {
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
