#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::fs;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::credentials::{CredentialKind, Credentials, SecretSources};
use super::keychain::{Keychain, KeychainError};
use super::secret::{MAX_LENGTH, SecretSource};
use crate::private_file::{self, chmod_command, directory_of, is_own, others_may_enter};

/// The directory for the secrets of logins where there is no keychain. It is beside the configuration file.
const DIRECTORY: &str = "keys";

/// The part of a secret file's name between the given path and the name of the key. It distinguishes files that a login
/// has written from all others.
const FILE_NAME_INFIX: &str = ".orgconn-";

/// The ends of the names of secret files, one for each kind of secret.
const FILE_NAME_ENDS: [&str; 3] = ["api-key", "app-key", "access-token"];

/// Stands before the number of a login in the name of a file. No profile's part of the name has it.
const NUMBER_MARK: char = '~';

/// Stores the secrets of a login: in keychain entries named after the profile, or in files that other users may not
/// read.
pub(crate) struct SecretStore<'a> {
    keychain: &'a dyn Keychain,
    profile: &'a str,
    /// The sources that the profile names before the login.
    present: Option<&'a SecretSources>,
    place: Place,
}

/// Where secrets are stored.
enum Place {
    Keychain,
    /// Files with this path plus a suffix such as `.orgconn-api-key`.
    Files(PathBuf),
    /// As `Files`, in the directory that only logins write to. Each login writes new files, so that the profile names
    /// either all secrets of a login or all of the one before.
    OwnFiles(PathBuf),
}

/// Secrets that were stored. If it is dropped without a commit, the secrets before it are restored. A failure of that
/// is not reported, since another error is the reason for it.
#[must_use = "the sources must be named in a profile, and the transaction committed"]
pub(crate) struct StoreTransaction<'a> {
    keychain: &'a dyn Keychain,
    sources: SecretSources,
    /// Each source that was written, with its earlier secret.
    before: Vec<(SecretSource, Option<SecretString>)>,
}

/// Why a secret cannot be stored or deleted. No variant contains a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The keychain refuses access, or there is none.
    #[error("the keychain entry {account} cannot be used")]
    Keychain {
        /// The name of the keychain entry.
        account: String,
        /// The error of the keychain.
        source: KeychainError,
    },
    /// The directory cannot be created, or no file can be created in it.
    #[error("cannot write in the directory {}", .0.display())]
    Directory(PathBuf, #[source] io::Error),
    /// The directory for secrets belongs to another user.
    #[error("the directory {} is for secrets, and belongs to another user", .0.display())]
    NotOwned(PathBuf),
    /// Other users may open the directory for secrets.
    #[error("others may open the directory {}, which is for secrets; run `{command}`", path.display())]
    Exposed {
        /// The directory.
        path: PathBuf,
        /// The `chmod` command that takes the permission away.
        command: String,
    },
    /// The file exists already. It could contain a secret that is still in use.
    #[error("there is a file {} already, and it is not written over", .0.display())]
    Exists(PathBuf),
    /// The file of an earlier login cannot be read.
    #[error("cannot read the file {}", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// The file cannot be written.
    #[error("cannot write the file {}", .0.display())]
    Unwritable(PathBuf, #[source] io::Error),
    /// The file cannot be deleted.
    #[error("cannot delete the file {}", .0.display())]
    Undeletable(PathBuf, #[source] io::Error),
}

impl<'a> SecretStore<'a> {
    /// The store for the secrets of a profile: files at `prefix` if it is given, else the files of an earlier login, else
    /// the keychain, and where there is none files beside the configuration file, which is in `directory`.
    ///
    /// # Errors
    /// Fails if there is a keychain, but it cannot be used.
    pub(crate) fn new(
        profile: &'a str,
        present: Option<&'a SecretSources>,
        prefix: Option<PathBuf>,
        directory: &Path,
        keychain: &'a dyn Keychain,
    ) -> Result<Self, StoreError> {
        let own_prefix = directory
            .join(DIRECTORY)
            .join(encode_for_file_name(profile));
        let mut present_sources = present.iter().flat_map(|sources| sources.iter());
        let place = match prefix.or_else(|| present_sources.find_map(login_prefix)) {
            Some(prefix) if unnumbered(&prefix) != own_prefix => Place::Files(prefix),
            None if has_keychain(profile, keychain)? => Place::Keychain,
            _ => Place::OwnFiles(own_prefix),
        };
        Ok(Self {
            keychain,
            profile,
            present,
            place,
        })
    }

    /// Checks whether the secrets of a login can be stored, without storing anything. A missing directory is created.
    ///
    /// # Errors
    /// Fails if the keychain does not answer, the directory cannot be used, or one of the files exists already and is
    /// not of an earlier login.
    pub(crate) fn check(&self, kind: CredentialKind) -> Result<(), StoreError> {
        if let Place::Files(prefix) | Place::OwnFiles(prefix) = &self.place {
            let directory = directory_of(prefix);
            let unwritable = |error| StoreError::Directory(directory.to_owned(), error);
            private_file::create_directory(directory).map_err(unwritable)?;
            if matches!(self.place, Place::OwnFiles(_)) {
                require_private(directory)?;
            }
            private_file::check_directory(directory).map_err(unwritable)?;
        }
        let keys: &[&str] = match kind {
            CredentialKind::Token => &["access_token"],
            CredentialKind::Keys => &["api_key", "app_key"],
        };
        for key in keys {
            self.stored_secret(&self.source(key))?;
        }
        Ok(())
    }

    /// Stores all secrets of the profile, or none of them.
    ///
    /// # Errors
    /// Fails if one of them cannot be stored.
    pub(crate) fn save(
        &self,
        credentials: &Credentials,
    ) -> Result<StoreTransaction<'a>, StoreError> {
        let source = |key| self.source(key);
        let (sources, secrets) = match credentials {
            Credentials::Keys { api_key, app_key } => {
                let sources = SecretSources::Keys {
                    api_key: source("api_key"),
                    app_key: source("app_key"),
                };
                (sources, vec![api_key, app_key])
            }
            Credentials::Token(token) => {
                (SecretSources::Token(source("access_token")), vec![token])
            }
        };
        let mut transaction = StoreTransaction {
            keychain: self.keychain,
            sources: sources.clone(),
            before: Vec::new(),
        };
        for (source, secret) in sources.iter().zip(secrets) {
            let before = self.stored_secret(source)?;
            write(source, secret, before.is_some(), self.keychain)?;
            transaction.before.push((source.clone(), before));
        }
        Ok(transaction)
    }

    fn source(&self, key: &str) -> SecretSource {
        let prefix = match &self.place {
            Place::Keychain => return SecretSource::keyring(self.profile, key),
            Place::Files(prefix) => prefix.clone(),
            Place::OwnFiles(prefix) => unused_prefix(prefix),
        };
        SecretSource::File(file_at(&prefix, &key.replace('_', "-")))
    }

    /// The secret that is stored now. `None` if there is none. A file that no login has written for this profile is an
    /// error.
    fn stored_secret(&self, source: &SecretSource) -> Result<Option<SecretString>, StoreError> {
        let path = match source {
            SecretSource::Keyring(account) => {
                let secret = self.keychain.get(account);
                return secret.map_err(|source| keychain_error(account, source));
            }
            SecretSource::File(path) => path,
            SecretSource::Environment(_) | SecretSource::Command { .. } => return Ok(None),
        };
        let mut present = self.present.iter().flat_map(|sources| sources.iter());
        let may_replace = present.any(|present| present == source);
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Ok(_) if !may_replace => Err(StoreError::Exists(path.clone())),
            _ => match read_stored(path) {
                Ok(secret) => Ok(Some(secret.as_str().into())),
                Err(error) => Err(StoreError::Unreadable(path.clone(), error)),
            },
        }
    }
}

/// Reads the file of an earlier login.
fn read_stored(path: &Path) -> io::Result<Zeroizing<String>> {
    let file = private_file::open_own(path)?;
    // The buffer never grows, since that would leave an unwiped copy behind.
    let mut text = Zeroizing::new(String::with_capacity(MAX_LENGTH + 64));
    file.take(MAX_LENGTH as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}

impl StoreTransaction<'_> {
    /// The sources from which the stored secrets can be read.
    pub(crate) fn sources(&self) -> &SecretSources {
        &self.sources
    }

    /// Keeps the stored secrets, so that dropping this value does not restore the old ones.
    pub(crate) fn commit(mut self) {
        self.before.clear();
    }
}

impl Drop for StoreTransaction<'_> {
    fn drop(&mut self) {
        for (source, before) in &self.before {
            let _ = match before {
                Some(secret) => write(source, secret, true, self.keychain),
                None => delete(source, self.keychain).map(drop),
            };
        }
    }
}

/// The path of a file that a login has written, without the suffix; `None` for any other source.
fn login_prefix(source: &SecretSource) -> Option<PathBuf> {
    let SecretSource::File(path) = source else {
        return None;
    };
    let (prefix, _) = path.to_str()?.rsplit_once(FILE_NAME_INFIX)?;
    is_login_source(source).then(|| prefix.into())
}

/// The path of a secret's file.
fn file_at(prefix: &Path, end: &str) -> PathBuf {
    let mut path = prefix.as_os_str().to_owned();
    path.push(FILE_NAME_INFIX);
    path.push(end);
    path.into()
}

/// The first of `prefix`, `prefix~2`, `prefix~3` and so on at which there is no file.
fn unused_prefix(prefix: &Path) -> PathBuf {
    let mut candidate = prefix.to_owned();
    let is_used = |candidate: &Path| {
        let mut files = FILE_NAME_ENDS.iter().map(|end| file_at(candidate, end));
        files.any(|file| fs::symlink_metadata(file).is_ok())
    };
    let mut number = 1;
    while is_used(&candidate) {
        number += 1;
        let mut numbered = prefix.as_os_str().to_owned();
        numbered.push(format!("{NUMBER_MARK}{number}"));
        candidate = numbered.into();
    }
    candidate
}

/// The path without the number of a login.
fn unnumbered(prefix: &Path) -> PathBuf {
    let name = prefix.file_name().unwrap_or_default().to_string_lossy();
    match name.rsplit_once(NUMBER_MARK) {
        Some((name, number)) if number.parse::<u32>().is_ok() => prefix.with_file_name(name),
        _ => prefix.to_owned(),
    }
}

/// Deletes the files in the directory for secrets that logins to a profile have begun or replaced, and then did not
/// delete since they were ended. `directory` is that of the configuration file, which must be locked; `used` are the
/// sources that it names.
///
/// # Errors
/// Fails if a file cannot be deleted.
pub(crate) fn delete_login_leftovers<'a>(
    profile: &str,
    directory: &Path,
    used: impl Iterator<Item = &'a SecretSource>,
) -> Result<(), StoreError> {
    // A path to a file can be written in several ways, so the names are compared alone.
    let used_names: Vec<_> = used
        .filter_map(|source| match source {
            SecretSource::File(path) => path.file_name(),
            _ => None,
        })
        .collect();
    let own_prefix = PathBuf::from(encode_for_file_name(profile));
    let is_left = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        // The lock is held, so nobody is writing an unfinished file.
        let is_unfinished = name.to_string_lossy().starts_with(".tmp");
        let of_login = || {
            let prefix = login_prefix(&SecretSource::File(path.to_owned()));
            let prefix = prefix.as_deref().map(unnumbered);
            prefix.is_some_and(|prefix| prefix.file_name() == Some(own_prefix.as_os_str()))
        };
        is_unfinished || (!used_names.contains(&name) && of_login())
    };
    let Ok(entries) = fs::read_dir(directory.join(DIRECTORY)) else {
        return Ok(());
    };
    let paths = entries.flatten().map(|entry| entry.path());
    for path in paths.filter(|path| is_left(path)) {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(StoreError::Undeletable(path, error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether there is a keychain.
///
/// # Errors
/// Fails if it cannot be used.
fn has_keychain(profile: &str, keychain: &dyn Keychain) -> Result<bool, StoreError> {
    let SecretSource::Keyring(account) = SecretSource::keyring(profile, "api_key") else {
        return Ok(false);
    };
    match keychain.get(&account) {
        Ok(_) => Ok(true),
        Err(KeychainError::NotBuiltIn | KeychainError::Unavailable(_)) => Ok(false),
        Err(error) => Err(keychain_error(&account, error)),
    }
}

/// The name of a profile as part of a file name: bytes that are not allowed in one everywhere are percent-encoded.
fn encode_for_file_name(profile: &str) -> String {
    let mut name = String::new();
    for c in profile.chars() {
        if c.is_alphanumeric() || "-_. ".contains(c) {
            name.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                // Writing to a string does not fail.
                let _ = write!(name, "%{byte:02X}");
            }
        }
    }
    name
}

/// Checks that a directory belongs to the user, and that nobody else may open it.
fn require_private(directory: &Path) -> Result<(), StoreError> {
    let metadata = fs::metadata(directory);
    let metadata = metadata.map_err(|error| StoreError::Directory(directory.to_owned(), error))?;
    let path = directory.to_owned();
    if !is_own(&metadata) {
        return Err(StoreError::NotOwned(path));
    }
    if others_may_enter(&metadata) {
        let command = chmod_command("700", directory);
        return Err(StoreError::Exposed { path, command });
    }
    Ok(())
}

/// Writes a secret. A file takes the place of the present one only with `replace`.
fn write(
    source: &SecretSource,
    secret: &SecretString,
    replace: bool,
    keychain: &dyn Keychain,
) -> Result<(), StoreError> {
    match source {
        SecretSource::Keyring(account) => keychain
            .set(account, secret)
            .map_err(|source| keychain_error(account, source)),
        SecretSource::File(path) => {
            let content = secret.expose_secret().as_bytes();
            let written = match replace {
                true => private_file::replace_private(path, content),
                false => private_file::create_new(path, content),
            };
            written.map_err(|error| match error.kind() {
                ErrorKind::AlreadyExists => StoreError::Exists(path.clone()),
                _ => StoreError::Unwritable(path.clone(), error),
            })
        }
        SecretSource::Environment(_) | SecretSource::Command { .. } => Ok(()),
    }
}

/// Deletes a secret, and returns whether it existed.
fn delete(source: &SecretSource, keychain: &dyn Keychain) -> Result<bool, StoreError> {
    match source {
        SecretSource::Keyring(account) => keychain
            .delete(account)
            .map_err(|source| keychain_error(account, source)),
        SecretSource::File(path) => match fs::remove_file(path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(StoreError::Undeletable(path.clone(), error)),
        },
        SecretSource::Environment(_) | SecretSource::Command { .. } => Ok(false),
    }
}

/// Deletes a secret if a login has stored it, and returns whether it existed. Secrets from other sources are kept.
///
/// # Errors
/// Fails if the keychain or the file system refuses.
pub(crate) fn delete_login_secret(
    source: &SecretSource,
    keychain: &dyn Keychain,
) -> Result<bool, StoreError> {
    match is_login_source(source) {
        true => delete(source, keychain),
        false => Ok(false),
    }
}

/// Whether a login stores secrets in this kind of source: a keychain entry, or a file with the name of a login file.
pub(crate) fn is_login_source(source: &SecretSource) -> bool {
    match source {
        SecretSource::Keyring(_) => true,
        // A login writes absolute paths only.
        SecretSource::File(path) if path.is_absolute() => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let key = name.rsplit_once(FILE_NAME_INFIX).map(|(_, key)| key);
            key.is_some_and(|key| FILE_NAME_ENDS.contains(&key))
        }
        _ => false,
    }
}

fn keychain_error(account: &str, source: KeychainError) -> StoreError {
    StoreError::Keychain {
        account: account.to_owned(),
        source,
    }
}
