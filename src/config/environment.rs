use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use super::error::EnvironmentError;
use super::nearest::nearest;

/// What the names of the program's own variables begin with.
const PREFIX: &str = "ORGCONN_";

/// The program's own variables, without their `ORGCONN_`. Any other that begins so is refused: a setting with a slip
/// of the pen would silently not be one.
pub const KNOWN_SETTINGS: &[&str] = &[
    "PROFILE",
    "ALL_PROFILES",
    "SITE",
    "API_URL",
    "TRUST_HOST",
    "OUTPUT",
    "COLUMNS",
    "NO_HEADER",
    "YES",
    "NO_INPUT",
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

/// The environment variables of the process, as they were when it started. Only their names show in `Debug`.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
    /// Where the system says that home is, for when no variable does.
    system_home: Option<PathBuf>,
}

impl Environment {
    /// Takes the environment of the process.
    ///
    /// # Errors
    /// A variable begins with `ORGCONN_` and is none of [`KNOWN_SETTINGS`].
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn from_process() -> Result<Self, EnvironmentError> {
        let mut environment = Self::from_pairs(std::env::vars_os())?;
        environment.system_home = std::env::home_dir();
        Ok(environment)
    }

    /// Takes exactly these variables; there is no home directory unless they name one.
    ///
    /// # Errors
    /// As [`Environment::from_process`].
    pub fn from_pairs<N, V>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, EnvironmentError>
    where
        N: Into<OsString>,
        V: Into<OsString>,
    {
        let variables: BTreeMap<_, _> = pairs
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        variables.keys().try_for_each(|name| refuse_unknown(name))?;
        Ok(Self {
            variables,
            system_home: None,
        })
    }

    /// The value of a variable; none if it is not set or empty.
    ///
    /// # Errors
    /// The value is no valid UTF-8.
    pub fn get(&self, name: &str) -> Result<Option<&str>, EnvironmentError> {
        let value = self.raw(name).map(|value| {
            value.to_str().ok_or_else(|| EnvironmentError::NotUnicode {
                name: name.to_owned(),
            })
        });
        value.transpose()
    }

    /// Whether a variable says yes: `1`, `true`, `yes`, `on` or no: `0`, `false`, `no`, `off`, in any letter case. One
    /// that is not set says no.
    ///
    /// # Errors
    /// It says something else.
    pub fn is_on(&self, name: &str) -> Result<bool, EnvironmentError> {
        let Some(value) = self.get(name)? else {
            return Ok(false);
        };
        match value.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Ok(true),
            "0" | "false" | "no" | "off" => Ok(false),
            _ => Err(EnvironmentError::NotBoolean {
                name: name.to_owned(),
            }),
        }
    }

    /// The parts of a variable between commas, without white space around them; none if it is not set.
    ///
    /// # Errors
    /// The value is no valid UTF-8.
    pub fn list(&self, name: &str) -> Result<Vec<String>, EnvironmentError> {
        let value = self.get(name)?.unwrap_or_default();
        let parts = value.split(',').map(str::trim);
        Ok(parts
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect())
    }

    /// Whether a variable is set to something that is not empty.
    pub fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// Whether a variable is set, and empty. Such a one counts as not set, yet is worth a word where it is missed.
    pub fn is_empty(&self, name: &str) -> bool {
        self.variables
            .get(OsStr::new(name))
            .is_some_and(|value| value.is_empty())
    }

    /// The path in a variable, which needs not be UTF-8; none if it is not set or relative. Relative paths are to be
    /// ignored in the variables of the XDG Base Directory Specification, and make no sense in `HOME` either.
    pub(super) fn absolute_path(&self, name: &str) -> Option<&Path> {
        self.path(name).filter(|path| path.is_absolute())
    }

    /// The path in a variable, which needs not be UTF-8; none if it is not set or empty.
    pub(super) fn path(&self, name: &str) -> Option<&Path> {
        self.raw(name).map(Path::new)
    }

    /// What the system itself holds for the home directory.
    pub(super) fn system_home(&self) -> Option<&Path> {
        self.system_home
            .as_deref()
            .filter(|path| path.is_absolute())
    }

    fn raw(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }
}

fn refuse_unknown(name: &OsStr) -> Result<(), EnvironmentError> {
    let name = name.to_string_lossy();
    match name.strip_prefix(PREFIX) {
        Some(setting) if !KNOWN_SETTINGS.contains(&setting) => Err(EnvironmentError::Unknown {
            nearest: nearest(setting, KNOWN_SETTINGS.iter().copied())
                .map(|known| format!("{PREFIX}{known}")),
            name: name.into_owned(),
        }),
        _ => Ok(()),
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_setting_is_refused_with_the_nearest_name() {
        let error = Environment::from_pairs([("ORGCONN_PROFLE", "hub")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown setting ORGCONN_PROFLE in the environment; did you mean ORGCONN_PROFILE?"
        );
        let error = Environment::from_pairs([("ORGCONN_QQQQ", "")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown setting ORGCONN_QQQQ in the environment"
        );
    }

    #[test]
    fn every_known_setting_is_taken_and_the_variables_of_others_are_left_alone() {
        let known = KNOWN_SETTINGS.iter().map(|name| format!("{PREFIX}{name}"));
        let others = ["DD_PROFLE", "ORGCONNX", "PATH"].map(str::to_owned);
        let pairs = known.chain(others).map(|name| (name, "x"));
        let environment = Environment::from_pairs(pairs).unwrap();
        assert!(environment.has("ORGCONN_SITE") && environment.has("PATH"));
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let environment = Environment::from_pairs([("DD_SITE", "")]).unwrap();
        assert_eq!(environment.get("DD_SITE"), Ok(None));
        assert!(environment.is_empty("DD_SITE") && !environment.is_empty("DD_API_KEY"));
    }

    #[test]
    fn yes_and_no_are_read_in_their_usual_forms_and_nothing_else_is() {
        let is_on = |value: &str| {
            Environment::from_pairs([("ORGCONN_YES", value)])
                .unwrap()
                .is_on("ORGCONN_YES")
        };
        assert_eq!((is_on("1"), is_on("True")), (Ok(true), Ok(true)));
        assert_eq!((is_on("off"), is_on("")), (Ok(false), Ok(false)));
        assert_eq!(
            is_on("maybe").unwrap_err().to_string(),
            "the value of ORGCONN_YES in the environment must be true or false"
        );
    }

    #[test]
    #[cfg(unix)]
    fn a_value_that_is_no_text_is_an_error_that_names_the_variable_only() {
        use std::os::unix::ffi::OsStringExt;
        let value = OsString::from_vec(vec![b'k', 0xff]);
        let environment = Environment::from_pairs([("DD_API_KEY", value)]).unwrap();
        let error = environment.get("DD_API_KEY").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the value of DD_API_KEY in the environment is no valid UTF-8"
        );
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        let environment = Environment::from_pairs([("DD_API_KEY", "test-api-key")]).unwrap();
        assert_eq!(format!("{environment:?}"), r#"{"DD_API_KEY"}"#);
    }
}
