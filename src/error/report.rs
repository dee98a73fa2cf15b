//! Prints errors with their candidates and hints.

use std::slice;

use clap::error::{ContextKind, ContextValue};

use super::{CommandError, Exit, Result};
use crate::config::{SecretError, hide_key};
use crate::escape::escape_message;
use crate::output::{ErrorRecord, Format, Output, group_messages, log_line};

/// The number of candidates that an error shows.
const MAX_CANDIDATES: usize = 10;

/// Prints errors and their hints to standard error, in their order. Where there are too many of a kind, they are grouped
/// by kind, and only the first of each are shown one by one. A hint that several of them share is shown once.
pub(crate) fn report(errors: &[CommandError], output: &mut Output) {
    let text = |error: &&CommandError| {
        let hints = error.hints.join(" ");
        format!("{} {} {hints}", error.exit.as_str(), error.message())
    };
    let groups = group_messages(errors, text);
    if groups.iter().all(|group| group.hidden == 0) {
        return print_errors(&errors.iter().collect::<Vec<_>>(), 0, output);
    }
    for group in groups {
        print_errors(&group.shown, group.hidden, output);
    }
}

/// Prints errors, each hint after the last of those that have it.
fn print_errors(errors: &[&CommandError], hidden: usize, output: &mut Output) {
    for (error, count) in errors.iter().zip(1..) {
        // An error about a secret names its profile itself.
        let names_profile = error.downcast_ref::<SecretError>().is_some();
        let profile = error.profile.iter().filter(|_| !names_profile);
        let profile: String = profile
            .map(|profile| format!("profile {profile}: "))
            .collect();
        let end = if error.candidates.is_empty() { "" } else { ":" };
        output.error(&format!("{profile}{}{end}", error.heading()));
        print_candidates(&error.candidates, output);
        if count == errors.len() && hidden > 0 {
            output.error(&format!(
                "{hidden} more of this kind; -o json lists them all"
            ));
        }
        let mut later = errors[count..].iter();
        if later.all(|later| later.hints != error.hints) {
            error.hints.iter().for_each(|hint| output.hint(hint));
        }
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
