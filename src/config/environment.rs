use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use etcetera::BaseStrategy;
use etcetera::base_strategy::{Apple, Windows, Xdg};
use secrecy::zeroize::{Zeroize as _, Zeroizing};

use super::redaction::hide_key;
use crate::model::{nearest_names, proposal};

/// The prefix of the program's own variables.
const PREFIX: &str = "ORGCONN_";

/// The program's own variables, without their prefix. Any other variable with that prefix is an error, since a misspelt
/// setting would have no effect.
pub(crate) const KNOWN_SETTINGS: &[&str] = &[
    "PROFILE",
    "ALL_PROFILES",
    "SITE",
    "API_URL",
    "TRUST_HOST",
    "OUTPUT",
    "COLUMNS",
    "TEMPLATE",
    "NO_HEADER",
    "RAW",
    "YES",
    "NO_INPUT",
    "NO_HISTORY",
    "QUIET",
    "VERBOSE",
    "COLOR",
    "TIMEOUT",
    "MAX_RETRIES",
    "SANDBOX",
    "CONFIG",
    "API_KEY",
    "APP_KEY",
    "ACCESS_TOKEN",
];

/// The environment variables of the process, and the user's directories. Nothing else in the program reads them from the
/// system. `Debug` shows only the names of the variables.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    variables: Arc<Variables>,
    directories: Option<Directories>,
}

enum Variables {
    /// The names of the process's variables. A value is read when it is needed: some are secrets, of which no copy is
    /// kept.
    OfProcess(Vec<OsString>),
    /// These variables with their values.
    Given(BTreeMap<OsString, OsString>),
}

impl Default for Variables {
    fn default() -> Self {
        Self::Given(BTreeMap::new())
    }
}

/// The user's directories, which follow the XDG Base Directory Specification on every platform.
#[derive(Clone)]
struct Directories {
    home: PathBuf,
    config_file: PathBuf,
    state: PathBuf,
    cache: PathBuf,
}

/// The location of the configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConfigLocation {
    /// The path of the file.
    pub(crate) path: PathBuf,
    /// Whether `--config` or `ORGCONN_CONFIG` names the file. If so, it must exist.
    pub(crate) is_named: bool,
}

/// A mistake in the environment. No variant contains the value of a variable that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EnvironmentError {
    /// A variable begins with `ORGCONN_` but is not known.
    #[error("unknown setting {name} in the environment{}", nearest.as_deref().map(proposal).unwrap_or_default())]
    Unknown {
        /// The name of the variable.
        name: String,
        /// The most similar known name.
        nearest: Option<String>,
    },
    /// A value is not valid UTF-8.
    #[error("the value of {0} in the environment is not valid UTF-8")]
    NotUnicode(String),
    /// A setting that holds no secret has a value that it cannot have.
    #[error("{name} in the environment is `{}`: {problem}", hide_key(value))]
    Invalid {
        /// The name of the variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// The mistake, and what is allowed.
        problem: String,
    },
    /// The user's home directory is not known.
    #[error("no home directory is known; set HOME or XDG_CONFIG_HOME")]
    NoHome,
}

impl Environment {
    /// Reads the environment of the process.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub(crate) fn from_process() -> Self {
        let names = std::env::vars_os().map(|(name, value)| {
            wipe(value);
            name
        });
        Self {
            variables: Arc::new(Variables::OfProcess(names.collect())),
            directories: Directories::of_user(),
        }
    }

    /// Builds an environment from these variables only, without a home directory.
    #[cfg(any(fuzzing, test))]
    pub(crate) fn from_pairs<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<OsString>,
        V: Into<OsString>,
    {
        let pairs = pairs.into_iter();
        let pairs = pairs.map(|(name, value)| (name.into(), value.into()));
        Self {
            variables: Arc::new(Variables::Given(pairs.collect())),
            directories: None,
        }
    }

    /// Checks the names of the program's own variables.
    ///
    /// # Errors
    /// Fails if a variable begins with `ORGCONN_`, is not empty, and is not one of [`KNOWN_SETTINGS`].
    pub(crate) fn require_known_settings(&self) -> Result<(), EnvironmentError> {
        let mut names = self.names().into_iter();
        names.try_for_each(|name| self.refuse_unknown(name))
    }

    fn refuse_unknown(&self, name: &OsStr) -> Result<(), EnvironmentError> {
        let name = name.to_string_lossy();
        match name.strip_prefix(PREFIX) {
            Some(setting)
                if !KNOWN_SETTINGS.contains(&setting) && self.is_empty(&name) != Some(true) =>
            {
                let nearest = nearest_names(setting, KNOWN_SETTINGS.iter().copied());
                Err(EnvironmentError::Unknown {
                    nearest: nearest.first().map(|known| format!("{PREFIX}{known}")),
                    name: name.into_owned(),
                })
            }
            _ => Ok(()),
        }
    }

    /// The value of a variable, which may be a secret; `None` if it is not set or empty.
    ///
    /// # Errors
    /// Fails if the value is not valid UTF-8.
    pub(crate) fn get(&self, name: &str) -> Result<Option<Zeroizing<String>>, EnvironmentError> {
        match self.raw(name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(value)) if value.is_empty() => Ok(None),
            Some(Ok(value)) => Ok(Some(Zeroizing::new(value))),
            Some(Err(value)) => {
                wipe(value);
                Err(EnvironmentError::NotUnicode(name.to_owned()))
            }
        }
    }

    /// The path that a variable names; `None` if it is not set or empty.
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        let value = self.raw(name).filter(|value| !value.is_empty());
        value.map(PathBuf::from)
    }

    /// Reads a variable that holds no secret; `None` if it is not set or empty. The error of `read` says what is
    /// allowed.
    ///
    /// # Errors
    /// Fails with the name and the value of the variable if `read` fails.
    pub(crate) fn get_with<T, E: fmt::Display>(
        &self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, EnvironmentError> {
        let Some(value) = self.get(name)? else {
            return Ok(None);
        };
        match read(&value) {
            Ok(read) => Ok(Some(read)),
            Err(problem) => Err(EnvironmentError::Invalid {
                name,
                value: value.to_string(),
                problem: problem.to_string(),
            }),
        }
    }

    /// Reads a variable as true (`true`, `yes`, `on`, `1`) or false (`false`, `no`, `off`, `0`), in any letter case. A
    /// variable that is not set or empty is false.
    ///
    /// # Errors
    /// Fails if it has another value.
    pub(crate) fn get_bool(&self, name: &'static str) -> Result<bool, EnvironmentError> {
        let read = |value: &str| match value.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" | "t" | "y" => Ok(true),
            "false" | "no" | "off" | "0" | "f" | "n" => Ok(false),
            _ => Err("give true, yes, on or 1, or else false, no, off or 0"),
        };
        Ok(self.get_with(name, read)?.unwrap_or_default())
    }

    /// The parts of a variable between its commas, without white space around them. Empty if the variable is not set.
    ///
    /// # Errors
    /// Fails if the value is not valid UTF-8.
    pub(crate) fn get_list(&self, name: &str) -> Result<Vec<String>, EnvironmentError> {
        let value = self.get(name)?.unwrap_or_default();
        let parts = value.split(',').map(str::trim);
        Ok(parts
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect())
    }

    /// The names of all variables.
    pub(crate) fn names(&self) -> Vec<&OsStr> {
        match &*self.variables {
            Variables::OfProcess(names) => names.iter().map(OsString::as_os_str).collect(),
            Variables::Given(variables) => variables.keys().map(OsString::as_os_str).collect(),
        }
    }

    /// Whether a variable is set and not empty.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.is_empty(name) == Some(false)
    }

    /// The first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set and not empty, which says how characters are encoded.
    pub(crate) fn locale(&self) -> Option<String> {
        let mut names = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter();
        let locale = names.find_map(|name| self.get(name).ok().flatten());
        locale.map(|value| value.to_string())
    }

    /// Whether a variable is set to an empty value. It counts as not set, but errors about missing variables mention
    /// it.
    pub(crate) fn is_set_but_empty(&self, name: &str) -> bool {
        self.is_empty(name) == Some(true)
    }

    fn is_empty(&self, name: &str) -> Option<bool> {
        let value = self.raw(name)?;
        let is_empty = value.is_empty();
        wipe(value);
        Some(is_empty)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    fn raw(&self, name: &str) -> Option<OsString> {
        match &*self.variables {
            Variables::OfProcess(_) => std::env::var_os(name),
            Variables::Given(variables) => variables.get(OsStr::new(name)).cloned(),
        }
    }

    /// The path of the configuration file: `named` if it is given, else `$XDG_CONFIG_HOME/orgconn/config.toml`, else
    /// `~/.config/orgconn/config.toml`. If the last one is missing, an existing file in `~/Library/Application Support`
    /// is used on macOS, and the one in `%APPDATA%` on Windows.
    ///
    /// # Errors
    /// Fails if `named` is not given and no home directory is known.
    pub(crate) fn config_location(
        &self,
        named: Option<&Path>,
    ) -> Result<ConfigLocation, EnvironmentError> {
        match named {
            Some(path) => Ok(ConfigLocation::named(path)),
            None => Ok(ConfigLocation {
                path: self.directories()?.config_file.clone(),
                is_named: false,
            }),
        }
    }

    /// The directory for data that must last: `$XDG_STATE_HOME/orgconn`, else `~/.local/state/orgconn`.
    ///
    /// # Errors
    /// Fails if no home directory is known.
    pub(crate) fn state_directory(&self) -> Result<PathBuf, EnvironmentError> {
        Ok(self.directories()?.state.clone())
    }

    /// The directory for data that may be deleted: `$XDG_CACHE_HOME/orgconn`, else `~/.cache/orgconn`.
    ///
    /// # Errors
    /// Fails if no home directory is known.
    pub(crate) fn cache_directory(&self) -> Result<PathBuf, EnvironmentError> {
        Ok(self.directories()?.cache.clone())
    }

    /// The user's home directory.
    ///
    /// # Errors
    /// Fails if no home directory is known.
    pub(crate) fn home(&self) -> Result<&Path, EnvironmentError> {
        Ok(&self.directories()?.home)
    }

    fn directories(&self) -> Result<&Directories, EnvironmentError> {
        self.directories.as_ref().ok_or(EnvironmentError::NoHome)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl Directories {
    /// Finds the directories. `None` if there is no home directory. The crate `etcetera` reads the variables for it.
    fn of_user() -> Option<Self> {
        let xdg = Xdg::new().ok()?;
        let native_config = if cfg!(target_os = "macos") {
            Some(Apple::new().ok()?.data_dir())
        } else if cfg!(windows) {
            Some(Windows::new().ok()?.config_dir())
        } else {
            None
        };
        // With an empty or relative `HOME` the paths would depend on the working directory.
        xdg.home_dir().is_absolute().then_some(Self {
            home: xdg.home_dir().to_owned(),
            config_file: config_path(&xdg.config_dir(), native_config.as_deref(), cfg!(windows)),
            state: xdg.state_dir()?.join("orgconn"),
            cache: xdg.cache_dir().join("orgconn"),
        })
    }
}

/// The path of the configuration file in the `usual` directory. The platform's own directory (`native`) is used if the
/// file exists only there, or if it exists in neither and `native_first` is set.
fn config_path(usual: &Path, native: Option<&Path>, native_first: bool) -> PathBuf {
    let within = |base: &Path| base.join("orgconn").join("config.toml");
    let usual = within(usual);
    match native.map(within) {
        Some(native) if !usual.exists() && (native_first || native.exists()) => native,
        _ => usual,
    }
}

impl ConfigLocation {
    /// The location of a file that the user named.
    pub(crate) fn named(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            is_named: true,
        }
    }
}

/// Overwrites a value that may be a secret.
fn wipe(value: OsString) {
    value.into_encoded_bytes().zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Environment {
        /// These variables, and a home directory.
        pub(crate) fn at_home(home: &Path, pairs: &[(&str, &str)]) -> Self {
            let directories = Directories {
                home: home.to_owned(),
                config_file: home.join("config.toml"),
                state: home.join("state"),
                cache: home.join("cache"),
            };
            Self {
                directories: Some(directories),
                ..environment(pairs)
            }
        }
    }

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        Environment::from_pairs(pairs.iter().copied())
    }

    #[test]
    fn every_known_setting_is_taken_and_the_variables_of_others_are_left_alone() {
        let known = KNOWN_SETTINGS.iter().map(|name| format!("{PREFIX}{name}"));
        let others = ["DD_PROFLE", "ORGCONNX", "PATH"].map(str::to_owned);
        let pairs = known.chain(others).map(|name| (name, "x"));
        let environment = Environment::from_pairs(pairs);
        assert_eq!(environment.require_known_settings(), Ok(()));
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let unknown = environment(&[("ORGCONN_SORT", "")]);
        assert_eq!(unknown.require_known_settings(), Ok(()));
        let environment = environment(&[("DD_SITE", "")]);
        assert_eq!(environment.get("DD_SITE"), Ok(None));
        assert_eq!(environment.path("DD_SITE"), None);
        assert!(
            environment.is_set_but_empty("DD_SITE") && !environment.is_set_but_empty("DD_API_KEY")
        );
    }

    #[test]
    fn yes_and_no_are_read_in_their_usual_forms_and_nothing_else_is() {
        let is_on = |value| environment(&[("ORGCONN_YES", value)]).get_bool("ORGCONN_YES");
        assert_eq!((is_on("1"), is_on("True")), (Ok(true), Ok(true)));
        assert_eq!((is_on("off"), is_on("")), (Ok(false), Ok(false)));
        assert_eq!(
            is_on("maybe").unwrap_err().to_string(),
            "ORGCONN_YES in the environment is `maybe`: give true, yes, on or 1, or else false, no, off or 0"
        );
    }

    #[test]
    #[cfg(unix)]
    fn a_value_that_is_no_text_is_an_error_that_names_the_variable_only() {
        use std::os::unix::ffi::OsStringExt;
        let value = OsString::from_vec(vec![b'k', 0xff]);
        let environment = Environment::from_pairs([("DD_API_KEY", value)]);
        let error = environment.get("DD_API_KEY").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the value of DD_API_KEY in the environment is not valid UTF-8"
        );
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        let environment = environment(&[("DD_API_KEY", "test-api-key")]);
        assert_eq!(format!("{environment:?}"), r#"{"DD_API_KEY"}"#);
    }

    #[test]
    fn without_a_home_the_places_are_an_error_that_says_what_to_set() {
        let environment = environment(&[]);
        let error = environment.config_location(None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no home directory is known; set HOME or XDG_CONFIG_HOME"
        );
        assert_eq!(environment.home(), Err(error.clone()));
        assert_eq!(environment.state_directory(), Err(error));
    }

    #[test]
    fn a_file_in_the_platforms_own_place_is_found() {
        let home = tempfile::tempdir().unwrap();
        let [usual, native] = ["usual", "native"].map(|name| home.path().join(name));
        let path = |native_first| config_path(&usual, Some(&native), native_first);
        let [usual_file, native_file] =
            [&usual, &native].map(|base| base.join("orgconn/config.toml"));
        assert_eq!(path(false), usual_file);
        assert_eq!(path(true), native_file);
        for file in [&native_file, &usual_file] {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "").unwrap();
            assert_eq!((&path(false), &path(true)), (file, file));
        }
    }
}
