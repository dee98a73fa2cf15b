use std::path::PathBuf;

use crate::config::environment::EnvironmentError;
use crate::config::file::FileError;
use crate::config::site::{EndpointError, ServerError};

/// A mistake in the settings, which the user must correct. The exit code is 2.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// A variable cannot be read.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The configuration file is wrong, or does not have a chosen profile.
    #[error(transparent)]
    File(#[from] FileError),
    /// A variable chooses a profile that does not exist.
    #[error("{variable}: {problem}")]
    ProfileOfVariable {
        /// The variable.
        variable: &'static str,
        /// The mistake.
        problem: FileError,
    },
    /// The site or the URL is invalid, or they contradict each other.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// All profiles are chosen, but there are none.
    #[error("there are no profiles in {}; add one with `orgconn auth login`", file.display())]
    NoProfiles {
        /// The configuration file.
        file: PathBuf,
    },
    /// Two flags or two variables are set of which one takes the place of the other.
    #[error("{one} and {other} exclude each other")]
    Exclusive {
        /// The name of a flag or variable.
        one: &'static str,
        /// The name of the other one.
        other: &'static str,
    },
    /// A site is given together with a profile, which has its own site.
    #[error(
        "{flag} cannot be used with the profile `{profile}`, which has its own site and credentials"
    )]
    SiteBesideProfile {
        /// `--site` or `--api-url`.
        flag: &'static str,
        /// The profile.
        profile: String,
    },
    /// No keys are set, and there is no profile. This is how the program begins for a new user.
    #[error("no credentials: no keys are set, and there are no profiles{}", empty_clause(.empty))]
    NotSetUp {
        /// The variables that are set, but empty.
        empty: Vec<&'static str>,
    },
    /// There are profiles, but none is chosen, and none is the default one.
    #[error("no credentials: no profile is chosen, and none is the default one{}; choose one with --profile", empty_clause(.empty))]
    NoDefaultProfile {
        /// The names of the profiles.
        profiles: Vec<String>,
        /// The variables that are set, but empty.
        empty: Vec<&'static str>,
    },
    /// Keys must not be sent to the server that the settings name.
    #[error("{}{problem}", origin.as_ref().map(|origin| format!("{origin}: ")).unwrap_or_default())]
    Endpoint {
        /// The flag, variable or key that names the server; `None` for none.
        origin: Option<String>,
        /// Why no key must be sent there.
        problem: EndpointError,
    },
    /// Only one of the two keys is set.
    #[error(
        "{present} is set, but not {missing}, and both are needed{}{}",
        empty_clause(.empty),
        if *.has_profiles { "; or choose a profile with --profile" } else { "" }
    )]
    IncompleteKeyPair {
        /// The variable that is set.
        present: &'static str,
        /// The variable that is missing.
        missing: &'static str,
        /// Whether there is a profile to choose instead.
        has_profiles: bool,
        /// The variables that are set, but empty.
        empty: Vec<&'static str>,
    },
    /// One key is set in one family of variables, and the other key in another family.
    #[error(
        "{present} and {other} are of different families, and sources are never mixed; set {missing}, or unset {present}"
    )]
    MixedFamilies {
        /// The variable that is set.
        present: &'static str,
        /// The variable for the other key in the same family, which is not set.
        missing: &'static str,
        /// The variable for the other key that is set instead.
        other: &'static str,
    },
}

impl ConfigError {
    /// The words to choose from, which the message does not list.
    pub(crate) fn candidates(&self) -> Vec<String> {
        match self {
            Self::File(error) | Self::ProfileOfVariable { problem: error, .. } => {
                error.candidates()
            }
            Self::NoDefaultProfile { profiles, .. } => profiles.clone(),
            Self::Endpoint { problem, .. } => problem.candidates(),
            _ => Vec::new(),
        }
    }
}

fn empty_clause(empty: &[&str]) -> String {
    match empty {
        [] => String::new(),
        [one] => format!(" ({one} is set, but empty)"),
        several => format!(" ({} are set, but empty)", several.join(" and ")),
    }
}
