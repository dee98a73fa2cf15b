//! Lists connections page by page. After the first page, a few pages are fetched in parallel before the caller asks for
//! them.

use std::collections::{HashSet, VecDeque};

use jiff::Timestamp;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use super::error::{Error, ErrorKind};
use super::http::{Answer, Client, Request};
use super::wire::{self, ConnectionPage, MAX_ROWS, Page, UnreadableRecord};
use crate::model::Connection;

/// The maximum number of pages that are in flight or not read yet. With the first page, ten thousand connections arrive
/// in two round trips. Each page takes about half a megabyte.
const MAX_PAGES_AHEAD: usize = 9;
/// The length that all pages in flight together may have.
const MAX_BYTES_AHEAD: usize = 64 << 20;
/// The maximum number of rows in a listing. A server whose list never ends must not fill the memory.
const MAX_LISTING: u64 = 1_000_000;
/// The maximum number of pages in a listing, for a server that gives few rows in a page.
const MAX_PAGES: u64 = 1_000;
/// The number of pages in a row without a new connection, from which on a list is taken for endless.
const MAX_STALE_PAGES: u64 = 2;
/// The number of pages with a larger total than the page before, from which on a list is taken for endless.
const MAX_GROWTHS: u64 = 5;

/// Selects the connections to list. The default filter selects all connections that this org takes part in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionFilter {
    /// The source org.
    pub source: Option<Uuid>,
    /// The destination org.
    pub destination: Option<Uuid>,
}

impl ConnectionFilter {
    /// Whether the filter selects the connection.
    pub fn selects(&self, connection: &Connection) -> bool {
        self.wrong_end(connection).is_none()
    }

    /// The reason why the filter does not select the connection.
    fn wrong_end(&self, connection: &Connection) -> Option<&'static str> {
        let differs = |wanted: Option<Uuid>, end| wanted.is_some_and(|wanted| wanted != end);
        if differs(self.source, connection.source.id) {
            return Some("its source org is not the one that was asked for");
        }
        differs(self.destination, connection.destination.id)
            .then_some("its destination org is not the one that was asked for")
    }
}

/// A listing of connections that returns its pages in order, without the connections that the page before had too.
///
/// Must be used inside a tokio runtime: pages are fetched in tasks, so that they arrive while the caller is busy.
/// Dropping the listing cancels these tasks.
#[derive(Debug)]
pub struct ConnectionPages {
    client: Client,
    filter: ConnectionFilter,
    /// The answers in flight. They are parsed in [`ConnectionPages::next`], since parsing in the tasks
    /// would delay the network.
    in_flight: VecDeque<AbortOnDropHandle<Result<Answer, Error>>>,
    progress: Progress,
    /// How many rows the server gives in one page.
    page_rows: usize,
    /// The offset of the next page to read. The pages in flight start there.
    offset: u64,
    /// The number of rows in the listing: the largest count that a page has reported.
    total: Option<u64>,
    /// The ids of the connections of the page before, or of all pages before.
    seen: HashSet<Uuid>,
    /// Whether `seen` holds the ids of all pages.
    checks_all_ids: bool,
    /// How many rows had an id that was seen before.
    repeated: u64,
    /// How many pages were read.
    read: u64,
    /// How many pages in a row had rows, but no connection that is new.
    stale: u64,
    /// How many pages reported a larger total than the pages before.
    growths: u64,
    /// The server's time when it answered the latest page.
    answered_at: Option<Timestamp>,
    /// An error to return after the page that was read before it.
    failure: Option<Error>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// The first page has not arrived.
    Start,
    /// The first page has reported the number of rows, so pages are fetched ahead.
    Counted {
        announced: u64,
    },
    /// The total is unknown, so pages are fetched one by one until one is empty.
    Uncounted,
    Done,
}

impl Client {
    /// Lists the connections that this org takes part in, as source or as destination. Nothing is sent before the first
    /// [`ConnectionPages::next`].
    pub fn connections(&self, filter: ConnectionFilter) -> ConnectionPages {
        ConnectionPages {
            client: self.clone(),
            filter,
            in_flight: VecDeque::new(),
            progress: Progress::Start,
            page_rows: MAX_ROWS,
            offset: 0,
            total: None,
            seen: HashSet::new(),
            checks_all_ids: false,
            repeated: 0,
            read: 0,
            stale: 0,
            growths: 0,
            answered_at: None,
            failure: None,
        }
    }
}

impl ConnectionPages {
    /// Finds a connection that comes again in any later page, and not only in the next one. This takes memory for each
    /// connection.
    pub fn check_all_ids(mut self) -> Self {
        self.checks_all_ids = true;
        self
    }

    /// The next page, or `None` after the last one or after an error.
    ///
    /// # Errors
    /// Fails if a page cannot be read after all retries, or if the list changed so that rows may be missing
    /// ([`ErrorKind::IncompleteListing`]). The pages before it were returned already.
    pub async fn next(&mut self) -> Option<Result<ConnectionPage, Error>> {
        if let Some(error) = self.failure.take() {
            return Some(Err(error));
        }
        self.fetch_ahead();
        let answer = self.in_flight.front_mut()?.await;
        self.in_flight.pop_front();
        let answer = answer.unwrap_or_else(|_| {
            let detail = "a page was given up, as the program is ending";
            Err(Error::new(ErrorKind::IncompleteListing, detail))
        });
        let page = answer.and_then(|answer| self.parse_page(&answer));
        let page = page.map(|page| self.record_page(page));
        if page.is_err() {
            self.stop();
        }
        Some(page)
    }

    /// The server's time when it answered the latest page, if it said so.
    pub(super) fn answered_at(&self) -> Option<Timestamp> {
        self.answered_at
    }

    /// The number of connections in the listing. `None` before the first page, or if the API does not report it.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    fn fetch_ahead(&mut self) {
        let most = match self.progress {
            Progress::Done => 0,
            Progress::Start | Progress::Uncounted => 1,
            Progress::Counted { .. } => MAX_PAGES_AHEAD,
        };
        let end = self.total.unwrap_or(u64::MAX);
        while self.in_flight.len() < most {
            let rows_ahead = self.in_flight.len() * self.page_rows;
            let offset = self.offset + rows_ahead as u64;
            if offset >= end && !self.in_flight.is_empty() {
                return;
            }
            let client = self.client.clone();
            let request = page_request(&self.filter, offset).with_max_bytes(MAX_BYTES_AHEAD / most);
            let fetch = tokio::spawn(async move { client.send(&request).await });
            self.in_flight.push_back(AbortOnDropHandle::new(fetch));
        }
    }

    fn parse_page(&mut self, answer: &Answer) -> Result<Page, Error> {
        self.answered_at = answer.date;
        // If a page is longer than the first one, its last rows are dropped: the next page contains them again.
        let most_rows = match self.progress {
            Progress::Start => MAX_ROWS,
            _ => self.page_rows,
        };
        wire::parse_page(&answer.body, most_rows)
            .map_err(|detail| self.error(ErrorKind::Decode, detail))
    }

    /// Updates the progress after a page, and decides whether more pages follow.
    fn record_page(&mut self, page: Page) -> ConnectionPage {
        let rows = page.rows.connections.len() + page.rows.unreadable.len();
        // The total count includes connections that the filter leaves out, so it is not used with a filter.
        let is_filtered = self.filter != ConnectionFilter::default();
        let all = page.total_count.filter(|_| !is_filtered);
        let total = page.filtered_count.or(all);
        self.read += 1;
        self.growths += u64::from(self.total.is_some() && total > self.total);
        self.total = self.total.max(total);
        if self.progress == Progress::Start {
            self.progress = match total {
                Some(announced) => Progress::Counted { announced },
                None => Progress::Uncounted,
            };
            if rows > 0 {
                self.page_rows = rows;
            }
        }
        let received = self.offset + rows as u64;
        let page = self.select_rows(page.rows);
        let is_repetition = rows > 0 && page.connections.is_empty() && page.unreadable.is_empty();
        self.stale = match rows > 0 && page.connections.is_empty() {
            true => self.stale + 1,
            false => 0,
        };
        match self.progress {
            Progress::Counted { announced } => self.check_count(received, total, announced),
            _ if rows == 0 => self.finish(),
            _ => {}
        }
        if self.progress == Progress::Done {
            // The end was found, or an error.
        } else if is_repetition {
            self.fail("the list does not end: a page has only connections that came before");
        } else if self.growths >= MAX_GROWTHS && self.growths > self.read / 2 {
            self.fail("the list does not end: its total grows with every page");
        } else if self.stale >= MAX_STALE_PAGES {
            self.fail("the list does not end: its pages bring no connection that is new");
        } else if received > MAX_LISTING || self.read >= MAX_PAGES {
            self.fail(format!(
                "the list does not end after {received} connections"
            ));
        }
        self.offset = received;
        page
    }

    /// Leaves out the rows that came before, and those that the filter does not select, which are unreadable records.
    fn select_rows(&mut self, mut page: ConnectionPage) -> ConnectionPage {
        let mut ids = HashSet::with_capacity(page.connections.len());
        page.connections.retain(|connection| {
            if let Some(reason) = self.filter.wrong_end(connection) {
                let id = Some(connection.id.to_string());
                page.unreadable.push(UnreadableRecord { id, reason });
                return false;
            }
            let is_new = ids.insert(connection.id) && !self.seen.contains(&connection.id);
            self.repeated += u64::from(!is_new);
            is_new
        });
        match self.checks_all_ids {
            true => self.seen.extend(ids),
            false => self.seen = ids,
        }
        page
    }

    /// Checks the number of rows so far against the counts of the first page and of this page, and the largest count.
    fn check_count(&mut self, received: u64, total: Option<u64>, announced: u64) {
        let largest = self.total.unwrap_or_default();
        let page_end = self.offset + self.page_rows as u64;
        let expected = total.unwrap_or(largest).min(page_end);
        let has_shrunk = total.is_some_and(|total| total < announced);
        let is_stuck = received == self.offset && received < largest;
        if received < expected || has_shrunk || is_stuck {
            self.fail(format!(
                "the list changed during the reading: {received} of {largest} connections came, and some may be missing"
            ));
        } else if received >= largest {
            self.finish();
        }
    }

    /// Ends the listing after its last page.
    fn finish(&mut self) {
        match self.repeated {
            0 => self.stop(),
            1 => self.fail(
                "the list changed during the reading: a connection came twice, and some may be missing",
            ),
            count => self.fail(format!(
                "the list changed during the reading: {count} connections came twice, and some may be missing"
            )),
        }
    }

    /// Ends the listing with an error after the page that was read.
    fn fail(&mut self, detail: impl Into<String>) {
        self.failure = Some(self.error(ErrorKind::IncompleteListing, detail));
        self.stop();
    }

    fn error(&self, kind: ErrorKind, detail: impl Into<String>) -> Error {
        let request = page_request(&self.filter, self.offset);
        self.client.in_context(Error::new(kind, detail), &request)
    }

    fn stop(&mut self) {
        self.progress = Progress::Done;
        self.in_flight.clear();
    }
}

/// The request for the page that begins at `offset`.
pub(super) fn page_request(filter: &ConnectionFilter, offset: u64) -> Request {
    let mut request = Request::get(wire::CONNECTIONS)
        .with_query("limit", &MAX_ROWS.to_string())
        .with_query("offset", &offset.to_string());
    if let Some(destination) = filter.destination {
        request = request.with_query("sink_org_id", &destination.to_string());
    }
    if let Some(source) = filter.source {
        request = request.with_query("source_org_id", &source.to_string());
    }
    request
}
