use std::collections::HashSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Counts, Page};
use crate::api::CurrentUser;
use crate::topology::{Connection, ConnectionType, Directory, Id, Org, Reference, TypeSet};

/// A piece of JSON that was found to be well-formed and is not looked into yet.
type Raw<'a> = Option<&'a RawValue>;

/// Structs of which each field may be missing or anything at all.
macro_rules! loose {
    ($($name:ident { $($field:ident),+ })+) => {$(
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct $name<'a> { $(#[serde(borrow)] $field: Raw<'a>,)+ }
    )+};
}

loose! {
    Document { data, included, meta }
    Meta { page }
    PageCounts { total_count, total_filtered_count }
    Resource { id, name, attributes, relationships }
    ConnectionAttributes { created_at, connection_types }
    ConnectionRelations { source_org, sink_org, created_by }
    OrgRelations { current_org, managed_orgs }
    OrgAttributes { name, public_id, disabled }
    UserAttributes { name, email, handle, service_account, disabled, status }
    UserRelations { org }
}

pub(super) fn page(body: &[u8]) -> Option<Page> {
    let text = String::from_utf8_lossy(body);
    let document: Document<'_> = serde_json::from_str(&text).ok()?;
    let records: Vec<&RawValue> = read(document.data)?;
    let page: PageCounts<'_> = part(part::<Meta<'_>>(document.meta).page);
    Some(Page {
        connections: records.into_iter().map(record).collect(),
        counts: Counts {
            all: read(page.total_count),
            filtered: read(page.total_filtered_count),
        },
    })
}

pub(super) fn connection(body: &[u8]) -> Option<Connection> {
    let text = String::from_utf8_lossy(body);
    let document: Document<'_> = serde_json::from_str(&text).ok()?;
    document.data.map(record)
}

/// Reads the answer to `GET /api/v2/org`: the current org, and all orgs that are mentioned, each once.
pub(in crate::api) fn managed_orgs(body: &[u8]) -> Option<Directory> {
    let text = String::from_utf8_lossy(body);
    let document: Document<'_> = serde_json::from_str(&text).ok()?;
    let data: Resource<'_> = read(document.data)?;
    let relations: OrgRelations<'_> = part(data.relationships);
    let current = reference(relations.current_org).id;
    let included: Vec<&RawValue> = part(document.included);
    let mentioned: Vec<&RawValue> = part(part::<Document<'_>>(relations.managed_orgs).data);
    let mut seen = HashSet::new();
    let orgs = included.into_iter().chain(mentioned).filter_map(org);
    Some(Directory {
        current,
        orgs: orgs.filter(|org| seen.insert(org.id.clone())).collect(),
    })
}

/// Reads the answer to `GET /api/v2/current_user`.
pub(in crate::api) fn current_user(body: &[u8]) -> Option<CurrentUser> {
    let text = String::from_utf8_lossy(body);
    let document: Document<'_> = serde_json::from_str(&text).ok()?;
    let data: Resource<'_> = read(document.data)?;
    let attributes: UserAttributes<'_> = part(data.attributes);
    Some(CurrentUser {
        id: word(data.id).map(|id| id.as_str().into()),
        name: word(attributes.name).map(Into::into),
        email: word(attributes.email).map(Into::into),
        handle: word(attributes.handle).map(Into::into),
        service_account: read(attributes.service_account),
        disabled: read(attributes.disabled),
        status: word(attributes.status).map(Into::into),
        org: reference(part::<UserRelations<'_>>(data.relationships).org).id,
    })
}

fn record(raw: &RawValue) -> Connection {
    let resource: Resource<'_> = part(Some(raw));
    let attributes: ConnectionAttributes<'_> = part(resource.attributes);
    let relations: ConnectionRelations<'_> = part(resource.relationships);
    Connection {
        id: word(resource.id).map(|id| id.as_str().into()),
        source: reference(relations.source_org),
        destination: reference(relations.sink_org),
        types: types(attributes.connection_types),
        created_at: word(attributes.created_at).map(Into::into),
        created_by: reference(relations.created_by),
        profiles: Vec::new(),
    }
}

/// A list of types; also one alone, which is what a list of one may become.
fn types(raw: Raw<'_>) -> TypeSet {
    let items: Vec<&RawValue> = read(raw).unwrap_or_else(|| raw.into_iter().collect());
    items
        .into_iter()
        .filter_map(|item| word(Some(item)))
        .map(|word| ConnectionType::from(word.as_str()))
        .collect()
}

fn reference(raw: Raw<'_>) -> Reference {
    let resource: Resource<'_> = part(part::<Document<'_>>(raw).data);
    Reference {
        id: word(resource.id).map(|id| id.as_str().into()),
        name: word(resource.name).map(Into::into),
    }
}

fn org(raw: &RawValue) -> Option<Org> {
    let resource: Resource<'_> = part(Some(raw));
    let attributes: OrgAttributes<'_> = part(resource.attributes);
    let id: Id = word(resource.id)?.as_str().into();
    Some(Org {
        id,
        name: word(attributes.name).map(Into::into),
        public_id: word(attributes.public_id).map(Into::into),
        disabled: read(attributes.disabled),
    })
}

/// Reads a piece as a `T`, if it is one.
fn read<'a, T: Deserialize<'a>>(raw: Raw<'a>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

/// Reads a piece as a `T`, or takes an empty one.
fn part<'a, T: Deserialize<'a> + Default>(raw: Raw<'a>) -> T {
    read(raw).unwrap_or_default()
}

/// A text, or a number as it was written: an id has come as one.
fn word(raw: Raw<'_>) -> Option<String> {
    read(raw).or_else(|| {
        let text = raw?.get();
        text.parse::<f64>().is_ok().then(|| text.to_owned())
    })
}
