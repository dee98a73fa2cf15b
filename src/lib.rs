//! orgconn: see, change and check the connections between Datadog organizations.

pub mod api;
mod app;
mod cli;
mod commands;
mod completion;
mod config;
mod desired;
mod error;
mod history;
pub mod model;
mod output;
#[cfg(feature = "sandbox")]
mod sandbox;

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with its arguments (the first is the program's own name) and gives its exit code.
///
/// Data goes to standard output, everything else to standard error. `orgconn help exit-codes` lists the exit codes.
pub async fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    cli::run(arguments.into_iter().collect()).await.into()
}
