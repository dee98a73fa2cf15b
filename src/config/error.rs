use std::fmt;
use std::io;
use std::path::PathBuf;

use super::nearest::proposal;

/// Why the settings could not be had. All of these are the user's to mend: exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// In the environment.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// In the configuration file.
    #[error(transparent)]
    File(#[from] FileError),
    /// In how they go together.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

/// What is wrong with the environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// A variable that begins like one of the program's own and is none.
    #[error("unknown setting {name} in the environment{}", proposal(.nearest.as_deref()))]
    Unknown {
        /// The variable.
        name: String,
        /// The known one that is most like it.
        nearest: Option<String>,
    },
    /// A value that cannot be read as text.
    #[error("the value of {name} in the environment is no valid UTF-8")]
    NotUnicode {
        /// The variable.
        name: String,
    },
    /// A value that should be yes or no.
    #[error("the value of {name} in the environment must be true or false")]
    NotBoolean {
        /// The variable.
        name: String,
    },
    /// Nothing says where the user's files are.
    #[error("no home directory is known; set HOME or XDG_CONFIG_HOME")]
    NoHome,
}

/// What is wrong with the configuration file. No variant repeats a value of the file, as it could be a secret.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// A file that somebody named is not there.
    #[error("there is no configuration file {}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error("cannot read the configuration file {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It cannot be written; what was there is still there.
    #[error("cannot write the configuration file {}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Its content is wrong.
    #[error("{}", list_problems(.path, .problems))]
    Invalid {
        /// The file.
        path: PathBuf,
        /// All that is wrong, in the order of the file.
        problems: Vec<Problem>,
    },
    /// Others may write it, and so could run a command or put keys in as its owner.
    #[error("others may write {}, which says where secrets come from; run `{mend}`", path.display())]
    Writable {
        /// The file.
        path: PathBuf,
        /// The command that mends it.
        mend: String,
    },
    /// Somebody else changed it between reading and writing.
    #[error("{} was changed by another program meanwhile; nothing was written, try again", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The name cannot be a profile's.
    #[error(
        "the name of a profile must be a text without commas, control characters, and spaces at its ends"
    )]
    UnusableName,
    /// A profile of that name is there already.
    #[error("there is a profile `{name}` already")]
    ProfileExists {
        /// The profile, as it is written in the file.
        name: String,
    },
    /// There is no such profile.
    #[error(transparent)]
    UnknownProfile(#[from] UnknownProfile),
    /// The change would leave a file that cannot be read again.
    #[error("the change would make {} invalid; edit it by hand{}", path.display(), list_messages(.problems))]
    Uneditable {
        /// The file.
        path: PathBuf,
        /// What would be wrong.
        problems: Vec<Problem>,
    },
}

/// A profile was named that the configuration file does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no profile `{name}`; {}{}", list_profiles(.known), proposal(.nearest.as_deref()))]
pub struct UnknownProfile {
    /// What was named.
    pub name: String,
    /// The profile that is most like it.
    pub nearest: Option<String>,
    /// The profiles that exist, in the file's order.
    pub known: Vec<String>,
}

/// One thing that is wrong in a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong. Never holds a value of the file.
    pub message: String,
}

/// Why the settings do not go together, or do not suffice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A profile was chosen that does not exist.
    #[error(transparent)]
    UnknownProfile(#[from] UnknownProfile),
    /// All profiles were asked for, and there is none.
    #[error("there are no profiles in {}; add one with `orgconn profile add`", file.display())]
    NoProfiles {
        /// The configuration file.
        file: PathBuf,
    },
    /// Some profiles and all of them were asked for at once.
    #[error("{some} and {all} exclude each other")]
    SomeAndAll {
        /// The name of the flag or variable that chooses some.
        some: &'static str,
        /// The name of the flag or variable that chooses all.
        all: &'static str,
    },
    /// A site was given beside a profile, which brings its own.
    #[error(
        "{flag} does not go with the profile `{profile}`, which brings its own site and credentials; sources are never mixed"
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
    /// A site and an API URL were given together, and name different servers.
    #[error("{site} and {url} name different servers; set one of them")]
    TwoServers {
        /// Where the site was given.
        site: &'static str,
        /// Where the URL was given.
        url: &'static str,
    },
    /// A site or URL that is none.
    #[error("{given} {problem}")]
    BadServer {
        /// The flag or variable.
        given: &'static str,
        /// What is wrong with its value.
        problem: ServerProblem,
    },
}

/// Why a text names no server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServerProblem {
    /// No host name.
    #[error("is no site; a site is a host name such as datadoghq.com")]
    NotASite,
    /// A host of the site in place of the site.
    #[error(
        "names a host of a site; give the site alone, such as datadoghq.com, without `api.` or `app.`"
    )]
    HostOfSite,
    /// Not a URL that keys can be sent to.
    #[error(
        "is no API URL; it looks like https://api.datadoghq.com, with no user name, query or fragment"
    )]
    NotAUrl,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

fn list_problems(path: &std::path::Path, problems: &[Problem]) -> String {
    let lines: Vec<_> = problems
        .iter()
        .map(|problem| format!("{}:{problem}", path.display()))
        .collect();
    lines.join("\n")
}

fn list_messages(problems: &[Problem]) -> String {
    let messages: Vec<_> = problems
        .iter()
        .map(|problem| format!(": {}", problem.message))
        .collect();
    messages.concat()
}

fn list_profiles(known: &[String]) -> String {
    match known {
        [] => "there are none".to_owned(),
        names => format!("there are: {}", names.join(", ")),
    }
}

fn empty_clause(empty: &[&str]) -> String {
    match empty {
        [] => String::new(),
        [one] => format!(" ({one} is set, but empty)"),
        several => format!(" ({} are set, but empty)", several.join(" and ")),
    }
}
