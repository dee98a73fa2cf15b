//! A local stand-in for the API: an account of sample orgs, served over HTTP on a loopback address.
//!
//! It answers as Datadog's API does, refusals included, so that a client cannot tell the difference. The account is
//! stored in a file that lasts between runs and that several processes may use at once. This module imports
//! `private_file` alone. It does not share JSON types with the client, so that a mistake there shows up in tests.

mod auth;
mod data;
mod error;
mod handlers;
mod message;
mod rate_limit;
mod sample_data;
mod server;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use rate_limit::RateLimit;
pub(crate) use sample_data::{DEFAULT_PROFILE, SampleProfile, profiles};
pub(crate) use server::{Listener, ServeOptions, ServerHandle, serve, start};
pub(crate) use state::Sandbox;
