use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

/// How many requests each org may send per period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RateLimit {
    pub(crate) requests: u32,
    /// At least a second, since the headers report whole seconds. A period begins with the first request after the end
    /// of the one before.
    pub(crate) period: Duration,
}

/// Counts the requests of each org.
#[derive(Debug)]
pub(super) struct RateLimiter {
    limit: RateLimit,
    periods: Mutex<HashMap<Uuid, Period>>,
}

#[derive(Debug)]
struct Period {
    start: Instant,
    requests: u32,
}

/// The part of a rate limit that is used up, as the headers of an answer report it.
#[derive(Clone, Copy, Debug)]
pub(super) struct RateLimitUsage {
    limit: RateLimit,
    remaining: u32,
    reset: Duration,
}

impl RateLimiter {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self {
            limit,
            periods: Mutex::default(),
        }
    }

    /// Counts a request of an org. The flag is true if it is within the limit.
    pub(super) fn count(&self, org: Uuid) -> (RateLimitUsage, bool) {
        let now = Instant::now();
        let first = Period {
            start: now,
            requests: 0,
        };
        let mut periods = self.periods.lock().unwrap_or_else(PoisonError::into_inner);
        let period = periods.entry(org).or_insert(first);
        if now - period.start >= self.limit.period {
            (period.start, period.requests) = (now, 0);
        }
        period.requests = period.requests.saturating_add(1);
        let usage = RateLimitUsage {
            limit: self.limit,
            remaining: self.limit.requests.saturating_sub(period.requests),
            reset: self.limit.period - (now - period.start),
        };
        (usage, period.requests <= self.limit.requests)
    }
}

impl RateLimitUsage {
    /// The names and values of the headers.
    pub(super) fn headers(&self) -> [(&'static str, String); 5] {
        // Rounded up, so that a client that waits this long is accepted.
        let reset = self.reset.as_secs_f64().ceil();
        [
            ("x-ratelimit-limit", self.limit.requests.to_string()),
            (
                "x-ratelimit-period",
                self.limit.period.as_secs().to_string(),
            ),
            ("x-ratelimit-remaining", self.remaining.to_string()),
            ("x-ratelimit-reset", reset.to_string()),
            ("x-ratelimit-name", "org_connections".to_owned()),
        ]
    }
}

/// The usage of a limit that is never reached.
impl Default for RateLimitUsage {
    fn default() -> Self {
        let period = Duration::from_secs(60);
        Self {
            limit: RateLimit {
                requests: 10_000,
                period,
            },
            remaining: 9_999,
            reset: period,
        }
    }
}
