//! The exit code, the hint and the candidates of each typed error, other than those of the API.

use std::io;

use super::{CommandError, Exit};
use crate::config::{
    ConfigError, EndpointError, EnvironmentError, FileError, NetworkError, SecretError, StoreError,
    UnknownProfile,
};
use crate::desired::{DesiredErrorKind, SavedPlanError};
use crate::history::{HistoryError, SelectEntryError, UndoError};
use crate::model::{
    ParseSelectorError, ResolveOrgError, SelectConnectionError, SelectGroupError,
    SelectPrincipalError,
};
use crate::output::OutputError;
use crate::text_input::TextInputError;

/// Implements `From` for errors that have one exit code and no hint.
macro_rules! from_errors {
    ($exit:expr; $($error:ty),+ $(,)?) => {
        $(impl From<$error> for CommandError {
            fn from(error: $error) -> Self {
                Self::from_source($exit, None, error)
            }
        })+
    };
}

from_errors!(Exit::Usage; EnvironmentError, ParseSelectorError, SavedPlanError, SecretError,
    StoreError, TextInputError);
from_errors!(Exit::Failure; anyhow::Error);

impl CommandError {
    /// The error for a name that none, or more than one, of the candidates has.
    fn from_choice(
        exit: Exit,
        hint: Option<&str>,
        candidates: Vec<String>,
        source: impl Into<anyhow::Error>,
    ) -> Self {
        Self::from_source(exit, hint.map(str::to_owned), source).candidates(candidates)
    }
}

const UNKNOWN_SITE_HINT: &str =
    "--api-url names the server of a site that this version does not know";

impl From<EndpointError> for CommandError {
    fn from(error: EndpointError) -> Self {
        let is_unknown = matches!(error, EndpointError::UnknownSite { .. });
        let hint = is_unknown.then_some(UNKNOWN_SITE_HINT);
        Self::from_choice(Exit::Usage, hint, error.candidates(), error)
    }
}

impl From<ConfigError> for CommandError {
    fn from(error: ConfigError) -> Self {
        let hints: &[&str] = match &error {
            ConfigError::NotSetUp { .. } => &[
                "to try it without an account: orgconn --sandbox list",
                "to log in: orgconn auth login",
                "or set DD_API_KEY and DD_APP_KEY (and DD_SITE, if not datadoghq.com)",
            ],
            ConfigError::NoDefaultProfile { .. } => &[
                "the configuration file names the default profile in `default_profile`; or set DD_API_KEY and DD_APP_KEY",
            ],
            ConfigError::Endpoint {
                problem: EndpointError::UnknownSite { .. },
                ..
            } => &[UNKNOWN_SITE_HINT],
            _ => &[],
        };
        let mut error = Self::from_choice(Exit::Usage, None, error.candidates(), error);
        error.hints = hints.iter().copied().map(str::to_owned).collect();
        error
    }
}

impl From<FileError> for CommandError {
    fn from(error: FileError) -> Self {
        Self::from_choice(Exit::Usage, None, error.candidates(), error)
    }
}

impl From<OutputError> for CommandError {
    fn from(error: OutputError) -> Self {
        Self::from_choice(Exit::Usage, None, error.candidates(), error)
    }
}

impl From<UnknownProfile> for CommandError {
    fn from(error: UnknownProfile) -> Self {
        FileError::from(error).into()
    }
}

impl From<NetworkError> for CommandError {
    fn from(error: NetworkError) -> Self {
        let hint = match &error {
            NetworkError::InvalidProxy(_) => {
                Some("correct it, or unset it to connect without a proxy")
            }
            NetworkError::UnreadableCertificates { .. } | NetworkError::NoCertificates(_) => Some(
                "name a file of certificates in the PEM format, or unset it to use the system's certificates",
            ),
            NetworkError::Environment(_) => None,
        };
        Self::from_source(Exit::Usage, hint.map(str::to_owned), error)
    }
}

/// Ctrl-C at a question interrupts the command.
impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        let exit = match error.kind() {
            io::ErrorKind::Interrupted => Exit::Interrupted,
            _ => Exit::Failure,
        };
        Self::from_source(exit, None, error)
    }
}

impl From<ResolveOrgError> for CommandError {
    fn from(error: ResolveOrgError) -> Self {
        let exit = match &error {
            ResolveOrgError::Group(_) => Exit::Usage,
            ResolveOrgError::Unreadable { matches, .. } if matches.is_empty() => Exit::Failure,
            _ => Exit::NotFound,
        };
        let hint = match &error {
            ResolveOrgError::Ambiguous { .. } | ResolveOrgError::Unreadable { .. } => {
                "name the one you mean by its UUID"
            }
            ResolveOrgError::Group(_) => {
                "name one of its orgs, which `orgconn orgs --groups` lists"
            }
            ResolveOrgError::Unknown { .. } => {
                "`orgconn orgs` lists the orgs that these credentials see; any other has to be given as a UUID"
            }
        };
        Self::from_choice(exit, Some(hint), error.candidates(), error)
    }
}

impl From<SelectGroupError> for CommandError {
    fn from(error: SelectGroupError) -> Self {
        let hint = match &error {
            SelectGroupError::Ambiguous { .. } => "name the one you mean by its UUID: group:UUID",
            SelectGroupError::Unknown { .. } => {
                "`orgconn orgs --groups` lists the groups that these credentials see"
            }
        };
        Self::from_choice(Exit::NotFound, Some(hint), error.candidates(), error)
    }
}

impl From<DesiredErrorKind> for CommandError {
    fn from(error: DesiredErrorKind) -> Self {
        match error {
            DesiredErrorKind::UnresolvedOrg(error) => error.into(),
            error => Self::from_source(Exit::Usage, None, error),
        }
    }
}

impl From<SelectConnectionError> for CommandError {
    fn from(error: SelectConnectionError) -> Self {
        let (exit, hint) = match &error {
            SelectConnectionError::TooShort(_) => (Exit::Usage, None),
            SelectConnectionError::Unknown(_) => (
                Exit::NotFound,
                Some("`orgconn list` shows the connections that these credentials see"),
            ),
            SelectConnectionError::Ambiguous { .. } => {
                (Exit::NotFound, Some("name the one you mean by its id"))
            }
        };
        Self::from_choice(exit, hint, error.candidates(), error)
    }
}

impl From<SelectPrincipalError> for CommandError {
    fn from(error: SelectPrincipalError) -> Self {
        let (hint, candidates) = match &error {
            SelectPrincipalError::Unknown(..) => (
                "Datadog's Organization Settings show its name; a UUID is always enough",
                Vec::new(),
            ),
            SelectPrincipalError::Ambiguous { matches, .. } => (
                "name the one you mean by its UUID",
                matches.iter().map(ToString::to_string).collect(),
            ),
        };
        Self::from_choice(Exit::NotFound, Some(hint), candidates, error)
    }
}

impl From<SelectEntryError> for CommandError {
    fn from(error: SelectEntryError) -> Self {
        let exit = match &error {
            SelectEntryError::TooShort(_) => Exit::Usage,
            SelectEntryError::Unknown(_) | SelectEntryError::Ambiguous { .. } => Exit::NotFound,
        };
        Self::from_choice(exit, None, error.candidates(), error)
    }
}

impl From<UndoError> for CommandError {
    fn from(error: UndoError) -> Self {
        let (exit, hint) = match error {
            UndoError::NothingChanged { .. } | UndoError::Unchanged { .. } => (
                Exit::Usage,
                Some("`orgconn history` shows what became of each change"),
            ),
            UndoError::OtherHost { .. } => (
                Exit::Usage,
                Some("choose its profile with --profile, or its site with --site"),
            ),
            UndoError::NoKeys { .. } => (
                Exit::Permission,
                Some("choose its profile with --profile, or add one with `orgconn profile add`"),
            ),
            UndoError::Refused { .. } => (
                Exit::Failure,
                Some("`orgconn history` shows why each change failed"),
            ),
            UndoError::UnknownTypes { .. } => (Exit::Failure, None),
            UndoError::UnknownCreator { .. } | UndoError::AlreadyUndone { .. } => {
                (Exit::Conflict, None)
            }
            UndoError::NoConnection { .. }
            | UndoError::OtherConnection { .. }
            | UndoError::OtherTypes { .. }
            | UndoError::OtherPolicy { .. } => (
                Exit::Conflict,
                Some("it was changed again: `orgconn list` shows the present state"),
            ),
        };
        Self::from_source(exit, hint.map(str::to_owned), error)
    }
}

impl From<HistoryError> for CommandError {
    fn from(error: HistoryError) -> Self {
        let exit = match &error {
            HistoryError::StateDirectory { .. } => Exit::Usage,
            error if error.is_locked() => Exit::Temporary,
            _ => Exit::Failure,
        };
        let hint = match &error {
            HistoryError::WriteIntent(_) if exit == Exit::Failure => Some(
                "or make the change without a history, so that it cannot be undone: --no-history"
                    .to_owned(),
            ),
            _ => None,
        };
        Self::from_source(exit, hint, error)
    }
}
