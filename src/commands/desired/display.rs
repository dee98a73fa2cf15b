use anyhow::Result;

use crate::commands::report::{self, PartFailure};
use crate::error::Exit;
use crate::output::{ErrorView, Format, Output, StepRow};
use crate::topology::Plan;

/// Ends a command that shows steps: the rows in the format that was asked for, at a terminal as a diff; then what
/// failed. `succeeded` says whether part of it went well.
///
/// # Errors
/// The output could not be written.
pub(crate) fn finish(
    rows: Vec<StepRow>,
    succeeded: bool,
    failures: &[PartFailure],
    output: &mut Output,
) -> Result<Exit> {
    report::conclude(succeeded, failures, output, |errors, output| {
        show(rows, errors, output)
    })
}

fn show(rows: Vec<StepRow>, errors: &[ErrorView], output: &mut Output) -> Result<()> {
    if rows.is_empty() && !errors.is_empty() {
        // Columns without a row would say that there is nothing to do.
        return Ok(output.only_errors(errors)?);
    }
    if output.prefers_diff() {
        return Ok(output.write_diff(&rows)?);
    }
    report::show(listed(rows, output), errors, output)
}

/// The rows that a listing has: programs that read a structure get all of them; lines are about what changes.
fn listed(mut rows: Vec<StepRow>, output: &Output) -> Vec<StepRow> {
    if !matches!(output.format(), Format::Json | Format::Jsonl | Format::Yaml) {
        rows.retain(|row| row.step.is_change());
    }
    rows
}

/// Tells how much there is to do, and what there is beyond the file.
pub(crate) fn tell_counts(plan: &Plan, output: &mut Output) {
    let counts = plan.counts();
    output.note(&format!(
        "{} to create, {} to update, {} to delete, {} unchanged",
        counts.create, counts.update, counts.delete, counts.unchanged
    ));
    match plan.prunable().count() {
        0 => {}
        1 => output.hint("--prune would delete 1 connection of these sources that the file does not name"),
        several => output.hint(&format!(
            "--prune would delete {several} connections of these sources that the file does not name"
        )),
    }
}
