//! Keeps to the rate limits of an org: what would be refused is not sent, but waits.
//!
//! Datadog counts the requests of an org in fixed periods, by families of routes. Every answer says which limit it
//! counted to (`X-RateLimit-Name`), how many requests remain (`-Remaining`) and in how many seconds the period ends
//! (`-Reset`). Others may work in the same org, so the service's word counts, less what is under way. Of a new period
//! nothing is known until one request was answered in it: that one goes alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::Request;
use super::quota::{Notice, Quota, Verdict};

/// The limits of one set of credentials.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    state: Mutex<State>,
    /// Told whenever something that was under way has ended.
    ended: Notify,
}

#[derive(Debug, Default)]
struct State {
    families: HashMap<Family, Routes>,
    quotas: HashMap<Arc<str>, Quota>,
}

/// Requests that count to the same limit, as far as one can tell before the first answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Family {
    is_write: bool,
    /// The beginning of the path, such as `/api/v2/org_connections`.
    path: Box<str>,
}

#[derive(Debug, Default)]
struct Routes {
    /// When each request was sent that is under way.
    under_way: Vec<Instant>,
    limit: Limit,
}

/// The limit that a family counts to.
#[derive(Clone, Debug, Default)]
enum Limit {
    /// No answer has come yet.
    #[default]
    Unknown,
    /// The latest answer told of none.
    Absent,
    Named(Arc<str>),
}

/// The right to send one request.
#[derive(Debug)]
#[must_use = "the request counts as under way until it is answered"]
pub(super) struct Ticket<'a> {
    limiter: &'a Limiter,
    family: Family,
    sent: Instant,
    is_answered: bool,
}

/// A request may not be sent before its deadline: it is so long until it may.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong(pub(super) Duration);

impl Limiter {
    /// Waits until `request` may be sent, until `deadline` at most. `tell` is called with the length of a wait, once
    /// for all that wait for the same.
    ///
    /// # Errors
    /// It may not be sent before the deadline. That is not waited for.
    pub(super) async fn admit(
        &self,
        request: &Request,
        deadline: Instant,
        tell: impl Fn(Duration),
    ) -> Result<Ticket<'_>, TooLong> {
        let family = Family::of(request);
        loop {
            // Made before the look, so that nothing that ends after it is missed.
            let ended = self.ended.notified();
            let now = Instant::now();
            let verdict = self.lock().attempt(&family, now);
            let until = match verdict {
                Verdict::Go => return Ok(self.ticket(family, now)),
                Verdict::Later if now >= deadline => return Err(TooLong(Duration::ZERO)),
                Verdict::Later => deadline,
                Verdict::At(time, _) if time > deadline => return Err(TooLong(time - now)),
                Verdict::At(time, is_news) => {
                    if is_news {
                        tell(time - now);
                    }
                    time
                }
            };
            let _ = timeout_at(until, ended).await;
        }
    }

    /// Waits for the end of a period in which nothing remains for requests such as this; it takes no right to send one.
    ///
    /// # Errors
    /// As [`Limiter::admit`].
    pub(super) async fn wait_for_reset(
        &self,
        request: &Request,
        deadline: Instant,
        tell: impl Fn(Duration),
    ) -> Result<(), TooLong> {
        let family = Family::of(request);
        loop {
            let ended = self.ended.notified();
            let now = Instant::now();
            let verdict = self.lock().judge(&family, now);
            match verdict {
                Verdict::Go | Verdict::Later => return Ok(()),
                Verdict::At(time, _) if time > deadline => return Err(TooLong(time - now)),
                Verdict::At(time, is_news) => {
                    if is_news {
                        tell(time - now);
                    }
                    let _ = timeout_at(time, ended).await;
                }
            }
        }
    }

    fn ticket(&self, family: Family, sent: Instant) -> Ticket<'_> {
        Ticket {
            limiter: self,
            family,
            sent,
            is_answered: false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket<'_> {
    /// Takes in what the answer says.
    pub(super) fn answered(mut self, status: StatusCode, headers: &HeaderMap) {
        self.is_answered = true;
        let mut state = self.limiter.lock();
        match Notice::of(status, headers) {
            Some(notice) => state.learn(&self.family, &notice, self.sent),
            None if status.is_success() => state.routes(&self.family).limit = Limit::Absent,
            None => state.lose(&self.family, self.sent),
        }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.lock();
        if !self.is_answered {
            state.lose(&self.family, self.sent);
        }
        let under_way = &mut state.routes(&self.family).under_way;
        if let Some(place) = under_way.iter().position(|sent| *sent == self.sent) {
            under_way.swap_remove(place);
        }
        drop(state);
        self.limiter.ended.notify_waiters();
    }
}

impl State {
    /// Counts a request as under way if it may be sent.
    fn attempt(&mut self, family: &Family, now: Instant) -> Verdict {
        let verdict = self.judge(family, now);
        if verdict == Verdict::Go {
            self.routes(family).under_way.push(now);
        }
        verdict
    }

    fn judge(&mut self, family: &Family, now: Instant) -> Verdict {
        let Some(name) = self.limit(family) else {
            return Verdict::Go;
        };
        let under_way = self.under_way(&name);
        let quota = self.quotas.get_mut(&name);
        quota.map_or(Verdict::Go, |quota| quota.judge(&under_way, now))
    }

    fn learn(&mut self, family: &Family, notice: &Notice, sent: Instant) {
        let now = Instant::now();
        let name = match (&notice.name, self.limit(family)) {
            (Some(name), _) => Arc::clone(name),
            (None, Some(known)) => known,
            (None, None) => family.path.clone().into(),
        };
        self.routes(family).limit = Limit::Named(Arc::clone(&name));
        match self.quotas.get_mut(&name) {
            Some(quota) => quota.learn(notice, sent, now),
            None => drop(self.quotas.insert(name, Quota::new(notice, now))),
        }
    }

    fn lose(&mut self, family: &Family, sent: Instant) {
        let quota = self
            .limit(family)
            .and_then(|name| self.quotas.get_mut(&name));
        if let Some(quota) = quota {
            quota.lose(sent);
        }
    }

    /// The name of the limit that a family counts to; until its own is known, that of the other requests to the same
    /// path: what reading has told is better than nothing for the first writes.
    fn limit(&self, family: &Family) -> Option<Arc<str>> {
        let named = |family: &Family| match &self.families.get(family)?.limit {
            Limit::Named(name) => Some(Arc::clone(name)),
            Limit::Unknown | Limit::Absent => None,
        };
        match self.families.get(family).map(|routes| &routes.limit) {
            None | Some(Limit::Unknown) => named(&family.sibling()),
            Some(_) => named(family),
        }
    }

    fn under_way(&self, name: &Arc<str>) -> Vec<Instant> {
        let families = self.families.iter();
        families
            .filter(|(family, _)| self.limit(family).as_ref() == Some(name))
            .flat_map(|(_, routes)| routes.under_way.iter().copied())
            .collect()
    }

    fn routes(&mut self, family: &Family) -> &mut Routes {
        self.families.entry(family.clone()).or_default()
    }
}

impl Family {
    fn of(request: &Request) -> Self {
        Self {
            is_write: request.is_write(),
            path: request.family().into(),
        }
    }

    fn sibling(&self) -> Self {
        Self {
            is_write: !self.is_write,
            path: self.path.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
