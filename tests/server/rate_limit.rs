//! The rate limit of an org, and the headers that report it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::account::Org;

/// The number of requests that each org may send per period.
#[derive(Clone, Copy)]
pub(crate) struct RateLimit {
    pub(crate) requests: u32,
    /// A period begins with the first request after the end of the last one. A whole number of seconds.
    pub(crate) period: Duration,
}

/// The current period of each org that has sent a request.
#[derive(Default)]
pub(crate) struct Periods(HashMap<Org, Period>);

struct Period {
    start: Instant,
    requests: u32,
}

impl Default for RateLimit {
    /// A limit that no test reaches.
    fn default() -> Self {
        Self {
            requests: 1_000_000,
            period: Duration::from_secs(60),
        }
    }
}

impl Periods {
    /// Counts a request. Returns the headers of its answer, and whether it is within the limit.
    pub(crate) fn count(
        &mut self,
        org: Org,
        limit: RateLimit,
    ) -> ([(&'static str, String); 5], bool) {
        let now = Instant::now();
        let fresh = Period {
            start: now,
            requests: 0,
        };
        let period = self.0.entry(org).or_insert(fresh);
        if now - period.start >= limit.period {
            (period.start, period.requests) = (now, 0);
        }
        period.requests += 1;
        let left = limit.period - (now - period.start);
        let remaining = limit.requests.saturating_sub(period.requests);
        // Rounded up, so that a client that waits this long is accepted.
        let reset = left.as_secs_f64().ceil() as u64;
        let headers = [
            ("x-ratelimit-name", "org_connections".to_owned()),
            ("x-ratelimit-limit", limit.requests.to_string()),
            ("x-ratelimit-period", limit.period.as_secs().to_string()),
            ("x-ratelimit-remaining", remaining.to_string()),
            ("x-ratelimit-reset", reset.to_string()),
        ];
        (headers, period.requests <= limit.requests)
    }
}
