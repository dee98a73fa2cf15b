//! How many requests an org may send in a while, and what every answer says of it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper::HeaderMap;
use hyper::header::HeaderValue;
use uuid::Uuid;

/// So many requests in each period, counted for each org by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// The most requests of one org in a period.
    pub requests: u32,
    /// A period begins with the first request after the one before has ended. Headers tell it in whole seconds.
    pub period: Duration,
}

/// The periods of the orgs that have sent something.
#[derive(Debug, Default)]
pub(super) struct RateLimits {
    limit: Option<RateLimit>,
    periods: Mutex<HashMap<Uuid, Period>>,
}

#[derive(Debug)]
struct Period {
    begun: Instant,
    requests: u32,
}

/// What is left to an org after a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Quota {
    limit: RateLimit,
    remaining: u32,
    /// Seconds until the period ends, rounded up: who waits so long is let in.
    reset: u64,
    /// Whether the request was one too many.
    pub(super) is_exceeded: bool,
}

impl RateLimits {
    pub(super) fn new(limit: Option<RateLimit>) -> Self {
        Self {
            limit,
            periods: Mutex::default(),
        }
    }

    /// Counts a request of `org` that comes `now`. One without an org is no one's, and not counted.
    pub(super) fn count(&self, org: Option<Uuid>, now: Instant) -> Quota {
        let (Some(limit), Some(org)) = (self.limit, org) else {
            return Quota::AMPLE;
        };
        let mut periods = self.periods.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = Period {
            begun: now,
            requests: 0,
        };
        let period = match periods.entry(org) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(fresh),
        };
        if now.duration_since(period.begun) >= limit.period {
            (period.begun, period.requests) = (now, 0);
        }
        period.requests = period.requests.saturating_add(1);
        let left = limit.period - now.duration_since(period.begun);
        Quota {
            limit,
            remaining: limit.requests.saturating_sub(period.requests),
            reset: left.as_secs() + u64::from(left.subsec_nanos() > 0),
            is_exceeded: period.requests > limit.requests,
        }
    }
}

impl Quota {
    /// Wide enough never to be met.
    const AMPLE: Self = Self {
        limit: RateLimit {
            requests: 10_000,
            period: Duration::from_secs(60),
        },
        remaining: 9_999,
        reset: 60,
        is_exceeded: false,
    };

    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        let numbers = [
            ("x-ratelimit-limit", self.limit.requests.into()),
            ("x-ratelimit-period", self.limit.period.as_secs()),
            ("x-ratelimit-remaining", self.remaining.into()),
            ("x-ratelimit-reset", self.reset),
        ];
        for (name, number) in numbers {
            headers.insert(name, HeaderValue::from(number));
        }
        let name = HeaderValue::from_static("org_connections");
        headers.insert("x-ratelimit-name", name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_org_has_its_requests_in_each_period() {
        let limits = RateLimits::new(Some(RateLimit {
            requests: 2,
            period: Duration::from_secs(10),
        }));
        let begun = Instant::now();
        let count = |org, seconds| {
            let now = begun + Duration::from_secs_f64(seconds);
            let quota = limits.count(Some(Uuid::from_u128(org)), now);
            (quota.remaining, quota.reset, quota.is_exceeded)
        };
        assert_eq!(count(1, 0.0), (1, 10, false));
        assert_eq!(count(1, 2.5), (0, 8, false));
        assert_eq!(count(1, 9.9), (0, 1, true));
        assert_eq!(count(2, 9.9), (1, 10, false));
        assert_eq!(count(1, 10.0), (1, 10, false));
        assert_eq!(limits.count(None, begun), Quota::AMPLE);
    }
}
