use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use super::credentials::{Credentials, SecretSources};
use super::keychain::{Keychain, KeychainError};
use super::secret::SecretSource;
use crate::private_file;

/// The part of a secret file's name between the given path and the name of the key. It distinguishes files that a login
/// has written from all others.
const FILE_NAME_INFIX: &str = ".orgconn-";

/// Stores the secrets of a login: in keychain entries named after the profile, or in new files that other users may not
/// read.
pub(crate) struct SecretStore<'a> {
    /// The keychain that stores the secrets, or from which old ones are read.
    pub(crate) keychain: &'a dyn Keychain,
    /// If set, secrets are stored in files with this path plus a suffix such as `.orgconn-api-key`.
    pub(crate) file_prefix: Option<PathBuf>,
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
    /// The file exists already. It could contain a secret that is still in use.
    #[error("there is a file {} already, and it is not written over", .0.display())]
    Exists(PathBuf),
    /// The file cannot be written.
    #[error("cannot write the file {}", .0.display())]
    Unwritable(PathBuf, #[source] io::Error),
    /// The file cannot be deleted.
    #[error("cannot delete the file {}", .0.display())]
    Undeletable(PathBuf, #[source] io::Error),
}

impl SecretStore<'_> {
    /// Checks whether the secrets of a login can be stored, without storing anything. `is_token` means a token, else
    /// two keys.
    ///
    /// # Errors
    /// Fails if the keychain does not answer, or one of the files exists already.
    pub(crate) fn check(&self, profile: &str, is_token: bool) -> Result<(), StoreError> {
        let keys: &[&str] = match is_token {
            true => &["access_token"],
            false => &["api_key", "app_key"],
        };
        for key in keys {
            stored_secret(&self.source(profile, key), self.keychain)?;
        }
        Ok(())
    }

    /// Stores all secrets of a profile, or none of them.
    ///
    /// # Errors
    /// Fails if one of them cannot be stored.
    pub(crate) fn save(
        &self,
        profile: &str,
        credentials: &Credentials,
    ) -> Result<StoreTransaction<'_>, StoreError> {
        let source = |key| self.source(profile, key);
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
            let before = stored_secret(source, self.keychain)?;
            write(source, secret, self.keychain)?;
            transaction.before.push((source.clone(), before));
        }
        Ok(transaction)
    }

    fn source(&self, profile: &str, key: &str) -> SecretSource {
        match &self.file_prefix {
            None => SecretSource::keyring(profile, key),
            Some(prefix) => {
                let mut path = prefix.clone().into_os_string();
                path.push(FILE_NAME_INFIX);
                path.push(key.replace('_', "-"));
                SecretSource::File(path.into())
            }
        }
    }
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
                Some(secret) => write(source, secret, self.keychain),
                None => delete(source, self.keychain).map(drop),
            };
        }
    }
}

/// The secret that the keychain holds now. `None` for a file; an existing file is an error.
fn stored_secret(
    source: &SecretSource,
    keychain: &dyn Keychain,
) -> Result<Option<SecretString>, StoreError> {
    match source {
        SecretSource::Keyring(account) => keychain
            .get(account)
            .map_err(|source| keychain_error(account, source)),
        SecretSource::File(path) if path.exists() => Err(StoreError::Exists(path.clone())),
        _ => Ok(None),
    }
}

fn write(
    source: &SecretSource,
    secret: &SecretString,
    keychain: &dyn Keychain,
) -> Result<(), StoreError> {
    match source {
        SecretSource::Keyring(account) => keychain
            .set(account, secret)
            .map_err(|source| keychain_error(account, source)),
        SecretSource::File(path) => {
            let written = private_file::create_new(path, secret.expose_secret().as_bytes());
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
            key.is_some_and(|key| ["api-key", "app-key", "access-token"].contains(&key))
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::super::keychain::tests::MemoryKeychain;
    use super::*;

    fn keys(api_key: &str) -> Credentials {
        Credentials::Keys {
            api_key: api_key.into(),
            app_key: "test-app-key".into(),
        }
    }

    fn in_keychain(keychain: &dyn Keychain) -> SecretStore<'_> {
        SecretStore {
            keychain,
            file_prefix: None,
        }
    }

    fn in_files(keychain: &dyn Keychain, prefix: PathBuf) -> SecretStore<'_> {
        SecretStore {
            keychain,
            file_prefix: Some(prefix),
        }
    }

    fn stored(keychain: &dyn Keychain, account: &str) -> Option<String> {
        let secret = keychain.get(account).unwrap();
        secret.map(|secret| secret.expose_secret().to_owned())
    }

    /// A keychain that refuses to set the secret of one account.
    struct RefusingKeychain {
        inner: MemoryKeychain,
        refused: &'static str,
        deleted: Mutex<Vec<String>>,
    }

    impl Keychain for RefusingKeychain {
        fn get(&self, account: &str) -> Result<Option<SecretString>, KeychainError> {
            self.inner.get(account)
        }

        fn set(&self, account: &str, secret: &SecretString) -> Result<(), KeychainError> {
            match account == self.refused {
                true => Err(KeychainError::Unexpected),
                false => self.inner.set(account, secret),
            }
        }

        fn delete(&self, account: &str) -> Result<bool, KeychainError> {
            self.deleted.lock().unwrap().push(account.to_owned());
            self.inner.delete(account)
        }
    }

    #[test]
    fn the_keychain_holds_each_secret_under_the_profiles_name_until_it_is_deleted() {
        let keychain = MemoryKeychain::default();
        let store = in_keychain(&keychain);
        let transaction = store.save("hub", &keys("test-api-key")).unwrap();
        let sources = transaction.sources();
        assert_eq!(
            *sources,
            SecretSources::Keys {
                api_key: SecretSource::keyring("hub", "api_key"),
                app_key: SecretSource::keyring("hub", "app_key"),
            }
        );
        let api_key = stored(&keychain, "hub/api-key");
        assert_eq!(api_key.as_deref(), Some("test-api-key"));
        for source in sources.iter() {
            assert!(is_login_source(source));
            assert!(delete_login_secret(source, &keychain).unwrap());
            assert!(!delete_login_secret(source, &keychain).unwrap());
        }
        assert_eq!(stored(&keychain, "hub/app-key"), None);
    }

    #[test]
    fn a_transaction_that_is_not_committed_restores_the_secret_that_was_there_before() {
        let keychain = MemoryKeychain::default();
        keychain
            .set("hub/api-key", &"test-old-api-key".into())
            .unwrap();
        let store = in_keychain(&keychain);
        let transaction = store.save("hub", &keys("test-new-api-key")).unwrap();
        drop(transaction);
        let api_key = stored(&keychain, "hub/api-key");
        assert_eq!(api_key.as_deref(), Some("test-old-api-key"));
        assert_eq!(stored(&keychain, "hub/app-key"), None);
    }

    #[test]
    fn a_second_secret_that_is_refused_takes_the_first_one_with_it() {
        let keychain = RefusingKeychain {
            inner: MemoryKeychain::default(),
            refused: "hub/app-key",
            deleted: Mutex::default(),
        };
        let store = in_keychain(&keychain);
        assert!(store.save("hub", &keys("test-api-key")).is_err());
        assert_eq!(stored(&keychain, "hub/api-key"), None);
        assert_eq!(*keychain.deleted.lock().unwrap(), ["hub/api-key"]);
    }

    #[test]
    fn a_keychain_that_is_not_there_is_found_out_before_anything_is_stored() {
        struct Missing;
        impl Keychain for Missing {
            fn get(&self, _: &str) -> Result<Option<SecretString>, KeychainError> {
                Err(KeychainError::NotBuiltIn)
            }
            fn set(&self, _: &str, _: &SecretString) -> Result<(), KeychainError> {
                panic!("nothing may be stored here")
            }
            fn delete(&self, _: &str) -> Result<bool, KeychainError> {
                panic!("nothing is stored here")
            }
        }
        let store = in_keychain(&Missing);
        for is_token in [true, false] {
            let error = store.check("hub", is_token).unwrap_err();
            assert!(matches!(error, StoreError::Keychain { .. }));
        }
        assert!(store.save("hub", &keys("test-api-key")).is_err());
    }

    #[test]
    fn files_are_new_and_go_with_the_login() {
        let home = tempfile::tempdir().unwrap();
        let keychain = MemoryKeychain::default();
        let store = in_files(&keychain, home.path().join("hub"));
        let token = Credentials::Token("test-token".into());
        store.check("hub", true).unwrap();
        let transaction = store.save("hub", &token).unwrap();
        let path = home.path().join("hub.orgconn-access-token");
        let source = SecretSource::File(path.clone());
        assert_eq!(*transaction.sources(), SecretSources::Token(source.clone()));
        let second = store.save("hub", &token).map(drop);
        for refused in [store.check("hub", true), second] {
            assert!(matches!(refused, Err(StoreError::Exists(_))));
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "test-token");
        store.check("hub", false).unwrap();
        assert!(delete_login_secret(&source, &keychain).unwrap());
        assert!(!path.exists());
    }

    #[test]
    fn a_second_file_that_is_in_the_way_leaves_no_first_one_behind() {
        let home = tempfile::tempdir().unwrap();
        let in_the_way = home.path().join("hub.orgconn-app-key");
        fs::write(&in_the_way, "somebody's").unwrap();
        let keychain = MemoryKeychain::default();
        let store = in_files(&keychain, home.path().join("hub"));
        assert!(store.save("hub", &keys("test-api-key")).is_err());
        assert!(!home.path().join("hub.orgconn-api-key").exists());
        assert_eq!(fs::read_to_string(in_the_way).unwrap(), "somebody's");
    }
}
