use crate::config::credentials::Sources;
use crate::config::environment::Environment;
use crate::config::error::{ConfigError, SettingsError};
use crate::config::secret::SecretSource;

/// Variables that belong together: the keys of one are never paired with those of another.
pub(super) struct Family {
    pub(super) site: &'static str,
    pub(super) url: Option<&'static str>,
    access_token: Option<&'static str>,
    api_key: &'static str,
    app_key: &'static str,
}

/// The families, the one that wins first: this program's own, Datadog's agents' and command line's, and those of
/// its Terraform provider and older tools.
pub(super) const FAMILIES: [Family; 3] = [
    Family {
        site: "ORGCONN_SITE",
        url: Some("ORGCONN_API_URL"),
        access_token: Some("ORGCONN_ACCESS_TOKEN"),
        api_key: "ORGCONN_API_KEY",
        app_key: "ORGCONN_APP_KEY",
    },
    Family {
        site: "DD_SITE",
        url: None,
        access_token: Some("DD_ACCESS_TOKEN"),
        api_key: "DD_API_KEY",
        app_key: "DD_APP_KEY",
    },
    Family {
        site: "DATADOG_SITE",
        url: Some("DATADOG_HOST"),
        access_token: None,
        api_key: "DATADOG_API_KEY",
        app_key: "DATADOG_APP_KEY",
    },
];

impl Family {
    /// All its variables.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        [Some(self.site), self.url]
            .into_iter()
            .flatten()
            .chain(self.credentials())
    }

    fn credentials(&self) -> impl Iterator<Item = &'static str> {
        [self.access_token, Some(self.api_key), Some(self.app_key)]
            .into_iter()
            .flatten()
    }

    fn sources(&self, environment: &Environment) -> Result<Option<Sources>, SettingsError> {
        if let Some(name) = self.access_token.filter(|name| environment.has(name)) {
            return Ok(Some(Sources::Token(variable(name))));
        }
        let half = match [self.api_key, self.app_key].map(|name| environment.has(name)) {
            [true, true] => {
                return Ok(Some(Sources::Keys {
                    api_key: variable(self.api_key),
                    app_key: variable(self.app_key),
                }));
            }
            [false, false] => return Ok(None),
            [true, false] => self.half(environment, self.api_key, self.app_key, |it| it.app_key),
            [false, true] => self.half(environment, self.app_key, self.api_key, |it| it.api_key),
        };
        Err(half)
    }

    /// What is wrong when `present` is set and its partner is not: another family's may have been taken for it.
    fn half(
        &self,
        environment: &Environment,
        present: &'static str,
        missing: &'static str,
        partner: fn(&Self) -> &'static str,
    ) -> SettingsError {
        let other = FAMILIES
            .iter()
            .map(partner)
            .find(|name| environment.has(name));
        match other {
            Some(other) => SettingsError::MixedFamilies {
                present,
                missing,
                other,
            },
            None => SettingsError::HalfPair {
                present,
                missing,
                empty: empty_variables(environment),
            },
        }
    }
}

/// The credentials in the environment: those of the first family that has any.
pub(super) fn environment_sources(
    environment: &Environment,
) -> Result<Option<Sources>, ConfigError> {
    for family in &FAMILIES {
        if let Some(sources) = family.sources(environment)? {
            return Ok(Some(sources));
        }
    }
    Ok(None)
}

/// The variables for site and credentials that are set, in the order of their families.
pub(super) fn set_variables(environment: &Environment) -> Vec<&'static str> {
    let names = FAMILIES.iter().flat_map(Family::names);
    names.filter(|name| environment.has(name)).collect()
}

/// The variables for credentials that are set, but empty.
pub(super) fn empty_variables(environment: &Environment) -> Vec<&'static str> {
    let names = FAMILIES.iter().flat_map(Family::credentials);
    names.filter(|name| environment.is_empty(name)).collect()
}

fn variable(name: &str) -> SecretSource {
    SecretSource::Environment {
        name: name.to_owned(),
    }
}
