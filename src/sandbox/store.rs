use std::path::Path;

use super::account::Account;
use super::state_file::StateFile;
use super::{SandboxError, sample};

/// The sample account and the place where it is kept.
///
/// Any number of these, in any number of processes, may share a state file: each reading and each change takes a
/// lock beside it.
#[derive(Debug)]
pub struct Sandbox {
    file: StateFile,
}

impl Sandbox {
    /// Opens the account in `state_file`, and makes the file with the sample data if it is not there.
    ///
    /// # Errors
    /// The file or its directory cannot be used, or the file is broken or of another version.
    pub fn open(state_file: &Path) -> Result<Self, SandboxError> {
        let file = StateFile::new(state_file)?;
        let _lock = file.lock_alone()?;
        if file.exists()? {
            file.read()?;
        } else {
            file.write(&sample::account())?;
        }
        Ok(Self { file })
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

    /// Gives the account to `look`.
    ///
    /// # Errors
    /// Those of the state file, and those of `look`.
    pub(super) fn read<T, E: From<SandboxError>>(
        &self,
        look: impl FnOnce(&Account) -> Result<T, E>,
    ) -> Result<T, E> {
        let _lock = self.file.lock_shared()?;
        look(&self.file.read()?)
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
        let _lock = self.file.lock_alone()?;
        let mut account = self.file.read()?;
        let changed = change(&mut account)?;
        self.file.write(&account)?;
        Ok(changed)
    }
}
