use std::path::PathBuf;

use anyhow::{Error, Result};

use crate::commands::desired::Place;
use crate::commands::report::PartFailure;
use crate::error;
use crate::output::{Annotation, Output, StepRow};
use crate::topology::Position;

/// What an annotation says, and where.
struct Remark {
    place: Option<(PathBuf, Position)>,
    title: String,
    message: String,
}

/// Writes the differences, each with its place in the file, and the failures as annotations.
///
/// # Errors
/// The output could not be written.
pub(super) fn annotate(
    differences: &[(Option<Place>, &StepRow)],
    failures: &[PartFailure],
    output: &mut Output,
) -> Result<()> {
    let differences = differences
        .iter()
        .map(|(place, row)| Remark::on_difference(place.as_ref(), row));
    let remarks: Vec<_> = differences
        .chain(failures.iter().map(Remark::on_failure))
        .collect();
    Ok(output.annotate(remarks.iter().map(Remark::annotation))?)
}

impl Remark {
    fn on_difference(place: Option<&Place>, row: &StepRow) -> Self {
        let (source, destination) = (row.step.source.label(), row.step.destination.label());
        let reason = row.reason.as_deref().unwrap_or_default();
        Self {
            place: place.and_then(known),
            title: format!("connection {}", row.result.unwrap_or_default()),
            message: format!("`{source}` to `{destination}` {reason}"),
        }
    }

    fn on_failure(failure: &PartFailure) -> Self {
        let place = failure.error.downcast_ref::<Place>();
        let message = without_place(&failure.error, place);
        Self {
            place: place.and_then(known),
            title: format!("orgconn: {}", error::exit(&failure.error).as_str()),
            message: match &failure.profile {
                Some(profile) => format!("profile {profile}: {message}"),
                None => message,
            },
        }
    }

    fn annotation(&self) -> Annotation<'_> {
        Annotation {
            place: self
                .place
                .as_ref()
                .map(|(path, position)| (path.as_path(), *position)),
            title: &self.title,
            message: &self.message,
        }
    }
}

/// The place, if it is in a file that GitHub may know.
fn known(place: &Place) -> Option<(PathBuf, Position)> {
    Some((place.path()?, place.position))
}

/// The message without the place in front of it, if GitHub is told of that in another way.
fn without_place(error: &Error, place: Option<&Place>) -> String {
    let is_told = place.and_then(known).is_some();
    let causes = error.chain().skip(usize::from(is_told));
    let causes: Vec<_> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}
