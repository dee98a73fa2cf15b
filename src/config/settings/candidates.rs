use std::sync::Arc;

use super::{ConfigError, Flags, Resolver, Selection, Target};
use crate::config::environment::Environment;
use crate::config::file::ConfigFile;
use crate::config::keychain::Keychain;
use crate::config::server::Server;
use crate::config::settings::family::environment_sources;

/// As [`resolve`](super::resolve), for work that says which org it is about: where nothing chooses a profile and the
/// environment has no credentials, every profile of the file may be meant, and all of them come as targets.
///
/// # Errors
/// As [`resolve`](super::resolve).
pub fn candidates(
    flags: &Flags,
    environment: &Environment,
    file: &ConfigFile,
    keychain: Arc<dyn Keychain>,
) -> Result<Vec<Target>, ConfigError> {
    let resolver = Resolver::new(flags, environment, file, keychain);
    match Selection::new(flags, environment)? {
        Selection::None
            if !file.profiles.is_empty() && environment_sources(environment)?.is_none() =>
        {
            resolver.all_profiles(None)
        }
        selection => resolver.selected(selection),
    }
}

/// Every profile of the file, whatever is chosen: what a profile's name may stand for.
///
/// # Errors
/// The list of trusted hosts in the environment cannot be read.
pub fn every_profile(
    flags: &Flags,
    environment: &Environment,
    file: &ConfigFile,
    keychain: Arc<dyn Keychain>,
) -> Result<Vec<Target>, ConfigError> {
    // A site on the command line says nothing of profiles that it was not meant for.
    let flags = Flags {
        trusted_hosts: flags.trusted_hosts.clone(),
        ..Flags::default()
    };
    let resolver = Resolver::new(&flags, environment, file, keychain);
    let profiles = file.profiles.iter();
    profiles
        .map(|profile| resolver.profile(profile, None))
        .collect()
}

/// The server that flags and variables name, where no profile brings its own.
///
/// # Errors
/// A site or URL that is none, or two that contradict each other.
pub fn server(flags: &Flags, environment: &Environment) -> Result<Server, ConfigError> {
    let file = ConfigFile::default();
    let keychain = Arc::new(crate::config::SystemKeychain);
    Resolver::new(flags, environment, &file, keychain).server()
}
