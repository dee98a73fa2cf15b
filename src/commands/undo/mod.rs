mod plan;

use std::collections::HashMap;
use std::ptr;

use self::plan::{Target, Undo, first_possible, nothing_to_undo};
use super::report::{self, ChangeResult};
use crate::app::{
    Account, App, ChangeSender, MAX_CONCURRENT_ACCOUNTS, MAX_CONCURRENT_CHANGES, run_concurrently,
};
use crate::error::{CommandError, Exit, Result};
use crate::history::{Entries, Entry, SANDBOX_HOST, Selection};
use crate::model::{Change, ChangeKind, OrgLabels};
use crate::output::{ConnectionResult, NOT_ATTEMPTED, Output};

/// Undo the changes of a run
///
/// Takes back the newest run that is not undone: all its changes, in reverse order. So one undo after another goes back
/// in time. With RUN it takes back that run, with ENTRY one change. A change that cannot be taken back does not stop
/// the others, and is reported. A run of which nothing can be taken back is passed over, and named.
///
/// A connection that was changed again since is not touched, and nothing is undone twice. A deleted connection is
/// created again with a new id and another owner, and without its restriction policy. The keys are those of each
/// change's own profile, or of the profile of the org that undoes it, unless others are chosen.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn undo --dry-run
  orgconn undo \"$(orgconn history --limit 1 --columns run --no-header)\" --yes")]
pub(crate) struct Args {
    /// Run or entry of `orgconn history`, or its beginning
    ///
    /// At least 4 characters.
    #[arg(value_name = "RUN|ENTRY")]
    selected: Option<String>,

    /// Show what would be done; change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    app.output.check_listing::<ConnectionResult>()?;
    if app.flags.no_history {
        let message = "undo keeps in the history what it undoes, so that nothing is undone twice";
        return Err(
            CommandError::usage(message).hint("leave out --no-history, and ORGCONN_NO_HISTORY")
        );
    }
    let journal = app.journal()?;
    let targets = select_targets(&args, &journal.entries()?, app)?;
    let must_ask = !args.dry_run && app.must_ask("undoing", "add --yes to undo without asking")?;
    let chosen_accounts = app.candidate_accounts_if(true)?;
    let undo = first_possible(targets, &chosen_accounts, &mut app.output).await;
    if app.is_interrupted() {
        return Err(CommandError::interrupted("nothing was changed"));
    }
    let undo = undo?;
    let must_ask = must_ask && undo.changes().next().is_some();
    show(&undo, must_ask, &mut app.output);
    let senders = open_senders(&undo).await?;
    if args.dry_run {
        let results = preview(undo, &senders).await;
        app.output.note("dry run: nothing was changed");
        return report::print_results(results, &mut app.output);
    }
    if must_ask {
        let question = match undo.changes().count() {
            1 => "Undo this?",
            _ => "Undo these changes?",
        };
        app.ask_confirmation(question, "nothing was changed")?;
    }
    // Until the lock is held, another undo may undo the same entries, so they are read again.
    let lock = journal.lock_undo()?;
    let results = carry_out(undo, &senders, &journal.entries()?).await;
    drop(lock);
    finish(results, &mut app.output)
}

/// The run or entry that the user names. Without a name, all runs that may be undone, the newest first.
///
/// # Errors
/// Fails if there is none, or the history rules out undoing it.
fn select_targets(args: &Args, entries: &Entries, app: &App) -> Result<Vec<Target>> {
    let Some(text) = &args.selected else {
        let runs = entries.runs_to_undo(|origin| app.shows_history_of(origin));
        if runs.is_empty() {
            let is_shown = |entry: &&Entry| app.shows_history_of(&entry.origin);
            let unknown = entries.unknown().filter(is_shown);
            return Err(nothing_to_undo(unknown.map(|entry| &entry.id)));
        }
        let targets = runs.iter().map(|run| Target::of_run(run, entries));
        return Ok(targets.collect());
    };
    let target = match entries.select(text)? {
        Selection::Entry(entry) => {
            require_same_sandbox(entry, app)?;
            entry.check_undoable()?;
            Target::of_entry(entry, entries)
        }
        Selection::Run(mut run) => {
            if let Some(newest) = run.entries.last().copied() {
                require_same_sandbox(newest, app)?;
                run.entries.retain(|entry| entry.check_undoable().is_ok());
                if run.entries.is_empty() {
                    newest.check_undoable()?;
                }
            }
            Target::of_run(&run, entries)
        }
    };
    Ok(vec![target.with_refused()])
}

/// Requires that the entry was made in the sandbox if this run is in it, and outside of it if this run is outside.
fn require_same_sandbox(entry: &Entry, app: &App) -> Result<()> {
    let (message, hint) = match (entry.origin.host == SANDBOX_HOST, app.in_sandbox()) {
        (true, false) => ("was made in the sandbox", "add --sandbox"),
        (false, true) => (
            "was not made in the sandbox",
            "leave out --sandbox, and ORGCONN_SANDBOX",
        ),
        _ => return Ok(()),
    };
    Err(CommandError::usage(format!("{} {message}", entry.id)).hint(hint))
}

/// Shows what will be done. It is part of the question, if there is one.
fn show(undo: &Undo<'_>, must_ask: bool, output: &mut Output) {
    let arrow = output.arrow();
    let mut lines = Vec::new();
    if undo.changes().next().is_some() {
        lines.push(describe(undo));
    }
    for step in &undo.steps {
        let pair = step.entry.describe_pair(&undo.labels, arrow);
        match &step.action {
            Ok(Some((change, _))) => lines.push(describe_change(change, &pair, arrow)),
            Ok(None) => output.note(&format!(
                "{pair} is as it was before {}: nothing to undo",
                step.entry.id
            )),
            // Where nobody is asked, the errors at the end are enough.
            Err(error) if must_ask => lines.push(format!("  left    {pair}  {}", error.message())),
            Err(_) => {}
        }
    }
    for line in lines {
        match must_ask {
            true => output.print_always(&line),
            false => output.note(&line),
        }
    }
    let changes = undo.changes();
    let creates = changes.filter(|(_, change, _)| change.kind() == ChangeKind::Create);
    match creates.count() {
        0 => {}
        1 => output.warn(
            "the connection gets a new id, and the user of these keys as its owner; its restriction policy is not \
             restored",
        ),
        several => output.warn(&format!(
            "{several} connections get new ids, and the users of these keys as their owners; their restriction \
             policies are not restored"
        )),
    }
}

fn describe(undo: &Undo<'_>) -> String {
    let name = &undo.name;
    match undo.steps.as_slice() {
        [] => format!("undoing {name}"),
        [only] => {
            let at = only.entry.minute();
            let entry = only.entry.describe(&undo.labels);
            format!("undoing {name} of {at}: {entry}")
        }
        [newest, ..] => {
            let at = newest.entry.minute();
            let (command, count) = (&newest.entry.command, undo.steps.len());
            format!("undoing {name} of {at}: {command}, {count} changes")
        }
    }
}

fn describe_change(change: &Change, pair: &str, arrow: &str) -> String {
    match change {
        Change::Create { types, .. } => format!("  create  {pair}  {types}"),
        Change::Update { before, types } => {
            let (id, types_before) = (before.id, &before.types);
            format!("  update  {id}  {pair}  {types_before} {arrow} {types}")
        }
        Change::Delete { before } => format!("  delete  {}  {pair}  {}", before.id, before.types),
        Change::Access {
            connection,
            org,
            before,
            after,
        } => {
            let (id, org) = (connection.id, org.label());
            let differences = before.describe_differences(after);
            format!("  access  {id}  {pair}  in `{org}`: {differences}")
        }
    }
}

/// The rows of a dry run, and why each other entry is left, as far as that can be known.
async fn preview(
    undo: Undo<'_>,
    senders: &[(&Account, ChangeSender<'_>)],
) -> Vec<Result<ConnectionResult>> {
    let actions = undo.steps.into_iter().map(|step| step.action);
    let actions = actions.filter_map(Result::transpose);
    let tasks = actions.map(async |action| {
        let (change, account) = action?;
        let mut senders = senders.iter();
        if let Some((_, sender)) = senders.find(|(other, _)| ptr::eq(*other, account)) {
            sender.check(&change).await?;
        }
        Ok(ConnectionResult::planned(&change))
    });
    run_concurrently(tasks, MAX_CONCURRENT_ACCOUNTS).await
}

/// A sender for each account that changes something. All are opened before the first of them changes anything.
///
/// # Errors
/// Fails if the keys of a profile belong to another org than the profile says.
async fn open_senders<'s>(undo: &Undo<'s>) -> Result<Vec<(&'s Account, ChangeSender<'s>)>> {
    let mut senders: Vec<(&Account, ChangeSender<'_>)> = Vec::new();
    for (_, _, account) in undo.changes() {
        let is_open = senders.iter().any(|(other, _)| ptr::eq(*other, account));
        if !is_open {
            senders.push((account, account.change_sender("undo").await?));
        }
    }
    Ok(senders)
}

/// Makes the changes: those of different accounts side by side, those of one account in their order, with the deletes
/// apart from the others, and those of one connection one after the other. `entries` was read under the lock. The results
/// of the steps that are left come last.
async fn carry_out(
    undo: Undo<'_>,
    senders: &[(&Account, ChangeSender<'_>)],
    entries: &Entries,
) -> Vec<ChangeResult> {
    let mut results = Vec::new();
    for stage in stages(&undo) {
        results.extend(carry_out_stage(&stage, senders, entries, &undo.labels).await);
    }
    let left = undo.steps.into_iter().filter_map(|step| step.action.err());
    results.extend(left.map(|error| (Err(error), false)));
    results
}

/// A change that undoes an entry, with the account that makes it.
type PlannedChange<'u, 's> = (&'u Entry, &'u Change, &'s Account);

/// The first change of each pair of orgs, then the second of each, and so on.
fn stages<'u, 's>(undo: &'u Undo<'s>) -> Vec<Vec<PlannedChange<'u, 's>>> {
    let mut stages: Vec<Vec<PlannedChange<'_, '_>>> = Vec::new();
    let mut counts: HashMap<_, usize> = HashMap::new();
    for planned in undo.changes() {
        let (entry, change, _) = planned;
        let source = change.source().or_else(|| entry.source());
        let pair = (source.map(|org| org.id), change.destination().id);
        let count = counts.entry(pair).or_default();
        match stages.get_mut(*count) {
            Some(stage) => stage.push(planned),
            None => stages.push(vec![planned]),
        }
        *count += 1;
    }
    stages
}

async fn carry_out_stage(
    stage: &[PlannedChange<'_, '_>],
    senders: &[(&Account, ChangeSender<'_>)],
    entries: &Entries,
    labels: &OrgLabels,
) -> Vec<ChangeResult> {
    let is_delete = |change: &Change| change.kind() == ChangeKind::Delete;
    let tasks = senders.iter().map(|(account, sender)| {
        let own = stage
            .iter()
            .filter(|(_, _, other)| ptr::eq(*account, *other));
        let own: Vec<_> = own.map(|(entry, change, _)| (*entry, *change)).collect();
        async move {
            let mut results = Vec::with_capacity(own.len());
            for group in own.chunk_by(|(_, one), (_, next)| is_delete(one) == is_delete(next)) {
                let tasks = group.iter();
                let tasks =
                    tasks.map(|(entry, change)| undo_entry(entry, change, sender, entries, labels));
                results.extend(run_concurrently(tasks, MAX_CONCURRENT_CHANGES).await);
            }
            results
        }
    });
    let results = run_concurrently(tasks, MAX_CONCURRENT_ACCOUNTS).await;
    results.into_iter().flatten().collect()
}

/// Makes the change that undoes the entry, unless the entry was undone since it was planned.
async fn undo_entry(
    entry: &Entry,
    change: &Change,
    sender: &ChangeSender<'_>,
    entries: &Entries,
    labels: &OrgLabels,
) -> ChangeResult {
    let now = entries.get(&entry.id).unwrap_or(entry);
    if let Err(error) = now.check_undoable() {
        return (Err(error.into()), false);
    }
    let result = match sender.undo(&entry.id, change).await {
        Ok(effect) => {
            let row = ConnectionResult::made(change, effect.into_connection());
            let replaced = entry.connection_id();
            let replaced = replaced.filter(|_| change.kind() == ChangeKind::Create);
            Ok(row.reason(replaced.map(|old| format!("replaces {old}"))))
        }
        Err(error) if error.is_not_attempted() => Ok(ConnectionResult::not_attempted(change)),
        Err(error) => {
            let subject = entry.describe(labels);
            let context = match error.is_outcome_unknown() {
                true => format!("undoing the {subject}"),
                false => format!("the {subject} was not undone"),
            };
            Err(error.context(context))
        }
    };
    (result, sender.is_interrupted())
}

/// Reports the results, and how much is left of several changes.
fn finish(results: Vec<ChangeResult>, output: &mut Output) -> Result<Exit> {
    let total = results.len();
    let is_undone =
        |(result, _): &&ChangeResult| matches!(result, Ok(row) if row.result != NOT_ATTEMPTED);
    let undone = results.iter().filter(is_undone).count();
    let exit = report::print_changes(results, output)?;
    if total > 1 && undone < total {
        output.note(&format!("{undone} undone, {} left", total - undone));
    }
    Ok(exit)
}
