use std::time::Duration;

use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, timeout_at};

use super::limiter::{Ticket, TooLong};
use super::{Http, Request, failure};
use crate::api::{Error, ErrorKind};

/// The right to send one request now. The server is asked beside others, which are bounded, until it is dropped.
pub(super) struct Admission<'a> {
    pub(super) ticket: Ticket<'a>,
    pub(super) _slot: SemaphorePermit<'a>,
}

impl Http {
    /// Waits until a request may be sent: until its org's rate limit allows it, and the server is not asked too much
    /// at once.
    ///
    /// # Errors
    /// [`ErrorKind::RateLimited`] if the limit does not allow it before `deadline`, [`ErrorKind::Interrupted`] if
    /// somebody wishes to stop, [`ErrorKind::Timeout`] if the others take too long.
    pub(super) async fn admit(
        &self,
        request: &Request,
        deadline: Instant,
    ) -> Result<Admission<'_>, Error> {
        tokio::select! {
            // Who may send at last does so only if nobody wishes to stop.
            biased;
            () = self.interrupt.triggered() => {
                Err(self.error(request, ErrorKind::Interrupted, "interrupted"))
            }
            admission = self.admission(request, deadline) => admission,
        }
    }

    async fn admission(
        &self,
        request: &Request,
        deadline: Instant,
    ) -> Result<Admission<'_>, Error> {
        let tell = |wait| self.tell(request, wait);
        let ticket = self.limiter.admit(request, deadline, tell).await;
        let ticket = ticket.map_err(|wait| self.limited(request, wait))?;
        match timeout_at(deadline, self.transport.slots.acquire()).await {
            Ok(Ok(slot)) => Ok(Admission {
                ticket,
                _slot: slot,
            }),
            _ => {
                let detail = "not sent in time, as too much else was under way";
                Err(self.error(request, ErrorKind::Timeout, detail))
            }
        }
    }

    /// Waits until the rate limit allows requests such as this one again, where it allows none for now.
    ///
    /// # Errors
    /// [`ErrorKind::RateLimited`] if that takes longer than one operation may, [`ErrorKind::Interrupted`] if somebody
    /// wishes to stop.
    pub(in crate::api) async fn wait_for_reset(&self, request: &Request) -> Result<(), Error> {
        let tell = |wait| self.tell(request, wait);
        let waiting = self.limiter.wait_for_reset(request, self.deadline(), tell);
        tokio::select! {
            biased;
            () = self.interrupt.triggered() => {
                Err(self.error(request, ErrorKind::Interrupted, "interrupted"))
            }
            waited = waiting => waited.map_err(|wait| self.limited(request, wait)),
        }
    }

    fn tell(&self, request: &Request, wait: Duration) {
        let (target, wait) = (request.target(), failure::span(wait));
        log::info!("{target} waits {wait}: the rate limit allows no more until then");
    }

    fn limited(&self, request: &Request, TooLong(wait): TooLong) -> Error {
        let wait_in_words = failure::span(wait);
        let detail = format!("the rate limit allows no more requests for {wait_in_words}");
        self.error(request, ErrorKind::RateLimited, detail)
            .with_retry_after(Some(wait))
    }
}
