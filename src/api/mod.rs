//! The typed client of the API: connections, orgs and the current user.
//!
//! A client speaks to one [`Endpoint`] with one set of [`Credentials`]. Every call is bounded in time, is repeated where
//! that may help, and tells what it knows about the outcome: a write is never reported wrongly and never done twice.

mod connections;
mod endpoint;
mod error;
mod http;
mod interrupt;
mod orgs;
mod pages;
mod permissions;
#[cfg(test)]
mod raw_server;
#[cfg(test)]
mod samples;
mod wire;

use std::sync::Arc;
use std::time::Duration;

pub use self::endpoint::{Endpoint, EndpointError, SITES};
pub use self::error::{Error, ErrorKind};
use self::http::Http;
pub use self::http::Pool;
pub use self::interrupt::Interrupt;
pub use self::orgs::CurrentUser;
pub use self::pages::ConnectionPages;
pub use self::permissions::Permission;
pub use crate::config::Credentials;
use crate::topology::Id;

/// What a client is made of.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// The server.
    pub endpoint: Endpoint,
    /// The connections, which clients may share.
    pub pool: Pool,
    /// The right to use it.
    pub credentials: Credentials,
    /// Where the credentials come from, for messages: `DD_API_KEY and DD_APP_KEY`. Never a secret.
    pub origin: Option<Arc<str>>,
    /// How long one operation may take, with its retries and waits.
    pub timeout: Duration,
    /// How many times a request is sent again, at most.
    pub max_retries: u32,
    /// Ends waits, and keeps anything new from being sent.
    pub interrupt: Interrupt,
    /// The longest wait before the first retry; it doubles with each. [`ClientOptions::BACKOFF`] as a rule.
    pub backoff: Duration,
    /// Whether to pass over the system's proxies. A loopback endpoint is spoken to directly in any case.
    pub direct: bool,
}

impl ClientOptions {
    /// The usual wait before the first retry, at the longest.
    pub const BACKOFF: Duration = Duration::from_millis(250);
}

/// Which connections to list: those between these ends. The empty filter takes all that this org takes part in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionFilter {
    /// The source org.
    pub source: Option<Id>,
    /// The destination org.
    pub destination: Option<Id>,
}

/// The API, as one set of credentials sees it. A clone shares its connections, as does every client of the same
/// [`Pool`] and endpoint.
#[derive(Clone, Debug)]
pub struct Client {
    http: Arc<Http>,
}

impl Client {
    /// Makes the client; nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidKey`] if a key cannot be sent as a header, [`ErrorKind::Setup`] if the system's certificates
    /// cannot be read.
    pub fn new(options: ClientOptions) -> Result<Self, Error> {
        let http = Arc::new(Http::new(options)?);
        Ok(Self { http })
    }

    /// Waits between two looks at the same thing.
    ///
    /// # Errors
    /// [`ErrorKind::Interrupted`] at once when somebody wishes to stop.
    pub async fn pause(&self, length: Duration) -> Result<(), Error> {
        self.http.pause_for(length).await
    }

    /// The server that this client speaks to.
    pub fn endpoint(&self) -> &Endpoint {
        self.http.endpoint()
    }
}
