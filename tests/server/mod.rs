//! A server that imitates the API in tests of traffic and in benchmarks: any number of orgs, TLS with HTTP/2, latency,
//! rate limits. It counts requests and connections. It is written from the API's documentation and shares nothing with
//! the program.

pub(crate) mod account;
pub(crate) mod apply_input;
pub(crate) mod certificate;
mod rate_limit;

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use self::account::{Account, Answer, Org};
use self::rate_limit::Periods;
pub(crate) use self::rate_limit::RateLimit;

/// A server that runs in a thread of its own until it is dropped.
pub(crate) struct Server {
    /// The base URL.
    pub(crate) url: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The options of a server.
#[derive(Clone, Copy, Default)]
pub(crate) struct ServerOptions {
    /// How many source orgs the account has, which is how many connections the hub sees.
    pub(crate) sources: u32,
    /// The delay before each answer, and before a new TCP connection is served.
    pub(crate) latency: Duration,
    /// How many requests each org may send.
    pub(crate) rate_limit: RateLimit,
}

/// The requests and connections of clients, counted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Traffic {
    /// Requests that were answered.
    pub(crate) requests: u64,
    /// The requests among them that were answered 429.
    pub(crate) refused: u64,
    /// TCP connections that were opened.
    pub(crate) connections: u64,
}

struct Shared {
    options: ServerOptions,
    tls: Option<TlsAcceptor>,
    state: Mutex<State>,
}

struct State {
    account: Account,
    periods: Periods,
    traffic: Traffic,
}

impl Server {
    /// Serves a new account on a loopback port, over TLS if a configuration for it is given.
    pub(crate) fn start(options: ServerOptions, tls: Option<&Arc<ServerConfig>>) -> Self {
        let shared = Arc::new(Shared {
            options,
            tls: tls.map(|config| TlsAcceptor::from(Arc::clone(config))),
            state: Mutex::new(State {
                account: Account::new(options.sources),
                periods: Periods::default(),
                traffic: Traffic::default(),
            }),
        });
        let socket = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.set_nonblocking(true).unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", socket.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let thread = thread::spawn(move || serve(socket, &serving, stopped));
        Self {
            url,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Undoes all changes to the account.
    pub(crate) fn reset(&self) {
        let account = Account::new(self.shared.options.sources);
        self.shared.state.lock().unwrap().account = account;
    }

    /// The traffic since the last call.
    pub(crate) fn take_traffic(&self) -> Traffic {
        std::mem::take(&mut self.shared.state.lock().unwrap().traffic)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(socket: std::net::TcpListener, shared: &Arc<Shared>, mut stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let socket = TcpListener::from_std(socket).unwrap();
        loop {
            tokio::select! {
                _ = &mut stopped => return,
                accepted = socket.accept() => {
                    let (stream, _) = accepted.unwrap();
                    tokio::spawn(serve_connection(Arc::clone(shared), stream));
                }
            }
        }
    });
}

async fn serve_connection(shared: Arc<Shared>, stream: TcpStream) {
    shared.state.lock().unwrap().traffic.connections += 1;
    delay(shared.options.latency).await;
    stream.set_nodelay(true).unwrap();
    match shared.tls.clone() {
        None => serve_requests(shared, stream).await,
        Some(acceptor) => {
            // If a client does not trust the certificate, this fails and the client is gone.
            if let Ok(stream) = acceptor.accept(stream).await {
                serve_requests(shared, stream).await;
            }
        }
    }
}

async fn serve_requests<S>(shared: Arc<Shared>, stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request| answer(Arc::clone(&shared), request));
    let builder = auto::Builder::new(TokioExecutor::new());
    // It ends with an error when the client goes away in the middle of an answer.
    let _ = builder
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap_or_default().to_bytes();
    delay(shared.options.latency).await;
    let State {
        account,
        periods,
        traffic,
    } = &mut *shared.state.lock().unwrap();
    traffic.requests += 1;
    let mut response = Response::builder().header("content-type", "application/json");
    let header = |name| head.headers.get(name)?.to_str().ok();
    let keys = header("dd-api-key").zip(header("dd-application-key"));
    let answer = match keys.and_then(|(api_key, app_key)| account.org_of_keys(api_key, app_key)) {
        None => Err((403, "Forbidden".to_owned())),
        Some(org) => {
            let (headers, is_allowed) = periods.count(org, shared.options.rate_limit);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            match is_allowed {
                true => route(account, org, &head, &body),
                false => {
                    traffic.refused += 1;
                    Err((429, "Too many requests".to_owned()))
                }
            }
        }
    };
    let (status, body) = match answer {
        Ok(body) => (200, body),
        Err((status, message)) => (status, json!({"errors": [message]}).to_string().into()),
    };
    Ok(response.status(status).body(Full::new(body)).unwrap())
}

fn route(account: &mut Account, org: Org, head: &Parts, body: &[u8]) -> Answer {
    const CONNECTIONS: &str = "/api/v2/org_connections";
    let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
    let connection = path.strip_prefix("/api/v2/org_connections/");
    match (head.method.as_str(), path, connection) {
        ("GET", CONNECTIONS, _) => Ok(account.list(org, query)),
        ("POST", CONNECTIONS, _) => account.create(org, body),
        ("PATCH", _, Some(id)) => account.update(org, id, body),
        ("DELETE", _, Some(id)) => account.delete(org, id),
        ("GET", "/api/v2/org", _) => Ok(account.managed_orgs(org, query)),
        ("GET", "/api/v2/current_user", _) => Ok(Account::current_user(org)),
        _ => Err((404, "Not found".to_owned())),
    }
}

async fn delay(time: Duration) {
    // A sleep of zero would last until the timer's next tick.
    if !time.is_zero() {
        sleep(time).await;
    }
}
