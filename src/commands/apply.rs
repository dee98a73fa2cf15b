use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::PathBuf;

use uuid::Uuid;

use super::comparison::{self, Comparison, FileArgs, LocatedError, Target, compare};
use super::impact_check::ImpactCheck;
use super::report::{self, ChangeProgress, Interruption};
use super::shared_flags::OwnerRule;
use crate::app::{
    App, ChangeSender, ChosenAccounts, Effect, MAX_CONCURRENT_ACCOUNTS, MAX_CONCURRENT_CHANGES,
    run_concurrently,
};
use crate::desired::{Plan, Step};
use crate::error::{CommandError, Exit, Result};
use crate::model::{Change, ChangeKind, Connection, OrgRef};
use crate::output::{NOT_ATTEMPTED, Output, Progress, StepRow};

/// Bring the live connections to a file's state, or carry out a plan
///
/// Shows the plan and asks, unless --yes is given. Then the live state is read again: if it has changed since, nothing
/// is done. A step that fails does not stop the others. Running it again after a failure or an interruption is safe.
/// Where nobody can be asked and --yes is not given, the plan is shown, and the exit code is 0 if there is nothing to
/// do, else 2.
#[derive(clap::Args, Debug)]
#[command(override_usage = "orgconn apply [OPTIONS] --file <FILE>
       orgconn apply [OPTIONS] <PLAN>")]
#[command(group = clap::ArgGroup::new("target").required(true).args(["files", "plan"]))]
#[command(
    before_help = "  orgconn apply -f orgconn.yaml --prune --max-deletes 5 --yes
  orgconn plan -f orgconn.yaml --out plan.json && orgconn apply plan.json --yes"
)]
pub(crate) struct Args {
    /// Plan that `orgconn plan --out` saved
    ///
    /// Its very steps are made, or none if the live state has changed since.
    #[arg(value_name = "PLAN", conflicts_with_all = ["prune", "allow_unknown_type"])]
    plan: Option<PathBuf>,

    #[command(flatten)]
    files: FileArgs,

    /// Refuse a plan with more deletes than this
    #[arg(long, value_name = "N")]
    max_deletes: Option<usize>,

    #[command(flatten)]
    owner: OwnerRule,

    /// Show the plan; change nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    impact: ImpactCheck,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    app.output.check_listing::<StepRow>()?;
    let mut target = match &args.plan {
        Some(path) => Target::read_plan(path)?,
        None => match args.files.read() {
            Ok(target) => target,
            Err(errors) => return comparison::report_errors(errors, &mut app.output),
        },
    };
    let mut chosen_accounts = target.open_accounts(app).await?;
    if let Err(errors) = target.expand_groups(&mut chosen_accounts, app).await {
        return comparison::report_errors(errors, &mut app.output);
    }
    let shown = match compare_all(&target, &chosen_accounts, &app.output).await {
        Ok(comparison) => comparison,
        Err(_) if app.is_interrupted() => {
            return Err(CommandError::interrupted("nothing was changed"));
        }
        Err(errors) => return comparison::report_errors(errors, &mut app.output),
    };
    let refused = shown.check_owners(args.owner.require_service_account).await;
    if !refused.is_empty() {
        return comparison::report_errors(refused, &mut app.output);
    }
    shown.print_warnings(&mut app.output).await;
    let senders = open_senders(&shown).await?;
    let mut refusal = refuse(&shown.plan, &args, app);
    if refusal.is_none() {
        let deleted = deleted_connections(&shown.plan);
        let checking = args.impact.check(&deleted, &chosen_accounts, &app.output);
        refusal = checking.await.err();
    }
    if args.dry_run || refusal.is_some() || shown.plan.is_empty() {
        let mut errors = Vec::from_iter(refusal.map(LocatedError::from));
        if args.dry_run && errors.is_empty() {
            errors.extend(check(&shown, &senders).await);
        }
        let note_counts = |output: &mut Output| shown.note_counts(&target, true, output);
        let exit =
            comparison::report_steps(shown.steps(), false, errors, &mut app.output, note_counts)?;
        if args.dry_run {
            app.output.note("dry run: nothing was changed");
        }
        return Ok(exit);
    }
    // With --yes a terminal gets each change once: with its result.
    if !(app.flags.yes && app.output.prefers_diff()) {
        app.output.show_diff(&shown.steps().rows, !app.flags.yes);
    }
    shown.note_counts(&target, true, &mut app.output);
    if !app.flags.yes {
        let question = match shown.plan.changes().count() {
            1 => "Make this change?",
            _ => "Make these changes?",
        };
        if shown.plan.counts().delete > 0 {
            args.impact.offer(&mut app.output);
        }
        app.ask_confirmation(question, "nothing was changed")?;
    }
    let now = match compare_all(&target, &chosen_accounts, &app.output).await {
        Ok(comparison) => comparison,
        Err(_) if app.is_interrupted() => {
            return Err(CommandError::interrupted("nothing was changed"));
        }
        Err(errors) => return comparison::report_errors(errors, &mut app.output),
    };
    let moved = differences(&now.plan, &shown.plan);
    if !moved.is_empty() {
        return comparison::report_errors(moved, &mut app.output);
    }
    let count = now.plan.changes().count() as u64;
    let progress = app.output.progress("changing connections", Some(count));
    let report = progress.during(carry_out(&now, &senders, &progress)).await;
    report.finish(&mut app.output)
}

/// The connections that the plan deletes.
fn deleted_connections(plan: &Plan) -> Vec<&Connection> {
    let changes = plan.changes().filter_map(|step| step.change.as_ref());
    let deleted = changes.filter_map(|change| match change {
        Change::Delete { before } => Some(before),
        _ => None,
    });
    deleted.collect()
}

/// Why the plan is shown but not carried out, if there is a reason.
fn refuse(plan: &Plan, args: &Args, app: &App) -> Option<CommandError> {
    let deletes = plan.counts().delete;
    if let Some(most) = args.max_deletes
        && deletes > most
    {
        let connections = if deletes == 1 {
            "1 connection"
        } else {
            &format!("{deletes} connections")
        };
        let message = format!("the plan deletes {connections}, and --max-deletes allows {most}");
        return Some(CommandError::usage(message).hint("nothing was changed"));
    }
    if args.dry_run || plan.is_empty() {
        return None;
    }
    let hint = "add --yes to apply without asking";
    app.must_ask("applying", hint).err()
}

/// Compares the live state with the target. All of the live state must be known: in an account that could not be read, a
/// name may belong to another org, and a connection may exist already.
async fn compare_all<'s>(
    target: &Target,
    chosen_accounts: &'s ChosenAccounts,
    output: &Output,
) -> Result<Comparison<'s>, Vec<LocatedError>> {
    let progress = output.progress("reading the connections", None);
    let compared = progress.during(compare(chosen_accounts, target)).await;
    let mut comparison = compared?;
    let mut errors = std::mem::take(&mut comparison.unknown);
    errors.extend(comparison.changes_without_account());
    if let Target::Plan(saved) = target {
        errors.extend(differences(&comparison.plan, saved));
    }
    match errors.is_empty() {
        true => Ok(comparison),
        false => Err(errors),
    }
}

/// The change sender for each org whose credentials the plan requires. All accounts are checked before the first of them
/// changes something.
///
/// # Errors
/// Fails if the keys of a profile belong to another org than the profile says.
async fn open_senders<'s>(comparison: &Comparison<'s>) -> Result<HashMap<Uuid, ChangeSender<'s>>> {
    let mut senders = HashMap::new();
    let steps = comparison.plan.changes();
    for (account, org) in steps.filter_map(|step| comparison.account_for(step)) {
        if let Entry::Vacant(place) = senders.entry(org.id) {
            place.insert(account.change_sender("apply").await?);
        }
    }
    Ok(senders)
}

/// Checks what a dry run can know about the service's answers. Returns an error for each step that would fail.
async fn check(
    comparison: &Comparison<'_>,
    senders: &HashMap<Uuid, ChangeSender<'_>>,
) -> Vec<LocatedError> {
    let steps = comparison.plan.changes();
    let tasks = steps.map(|step| async move {
        let change = step.change.as_ref()?;
        let (_, org) = comparison.account_for(step)?;
        let error = senders.get(&org.id)?.check(change).await.err()?;
        Some(LocatedError {
            location: comparison.plan.location_of(step),
            error: error.for_profile(step.profile.as_deref()),
        })
    });
    let errors = run_concurrently(tasks, MAX_CONCURRENT_CHANGES).await;
    errors.into_iter().flatten().collect()
}

/// The differences between the plan that was shown and the plan as it is now, as errors.
fn differences(now: &Plan, shown: &Plan) -> Vec<LocatedError> {
    let differences = now.differences_from(shown).into_iter();
    let errors = differences.map(|difference| CommandError::new(Exit::Conflict, difference));
    let mut errors: Vec<_> = errors.collect();
    if let Some(last) = errors.pop() {
        errors.push(last.hint("nothing was changed: review the new plan, and apply that"));
    }
    errors.into_iter().map(LocatedError::from).collect()
}

/// The result of a step in words.
const DONE: &str = "done";
/// Somebody else made the change in the meantime.
const UNCHANGED: &str = "unchanged";
const FAILED: &str = "failed";
const UNKNOWN: &str = "unknown";

/// The results of a plan: all steps in their order, and the failures among them.
#[derive(Default)]
struct ApplyReport {
    rows: Vec<StepRow>,
    failures: Vec<CommandError>,
    /// The changes that were made, as `created ID`.
    made: Vec<String>,
    interruption: Interruption,
}

/// A step's row, its error if it failed, and whether its result came after the command was interrupted.
type StepResult = (StepRow, Option<CommandError>, bool);

/// Carries out the steps: those of different source orgs side by side, those of one org in the plan's order. A step
/// that fails does not stop the others. After an interruption nothing more is started.
async fn carry_out(
    comparison: &Comparison<'_>,
    senders: &HashMap<Uuid, ChangeSender<'_>>,
    progress: &Progress,
) -> ApplyReport {
    let steps = comparison.plan.steps();
    let orgs = steps.chunk_by(|step, next| step.source.id == next.source.id);
    let tasks = orgs.map(|steps| async move {
        let is_delete = |step: &Step| step.kind() == Some(ChangeKind::Delete);
        let mut results = Vec::with_capacity(steps.len());
        // Deletes wait for the steps before them in the plan, and the steps after them wait for the deletes.
        for group in steps.chunk_by(|step, next| is_delete(step) == is_delete(next)) {
            let tasks = group.iter().map(|step| async move {
                let result = carry_out_step(step, comparison, senders).await;
                progress.advance(u64::from(step.change.is_some()));
                result
            });
            results.extend(run_concurrently(tasks, MAX_CONCURRENT_CHANGES).await);
        }
        results
    });
    let results = run_concurrently(tasks, MAX_CONCURRENT_ACCOUNTS).await;
    let mut report = ApplyReport::default();
    for (step, (row, failure, is_late)) in steps.iter().zip(results.into_iter().flatten()) {
        if let Some(result) = row.result {
            let interruption = &mut report.interruption;
            let progress = match result {
                DONE | UNCHANGED => ChangeProgress::Done,
                UNKNOWN => ChangeProgress::Unknown,
                NOT_ATTEMPTED => ChangeProgress::NotAttempted,
                _ => ChangeProgress::Failed,
            };
            interruption.count(progress, is_late);
        }
        if let (Some(DONE), Some(kind), Some(id)) = (row.result, step.kind(), row.id) {
            report.made.push(format!("{} {id}", kind.past_tense()));
        }
        report.rows.push(row);
        report.failures.extend(failure);
    }
    report
}

async fn carry_out_step(
    step: &Step,
    comparison: &Comparison<'_>,
    senders: &HashMap<Uuid, ChangeSender<'_>>,
) -> StepResult {
    let mut row = StepRow::planned(step);
    let Some(change) = &step.change else {
        return (row, None, false);
    };
    let account = comparison.account_for(step);
    let Some(sender) = account.and_then(|(_, org)| senders.get(&org.id)) else {
        return (row, None, false);
    };
    let made = apply_change(change, sender).await;
    let is_late = sender.is_interrupted();
    match made {
        Ok(Effect::Made(connection)) => {
            row.result = Some(DONE);
            row.id = Some(connection.id);
            (row, None, is_late)
        }
        Ok(Effect::NotNeeded(connection)) => {
            row.result = Some(UNCHANGED);
            row.reason = Some("somebody else made this change".to_owned());
            row.id = Some(connection.id);
            (row, None, is_late)
        }
        Err(error) if error.is_not_attempted() => {
            row.result = Some(NOT_ATTEMPTED);
            (row, None, is_late)
        }
        Err(error) => {
            let is_unknown = error.is_outcome_unknown();
            row.result = Some(if is_unknown { UNKNOWN } else { FAILED });
            row.reason = Some(error.message());
            let error = error.for_profile(step.profile.as_deref());
            (row, Some(error), is_late)
        }
    }
}

/// Makes the change, unless somebody else made exactly the same change in the meantime.
async fn apply_change(change: &Change, sender: &ChangeSender<'_>) -> Result<Effect> {
    let made = sender.ensure(change).await;
    match change {
        Change::Create { source, .. } => made.map_err(|error| {
            let source = source.as_ref().map(OrgRef::label).unwrap_or_default();
            error.context(format!("from `{source}`"))
        }),
        _ => made,
    }
}

impl ApplyReport {
    fn count(&self, result: &str) -> usize {
        let rows = self.rows.iter();
        rows.filter(|row| row.result == Some(result)).count()
    }

    /// Shows the steps, prints how many of them have each result, and reports the failures and an interruption.
    fn finish(mut self, output: &mut Output) -> Result<Exit> {
        let interruption = std::mem::take(&mut self.interruption);
        let interrupted = interruption.into_error();
        self.failures
            .extend(interrupted.map(|error| error.hint("run it again to continue")));
        let done = self.count(DONE);
        let mut summary = format!("{done} done, {} failed", self.count(FAILED));
        let unchanged = self.count(UNCHANGED);
        for result in [UNCHANGED, UNKNOWN, NOT_ATTEMPTED] {
            let count = self.count(result);
            if count > 0 {
                summary.push_str(&format!(", {count} {result}"));
            }
        }
        let failures = self.failures.into_iter().map(LocatedError::from);
        let reported = comparison::report_steps(
            self.rows.into(),
            done + unchanged > 0,
            failures.collect(),
            output,
            |output| output.note(&summary),
        );
        reported.map_err(|error| report::explain_unwritten(error, &self.made))
    }
}
