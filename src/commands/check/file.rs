use super::{Args, PollInterval};
use crate::app::{App, ChosenAccounts};
use crate::commands::comparison::{self, Comparison, LocatedError, Steps, Target, compare};
use crate::desired::{Location, Step};
use crate::error::{CommandError, Exit, Result};
use crate::model::{ChangeKind, Expectation};
use crate::output::{Annotation, AnnotationLevel, Format, Output, Progress, StepRow};

/// Checks the live connections against the files.
pub(super) async fn run(args: &Args, app: &mut App) -> Result<Exit> {
    app.output.check_listing_or::<StepRow>(&Format::CHECK)?;
    let mut target = match Target::read_files(&args.files, &args.unknown_types, args.exact) {
        Ok(target) => target,
        Err(errors) => return comparison::report_errors(errors, &mut app.output),
    };
    let mut chosen_accounts = target.open_accounts(app).await?;
    if let Err(errors) = target.expand_groups(&mut chosen_accounts, app).await {
        return comparison::report_errors(errors, &mut app.output);
    }
    let progress = app.output.progress("reading the connections", None);
    let polled = poll(args, &target, &chosen_accounts, &progress);
    let compared = progress.during(polled).await;
    match compared {
        Ok(comparison) => show(comparison, &target, args.exact, &mut app.output),
        Err(errors) => comparison::report_errors(errors, &mut app.output),
    }
}

/// Compares, and with `--wait` compares again until nothing differs or the time is over.
async fn poll<'s>(
    args: &Args,
    target: &Target,
    chosen_accounts: &'s ChosenAccounts,
    progress: &Progress,
) -> Result<Comparison<'s>, Vec<LocatedError>> {
    let mut interval = PollInterval::new(args.wait);
    loop {
        let compared = compare(chosen_accounts, target).await;
        let Some(account) = chosen_accounts.accounts().first() else {
            return compared;
        };
        let reason = match &compared {
            Ok(comparison) => match comparison.plan.changes().count() {
                1 => "1 connection is not as wanted".to_owned(),
                count => format!("{count} connections are not as wanted"),
            },
            Err(_) => "the connections could not be read".to_owned(),
        };
        let wait = async {
            if !may_change(&compared) {
                return Ok(false);
            }
            let client = account.client().await?;
            interval.wait(client, &reason, progress).await
        };
        let has_waited = wait.await;
        if !has_waited.map_err(|error: CommandError| vec![error.into()])? {
            return compared;
        }
    }
}

/// Whether the next comparison may have another result: a difference or a temporary failure may pass.
fn may_change(compared: &Result<Comparison<'_>, Vec<LocatedError>>) -> bool {
    let (differs, errors) = match compared {
        Ok(comparison) => (!comparison.plan.is_empty(), &comparison.unknown),
        Err(errors) => (false, errors),
    };
    let is_temporary = |error: &LocatedError| error.error.exit() == Exit::Temporary;
    differs || errors.iter().any(is_temporary)
}

fn show(
    comparison: Comparison<'_>,
    target: &Target,
    is_exact: bool,
    output: &mut Output,
) -> Result<Exit> {
    let rows: Vec<_> = comparison.plan.changes().map(difference).collect();
    let annotations = comparison.plan.changes().zip(&rows);
    let annotations =
        annotations.map(|(step, row)| annotation(row, comparison.plan.location_of(step)));
    let steps = Steps {
        annotations: annotations.collect(),
        rows,
    };
    let counts = comparison.plan.counts();
    let differs = !comparison.plan.is_empty();
    comparison.note_left_out(output);
    if is_exact {
        comparison.note_outside_scope(target, output);
    }
    let is_as_wanted = !differs && comparison.unknown.is_empty();
    let text = match is_as_wanted {
        true => format!(
            "no differences: {}",
            comparison::describe_as_wanted(counts.unchanged)
        ),
        false => format!(
            "{} missing, {} different, {} unwanted, {} as wanted",
            counts.create, counts.update, counts.delete, counts.unchanged
        ),
    };
    let note_counts = |output: &mut Output| output.note(&text);
    let printed = comparison::report_steps(steps, false, comparison.unknown, output, note_counts);
    match printed {
        Ok(Exit::Done) if differs => Ok(Exit::Difference),
        printed => printed,
    }
}

/// The row for a step of the plan. Its result says how the live connection differs from the file.
fn difference(step: &Step) -> StepRow {
    let wanted = || Expectation::SharesExactly(step.types_after());
    let (result, expectation) = match step.kind() {
        Some(ChangeKind::Create) => ("missing", wanted()),
        Some(ChangeKind::Update) => ("differs", wanted()),
        Some(ChangeKind::Delete) => ("unwanted", Expectation::Absent),
        Some(ChangeKind::Access) | None => return StepRow::planned(step),
    };
    StepRow {
        result: Some(result),
        reason: expectation.difference(step.live.as_ref()),
        ..StepRow::planned(step)
    }
}

fn annotation(row: &StepRow, location: Option<Location>) -> Annotation {
    let (source, destination) = (row.source.label(), row.destination.label());
    let reason = row.reason.as_deref().unwrap_or_default();
    Annotation {
        level: AnnotationLevel::Error,
        location,
        title: format!("connection {}", row.result.unwrap_or_default()),
        message: format!("`{source}` to `{destination}` {reason}"),
    }
}
