//! The end of a command that did several things: the rows are shown, each failure is reported once.

use crate::error::{CommandError, Exit, Result};
use crate::output::{ErrorRecord, Output, Row};

/// Shows the rows of what succeeded, reports what failed, and gives the exit code of the whole.
///
/// # Errors
/// The output could not be written.
pub(crate) fn results<R: Row>(results: Vec<Result<R>>, output: &mut Output) -> Result<Exit> {
    let (mut rows, mut failures) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(row) => rows.push(row),
            Err(error) => failures.push(error),
        }
    }
    let succeeded = !rows.is_empty();
    self::rows(rows, succeeded, &failures, output)
}

/// As [`results`], where `succeeded` says whether any part succeeded, whatever number of rows it has.
///
/// # Errors
/// The output could not be written.
pub(crate) fn rows<R: Row>(
    rows: Vec<R>,
    succeeded: bool,
    failures: &[CommandError],
    output: &mut Output,
) -> Result<Exit> {
    finish(succeeded, failures, output, |errors, output| {
        list(rows, errors, output)
    })
}

/// As [`rows`], where nothing succeeded and there is nothing to show.
///
/// # Errors
/// The output could not be written.
pub(crate) fn failures(failures: &[CommandError], output: &mut Output) -> Result<Exit> {
    finish(false, failures, output, |errors, output| {
        Ok(output.write_errors(errors)?)
    })
}

/// As [`rows`], for a command that writes a text; `None` if no part succeeded.
///
/// # Errors
/// The output could not be written.
pub(crate) fn text(
    text: Option<&str>,
    failures: &[CommandError],
    output: &mut Output,
) -> Result<Exit> {
    finish(text.is_some(), failures, output, |_, output| {
        Ok(text.map_or(Ok(()), |text| output.write_text(text))?)
    })
}

/// As [`rows`], where `show` writes the result together with the failures as data.
///
/// # Errors
/// The output could not be written.
pub(crate) fn finish(
    succeeded: bool,
    failures: &[CommandError],
    output: &mut Output,
    show: impl FnOnce(&[ErrorRecord], &mut Output) -> Result<()>,
) -> Result<Exit> {
    let records: Vec<_> = failures.iter().map(CommandError::to_record).collect();
    let shown = show(&records, output);
    for failure in failures {
        failure.report(output);
    }
    let exits: Vec<_> = failures.iter().map(CommandError::exit).collect();
    match Exit::of_parts(succeeded, &exits) {
        Exit::Done => shown.map(|()| Exit::Done),
        // The exit code of the work counts even if its reader has gone away.
        exit => Ok(exit),
    }
}

/// Writes rows as a listing.
///
/// # Errors
/// The output could not be written.
pub(crate) fn list<R: Row>(
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
