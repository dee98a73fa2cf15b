//! The environment variables for site and credentials.

use super::error::ConfigError;
use crate::config::credentials::SecretSources;
use crate::config::environment::Environment;
use crate::config::secret::SecretSource;

/// Variables that belong together. The keys of one family are never combined with those of another.
pub(super) struct VariableFamily {
    pub(super) site: &'static str,
    pub(super) url: &'static str,
    /// The variables for an access token, in their order of precedence.
    access_tokens: &'static [&'static str],
    api_key: &'static str,
    app_key: &'static str,
}

/// The families in the order of precedence: those of this program, of Datadog's agents and command line, and of older
/// tools. Datadog's Terraform provider has names in both of the latter.
pub(super) const FAMILIES: [VariableFamily; 3] = [
    VariableFamily {
        site: "ORGCONN_SITE",
        url: "ORGCONN_API_URL",
        access_tokens: &["ORGCONN_ACCESS_TOKEN"],
        api_key: "ORGCONN_API_KEY",
        app_key: "ORGCONN_APP_KEY",
    },
    VariableFamily {
        site: "DD_SITE",
        url: "DD_HOST",
        access_tokens: &["DD_ACCESS_TOKEN", "DD_BEARER_TOKEN"],
        api_key: "DD_API_KEY",
        app_key: "DD_APP_KEY",
    },
    VariableFamily {
        site: "DATADOG_SITE",
        url: "DATADOG_HOST",
        access_tokens: &["DATADOG_BEARER_TOKEN"],
        api_key: "DATADOG_API_KEY",
        app_key: "DATADOG_APP_KEY",
    },
];

/// The variables that choose an account: its server, its credentials and its profile.
#[cfg(feature = "sandbox")]
pub(crate) fn account_variables() -> impl Iterator<Item = &'static str> {
    let families = FAMILIES.iter().flat_map(VariableFamily::names);
    families.chain(["ORGCONN_PROFILE", "ORGCONN_ALL_PROFILES"])
}

impl VariableFamily {
    fn names(&self) -> impl Iterator<Item = &'static str> {
        let server = [self.site, self.url];
        server.into_iter().chain(self.credential_names())
    }

    fn credential_names(&self) -> impl Iterator<Item = &'static str> {
        let tokens = self.access_tokens.iter().copied();
        tokens.chain([self.api_key, self.app_key])
    }

    fn sources(
        &self,
        environment: &Environment,
        has_profiles: bool,
    ) -> Result<Option<SecretSources>, ConfigError> {
        let mut tokens = self.access_tokens.iter();
        if let Some(name) = tokens.find(|name| environment.is_set(name)) {
            return Ok(Some(SecretSources::Token(variable(name))));
        }
        match [self.api_key, self.app_key].map(|name| environment.is_set(name)) {
            [true, true] => Ok(Some(SecretSources::Keys {
                api_key: variable(self.api_key),
                app_key: variable(self.app_key),
            })),
            [false, false] => Ok(None),
            [true, false] => {
                let app_key = |family: &Self| family.app_key;
                Err(half_pair_error(
                    environment,
                    has_profiles,
                    self.api_key,
                    self.app_key,
                    app_key,
                ))
            }
            [false, true] => {
                let api_key = |family: &Self| family.api_key;
                Err(half_pair_error(
                    environment,
                    has_profiles,
                    self.app_key,
                    self.api_key,
                    api_key,
                ))
            }
        }
    }
}

/// The error for a key that is set while its partner, `missing`, is not. The partner may be set in another family;
/// `key_of` returns its name there.
fn half_pair_error(
    environment: &Environment,
    has_profiles: bool,
    present: &'static str,
    missing: &'static str,
    key_of: fn(&VariableFamily) -> &'static str,
) -> ConfigError {
    let mut others = FAMILIES.iter().map(key_of);
    match others.find(|name| environment.is_set(name)) {
        Some(other) => ConfigError::MixedFamilies {
            present,
            missing,
            other,
        },
        None => ConfigError::IncompleteKeyPair {
            present,
            missing,
            has_profiles,
            empty: empty_variables(environment),
        },
    }
}

/// The sources of the credentials in the environment, from the first family that has any.
///
/// # Errors
/// Fails if a key is set without its partner.
pub(super) fn environment_sources(
    environment: &Environment,
    has_profiles: bool,
) -> Result<Option<SecretSources>, ConfigError> {
    for family in &FAMILIES {
        if let Some(sources) = family.sources(environment, has_profiles)? {
            return Ok(Some(sources));
        }
    }
    Ok(None)
}

/// The variables for site and credentials that are set, in the order of their families.
pub(super) fn present_variables(environment: &Environment) -> impl Iterator<Item = &'static str> {
    let names = FAMILIES.iter().flat_map(VariableFamily::names);
    names.filter(|name| environment.is_set(name))
}

/// The variables for credentials that are set to an empty value.
pub(super) fn empty_variables(environment: &Environment) -> Vec<&'static str> {
    let names = FAMILIES.iter().flat_map(VariableFamily::credential_names);
    names
        .filter(|name| environment.is_set_but_empty(name))
        .collect()
}

fn variable(name: &str) -> SecretSource {
    SecretSource::Environment(name.to_owned())
}
