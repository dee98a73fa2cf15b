//! Groups of orgs and their members: a preview of the API, which an account may lack.

use std::collections::HashSet;

use futures_util::future::try_join_all;
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::error::{Error, ErrorKind};
use super::http::{Client, Request};
use super::wire::{self, Identifier, Lenient, Relationship, Resource, UnreadableRecord};
use crate::model::{OrgGroup, OrgRef};

/// The maximum number of rows in one page of the API.
const PAGE_ROWS: u64 = 1000;
/// The maximum number of pages in a listing. A server whose list never ends must not fill the memory.
const MAX_PAGES: u64 = 100;

/// A listing of groups or of members, read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupListing<T> {
    /// The rows in the order of the API, each once.
    pub rows: Vec<T>,
    /// The records that cannot be read.
    pub unreadable: Vec<UnreadableRecord>,
}

impl Client {
    /// Lists the groups of orgs that the credentials can see, sorted by their names.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Forbidden`] if the account has no groups of orgs, or the credentials lack the permission
    /// `org_group_read`.
    pub async fn org_groups(&self) -> Result<GroupListing<OrgGroup>, Error> {
        let request = Request::get("/api/v2/org_groups").with_query("sort", "name");
        self.read_numbered_pages(&request, read_group).await
    }

    /// Lists the orgs in a group.
    ///
    /// # Errors
    /// As [`Client::org_groups`].
    pub async fn org_group_members(&self, group: Uuid) -> Result<GroupListing<OrgRef>, Error> {
        let request = Request::get("/api/v2/org_group_memberships")
            .with_query("filter[org_group_id]", &group.to_string());
        let read = |record: &RawValue| read_member(record, group);
        self.read_numbered_pages(&request, read).await
    }

    /// Reads the first page, then all others side by side. If the first page does not say how many rows there are, the
    /// others are read one by one until one is empty.
    async fn read_numbered_pages<T>(
        &self,
        request: &Request,
        read: impl Fn(&RawValue) -> Result<(Uuid, T), UnreadableRecord>,
    ) -> Result<GroupListing<T>, Error> {
        let request = request
            .clone()
            .with_query("page[size]", &PAGE_ROWS.to_string());
        let incomplete = |detail: String| {
            let error = Error::new(ErrorKind::IncompleteListing, detail);
            self.in_context(error, &request)
        };
        // Whether pages are counted from 0 or from 1 is not documented: the answer says it.
        let first = self.call(&request, wire::read::<Page>).await;
        let first = first.map_err(without_groups)?;
        let counts = first.meta.or_default().page.or_default();
        let first_number = counts.number.0.or(counts.first_number.0).unwrap_or(0);
        let (rows, total) = (first.data.len() as u64, counts.total.0);
        let mut pages = vec![first.data];
        let page = async |number: u64| {
            let number = (first_number + number).to_string();
            let request = request.clone().with_query("page[number]", &number);
            let page = self.call(&request, wire::read::<Page>).await?;
            Ok::<_, Error>(page.data)
        };
        match total {
            Some(total) if rows > 0 => {
                let count = total.div_ceil(rows);
                if count > MAX_PAGES {
                    return Err(incomplete(format!("the list has {count} pages")));
                }
                pages.extend(try_join_all((1..count).map(page)).await?);
            }
            Some(_) => {}
            None => {
                while pages.last().is_some_and(|page| !page.is_empty()) {
                    if pages.len() as u64 >= MAX_PAGES {
                        let count = pages.len();
                        return Err(incomplete(format!(
                            "the list does not end after {count} pages"
                        )));
                    }
                    pages.push(page(pages.len() as u64).await?);
                }
            }
        }
        let (mut ids, mut repeated) = (HashSet::new(), 0);
        let (mut rows, mut unreadable) = (Vec::new(), Vec::new());
        for record in pages.iter().flatten() {
            match read(record) {
                Ok((id, row)) if ids.insert(id) => rows.push(row),
                Ok(_) => repeated += 1,
                Err(record) => unreadable.push(record),
            }
        }
        let received = (rows.len() + unreadable.len()) as u64;
        match total {
            Some(total) if received < total => Err(incomplete(format!(
                "the list changed during the reading: {received} of {total} rows came, and some may be missing"
            ))),
            None if repeated > 0 => Err(incomplete(format!(
                "the list changed during the reading: {repeated} rows came twice, and some may be missing"
            ))),
            _ => Ok(GroupListing { rows, unreadable }),
        }
    }
}

/// An account without the preview does not know the path.
fn without_groups(error: Error) -> Error {
    match error.http_status() {
        Some(404) => error.with_kind(ErrorKind::Forbidden),
        _ => error,
    }
}

/// The group that a record is about, with its id.
fn read_group(record: &RawValue) -> Result<(Uuid, OrgGroup), UnreadableRecord> {
    let resource: Resource<GroupAttributes, ()> = parse(record);
    let name = resource.attributes.or_default().name.0;
    match resource.id.0 {
        Some(id) => Ok((id, OrgGroup { id, name })),
        None => Err(unreadable(record, "it has no UUID")),
    }
}

/// The org that a membership is about, with its id.
fn read_member(record: &RawValue, group: Uuid) -> Result<(Uuid, OrgRef), UnreadableRecord> {
    let resource: Resource<MemberAttributes, MemberRelationships> = parse(record);
    let attributes = resource.attributes.or_default();
    let of_group = resource.relationships.or_default().org_group.target().id.0;
    match attributes.org_uuid.0 {
        _ if of_group.is_some_and(|id| id != group) => {
            Err(unreadable(record, "it is of another group"))
        }
        Some(id) => {
            let name = attributes.org_name.0;
            Ok((id, OrgRef { id, name }))
        }
        None => Err(unreadable(record, "its org has no UUID")),
    }
}

/// Reads a record in which any value may be missing or invalid.
fn parse<T: Default + for<'de> Deserialize<'de>>(record: &RawValue) -> T {
    serde_json::from_str(record.get()).unwrap_or_default()
}

fn unreadable(record: &RawValue, reason: &'static str) -> UnreadableRecord {
    let written: WrittenId = parse(record);
    UnreadableRecord {
        id: written.id.0,
        reason,
    }
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Box<RawValue>>,
    #[serde(default)]
    meta: Lenient<Meta>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Meta {
    page: Lenient<Counts>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Counts {
    number: Lenient<u64>,
    first_number: Lenient<u64>,
    /// Older clients of the preview know it as `total_count`.
    #[serde(alias = "total_count")]
    total: Lenient<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WrittenId {
    id: Lenient<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct GroupAttributes {
    name: Lenient<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct MemberAttributes {
    org_uuid: Lenient<Uuid>,
    org_name: Lenient<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct MemberRelationships {
    org_group: Relationship<Identifier>,
}
