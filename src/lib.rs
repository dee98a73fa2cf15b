//! orgconn: see, change and check the connections between Datadog organizations.
//!
//! The program is [`run`]. Below it, [`api`] is a typed client for `/api/v2/org_connections` that can be used by
//! itself, with the pure vocabulary of [`topology`] and the settings of [`config`].

pub mod api;
mod cli;
mod commands;
pub mod completion;
pub mod config;
mod context;
mod error;
pub mod history;
pub mod output;
#[cfg(feature = "sandbox")]
pub mod sandbox;
mod swar;
pub mod topology;

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with its arguments (the first is the program's own name) and says how it ended.
///
/// Data goes to standard output, everything else to standard error. The exit codes are a contract; `orgconn help
/// exit-codes` lists them.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    cli::run(arguments).into()
}
