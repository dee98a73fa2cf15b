//! The commands: one file a verb, its arguments above, its run below. The doc comments are the help.

pub(crate) mod apply;
pub(crate) mod auth;
pub(crate) mod check;
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
#[cfg(feature = "sandbox")]
pub(crate) mod sandbox;
pub(crate) mod schema;
pub(crate) mod undo;
pub(crate) mod update;

mod accounts;
mod desired;
mod gather;
mod lookup;
mod report;
mod selection;
mod sorting;
mod survey;
mod types;
