//! Dashboards, notebooks and powerpacks: the content of an org whose queries may read the data of other orgs.

use std::collections::{BTreeMap, HashSet};

use futures_util::future::try_join_all;
use serde_json::Value;
use uuid::Uuid;

use super::error::{Error, ErrorKind};
use super::http::{Client, Request};
use super::wire;
use crate::model::{Content, ContentKind, widgets_by_org};

const DASHBOARDS: &str = "/api/v1/dashboard";
/// The number of rows that are asked for in one page.
const PAGE_ROWS: usize = 100;
/// The maximum number of pages that are read at a time, once a page was full.
const MAX_PAGES_AT_ONCE: usize = 8;
/// The maximum number of rows in a listing. A server whose list never ends must not fill the memory.
const MAX_ROWS: usize = 200_000;

/// A listing of content, read to its end.
#[derive(Debug, Default)]
pub struct ContentListing {
    /// Each part of the content once, in the order of the API.
    pub contents: Vec<Content>,
    /// The number of records that cannot be read.
    pub unreadable: usize,
}

/// A page of a listing. A record that cannot be read is `None`.
type Rows = Vec<Option<Content>>;

impl Client {
    /// Lists the content of one kind in the org of the credentials. Calls `advance` with the number of rows of each
    /// page. Dashboards come without their widgets, which [`Client::dashboard_widgets`] reads.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Forbidden`] if the credentials lack the permission to read this kind.
    pub async fn contents(
        &self,
        kind: ContentKind,
        advance: impl Fn(usize),
    ) -> Result<ContentListing, Error> {
        let (mut listing, mut seen) = (ContentListing::default(), HashSet::new());
        let (mut offset, mut at_once) = (0, 1);
        'rounds: loop {
            let starts = (0..at_once).map(|page| offset + page * PAGE_ROWS);
            let pages = starts.map(|start| self.content_page(kind, start));
            for rows in try_join_all(pages).await? {
                if rows.is_empty() {
                    return Ok(listing);
                }
                let (count, before) = (rows.len(), seen.len() + listing.unreadable);
                advance(count);
                offset += count;
                for row in rows {
                    match row {
                        Some(content) if seen.insert(content.id.clone()) => {
                            listing.contents.push(content);
                        }
                        Some(_) => {}
                        None => listing.unreadable += 1,
                    }
                }
                let is_repetition = seen.len() + listing.unreadable == before;
                if is_repetition || offset > MAX_ROWS {
                    let detail = format!("the list does not end after {offset} rows");
                    let error = Error::new(ErrorKind::IncompleteListing, detail);
                    return Err(self.in_context(error, &page_request(kind, offset)));
                }
                // The pages after a short one began too late: the server gives fewer rows, or this is the end.
                if count != PAGE_ROWS {
                    at_once = 1;
                    continue 'rounds;
                }
            }
            at_once = MAX_PAGES_AT_ONCE;
        }
    }

    async fn content_page(&self, kind: ContentKind, offset: usize) -> Result<Rows, Error> {
        let request = page_request(kind, offset);
        self.wait_to_send(&request).await?;
        self.call(&request, |body| parse_page(kind, body)).await
    }

    /// How many widgets of a dashboard read the data of each other org. `None` if there is no such dashboard.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Forbidden`] if the credentials may not see it.
    pub async fn dashboard_widgets(&self, id: &str) -> Result<Option<BTreeMap<Uuid, u64>>, Error> {
        let request = Request::get(&format!("{DASHBOARDS}/{id}"));
        self.wait_to_send(&request).await?;
        let parse = |body: &str| {
            let dashboard: Value = wire::read(body)?;
            dashboard.get("widgets")?;
            Some(widgets_by_org(&dashboard))
        };
        match self.call(&request, parse).await {
            // It was deleted since the dashboards were listed.
            Err(error) if error.http_status() == Some(404) => Ok(None),
            answer => answer.map(Some),
        }
    }
}

fn page_request(kind: ContentKind, offset: usize) -> Request {
    let (path, limit, start) = match kind {
        ContentKind::Dashboard => (DASHBOARDS, "count", "start"),
        ContentKind::Notebook => ("/api/v1/notebooks", "count", "start"),
        ContentKind::Powerpack => ("/api/v2/powerpacks", "page[limit]", "page[offset]"),
    };
    let request = Request::get(path)
        .with_query(limit, &PAGE_ROWS.to_string())
        .with_query(start, &offset.to_string());
    match kind {
        ContentKind::Notebook => request.with_query("include_cells", "true"),
        _ => request,
    }
}

fn parse_page(kind: ContentKind, body: &str) -> Option<Rows> {
    let page: Value = wire::read(body)?;
    let list = match kind {
        ContentKind::Dashboard => "dashboards",
        ContentKind::Notebook | ContentKind::Powerpack => "data",
    };
    let users = page.get("included").and_then(Value::as_array);
    let users = users.map_or(&[][..], Vec::as_slice);
    let rows = page.get(list)?.as_array()?.iter();
    Some(rows.map(|row| read_content(kind, row, users)).collect())
}

/// Reads a record of a listing. `None` if it lacks its id, or the widgets that the record of its kind has.
fn read_content(kind: ContentKind, row: &Value, users: &[Value]) -> Option<Content> {
    let text = |pointer: &str| row.pointer(pointer)?.as_str().map(str::to_owned);
    let id = match row.get("id")? {
        Value::Number(id) => id.to_string(),
        id => id.as_str()?.to_owned(),
    };
    // It becomes a part of a path.
    let is_plain = |char: char| char.is_ascii_alphanumeric() || char == '-' || char == '_';
    if id.is_empty() || !id.chars().all(is_plain) {
        return None;
    }
    let widgets = match kind {
        ContentKind::Dashboard => BTreeMap::new(),
        ContentKind::Notebook => widgets_by_org(row.pointer("/attributes/cells")?),
        ContentKind::Powerpack => widgets_by_org(row.pointer("/attributes/group_widget")?),
    };
    let (title, path, author) = match kind {
        ContentKind::Dashboard => {
            let path = text("/url").filter(|path| path.starts_with('/'));
            let path = path.unwrap_or_else(|| format!("/dashboard/{id}"));
            (text("/title"), Some(path), text("/author_handle"))
        }
        ContentKind::Notebook => {
            let author = text("/attributes/author/handle");
            let author = author.or_else(|| text("/attributes/author/name"));
            let path = format!("/notebook/{id}");
            (text("/attributes/name"), Some(path), author)
        }
        ContentKind::Powerpack => {
            let author = text("/relationships/author/data/id");
            let author = author.map(|id| user_handle(&id, users).unwrap_or(id));
            (text("/attributes/name"), None, author)
        }
    };
    Some(Content {
        kind,
        id,
        title,
        path,
        author,
        widgets,
    })
}

/// The handle of a user among those that a page includes.
fn user_handle(id: &str, users: &[Value]) -> Option<String> {
    let mut users = users.iter();
    let user = users.find(|user| user.get("id").and_then(Value::as_str) == Some(id))?;
    let handle = user.pointer("/attributes/handle")?;
    handle.as_str().map(str::to_owned)
}
