use std::sync::atomic::AtomicUsize;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use hyper_util::client::legacy::connect::Connected;

use super::*;

/// A connection that carries many requests at once, or one.
struct Fake {
    is_multiplexed: bool,
}

impl Connection for Fake {
    fn connected(&self) -> Connected {
        match self.is_multiplexed {
            true => Connected::new().negotiated_h2(),
            false => Connected::new(),
        }
    }
}

/// What connects in a second, and counts how often it was asked to.
#[derive(Clone)]
struct Server {
    is_multiplexed: bool,
    failures: usize,
    asked: Arc<AtomicUsize>,
}

impl Server {
    fn new(is_multiplexed: bool) -> Self {
        Self {
            is_multiplexed,
            failures: 0,
            asked: Arc::default(),
        }
    }

    fn connections(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Service<()> for Server {
    type Response = Fake;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Fake, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, (): ()) -> Self::Future {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let (fails, is_multiplexed) = (number < self.failures, self.is_multiplexed);
        Box::pin(async move {
            sleep(Duration::from_secs(1)).await;
            match fails {
                true => Err("refused".into()),
                false => Ok(Fake { is_multiplexed }),
            }
        })
    }
}

fn in_turn(server: &Server) -> InTurn<Server> {
    Turns::new(Arc::new(Semaphore::new(2)), 5).layer(server.clone())
}

/// How many of so many connections that are asked for at once are made.
async fn made(connector: &InTurn<Server>, count: usize) -> usize {
    let asked = (0..count).map(|_| connector.clone().call(()));
    let made = join_all(asked).await;
    made.into_iter().filter(Result::is_ok).count()
}

#[tokio::test(start_paused = true)]
async fn who_waited_while_one_was_made_for_all_opens_none() {
    let server = Server::new(true);
    let connector = in_turn(&server);
    assert_eq!(made(&connector, 20).await, 1);
    assert_eq!(server.connections(), 1);
    assert_eq!(connector.shared.slots.available_permits(), 7);
    // It broke: the next one is made, and adds no more slots.
    assert_eq!(made(&connector, 20).await, 1);
    assert_eq!(server.connections(), 2);
    assert_eq!(connector.shared.slots.available_permits(), 7);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_just_being_put_into_the_pool_is_waited_for() {
    let server = Server::new(true);
    let connector = in_turn(&server);
    made(&connector, 1).await;
    let mut late = connector.clone().call(());
    assert!((&mut late).now_or_never().is_none());
    sleep(SETTLING / 2).await;
    assert!((&mut late).now_or_never().is_none());
    assert_eq!(server.connections(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_one_that_failed_the_next_has_its_turn() {
    let server = Server {
        failures: 2,
        ..Server::new(true)
    };
    assert_eq!(made(&in_turn(&server), 10).await, 1);
    assert_eq!(server.connections(), 3);
}

#[tokio::test(start_paused = true)]
async fn where_each_request_needs_its_own_all_but_the_first_are_opened_side_by_side() {
    let server = Server::new(false);
    let connector = in_turn(&server);
    let started = Instant::now();
    assert_eq!(made(&connector, 10).await, 10);
    assert_eq!(server.connections(), 10);
    assert_eq!(started.elapsed(), Duration::from_secs(2));
    assert_eq!(connector.shared.slots.available_permits(), 2);
}
