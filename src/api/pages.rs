//! Lists connections page by page. After the first page, a few pages are fetched in parallel before the caller asks for
//! them.

use std::collections::VecDeque;

use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use super::error::{Error, ErrorKind};
use super::http::{Client, Request};
use super::wire::{self, ConnectionPage, Page};

/// The maximum number of rows in one page of the API.
pub(super) const MAX_ROWS: usize = 1000;
/// The maximum number of pages that are in flight or not read yet. With the first page, ten thousand connections arrive
/// in two round trips. Each page takes about half a megabyte.
const MAX_PAGES_AHEAD: usize = 9;

/// Selects the connections to list. The default filter selects all connections that this org takes part in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionFilter {
    /// The source org.
    pub source: Option<Uuid>,
    /// The destination org.
    pub destination: Option<Uuid>,
}

/// A listing of connections that returns its pages in order.
///
/// Must be used inside a tokio runtime: pages are fetched in tasks, so that they arrive while the caller is busy.
/// Dropping the listing cancels these tasks.
#[derive(Debug)]
pub struct ConnectionPages {
    client: Client,
    filter: ConnectionFilter,
    /// The bodies of the pages in flight. They are parsed in [`ConnectionPages::next`], since parsing in the tasks
    /// would delay the network.
    in_flight: VecDeque<AbortOnDropHandle<Result<Vec<u8>, Error>>>,
    progress: Progress,
    /// How many rows the server gives in one page.
    page_rows: usize,
    /// The offset of the next page to read. The pages in flight start there.
    offset: u64,
    /// The number of rows in the listing: the largest count that a page has reported.
    total: Option<u64>,
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
    /// The total is unknown, so pages are fetched one by one until one is not full.
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
            failure: None,
        }
    }
}

impl ConnectionPages {
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
        let body = self.in_flight.front_mut()?.await;
        self.in_flight.pop_front();
        let body = body.unwrap_or_else(|_| {
            let detail = "a page was given up, as the program is ending";
            Err(Error::new(ErrorKind::IncompleteListing, detail))
        });
        let page = body.and_then(|body| self.parse_page(&body));
        let page = page.map(|page| self.record_page(page));
        if page.is_err() {
            self.stop();
        }
        Some(page)
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
            let request = page_request(&self.filter, offset);
            let fetch = tokio::spawn(async move {
                let answer = client.send(&request).await?;
                Ok(answer.body)
            });
            self.in_flight.push_back(AbortOnDropHandle::new(fetch));
        }
    }

    fn parse_page(&self, body: &[u8]) -> Result<Page, Error> {
        // If a page is longer than the first one, its last rows are dropped: the next page contains them again.
        let most_rows = match self.progress {
            Progress::Start => usize::MAX,
            _ => self.page_rows,
        };
        let page = wire::parse_page(body, most_rows);
        page.ok_or_else(|| {
            self.client
                .unreadable(&page_request(&self.filter, self.offset))
        })
    }

    /// Updates the progress after a page, and decides whether more pages follow.
    fn record_page(&mut self, page: Page) -> ConnectionPage {
        let rows = page.rows.connections.len() + page.rows.unreadable.len();
        // The total count includes connections that the filter leaves out, so it is not used with a filter.
        let is_filtered = self.filter != ConnectionFilter::default();
        let all = page.total_count.filter(|_| !is_filtered);
        let total = page.filtered_count.or(all);
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
        match self.progress {
            Progress::Counted { announced } => self.check_count(received, total, announced),
            _ if rows < MAX_ROWS => self.stop(),
            _ => {}
        }
        self.offset = received;
        page.rows
    }

    /// Checks the number of rows so far against the counts of the first page and of this page, and the largest count.
    fn check_count(&mut self, received: u64, total: Option<u64>, announced: u64) {
        let largest = self.total.unwrap_or_default();
        let page_end = self.offset + self.page_rows as u64;
        let expected = total.unwrap_or(largest).min(page_end);
        let has_shrunk = total.is_some_and(|total| total < announced);
        let is_stuck = received == self.offset && received < largest;
        if received < expected || has_shrunk || is_stuck {
            let detail = format!(
                "the list changed during the reading: {received} of {largest} connections came, and some may be missing"
            );
            let error = Error::new(ErrorKind::IncompleteListing, detail);
            let request = page_request(&self.filter, self.offset);
            self.failure = Some(self.client.in_context(error, &request));
            self.stop();
        } else if received >= largest {
            self.stop();
        }
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
