use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::answers::{Answer, Refusal};
use super::auth::Caller;
use super::call::Call;
use super::rate_limit::{RateLimit, RateLimits};
use super::{Sandbox, SandboxError, routes};

/// The longest body that is read. The API's own requests have a few hundred bytes.
const LONGEST_BODY: usize = 1 << 20;

/// How long requests in flight may take to end once the server is told to stop.
const GRACE: Duration = Duration::from_millis(250);

/// A socket on a loopback address, on which the sandbox may be served.
#[derive(Debug)]
pub struct Listener {
    socket: std::net::TcpListener,
    address: SocketAddr,
}

/// How a sandbox is served.
#[derive(Default)]
pub struct ServeOptions {
    /// Waited for before every answer, as a far-away service would make a client wait.
    pub latency: Duration,
    /// Beyond it an org is answered 429. Without one, the headers of every answer tell of one that is never met.
    pub rate_limit: Option<RateLimit>,
    /// Called after every answer. Neither keys nor query strings reach it.
    pub log: Option<Log>,
}

/// What is told of every answer.
pub type Log = Box<dyn Fn(&Served) + Send + Sync>;

/// A request that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// The method.
    pub method: Method,
    /// The path, without the query string: a misled client may have put keys there.
    pub path: String,
    /// The status of the answer.
    pub status: StatusCode,
}

/// Serves the sandbox over HTTP/1.1 and, to clients that know beforehand, HTTP/2 without TLS, until `shutdown` is
/// done. Requests in flight then have a quarter of a second to end.
///
/// # Errors
/// The runtime, which must have its I/O and time enabled, does not take the socket.
pub async fn serve(
    sandbox: Sandbox,
    listener: Listener,
    options: ServeOptions,
    shutdown: impl Future<Output = ()>,
) -> Result<(), SandboxError> {
    let address = listener.address;
    let socket = TcpListener::from_std(listener.socket)
        .map_err(|source| SandboxError::Listen { address, source })?;
    let server = Arc::new(Server::new(sandbox, options));
    let (stop, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = socket.accept() => match accepted {
                Ok((stream, _)) => {
                    // Without it small answers may wait for the client's acknowledgement; with it nothing is lost
                    // on loopback.
                    let _ = stream.set_nodelay(true);
                    let mut stopped = stopped.clone();
                    let stopped = async move { drop(stopped.changed().await) };
                    connections.spawn(Arc::clone(&server).converse(stream, stopped));
                }
                // As a rule too many open files: it passes, and until then trying at once would take all the time.
                Err(_) => sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop((socket, stop));
    // What is not done by then is cut off when the set is dropped.
    let _ = timeout(GRACE, async {
        while connections.join_next().await.is_some() {}
    })
    .await;
    Ok(())
}

/// What answers, for who accepts the clients himself: a listener that speaks TLS, or counts. Everybody else calls
/// [`serve`].
#[derive(Debug)]
pub struct Server {
    sandbox: Sandbox,
    options: ServeOptions,
    rate_limits: RateLimits,
}

impl Server {
    /// A server that nobody talks to yet.
    pub fn new(sandbox: Sandbox, options: ServeOptions) -> Self {
        Self {
            sandbox,
            rate_limits: RateLimits::new(options.rate_limit),
            options,
        }
    }

    /// Answers the requests of one client until it goes away, or `stopped` is done and the request in flight answered.
    ///
    /// Must be run inside a tokio runtime that has its time enabled.
    pub async fn converse<S>(self: Arc<Self>, stream: S, stopped: impl Future<Output = ()>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new());
        builder.http2().timer(TokioTimer::new());
        let service = service_fn(|request| {
            let server = Arc::clone(&self);
            async move { server.answer(request).await }
        });
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        tokio::select! {
            _ = connection.as_mut() => return,
            () = stopped => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let call = read(request).await;
        // A sleep of no time at all would still last until the timer's next tick.
        if !self.options.latency.is_zero() {
            sleep(self.options.latency).await;
        }
        let caller = Caller::of(&call.headers).ok();
        let quota = self
            .rate_limits
            .count(caller.map(|caller| caller.org), Instant::now());
        let answer = match quota.is_exceeded {
            true => Refusal::TooManyRequests.into(),
            false => routes::answer(&self.sandbox, &call),
        };
        if let Some(log) = &self.options.log {
            log(&Served {
                method: call.method,
                path: call.path,
                status: answer.status,
            });
        }
        let mut response = Response::from(answer);
        quota.tell(response.headers_mut());
        Ok(response)
    }
}

async fn read(request: Request<Incoming>) -> Call {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, LONGEST_BODY).collect().await;
    Call {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body: body.ok().map(|body| body.to_bytes()),
    }
}

impl From<Answer> for Response<Full<Bytes>> {
    fn from(answer: Answer) -> Self {
        let mut response = Self::new(Full::new(answer.body));
        *response.status_mut() = answer.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(methods) = answer.allow {
            headers.insert(ALLOW, HeaderValue::from_static(methods));
        }
        response
    }
}

impl Listener {
    /// Listens on `address`; port 0 stands for any free port.
    ///
    /// # Errors
    /// The address is none of this machine alone, or is taken.
    pub fn bind(address: SocketAddr) -> Result<Self, SandboxError> {
        if !address.ip().is_loopback() {
            return Err(SandboxError::NotLoopback(address));
        }
        let bound = || {
            let socket = std::net::TcpListener::bind(address)?;
            socket.set_nonblocking(true)?;
            let address = socket.local_addr()?;
            Ok(Self { socket, address })
        };
        bound().map_err(|source| SandboxError::Listen { address, source })
    }

    /// The API's base URL here, such as `http://127.0.0.1:8126`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl fmt::Debug for ServeOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServeOptions")
            .field("latency", &self.latency)
            .field("rate_limit", &self.rate_limit)
            .finish_non_exhaustive()
    }
}

/// `GET /api/v2/org 200`
impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.method, self.path, self.status.as_u16())
    }
}
