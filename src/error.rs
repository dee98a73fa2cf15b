//! Errors of commands: the exit code, the hint and the profile of each, and the only place that prints one.
//!
//! Imports `output`, `api` and the modules below them. The `?` operator turns the typed errors of those modules into a
//! [`CommandError`]. Their exit codes and hints are decided here and nowhere else.

use std::io;
use std::process::ExitCode;
use std::slice;

use anyhow::anyhow;
use clap::error::{ContextKind, ContextValue};

use crate::api::{self, ErrorKind};
use crate::config::{
    ConfigError, EndpointError, EnvironmentError, FileError, NetworkError, SITES, SecretError,
    StoreError, UnknownProfile, hide_key,
};
use crate::desired::{DesiredErrorKind, SavedPlanError};
use crate::escape::escape_message;
use crate::history::{HistoryError, SelectEntryError, UndoError};
use crate::model::{Connection, ParseSelectorError, ResolveOrgError, SelectConnectionError};
use crate::output::{ErrorRecord, Format, Output, OutputError, group_messages, log_line};
use crate::text_input::TextInputError;

/// The number of candidates that an error shows.
const MAX_CANDIDATES: usize = 10;

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

    /// Creates the error for a question without an answer. `unchanged` says what did not happen, such as "nothing was
    /// deleted".
    pub(crate) fn unanswered(error: io::Error, unchanged: &str) -> Self {
        match error.kind() {
            io::ErrorKind::Interrupted => {
                Self::new(Exit::Interrupted, format!("interrupted; {unchanged}"))
            }
            _ => error.into(),
        }
    }

    /// Says what did not happen, such as "nothing was deleted", of an interruption before the first change was sent.
    pub(crate) fn before_changes(self, unchanged: &str) -> Self {
        match self.api_kind() {
            Some(ErrorKind::Interrupted) => {
                Self::new(Exit::Interrupted, format!("interrupted; {unchanged}"))
            }
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

/// Prints errors and their hints to standard error. Of each kind only the first are shown one by one, then how many more
/// there are. A hint that several of them share is shown once.
pub(crate) fn report(errors: &[CommandError], output: &mut Output) {
    let text = |error: &&CommandError| {
        let hints = error.hints.join(" ");
        format!("{} {} {hints}", error.exit.as_str(), error.message())
    };
    for group in group_messages(errors, text) {
        let mut hints: &[String] = &[];
        for error in group.shown {
            if hints != error.hints {
                print_hints(hints, output);
            }
            let profile = error.profile.iter();
            let profile: String = profile
                .map(|profile| format!("profile {profile}: "))
                .collect();
            let end = if error.candidates.is_empty() { "" } else { ":" };
            output.error(&format!("{profile}{}{end}", error.heading()));
            print_candidates(&error.candidates, output);
            hints = &error.hints;
        }
        if group.hidden > 0 {
            let hidden = group.hidden;
            output.error(&format!(
                "{hidden} more of this kind; -o json lists them all"
            ));
        }
        print_hints(hints, output);
    }
}

/// The error as a line of a text that is drawn on the terminal, after what it is about.
pub(crate) fn line(subject: &str, error: &CommandError) -> String {
    let line = format!("error: {subject}: {}", error.message());
    format!("{}\n", escape_message(&line))
}

/// Prints an error and its hint where there is no [`Output`], right before the program ends.
pub(crate) fn log_last(message: &str, hint: &str) {
    log_line(&format!("error: {message}"));
    log_line(&format!("hint: {hint}"));
}

/// Prints the first candidates, one a line, and how many more there are.
fn print_candidates(candidates: &[String], output: &mut Output) {
    for candidate in candidates.iter().take(MAX_CANDIDATES) {
        output.print_always(&format!("  {candidate}"));
    }
    if let Some(hidden @ 1..) = candidates.len().checked_sub(MAX_CANDIDATES) {
        output.print_always(&format!("  and {hidden} more"));
    }
}

fn print_hints(hints: &[String], output: &mut Output) {
    for hint in hints {
        output.hint(hint);
    }
}

/// Ends a command: prints its error, if there is one, and returns the exit code.
pub(crate) fn conclude(outcome: Result<Exit>, output: &mut Output) -> Exit {
    let error = match outcome {
        Ok(exit) => return exit,
        // It is not an error if the reader of standard output closed it.
        Err(error) if error.is_closed_pipe() => return Exit::Done,
        Err(error) => error,
    };
    if matches!(output.format(), Format::Json | Format::Yaml) && !output.has_written() {
        // Readers of JSON and YAML always get an envelope. If it cannot be written, the report below is still printed.
        let _ = output.write_errors(&[error.to_record()]);
    }
    report(slice::from_ref(&error), output);
    error.exit
}

/// Prints clap's message: help and version to standard output, a usage error to standard error. A usage error is also
/// written as an envelope if the output format has one.
pub(crate) fn report_usage(mut refusal: clap::Error, output: impl FnOnce() -> Output) -> Exit {
    if !refusal.use_stderr() {
        let printed = refusal.print().map(|()| Exit::Done);
        return conclude(printed.map_err(Into::into), &mut output());
    }
    escape_arguments(&mut refusal);
    let mut output = output();
    let text = refusal.render().to_string();
    let _ = output.write_errors(&[usage_record(&text)]);
    let source = std::error::Error::source(&refusal).map(ToString::to_string);
    match source {
        // The reason why a value is wrong may repeat it. Without colours, the text has no escape sequences.
        Some(reason) if escape_message(&reason) != reason => {
            text.lines().for_each(|line| output.print_always(line));
        }
        _ => output.print_styled(&refusal.render()),
    }
    Exit::Usage
}

/// Writes out the control characters of the arguments that clap's message repeats, and hides an argument that may be a
/// key in the wrong place.
fn escape_arguments(refusal: &mut clap::Error) {
    let escape = |text: &String| hide_key(&escape_message(text)).to_owned();
    let context = refusal.context().filter_map(|(kind, value)| match value {
        ContextValue::String(text) => Some((kind, ContextValue::String(escape(text)))),
        ContextValue::Strings(texts) => {
            let texts = texts.iter().map(escape).collect();
            Some((kind, ContextValue::Strings(texts)))
        }
        _ => None,
    });
    for (kind, value) in context.collect::<Vec<_>>() {
        let shown = value.to_string();
        if refusal
            .insert(kind, value)
            .is_some_and(|before| before.to_string() != shown)
        {
            // clap's advice, which is styled already, repeats the argument as it is.
            refusal.remove(ContextKind::Suggested);
        }
    }
}

/// A record with the first paragraph of clap's message in one line. The other paragraphs are advice for people.
fn usage_record(text: &str) -> ErrorRecord {
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let lines: Vec<_> = paragraph.lines().map(str::trim).collect();
    let message = lines.join(" ");
    ErrorRecord {
        profile: None,
        kind: Exit::Usage.as_str().to_owned(),
        message: message
            .strip_prefix("error: ")
            .unwrap_or(&message)
            .to_owned(),
        http_status: None,
        hint: Some("--help shows how the command is used".to_owned()),
    }
}

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

from_errors!(Exit::Usage; EndpointError, EnvironmentError, ParseSelectorError, SavedPlanError, SecretError,
    StoreError, TextInputError);
from_errors!(Exit::Failure; anyhow::Error);

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
            _ => &[],
        };
        let candidates = error.candidates();
        let mut error = Self::from_source(Exit::Usage, None, error).candidates(candidates);
        error.hints = hints.iter().copied().map(str::to_owned).collect();
        error
    }
}

impl From<FileError> for CommandError {
    fn from(error: FileError) -> Self {
        let candidates = error.candidates();
        Self::from_source(Exit::Usage, None, error).candidates(candidates)
    }
}

impl From<OutputError> for CommandError {
    fn from(error: OutputError) -> Self {
        let candidates = error.candidates();
        Self::from_source(Exit::Usage, None, error).candidates(candidates)
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
            ResolveOrgError::Unreadable { matches, .. } if matches.is_empty() => Exit::Failure,
            _ => Exit::NotFound,
        };
        let hint = match &error {
            ResolveOrgError::Ambiguous { .. } | ResolveOrgError::Unreadable { .. } => {
                "name the one you mean by its UUID"
            }
            ResolveOrgError::Unknown { .. } => {
                "`orgconn orgs` lists the orgs that these credentials see; any other has to be given as a UUID"
            }
        };
        let candidates = error.candidates();
        Self::from_source(exit, Some(hint.to_owned()), error).candidates(candidates)
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
        let candidates = error.candidates();
        Self::from_source(exit, hint.map(str::to_owned), error).candidates(candidates)
    }
}

impl From<SelectEntryError> for CommandError {
    fn from(error: SelectEntryError) -> Self {
        let exit = match &error {
            SelectEntryError::TooShort(_) => Exit::Usage,
            SelectEntryError::Unknown(_) | SelectEntryError::Ambiguous { .. } => Exit::NotFound,
        };
        let candidates = error.candidates();
        Self::from_source(exit, None, error).candidates(candidates)
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
            | UndoError::OtherTypes { .. } => (
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

impl From<api::Error> for CommandError {
    fn from(error: api::Error) -> Self {
        let exit = match error.kind() {
            // An earlier attempt may be the reason: the next run shows it.
            ErrorKind::Conflict | ErrorKind::NotFound
                if error.is_outcome_unknown() && error.existing_connection().is_none() =>
            {
                Exit::Temporary
            }
            ErrorKind::Network
            | ErrorKind::Timeout
            | ErrorKind::RateLimited
            | ErrorKind::Server
            | ErrorKind::Proxy
            | ErrorKind::IncompleteListing => Exit::Temporary,
            ErrorKind::Unauthenticated | ErrorKind::Forbidden => Exit::Permission,
            ErrorKind::NotFound => Exit::NotFound,
            ErrorKind::Conflict => Exit::Conflict,
            ErrorKind::InvalidKey => Exit::Usage,
            ErrorKind::Interrupted => Exit::Interrupted,
            ErrorKind::Rejected
            | ErrorKind::UnknownPath
            | ErrorKind::Inconclusive
            | ErrorKind::Redirected
            | ErrorKind::Decode
            | ErrorKind::Tls
            | ErrorKind::Setup => Exit::Failure,
        };
        Self::from_source(exit, api_hint(&error), error)
    }
}

fn api_hint(error: &api::Error) -> Option<String> {
    if error.is_outcome_unknown() {
        return Some("check the present state before you try again: orgconn list".to_owned());
    }
    let server = error.server_origin().unwrap_or("--site");
    let hint = match error.kind() {
        ErrorKind::Unauthenticated | ErrorKind::Forbidden => return Some(credentials_hint(error)),
        ErrorKind::Network => return Some(format!("check the network, {server}, and HTTPS_PROXY")),
        ErrorKind::Timeout => "try again, or allow more time with --timeout",
        ErrorKind::RateLimited => "try again later, or allow more time with --timeout",
        ErrorKind::Server => "the service failed: try again later",
        ErrorKind::IncompleteListing => {
            "try again: connections were probably created or deleted during the listing"
        }
        ErrorKind::Redirected => return Some(format!("check {server}")),
        ErrorKind::UnknownPath => {
            return Some(format!(
                "check {server}; the URL of the API must not have a path, such as /api/v2"
            ));
        }
        ErrorKind::Inconclusive => {
            "the answer does not show what was asked for: try again later, or see with orgconn list what became of a change"
        }
        ErrorKind::Decode => return Some(format!("check that {server} leads to Datadog's API")),
        ErrorKind::Tls => {
            return Some(format!(
                "check {server}; if a proxy inspects the traffic, name a file with its certificates in SSL_CERT_FILE"
            ));
        }
        ErrorKind::Setup => {
            "install the system's certificates (the package ca-certificates), or name a file with them in SSL_CERT_FILE"
        }
        ErrorKind::Proxy => "check HTTPS_PROXY, ALL_PROXY and NO_PROXY",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Says why a server refuses credentials. `credentials` is the beginning of the sentence.
pub(crate) fn refused_credentials_hint(credentials: &str, server: &str) -> String {
    format!("{credentials} wrong or revoked, or not of {server}")
}

/// Names the source of the credentials and of the site. Many environments hold several sets of keys, so the wrong ones
/// may have been used.
fn credentials_hint(error: &api::Error) -> String {
    let origin = match error.credentials_origin() {
        Some(origin) => format!("the credentials come from {origin}: they"),
        None => "the credentials".to_owned(),
    };
    let host = error.host().unwrap_or_default();
    let site = match (site_of_host(host), error.server_origin()) {
        (Some(site), _) => {
            format!("the site {site} (another: --site, or `site` of a profile)")
        }
        (None, Some(server)) => format!("the site that {server} leads to"),
        (None, None) => host.to_owned(),
    };
    match error.kind() {
        ErrorKind::Unauthenticated => refused_credentials_hint(&format!("{origin} are"), &site),
        _ => format!(
            "{origin} may not do this (org_connections_read to list, org_connections_write to create, update and \
             delete), are wrong, or are not of {site}; `orgconn auth status` shows what they may do"
        ),
    }
}

/// The site with this API host, if it is a known one.
fn site_of_host(host: &str) -> Option<&str> {
    host.strip_prefix("api.")
        .filter(|site| SITES.contains(site))
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

    #[test]
    fn a_site_is_named_only_where_the_host_is_its_api() {
        assert_eq!(
            site_of_host("api.us3.datadoghq.com"),
            Some("us3.datadoghq.com")
        );
        assert_eq!(site_of_host("datadoghq.eu"), None);
        assert_eq!(site_of_host("api.example.com"), None);
        assert_eq!(site_of_host("127.0.0.1:8080"), None);
    }
}
