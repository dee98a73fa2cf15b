use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::data::SandboxData;
use super::error::SandboxError;
use super::sample_data::sample_data;
use crate::private_file::{self, Replacement};

/// The version of the state file that this program reads and writes.
const VERSION: u64 = 1;

/// The maximum size of the state file in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// The data in a state file, and the lock file beside it.
///
/// Any number of these, in any number of processes, may share a state file: each access takes the lock. The lock is a
/// separate file, since each write replaces the state file.
#[derive(Debug)]
pub(crate) struct Sandbox {
    path: PathBuf,
    lock: PathBuf,
}

/// The content of the file. `D` is the data, or a reference to it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State<D> {
    version: u64,
    #[serde(rename = "account")]
    data: D,
}

/// The fields that every version of the file has.
#[derive(Deserialize)]
struct StoredVersion {
    version: u64,
}

impl Sandbox {
    /// Opens the data in `state_file`. A missing file is created with the sample data.
    ///
    /// # Errors
    /// Fails if the file or its directory cannot be used, or if the file is invalid or of another version.
    pub(crate) fn open(state_file: &Path) -> Result<Self, SandboxError> {
        let sandbox = Self::for_state_file(state_file)?;
        let lock = sandbox.lock(File::lock)?;
        let exists = sandbox.path.try_exists();
        if exists.map_err(file_error("read", &sandbox.path))? {
            sandbox.load()?;
        } else {
            sandbox.store(&sample_data())?;
        }
        drop(lock);
        Ok(sandbox)
    }

    /// Writes the sample data to `state_file`, replacing its content.
    ///
    /// # Errors
    /// Fails if the file or its directory cannot be written.
    pub(crate) fn reset(state_file: &Path) -> Result<(), SandboxError> {
        let sandbox = Self::for_state_file(state_file)?;
        let _lock = sandbox.lock(File::lock)?;
        sandbox.store(&sample_data())
    }

    /// Passes the data to `read`.
    ///
    /// # Errors
    /// Fails if the state file cannot be read, or if `read` fails.
    pub(super) fn read<T, E: From<SandboxError>>(
        &self,
        read: impl FnOnce(&SandboxData) -> Result<T, E>,
    ) -> Result<T, E> {
        let _lock = self.lock(File::lock_shared)?;
        read(&self.load()?)
    }

    /// Passes the data to `change`, and stores it if that succeeds. Nobody else reads or changes it meanwhile.
    ///
    /// # Errors
    /// Fails if the state file cannot be read or written, or if `change` fails.
    pub(super) fn change<T, E: From<SandboxError>>(
        &self,
        change: impl FnOnce(&mut SandboxData) -> Result<T, E>,
    ) -> Result<T, E> {
        let _lock = self.lock(File::lock)?;
        let mut data = self.load()?;
        let result = change(&mut data)?;
        self.store(&data)?;
        Ok(result)
    }

    /// A sandbox for this state file, which is not read yet. The file's directory is created if it is missing.
    fn for_state_file(state_file: &Path) -> Result<Self, SandboxError> {
        let directory = private_file::directory_of(state_file);
        private_file::create_directory(directory).map_err(file_error("make", directory))?;
        let mut lock = state_file.as_os_str().to_owned();
        lock.push(".lock");
        Ok(Self {
            path: state_file.to_owned(),
            lock: lock.into(),
        })
    }

    /// Waits for the lock. It is released when the file is dropped.
    fn lock(&self, lock: fn(&File) -> io::Result<()>) -> Result<File, SandboxError> {
        let open = || {
            let file = private_file::open_for_append(&self.lock)?;
            lock(&file)?;
            Ok(file)
        };
        open().map_err(file_error("lock", &self.lock))
    }

    fn load(&self) -> Result<SandboxData, SandboxError> {
        let read = private_file::read_own(&self.path, MAX_BYTES)
            .and_then(|content| content.ok_or_else(|| io::ErrorKind::NotFound.into()));
        let (text, _) = read.map_err(file_error("read", &self.path))?;
        let invalid = |source| SandboxError::InvalidState {
            path: self.path.clone(),
            source,
        };
        let StoredVersion { version } = serde_json::from_slice(&text).map_err(invalid)?;
        if version != VERSION {
            return Err(SandboxError::OtherVersion {
                path: self.path.clone(),
                found: version,
                known: VERSION,
            });
        }
        let state: State<SandboxData> = serde_json::from_slice(&text).map_err(invalid)?;
        Ok(state.data)
    }

    /// Replaces the whole file at once, so that nobody ever reads a part of it.
    fn store(&self, data: &SandboxData) -> Result<(), SandboxError> {
        let state = State {
            version: VERSION,
            data,
        };
        let write = || {
            let content = serde_json::to_vec_pretty(&state)?;
            Replacement::prepare(&self.path, &content)?.commit_unsynced()
        };
        write().map_err(file_error("write", &self.path))
    }
}

fn file_error(verb: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SandboxError {
    let path = path.to_owned();
    move |source| SandboxError::File { verb, path, source }
}
