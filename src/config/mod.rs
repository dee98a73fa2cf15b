//! Settings: which server to work with, and whose credentials to use. It imports `model`, `private_file`
//! and `text_input`.

mod credentials;
mod edit;
mod environment;
mod file;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzz;
mod keychain;
mod network;
#[cfg(unix)]
mod process_tree;
mod redaction;
mod secret;
mod secret_command;
mod secret_store;
mod settings;
mod site;

pub use credentials::Credentials;
pub(crate) use credentials::{CredentialKind, CredentialSource, SecretSources};
pub(crate) use edit::{ConfigEditor, ConfigLock, ProfileDraft};
pub(crate) use environment::{ConfigLocation, Environment, EnvironmentError};
pub(crate) use file::{ConfigFile, FileError, Profile, UnknownProfile};
pub(crate) use keychain::SystemKeychain;
pub(crate) use network::{NetworkError, Proxy, check_certificate_file};
pub(crate) use redaction::{Redactor, hide_key};
pub(crate) use secret::{SecretError, SecretSource, decode_secret, parse_secret};
pub(crate) use secret_command::kill_secret_commands;
pub(crate) use secret_store::{
    SecretStore, StoreError, delete_login_leftovers, delete_login_secret, is_login_source,
};
#[cfg(feature = "sandbox")]
pub(crate) use settings::account_variables;
pub(crate) use settings::{
    AccountFlags, AccountSettings, ConfigError, ProfileChoice, Settings, private_variables,
};
pub(crate) use site::Server;
pub use site::{Endpoint, EndpointError, SITES};
