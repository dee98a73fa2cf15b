use std::path::PathBuf;

use crate::config::environment::EnvironmentError;
use crate::config::file::FileError;
use crate::config::site::ServerError;

/// Why the settings cannot be used. The user has to correct them: exit code 2.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// A variable cannot be read.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The configuration file is wrong, or a profile is chosen that it does not have.
    #[error(transparent)]
    File(#[from] FileError),
    /// A site or URL is invalid, or the two contradict each other.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// All profiles were asked for, and there is none.
    #[error("there are no profiles in {}; add one with `orgconn profile add`", file.display())]
    NoProfiles {
        /// The configuration file.
        file: PathBuf,
    },
    /// Some profiles and all of them were asked for at once.
    #[error("{some} and {all} exclude each other")]
    SomeAndAll {
        /// The flag or variable that chooses some.
        some: &'static str,
        /// The flag or variable that chooses all.
        all: &'static str,
    },
    /// A site was given beside a profile, which brings its own.
    #[error(
        "{flag} cannot be used with the profile `{profile}`, which has its own site and credentials"
    )]
    SiteBesideProfile {
        /// `--site` or `--api-url`.
        flag: &'static str,
        /// The profile.
        profile: String,
    },
    /// Nothing says whose credentials to use.
    #[error(
        "no credentials; set DD_API_KEY and DD_APP_KEY, or choose a profile with --profile, or try without an account with --sandbox{}",
        empty_clause(.empty)
    )]
    NoCredentials {
        /// The variables that are set, but empty.
        empty: Vec<&'static str>,
    },
    /// One key of two is set.
    #[error(
        "{present} is set, but not {missing}, and both are needed{}; or choose a profile with --profile",
        empty_clause(.empty)
    )]
    HalfPair {
        /// The variable that is set.
        present: &'static str,
        /// The one that is not.
        missing: &'static str,
        /// The variables that are set, but empty.
        empty: Vec<&'static str>,
    },
    /// One key is set in one family of variables, and its partner in another.
    #[error(
        "{present} and {other} are of different families, and sources are never mixed; set {missing}, or unset {present}"
    )]
    MixedFamilies {
        /// The variable that is set.
        present: &'static str,
        /// Its partner in the same family, which is not set.
        missing: &'static str,
        /// The partner that is set instead.
        other: &'static str,
    },
}

fn empty_clause(empty: &[&str]) -> String {
    match empty {
        [] => String::new(),
        [one] => format!(" ({one} is set, but empty)"),
        several => format!(" ({} are set, but empty)", several.join(" and ")),
    }
}
