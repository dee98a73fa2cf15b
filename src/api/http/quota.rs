use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use tokio::time::Instant;

use super::wait;

/// No period is longer; what tells of one is nonsense, such as a date in the place of a time span.
const LONGEST_PERIOD: Duration = Duration::from_secs(24 * 3600);
/// What an answer says of a rate limit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Notice {
    /// What the service calls the limit.
    pub(super) name: Option<Arc<str>>,
    left: u64,
    resets_in: Duration,
    /// Whether the request was refused because of it.
    is_refusal: bool,
}

/// What remains of a limit until its period ends.
#[derive(Debug)]
pub(super) struct Quota {
    left: u64,
    /// When the period ends. What remains after that is known with the first answer to what was sent after it.
    resets: Instant,
    /// Whether it was told that something waits.
    is_told: bool,
}

/// Whether one more request may be sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Go,
    /// Not before what is under way was answered.
    Later,
    /// Not before the period ends; and whether this is told for the first time.
    At(Instant, bool),
}

impl Notice {
    /// Nothing where headers are missing or make no sense. Those of a 429 may come from a gateway.
    pub(super) fn of(status: StatusCode, headers: &HeaderMap) -> Option<Self> {
        let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
        let is_refusal = status == StatusCode::TOO_MANY_REQUESTS;
        let reset = match is_refusal {
            true => wait::asked(status, headers),
            false => text("x-ratelimit-reset").and_then(wait::seconds),
        }?;
        let left = match is_refusal {
            true => 0,
            false => text("x-ratelimit-remaining")?.parse().ok()?,
        };
        (reset <= LONGEST_PERIOD).then(|| Self {
            name: text("x-ratelimit-name")
                .filter(|name| !name.is_empty())
                .map(Arc::from),
            left,
            resets_in: reset,
            is_refusal,
        })
    }
}

impl Quota {
    pub(super) fn new(notice: &Notice, now: Instant) -> Self {
        Self {
            left: notice.left,
            resets: now + notice.resets_in,
            is_told: false,
        }
    }

    /// Takes in what the answer says to a request of that time. Answers may overtake each other, and within a period
    /// no more remains than any of them says.
    pub(super) fn learn(&mut self, notice: &Notice, sent: Instant, now: Instant) {
        if sent >= self.resets {
            *self = Self::new(notice, now);
            return;
        }
        self.left = self.left.min(notice.left);
        if notice.is_refusal {
            self.resets = self.resets.max(now + notice.resets_in);
        }
    }

    /// A request of that time was not answered, or its answer says nothing. It may have been counted.
    pub(super) fn lose(&mut self, sent: Instant) {
        if sent < self.resets {
            self.left = self.left.saturating_sub(1);
        }
    }

    /// Whether one more may be sent beside those that were sent at these times, are under way, and may not have been
    /// counted yet.
    pub(super) fn judge(&mut self, under_way: &[Instant], now: Instant) -> Verdict {
        let is_over = now >= self.resets;
        let is_first = is_over && under_way.iter().all(|sent| *sent < self.resets);
        if is_first || self.left > under_way.len() as u64 {
            return Verdict::Go;
        }
        if is_over || self.left > 0 {
            return Verdict::Later;
        }
        let is_news = !std::mem::replace(&mut self.is_told, true);
        Verdict::At(self.resets, is_news)
    }
}
