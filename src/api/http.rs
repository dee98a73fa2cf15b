//! The only place that knows the HTTP library: one attempt here, the sequence of attempts in [`retry`].

mod admission;
mod answer;
mod auth;
mod failure;
mod limiter;
mod pool;
mod quota;
mod request;
mod retry;
#[cfg(test)]
mod tests;
mod turns;
mod wait;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{DATE, HeaderMap};
use tokio::time::{Instant, timeout_at};

use self::auth::Secrets;
use self::failure::Miss;
use self::limiter::{Limiter, Ticket};
pub use self::pool::Pool;
use self::pool::Transport;
pub(super) use self::request::Request;
pub(super) use self::retry::Failure;
use super::{ClientOptions, Endpoint, Error, ErrorKind, Interrupt};

const USER_AGENT: &str = concat!("orgconn/", env!("CARGO_PKG_VERSION"));
/// No host that is up takes longer to accept a connection.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);
/// The window of one HTTP/2 stream: a page of a thousand connections (half a megabyte) is sent without a pause.
const STREAM_WINDOW: u32 = 4 << 20;
/// The window of one HTTP/2 connection: several such pages at the same time.
const CONNECTION_WINDOW: u32 = 16 << 20;
/// A server may send a page in so long pieces, if it likes to, in the place of forty shorter ones.
const LONGEST_FRAME: u32 = 1 << 20;
/// Longer answers are not read to their end.
const MOST_BYTES: u64 = 64 << 20;

/// The way to one server, with the right to use it.
pub(super) struct Http {
    transport: Transport,
    endpoint: Endpoint,
    headers: HeaderMap,
    secrets: Secrets,
    origin: Option<Arc<str>>,
    timeout: Duration,
    max_retries: u32,
    backoff: Duration,
    interrupt: Interrupt,
    limiter: Limiter,
}

/// A 2xx answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) body: Vec<u8>,
    /// What the server's clock said, to the second.
    pub(super) date: Option<Timestamp>,
}

impl Http {
    pub(super) fn new(options: ClientOptions) -> Result<Self, Error> {
        let (headers, secrets) = auth::headers(&options.credentials)?;
        Ok(Self {
            transport: options.pool.transport(&options)?,
            headers,
            secrets,
            endpoint: options.endpoint,
            origin: options.origin,
            timeout: options.timeout,
            max_retries: options.max_retries,
            backoff: options.backoff,
            interrupt: options.interrupt,
            limiter: Limiter::default(),
        })
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// An error about a request whose answer was 2xx.
    pub(super) fn error(
        &self,
        request: &Request,
        kind: ErrorKind,
        detail: impl Into<String>,
    ) -> Error {
        Error::new(kind, detail)
            .trying(request.label(), self.endpoint.authority())
            .with_credentials_of(self.origin.clone())
    }

    /// An answer of 2xx that is not what the API gives.
    pub(super) fn misread(&self, request: &Request) -> Error {
        let detail = "the answer was not understood; it is none of the API, or of a newer one";
        self.error(request, ErrorKind::Decode, detail)
    }

    /// Sends the request once and reads the answer, until `limit` at most.
    async fn attempt(
        &self,
        request: &Request,
        ticket: Ticket<'_>,
        limit: Instant,
    ) -> Result<Answer, Miss> {
        let started = Instant::now();
        let result = match timeout_at(limit, self.exchange(request, ticket, started)).await {
            Ok(result) => result,
            Err(_) => Err(Miss::timed_out(started.elapsed())),
        };
        if let Err(miss) = &result {
            let (error, elapsed) = (miss.describe(&self.secrets), started.elapsed().as_millis());
            log::debug!("{} failed after {elapsed} ms: {error}", request.target());
        }
        result
    }

    async fn exchange(
        &self,
        request: &Request,
        ticket: Ticket<'_>,
        started: Instant,
    ) -> Result<Answer, Miss> {
        let request_line = request.target();
        let builder = request.build(&self.transport.client, &self.endpoint);
        let response = builder
            .headers(self.headers.clone())
            .send()
            .await
            .map_err(|error| Miss::in_transport(&error))?;
        let status = response.status();
        ticket.answered(status, response.headers());
        let elapsed = started.elapsed().as_millis();
        log::info!("{request_line} -> {} in {elapsed} ms", status.as_u16());
        log_details(&response);
        if status.is_redirection() {
            return Err(Miss::redirected(&response));
        }
        let headers = response.headers().clone();
        let body = answer::read(response, MOST_BYTES).await;
        if status.is_success() {
            return Ok(Answer {
                body: body?,
                date: date(&headers),
            });
        }
        // The status says enough, even if the text that explains it was lost.
        let message = answer::message(status, &body.unwrap_or_default());
        Err(Miss::refused(status, &headers, &message))
    }
}

/// Shows the endpoint and nothing else.
impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http")
            .field("endpoint", &self.endpoint.as_str())
            .finish_non_exhaustive()
    }
}

fn date(headers: &HeaderMap) -> Option<Timestamp> {
    wait::http_date(headers.get(DATE)?.to_str().ok()?)
}

fn log_details(response: &reqwest::Response) {
    // Shown as the number that it is: a server may put anything into a header.
    let left = response.headers().get("x-ratelimit-remaining");
    let left = left.and_then(|left| left.to_str().ok()?.parse::<u64>().ok());
    if let Some(left) = left {
        log::debug!("requests left before the rate limit: {left}");
    }
    if let Some(peer) = response.remote_addr() {
        log::debug!("answered by {peer} over {:?}", response.version());
    }
}
