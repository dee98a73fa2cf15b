use std::sync::Arc;
use std::time::Duration;

use super::error::Error;
use super::http::{ClientSettings, HttpClient, Request, Transport};
use super::wire;
use crate::config::Credentials;

/// The API as one set of credentials sees it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    pub(super) http: Arc<HttpClient>,
}

impl Client {
    /// Makes a client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidKey`](super::ErrorKind::InvalidKey) if a key cannot be sent in a header.
    pub fn new(
        transport: Transport,
        credentials: &Credentials,
        settings: ClientSettings,
    ) -> Result<Self, Error> {
        let http = HttpClient::new(transport, credentials, settings)?;
        Ok(Self {
            http: Arc::new(http),
        })
    }

    /// Waits until this org's rate limit allows another change, where it allows none for now. After that, a change has
    /// the whole timeout for itself.
    ///
    /// # Errors
    /// [`ErrorKind::RateLimited`](super::ErrorKind::RateLimited) if that takes longer than one operation may,
    /// [`ErrorKind::Interrupted`](super::ErrorKind::Interrupted).
    pub async fn wait_for_rate_limit(&self) -> Result<(), Error> {
        let change = Request::post(wire::CONNECTIONS, Vec::new());
        self.http.wait_for_rate_limit(&change).await
    }

    /// Waits, for example before the same thing is read again.
    ///
    /// # Errors
    /// [`ErrorKind::Interrupted`](super::ErrorKind::Interrupted), at once.
    pub async fn sleep(&self, length: Duration) -> Result<(), Error> {
        self.http.sleep(length).await
    }

    /// Sends a request, and reads the answer with `parse`.
    pub(super) async fn call<T>(
        &self,
        request: &Request,
        parse: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<T, Error> {
        let answer = self.http.send(request).await?;
        parse(&answer.body).ok_or_else(|| self.http.unreadable(request))
    }
}
