use std::collections::HashMap;

use super::report;
use crate::app::App;
use crate::error::{Exit, Result};
use crate::history::{Entry, EntryId, Outcome, RunId};
use crate::model::Change;
use crate::output::HistoryRow;

/// List the changes that this machine made, the newest first
///
/// Every create, update and delete is recorded before it is sent and after its answer; one without an answer is
/// `unknown`. The changes of one command are a run and stand together. With --profile, only the changes made with it.
/// The sandbox has a history of its own.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn history --limit 10
  orgconn history -o csv > changes.csv")]
pub(crate) struct Args {
    /// At most this many of the newest changes
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

pub(crate) fn run(args: Args, app: &mut App) -> Result<Exit> {
    app.output.check_listing::<HistoryRow>()?;
    let entries = app.journal()?.entries()?;
    let runs = entries.runs(|entry| app.shows_history_of(&entry.origin));
    let shown = runs.iter().flat_map(|run| &run.entries);
    let run_of: HashMap<_, _> = shown.map(|entry| (&entry.id, &entry.run)).collect();
    let rows = runs
        .iter()
        .rev()
        .flat_map(|run| run.entries.iter().rev())
        .take(args.limit.unwrap_or(usize::MAX))
        .map(|entry| row(entry, &run_of))
        .collect();
    let exit = report::print_rows(rows, true, &[], &mut app.output)?;
    for line in entries.unreadable() {
        app.output.warn(&line.to_string());
    }
    Ok(exit)
}

/// The row of an entry. `run_of` has the run of each entry, so that a reason can name it.
fn row(entry: &Entry, run_of: &HashMap<&EntryId, &RunId>) -> HistoryRow {
    let answered = entry.answer().map(|answer| answer.types.clone());
    let answered = answered.filter(|types| !types.is_empty());
    let (result, reason) = result_and_reason(entry, run_of);
    HistoryRow {
        run: entry.run.to_string(),
        entry: entry.id.to_string(),
        at: entry.at,
        operation: entry.change.kind().as_str(),
        command: entry.command.clone(),
        result,
        reason,
        http_status: match entry.outcome {
            Outcome::Failed { http_status, .. } => http_status,
            _ => None,
        },
        connection_id: entry.connection_id(),
        source: entry.source().cloned(),
        destination: entry.destination().clone(),
        before: match &entry.change {
            Change::Access { .. } => None,
            change => change
                .connection_before()
                .map(|before| before.types.clone()),
        },
        after: match &entry.change {
            Change::Access { .. } => None,
            change => {
                answered.or_else(|| Some(change.types_after()).filter(|types| !types.is_empty()))
            }
        },
        profile: entry.origin.profile.clone(),
        host: entry.origin.host.clone(),
        undoes: entry.undoes.as_ref().map(ToString::to_string),
        undone_by: entry.undone_by.as_ref().map(ToString::to_string),
    }
}

/// How a change of a restriction policy differs from the one before; `None` for any other change.
fn describe_access(change: &Change) -> Option<String> {
    let Change::Access {
        org, before, after, ..
    } = change
    else {
        return None;
    };
    let differences = before.describe_differences(after);
    Some(format!("in `{}`: {differences}", org.label()))
}

/// The result of the change in one word, and the reason, where it is not obvious. It names a run, as the table does.
fn result_and_reason(
    entry: &Entry,
    run_of: &HashMap<&EntryId, &RunId>,
) -> (&'static str, Option<String>) {
    let run = |id: &EntryId| {
        let run = run_of.get(id);
        run.map_or_else(|| id.to_string(), |run| format!("the run {run}"))
    };
    let (result, reason) = match &entry.outcome {
        Outcome::Done { .. } => {
            let undone_by = entry
                .undone_by
                .as_ref()
                .map(|by| format!("undone by {}", run(by)));
            let undoes = || {
                entry
                    .undoes
                    .as_ref()
                    .map(|other| format!("undoes {}", run(other)))
            };
            let access = || describe_access(&entry.change);
            ("done", undone_by.or_else(undoes).or_else(access))
        }
        Outcome::Unchanged { message } => ("unchanged", Some(message.clone())),
        Outcome::Failed { message, .. } => ("failed", Some(message.clone())),
        Outcome::Unknown { message } => {
            let message = message.clone();
            let killed = || "the run ended before the answer".to_owned();
            ("unknown", Some(message.unwrap_or_else(killed)))
        }
    };
    match entry.undone_by {
        Some(_) => ("undone", reason),
        None => (result, reason),
    }
}
