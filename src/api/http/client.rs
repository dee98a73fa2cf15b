use std::borrow::Cow;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::SignedDuration;
use reqwest::Response;
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use super::answer::{Answer, header_text};
use super::auth::AuthHeaders;
use super::rate_limit::{Permit, RateLimiter};
use super::request::Request;
use super::transport::{self, Transport};
use crate::api::error::{Error, ErrorKind};
use crate::api::wire::NOT_UNDERSTOOD;
use crate::config::Credentials;

/// The maximum wait before a retry, unless the service asks for a longer one.
const MAX_BACKOFF: Duration = Duration::from_secs(10);
/// Replaces a longer timeout, which could overflow the clock.
const MAX_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 3600);
/// The maximum number of characters of a server's text in an error.
pub(super) const MAX_DETAIL: usize = 300;

/// How a client waits, retries and stops.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// How long one operation may take, with its retries and waits.
    pub timeout: Duration,
    /// Where the timeout comes from, for messages: `--timeout`.
    pub timeout_origin: Option<&'static str>,
    /// How often a request is sent again, at most.
    pub max_retries: u32,
    /// The maximum wait before the first retry. It doubles with each retry, up to ten seconds.
    pub backoff: Duration,
    /// Cancelled to interrupt the client: waits and reads end at once and no new request is sent, but a write that was
    /// sent is completed.
    pub interrupt: CancellationToken,
    /// Where the credentials come from, for messages: `DD_API_KEY and DD_APP_KEY`. Never a secret.
    pub credentials_origin: Option<String>,
    /// The setting that names the server, for messages: `DD_SITE`.
    pub server_origin: Option<String>,
    /// What messages call the server; `None` for its host.
    pub server_name: Option<String>,
}

/// One minute for each operation, three retries, and a quarter of a second before the first retry.
impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            timeout_origin: None,
            max_retries: 3,
            backoff: Duration::from_millis(250),
            interrupt: CancellationToken::new(),
            credentials_origin: None,
            server_origin: None,
            server_name: None,
        }
    }
}

/// A client of the API with one set of credentials. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    transport: Transport,
    settings: ClientSettings,
    rate_limiter: Arc<RateLimiter>,
    auth: Arc<AuthHeaders>,
}

impl Client {
    /// Creates a client. Nothing is sent yet.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::InvalidKey`] if a key cannot be sent in a header.
    pub fn new(
        transport: Transport,
        credentials: &Credentials,
        settings: ClientSettings,
    ) -> Result<Self, Error> {
        Ok(Self {
            auth: Arc::new(AuthHeaders::new(credentials)?),
            rate_limiter: Arc::default(),
            transport,
            settings: ClientSettings {
                timeout: settings.timeout.min(MAX_TIMEOUT),
                ..settings
            },
        })
    }

    /// A client with the same rate limit that is never interrupted, to finish what was begun.
    pub fn without_interrupt(&self) -> Self {
        let mut client = self.clone();
        client.settings.interrupt = CancellationToken::new();
        client
    }

    /// Waits for the given time, or until the client is interrupted.
    ///
    /// # Errors
    /// Fails at once with [`ErrorKind::Interrupted`] when the client is interrupted.
    pub async fn sleep(&self, length: Duration) -> Result<(), Error> {
        let sleeping = async {
            sleep(length).await;
            Ok(())
        };
        self.unless_interrupted(sleeping).await
    }

    /// Sends a request, and parses the body of its answer with `parse`.
    pub(in crate::api) async fn call<T>(
        &self,
        request: &Request,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Error> {
        let answer = self.send(request).await?;
        parse(&answer.body).ok_or_else(|| self.unreadable(request))
    }

    /// Sends the request, and sends it again after a temporary failure until the timeout is over.
    ///
    /// # Errors
    /// Fails if no attempt got an answer that shows its success. [`Error::is_outcome_unknown`] is true if an attempt of a write may have taken
    /// effect.
    pub(in crate::api) async fn send(&self, request: &Request) -> Result<Answer, Error> {
        let deadline = Instant::now() + self.settings.timeout;
        let mut retries = 0;
        let mut may_be_done = false;
        let error = loop {
            // All calls end here: a box keeps the types of their futures below the depth that the compiler allows.
            let attempt = Box::pin(self.attempt(request, retries, deadline));
            let error = match attempt.await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            may_be_done |= request.is_write() && error.is_outcome_unknown();
            let Some(wait) = self.wait_before_retry(&error, retries, deadline) else {
                break error;
            };
            if error.kind() == ErrorKind::RateLimited {
                self.rate_limiter.announce(request, Instant::now() + wait);
            }
            let (target, wait_ms) = (request.target(), wait.as_millis());
            log::info!("{target} is sent again in {wait_ms} ms: {}", error.detail());
            // An interrupt ends this wait early; the next attempt then fails with the error.
            let _ = self.sleep(wait).await;
            retries += 1;
        };
        let error = self.in_context(error, request);
        Err(error.with_outcome_unknown(may_be_done))
    }

    /// Waits until the rate limit allows a request like `request`, without sending it.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::RateLimited`] if the wait would exceed the timeout of one operation, or with
    /// [`ErrorKind::Interrupted`].
    pub(in crate::api) async fn wait_to_send(&self, request: &Request) -> Result<(), Error> {
        let deadline = Instant::now() + self.settings.timeout;
        let waiting = self.rate_limiter.acquire(request, deadline);
        let permit = self.unless_interrupted(waiting).await;
        let permit = permit.map_err(|error| self.in_context(error, request))?;
        permit.give_back();
        Ok(())
    }

    /// Creates the error for an answer that does not have the form of the API's. A write may have taken effect.
    fn unreadable(&self, request: &Request) -> Error {
        let error = Error::new(ErrorKind::Decode, NOT_UNDERSTOOD);
        self.in_context(error.with_outcome_unknown(request.is_write()), request)
    }

    /// Whether the URL of the API has a path, which may be a mistake.
    pub(in crate::api) fn has_path_in_url(&self) -> bool {
        let endpoint = self.transport.endpoint();
        !endpoint.base_url().ends_with(endpoint.authority())
    }

    /// Adds the request that failed, its host, and where the credentials and the server come from to the error.
    pub(in crate::api) fn in_context(&self, error: Error, request: &Request) -> Error {
        let host = self.transport.endpoint().authority();
        let ClientSettings {
            credentials_origin,
            server_origin,
            server_name,
            ..
        } = &self.settings;
        error
            .with_request(request.label(), server_name.as_deref().unwrap_or(host))
            .with_origins(credentials_origin.clone(), server_origin.clone())
    }

    /// Sends the request once, after waiting for the rate limit and for a free place among the requests in flight.
    async fn attempt(
        &self,
        request: &Request,
        retries: u32,
        deadline: Instant,
    ) -> Result<Answer, Error> {
        let mut admission = pin!(self.admit(request, deadline));
        // The caller may have recorded the write in the journal already. So its first attempt is sent even after an
        // interrupt, unless it has to wait.
        let immediate = match request.is_write() && retries == 0 {
            true => admission.as_mut().now_or_never(),
            false => None,
        };
        let (permit, _in_flight) = match immediate {
            Some(admitted) => admitted?,
            None => self.unless_interrupted(admission).await?,
        };
        let sending = self.send_once(request, permit, deadline);
        // Cancelling a write would leave its outcome unknown, so a write is never cancelled.
        match request.is_write() {
            true => sending.await,
            false => self.unless_interrupted(sending).await,
        }
    }

    /// Waits until the org's rate limit allows the request, and until fewer than the maximum number of requests are in
    /// flight.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::RateLimited`] or [`ErrorKind::Timeout`] if the request may not be sent before
    /// `deadline`.
    async fn admit(
        &self,
        request: &Request,
        deadline: Instant,
    ) -> Result<(Permit<'_>, SemaphorePermit<'_>), Error> {
        let permit = self.rate_limiter.acquire(request, deadline).await?;
        match self.transport.wait_for_slot(deadline).await {
            Some(in_flight) => Ok((permit, in_flight)),
            None => {
                let detail = "not sent in time: too many other requests were in progress";
                Err(Error::new(ErrorKind::Timeout, detail))
            }
        }
    }

    /// Sends the request and reads its answer. Fails if the answer is not complete before `deadline`.
    async fn send_once(
        &self,
        request: &Request,
        permit: Permit<'_>,
        deadline: Instant,
    ) -> Result<Answer, Error> {
        let started = Instant::now();
        let base_url = self.transport.endpoint().base_url();
        let builder = request.builder(self.transport.client(), base_url);
        let sending = builder.headers(self.auth.headers().clone()).send();
        let answering = async {
            let response = sending
                .await
                .map_err(|error| transport::to_api_error(&error))?;
            permit.record_answer(response.status(), response.headers());
            self.transport.record_version(response.version());
            log_answer(request, &response, started.elapsed());
            Answer::read(response, request).await
        };
        let answer = timeout_at(deadline, answering).await;
        let answer = answer.unwrap_or_else(|_| {
            let detail = format!("no answer within {}", self.timeout_text());
            Err(Error::new(ErrorKind::Timeout, detail).with_outcome_unknown(true))
        });
        let answer = answer.map(|mut answer| {
            // A hostile server may put them in a name, which would be shown and stored.
            let redacted = match self.auth.redact(&answer.body) {
                Cow::Owned(body) => Some(body),
                Cow::Borrowed(_) => None,
            };
            answer.body = redacted.unwrap_or(answer.body);
            answer
        });
        answer.map_err(|error| {
            // Secrets are redacted before the text is cut, since a cut could leave a part of a secret.
            let detail = shorten_to_one_line(&self.auth.redact(error.detail()));
            let (target, elapsed) = (request.target(), started.elapsed().as_millis());
            log::debug!("{target} failed after {elapsed} ms: {detail}");
            error.with_detail(detail)
        })
    }

    /// The timeout and where it comes from: `1s (--timeout)`.
    fn timeout_text(&self) -> String {
        let timeout =
            SignedDuration::try_from(self.settings.timeout).unwrap_or(SignedDuration::MAX);
        match self.settings.timeout_origin {
            Some(origin) => format!("{timeout:#} ({origin})"),
            None => format!("{timeout:#}"),
        }
    }

    /// How long to wait before the next attempt. `None` if the request is not sent again.
    fn wait_before_retry(
        &self,
        error: &Error,
        retries: u32,
        deadline: Instant,
    ) -> Option<Duration> {
        if retries >= self.settings.max_retries.min(error.max_retries()) {
            return None;
        }
        // A part of the wait is random, so that clients that failed at the same time do not retry at the same time.
        let first = self.settings.backoff;
        let backoff = first.saturating_mul(1 << retries.min(16)).min(MAX_BACKOFF);
        let wait = match error.retry_after() {
            Some(asked) => asked.saturating_add(first.mul_f64(fastrand::f64())),
            None => backoff.mul_f64(fastrand::f64()),
        };
        let left = deadline.saturating_duration_since(Instant::now());
        (wait < left).then_some(wait)
    }

    /// Waits for the result of `future`. Fails if the client is interrupted first.
    async fn unless_interrupted<T>(
        &self,
        future: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        tokio::select! {
            biased;
            () = self.settings.interrupt.cancelled() => {
                Err(Error::new(ErrorKind::Interrupted, "interrupted"))
            }
            result = future => result,
        }
    }
}

fn log_answer(request: &Request, response: &Response, elapsed: Duration) {
    let (target, status) = (request.target(), response.status().as_u16());
    log::info!("{target} -> {status} in {} ms", elapsed.as_millis());
    // Only a number is logged, since a server may write anything into a header.
    let remaining = header_text(response.headers(), "x-ratelimit-remaining");
    if let Some(remaining) = remaining.and_then(|text| text.parse::<u64>().ok()) {
        log::debug!("requests left before the rate limit: {remaining}");
    }
    if let Some(peer) = response.remote_addr() {
        log::debug!("answered by {peer} over {:?}", response.version());
    }
}

/// Puts the text on one line, with spaces in place of control characters, and cuts it to [`MAX_DETAIL`] characters.
pub(super) fn shorten_to_one_line(text: &str) -> String {
    let mut line = text.replace(char::is_control, " ");
    if let Some((end, _)) = line.char_indices().nth(MAX_DETAIL) {
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_stays_on_one_line() {
        assert_eq!(shorten_to_one_line("a\r\n\u{1b}[31mb"), "a   [31mb");
        let cut = shorten_to_one_line(&"é".repeat(1000));
        assert_eq!(cut.chars().count(), MAX_DETAIL + 1);
    }
}
