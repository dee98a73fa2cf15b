use super::Flags;
use crate::config::environment::Environment;
use crate::config::error::{ConfigError, SettingsError};

const SOME: &str = "ORGCONN_PROFILE";
const ALL: &str = "ORGCONN_ALL_PROFILES";

/// The profiles that flags and variables choose.
#[derive(Debug, PartialEq, Eq)]
pub enum Selection {
    /// Every one of the file.
    All {
        /// The variable that would have chosen otherwise.
        overridden: Option<&'static str>,
    },
    /// These, each once, in the order in which they were named.
    Some {
        /// Their names.
        names: Vec<String>,
        /// The variable that would have chosen otherwise.
        overridden: Option<&'static str>,
    },
    /// Nothing is chosen.
    None,
}

impl Selection {
    /// What is chosen: by the flags, or else by the variables `ORGCONN_PROFILE` and `ORGCONN_ALL_PROFILES`.
    ///
    /// # Errors
    /// Some and all are chosen in the same way, or a variable cannot be read.
    pub fn new(flags: &Flags, environment: &Environment) -> Result<Self, ConfigError> {
        let by_variable = (environment.list(SOME)?, environment.is_on(ALL)?);
        // A parser that reads the variables too has put their values among the flags.
        let some_by_flag = !flags.profiles.is_empty() && flags.profiles != by_variable.0;
        let all_by_flag = flags.all_profiles && !by_variable.1;
        let overridden = |is_set: bool, name| is_set.then_some(name);
        match (some_by_flag, all_by_flag) {
            (true, true) => Err(SettingsError::SomeAndAll {
                some: "--profile",
                all: "--all-profiles",
            }
            .into()),
            (true, false) => Ok(Self::some(
                &flags.profiles,
                overridden(!by_variable.0.is_empty(), SOME).or(overridden(by_variable.1, ALL)),
            )),
            (false, true) => Ok(Self::All {
                overridden: overridden(!by_variable.0.is_empty(), SOME),
            }),
            (false, false) => Self::by_variables(&by_variable.0, by_variable.1),
        }
    }

    fn by_variables(names: &[String], all: bool) -> Result<Self, ConfigError> {
        match (names, all) {
            ([], false) => Ok(Self::None),
            ([], true) => Ok(Self::All { overridden: None }),
            (names, false) => Ok(Self::some(names, None)),
            (_, true) => Err(SettingsError::SomeAndAll {
                some: SOME,
                all: ALL,
            }
            .into()),
        }
    }

    fn some(names: &[String], overridden: Option<&'static str>) -> Self {
        let mut unique: Vec<String> = Vec::new();
        for name in names {
            if !unique.contains(name) {
                unique.push(name.clone());
            }
        }
        Self::Some {
            names: unique,
            overridden,
        }
    }
}
