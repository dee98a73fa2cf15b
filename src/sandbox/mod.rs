//! A local stand-in for the API: an account of sample orgs, served over HTTP on a loopback address.
//!
//! It answers as Datadog's API does, refusals included, so that a client cannot tell the difference. The account is
//! stored in a file that lasts between runs and that several processes may use at once. This room may import `model`
//! alone, and never the client's types of JSON: a mistake in those would agree with itself.

mod account;
mod auth;
mod error;
mod handlers;
mod message;
mod sample_account;
mod server;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use sample_account::{DEFAULT_PROFILE, SampleProfile, profiles};
pub(crate) use server::{Listener, ServeOptions, ServerHandle, serve, start};
pub(crate) use state::Sandbox;
