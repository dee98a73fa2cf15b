//! Requests to the API. Only this folder knows the HTTP library.
//!
//! [`client`] contains the client, which sends a request again after a temporary failure. [`rate_limit`] decides when a
//! request may be sent. [`answer`] reads the answer and turns its status into a result.

mod answer;
mod auth;
mod client;
#[cfg(any(fuzzing, test))]
pub(super) mod fuzz;
mod rate_limit;
mod request;
mod transport;

pub(super) use self::answer::Answer;
pub use self::client::{Client, ClientSettings};
pub(super) use self::request::Request;
pub use self::transport::Transport;
