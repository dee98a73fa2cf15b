//! orgconn: see, change and check the connections between Datadog organizations.
//!
//! The program is [`run`]. As a library, [`api`] is the typed client for `/api/v2/org_connections`, and [`model`] has
//! the orgs, connections and changes that the client takes and returns:
//!
//! ```no_run
//! use orgconn::api::{Client, ClientSettings, Credentials, Endpoint, Transport};
//! use orgconn::model::{ConnectionType, TypeSet};
//! use uuid::uuid;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let credentials = Credentials::Token("an access token".into());
//! let settings = ClientSettings::default();
//! let transport = Transport::new(Endpoint::from_site("us3.datadoghq.com")?, settings.timeout)?;
//! let client = Client::new(transport, &credentials, settings)?;
//!
//! let destination = uuid!("83999dcd-7f97-11f0-8de1-1ecf66f1aa85");
//! let types = TypeSet::from_iter([ConnectionType::Logs, ConnectionType::Metrics]);
//! let connection = client.create_connection(None, destination, &types).await?;
//! println!("created {}", connection.id);
//! # Ok(())
//! # }
//! ```

pub mod api;
mod app;
mod cli;
mod commands;
mod completion_cache;
mod config;
mod desired;
mod error;
mod escape;
#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzz;
mod history;
pub mod model;
mod output;
mod private_file;
#[cfg(feature = "sandbox")]
mod sandbox;
mod shell_quote;
mod text_input;

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with its arguments (the first is the program's own name) and returns its exit code.
///
/// Data goes to standard output, everything else to standard error. `orgconn help exit-codes` lists the exit codes.
pub async fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    cli::run(arguments.into_iter().collect()).await.into()
}
