use serde_json::{Value, json};
use uuid::Uuid;

use super::link;
use crate::sandbox::auth::Caller;
use crate::sandbox::data::SandboxData;
use crate::sandbox::error::ApiError;
use crate::sandbox::message::{Request, Response};
use crate::sandbox::state::Sandbox;

/// The maximum number of rows per page, which is also the default.
const MAX_PAGE: usize = 1000;
const TIME: &str = "2025-06-02T08:15:00Z";

/// `GET /api/v2/org_groups`: the groups of the account, sorted by `sort`.
pub(super) fn groups(sandbox: &Sandbox, request: &Request) -> Result<Response, ApiError> {
    let caller = Caller::with_write_permission(&request.headers)?;
    sandbox.read(|data| {
        let owner = require_owner(data, caller)?;
        let mut groups: Vec<_> = data.org_groups.iter().collect();
        match request.parameter("sort").as_deref() {
            None | Some("uuid") => {}
            Some("-uuid") => groups.reverse(),
            Some("name") => groups.sort_by_key(|(_, group)| &group.name),
            Some("-name") => groups.sort_by(|(_, one), (_, other)| other.name.cmp(&one.name)),
            Some(_) => return Err(ApiError::InvalidInput),
        }
        let records = groups.into_iter().map(|(id, group)| {
            json!({
                "type": "org_groups",
                "id": id,
                "attributes": {
                    "name": group.name,
                    "owner_org_uuid": owner,
                    "owner_org_site": "datadoghq.com",
                    "created_at": TIME,
                    "modified_at": TIME,
                },
            })
        });
        page(request, records.collect())
    })
}

/// `GET /api/v2/org_group_memberships`: the orgs of a group, or the one membership of an org. One of both filters is
/// required.
pub(super) fn memberships(sandbox: &Sandbox, request: &Request) -> Result<Response, ApiError> {
    let caller = Caller::with_write_permission(&request.headers)?;
    let group = request.uuid("filter[org_group_id]")?;
    let org = request.uuid("filter[org_uuid]")?;
    if group.is_none() && org.is_none() {
        return Err(ApiError::InvalidInput);
    }
    sandbox.read(|data| {
        require_owner(data, caller)?;
        if group.is_some_and(|id| !data.org_groups.contains_key(&id)) {
            return Err(ApiError::NotFound);
        }
        let groups = data.org_groups.iter();
        let groups = groups.filter(|(id, _)| group.is_none_or(|wanted| **id == wanted));
        let records = groups.flat_map(|(id, group)| {
            let orgs = group.orgs.iter();
            let orgs = orgs.filter(|id| org.is_none_or(|wanted| **id == wanted));
            orgs.map(|org| membership(data, *id, *org))
        });
        page(request, records.collect())
    })
}

/// Groups belong to the org that manages the others. Its UUID, if it is the caller's.
fn require_owner(data: &SandboxData, caller: Caller) -> Result<Uuid, ApiError> {
    let org = data.orgs.get(&caller.org);
    match org.is_some_and(|org| org.parent.is_none()) {
        true => Ok(caller.org),
        false => Err(ApiError::Forbidden),
    }
}

fn membership(data: &SandboxData, group: Uuid, org: Uuid) -> Value {
    json!({
        "type": "org_group_memberships",
        "id": Uuid::from_u128(group.as_u128() ^ org.as_u128()),
        "attributes": {
            "org_uuid": org,
            "org_name": data.orgs.get(&org).map(|org| &*org.name),
            "org_site": "datadoghq.com",
            "created_at": TIME,
            "modified_at": TIME,
        },
        "relationships": {"org_group": {"data": link("org_groups", group, None)}},
    })
}

/// The page that `page[number]`, which counts from 0, and `page[size]` ask for.
fn page(request: &Request, records: Vec<Value>) -> Result<Response, ApiError> {
    let size = request.number("page[size]")?.unwrap_or(MAX_PAGE);
    if !(1..=MAX_PAGE).contains(&size) {
        return Err(ApiError::OutOfRange("page[size]"));
    }
    let number = request.number("page[number]")?.unwrap_or(0);
    let total = records.len();
    let last = total.saturating_sub(1) / size;
    let next = (number < last).then_some(number + 1);
    let previous = number.checked_sub(1);
    let link = |number: usize| format!("{}?page[number]={number}&page[size]={size}", request.path);
    let start = number.saturating_mul(size);
    let rows: Vec<_> = records.into_iter().skip(start).take(size).collect();
    Ok(Response::ok(json!({
        "data": rows,
        "meta": {"page": {
            "type": "number_size",
            "number": number,
            "size": size,
            "total": total,
            "first_number": 0,
            "next_number": next,
            "last_number": last,
            "prev_number": previous,
        }},
        "links": {
            "self": link(number),
            "first": link(0),
            "next": next.map(link),
            "prev": previous.map(link),
            "last": link(last),
        },
    })))
}
