use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;

pub(super) use self::fetch::request;
use self::fetch::{Fetch, Fetched};
use super::http::Http;
use super::{Client, ConnectionFilter, Error, ErrorKind};
use crate::topology::Connection;

mod fetch;
#[cfg(test)]
mod tests;

/// The most rows that the API gives in one page.
pub(super) const LIMIT: u64 = 1000;
/// The most pages that are asked for or kept ready at the same time: ten thousand connections, with the first page, in
/// two round trips. Each takes about half a megabyte.
const MOST_IN_FLIGHT: usize = 9;

/// A listing, page by page and in order. The pages after the first are fetched side by side, a few ahead of the reader.
///
/// Must be read inside a tokio runtime. A page is read by who takes it: where other threads drive the runtime, those
/// under way are not kept waiting by that. Dropping the listing gives up what is still in flight.
#[derive(Debug)]
pub struct ConnectionPages {
    http: Arc<Http>,
    filter: ConnectionFilter,
    in_flight: FuturesOrdered<Fetch>,
    /// How many rows the server gives in one page.
    step: u64,
    /// Where the next page to be asked for begins.
    next_offset: u64,
    received: u64,
    /// How many rows the first page announced.
    announced: Option<u64>,
    /// How many rows there are by the newest word.
    total: Option<u64>,
    state: State,
}

#[derive(Debug)]
enum State {
    Begin,
    /// The total is known.
    Counted,
    /// No total is known: page after page, until one is not full.
    Uncounted,
    /// An error that comes after the rows that were given.
    Broken(Error),
    Over,
}

impl Client {
    /// The connections that this org takes part in, as source or as destination. Nothing is sent before the first
    /// [`ConnectionPages::next`].
    pub fn connections(&self, filter: ConnectionFilter) -> ConnectionPages {
        ConnectionPages {
            http: Arc::clone(&self.http),
            filter,
            in_flight: FuturesOrdered::new(),
            step: LIMIT,
            next_offset: 0,
            received: 0,
            announced: None,
            total: None,
            state: State::Begin,
        }
    }
}

impl ConnectionPages {
    /// The next page, or `None` after the last one and after an error.
    ///
    /// # Errors
    /// A page is lost after all retries, or the list changed in such a way that rows may be missing
    /// ([`ErrorKind::Listing`]). The pages before it were given.
    pub async fn next(&mut self) -> Option<Result<Vec<Connection>, Error>> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Over => return None,
            State::Broken(error) => return Some(Err(error)),
            state => self.state = state,
        }
        self.request_ahead();
        let arrived = self.in_flight.next().await?;
        let fetched = arrived.and_then(|page| page.read(&self.http, &self.filter));
        Some(match fetched {
            Ok(fetched) => Ok(self.accept(fetched)),
            Err(error) => {
                self.stop(State::Over);
                Err(error)
            }
        })
    }

    /// How many connections there are altogether, once the first page is in and if the API says so.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    fn request_ahead(&mut self) {
        let most = match self.state {
            State::Counted => MOST_IN_FLIGHT,
            _ => 1,
        };
        let end = self.total.unwrap_or(u64::MAX);
        while self.in_flight.len() < most && (self.next_offset < end || self.in_flight.is_empty()) {
            let fetch = Fetch::start(&self.http, &self.filter, self.next_offset);
            self.in_flight.push_back(fetch);
            self.next_offset = self.next_offset.saturating_add(self.step);
        }
    }

    fn accept(&mut self, fetched: Fetched) -> Vec<Connection> {
        let Fetched {
            offset,
            mut connections,
            total,
        } = fetched;
        let given = connections.len() as u64;
        if matches!(self.state, State::Begin) {
            self.begin(given, total);
        } else {
            // A server that gave short pages and now gives a full one repeats what the next page holds.
            connections.truncate(usize::try_from(self.step).unwrap_or(usize::MAX));
        }
        self.received = offset + connections.len() as u64;
        self.total = self.total.max(total);
        match self.state {
            State::Counted => self.settle(offset, total),
            _ if given < LIMIT => self.state = State::Over,
            _ => {}
        }
        connections
    }

    /// Learns from the first page how the others are to be asked for.
    fn begin(&mut self, given: u64, total: Option<u64>) {
        self.announced = total;
        self.state = match total {
            Some(_) => State::Counted,
            None => State::Uncounted,
        };
        if given > 0 {
            self.step = given;
            self.next_offset = given;
        }
    }

    /// Decides after a page whether rows are missing, and whether more are to come.
    fn settle(&mut self, offset: u64, total: Option<u64>) {
        let known = self.total.unwrap_or_default();
        let due = total.unwrap_or(known).min(offset.saturating_add(self.step));
        let shrank = total < self.announced && total.is_some();
        let stuck = self.received == offset && self.received < known;
        if self.received < due || shrank || stuck {
            let error = self.hole(known);
            self.stop(State::Broken(error));
        } else if self.received >= known {
            self.stop(State::Over);
        } else if self.in_flight.is_empty() {
            // The list grew while its last page was under way.
            self.next_offset = self.received;
        }
    }

    fn stop(&mut self, state: State) {
        self.in_flight.clear();
        self.state = state;
    }

    fn hole(&self, known: u64) -> Error {
        let detail = format!(
            "the list changed while it was read: {} of {known} connections came, and some may be missing",
            self.received
        );
        let request = request(&self.filter, 0);
        self.http.error(&request, ErrorKind::Listing, detail)
    }
}
