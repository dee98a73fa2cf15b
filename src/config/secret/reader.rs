use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::{LONGEST, SecretProblem, SecretSource, command, file};
use crate::config::environment::Environment;
use crate::config::error::EnvironmentError;
use crate::config::keychain::Keychain;

/// How long a command may take: long enough for a person to unlock a vault.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);

type Slot = Arc<Mutex<Option<SecretString>>>;

/// Reads secrets from their sources, each source at most once. May be shared between threads, which wait for each
/// other only where they want the same source. Reading blocks, possibly for seconds.
pub struct SecretReader {
    environment: Environment,
    /// What relative paths are relative to.
    directory: PathBuf,
    keychain: Arc<dyn Keychain>,
    slots: Mutex<HashMap<SecretSource, Slot>>,
}

impl SecretReader {
    /// A reader for the sources of a configuration file in `directory`.
    pub fn new(
        environment: Environment,
        directory: impl Into<PathBuf>,
        keychain: Arc<dyn Keychain>,
    ) -> Self {
        Self {
            environment,
            directory: directory.into(),
            keychain,
            slots: Mutex::default(),
        }
    }

    /// The secret, without white space around it.
    ///
    /// # Errors
    /// The source does not give it, or gives what no header can carry. Failures are not remembered: a vault may be
    /// unlocked by the next time.
    pub fn read(&self, source: &SecretSource) -> Result<SecretString, SecretProblem> {
        let slot = Arc::clone(lock(&self.slots).entry(source.clone()).or_default());
        let mut slot = lock(&slot);
        if let Some(secret) = &*slot {
            return Ok(secret.clone());
        }
        let secret = cleaned(&self.fetch(source)?)?;
        Ok(slot.insert(secret).clone())
    }

    fn fetch(&self, source: &SecretSource) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
        match source {
            SecretSource::Environment { name } => {
                let value = self.environment.get(name)?;
                let empty = self.environment.is_empty(name).then_some("");
                let value = value.or(empty).ok_or(SecretProblem::NotSet)?;
                Ok(Zeroizing::new(value.as_bytes().to_vec()))
            }
            SecretSource::File { path } => file::read(&self.located(path)?),
            SecretSource::Command { program, arguments } => {
                let program = match Path::new(program) {
                    name if name.components().count() == 1 => name.to_owned(),
                    path => self.located(path)?,
                };
                let group = command::Group::where_no_terminal();
                command::output(&program, arguments, COMMAND_TIMEOUT, group)
            }
            SecretSource::Keyring { account } => {
                use secrecy::ExposeSecret;
                let secret = self.keychain.get(account)?.ok_or(SecretProblem::NoEntry)?;
                Ok(Zeroizing::new(secret.expose_secret().as_bytes().to_vec()))
            }
        }
    }

    fn located(&self, path: &Path) -> Result<PathBuf, EnvironmentError> {
        match path.strip_prefix("~") {
            Ok(rest) => Ok(self.environment.home()?.join(rest)),
            Err(_) => Ok(self.directory.join(path)),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing is left half done where a holder could panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The secret in what came from a source, a person or a pipe: without the white space around it.
///
/// # Errors
/// It is empty, too long, or holds what no header can carry.
pub fn cleaned(bytes: &[u8]) -> Result<SecretString, SecretProblem> {
    if bytes.len() > LONGEST {
        return Err(SecretProblem::TooLong);
    }
    match str::from_utf8(bytes.trim_ascii()) {
        Ok("") => Err(SecretProblem::Empty),
        Ok(text) if text.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(text.into()),
        _ => Err(SecretProblem::NotAKey),
    }
}

#[cfg(test)]
mod tests;
