use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::admission::Admission;
use super::failure::{Again, Miss};
use super::{Answer, Http, Request};
use crate::api::{Error, ErrorKind};

/// No wait of our own choice is longer.
const LONGEST_BACKOFF: Duration = Duration::from_secs(10);
/// What stands for "never" where a timeout is too long for the clock.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 3600);

/// A request that brought no 2xx answer, after all attempts.
#[derive(Debug)]
pub(in crate::api) struct Failure {
    pub(in crate::api) error: Error,
    /// Whether some attempt of a write may have been carried out, though its answer was lost.
    pub(in crate::api) uncertain: bool,
}

impl Http {
    /// When an operation that begins now has to be over.
    pub(in crate::api) fn deadline(&self) -> Instant {
        let now = Instant::now();
        now.checked_add(self.timeout)
            .unwrap_or_else(|| now + LONGEST_TIMEOUT)
    }

    /// Sends the request, again where that may help, until `deadline` at most.
    pub(in crate::api) async fn send(
        &self,
        request: &Request,
        deadline: Instant,
    ) -> Result<Answer, Failure> {
        let mut uncertain = false;
        for retries in 0.. {
            if self.interrupt.is_triggered() {
                return Err(self.interrupted(request, uncertain));
            }
            let admission = match self.admit(request, deadline).await {
                Ok(admission) => admission,
                Err(error) => return Err(Failure { error, uncertain }),
            };
            let limit = self.limit(retries, deadline);
            let miss = match self.once(request, admission, limit).await {
                Some(Ok(answer)) => return Ok(answer),
                Some(Err(miss)) => miss,
                None => return Err(self.interrupted(request, uncertain)),
            };
            uncertain |= request.is_write() && miss.perhaps_done;
            let Some(pause) = self.pause(&miss, retries, deadline) else {
                let error = miss.into_error(self, request);
                return Err(Failure { error, uncertain });
            };
            self.log_retry(request, &miss, pause);
            self.sleep(pause).await;
        }
        Err(self.interrupted(request, uncertain))
    }

    /// One attempt; `None` if it was given up. That happens to no write, as nobody would know what became of it.
    async fn once(
        &self,
        request: &Request,
        admission: Admission<'_>,
        limit: Instant,
    ) -> Option<Result<Answer, Miss>> {
        let Admission { ticket, _slot } = admission;
        let attempt = self.attempt(request, ticket, limit);
        if request.is_write() {
            return Some(attempt.await);
        }
        tokio::select! {
            biased;
            result = attempt => Some(result),
            () = self.interrupt.triggered() => None,
        }
    }

    /// Waits, unless somebody wishes to stop.
    pub(in crate::api) async fn pause_for(&self, length: Duration) -> Result<(), Error> {
        self.sleep(length).await;
        if self.interrupt.is_triggered() {
            return Err(Error::new(ErrorKind::Interrupted, "interrupted"));
        }
        Ok(())
    }

    async fn sleep(&self, length: Duration) {
        tokio::select! {
            () = sleep(length) => {}
            () = self.interrupt.triggered() => {}
        }
    }

    /// Until when one attempt may take: half of the whole at most where another could follow, so that a stalled one
    /// leaves time for it.
    fn limit(&self, retries: u32, deadline: Instant) -> Instant {
        if retries >= self.max_retries {
            return deadline;
        }
        match Instant::now().checked_add(self.timeout / 2) {
            Some(half) => deadline.min(half),
            None => deadline,
        }
    }

    /// How long to wait before the next attempt, or `None` if there is to be none.
    fn pause(&self, miss: &Miss, retries: u32, deadline: Instant) -> Option<Duration> {
        let again = match miss.again {
            Again::Never => false,
            Again::Once => retries == 0,
            Again::Always => true,
        };
        if !again || retries >= self.max_retries {
            return None;
        }
        let pause = match miss.asked_wait {
            Some(asked) => asked.saturating_add(self.backoff.mul_f64(fastrand::f64())),
            None => self.backoff(retries).mul_f64(fastrand::f64()),
        };
        let left = deadline.saturating_duration_since(Instant::now());
        (pause < left).then_some(pause)
    }

    /// The longest wait after so many retries. The actual one is drawn between none and this, so that many clients
    /// that failed together do not come back together.
    fn backoff(&self, retries: u32) -> Duration {
        self.backoff
            .saturating_mul(1 << retries.min(16))
            .min(LONGEST_BACKOFF)
    }

    fn interrupted(&self, request: &Request, uncertain: bool) -> Failure {
        let error = self.error(request, ErrorKind::Interrupted, "interrupted");
        Failure { error, uncertain }
    }

    fn log_retry(&self, request: &Request, miss: &Miss, pause: Duration) {
        log::info!(
            "{} is sent again in {} ms: {}",
            request.target(),
            pause.as_millis(),
            miss.describe(&self.secrets)
        );
    }
}
