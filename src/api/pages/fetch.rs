use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::task::JoinHandle;

use super::LIMIT;
use crate::api::http::{Http, Request};
use crate::api::wire::{self, Page};
use crate::api::{ConnectionFilter, Error, ErrorKind};
use crate::topology::Connection;

/// One page under way. It goes on while nobody looks, and is given up when dropped.
pub(super) struct Fetch(JoinHandle<Result<Unread, Error>>);

/// One page that came, as it came: in this form it takes the least room while it waits for its turn.
pub(super) struct Unread {
    offset: u64,
    request: Request,
    body: Vec<u8>,
}

/// One page that was read.
pub(super) struct Fetched {
    pub(super) offset: u64,
    pub(super) connections: Vec<Connection>,
    /// How many rows the whole list has, if the page says so.
    pub(super) total: Option<u64>,
}

impl Fetch {
    pub(super) fn start(http: &Arc<Http>, filter: &ConnectionFilter, offset: u64) -> Self {
        let (http, request) = (Arc::clone(http), request(filter, offset));
        Self(tokio::spawn(async move {
            let sent = http.send(&request, http.deadline()).await;
            let body = sent.map_err(|failure| failure.error)?.body;
            Ok(Unread {
                offset,
                request,
                body,
            })
        }))
    }
}

impl Unread {
    pub(super) fn read(self, http: &Http, filter: &ConnectionFilter) -> Result<Fetched, Error> {
        let page = wire::page(&self.body).ok_or_else(|| http.misread(&self.request))?;
        let filtered = *filter != ConnectionFilter::default();
        Ok(Fetched {
            offset: self.offset,
            total: total(&page, filtered),
            connections: page.connections,
        })
    }
}

/// The request for the page that begins at `offset`.
pub(in crate::api) fn request(filter: &ConnectionFilter, offset: u64) -> Request {
    let mut request = Request::get("/api/v2/org_connections")
        .with_query("limit", &LIMIT.to_string())
        .with_query("offset", &offset.to_string());
    if let Some(destination) = &filter.destination {
        request = request.with_query("sink_org_id", &destination.to_string());
    }
    if let Some(source) = &filter.source {
        request = request.with_query("source_org_id", &source.to_string());
    }
    request
}

/// The count of everything says nothing about a filtered list.
fn total(page: &Page, filtered: bool) -> Option<u64> {
    let all = page.counts.all.filter(|_| !filtered);
    page.counts.filtered.or(all)
}

impl Future for Fetch {
    type Output = Result<Unread, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let joined = ready!(Pin::new(&mut self.0).poll(context));
        Poll::Ready(joined.unwrap_or_else(|_| {
            let detail = "a page was given up, as the program is ending";
            Err(Error::new(ErrorKind::Listing, detail))
        }))
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fetch")
    }
}
