use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinError, JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::auth::Caller;
use super::error::{ApiError, SandboxError};
use super::handlers;
use super::message::{Request, Response, is_for_loopback};
use super::rate_limit::{RateLimit, RateLimitUsage, RateLimiter};
use super::state::Sandbox;

/// The time that requests in flight get after the server is told to stop.
const GRACE_PERIOD: Duration = Duration::from_millis(250);

/// The largest number of clients that are served at once. Others wait.
const MAX_CONNECTIONS: usize = 128;

/// The largest head of a request, in bytes, and the largest number of its headers.
const MAX_HEAD: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;

/// How long a connection may last: after [`MAX_CONNECTION_AGE`] it takes no further request, and one in flight has
/// [`LAST_REQUEST_TIME`] to end. A client that sends or reads slowly, or not at all, so makes place for others.
const MAX_CONNECTION_AGE: Duration = Duration::from_secs(10);
const LAST_REQUEST_TIME: Duration = Duration::from_secs(2);

/// A socket on a loopback address.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

/// The options of a sandbox server.
#[derive(Debug, Default)]
pub(crate) struct ServeOptions {
    /// The delay before each answer.
    pub(crate) latency: Duration,
    /// How many requests each org may send; without it the limit that answers report is never reached.
    pub(crate) rate_limit: Option<RateLimit>,
    /// Whether each answer is logged: method, path and status, but not the query string, which may contain keys.
    pub(crate) log_requests: bool,
    /// Whether connections end at a certain age. The server must then be stopped and awaited before the runtime shuts
    /// down: its timers would panic.
    pub(crate) limit_age: bool,
}

/// A sandbox that this process serves. Dropping it stops the server.
#[derive(Debug)]
pub(crate) struct ServerHandle {
    url: String,
    _server: AbortOnDropHandle<()>,
}

/// Opens the data in `state_file` and serves it in the background, on a free port of 127.0.0.1.
///
/// Must be called in a tokio runtime.
///
/// # Errors
/// Fails as [`Sandbox::open`] and [`Listener::bind`] do.
pub(crate) fn start(state_file: &Path) -> Result<ServerHandle, SandboxError> {
    let sandbox = Sandbox::open(state_file)?;
    let listener = Listener::bind((Ipv4Addr::LOCALHOST, 0).into())?;
    let url = listener.url();
    let never = CancellationToken::new();
    // Aborted rather than stopped: the grace period would panic on its timer while the runtime shuts down.
    let server = tokio::spawn(serve(sandbox, listener, ServeOptions::default(), never));
    Ok(ServerHandle {
        url,
        _server: AbortOnDropHandle::new(server),
    })
}

impl ServerHandle {
    /// The API's base URL, such as `http://127.0.0.1:40123`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Listener {
    /// Listens on `address`; port 0 stands for a free one. Must be called in a tokio runtime.
    ///
    /// # Errors
    /// Fails if the address is not a loopback address, or is already in use.
    pub(crate) fn bind(address: SocketAddr) -> Result<Self, SandboxError> {
        if !address.ip().is_loopback() {
            return Err(SandboxError::NotLoopback(address));
        }
        let bind = || {
            let socket = std::net::TcpListener::bind(address)?;
            socket.set_nonblocking(true)?;
            let address = socket.local_addr()?;
            let socket = TcpListener::from_std(socket)?;
            Ok(Self { socket, address })
        };
        bind().map_err(|source| SandboxError::Listen { address, source })
    }

    /// The API's base URL, such as `http://127.0.0.1:8126`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Serves the sandbox over HTTP/1.1 until `stop` is cancelled. Requests in flight then have a quarter of a second to end.
pub(crate) async fn serve(
    sandbox: Sandbox,
    listener: Listener,
    options: ServeOptions,
    stop: CancellationToken,
) {
    let rate_limiter = options.rate_limit.map(RateLimiter::new);
    let server = Arc::new(Server {
        sandbox,
        options,
        rate_limiter,
    });
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.socket.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(Arc::clone(&server).serve_connection(stream, stop.clone()));
                }
                // Usually too many open files, which passes. Without a pause the loop would take all processor time.
                Err(_) => sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    // Dropping the set ends the connections that are still open.
    let _ = timeout(GRACE_PERIOD, connections.join_all()).await;
}

struct Server {
    sandbox: Sandbox,
    options: ServeOptions,
    rate_limiter: Option<RateLimiter>,
}

impl Server {
    /// Answers one client until it disconnects, or `stop` is cancelled and the request in flight answered.
    async fn serve_connection(self: Arc<Self>, stream: TcpStream, stop: CancellationToken) {
        // With Nagle's algorithm, small answers would wait for the client's acknowledgement.
        let _ = stream.set_nodelay(true);
        let mut builder = http1::Builder::new();
        builder.max_buf_size(MAX_HEAD).max_headers(MAX_HEADERS);
        let service = service_fn(|request| Arc::clone(&self).answer(request));
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        tokio::select! {
            _ = connection.as_mut() => return,
            () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
            () = sleep(MAX_CONNECTION_AGE), if self.options.limit_age => {
                connection.as_mut().graceful_shutdown();
                let _ = timeout(LAST_REQUEST_TIME + self.options.latency, connection).await;
                return;
            }
        }
        let _ = connection.await;
    }

    async fn answer(
        self: Arc<Self>,
        request: hyper::Request<Incoming>,
    ) -> Result<hyper::Response<Full<Bytes>>, JoinError> {
        if !is_for_loopback(&request) {
            return Ok(Response::from(ApiError::OtherHost).into());
        }
        let request = Request::read(request).await;
        // A sleep of zero would still last until the timer's next tick.
        if !self.options.latency.is_zero() {
            sleep(self.options.latency).await;
        }
        // The handlers block while they wait for the state file's lock.
        let response = spawn_blocking(move || self.respond(&request)).await?;
        Ok(response.into())
    }

    fn respond(&self, request: &Request) -> Response {
        let (usage, is_allowed) = self.count(request);
        let mut response = match is_allowed {
            true => handlers::respond(&self.sandbox, request),
            false => Response::from(ApiError::TooManyRequests),
        };
        response.rate_limit = usage;
        if self.options.log_requests {
            let Request { method, path, .. } = request;
            log::info!("{method} {path} {}", response.status.as_u16());
        }
        response
    }

    /// Counts the request towards the limit of its org. The flag is true if it is within the limit. A request without
    /// valid credentials belongs to no org.
    fn count(&self, request: &Request) -> (RateLimitUsage, bool) {
        match (&self.rate_limiter, Caller::from_headers(&request.headers)) {
            (Some(rate_limiter), Ok(caller)) => rate_limiter.count(caller.org),
            _ => (RateLimitUsage::default(), true),
        }
    }
}
