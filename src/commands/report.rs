//! Prints the result of a command that did several things: first the rows, then each failure once.

use crate::app::{App, MAX_CONCURRENT_CHANGES, run_concurrently};
use crate::error::{self, CommandError, Exit, Result};
use crate::output::{ConnectionResult, ErrorRecord, Format, NOT_ATTEMPTED, Output, Row};

/// Shows the rows of the successes, reports each failure, and returns the exit code of the whole.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) fn print_results<R: Row>(results: Vec<Result<R>>, output: &mut Output) -> Result<Exit> {
    let (mut rows, mut failures) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(row) => rows.push(row),
            Err(error) => failures.push(error),
        }
    }
    let succeeded = !rows.is_empty();
    print_rows(rows, succeeded, &failures, output)
}

/// Makes changes in one org, some of them side by side, and ends the command as [`print_changes`] does. In a dry run
/// `tasks` change nothing.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) async fn run_changes(
    tasks: impl Iterator<Item = impl Future<Output = Result<ConnectionResult>>>,
    is_dry_run: bool,
    app: &mut App,
) -> Result<Exit> {
    let is_interrupted = || app.is_interrupted();
    let tasks = tasks.map(|task| async { (task.await, is_interrupted()) });
    let results = run_concurrently(tasks, MAX_CONCURRENT_CHANGES).await;
    if is_dry_run {
        app.output.note("dry run: nothing was changed");
    }
    print_changes(results, &mut app.output)
}

/// The row or the error of a change, and whether it came after the command was interrupted.
pub(crate) type ChangeResult = (Result<ConnectionResult>, bool);

/// Shows the rows of changes, reports each failure and an interruption, and returns the exit code of the whole.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) fn print_changes(results: Vec<ChangeResult>, output: &mut Output) -> Result<Exit> {
    let mut interruption = Interruption::default();
    for (result, is_late) in &results {
        let progress = match result {
            Ok(row) if row.result == NOT_ATTEMPTED => ChangeProgress::NotAttempted,
            Ok(_) => ChangeProgress::Done,
            Err(error) if error.is_outcome_unknown() => ChangeProgress::Unknown,
            Err(_) => ChangeProgress::Failed,
        };
        interruption.count(progress, *is_late);
    }
    let mut results: Vec<_> = results.into_iter().map(|(result, _)| result).collect();
    let rows = results.iter().filter_map(|result| result.as_ref().ok());
    let made: Vec<_> = rows.filter_map(ConnectionResult::made_change).collect();
    if output.format() == Format::Id {
        // Only ids of connections that were changed may reach the next program of a pipeline.
        results.retain(|result| !matches!(result, Ok(row) if row.result == NOT_ATTEMPTED));
    }
    results.extend(interruption.into_error().map(Err));
    print_results(results, output).map_err(|error| explain_unwritten(error, &made))
}

/// The maximum number of changes that an error names.
const MAX_NAMED: usize = 20;

/// Adds to the error of an output that could not be written which changes were made.
pub(crate) fn explain_unwritten(error: CommandError, made: &[String]) -> CommandError {
    if made.is_empty() {
        return error;
    }
    let named = &made[..made.len().min(MAX_NAMED)];
    let more = match made.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    error
        .context(format!("made but not shown: {}{more}", named.join(", ")))
        .hint("`orgconn history` shows the changes")
}

/// How far a change came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeProgress {
    Done,
    Failed,
    Unknown,
    NotAttempted,
}

/// Counts the changes of a command that may be interrupted.
#[derive(Default)]
pub(crate) struct Interruption {
    done: usize,
    finished_late: usize,
    unknown: usize,
    not_attempted: usize,
}

impl Interruption {
    /// Counts one change. `is_late` says whether its result came after the command was interrupted.
    pub(crate) fn count(&mut self, progress: ChangeProgress, is_late: bool) {
        match (progress, is_late) {
            (ChangeProgress::NotAttempted, _) => self.not_attempted += 1,
            (ChangeProgress::Unknown, _) => self.unknown += 1,
            (ChangeProgress::Done | ChangeProgress::Failed, true) => self.finished_late += 1,
            (ChangeProgress::Done, false) => self.done += 1,
            (ChangeProgress::Failed, false) => {}
        }
    }

    /// The error about the interruption; `None` if every change was attempted.
    pub(crate) fn into_error(self) -> Option<CommandError> {
        let Self {
            done,
            finished_late,
            unknown,
            not_attempted,
        } = self;
        if not_attempted == 0 {
            return None;
        }
        let unknown = match unknown {
            0 => String::new(),
            count => format!(", {count} unknown"),
        };
        let message = format!(
            "interrupted: {done} done, {finished_late} in flight and finished{unknown}, {not_attempted} not attempted"
        );
        Some(CommandError::new(Exit::Interrupted, message))
    }
}

/// Shows rows and reports failures as [`print_results`] does. `succeeded` says whether any part succeeded, which may be
/// so even without rows.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) fn print_rows<R: Row>(
    rows: Vec<R>,
    succeeded: bool,
    failures: &[CommandError],
    output: &mut Output,
) -> Result<Exit> {
    print_and_exit(succeeded, failures, output, |errors, output| {
        print_list(rows, errors, output)
    })
}

/// Writes a text and reports failures as [`print_rows`] does. `text` is `None` if there is nothing to show.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) fn print_text(
    text: Option<&str>,
    succeeded: bool,
    failures: &[CommandError],
    output: &mut Output,
) -> Result<Exit> {
    print_and_exit(succeeded, failures, output, |_, output| {
        Ok(text.map_or(Ok(()), |text| output.write_text(text))?)
    })
}

/// Writes the result with `show` and reports failures as [`print_with_failures`] does, then returns the exit code of
/// the whole. `succeeded` says whether any part succeeded.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) fn print_and_exit(
    succeeded: bool,
    failures: &[CommandError],
    output: &mut Output,
    show: impl FnOnce(&[ErrorRecord], &mut Output) -> Result<()>,
) -> Result<Exit> {
    print_with_failures(failures, output, show)?;
    let exits: Vec<_> = failures.iter().map(CommandError::exit).collect();
    Ok(Exit::of_parts(succeeded, &exits))
}

/// Writes the result with `show`, which gets the failures as data, and then reports each failure on standard error. A
/// reader that closed the pipe is not an error: the result of the work counts even if nobody reads it.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) fn print_with_failures(
    failures: &[CommandError],
    output: &mut Output,
    show: impl FnOnce(&[ErrorRecord], &mut Output) -> Result<()>,
) -> Result<()> {
    let records: Vec<_> = failures.iter().map(CommandError::to_record).collect();
    let shown = show(&records, output);
    error::report(failures, output);
    match shown {
        Err(error) if error.is_closed_pipe() => Ok(()),
        shown => shown,
    }
}

/// Writes rows as one listing. `errors` are the failures that `json` and `yaml` show beside the rows.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) fn print_list<R: Row>(
    rows: Vec<R>,
    errors: &[ErrorRecord],
    output: &mut Output,
) -> Result<()> {
    let mut listing = output.begin::<R>()?;
    for row in rows {
        listing.push(row)?;
    }
    Ok(listing.finish(errors)?)
}
