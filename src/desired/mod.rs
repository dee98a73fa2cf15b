//! Desired state: the connections that should exist according to a reviewed file.
//!
//! Pure data without I/O; it imports `model` only. A file goes through three stages, and each stage reports all its
//! mistakes at once: [`DesiredFile::parse`] reads the text, [`DesiredFile::resolve`] looks up the orgs, and
//! [`Plan::new`] compares the result with the live connections. [`to_yaml`] and [`to_terraform`] do the reverse: they
//! write the live connections to a file.

mod error;
mod export;
mod file;
mod plan;
mod position;
#[cfg(test)]
mod tests;
mod yaml;

pub(crate) use error::{DesiredError, DesiredErrorKind};
pub(crate) use export::{is_expressible, to_terraform, to_yaml};
pub(crate) use file::{DesiredConnection, DesiredFile, SCHEMA};
pub(crate) use plan::{Plan, Step};
pub(crate) use position::{FileName, Location, Position};
