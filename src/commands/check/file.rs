use std::path::Path;

use super::{Args, PollInterval};
use crate::app::{App, ChosenAccounts};
use crate::commands::comparison::{self, Comparison, LocatedError, compare, read_file};
use crate::commands::report;
use crate::desired::{DesiredFile, Location, Step};
use crate::error::{CommandError, Exit, Result};
use crate::model::{ChangeKind, Expectation};
use crate::output::{Annotation, Format, Output, StepRow};

/// Checks the live connections against the file at `path`.
pub(super) async fn run(path: &Path, args: &Args, app: &mut App) -> Result<Exit> {
    app.output.check_listing_or::<StepRow>(&[Format::Github])?;
    let file = match read_file(path, &args.unknown_types) {
        Ok(file) => file,
        Err(errors) => return report_errors(errors, &mut app.output),
    };
    let chosen_accounts = app.chosen_accounts()?;
    let progress = app.output.progress("reading the connections", None);
    let compared = progress.during(poll(args, &file, &chosen_accounts)).await;
    match compared {
        Ok(comparison) => show(comparison, &file, &mut app.output),
        Err(errors) => report_errors(errors, &mut app.output),
    }
}

/// Compares, and with `--wait` compares again until nothing differs or the time is over.
async fn poll<'s>(
    args: &Args,
    file: &DesiredFile,
    chosen_accounts: &'s ChosenAccounts,
) -> Result<Comparison<'s>, Vec<LocatedError>> {
    let mut interval = PollInterval::new(args.wait);
    loop {
        let compared = compare(chosen_accounts, file, args.exact).await;
        let delay = match may_change(&compared) {
            true => interval.next(),
            false => None,
        };
        let (Some(delay), Some(account)) = (delay, chosen_accounts.accounts().first()) else {
            return compared;
        };
        let wait = async { Ok(account.client().await?.sleep(delay).await?) };
        wait.await
            .map_err(|error: CommandError| vec![error.into()])?;
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

/// Reports errors where nothing could be compared.
fn report_errors(errors: Vec<LocatedError>, output: &mut Output) -> Result<Exit> {
    if output.format() != Format::Github {
        return comparison::report_errors(errors, output);
    }
    let annotations: Vec<_> = errors.iter().map(annotation_of_error).collect();
    let errors = comparison::into_errors(errors);
    report::print_and_exit(false, &errors, output, |_, output| {
        Ok(output.annotate(annotations)?)
    })
}

fn show(comparison: Comparison<'_>, file: &DesiredFile, output: &mut Output) -> Result<Exit> {
    let is_any_live_state_known = comparison.is_any_live_state_known();
    let steps = comparison.plan.changes();
    let differences: Vec<_> = steps
        .map(|step| (difference(step), comparison.location(step, file)))
        .collect();
    let counts = comparison.plan.counts();
    let differs = !differences.is_empty();
    let printed = if output.format() == Format::Github {
        let differences = differences.into_iter().map(annotation_of_difference);
        let errors = comparison.unknown.iter().map(annotation_of_error);
        let annotations: Vec<_> = differences.chain(errors).collect();
        let errors = comparison::into_errors(comparison.unknown);
        report::print_and_exit(is_any_live_state_known, &errors, output, |_, output| {
            Ok(output.annotate(annotations)?)
        })
    } else {
        let rows = differences.into_iter().map(|(row, _)| row).collect();
        let errors = comparison::into_errors(comparison.unknown);
        comparison::report_steps(rows, is_any_live_state_known, &errors, output)
    };
    output.note(&format!(
        "{} missing, {} different, {} unwanted, {} as wanted",
        counts.create, counts.update, counts.delete, counts.unchanged
    ));
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
        None => return StepRow::planned(step),
    };
    StepRow {
        result: Some(result),
        reason: expectation.difference(step.live.as_ref()),
        ..StepRow::planned(step)
    }
}

fn annotation_of_difference((row, location): (StepRow, Option<Location>)) -> Annotation {
    let (source, destination) = (row.source.label(), row.destination.label());
    let reason = row.reason.as_deref().unwrap_or_default();
    Annotation {
        location,
        title: format!("connection {}", row.result.unwrap_or_default()),
        message: format!("`{source}` to `{destination}` {reason}"),
    }
}

fn annotation_of_error(error: &LocatedError) -> Annotation {
    let message = error.error.message();
    let is_located = error
        .location
        .as_ref()
        .is_some_and(|location| location.file.path().is_some());
    // GitHub shows the location in a file itself. For standard input it cannot, so the message has the location.
    let message = match &error.location {
        Some(location) if !is_located => format!("{location}: {message}"),
        _ => message,
    };
    Annotation {
        location: error.location.clone(),
        title: format!("orgconn: {}", error.error.exit().as_str()),
        message: match error.error.profile() {
            Some(profile) => format!("profile {profile}: {message}"),
            None => message,
        },
    }
}
