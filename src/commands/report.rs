//! The end of a command that did several things: what was done is shown, what failed is reported.

use std::sync::Arc;

use anyhow::{Error, Result};

use crate::context::FromAccount;
use crate::error::{self, Exit};
use crate::output::{ErrorView, Output, Record};

/// Something that failed, and the profile with which it did.
pub(crate) struct PartFailure {
    /// The profile, if there is one.
    pub(crate) profile: Option<Arc<str>>,
    /// Why.
    pub(crate) error: Error,
}

impl From<Error> for PartFailure {
    fn from(error: Error) -> Self {
        Self {
            profile: None,
            error,
        }
    }
}

impl PartFailure {
    /// The failure as data, for the `errors` of the output.
    pub(crate) fn view(&self) -> ErrorView {
        error::view(&self.error, self.profile.as_deref())
    }
}

/// What was got, and the profile with which it was.
pub(crate) type Got<T> = (Option<Arc<str>>, T);

/// Parts what several accounts gave into what was got and what failed.
pub(crate) fn part<T>(parts: Vec<FromAccount<T>>) -> (Vec<Got<T>>, Vec<PartFailure>) {
    let (mut got, mut failures) = (Vec::new(), Vec::new());
    for FromAccount { profile, result } in parts {
        match result {
            Ok(value) => got.push((profile, value)),
            Err(error) => failures.push(PartFailure { profile, error }),
        }
    }
    (got, failures)
}

/// Shows what was done and reports what failed, each once, and gives the exit code of the whole.
///
/// # Errors
/// The output could not be written.
pub(crate) fn finish<R: Record>(results: Vec<Result<R>>, output: &mut Output) -> Result<Exit> {
    let parts = results.into_iter().map(|result| FromAccount {
        profile: None,
        result,
    });
    let (done, failures) = part(parts.collect());
    let done: Vec<R> = done.into_iter().map(|(_, record)| record).collect();
    let succeeded = !done.is_empty();
    finish_parts(done, succeeded, failures, output)
}

/// As [`finish`], where what was got is known apart from how many parts succeeded.
///
/// # Errors
/// As [`finish`].
pub(crate) fn finish_parts<R: Record>(
    records: Vec<R>,
    succeeded: bool,
    failures: Vec<PartFailure>,
    output: &mut Output,
) -> Result<Exit> {
    conclude(succeeded, &failures, output, |errors, output| {
        if succeeded || errors.is_empty() || !records.is_empty() {
            show(records, errors, output)
        } else {
            // Columns without a row would say that nothing is there.
            Ok(output.only_errors(errors)?)
        }
    })
}

/// As [`finish_parts`], where nothing was got: what failed is reported, and no row is shown.
///
/// # Errors
/// As [`finish`].
pub(crate) fn refuse(failures: &[PartFailure], output: &mut Output) -> Result<Exit> {
    conclude(false, failures, output, |errors, output| {
        Ok(output.only_errors(errors)?)
    })
}

/// As [`finish_parts`], for a command that writes a text. There is none where no part succeeded.
///
/// # Errors
/// As [`finish`].
pub(crate) fn finish_text(
    text: Option<&str>,
    failures: &[PartFailure],
    output: &mut Output,
) -> Result<Exit> {
    conclude(text.is_some(), failures, output, |_, output| {
        Ok(text.map_or(Ok(()), |text| output.write_text(text))?)
    })
}

/// As [`finish_parts`], where `show` writes what was got, with the failures as data.
///
/// # Errors
/// As [`finish`].
pub(crate) fn conclude(
    succeeded: bool,
    failures: &[PartFailure],
    output: &mut Output,
    show: impl FnOnce(&[ErrorView], &mut Output) -> Result<()>,
) -> Result<Exit> {
    let views: Vec<_> = failures.iter().map(PartFailure::view).collect();
    let shown = show(&views, output);
    for failure in failures {
        error::report(&failure.error, failure.profile.as_deref(), output);
    }
    let exits: Vec<_> = failures
        .iter()
        .map(|failure| error::exit(&failure.error))
        .collect();
    // How the work itself ended counts, whether or not somebody still reads.
    match Exit::of_several(succeeded, &exits) {
        Exit::Done => shown.map(|()| Exit::Done),
        exit => Ok(exit),
    }
}

/// Writes records as a listing.
///
/// # Errors
/// As [`finish`].
pub(crate) fn show<R: Record>(
    records: Vec<R>,
    errors: &[ErrorView],
    output: &mut Output,
) -> Result<()> {
    let mut listing = output.begin::<R>()?;
    for record in records {
        listing.push(record)?;
    }
    Ok(listing.finish(errors)?)
}
