//! Requests to the API. Only this folder knows the HTTP library.
//!
//! [`client`] has the client, which sends a request again where that may help; [`rate_limit`] decides when it may be
//! sent; [`answer`] reads what came back, and says what it means.

mod answer;
mod auth;
mod client;
mod rate_limit;
mod request;
mod transport;

pub use self::client::{Client, ClientSettings};
pub(super) use self::request::Request;
pub use self::transport::Transport;
