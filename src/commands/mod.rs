//! The commands, one file each: its arguments, then `run`, which reads from top to bottom what the command does.
//!
//! Imports `app`, `error` and the rooms below. Two commands never import each other.

pub(crate) mod apply;
pub(crate) mod auth;
pub(crate) mod check;
mod comparison;
pub(crate) mod completions;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod export;
pub(crate) mod get;
pub(crate) mod graph;
pub(crate) mod help;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod orgs;
pub(crate) mod plan;
pub(crate) mod profile;
mod profiles;
mod report;
#[cfg(feature = "sandbox")]
pub(crate) mod sandbox;
pub(crate) mod schema;
mod sorting;
mod types;
pub(crate) mod undo;
pub(crate) mod update;
