use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// Reads a date as HTTP writes it: `Wed, 26 Nov 2025 08:00:00 GMT`.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text).ok()
}

/// How long an answer asks to wait before the next request. Datadog says it in seconds in `X-RateLimit-Reset`, a
/// gateway in `Retry-After`, in seconds or as a date: that one is read by the server's own clock where it gives it.
///
/// The first of them stands on other answers too, and asks for nothing there.
pub(super) fn asked(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let reset = text("x-ratelimit-reset").filter(|_| status == StatusCode::TOO_MANY_REQUESTS);
    if let Some(wait) = reset.and_then(seconds) {
        return Some(wait);
    }
    let retry_after = text(RETRY_AFTER.as_str())?;
    seconds(retry_after).or_else(|| {
        let now = super::date(headers).unwrap_or_else(Timestamp::now);
        let wait: SignedDuration = http_date(retry_after)?.duration_since(now);
        Some(Duration::try_from(wait).unwrap_or_default())
    })
}

/// Whole seconds or with a fraction; nothing negative.
pub(super) fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(headers: &[(&'static str, &'static str)]) -> Option<u64> {
        asks_with(StatusCode::TOO_MANY_REQUESTS, headers)
    }

    fn asks_with(status: StatusCode, headers: &[(&'static str, &'static str)]) -> Option<u64> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        asked(status, &headers).map(|wait| wait.as_secs())
    }

    #[test]
    fn each_way_of_asking_is_understood() {
        let date = ("date", "Wed, 26 Nov 2025 08:00:00 GMT");
        assert_eq!(asks(&[("x-ratelimit-reset", "4")]), Some(4));
        assert_eq!(asks(&[("retry-after", " 7 ")]), Some(7));
        assert_eq!(
            asks(&[("retry-after", "7"), ("x-ratelimit-reset", "4")]),
            Some(4)
        );
        assert_eq!(
            asks(&[("retry-after", "Wed, 26 Nov 2025 08:01:30 GMT"), date]),
            Some(90)
        );
        assert_eq!(
            asks(&[("retry-after", "Wed, 26 Nov 2025 07:00:00 GMT"), date]),
            Some(0)
        );
    }

    #[test]
    fn a_failed_server_is_not_taken_for_a_rate_limit() {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let (reset, after) = (("x-ratelimit-reset", "55"), ("retry-after", "7"));
        assert_eq!(asks_with(status, &[reset]), None);
        assert_eq!(asks_with(status, &[reset, after]), Some(7));
    }

    #[test]
    fn nonsense_asks_for_nothing() {
        for odd in ["", "-1", "soon", "NaN", "1e300", "inf"] {
            assert_eq!(asks(&[("x-ratelimit-reset", odd)]), None, "{odd}");
            assert_eq!(asks(&[("retry-after", odd)]), None, "{odd}");
        }
    }
}
