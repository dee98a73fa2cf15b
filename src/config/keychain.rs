use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;

/// The service under which all entries of this program are.
#[cfg(feature = "keyring")]
const SERVICE: &str = "orgconn";

/// A store of secrets by account, within the service `orgconn`. Accounts are `PROFILE/api-key`, `PROFILE/app-key` and
/// `PROFILE/access-token`. All calls may block for as long as a person takes to unlock it.
pub trait Keychain: Send + Sync {
    /// The secret of an account, if it has one.
    ///
    /// # Errors
    /// The keychain cannot be used, or will not give it.
    fn get(&self, account: &str) -> Result<Option<SecretString>, KeychainError>;

    /// Keeps a secret, in place of one that may be there.
    ///
    /// # Errors
    /// The keychain cannot be used, or will not take it.
    fn set(&self, account: &str, secret: &SecretString) -> Result<(), KeychainError>;

    /// Deletes the secret of an account, and says whether there was one.
    ///
    /// # Errors
    /// The keychain cannot be used, or will not let it go.
    fn delete(&self, account: &str) -> Result<bool, KeychainError>;
}

/// Why a keychain did not serve. Never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum KeychainError {
    /// The program was built without it.
    #[error(
        "this program was built without the feature `keyring`; take the secret from {{ env }}, {{ file }} or {{ command }} instead"
    )]
    NotBuiltIn,
    /// No keychain service runs, as on most servers.
    #[error(
        "no keychain service answers here; take the secret from {{ env }}, {{ file }} or {{ command }} instead"
    )]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The keychain runs, and refuses: it may be locked, or somebody said no.
    #[error("the keychain refuses; it may be locked")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The keychain runs, and holds something that is no text, or several entries where one is expected.
    #[error("the keychain holds something unexpected under this name; delete it there")]
    Unexpected,
}

/// The keychain of the system: Keychain on macOS, the Credential Manager on Windows, the Secret Service elsewhere.
/// Built with the feature `keyring` alone; without it every call is [`KeychainError::NotBuiltIn`].
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemKeychain;

#[cfg(not(feature = "keyring"))]
impl Keychain for SystemKeychain {
    fn get(&self, _account: &str) -> Result<Option<SecretString>, KeychainError> {
        Err(KeychainError::NotBuiltIn)
    }

    fn set(&self, _account: &str, _secret: &SecretString) -> Result<(), KeychainError> {
        Err(KeychainError::NotBuiltIn)
    }

    fn delete(&self, _account: &str) -> Result<bool, KeychainError> {
        Err(KeychainError::NotBuiltIn)
    }
}

#[cfg(feature = "keyring")]
impl Keychain for SystemKeychain {
    fn get(&self, account: &str) -> Result<Option<SecretString>, KeychainError> {
        match entry(account)?.get_password() {
            Ok(secret) => {
                let secret = secrecy::zeroize::Zeroizing::new(secret);
                Ok(Some(secret.as_str().into()))
            }
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn set(&self, account: &str, secret: &SecretString) -> Result<(), KeychainError> {
        use secrecy::ExposeSecret;
        Ok(entry(account)?.set_password(secret.expose_secret())?)
    }

    fn delete(&self, account: &str) -> Result<bool, KeychainError> {
        match entry(account)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(keyring::Error::NoEntry) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(feature = "keyring")]
fn entry(account: &str) -> Result<keyring::Entry, KeychainError> {
    if let Err(error) = keyring::Entry::store_status() {
        return Err(KeychainError::Unavailable(Box::new(error)));
    }
    Ok(keyring::Entry::new(SERVICE, account)?)
}

#[cfg(feature = "keyring")]
impl From<keyring::Error> for KeychainError {
    fn from(error: keyring::Error) -> Self {
        match error {
            keyring::Error::PlatformFailure(source) | keyring::Error::NoStorageAccess(source) => {
                Self::Refused(source)
            }
            // Some of these carry the stored bytes: they end here.
            _ => Self::Unexpected,
        }
    }
}

/// A keychain that lasts as long as the process, for rehearsals and tests.
#[derive(Debug, Default)]
pub struct MemoryKeychain(Mutex<HashMap<String, SecretString>>);

impl MemoryKeychain {
    fn entries(&self) -> MutexGuard<'_, HashMap<String, SecretString>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keychain for MemoryKeychain {
    fn get(&self, account: &str) -> Result<Option<SecretString>, KeychainError> {
        Ok(self.entries().get(account).cloned())
    }

    fn set(&self, account: &str, secret: &SecretString) -> Result<(), KeychainError> {
        self.entries().insert(account.to_owned(), secret.clone());
        Ok(())
    }

    fn delete(&self, account: &str) -> Result<bool, KeychainError> {
        Ok(self.entries().remove(account).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_in_memory_is_there_until_it_is_deleted() {
        use secrecy::ExposeSecret;
        let keychain = MemoryKeychain::default();
        assert!(keychain.get("hub/api-key").unwrap().is_none());
        keychain.set("hub/api-key", &"test-api-key".into()).unwrap();
        let secret = keychain.get("hub/api-key").unwrap().unwrap();
        assert_eq!(secret.expose_secret(), "test-api-key");
        assert!(!format!("{keychain:?}").contains("test-api-key"));
        assert!(keychain.delete("hub/api-key").unwrap());
        assert!(!keychain.delete("hub/api-key").unwrap());
    }

    #[test]
    #[cfg(not(feature = "keyring"))]
    fn without_the_feature_the_error_names_it_and_the_other_sources() {
        let error = SystemKeychain.get("hub/api-key").unwrap_err();
        assert_eq!(
            error.to_string(),
            "this program was built without the feature `keyring`; take the secret from { env }, { file } or { command } instead"
        );
    }
}
