//! Decides from flags, environment and configuration file which accounts a command works with.

mod error;
mod flags;
mod variables;

#[cfg(feature = "sandbox")]
pub(crate) use variables::account_variables;

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;

use uuid::Uuid;

pub(crate) use self::error::ConfigError;
pub(crate) use self::flags::{AccountFlags, ProfileChoice};
use self::variables::{empty_variables, environment_sources, present_variables};
use super::credentials::{CredentialSource, SecretSources};
use super::environment::Environment;
use super::file::{ConfigFile, Profile};
use super::secret::{SecretReader, SecretSource};
use super::site::{Endpoint, Server};

/// The settings of one account: which server it is on, and whose credentials to use there.
#[derive(Clone, Debug)]
pub(crate) struct AccountSettings {
    /// The profile; `None` for an account from the environment.
    pub(crate) profile: Option<String>,
    /// Whether it is the profile that `default_profile` names.
    pub(crate) is_default: bool,
    /// The server of the API.
    pub(crate) server: Server,
    /// The flag, variable or key that names the server, for messages; `None` if none does.
    pub(crate) server_origin: Option<String>,
    /// Hosts outside Datadog's domains that the keys may be sent to.
    pub(crate) trusted_hosts: Vec<String>,
    /// The org that the keys must belong to. Nothing is read or changed if they belong to another org.
    pub(crate) pinned_org: Option<Uuid>,
    /// Whether only a service account may own the connections that are created.
    pub(crate) requires_service_account: bool,
    /// The credentials, which are not read yet.
    pub(crate) credentials: CredentialSource,
    /// Settings that have no effect on this account: names of variables, or `default_profile`.
    pub(crate) ignored_settings: Vec<String>,
}

impl AccountSettings {
    /// Checks that keys may be sent to the server, and returns it as an [`Endpoint`].
    ///
    /// # Errors
    /// Fails if keys must not be sent to the server.
    pub(crate) fn endpoint(&self) -> Result<Endpoint, ConfigError> {
        let endpoint = self.server.endpoint(&self.trusted_hosts);
        endpoint.map_err(|problem| ConfigError::Endpoint {
            origin: self.server_origin.clone(),
            problem,
        })
    }
}

/// Decides which accounts a command works with. The first of these sources that applies is used:
///
/// 1. flags: `--profile`, `--all-profiles`; `--site`, `--api-url`;
/// 2. `ORGCONN_PROFILE`, `ORGCONN_ALL_PROFILES`; `ORGCONN_SITE`, `ORGCONN_API_URL`, `ORGCONN_ACCESS_TOKEN`,
///    `ORGCONN_API_KEY` with `ORGCONN_APP_KEY`;
/// 3. `DD_SITE`, `DD_HOST`, `DD_ACCESS_TOKEN`, `DD_BEARER_TOKEN`, `DD_API_KEY` with `DD_APP_KEY`;
/// 4. `DATADOG_SITE`, `DATADOG_HOST`, `DATADOG_BEARER_TOKEN`, `DATADOG_API_KEY` with `DATADOG_APP_KEY`;
/// 5. the `default_profile` of the configuration file;
/// 6. for the site alone: `datadoghq.com`.
///
/// Sources are never mixed. A profile, chosen by 1, 2 or 5, supplies *both* the site and the credentials: variables for
/// them are ignored, and a flag for them is an error. Without a profile, site and credentials come from flags and
/// variables, and both keys from the same family of variables. Within a family, an access token is preferred to keys.
///
/// No secret is read here. All accounts share one reader, which reads each secret once.
pub(crate) struct Settings<'a> {
    flags: &'a AccountFlags,
    environment: &'a Environment,
    file: &'a ConfigFile,
    reader: Arc<SecretReader>,
}

impl<'a> Settings<'a> {
    /// Combines the flags, the environment and the configuration file.
    pub(crate) fn new(
        flags: &'a AccountFlags,
        environment: &'a Environment,
        file: &'a ConfigFile,
    ) -> Self {
        let directory = file.path.parent().unwrap_or(Path::new(""));
        let private = private_variables(environment, file);
        let reader = SecretReader::new(environment.clone(), directory, private);
        Self {
            flags,
            environment,
            file,
            reader: Arc::new(reader),
        }
    }

    /// The chosen accounts: one for each chosen profile in their order, or one without a profile. If no profile is
    /// chosen and the environment has no credentials, it is the default profile. With `all_if_unspecified`, for a
    /// command that names its org, it is every profile instead.
    ///
    /// # Errors
    /// Fails if a profile does not exist, settings exclude each other, a site or URL is invalid, or there are no
    /// credentials.
    pub(crate) fn accounts(
        &self,
        all_if_unspecified: bool,
    ) -> Result<Vec<AccountSettings>, ConfigError> {
        let (file, environment) = (self.file, self.environment);
        let choice = self.flags.profile_choice(environment)?;
        let has_profiles = !file.profiles.is_empty();
        if choice == ProfileChoice::None
            && let Some(sources) = environment_sources(environment, has_profiles)?
        {
            return Ok(vec![self.environment_account(sources)?]);
        }
        let profiles: Vec<_> = match (choice, &file.default_profile) {
            (ProfileChoice::Named(names), _) => {
                let profiles = names.iter().map(|name| file.profile(name));
                let profiles = profiles.collect::<Result<_, _>>();
                profiles.map_err(|problem| match self.flags.profile_variable() {
                    Some(variable) => ConfigError::ProfileOfVariable { variable, problem },
                    None => problem.into(),
                })?
            }
            (ProfileChoice::All, _) if has_profiles => file.profiles.iter().collect(),
            (ProfileChoice::All, _) => {
                let file = file.path.clone();
                return Err(ConfigError::NoProfiles { file });
            }
            (ProfileChoice::None, _) if all_if_unspecified && has_profiles => {
                file.profiles.iter().collect()
            }
            (ProfileChoice::None, Some(default)) => vec![file.profile(default)?],
            (ProfileChoice::None, None) => {
                let empty = empty_variables(environment);
                let profiles = file.profiles.iter().map(|profile| profile.name.clone());
                return Err(match has_profiles {
                    true => ConfigError::NoDefaultProfile {
                        profiles: profiles.collect(),
                        empty,
                    },
                    false => ConfigError::NotSetUp { empty },
                });
            }
        };
        if let (Some(flag), [first, ..]) = (self.flags.server_flag(), profiles.as_slice()) {
            let profile = first.name.clone();
            return Err(ConfigError::SiteBesideProfile { flag, profile });
        }
        let profiles = profiles.into_iter();
        profiles
            .map(|profile| self.profile_account(profile))
            .collect()
    }

    /// Every profile of the file, chosen or not, since `profile:NAME` may name any of them. A site on the command line
    /// is ignored here.
    ///
    /// # Errors
    /// Fails if a variable cannot be read.
    pub(crate) fn every_profile(&self) -> Result<Vec<AccountSettings>, ConfigError> {
        let profiles = self.file.profiles.iter();
        profiles
            .map(|profile| self.profile_account(profile))
            .collect()
    }

    fn profile_account(&self, profile: &Profile) -> Result<AccountSettings, ConfigError> {
        let name = Some(profile.name.clone());
        Ok(AccountSettings {
            is_default: self.file.default_profile == name,
            server: profile.server.clone(),
            server_origin: profile
                .server_key
                .map(|key| format!("`{key}` of the profile {}", profile.name)),
            trusted_hosts: self.trusted_hosts(&profile.trusted_hosts)?,
            pinned_org: profile.org,
            requires_service_account: profile.require_service_account,
            credentials: self.credentials(name.clone(), profile.credentials.clone()),
            ignored_settings: self.ignored_variables(profile)?,
            profile: name,
        })
    }

    fn environment_account(&self, sources: SecretSources) -> Result<AccountSettings, ConfigError> {
        let has_default = self.file.default_profile.is_some();
        let ignored = has_default.then(|| "default_profile".to_owned());
        let named = self.flags.named_server(self.environment)?;
        let (origin, server) = named.unzip();
        Ok(AccountSettings {
            profile: None,
            is_default: false,
            server: server.unwrap_or_default(),
            server_origin: origin.map(str::to_owned),
            trusted_hosts: self.trusted_hosts(&[])?,
            pinned_org: None,
            requires_service_account: false,
            credentials: self.credentials(None, Some(sources)),
            ignored_settings: Vec::from_iter(ignored),
        })
    }

    fn credentials(
        &self,
        profile: Option<String>,
        sources: Option<SecretSources>,
    ) -> CredentialSource {
        CredentialSource::Sources {
            profile,
            sources,
            reader: Arc::clone(&self.reader),
        }
    }

    /// All trusted hosts: those of a profile, of the whole file, and of flags and variables. They are combined, since
    /// trust is given to hosts and not to credentials.
    fn trusted_hosts(&self, of_profile: &[String]) -> Result<Vec<String>, ConfigError> {
        let given = self.flags.trusted_hosts(self.environment)?;
        let mut hosts = [of_profile, &self.file.trusted_hosts, &given].concat();
        hosts.sort();
        hosts.dedup();
        Ok(hosts)
    }

    /// The variables that the profile overrides, except those from which it reads its own secrets.
    fn ignored_variables(&self, profile: &Profile) -> Result<Vec<String>, ConfigError> {
        let is_used = |variable: &str| {
            let mut sources = profile.credentials.iter().flat_map(SecretSources::iter);
            sources
                .any(|source| matches!(source, SecretSource::Environment(name) if name == variable))
        };
        let overridden = self.flags.overridden_variable(self.environment)?;
        let variables = overridden
            .into_iter()
            .chain(present_variables(self.environment));
        Ok(variables
            .filter(|variable| !is_used(variable))
            .map(str::to_owned)
            .collect())
    }
}

/// The variables that programs which this one starts do not get, since they may hold keys: those that begin as this
/// program's and Datadog's own, and those that profiles read secrets from.
pub(crate) fn private_variables(environment: &Environment, file: &ConfigFile) -> Vec<OsString> {
    let prefixes = ["ORGCONN_", "DD_", "DATADOG_"];
    let sources = file.profiles.iter().flat_map(|profile| {
        let sources = profile.credentials.iter().flat_map(SecretSources::iter);
        sources.filter_map(|source| match source {
            SecretSource::Environment(name) => Some(name.as_str()),
            _ => None,
        })
    });
    let sources: HashSet<_> = sources.collect();
    let names = environment.names().into_iter().filter(|name| {
        let name = name.to_string_lossy();
        // Windows does not tell letter cases apart.
        let capitals = name.to_ascii_uppercase();
        sources.contains(&*name) || prefixes.iter().any(|prefix| capitals.starts_with(prefix))
    });
    names.map(OsStr::to_owned).collect()
}

#[cfg(test)]
mod tests;
