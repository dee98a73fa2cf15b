//! Prints the result of a command that did several things: first the rows, then each failure once.

use crate::app::{MAX_CONCURRENT_CHANGES, run_concurrently};
use crate::error::{CommandError, Exit, Result};
use crate::output::{ConnectionResult, ErrorRecord, Output, Row};

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

/// Makes changes in one org, some of them side by side, and ends the command as [`print_results`] does. In a dry run
/// `tasks` change nothing.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) async fn run_changes(
    tasks: impl Iterator<Item = impl Future<Output = Result<ConnectionResult>>>,
    is_dry_run: bool,
    output: &mut Output,
) -> Result<Exit> {
    let results = run_concurrently(tasks, MAX_CONCURRENT_CHANGES).await;
    if is_dry_run {
        output.note("dry run: nothing was changed");
    }
    print_results(results, output)
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

/// Reports failures as [`print_rows`] does, for a command that has no rows to show because no part succeeded.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) fn print_failures(failures: &[CommandError], output: &mut Output) -> Result<Exit> {
    print_and_exit(false, failures, output, |errors, output| {
        Ok(output.write_errors(errors)?)
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
    let printed = print_with_failures(failures, output, show);
    let exits: Vec<_> = failures.iter().map(CommandError::exit).collect();
    match Exit::of_parts(succeeded, &exits) {
        Exit::Done => printed.map(|()| Exit::Done),
        exit => Ok(exit),
    }
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
    for failure in failures {
        failure.report(output);
    }
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
