//! Keeps to the rate limits of an org: a request that would be refused waits instead of being sent.
//!
//! Datadog counts the requests of an org in fixed windows of time. Every answer has the name of the limit that it
//! counts towards (`X-RateLimit-Name`), the number of requests that remain (`-Remaining`), and the seconds until the
//! window ends (`-Reset`). Other programs may work in the same org, so the service's count is used, minus the requests
//! in flight. A new window is unknown until a request in it was answered, so the first request is sent alone.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::answer::{header_items, header_text, header_wait, retry_after};
use super::request::Request;
use crate::api::error::{Error, ErrorKind, duration_text};

/// The maximum length of a window. A header with a longer one is invalid; it may hold a date in place of a length.
const MAX_WINDOW: Duration = Duration::from_secs(24 * 3600);

/// A shorter wait is told only to those who want to know each request.
const SHORT_WAIT: Duration = Duration::from_secs(3);
/// Waits whose ends are closer than this are the same: several requests wait for one window.
const SAME_WAIT: Duration = Duration::from_secs(2);

/// The rate limits of one set of credentials.
#[derive(Debug, Default)]
pub(super) struct RateLimiter {
    state: Mutex<State>,
    /// Notified whenever a request is finished, so that waiting requests decide again.
    finished: Notify,
}

/// The permission to send one request, which counts as in flight until this is dropped.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    limiter: &'a RateLimiter,
    request: InFlight,
    /// Whether the answer is lost, or is an error that does not report the limit. The service may have counted the
    /// request anyway.
    is_lost: bool,
}

impl RateLimiter {
    /// Waits until the request may be sent.
    ///
    /// # Errors
    /// Fails at once with [`ErrorKind::RateLimited`] if the request may not be sent before `deadline`.
    pub(super) async fn acquire(
        &self,
        request: &Request,
        deadline: Instant,
    ) -> Result<Permit<'_>, Error> {
        let route = Route::of(request);
        loop {
            // Created before the decision, so that a request that finishes right after it is not missed.
            let finished = self.finished.notified();
            let now = Instant::now();
            let decision = self.lock().admit(&route, now);
            let until = match decision {
                Admission::Send => {
                    return Ok(Permit {
                        limiter: self,
                        request: InFlight { route, sent: now },
                        is_lost: true,
                    });
                }
                Admission::AwaitAnswer => deadline,
                Admission::AwaitReset(reset) => reset,
            };
            let wait = until.saturating_duration_since(now);
            let wait_text = duration_text(wait);
            if until > deadline || now >= deadline {
                let detail = format!("the rate limit allows no more requests for {wait_text}");
                let error = Error::new(ErrorKind::RateLimited, detail);
                return Err(error.with_retry_after(Some(wait)));
            }
            if let Admission::AwaitReset(reset) = decision {
                self.announce(request, reset);
            }
            let _ = timeout_at(until, finished).await;
        }
    }

    /// Tells the user that a request waits until the given time, once for all requests that wait until then.
    pub(super) fn announce(&self, request: &Request, until: Instant) {
        let wait = until.saturating_duration_since(Instant::now());
        let mut state = self.lock();
        if state
            .announced
            .is_some_and(|known| until < known + SAME_WAIT)
        {
            return;
        }
        state.announced = Some(until);
        let level = match wait < SHORT_WAIT {
            true => log::Level::Info,
            false => log::Level::Warn,
        };
        let (target, wait) = (request.target(), duration_text(wait));
        log::log!(
            level,
            "{target} waits {wait}: the rate limit allows no more until then"
        );
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// Records the rate limit that an answer reports, and ends the request.
    pub(super) fn record_answer(mut self, status: StatusCode, headers: &HeaderMap) {
        let window = Window::from_headers(status, headers);
        self.is_lost = window.is_none() && !status.is_success();
        let mut state = self.limiter.lock();
        match window {
            Some(window) => state.record_window(&self.request, limit_name(headers), window),
            None if status.is_success() => {
                state.limits.insert(self.request.route.clone(), None);
            }
            None => {}
        }
    }

    /// Returns a permit whose request was not sent, so that it is not counted.
    pub(super) fn give_back(mut self) {
        self.is_lost = false;
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.limiter.lock().finish(&self.request, self.is_lost);
        self.limiter.finished.notify_waiters();
    }
}

/// The requests that are assumed to share one limit: the reads or the writes of one collection of the API.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Route {
    is_write: bool,
    collection: String,
}

#[derive(Debug, PartialEq, Eq)]
struct InFlight {
    route: Route,
    sent: Instant,
}

/// Whether a request may be sent.
#[derive(Debug, PartialEq, Eq)]
enum Admission {
    Send,
    /// The request has to wait until a request in flight is answered.
    AwaitAnswer,
    /// The request has to wait until the window ends at this time.
    AwaitReset(Instant),
}

/// How many requests a limit still allows until its window ends.
#[derive(Clone, Copy, Debug)]
struct Window {
    remaining: u64,
    ends: Instant,
}

#[derive(Debug, Default)]
struct State {
    /// The name of the limit that each route counts towards, by its latest answer; `None` if that answer had none.
    limits: HashMap<Route, Option<String>>,
    windows: HashMap<String, Window>,
    in_flight: Vec<InFlight>,
    /// The end of the latest wait that the user was told about.
    announced: Option<Instant>,
}

impl Route {
    fn of(request: &Request) -> Self {
        Self {
            is_write: request.is_write(),
            collection: request.collection().to_owned(),
        }
    }
}

impl State {
    /// Decides whether a request may be sent, and counts it as in flight if so.
    fn admit(&mut self, route: &Route, now: Instant) -> Admission {
        let decision = self.admission_for(route, now);
        if decision == Admission::Send {
            self.in_flight.push(InFlight {
                route: route.clone(),
                sent: now,
            });
        }
        decision
    }

    fn admission_for(&self, route: &Route, now: Instant) -> Admission {
        let limit = self.limit_of(route);
        let Some(window) = limit.and_then(|limit| self.windows.get(limit)) else {
            return Admission::Send;
        };
        // The service may not have counted the requests in flight yet.
        let in_flight = self.in_flight.iter();
        let in_flight = in_flight.filter(|request| self.limit_of(&request.route) == limit);
        let is_over = now >= window.ends;
        let is_first = is_over && in_flight.clone().all(|request| request.sent < window.ends);
        if is_first || window.remaining > in_flight.count() as u64 {
            Admission::Send
        } else if is_over || window.remaining > 0 {
            Admission::AwaitAnswer
        } else {
            Admission::AwaitReset(window.ends)
        }
    }

    /// Records the limit and the window that an answer reports. Answers may arrive in another order than they were
    /// sent, so within a window the lowest remaining number is kept.
    fn record_window(&mut self, request: &InFlight, name: Option<String>, window: Window) {
        let name = name.or_else(|| self.limit_of(&request.route).map(str::to_owned));
        let name = name.unwrap_or_else(|| request.route.collection.clone());
        self.limits
            .insert(request.route.clone(), Some(name.clone()));
        let known = self.windows.entry(name).or_insert(window);
        if request.sent >= known.ends || window.remaining == 0 {
            *known = window;
        } else {
            known.remaining = known.remaining.min(window.remaining);
        }
    }

    /// Removes a request from those in flight. If its answer was lost, it is counted, since the service may have
    /// counted it.
    fn finish(&mut self, request: &InFlight, is_lost: bool) {
        let limit = self.limit_of(&request.route).map(str::to_owned);
        let window = limit.and_then(|limit| self.windows.get_mut(&limit));
        if let Some(window) = window.filter(|window| is_lost && request.sent < window.ends) {
            window.remaining = window.remaining.saturating_sub(1);
        }
        if let Some(position) = self.in_flight.iter().position(|other| other == request) {
            self.in_flight.swap_remove(position);
        }
    }

    /// The name of the limit that a route counts towards. Before the route's first answer, the limit of the other route
    /// of the same collection is used: that of its reads for writes, and the reverse.
    fn limit_of(&self, route: &Route) -> Option<&str> {
        let sibling = || Route {
            is_write: !route.is_write,
            collection: route.collection.clone(),
        };
        let limit = self.limits.get(route);
        let limit = limit.or_else(|| self.limits.get(&sibling()));
        limit?.as_deref()
    }
}

impl Window {
    /// Reads the window from the headers of an answer. `None` if headers are missing or invalid. A 429 may come from a
    /// gateway that sends `Retry-After` only.
    fn from_headers(status: StatusCode, headers: &HeaderMap) -> Option<Self> {
        let (remaining, reset) = match status {
            StatusCode::TOO_MANY_REQUESTS => (0, retry_after(status, headers)?),
            _ => {
                let remaining = header_items(headers, "x-ratelimit-remaining");
                let remaining = remaining.filter_map(|item| item.parse().ok());
                (remaining.min()?, header_wait(headers, "x-ratelimit-reset")?)
            }
        };
        (reset <= MAX_WINDOW).then(|| Self {
            remaining,
            ends: Instant::now() + reset,
        })
    }
}

fn limit_name(headers: &HeaderMap) -> Option<String> {
    let name = header_text(headers, "x-ratelimit-name")?;
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures_util::FutureExt as _;
    use futures_util::future::join_all;
    use tokio::time::sleep;

    use super::*;

    const CONNECTIONS: &str = "/api/v2/org_connections";
    const HOUR: Duration = Duration::from_secs(3600);

    fn read() -> Request {
        Request::get(CONNECTIONS)
    }

    fn write() -> Request {
        Request::delete(&format!("{CONNECTIONS}/id"))
    }

    fn other() -> Request {
        Request::get("/api/v2/org")
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let lines = lines.iter();
        lines
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    /// The headers of a limit with this name, so many requests left and so many seconds to go.
    fn limit(name: &'static str, left: &'static str, reset: &'static str) -> HeaderMap {
        headers(&[
            ("x-ratelimit-name", name),
            ("x-ratelimit-remaining", left),
            ("x-ratelimit-reset", reset),
        ])
    }

    impl RateLimiter {
        async fn permit_for(&self, request: &Request) -> Permit<'_> {
            self.acquire(request, Instant::now() + HOUR).await.unwrap()
        }

        /// Whether a request could be sent at once.
        fn is_open(&self, request: &Request) -> bool {
            match self.permit_for(request).now_or_never() {
                Some(unused) => {
                    unused.give_back();
                    true
                }
                None => false,
            }
        }

        async fn exchange(&self, request: &Request, headers: &HeaderMap) {
            let permit = self.permit_for(request).await;
            permit.record_answer(StatusCode::OK, headers);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn requests_in_flight_count_until_the_answer_says_so() {
        let limiter = RateLimiter::default();
        limiter.exchange(&read(), &limit("a", "2", "60")).await;
        let first = limiter.permit_for(&read()).await;
        let second = limiter.permit_for(&read()).await;
        assert!(!limiter.is_open(&read()));
        // The second answer came first, and the service had already counted both.
        second.record_answer(StatusCode::OK, &limit("a", "0", "60"));
        first.record_answer(StatusCode::OK, &limit("a", "1", "60"));
        assert!(!limiter.is_open(&read()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_beyond_those_in_flight_waits_for_an_answer_and_not_for_the_reset() {
        let limiter = RateLimiter::default();
        let started = Instant::now();
        limiter.exchange(&read(), &limit("a", "1", "60")).await;
        let first = limiter.permit_for(&read()).await;
        let request = read();
        let second = limiter.acquire(&request, started + seconds(30));
        let answer = async {
            sleep(seconds(2)).await;
            first.record_answer(StatusCode::OK, &limit("a", "5", "58"));
        };
        let (second, ()) = tokio::join!(second, answer);
        second.unwrap().give_back();
        assert_eq!(started.elapsed(), seconds(2));
    }

    #[tokio::test(start_paused = true)]
    async fn after_the_reset_one_request_is_sent_before_the_others() {
        let limiter = RateLimiter::default();
        let started = Instant::now();
        limiter.exchange(&read(), &limit("a", "0", "40")).await;
        let sent = RefCell::new(Vec::new());
        let request = read();
        let one = || async {
            let permit = limiter.permit_for(&request).await;
            sent.borrow_mut().push(started.elapsed().as_secs());
            sleep(seconds(2)).await;
            permit.record_answer(StatusCode::OK, &limit("a", "10", "58"));
        };
        join_all([one(), one(), one()]).await;
        assert_eq!(*sent.borrow(), [40, 42, 42]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_the_deadline_is_not_begun() {
        let limiter = RateLimiter::default();
        limiter.exchange(&read(), &limit("a", "0", "40")).await;
        let started = Instant::now();
        let acquired = limiter.acquire(&read(), started + seconds(30)).await;
        assert_eq!(acquired.unwrap_err().retry_after(), Some(seconds(40)));
        assert_eq!(started.elapsed(), Duration::ZERO);
    }

    /// Trap: with a timeout as long as the window, what begins at its beginning is too late for the next.
    #[tokio::test(start_paused = true)]
    async fn a_reset_can_be_waited_for_before_the_time_of_a_request_runs() {
        let limiter = RateLimiter::default();
        let started = Instant::now();
        limiter.exchange(&read(), &limit("a", "0", "60")).await;
        let waited = limiter.acquire(&write(), started + seconds(60)).await;
        waited.unwrap().give_back();
        assert_eq!(started.elapsed(), seconds(60));
        // It was not a request: the next one is the first of the window.
        assert!(limiter.is_open(&write()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_holds_back_the_others_of_the_same_limit() {
        let limiter = RateLimiter::default();
        let started = Instant::now();
        let permit = limiter.permit_for(&write()).await;
        let asked = headers(&[("retry-after", "7")]);
        permit.record_answer(StatusCode::TOO_MANY_REQUESTS, &asked);
        assert!(!limiter.is_open(&write()) && limiter.is_open(&other()));
        limiter.exchange(&write(), &HeaderMap::new()).await;
        assert_eq!(started.elapsed(), seconds(7));
        assert!(limiter.is_open(&write()));
    }

    #[tokio::test(start_paused = true)]
    async fn routes_share_a_limit_where_the_service_says_so() {
        let limiter = RateLimiter::default();
        limiter
            .exchange(&other(), &limit("shared", "5", "60"))
            .await;
        limiter.exchange(&read(), &limit("shared", "1", "60")).await;
        let _permit = limiter.permit_for(&read()).await;
        assert!(!limiter.is_open(&other()));
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_writes_keep_to_the_limit_of_the_reads() {
        let limiter = RateLimiter::default();
        assert!(limiter.is_open(&write()));
        limiter.exchange(&read(), &limit("a", "1", "60")).await;
        let first = limiter.permit_for(&write()).await;
        assert!(!limiter.is_open(&write()));
        first.record_answer(StatusCode::OK, &limit("writes", "9", "60"));
        assert!(limiter.is_open(&write()) && limiter.is_open(&read()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_whose_answer_was_lost_counts_as_sent() {
        let limiter = RateLimiter::default();
        limiter.exchange(&read(), &limit("a", "1", "60")).await;
        drop(limiter.permit_for(&read()).await);
        assert!(!limiter.is_open(&read()));
        sleep(seconds(60)).await;
        assert!(limiter.is_open(&read()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_was_not_sent_does_not_count() {
        let limiter = RateLimiter::default();
        limiter.exchange(&read(), &limit("a", "1", "60")).await;
        limiter.permit_for(&read()).await.give_back();
        assert!(limiter.is_open(&read()));
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_counts_once_whether_or_not_it_reports_the_limit() {
        let reported = limit("a", "1", "60");
        for (status, headers, is_open) in [
            (StatusCode::NOT_FOUND, &reported, true),
            (StatusCode::GATEWAY_TIMEOUT, &HeaderMap::new(), false),
        ] {
            let limiter = RateLimiter::default();
            limiter.exchange(&read(), &limit("a", "1", "60")).await;
            let permit = limiter.permit_for(&read()).await;
            permit.record_answer(status, headers);
            assert_eq!(limiter.is_open(&read()), is_open, "{status}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_without_a_limit_lifts_the_limit() {
        let limiter = RateLimiter::default();
        limiter.exchange(&read(), &limit("a", "1", "60")).await;
        limiter.exchange(&read(), &HeaderMap::new()).await;
        let _permit = limiter.permit_for(&read()).await;
        assert!(limiter.is_open(&read()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_in_flight_since_the_last_window_holds_back_none() {
        let limiter = RateLimiter::default();
        limiter.exchange(&read(), &limit("a", "1", "10")).await;
        let _stalled = limiter.permit_for(&read()).await;
        sleep(seconds(10)).await;
        limiter.exchange(&read(), &limit("a", "5", "10")).await;
        assert!(limiter.is_open(&read()));
    }

    #[tokio::test(start_paused = true)]
    async fn headers_that_make_no_sense_limit_nothing() {
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
            let limiter = RateLimiter::default();
            limiter.exchange(&read(), &limit("a", left, reset)).await;
            assert!(limiter.is_open(&read()), "{left} {reset}");
        }
    }
}
