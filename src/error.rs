//! How the program ends: what went wrong, its exit code, what to do about it. The only place that prints an error.

mod exit;
mod hint;

use std::io;

use anyhow::Error;

use crate::history::{HistoryError, SelectEntryError, StoreError, UndoError};
use crate::output::{ErrorView, Format, Output};
use crate::topology::{ResolveOrgError, SelectConnectionError};
use crate::{api, config, output};

pub(crate) use exit::Exit;

/// Something that a command itself finds wrong, with what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
    hint: Option<String>,
    #[source]
    cause: Option<Error>,
}

impl Failure {
    /// A failure that ends with `exit`; `message` is a lowercase fragment.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            hint: None,
            cause: None,
        }
    }

    /// Wrong or missing arguments.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Adds what to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the error that it comes from.
    pub(crate) fn caused_by(mut self, cause: impl Into<Error>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

/// An error that has been reported already, in the output's own way: only its exit code is left to be given.
#[derive(Debug, thiserror::Error)]
#[error("already reported")]
struct Reported(Exit);

/// The exit code that an error stands for.
pub(crate) fn exit(error: &Error) -> Exit {
    error
        .chain()
        .find_map(exit_of_cause)
        .unwrap_or(Exit::Failure)
}

fn exit_of_cause(cause: &(dyn std::error::Error + 'static)) -> Option<Exit> {
    if let Some(failure) = cause.downcast_ref::<Failure>() {
        return Some(failure.exit);
    }
    if let Some(Reported(exit)) = cause.downcast_ref::<Reported>() {
        return Some(*exit);
    }
    if let Some(error) = cause.downcast_ref::<api::Error>() {
        return Some(error.kind().into());
    }
    if let Some(error) = cause.downcast_ref::<io::Error>() {
        return (error.kind() == io::ErrorKind::Interrupted).then_some(Exit::Interrupted);
    }
    if cause.is::<ResolveOrgError>() {
        return Some(Exit::NotFound);
    }
    if let Some(error) = cause.downcast_ref::<SelectConnectionError>() {
        return Some(match error {
            SelectConnectionError::TooShort(_) => Exit::Usage,
            _ => Exit::NotFound,
        });
    }
    if let Some(exit) = exit_of_history(cause) {
        return Some(exit);
    }
    if is_configuration(cause) || cause.is::<output::OutputError>() {
        return Some(Exit::Usage);
    }
    None
}

fn exit_of_history(cause: &(dyn std::error::Error + 'static)) -> Option<Exit> {
    if let Some(error) = cause.downcast_ref::<SelectEntryError>() {
        return Some(match error {
            SelectEntryError::TooShort(_) => Exit::Usage,
            SelectEntryError::Unknown(_) | SelectEntryError::Ambiguous { .. } => Exit::NotFound,
        });
    }
    match cause.downcast_ref::<HistoryError>() {
        Some(HistoryError::StateDirectory { .. }) => return Some(Exit::Usage),
        Some(HistoryError::Undo(error)) => return Some(exit_of_undo(error)),
        _ => {}
    }
    if let Some(StoreError::Locked { .. }) = cause.downcast_ref() {
        return Some(Exit::Temporary);
    }
    cause.downcast_ref().map(exit_of_undo)
}

fn exit_of_undo(error: &UndoError) -> Exit {
    match error {
        UndoError::NeverDone { .. } | UndoError::OtherHost { .. } => Exit::Usage,
        UndoError::AlreadyUndone { .. }
        | UndoError::Unclear { .. }
        | UndoError::Gone { .. }
        | UndoError::Replaced { .. }
        | UndoError::Moved { .. } => Exit::Conflict,
    }
}

fn is_configuration(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.is::<config::ConfigError>()
        || cause.is::<config::EnvironmentError>()
        || cause.is::<config::FileError>()
        || cause.is::<config::StoreError>()
        || cause.is::<config::UnknownProfile>()
        || cause.is::<config::SecretError>()
        || cause.is::<api::EndpointError>()
}

/// Says of a question that got no answer what that means: one left with Ctrl-C ends the command.
pub(crate) fn unanswered(error: io::Error, outcome: &str) -> Error {
    match error.kind() {
        io::ErrorKind::Interrupted => {
            Failure::new(Exit::Interrupted, format!("interrupted; {outcome}")).into()
        }
        _ => error.into(),
    }
}

/// Whether a connection was looked for and is not there.
pub(crate) fn is_unknown_connection(error: &Error) -> bool {
    matches!(
        error.downcast_ref(),
        Some(SelectConnectionError::Unknown(_))
    )
}

/// Whether a write was sent, and nobody knows what became of it.
pub(crate) fn is_outcome_unknown(error: &Error) -> bool {
    error
        .downcast_ref::<api::Error>()
        .is_some_and(api::Error::outcome_unknown)
}

/// The error as data, for the `errors` of the output.
pub(crate) fn view(error: &Error, profile: Option<&str>) -> ErrorView {
    ErrorView {
        profile: profile.map(ToOwned::to_owned),
        kind: exit(error).as_str().to_owned(),
        message: message(error),
        http_status: error
            .chain()
            .find_map(|cause| cause.downcast_ref::<api::Error>()?.http_status()),
        hint: hint::of(error),
    }
}

/// The whole chain of causes in one line.
fn message(error: &Error) -> String {
    format!("{error:#}")
}

/// Says on standard error what went wrong, and what to do about it.
pub(crate) fn report(error: &Error, profile: Option<&str>, output: &mut Output) {
    let message = message(error);
    match profile {
        Some(profile) => output.error(&format!("profile {profile}: {message}")),
        None if lists_mistakes(error) => message.lines().for_each(|line| output.error(line)),
        None => output.error(&message),
    }
    if let Some(hint) = hint::of(error) {
        output.hint(&hint);
    }
}

/// Whether each line of the message is a mistake of its own in the configuration file. It repeats nothing of the file,
/// so no line break in there comes from outside; in any other message one may, and is shown escaped.
fn lists_mistakes(error: &Error) -> bool {
    error.chain().any(|cause| cause.is::<config::FileError>())
}

/// Reports an error that ended a listing whose rows were closed with it already.
pub(crate) fn reported(error: Error, output: &mut Output) -> Error {
    let exit = exit(&error);
    report(&error, None, output);
    Reported(exit).into()
}

/// Ends the command: reports what is not reported yet, and gives the exit code.
pub(crate) fn conclude(outcome: anyhow::Result<Exit>, output: &mut Output) -> Exit {
    let error = match outcome {
        Ok(exit) => return exit,
        Err(error) => error,
    };
    if is_closed_pipe(&error) {
        return Exit::Done;
    }
    if error.is::<Reported>() {
        return exit(&error);
    }
    if matches!(output.format(), Format::Json | Format::Yaml) && !output.wrote_anything() {
        // A reader of the envelope gets one in any case. If it cannot be written, the report below still can.
        let _ = output.only_errors(&[view(&error, None)]);
    }
    report(&error, None, output);
    exit(&error)
}

/// Whether the reader of standard output went away, which is not an error.
fn is_closed_pipe(error: &Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// Prints what clap says: help and version to standard output, a refusal to standard error. A reader of the envelope
/// gets one for a refusal too.
pub(crate) fn report_usage(refusal: &clap::Error, output: impl FnOnce() -> Output) -> Exit {
    let is_refusal = refusal.use_stderr();
    if is_refusal {
        // If it cannot be written, the refusal below still can.
        let _ = output().only_errors(&[view_usage(refusal)]);
    }
    // Nobody is left to tell if the stream is gone.
    let _ = refusal.print();
    if is_refusal { Exit::Usage } else { Exit::Done }
}

/// The first paragraph of what clap says, in one line: the rest is advice for people.
fn view_usage(refusal: &clap::Error) -> ErrorView {
    let text = refusal.render().to_string();
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let lines: Vec<_> = paragraph.lines().map(str::trim).collect();
    let message = lines.join(" ");
    ErrorView {
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
