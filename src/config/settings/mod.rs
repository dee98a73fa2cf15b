//! Bringing flags, environment and configuration file together, once.

mod candidates;
mod family;
mod selection;

use std::path::Path;
use std::sync::Arc;

use uuid::Uuid;

use self::family::{FAMILIES, empty_variables, environment_sources, set_variables};
use super::credentials::CredentialSources;
use super::environment::Environment;
use super::error::{ConfigError, SettingsError};
use super::file::{ConfigFile, Profile};
use super::keychain::Keychain;
use super::secret::{SecretReader, SecretSource};
use super::server::Server;

pub use self::candidates::{candidates, every_profile, server};
pub use self::selection::Selection;

/// What the command line says of where to work. A parser may have merged the `ORGCONN_*` variables into it: a value
/// that is the same as its variable's counts as the variable's.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--profile`
    pub profiles: Vec<String>,
    /// `--all-profiles`
    pub all_profiles: bool,
    /// `--site`
    pub site: Option<String>,
    /// `--api-url`
    pub api_url: Option<String>,
    /// `--trust-host`
    pub trusted_hosts: Vec<String>,
}

/// One place to work at, with whose credentials.
#[derive(Clone, Debug)]
pub struct Target {
    /// The profile that it is; none when it is made from the environment.
    pub profile: Option<Arc<str>>,
    /// Where the API is.
    pub server: Server,
    /// Hosts outside Datadog's domains that the keys may be sent to.
    pub trusted_hosts: Vec<String>,
    /// The org that the keys must belong to: a write in another is to be refused.
    pub pinned_org: Option<Uuid>,
    /// Where the credentials come from, not read yet.
    pub credentials: CredentialSources,
    /// What is set and has no effect on this target: names of variables, or `default_profile`. Worth a note.
    pub ignored: Vec<String>,
}

/// Decides where to work. In the order of precedence, the first that applies:
///
/// 1. flags: `--profile`, `--all-profiles`; `--site`, `--api-url`;
/// 2. `ORGCONN_PROFILE`, `ORGCONN_ALL_PROFILES`; `ORGCONN_SITE`, `ORGCONN_API_URL`, `ORGCONN_ACCESS_TOKEN`,
///    `ORGCONN_API_KEY` with `ORGCONN_APP_KEY`;
/// 3. `DD_SITE`, `DD_ACCESS_TOKEN`, `DD_API_KEY` with `DD_APP_KEY`;
/// 4. `DATADOG_SITE`, `DATADOG_HOST`, `DATADOG_API_KEY` with `DATADOG_APP_KEY`;
/// 5. the `default_profile` of the configuration file;
/// 6. for the site alone: `datadoghq.com`.
///
/// Sources are never mixed. A profile, chosen by 1, 2 or 5, supplies *all* of site and credentials: variables for
/// them are ignored, and a flag is an error. Without a profile both come from flags and variables, and of the
/// variables both keys from one family. Within a family an access token comes before keys.
///
/// Gives one target per chosen profile in their order, each once, or one without a profile. No secret is read.
///
/// # Errors
/// A profile that does not exist, things that exclude each other, a site or URL that is none, or no credentials.
pub fn resolve(
    flags: &Flags,
    environment: &Environment,
    file: &ConfigFile,
    keychain: Arc<dyn Keychain>,
) -> Result<Vec<Target>, ConfigError> {
    Resolver::new(flags, environment, file, keychain).selected(Selection::new(flags, environment)?)
}

struct Resolver<'a> {
    flags: &'a Flags,
    environment: &'a Environment,
    file: &'a ConfigFile,
    reader: Arc<SecretReader>,
}

impl<'a> Resolver<'a> {
    fn new(
        flags: &'a Flags,
        environment: &'a Environment,
        file: &'a ConfigFile,
        keychain: Arc<dyn Keychain>,
    ) -> Self {
        let directory = file.path.parent().unwrap_or(Path::new(""));
        let reader = SecretReader::new(environment.clone(), directory, keychain);
        Self {
            flags,
            environment,
            file,
            reader: Arc::new(reader),
        }
    }

    fn selected(&self, selection: Selection) -> Result<Vec<Target>, ConfigError> {
        let named = |name: &String, overridden| {
            let profile = self.file.profile(name).map_err(SettingsError::from)?;
            self.profile(profile, overridden)
        };
        match selection {
            Selection::All { overridden } => self.all_profiles(overridden),
            Selection::Some { names, overridden } => {
                names.iter().map(|name| named(name, overridden)).collect()
            }
            Selection::None => Ok(vec![self.unchosen()?]),
        }
    }

    fn all_profiles(&self, overridden: Option<&'static str>) -> Result<Vec<Target>, ConfigError> {
        if self.file.profiles.is_empty() {
            let file = self.file.path.clone();
            return Err(SettingsError::NoProfiles { file }.into());
        }
        let profiles = self.file.profiles.iter();
        profiles
            .map(|profile| self.profile(profile, overridden))
            .collect()
    }

    fn unchosen(&self) -> Result<Target, ConfigError> {
        if let Some(sources) = environment_sources(self.environment)? {
            let default = self.file.default_profile.is_some();
            return Ok(Target {
                profile: None,
                server: self.server()?,
                trusted_hosts: self.trusted_hosts(&[])?,
                pinned_org: None,
                credentials: CredentialSources::new(None, Some(sources), Arc::clone(&self.reader)),
                ignored: default
                    .then(|| "default_profile".to_owned())
                    .into_iter()
                    .collect(),
            });
        }
        match &self.file.default_profile {
            Some(name) => {
                let profile = self.file.profile(name).map_err(SettingsError::from)?;
                self.profile(profile, None)
            }
            None => Err(SettingsError::NoCredentials {
                empty: empty_variables(self.environment),
            }
            .into()),
        }
    }

    fn profile(
        &self,
        profile: &Profile,
        overridden: Option<&'static str>,
    ) -> Result<Target, ConfigError> {
        self.refuse_site_beside(profile)?;
        let name = Arc::clone(&profile.name);
        Ok(Target {
            server: profile.server.clone(),
            trusted_hosts: self.trusted_hosts(&profile.trusted_hosts)?,
            pinned_org: profile.org,
            ignored: self.ignored_beside(profile, overridden),
            credentials: CredentialSources::new(
                Some(Arc::clone(&name)),
                profile.credentials.clone(),
                Arc::clone(&self.reader),
            ),
            profile: Some(name),
        })
    }

    fn refuse_site_beside(&self, profile: &Profile) -> Result<(), ConfigError> {
        let [site, url] = self.server_flags()?;
        match site.or(url) {
            Some((flag, _)) => Err(SettingsError::SiteBesideProfile {
                flag,
                profile: profile.name.to_string(),
            }
            .into()),
            None => Ok(()),
        }
    }

    /// The variables that would have had a say without the profile, save those that it takes its own secrets from.
    fn ignored_beside(&self, profile: &Profile, overridden: Option<&'static str>) -> Vec<String> {
        let is_used = |name: &str| {
            let mut sources = profile.credentials.iter().flat_map(|all| all.iter());
            sources.any(
                |source| matches!(source, SecretSource::Environment { name: used } if used == name),
            )
        };
        let variables = set_variables(self.environment);
        overridden
            .into_iter()
            .chain(variables)
            .filter(|name| !is_used(name))
            .map(str::to_owned)
            .collect()
    }

    /// Those of the profile, of the whole file, and of the flags or else the variable. Trust adds up: it is given to
    /// hosts, not to credentials.
    fn trusted_hosts(&self, of_profile: &[String]) -> Result<Vec<String>, ConfigError> {
        let given = match self.flags.trusted_hosts.as_slice() {
            [] => self.environment.list("ORGCONN_TRUST_HOST")?,
            flags => flags.to_vec(),
        };
        let mut hosts = [of_profile, &self.file.trusted_hosts, &given].concat();
        hosts.sort();
        hosts.dedup();
        Ok(hosts)
    }

    fn server(&self) -> Result<Server, ConfigError> {
        if let Some(server) = chosen_server(self.server_flags()?)? {
            return Ok(server);
        }
        for family in &FAMILIES {
            let site = self.variable(family.site)?;
            let url = family.url.map(|name| self.variable(name)).transpose()?;
            if let Some(server) = chosen_server([site, url.flatten()])? {
                return Ok(server);
            }
        }
        Ok(Server::default())
    }

    /// `--site` and `--api-url`, where they do not just repeat their variables.
    fn server_flags(&self) -> Result<[Given<'_>; 2], ConfigError> {
        Ok([
            self.flag("--site", self.flags.site.as_deref(), "ORGCONN_SITE")?,
            self.flag(
                "--api-url",
                self.flags.api_url.as_deref(),
                "ORGCONN_API_URL",
            )?,
        ])
    }

    fn variable(&self, name: &'static str) -> Result<Given<'_>, ConfigError> {
        Ok(self.environment.get(name)?.map(|value| (name, value)))
    }

    fn flag<'v>(
        &self,
        name: &'static str,
        value: Option<&'v str>,
        variable: &str,
    ) -> Result<Given<'v>, ConfigError> {
        let of_variable = self.environment.get(variable)?;
        Ok(value
            .filter(|value| of_variable != Some(value))
            .map(|value| (name, value)))
    }
}

/// A value and where it was given.
type Given<'a> = Option<(&'static str, &'a str)>;

/// The server that a site and a URL of the same rank name between them.
fn chosen_server([site, url]: [Given<'_>; 2]) -> Result<Option<Server>, SettingsError> {
    let bad = |given| move |problem| SettingsError::BadServer { given, problem };
    let parsed = |given: Given<'_>, parse: fn(&str) -> Result<Server, _>| {
        given
            .map(|(name, text)| parse(text).map_err(bad(name)))
            .transpose()
    };
    let servers = (
        parsed(site, Server::from_site)?,
        parsed(url, Server::from_url)?,
    );
    match (site, url, servers) {
        (Some((site, _)), Some((url, _)), (Some(by_site), Some(by_url)))
            if by_site.origin() != by_url.origin() =>
        {
            Err(SettingsError::TwoServers { site, url })
        }
        (_, _, (by_site, by_url)) => Ok(by_url.or(by_site)),
    }
}

#[cfg(test)]
mod tests;
