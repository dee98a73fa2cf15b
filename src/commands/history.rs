use anyhow::Result;

use super::report;
use crate::context::Context;
use crate::error::Exit;
use crate::history::{Entry, History, Outcome, Unreadable};
use crate::output::{HistoryRow, Output};

/// List the changes that this machine made, the newest first
///
/// Every create, update and delete is written down before it is sent and after it is answered; one without an answer
/// is `unknown`. With --profile, only what was changed with it. The sandbox has a history of its own.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "Examples:
  orgconn history --limit 10
  orgconn history -o csv > changes.csv")]
pub(crate) struct Args {
    /// At most this many of the newest changes
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit> {
    context.output.check::<HistoryRow>()?;
    let history = context.journal()?.entries()?;
    let rows = history
        .entries()
        .iter()
        .rev()
        .filter(|entry| context.is_about(&entry.origin))
        .take(args.limit.unwrap_or(usize::MAX))
        .map(|entry| Ok(row(entry)))
        .collect();
    let exit = report::finish(rows, &mut context.output)?;
    warn_of_unreadable(&history, &mut context.output);
    Ok(exit)
}

fn warn_of_unreadable(history: &History, output: &mut Output) {
    for unreadable in history.unreadable() {
        let Unreadable { line, reason } = unreadable;
        output.warn(&format!("line {line} of the history was skipped: {reason}"));
    }
}

fn row(entry: &Entry) -> HistoryRow {
    let subject = entry.subject();
    let wanted = entry.action.wanted();
    let answered = entry.answer().filter(|answer| !answer.types.is_empty());
    HistoryRow {
        entry: entry.id.to_string(),
        at: entry.at,
        operation: entry.action.operation().as_str(),
        command: entry.command.to_string(),
        result: result(entry),
        reason: reason(entry),
        http_status: match entry.outcome {
            Outcome::Failed { http_status, .. } => http_status,
            _ => None,
        },
        connection_id: subject.id.clone(),
        source: subject.source.clone(),
        destination: subject.destination.clone(),
        before: entry.action.before().map(|before| before.types.clone()),
        after: answered
            .or(wanted.as_ref())
            .map(|after| after.types.clone()),
        profile: entry.origin.profile.clone(),
        host: entry.origin.host.to_string(),
        undoes: entry.undoes.as_ref().map(ToString::to_string),
        undone_by: entry.undone_by.as_ref().map(ToString::to_string),
    }
}

fn result(entry: &Entry) -> &'static str {
    match &entry.outcome {
        _ if entry.undone_by.is_some() => "undone",
        Outcome::Done { .. } => "done",
        Outcome::Failed { .. } => "failed",
        Outcome::Unknown { .. } => "unknown",
    }
}

fn reason(entry: &Entry) -> Option<String> {
    match &entry.outcome {
        Outcome::Failed { message, .. }
        | Outcome::Unknown {
            message: Some(message),
            ..
        } => Some(message.to_string()),
        Outcome::Unknown { message: None, .. } => {
            Some("the run ended before the answer came".to_owned())
        }
        Outcome::Done { .. } => {
            let undone = entry.undone_by.as_ref().map(|by| format!("undone by {by}"));
            undone.or_else(|| {
                entry
                    .undoes
                    .as_ref()
                    .map(|undone| format!("undoes {undone}"))
            })
        }
    }
}
