//! Errors of commands: the exit code, the hint and the profile of each, and the only place that prints one.
//!
//! Imports `output`, `api` and the modules below them. The `?` operator turns the typed errors of those modules into a
//! [`CommandError`]. Their exit codes and hints are decided here and nowhere else.

mod api_hints;
mod conversions;
mod report;

use std::io;
use std::process::ExitCode;

use anyhow::anyhow;

use crate::api::{self, ErrorKind};
use crate::history::SelectEntryError;
use crate::model::{Connection, ResolveOrgError, SelectConnectionError, SelectGroupError};
use crate::output::ErrorRecord;

pub(crate) use api_hints::refused_credentials_hint;
pub(crate) use report::{conclude, line, log_last, report, report_usage};

/// The result of a command or a part of it.
pub(crate) type Result<T, E = CommandError> = std::result::Result<T, E>;

/// How the program ends. The codes are a contract and never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Done,
    Failure,
    Usage,
    Difference,
    Permission,
    NotFound,
    Conflict,
    Temporary,
    Partial,
    Interrupted,
    /// The exit code of a command that this program ran.
    #[cfg(feature = "sandbox")]
    OfCommand(u8),
}

impl Exit {
    /// All exits of the program's own, in the order of their codes.
    pub(crate) const ALL: [Self; 10] = [
        Self::Done,
        Self::Failure,
        Self::Usage,
        Self::Difference,
        Self::Permission,
        Self::NotFound,
        Self::Conflict,
        Self::Temporary,
        Self::Partial,
        Self::Interrupted,
    ];

    /// The exit code, the word for the `kind` of an error record, and the meaning for the help.
    const fn describe(self) -> (u8, &'static str, &'static str) {
        match self {
            Self::Done => (0, "done", "done, nothing to do, or as wanted"),
            Self::Failure => (1, "failure", "any other failure"),
            Self::Usage => (
                2,
                "usage",
                "usage, configuration, or input needed and not allowed to ask",
            ),
            Self::Difference => (
                3,
                "difference",
                "difference: `check` found something else, `plan --exit-code` a change",
            ),
            Self::Permission => (4, "permission", "not authenticated or not permitted"),
            Self::NotFound => (
                5,
                "not_found",
                "no such org or connection, or more than one",
            ),
            Self::Conflict => (6, "conflict", "conflict: it exists already, or differs"),
            Self::Temporary => (
                7,
                "temporary",
                "temporary: network, timeout, 429 or 5xx after the retries",
            ),
            Self::Partial => (
                8,
                "partial",
                "part of several things done failed; the report says which",
            ),
            Self::Interrupted => (
                130,
                "interrupted",
                "interrupted; what was done and what was not is reported",
            ),
            #[cfg(feature = "sandbox")]
            Self::OfCommand(code) => (code, "command", "what the command ended with"),
        }
    }

    /// The exit code of the process.
    pub(crate) fn code(self) -> u8 {
        self.describe().0
    }

    /// The exit code in the help. That of a command that this program ran can be any.
    pub(crate) fn code_label(self) -> String {
        match self {
            #[cfg(feature = "sandbox")]
            Self::OfCommand(_) => "other".to_owned(),
            own => own.code().to_string(),
        }
    }

    /// The word for the `kind` of an error record.
    pub(crate) fn as_str(self) -> &'static str {
        self.describe().1
    }

    /// The meaning of the exit code, for the help.
    pub(crate) const fn meaning(self) -> &'static str {
        self.describe().2
    }

    /// The exit code of a command that did several independent things. `succeeded` says whether at least one of them
    /// succeeded.
    ///
    /// An interruption takes precedence over everything else. If nothing succeeded, the command has the exit code that
    /// all failures have, and if they differ that of any other failure.
    pub(crate) fn of_parts(succeeded: bool, failures: &[Self]) -> Self {
        match failures {
            [] => Self::Done,
            _ if failures.contains(&Self::Interrupted) => Self::Interrupted,
            _ if succeeded => Self::Partial,
            [first, rest @ ..] if rest.iter().all(|other| other == first) => *first,
            _ => Self::Failure,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// The error of a command, or of one account in it, with its exit code and a hint.
#[derive(Debug)]
pub(crate) struct CommandError {
    exit: Exit,
    /// What to choose from. It is shown below the message, one a line.
    candidates: Vec<String>,
    /// Each is a line of its own.
    hints: Vec<String>,
    profile: Option<String>,
    source: anyhow::Error,
}

impl CommandError {
    /// Creates an error with a message of its own, which is a lowercase fragment.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self::from_source(exit, None, anyhow!(message.into()))
    }

    /// Creates an error about wrong or missing arguments or settings.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    fn from_source(exit: Exit, hint: Option<String>, source: impl Into<anyhow::Error>) -> Self {
        Self {
            exit,
            candidates: Vec::new(),
            hints: Vec::from_iter(hint),
            profile: None,
            source: source.into(),
        }
    }

    /// Creates the error about a change that was not sent because the command was interrupted first.
    pub(crate) fn not_attempted() -> Self {
        Self::new(
            Exit::Interrupted,
            "not attempted: the command was interrupted",
        )
    }

    /// Creates the error for an interruption before the first change was sent. `unchanged` says what did not happen, such
    /// as "nothing was deleted".
    pub(crate) fn interrupted(unchanged: &str) -> Self {
        Self::new(Exit::Interrupted, format!("interrupted; {unchanged}"))
    }

    /// Creates the error for a question without an answer. `unchanged` says what did not happen, such as "nothing was
    /// deleted".
    pub(crate) fn unanswered(error: io::Error, unchanged: &str) -> Self {
        match error.kind() {
            io::ErrorKind::Interrupted => Self::interrupted(unchanged),
            _ => error.into(),
        }
    }

    /// Says what did not happen, such as "nothing was deleted", of an interruption before the first change was sent.
    pub(crate) fn before_changes(self, unchanged: &str) -> Self {
        match self.api_kind() {
            Some(ErrorKind::Interrupted) => Self::interrupted(unchanged),
            _ => self,
        }
    }

    /// Sets the hint, which says how to solve the problem.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints = vec![hint.into()];
        self
    }

    /// Sets what the user has to choose from, or may have meant.
    pub(crate) fn candidates(
        mut self,
        candidates: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.candidates = candidates.into_iter().map(Into::into).collect();
        self
    }

    /// Puts a text about the attempted action in front of the message.
    pub(crate) fn context(mut self, message: impl Into<String>) -> Self {
        self.source = self.source.context(message.into());
        self
    }

    /// Sets the profile in which the error happened; `None` for no profile.
    pub(crate) fn for_profile(mut self, profile: Option<&str>) -> Self {
        self.profile = profile.map(str::to_owned);
        self
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// The profile in which the error happened.
    pub(crate) fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    /// The messages of the error and all its causes, and the candidates, in one line.
    pub(crate) fn message(&self) -> String {
        match self.candidates.as_slice() {
            [] => self.heading(),
            candidates => format!("{}: {}", self.heading(), candidates.join(", ")),
        }
    }

    /// The message without the candidates.
    fn heading(&self) -> String {
        format!("{:#}", self.source)
    }

    /// The first error in the chain of causes that is an `E`.
    pub(crate) fn downcast_ref<E: std::error::Error + Send + Sync + 'static>(&self) -> Option<&E> {
        self.source.chain().find_map(|cause| cause.downcast_ref())
    }

    /// The kind of the API error, if this error comes from the API.
    pub(crate) fn api_kind(&self) -> Option<ErrorKind> {
        self.downcast_ref::<api::Error>().map(api::Error::kind)
    }

    /// Whether a write was sent whose outcome is unknown.
    pub(crate) fn is_outcome_unknown(&self) -> bool {
        self.downcast_ref()
            .is_some_and(api::Error::is_outcome_unknown)
    }

    /// The existing connection because of which a create was refused.
    pub(crate) fn existing_connection(&self) -> Option<&Connection> {
        self.downcast_ref::<api::Error>()?.existing_connection()
    }

    /// The word for the `kind` of an error record: that of the exit code, but `ambiguous` where the user named several
    /// things at once.
    pub(crate) fn kind(&self) -> &'static str {
        let is_ambiguous = matches!(self.downcast_ref(), Some(ResolveOrgError::Ambiguous { .. }))
            || matches!(
                self.downcast_ref(),
                Some(SelectConnectionError::Ambiguous { .. })
            )
            || matches!(
                self.downcast_ref(),
                Some(SelectGroupError::Ambiguous { .. })
            )
            || matches!(
                self.downcast_ref(),
                Some(SelectEntryError::Ambiguous { .. })
            );
        match is_ambiguous {
            true => "ambiguous",
            false => self.exit.as_str(),
        }
    }

    /// The error as a record for the `errors` of the JSON or YAML output.
    pub(crate) fn to_record(&self) -> ErrorRecord {
        ErrorRecord {
            profile: self.profile.clone(),
            kind: self.kind().to_owned(),
            message: self.message(),
            http_status: self
                .downcast_ref::<api::Error>()
                .and_then(api::Error::http_status),
            hint: (!self.hints.is_empty()).then(|| self.hints.join("; ")),
        }
    }

    /// Whether a change was not sent because the command was interrupted first.
    pub(crate) fn is_not_attempted(&self) -> bool {
        self.exit == Exit::Interrupted && !self.is_outcome_unknown()
    }

    /// Whether standard output was closed by its reader, such as `head`.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        self.downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_of_several_parts_is_theirs_together() {
        use Exit::{Conflict, Done, Failure, Interrupted, NotFound, Partial};
        for (succeeded, failures, expected) in [
            (true, &[][..], Done),
            (false, &[], Done),
            (false, &[Conflict], Conflict),
            (false, &[Conflict, Conflict], Conflict),
            (false, &[Conflict, NotFound], Failure),
            (true, &[Conflict, NotFound], Partial),
            (true, &[Conflict], Partial),
            (true, &[Conflict, Interrupted], Interrupted),
        ] {
            assert_eq!(
                Exit::of_parts(succeeded, failures),
                expected,
                "{failures:?}"
            );
        }
    }
}
