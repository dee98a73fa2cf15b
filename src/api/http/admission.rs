use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, timeout_at};

use super::{Http, Request};
use crate::api::{Error, ErrorKind};

/// The right to send one request now. The server is asked beside others, which are bounded, until it is dropped.
pub(super) struct Admission<'a> {
    pub(super) _slot: SemaphorePermit<'a>,
}

impl Http {
    /// Waits until a request may be sent: until the server is not asked too much at once.
    ///
    /// # Errors
    /// [`ErrorKind::Interrupted`] if somebody wishes to stop, [`ErrorKind::Timeout`] if the others take too long.
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
            slot = timeout_at(deadline, self.transport.slots.acquire()) => match slot {
                Ok(Ok(slot)) => Ok(Admission { _slot: slot }),
                _ => {
                    let detail = "not sent in time, as too much else was under way";
                    Err(self.error(request, ErrorKind::Timeout, detail))
                }
            }
        }
    }
}
