use std::path::Path;

use hyper::body::Bytes;
use uuid::Uuid;

use super::account::Account;
use super::memory::Memory;
use super::state_file::StateFile;
use super::{SandboxError, generated, sample};

/// The sample account and the place where it is kept.
///
/// Any number of these, in any number of processes, may share a state file: each reading and each change takes a
/// lock beside it.
#[derive(Debug)]
pub struct Sandbox {
    place: Place,
    /// How many generated orgs there are, whose keys are good here.
    generated: u32,
}

#[derive(Debug)]
enum Place {
    File(StateFile),
    Memory(Memory),
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
        Ok(Self {
            place: Place::File(file),
            generated: 0,
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
    /// It serves to measure long listings, and work in many orgs. The same number gives the same account; each
    /// [`GeneratedOrg`](super::GeneratedOrg) with a smaller number is in it.
    pub fn generated(connections: u32) -> Self {
        Self {
            place: Place::Memory(Memory::new(generated::account(connections))),
            generated: connections,
        }
    }

    /// How many generated orgs there are.
    pub(super) fn generated_orgs(&self) -> u32 {
        self.generated
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
            Place::Memory(memory) => memory.read(look),
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
            Place::Memory(memory) => memory.change(change),
        }
    }

    /// A page of a listing, as `make` makes it. An account in memory keeps the pages that were made.
    ///
    /// # Errors
    /// Those of the state file, and those of `make`.
    pub(super) fn page<E: From<SandboxError>>(
        &self,
        org: Uuid,
        query: &str,
        make: impl FnOnce(&Account) -> Result<Bytes, E>,
    ) -> Result<Bytes, E> {
        match &self.place {
            Place::File(_) => self.read(make),
            Place::Memory(memory) => memory.page(org, query, make),
        }
    }
}
