//! Prints steps and errors, the errors with their places in the files.

use std::collections::HashSet;

use super::Comparison;
use crate::commands::report;
use crate::desired::{DesiredError, Location, Step};
use crate::error::{CommandError, Exit, Result};
use crate::model::ChangeKind;
use crate::output::{Annotation, AnnotationLevel, ErrorRecord, Format, Output, StepRow};

/// An error, and the place in the file that it is about.
pub(crate) struct LocatedError {
    pub(crate) location: Option<Location>,
    /// The error without the place.
    pub(crate) error: CommandError,
}

impl LocatedError {
    /// Mistakes in files, each with its place there.
    pub(super) fn from_desired(errors: Vec<DesiredError>) -> Vec<Self> {
        let errors = errors.into_iter().map(|error| Self {
            location: Some(error.location),
            error: error.kind.into(),
        });
        errors.collect()
    }

    /// The error, with the place in front of its message.
    pub(crate) fn into_error(self) -> CommandError {
        match self.location {
            Some(location) => self.error.context(location.to_string()),
            None => self.error,
        }
    }

    fn annotation(&self) -> Annotation {
        let mut error = self.error.to_record();
        // GitHub shows the location in a file itself. For standard input it cannot, so the message has the location.
        if let Some(location) = &self.location
            && location.file.path().is_none()
        {
            error.message = format!("{location}: {}", error.message);
        }
        Annotation {
            location: self.location.clone(),
            ..Annotation::of_error(&error)
        }
    }
}

impl From<CommandError> for LocatedError {
    fn from(error: CommandError) -> Self {
        let location = None;
        Self { location, error }
    }
}

impl From<CommandError> for Vec<LocatedError> {
    fn from(error: CommandError) -> Self {
        vec![error.into()]
    }
}

/// Reports errors where nothing could be compared.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) fn report_errors(errors: Vec<LocatedError>, output: &mut Output) -> Result<Exit> {
    report_steps(Steps::default(), false, errors, output, |_| {})
}

/// The errors with their places in front.
fn into_errors(errors: Vec<LocatedError>) -> Vec<CommandError> {
    errors.into_iter().map(LocatedError::into_error).collect()
}

/// The steps of a plan as they are shown.
#[derive(Default)]
pub(crate) struct Steps {
    pub(crate) rows: Vec<StepRow>,
    /// The changes as `-o github` shows them.
    pub(crate) annotations: Vec<Annotation>,
}

impl From<Vec<StepRow>> for Steps {
    fn from(rows: Vec<StepRow>) -> Self {
        let annotations = Vec::new();
        Self { rows, annotations }
    }
}

/// Prints the result of a command that shows steps: first the steps (on a terminal as a diff), then what `note_counts`
/// says of them, then the failures. Returns the exit code. `succeeded` says whether any part succeeded.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) fn report_steps(
    mut steps: Steps,
    succeeded: bool,
    failures: Vec<LocatedError>,
    output: &mut Output,
    note_counts: impl FnOnce(&mut Output),
) -> Result<Exit> {
    let failed = failures.iter().map(LocatedError::annotation);
    steps.annotations.extend(failed);
    let failures = into_errors(failures);
    report::print_and_exit(succeeded, &failures, output, |errors, output| {
        let shown = show(steps, errors, output);
        note_counts(output);
        shown
    })
}

fn show(steps: Steps, errors: &[ErrorRecord], output: &mut Output) -> Result<()> {
    let mut rows = steps.rows;
    if output.prefers_diff() {
        return Ok(output.write_diff(&rows)?);
    }
    match output.format() {
        Format::Github => return Ok(output.annotate(steps.annotations)?),
        Format::Markdown => return Ok(output.write_markdown(&rows, errors)?),
        // Structured formats show every step; the others show only the changes.
        Format::Json | Format::Jsonl | Format::Yaml => {}
        _ => rows.retain(StepRow::is_change),
    }
    let files: HashSet<_> = rows.iter().filter_map(|row| row.file.as_deref()).collect();
    if files.len() < 2 {
        output.hide_column("file");
    }
    report::print_list(rows, errors, output)
}

impl Comparison<'_> {
    /// The planned steps, without results.
    pub(crate) fn steps(&self) -> Steps {
        Steps {
            rows: self.plan.steps().iter().map(StepRow::planned).collect(),
            annotations: self.annotations(),
        }
    }

    /// The annotation of each change, at its line in the file.
    fn annotations(&self) -> Vec<Annotation> {
        let annotation = |step: &Step| {
            let (source, destination) = (step.source.label(), step.destination.label());
            let (before, after) = (step.types_before(), step.types_after());
            let effect = match step.kind() {
                Some(ChangeKind::Create) => format!("would share {after}"),
                Some(ChangeKind::Update) => format!("would share {after} in place of {before}"),
                Some(ChangeKind::Delete) => format!("would not share {before} any more"),
                Some(ChangeKind::Access) | None => return None,
            };
            Some(Annotation {
                level: AnnotationLevel::Notice,
                location: self.plan.location_of(step),
                title: format!("connection to {}", step.action_word()),
                message: format!("`{source}` to `{destination}` {effect}"),
            })
        };
        self.plan.changes().filter_map(annotation).collect()
    }
}
