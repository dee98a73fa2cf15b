//! The flags that choose accounts, and the variables that are used where these flags are not given.

use indexmap::IndexSet;

use super::error::ConfigError;
use super::variables::FAMILIES;
use crate::config::environment::{Environment, EnvironmentError};
use crate::config::site::Server;

/// The variables that choose profiles.
const PROFILE: &str = "ORGCONN_PROFILE";
const ALL_PROFILES: &str = "ORGCONN_ALL_PROFILES";

/// The flags that choose accounts. Their variables are not read by clap: a profile overrides variables, but not flags.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct AccountFlags {
    /// Profile of the configuration file to use
    ///
    /// Several, comma-separated, where a command takes several.
    ///
    /// [env: ORGCONN_PROFILE]
    #[arg(long, global = true, value_name = "NAME", value_delimiter = ',')]
    pub(crate) profile: Vec<String>,

    /// Use all profiles of the configuration file
    ///
    /// [env: ORGCONN_ALL_PROFILES]
    #[arg(long, global = true, conflicts_with = "profile")]
    pub(crate) all_profiles: bool,

    /// Datadog site of the orgs, such as datadoghq.eu
    ///
    /// The default is datadoghq.com.
    ///
    /// [env: ORGCONN_SITE, DD_SITE, DATADOG_SITE]
    #[arg(long, global = true, value_name = "SITE")]
    pub(crate) site: Option<String>,

    /// Base URL of the API, in place of the site's own
    ///
    /// [env: ORGCONN_API_URL, DD_HOST, DATADOG_HOST]
    #[arg(long, global = true, value_name = "URL", conflicts_with = "site")]
    pub(crate) api_url: Option<String>,

    /// Send keys to this host too (repeatable)
    ///
    /// Although it is neither Datadog's nor this machine.
    ///
    /// [env: ORGCONN_TRUST_HOST]
    #[arg(long, global = true, value_name = "HOST", value_delimiter = ',')]
    pub(crate) trust_host: Vec<String>,
}

/// The profiles that flags or variables choose for a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProfileChoice {
    /// All profiles of the configuration file.
    All,
    /// The profiles with these names, each once, in the order in which the user named them.
    Named(Vec<String>),
    /// No profile is chosen.
    None,
}

impl AccountFlags {
    /// The profiles that the flags choose. Without such flags, those that the variables choose.
    ///
    /// # Errors
    /// Fails if the flags, or the variables, choose some profiles and all of them, or if a variable cannot be read.
    pub(crate) fn profile_choice(
        &self,
        environment: &Environment,
    ) -> Result<ProfileChoice, ConfigError> {
        let (names, all) = (
            environment.get_list(PROFILE)?,
            environment.get_bool(ALL_PROFILES)?,
        );
        let flags = ["--profile", "--all-profiles"];
        match ProfileChoice::new(&self.profile, self.all_profiles, flags)? {
            ProfileChoice::None => ProfileChoice::new(&names, all, [PROFILE, ALL_PROFILES]),
            chosen => Ok(chosen),
        }
    }

    /// The variable that names the chosen profiles; `None` if a flag does.
    pub(crate) fn profile_variable(&self) -> Option<&'static str> {
        self.profile.is_empty().then_some(PROFILE)
    }

    /// The variable that chooses profiles, if it is set and a flag overrides it.
    pub(super) fn overridden_variable(
        &self,
        environment: &Environment,
    ) -> Result<Option<&'static str>, EnvironmentError> {
        if self.profile.is_empty() && !self.all_profiles {
            return Ok(None);
        }
        if !environment.get_list(PROFILE)?.is_empty() {
            return Ok(Some(PROFILE));
        }
        Ok(environment.get_bool(ALL_PROFILES)?.then_some(ALL_PROFILES))
    }

    /// The server that the flags name, else the server of the first family of variables that names one, else the
    /// default server.
    ///
    /// # Errors
    /// Fails if a site or URL is invalid, or if both are given by flags, or by one family, and contradict each other.
    pub(crate) fn server(&self, environment: &Environment) -> Result<Server, ConfigError> {
        let named = self.named_server(environment)?;
        Ok(named.map(|(_, server)| server).unwrap_or_default())
    }

    /// As [`AccountFlags::server`], with the flag or variable that names the server. `None` if there is none.
    ///
    /// # Errors
    /// As [`AccountFlags::server`].
    pub(super) fn named_server(
        &self,
        environment: &Environment,
    ) -> Result<Option<(&'static str, Server)>, ConfigError> {
        if let Some(named) = self.named_server_by_flag()? {
            return Ok(Some(named));
        }
        for family in &FAMILIES {
            let (site, url) = (environment.get(family.site)?, environment.get(family.url)?);
            let site = site.as_ref().map(|value| (family.site, value.as_str()));
            let url = url.as_ref().map(|value| (family.url, value.as_str()));
            let server = Server::from_site_and_url(site, url)?;
            if server.is_some() {
                return Ok(server);
            }
        }
        Ok(None)
    }

    /// The server that the flags name, if they name one.
    ///
    /// # Errors
    /// As [`AccountFlags::server`].
    pub(crate) fn server_by_flag(&self) -> Result<Option<Server>, ConfigError> {
        Ok(self.named_server_by_flag()?.map(|(_, server)| server))
    }

    fn named_server_by_flag(&self) -> Result<Option<(&'static str, Server)>, ConfigError> {
        let site = self.site.as_deref().map(|value| ("--site", value));
        let url = self.api_url.as_deref().map(|value| ("--api-url", value));
        Ok(Server::from_site_and_url(site, url)?)
    }

    /// The name of the flag that gives a server, for an error about a flag that is not allowed.
    pub(crate) fn server_flag(&self) -> Option<&'static str> {
        match (&self.site, &self.api_url) {
            (Some(_), _) => Some("--site"),
            (None, Some(_)) => Some("--api-url"),
            (None, None) => None,
        }
    }

    /// The hosts outside Datadog's domains that the flags allow keys to be sent to. Without such flags, those that the
    /// variable allows.
    ///
    /// # Errors
    /// Fails if the variable cannot be read.
    pub(crate) fn trusted_hosts(
        &self,
        environment: &Environment,
    ) -> Result<Vec<String>, EnvironmentError> {
        match self.trust_host.as_slice() {
            [] => environment.get_list("ORGCONN_TRUST_HOST"),
            flags => Ok(flags.to_vec()),
        }
    }
}

impl ProfileChoice {
    /// The choice that two flags, or two variables, make. `sources` are their names.
    fn new(names: &[String], all: bool, sources: [&'static str; 2]) -> Result<Self, ConfigError> {
        match (names, all) {
            ([], false) => Ok(Self::None),
            ([], true) => Ok(Self::All),
            (names, false) => {
                let unique: IndexSet<_> = names.iter().cloned().collect();
                Ok(Self::Named(unique.into_iter().collect()))
            }
            (_, true) => Err(ConfigError::Exclusive {
                one: sources[0],
                other: sources[1],
            }),
        }
    }
}
