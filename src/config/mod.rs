//! Settings, profiles and secrets: where the program works, and with whose credentials.
//!
//! The environment is read in [`Environment`] alone, the configuration file in [`ConfigFile`] alone, and
//! [`resolve`] brings them together once, by the precedence written there. Secrets are named early and read late:
//! a [`Target`] knows where its credentials come from, and only [`CredentialSources::read`] looks at them.

mod credentials;
mod directories;
mod environment;
mod error;
mod file;
mod kept;
mod keychain;
mod nearest;
mod permissions;
mod secret;
mod server;
mod settings;

pub use credentials::{CredentialSources, Credentials, Sources};
pub use directories::ConfigLocation;
pub use environment::{Environment, KNOWN_SETTINGS};
pub use error::{
    ConfigError, EnvironmentError, FileError, Problem, ServerProblem, SettingsError, UnknownProfile,
};
pub use file::{ConfigFile, Editor, Profile, ProfileDraft};
pub use kept::{Kept, SecretStore, StoreError, discard, is_kept};
pub use keychain::{Keychain, KeychainError, MemoryKeychain, SystemKeychain};
pub use secret::{SecretError, SecretProblem, SecretReader, SecretSource, cleaned};
pub use server::{DEFAULT_SITE, Server};
pub use settings::{Flags, Selection, Target, candidates, every_profile, resolve, server};
