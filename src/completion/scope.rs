//! Whose orgs and connections a command line is about, as far as flags, environment and configuration say it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cache::{Cache, Owner};
use super::candidate::Candidate;
use super::walk::Walk;
use crate::config::{self, ConfigFile, Environment, Flags, SystemKeychain, Target};
use crate::history::{Origin, SANDBOX_HOST};

/// What stands on the line and in the environment. The configuration file is read only where something depends on it.
pub(super) struct Scope<'a> {
    environment: &'a Environment,
    flags: Flags,
    config: Option<String>,
    pub(super) is_sandbox: bool,
    /// Whether the org at the source chooses the profile.
    is_anyones: bool,
}

impl<'a> Scope<'a> {
    pub(super) fn new(walk: &Walk<'_>, environment: &'a Environment) -> Self {
        let one = |id| walk.values_of(id).pop();
        let sandbox =
            walk.names("sandbox") || environment.is_on("ORGCONN_SANDBOX").unwrap_or_default();
        let by_source = matches!(walk.path.as_slice(), ["create" | "update" | "delete"]);
        Self {
            environment,
            flags: Flags {
                profiles: walk.values_of("profile"),
                all_profiles: walk.names("all_profiles"),
                site: one("site"),
                api_url: one("api_url"),
                trusted_hosts: Vec::new(),
            },
            config: one("config"),
            is_sandbox: sandbox && cfg!(feature = "sandbox"),
            is_anyones: by_source && walk.names("source"),
        }
    }

    pub(super) fn cache(&self) -> Option<Cache> {
        Some(Cache::new(self.environment.cache_directory().ok()?))
    }

    /// The journal's directory.
    pub(super) fn state_directory(&self) -> Option<PathBuf> {
        self.environment.state_directory().ok()
    }

    /// Whether a change was made where this command is at home, as the history has it.
    pub(super) fn is_about(&self, origin: &Origin) -> bool {
        origin.is_about(self.is_sandbox, &self.flags.profiles)
    }

    /// Those whose lists the command would work with; none if the settings are no good.
    pub(super) fn owners(&self) -> Vec<Owner> {
        if self.is_sandbox {
            return self.sandbox_owners();
        }
        self.targets()
            .unwrap_or_default()
            .into_iter()
            .map(owner)
            .collect()
    }

    fn targets(&self) -> Option<Vec<Target>> {
        let (flags, environment, file) = (&self.flags, self.environment, self.file()?);
        let keychain = Arc::new(SystemKeychain);
        let targets = match self.is_anyones {
            true => config::candidates(flags, environment, &file, keychain),
            false => config::resolve(flags, environment, &file, keychain),
        };
        targets.ok()
    }

    fn file(&self) -> Option<ConfigFile> {
        let named = self.config.as_deref().map(Path::new);
        let location = self.environment.config_file(named).ok()?;
        ConfigFile::load(&location).ok()
    }

    #[cfg(feature = "sandbox")]
    fn sandbox_owners(&self) -> Vec<Owner> {
        use crate::config::Selection;
        use crate::sandbox::{DEFAULT_PROFILE, profiles};
        let names: Vec<Arc<str>> = match Selection::new(&self.flags, self.environment) {
            Ok(Selection::Some { names, .. }) => names.into_iter().map(Arc::from).collect(),
            Ok(Selection::None) if !self.is_anyones => vec![DEFAULT_PROFILE.into()],
            _ => profiles()
                .iter()
                .map(|profile| profile.name.into())
                .collect(),
        };
        let owner = |name| Owner {
            profile: Some(name),
            server: SANDBOX_HOST.to_owned(),
        };
        names.into_iter().map(owner).collect()
    }

    #[cfg(not(feature = "sandbox"))]
    fn sandbox_owners(&self) -> Vec<Owner> {
        Vec::new()
    }

    /// All profiles there are, with what tells them apart.
    pub(super) fn profiles(&self) -> Vec<Candidate> {
        #[cfg(feature = "sandbox")]
        if self.is_sandbox {
            let profiles = crate::sandbox::profiles().iter();
            return profiles
                .map(|profile| Candidate::new(profile.name, profile.description))
                .collect();
        }
        let file = self.file().unwrap_or_default();
        let profiles = file.profiles.iter();
        profiles
            .map(|profile| Candidate::new(&*profile.name, profile.server.label()))
            .collect()
    }
}

fn owner(target: Target) -> Owner {
    Owner {
        server: target.server.label(),
        profile: target.profile,
    }
}
