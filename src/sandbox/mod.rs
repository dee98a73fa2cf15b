//! A stand-in for the API: a small account of sample orgs, served over real HTTP on a loopback address.
//!
//! It answers as Datadog's API does, refusals included, so that a client cannot tell. It is written apart from the
//! client: the two share no wire types, and a mistake in one does not hide in the other.
//!
//! The account lies in a state file, so that it lasts between calls and may be used by several processes at once.

mod account;
mod answers;
mod auth;
mod call;
mod connections;
mod error;
mod ids;
mod orgs;
mod profiles;
mod rate_limit;
mod records;
mod routes;
mod running;
mod sample;
mod server;
mod state_file;
mod store;
#[cfg(test)]
mod tests;
mod users;

pub use error::SandboxError;
pub use profiles::{DEFAULT_PROFILE, SampleProfile, profiles};
pub use rate_limit::RateLimit;
pub use running::{Running, start};
pub use server::{Listener, Log, ServeOptions, Served, Server, serve};
pub use store::Sandbox;
