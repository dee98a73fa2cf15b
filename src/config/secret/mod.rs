//! Secrets: where they come from, and reading them late, once, and without a trace.

mod command;
mod file;
mod reader;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

pub use self::reader::{SecretReader, cleaned};
use super::error::EnvironmentError;
use super::keychain::KeychainError;

/// Most bytes that a secret may have, with what is trimmed from it. Far more than any key or token: the limit keeps
/// a wrong file or a talkative command from filling the memory.
const LONGEST: usize = 64 * 1024;

/// Where a secret comes from. Holds no secret itself.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum SecretSource {
    /// A variable of the environment.
    Environment {
        /// Its name.
        name: String,
    },
    /// The content of a file that nobody else may read.
    File {
        /// As written: `~/` is the home directory, and relative is relative to the configuration file.
        path: PathBuf,
    },
    /// What a program writes to its standard output. No shell is involved.
    Command {
        /// The program: a bare name is looked up in `PATH`, a path is as for [`SecretSource::File`].
        program: String,
        /// Its arguments.
        arguments: Vec<String>,
    },
    /// An entry in the system's keychain.
    Keyring {
        /// The account within the service `orgconn`.
        account: String,
    },
}

impl SecretSource {
    /// The keychain entry for one key of a profile: `PROFILE/api-key` for `api_key`.
    pub fn keyring(profile: &str, key: &str) -> Self {
        Self::Keyring {
            account: format!("{profile}/{}", key.replace('_', "-")),
        }
    }
}

/// What may be said of a source. The arguments of a command stay out: one may well hold a password.
impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment { name } => write!(f, "environment variable {name}"),
            Self::File { path } => write!(f, "file {}", path.display()),
            Self::Command { program, .. } => write!(f, "command {program}"),
            Self::Keyring { account } => write!(f, "keychain entry {account}"),
        }
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A secret could not be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the secret from {origin}")]
pub struct SecretError {
    /// Where it should have come from: `DD_API_KEY`, `profile hub: file ~/x`.
    pub origin: String,
    /// Why it did not.
    #[source]
    pub problem: SecretProblem,
}

/// Why a secret could not be had. Never holds the value, nor a part of it.
#[derive(Debug, thiserror::Error)]
pub enum SecretProblem {
    /// The profile names no source.
    #[error("it has no credentials; give it access_token, or api_key and app_key")]
    NoCredentials,
    /// The variable is not set.
    #[error("it is not set")]
    NotSet,
    /// The variable cannot be read, or no home directory is known for `~/`.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The file cannot be read.
    #[error("it cannot be read")]
    Unreadable(#[source] io::Error),
    /// Others may read the file.
    #[error("others may read it; run `{mend}`")]
    Exposed {
        /// The command that mends it.
        mend: String,
    },
    /// The program cannot be started.
    #[error("it cannot be run")]
    NotRun(#[source] io::Error),
    /// The program did not succeed.
    #[error("it failed: {status}")]
    Failed {
        /// How it ended: `exit status: 1`.
        status: String,
    },
    /// The program took too long, and was stopped.
    #[error("it took longer than {} s and was stopped", timeout.as_secs())]
    TimedOut {
        /// How long it could have taken.
        timeout: Duration,
    },
    /// The keychain does not give it.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// The keychain has no such entry.
    #[error("there is no such entry; `orgconn auth login` makes one")]
    NoEntry,
    /// There is nothing but white space.
    #[error("it is empty")]
    Empty,
    /// There is far too much.
    #[error("it is longer than {} KiB", LONGEST / 1024)]
    TooLong,
    /// No header can carry it, and no key or token has such characters.
    #[error("the value has spaces, control characters or characters outside ASCII in it")]
    NotAKey,
}
