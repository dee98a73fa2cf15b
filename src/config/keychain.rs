use std::error::Error;

use secrecy::SecretString;

/// The service name of all entries in the system's keychain.
#[cfg(feature = "keyring")]
const SERVICE: &str = "orgconn";

/// Stores secrets in named entries of the service `orgconn`. The names are `PROFILE/api-key`, `PROFILE/app-key` and
/// `PROFILE/access-token`. All calls may block until a person has unlocked the keychain.
pub(crate) trait Keychain: Send + Sync {
    /// The secret of an entry; `None` if there is no such entry.
    ///
    /// # Errors
    /// Fails if the keychain cannot be used or refuses access.
    fn get(&self, entry: &str) -> Result<Option<SecretString>, KeychainError>;

    /// Stores a secret. It replaces the entry's present one.
    ///
    /// # Errors
    /// Fails if the keychain cannot be used or refuses access.
    fn set(&self, entry: &str, secret: &SecretString) -> Result<(), KeychainError>;

    /// Deletes an entry, and returns whether it existed.
    ///
    /// # Errors
    /// Fails if the keychain cannot be used or refuses access.
    fn delete(&self, entry: &str) -> Result<bool, KeychainError>;
}

/// Why a keychain failed. No variant contains a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeychainError {
    /// The program was built without support for the keychain.
    #[error(
        "this program was built without the feature `keyring`; `orgconn auth login` stores the keys in files, or take them from {{ env }}, {{ file }} or {{ command }}"
    )]
    #[cfg_attr(
        all(feature = "keyring", not(test)),
        expect(dead_code, reason = "a built-in keychain never says so")
    )]
    NotBuiltIn,
    /// No keychain service runs, as on most servers.
    #[error(
        "no keychain service answers here; `orgconn auth login` stores the keys in files, or take them from {{ env }}, {{ file }} or {{ command }}"
    )]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The keychain refuses access: it is locked, or a person denied the access.
    #[error("the keychain refuses; it may be locked")]
    #[cfg_attr(
        not(feature = "keyring"),
        expect(dead_code, reason = "only a built-in keychain refuses")
    )]
    Refused(#[source] Box<dyn Error + Send + Sync>),
    /// The stored value is not text, or several entries have the same name.
    #[error("the keychain holds something unexpected under this name; delete it there")]
    #[cfg_attr(
        not(any(test, feature = "keyring")),
        expect(dead_code, reason = "only a built-in keychain holds anything")
    )]
    Unexpected,
}

/// The keychain of the system: Keychain on macOS, the Credential Manager on Windows, the Secret Service elsewhere.
/// Without the feature `keyring` every call is [`KeychainError::NotBuiltIn`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SystemKeychain;

#[cfg(not(feature = "keyring"))]
impl Keychain for SystemKeychain {
    fn get(&self, _entry: &str) -> Result<Option<SecretString>, KeychainError> {
        Err(KeychainError::NotBuiltIn)
    }

    fn set(&self, _entry: &str, _secret: &SecretString) -> Result<(), KeychainError> {
        Err(KeychainError::NotBuiltIn)
    }

    fn delete(&self, _entry: &str) -> Result<bool, KeychainError> {
        Err(KeychainError::NotBuiltIn)
    }
}

#[cfg(feature = "keyring")]
impl Keychain for SystemKeychain {
    fn get(&self, entry: &str) -> Result<Option<SecretString>, KeychainError> {
        match open_entry(entry)?.get_password() {
            Ok(secret) => {
                let secret = secrecy::zeroize::Zeroizing::new(secret);
                Ok(Some(secret.as_str().into()))
            }
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn set(&self, entry: &str, secret: &SecretString) -> Result<(), KeychainError> {
        use secrecy::ExposeSecret;
        Ok(open_entry(entry)?.set_password(secret.expose_secret())?)
    }

    fn delete(&self, entry: &str) -> Result<bool, KeychainError> {
        match open_entry(entry)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(keyring::Error::NoEntry) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(feature = "keyring")]
fn open_entry(entry: &str) -> Result<keyring::Entry, KeychainError> {
    if let Err(error) = keyring::Entry::store_status() {
        return Err(KeychainError::Unavailable(Box::new(error)));
    }
    Ok(keyring::Entry::new(SERVICE, entry)?)
}

#[cfg(feature = "keyring")]
impl From<keyring::Error> for KeychainError {
    fn from(error: keyring::Error) -> Self {
        match error {
            keyring::Error::PlatformFailure(source) | keyring::Error::NoStorageAccess(source) => {
                Self::Refused(source)
            }
            // Some of these errors contain the stored bytes, so none of them is kept.
            _ => Self::Unexpected,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use super::*;

    /// A keychain in memory.
    #[derive(Debug, Default)]
    pub(in super::super) struct MemoryKeychain(Mutex<HashMap<String, SecretString>>);

    impl Keychain for MemoryKeychain {
        fn get(&self, entry: &str) -> Result<Option<SecretString>, KeychainError> {
            Ok(self.0.lock().unwrap().get(entry).cloned())
        }

        fn set(&self, entry: &str, secret: &SecretString) -> Result<(), KeychainError> {
            let mut entries = self.0.lock().unwrap();
            entries.insert(entry.to_owned(), secret.clone());
            Ok(())
        }

        fn delete(&self, entry: &str) -> Result<bool, KeychainError> {
            Ok(self.0.lock().unwrap().remove(entry).is_some())
        }
    }

    #[test]
    #[cfg(not(feature = "keyring"))]
    fn without_the_feature_the_error_names_it_and_the_other_sources() {
        let error = SystemKeychain.get("hub/api-key").unwrap_err();
        assert_eq!(
            error.to_string(),
            "this program was built without the feature `keyring`; `orgconn auth login` stores the keys in files, or take them from { env }, { file } or { command }"
        );
    }
}
