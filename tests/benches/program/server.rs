//! The sandbox on a loopback port, with the delays of a far-away service, counting who comes and asks.

use std::future::pending;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use orgconn::sandbox::{RateLimit, Sandbox, ServeOptions, Served, Server};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// A server that is running in a thread of its own, until it is dropped.
pub(crate) struct Service {
    /// Its base URL.
    pub(crate) url: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What a server is like.
#[derive(Clone, Copy, Default)]
pub(crate) struct Conditions {
    /// How many orgs and connections the account has besides the sample's.
    pub(crate) generated: u32,
    /// Waited for before each answer, and before a new TCP connection is served.
    pub(crate) latency: Duration,
    /// How many requests each org may send.
    pub(crate) rate_limit: Option<RateLimit>,
}

struct Shared {
    conditions: Conditions,
    tls: Option<TlsAcceptor>,
    current: Mutex<Arc<Server>>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    requests: AtomicU64,
    refused: AtomicU64,
    connections: AtomicU64,
}

/// What clients did since it was asked before.
#[derive(Clone, Copy)]
pub(crate) struct Traffic {
    /// Requests that were answered.
    pub(crate) requests: u64,
    /// Those of them that were answered 429.
    pub(crate) refused: u64,
    /// TCP connections that were opened.
    pub(crate) connections: u64,
}

impl Service {
    /// Serves a generated account; over TLS if there is something to speak it with.
    pub(crate) fn start(conditions: Conditions, tls: Option<&Arc<ServerConfig>>) -> Self {
        let counts = Arc::new(Counts::default());
        let shared = Arc::new(Shared {
            conditions,
            tls: tls.map(|config| TlsAcceptor::from(Arc::clone(config))),
            current: Mutex::new(fresh(conditions, &counts)),
            counts,
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

    /// Undoes what clients changed.
    pub(crate) fn reset(&self) {
        let fresh = fresh(self.shared.conditions, &self.shared.counts);
        *self.shared.current.lock().unwrap() = fresh;
    }

    /// What clients did since this was called before.
    pub(crate) fn take_traffic(&self) -> Traffic {
        let counts = &self.shared.counts;
        Traffic {
            requests: counts.requests.swap(0, Ordering::Relaxed),
            refused: counts.refused.swap(0, Ordering::Relaxed),
            connections: counts.connections.swap(0, Ordering::Relaxed),
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn fresh(conditions: Conditions, counts: &Arc<Counts>) -> Arc<Server> {
    let counts = Arc::clone(counts);
    let count = move |served: &Served| {
        let refused = served.status.as_u16() == 429;
        counts.requests.fetch_add(1, Ordering::Relaxed);
        counts
            .refused
            .fetch_add(u64::from(refused), Ordering::Relaxed);
    };
    let options = ServeOptions {
        latency: conditions.latency,
        rate_limit: conditions.rate_limit,
        log: Some(Box::new(count)),
    };
    let sandbox = Sandbox::generated(conditions.generated);
    Arc::new(Server::new(sandbox, options))
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
                    tokio::spawn(converse(Arc::clone(shared), stream));
                }
            }
        }
    });
}

async fn converse(shared: Arc<Shared>, stream: TcpStream) {
    shared.counts.connections.fetch_add(1, Ordering::Relaxed);
    let latency = shared.conditions.latency;
    if !latency.is_zero() {
        sleep(latency).await;
    }
    let _ = stream.set_nodelay(true);
    let server = Arc::clone(&*shared.current.lock().unwrap());
    match &shared.tls {
        None => server.converse(stream, pending()).await,
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                server.converse(stream, pending()).await;
            }
        }
    }
}
