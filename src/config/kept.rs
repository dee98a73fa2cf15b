//! Where a login keeps secrets: in the system's keychain, or in files of their own.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::credentials::{Credentials, Sources};
use super::keychain::{Keychain, KeychainError};
use super::secret::SecretSource;

/// What the names of kept files end with, before the key's own word: no file of another origin is called so.
const MARK: &str = ".orgconn-";

/// A place to keep secrets in.
pub enum SecretStore<'a> {
    /// The keychain, in entries named after the profile.
    Keychain(&'a dyn Keychain),
    /// Files that did not exist before, and that nobody else may read: this path with `.orgconn-api-key` and the like
    /// behind it.
    Files(PathBuf),
}

/// Secrets that were kept, as long as it may still be taken back.
#[must_use = "what is kept has to be named in a profile, or taken back"]
pub struct Kept<'a> {
    /// Where they are now.
    pub sources: Sources,
    undo: Vec<(SecretSource, Option<SecretString>)>,
    store: &'a SecretStore<'a>,
}

/// Why a secret is not kept, or not let go. Never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The keychain does not serve.
    #[error("the keychain entry {account} cannot be used")]
    Keychain {
        /// The entry.
        account: String,
        /// What the keychain says.
        source: KeychainError,
    },
    /// There is such a file already. It could hold a secret that is still in use.
    #[error("there is a file {} already, and it is not written over", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("cannot write the file {}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file cannot be deleted.
    #[error("cannot delete the file {}", path.display())]
    Undeletable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl SecretStore<'_> {
    /// Whether secrets of this kind can be kept, as far as that shows without keeping one.
    ///
    /// # Errors
    /// The keychain does not answer, or a file of that name is there already.
    pub fn check(&self, profile: &str, token: bool) -> Result<(), StoreError> {
        let keys: &[&str] = match token {
            true => &["access_token"],
            false => &["api_key", "app_key"],
        };
        keys.iter()
            .try_for_each(|key| match self.source(profile, key) {
                SecretSource::Keyring { account } => self.old(&account).map(drop),
                SecretSource::File { path } if path.exists() => Err(StoreError::Exists { path }),
                _ => Ok(()),
            })
    }

    /// Keeps the secrets of a profile: all, or none.
    ///
    /// # Errors
    /// The place does not take one of them.
    pub fn keep(&self, profile: &str, credentials: &Credentials) -> Result<Kept<'_>, StoreError> {
        let mut undo = Vec::new();
        let mut keep = |key: &str, secret: &SecretString| {
            let source = self.source(profile, key);
            match self.keep_one(&source, secret) {
                Ok(old) => {
                    undo.push((source.clone(), old));
                    Ok(source)
                }
                Err(error) => {
                    undo.drain(..)
                        .for_each(|(source, old)| self.restore(&source, old));
                    Err(error)
                }
            }
        };
        let sources = match credentials {
            Credentials::Keys { api_key, app_key } => Sources::Keys {
                api_key: keep("api_key", api_key)?,
                app_key: keep("app_key", app_key)?,
            },
            Credentials::Token(token) => Sources::Token(keep("access_token", token)?),
        };
        Ok(Kept {
            sources,
            undo,
            store: self,
        })
    }

    fn source(&self, profile: &str, key: &str) -> SecretSource {
        match self {
            Self::Keychain(_) => SecretSource::keyring(profile, key),
            Self::Files(beginning) => {
                let mut path = beginning.clone().into_os_string();
                path.push(MARK);
                path.push(key.replace('_', "-"));
                SecretSource::File { path: path.into() }
            }
        }
    }

    /// Keeps one secret and gives the one that it takes the place of.
    fn keep_one(
        &self,
        source: &SecretSource,
        secret: &SecretString,
    ) -> Result<Option<SecretString>, StoreError> {
        match (self, source) {
            (Self::Keychain(keychain), SecretSource::Keyring { account }) => {
                let old = self.old(account)?;
                let kept = keychain.set(account, secret);
                kept.map_err(|source| refused(account, source))?;
                Ok(old)
            }
            (_, SecretSource::File { path }) => write_new(path, secret).map(|()| None),
            _ => Ok(None),
        }
    }

    fn old(&self, account: &str) -> Result<Option<SecretString>, StoreError> {
        match self {
            Self::Keychain(keychain) => keychain
                .get(account)
                .map_err(|source| refused(account, source)),
            Self::Files(_) => Ok(None),
        }
    }

    /// Puts back what was there before. That this fails as well is not told: the first error is on its way.
    fn restore(&self, source: &SecretSource, old: Option<SecretString>) {
        match (self, source, old) {
            (Self::Keychain(keychain), SecretSource::Keyring { account }, Some(old)) => {
                keychain.set(account, &old).ok();
            }
            (Self::Keychain(keychain), SecretSource::Keyring { account }, None) => {
                keychain.delete(account).ok();
            }
            (_, SecretSource::File { path }, _) => {
                fs::remove_file(path).ok();
            }
            _ => {}
        }
    }
}

impl Kept<'_> {
    /// Puts back what was there before.
    pub fn take_back(self) {
        for (source, old) in self.undo {
            self.store.restore(&source, old);
        }
    }
}

/// Whether a source is one that a login makes: an entry of the keychain, or a file with a name of its own.
pub fn is_kept(source: &SecretSource) -> bool {
    match source {
        SecretSource::Keyring { .. } => true,
        // Relative paths are somebody's own: a login writes none.
        SecretSource::File { path } if path.is_absolute() => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let key = name.rsplit_once(MARK).map(|(_, key)| key);
            key.is_some_and(|key| ["api-key", "app-key", "access-token"].contains(&key))
        }
        _ => false,
    }
}

/// Deletes a secret that a login has kept, and says whether there was one. Secrets of other origins are left alone.
///
/// # Errors
/// The keychain or the system refuses.
pub fn discard(source: &SecretSource, keychain: &dyn Keychain) -> Result<bool, StoreError> {
    match source {
        SecretSource::Keyring { account } => keychain
            .delete(account)
            .map_err(|source| refused(account, source)),
        SecretSource::File { path } if is_kept(source) => match fs::remove_file(path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(StoreError::Undeletable {
                path: path.clone(),
                source,
            }),
        },
        _ => Ok(false),
    }
}

fn refused(account: &str, source: KeychainError) -> StoreError {
    StoreError::Keychain {
        account: account.to_owned(),
        source,
    }
}

/// Writes a secret to a file that is made for it. Whoever else wants to make or read it comes too late.
fn write_new(path: &Path, secret: &SecretString) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let unwritable = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => StoreError::Exists {
            path: path.to_owned(),
        },
        _ => StoreError::Unwritable {
            path: path.to_owned(),
            source,
        },
    };
    let mut file = options.open(path).map_err(unwritable)?;
    let written = file
        .write_all(secret.expose_secret().as_bytes())
        .and_then(|()| file.sync_all());
    written.map_err(|error| {
        // A part of a secret is of no use to anybody.
        fs::remove_file(path).ok();
        unwritable(error)
    })
}

#[cfg(test)]
mod tests;
