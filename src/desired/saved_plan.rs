//! A plan as a file: what `plan --out` writes, and `apply` carries out as it was reviewed.

use serde::{Deserialize, Serialize};
use serde_json::error::Category;

use super::plan::{Plan, Step};
use super::position::Location;
use crate::model::Change;

/// The name and version of the format.
const SCHEMA: &str = "orgconn/plan/v1";

/// Why a text is not a saved plan.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SavedPlanError {
    /// The text is not JSON, or not of this form.
    #[error("it is not a plan that `orgconn plan --out` wrote: {}", describe(.0))]
    Format(serde_json::Error),
    /// The format has another name or version. Contains it.
    #[error("its schema is `{0}`, and this version of orgconn reads `{SCHEMA}`")]
    Schema(String),
    /// A step creates a connection without a source.
    #[error("one of its steps names no source org")]
    NoSource,
}

impl From<serde_json::Error> for SavedPlanError {
    fn from(error: serde_json::Error) -> Self {
        Self::Format(error)
    }
}

/// What is wrong in words that say nothing of this program's types, and where.
fn describe(error: &serde_json::Error) -> String {
    let problem = match error.classify() {
        Category::Eof => "it is cut short",
        Category::Syntax => "it is not JSON",
        Category::Data | Category::Io => "a part of it is missing, or not as it was written",
    };
    match (error.line(), error.column()) {
        (0, _) => problem.to_owned(),
        (line, column) => format!("{problem} (line {line}, column {column})"),
    }
}

/// The first thing that is read, since the rest depends on the version.
#[derive(Deserialize)]
struct Header {
    schema: String,
}

#[derive(Serialize, Deserialize)]
struct SavedPlan {
    schema: String,
    steps: Vec<SavedStep>,
}

/// A step that changes something.
#[derive(Serialize, Deserialize)]
struct SavedStep {
    #[serde(flatten)]
    change: Change,
    /// The profile that is to make the change.
    profile: Option<String>,
    /// The location of the connection in its file.
    location: Option<Location>,
}

impl Plan {
    /// The changes of the plan as JSON.
    ///
    /// # Errors
    /// Fails if serde_json does.
    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        let steps = self.changes().filter_map(|step| {
            Some(SavedStep {
                change: step.change.clone()?,
                profile: step.profile.clone(),
                location: step.location.clone(),
            })
        });
        let saved = SavedPlan {
            schema: SCHEMA.to_owned(),
            steps: steps.collect(),
        };
        Ok(serde_json::to_string_pretty(&saved)? + "\n")
    }

    /// Reads a plan that was saved as JSON.
    ///
    /// # Errors
    /// Fails if the text is not a plan, or is one of another version.
    pub(crate) fn from_json(text: &str) -> Result<Self, SavedPlanError> {
        let Header { schema } = serde_json::from_str(text)?;
        if schema != SCHEMA {
            return Err(SavedPlanError::Schema(schema));
        }
        let saved: SavedPlan = serde_json::from_str(text)?;
        let steps = saved.steps.into_iter().map(|saved| {
            let source = saved.change.source().cloned();
            Ok(Step {
                source: source.ok_or(SavedPlanError::NoSource)?,
                destination: saved.change.destination().clone(),
                live: saved.change.connection_before().cloned(),
                change: Some(saved.change),
                profile: saved.profile,
                location: saved.location,
            })
        });
        Ok(Self {
            steps: steps.collect::<Result<_, SavedPlanError>>()?,
            ..Self::default()
        })
    }
}
