use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{NoProxy, Version};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use crate::api::error::{Error, ErrorKind};
use crate::config::{Endpoint, Proxy};

const USER_AGENT: &str = concat!("orgconn/", env!("CARGO_PKG_VERSION"));
/// The maximum time to connect. A host that is up accepts a connection sooner.
const MAX_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The maximum number of requests in flight over HTTP/1.1. Each needs its own connection there, and a gateway may allow
/// few. Curl opens up to fifty in parallel.
const MAX_HTTP1_REQUESTS: usize = 32;
/// The maximum number of requests in flight over HTTP/2, where requests share one connection. RFC 9113 (6.5.2)
/// recommends that servers allow at least this many; the HTTP library obeys a server that allows fewer.
const MAX_HTTP2_REQUESTS: usize = 100;

/// The connections to one server. They are shared by the clones, and by all clients that are created with one of them.
#[derive(Clone)]
pub struct Transport(Arc<Inner>);

struct Inner {
    endpoint: Endpoint,
    client: reqwest::Client,
    /// One permit for each request that may be in flight.
    in_flight: Semaphore,
    speaks_http2: AtomicBool,
}

impl Transport {
    /// Prepares connections to a server without opening any. `timeout` is the time limit of one operation; connecting
    /// may take nine tenths of it, and at most ten seconds.
    ///
    /// Uses the system's certificates and its proxies. Loopback hosts are reached without a proxy.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Setup`] if the system has no certificates.
    pub fn new(endpoint: Endpoint, timeout: Duration) -> Result<Self, Error> {
        Self::through(None, endpoint, timeout)
    }

    /// As [`Transport::new`], with this proxy in place of the system's.
    pub(crate) fn through(
        proxy: Option<&Proxy>,
        endpoint: Endpoint,
        timeout: Duration,
    ) -> Result<Self, Error> {
        // An error means that a provider is installed already; it is used then.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(Policy::none())
            .referer(false)
            // It ends before the operation does: then it is certain that the request was not sent.
            .connect_timeout(MAX_CONNECT_TIMEOUT.min(timeout / 10 * 9));
        if !endpoint.is_https() {
            // Reading the system's certificates takes milliseconds, and plain HTTP needs none.
            builder = builder.tls_certs_only([]);
        }
        if endpoint.is_loopback() {
            builder = builder.no_proxy();
        } else if let Some(proxy) = proxy {
            let exceptions = NoProxy::from_string(&proxy.exceptions);
            let proxy =
                reqwest::Proxy::all(proxy.url.clone()).map_err(|error| setup_error(&error))?;
            builder = builder.no_proxy().proxy(proxy.no_proxy(exceptions));
        }
        let client = builder.build().map_err(|error| setup_error(&error))?;
        Ok(Self(Arc::new(Inner {
            endpoint,
            client,
            in_flight: Semaphore::new(MAX_HTTP1_REQUESTS),
            speaks_http2: AtomicBool::new(false),
        })))
    }

    /// The server that the requests go to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    pub(super) fn client(&self) -> &reqwest::Client {
        &self.0.client
    }

    /// Waits until another request may be in flight. `None` if none may before `deadline`.
    pub(super) async fn wait_for_slot(&self, deadline: Instant) -> Option<SemaphorePermit<'_>> {
        let permit = timeout_at(deadline, self.0.in_flight.acquire()).await;
        permit.ok()?.ok()
    }

    /// Raises the number of requests in flight after the first answer over HTTP/2.
    pub(super) fn record_version(&self, version: Version) {
        if version == Version::HTTP_2 && !self.0.speaks_http2.swap(true, Ordering::Relaxed) {
            let more = MAX_HTTP2_REQUESTS - MAX_HTTP1_REQUESTS;
            self.0.in_flight.add_permits(more);
        }
    }
}

/// Shows only the endpoint: the settings of a proxy may contain a password.
impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Transport");
        debug.field("endpoint", &self.0.endpoint.base_url());
        debug.finish_non_exhaustive()
    }
}

/// Creates the error for a client that cannot be set up. Its usual cause is that there are no certificates.
fn setup_error(error: &reqwest::Error) -> Error {
    let detail = match root_cause(error) {
        cause if cause.contains("No CA certificates") => {
            "there are no certificates on this machine to tell the right server by".to_owned()
        }
        cause => format!("cannot set up the HTTP client: {cause}"),
    };
    Error::new(ErrorKind::Setup, detail)
}

/// Turns a failure of the connection into an error that says whether the request was sent and whether it may be sent
/// again.
pub(super) fn to_api_error(error: &reqwest::Error) -> Error {
    let cause = root_cause(error);
    if error.is_builder() {
        return Error::new(ErrorKind::Setup, cause);
    }
    let is_sent = !error.is_connect();
    let (kind, detail) = if let Some(reason) = tls_failure(error) {
        (ErrorKind::Tls, format!("no TLS connection: {reason}"))
    } else if any_cause_mentions(error, "tunnel error") {
        let detail = format!("the proxy could not connect: {cause}");
        (ErrorKind::Proxy, detail)
    } else if error.is_timeout() {
        let failed = if is_sent {
            "no answer"
        } else {
            "cannot connect"
        };
        (ErrorKind::Timeout, format!("{failed} in time"))
    } else if is_sent {
        let detail = format!("the connection was lost: {cause}");
        (ErrorKind::Network, detail)
    } else {
        (ErrorKind::Network, format!("cannot connect: {cause}"))
    };
    let max_retries = match kind {
        ErrorKind::Tls => 0,
        ErrorKind::Proxy => 1,
        // A name that is not found is usually misspelt. One retry covers a resolver that fails by chance.
        ErrorKind::Network if any_cause_mentions(error, "dns error") => 1,
        _ => u32::MAX,
    };
    Error::new(kind, detail)
        .with_max_retries(max_retries)
        .with_outcome_unknown(is_sent)
}

/// The message of the innermost cause.
fn root_cause(error: &reqwest::Error) -> String {
    let cause = error_and_causes(error).last();
    cause.map(ToString::to_string).unwrap_or_default()
}

fn any_cause_mentions(error: &reqwest::Error, text: &str) -> bool {
    error_and_causes(error).any(|cause| cause.to_string().contains(text))
}

fn tls_failure(error: &reqwest::Error) -> Option<String> {
    let cause = error_and_causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>())?;
    Some(match cause {
        rustls::Error::InvalidMessage(_) => "the server did not answer with TLS".to_owned(),
        other => other.to_string(),
    })
}

/// The error and its chain of causes. `source()` skips the error that an I/O error wraps, so that one is asked for
/// separately.
fn error_and_causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        match error.downcast_ref().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped as &(dyn StdError + 'static)),
            None => error.source(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_requests_may_be_in_flight_once_an_answer_came_over_http2() {
        let endpoint = Endpoint::from_url("https://127.0.0.1:1", &[]).unwrap();
        let transport = Transport::new(endpoint, Duration::from_secs(1)).unwrap();
        let allowed = || transport.0.in_flight.available_permits();
        transport.record_version(Version::HTTP_11);
        assert_eq!(allowed(), MAX_HTTP1_REQUESTS);
        for _ in 0..2 {
            transport.record_version(Version::HTTP_2);
            assert_eq!(allowed(), MAX_HTTP2_REQUESTS);
        }
    }
}
