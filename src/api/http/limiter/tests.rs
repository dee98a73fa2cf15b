use std::cell::RefCell;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use reqwest::header::{HeaderName, HeaderValue};
use tokio::time::sleep;

use super::*;

const CONNECTIONS: &str = "/api/v2/org_connections";

fn read() -> Request {
    Request::get(CONNECTIONS)
}

fn write() -> Request {
    Request::delete(format!(
        "{CONNECTIONS}/40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d"
    ))
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let header = |(name, value): &(&'static str, &str)| {
        let name = HeaderName::from_static(name);
        (name, HeaderValue::from_str(value).unwrap())
    };
    lines.iter().map(header).collect()
}

/// What a service says of a limit, by its name, with so many requests left and so many seconds to go.
fn says(name: &str, left: &str, reset: &str) -> HeaderMap {
    headers(&[
        ("x-ratelimit-name", name),
        ("x-ratelimit-remaining", left),
        ("x-ratelimit-reset", reset),
    ])
}

impl Limiter {
    async fn ticket_for(&self, request: &Request) -> Ticket<'_> {
        let deadline = Instant::now() + seconds(3600);
        self.admit(request, deadline, |_| {}).await.unwrap()
    }

    /// Whether a request could be sent at once.
    fn is_open(&self, request: &Request) -> bool {
        match self.ticket_for(request).now_or_never() {
            Some(mut unused) => {
                unused.is_answered = true;
                true
            }
            None => false,
        }
    }

    async fn exchange(&self, request: &Request, headers: &HeaderMap) {
        let ticket = self.ticket_for(request).await;
        ticket.answered(StatusCode::OK, headers);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_counts_until_the_answer_says_so() {
    let limiter = Limiter::default();
    limiter.exchange(&read(), &says("a", "2", "60")).await;
    let first = limiter.ticket_for(&read()).await;
    let second = limiter.ticket_for(&read()).await;
    assert!(!limiter.is_open(&read()));
    // The second came first, and the service had counted both by then.
    second.answered(StatusCode::OK, &says("a", "0", "60"));
    first.answered(StatusCode::OK, &says("a", "1", "60"));
    assert!(!limiter.is_open(&read()));
}

#[tokio::test(start_paused = true)]
async fn when_nothing_remains_it_waits_for_the_reset_and_asks_with_one_request_first() {
    let limiter = Limiter::default();
    let started = Instant::now();
    limiter.exchange(&read(), &says("a", "0", "40")).await;
    let sent = RefCell::new(Vec::new());
    let request = read();
    let one = || async {
        let ticket = limiter.ticket_for(&request).await;
        sent.borrow_mut().push(started.elapsed().as_secs());
        sleep(seconds(2)).await;
        ticket.answered(StatusCode::OK, &says("a", "10", "58"));
    };
    join_all([one(), one(), one()]).await;
    assert_eq!(*sent.borrow(), [40, 42, 42]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_is_told_once_with_its_length() {
    let limiter = Limiter::default();
    limiter.exchange(&read(), &says("a", "0", "40")).await;
    let (told, request) = (RefCell::new(Vec::new()), read());
    let deadline = Instant::now() + seconds(60);
    let tell = |wait| told.borrow_mut().push(wait);
    let waiting = || async { drop(limiter.admit(&request, deadline, tell).await) };
    join_all([waiting(), waiting(), waiting()]).await;
    assert_eq!(*told.borrow(), [seconds(40)]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let limiter = Limiter::default();
    limiter.exchange(&read(), &says("a", "0", "40")).await;
    let started = Instant::now();
    let admitted = limiter.admit(&read(), started + seconds(30), |_| {}).await;
    assert_eq!(admitted.unwrap_err(), TooLong(seconds(40)));
    assert_eq!(started.elapsed(), Duration::ZERO);
}

/// Trap: with a timeout as long as the period, what begins at its beginning is too late for the next.
#[tokio::test(start_paused = true)]
async fn a_reset_can_be_waited_for_before_the_time_of_a_request_runs() {
    let limiter = Limiter::default();
    let started = Instant::now();
    limiter.exchange(&read(), &says("a", "0", "60")).await;
    let (request, deadline) = (write(), started + seconds(60));
    let waited = limiter.wait_for_reset(&request, deadline, |_| {});
    assert_eq!(waited.await, Ok(()));
    assert_eq!(started.elapsed(), seconds(60));
    // It took no right: the first request is still the first.
    assert!(limiter.is_open(&write()));
    limiter.exchange(&read(), &says("a", "0", "61")).await;
    let deadline = Instant::now() + seconds(60);
    let waited = limiter.wait_for_reset(&request, deadline, |_| {});
    assert_eq!(waited.await, Err(TooLong(seconds(61))));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_holds_the_others_of_the_same_limit() {
    let limiter = Limiter::default();
    let started = Instant::now();
    let ticket = limiter.ticket_for(&write()).await;
    let asked = headers(&[("retry-after", "7")]);
    ticket.answered(StatusCode::TOO_MANY_REQUESTS, &asked);
    assert!(!limiter.is_open(&write()));
    let other = Request::get("/api/v2/org");
    assert!(limiter.is_open(&other));
    limiter
        .ticket_for(&write())
        .await
        .answered(StatusCode::OK, &HeaderMap::new());
    assert_eq!(started.elapsed(), seconds(7));
    assert!(limiter.is_open(&write()));
}

#[tokio::test(start_paused = true)]
async fn families_of_routes_share_a_limit_where_the_service_says_so() {
    let limiter = Limiter::default();
    let other = Request::get("/api/v2/org");
    limiter.exchange(&other, &says("shared", "5", "60")).await;
    limiter.exchange(&read(), &says("shared", "1", "60")).await;
    let _ticket = limiter.ticket_for(&read()).await;
    assert!(!limiter.is_open(&other));
}

#[tokio::test(start_paused = true)]
async fn the_first_writes_go_by_what_reading_has_told() {
    let limiter = Limiter::default();
    assert!(limiter.is_open(&write()));
    limiter.exchange(&read(), &says("a", "1", "60")).await;
    let first = limiter.ticket_for(&write()).await;
    assert!(!limiter.is_open(&write()));
    first.answered(StatusCode::OK, &says("writes", "9", "60"));
    assert!(limiter.is_open(&write()) && limiter.is_open(&read()));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_lost_counts_as_sent() {
    let limiter = Limiter::default();
    limiter.exchange(&read(), &says("a", "1", "60")).await;
    drop(limiter.ticket_for(&read()).await);
    assert!(!limiter.is_open(&read()));
    sleep(seconds(60)).await;
    assert!(limiter.is_open(&read()));
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_since_the_period_before_keeps_nobody_from_asking() {
    let limiter = Limiter::default();
    limiter.exchange(&read(), &says("a", "1", "10")).await;
    let _hanging = limiter.ticket_for(&read()).await;
    sleep(seconds(10)).await;
    limiter.exchange(&read(), &says("a", "5", "10")).await;
    assert!(limiter.is_open(&read()));
}

#[tokio::test(start_paused = true)]
async fn nonsense_asks_for_nothing() {
    for (left, reset) in [
        ("0", "-1"),
        ("0", "soon"),
        ("0", "1e300"),
        ("0", "NaN"),
        ("0", "1764000000"),
        ("", "60"),
        ("-1", "60"),
        ("none", "60"),
        ("1e9", "60"),
    ] {
        let limiter = Limiter::default();
        limiter.exchange(&read(), &says("a", left, reset)).await;
        assert!(limiter.is_open(&read()), "{left} {reset}");
    }
    let limiter = Limiter::default();
    limiter.exchange(&read(), &HeaderMap::new()).await;
    assert!(limiter.is_open(&read()));
}
