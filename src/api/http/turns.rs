//! One connection where one is enough.
//!
//! Whether a server speaks HTTP/2 is known only once a connection is up. Requests that start together would each open
//! one, as the library's pool has it, and all but the first be thrown away. Here they take turns: who waited while a
//! connection was made that carries many requests at once opens none.

use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper_util::client::legacy::connect::Connection;
use tokio::sync::{Mutex as Turn, Semaphore};
use tokio::time::{Instant, sleep};
use tower_layer::Layer;
use tower_service::Service;

/// How long it takes at the most until a new connection is in the pool, and found there.
const SETTLING: Duration = Duration::from_millis(100);
/// How long it may be, beyond doubt.
const PATIENCE: Duration = Duration::from_secs(1);

type BoxError = Box<dyn StdError + Send + Sync>;

/// Makes those who connect to one server do so in turns, until it is known to speak no HTTP/2.
#[derive(Clone)]
pub(super) struct Turns(Arc<Shared>);

struct Shared {
    turn: Turn<()>,
    /// When the latest connection was made that carries many requests at once.
    multiplexed: Mutex<Option<Instant>>,
    /// Whether connections carry one request at a time, so that each request needs its own.
    is_single: AtomicBool,
    /// Added to when requests turn out to need no connection of their own.
    slots: Arc<Semaphore>,
    more_slots: usize,
}

impl Turns {
    /// `more_slots` are added to `slots` with the first connection that carries many requests at once.
    pub(super) fn new(slots: Arc<Semaphore>, more_slots: usize) -> Self {
        Self(Arc::new(Shared {
            turn: Turn::new(()),
            multiplexed: Mutex::new(None),
            is_single: AtomicBool::new(false),
            slots,
            more_slots,
        }))
    }
}

impl Shared {
    async fn take<C: Connection>(
        &self,
        connecting: impl Future<Output = Result<C, BoxError>>,
    ) -> Result<C, BoxError> {
        let started = Instant::now();
        loop {
            if self.is_single.load(Ordering::Relaxed) {
                return connecting.await;
            }
            let turn = self.turn.lock().await;
            if self.is_single.load(Ordering::Relaxed) {
                continue;
            }
            match self.latest() {
                Some(made) if made >= started => {
                    drop(turn);
                    // The request takes the connection from the pool, and asks for none any more.
                    sleep(PATIENCE).await;
                    return Err("the connection did not last".into());
                }
                Some(made) if made.elapsed() < SETTLING => {
                    drop(turn);
                    sleep(SETTLING).await;
                }
                _ => {
                    let connection = connecting.await?;
                    self.note(&connection);
                    return Ok(connection);
                }
            }
        }
    }

    fn note(&self, connection: &impl Connection) {
        if !connection.connected().is_negotiated_h2() {
            self.is_single.store(true, Ordering::Relaxed);
            return;
        }
        let mut latest = self.lock();
        if latest.is_none() {
            self.slots.add_permits(self.more_slots);
        }
        *latest = Some(Instant::now());
    }

    fn latest(&self) -> Option<Instant> {
        *self.lock()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.multiplexed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Layer<S> for Turns {
    type Service = InTurn<S>;

    fn layer(&self, inner: S) -> InTurn<S> {
        let shared = Arc::clone(&self.0);
        InTurn { inner, shared }
    }
}

/// What connects, in turns.
#[derive(Clone)]
pub(super) struct InTurn<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S, R> Service<R> for InTurn<S>
where
    S: Service<R, Error = BoxError> + Clone + Send + 'static,
    S::Response: Connection + Send,
    S::Future: Send,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        // The clone has not been asked whether it is ready; the one that was is used up.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let shared = Arc::clone(&self.shared);
        Box::pin(async move { shared.take(async { inner.call(request).await }).await })
    }
}

#[cfg(test)]
mod tests;
