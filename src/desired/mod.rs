//! Desired state: the connections that should exist according to a reviewed file.
//!
//! Pure data without I/O; it imports `model` only. Files go through three stages, and each stage reports all its
//! mistakes at once: [`DesiredState::parse`] reads the texts, [`DesiredState::resolve`] looks up the orgs, and
//! [`Plan::new`] compares the result with the live connections. [`Plan::to_json`] saves a plan for later. [`to_yaml`]
//! and [`to_terraform`] do the reverse: they write the live connections to a file.

mod error;
mod export;
mod file;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzz;
mod plan;
mod position;
mod saved_plan;
#[cfg(test)]
mod tests;
mod yaml;

pub(crate) use error::{DesiredError, DesiredErrorKind};
pub(crate) use export::{FileOptions, is_expressible, to_terraform, to_yaml};
pub(crate) use file::{DesiredConnection, DesiredState, SCHEMA, Scope};
pub(crate) use plan::{Plan, Step, UnclearPair, repeated_pairs, unknown_type_errors};
pub(crate) use position::{FileName, Location, Position};
pub(crate) use saved_plan::SavedPlanError;
