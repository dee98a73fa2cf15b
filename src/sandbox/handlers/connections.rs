use std::collections::HashSet;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::link;
use crate::sandbox::auth::Caller;
use crate::sandbox::data::{ConnectionState, SandboxData};
use crate::sandbox::error::ApiError;
use crate::sandbox::message::{Request, Response, parse_uuid};
use crate::sandbox::state::Sandbox;

/// The types that the API knows. `rum` stands for a type that is newer than the client.
const TYPES: [&str; 4] = ["logs", "metrics", "audit", "rum"];

/// The maximum number of connections per page, which is also the default.
const MAX_PAGE: usize = 1000;

#[derive(Deserialize)]
struct Payload<T> {
    data: T,
}

#[derive(Deserialize)]
struct NewConnection {
    attributes: Attributes,
    relationships: Relationships,
}

#[derive(Deserialize)]
struct Relationships {
    sink_org: Payload<OrgIdentifier>,
}

/// The id is a string, since the API treats an id that is not a UUID as that of an unknown org.
#[derive(Deserialize)]
struct OrgIdentifier {
    id: String,
}

#[derive(Deserialize)]
struct ConnectionUpdate {
    id: Option<String>,
    attributes: Attributes,
}

#[derive(Deserialize)]
struct Attributes {
    connection_types: Vec<String>,
}

/// `GET /api/v2/org_connections`: lists the connections that have the calling org at one end.
pub(super) fn list(sandbox: &Sandbox, request: &Request) -> Result<Response, ApiError> {
    let caller = Caller::from_headers(&request.headers)?;
    let limit = request.number("limit")?.unwrap_or(MAX_PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(ApiError::OutOfRange("limit"));
    }
    let offset = request.number("offset")?.unwrap_or(0);
    let source = request.uuid("source_org_id")?;
    let destination = request.uuid("sink_org_id")?;
    sandbox.read(|data| {
        let visible = data.connections.iter();
        let visible: Vec<_> = visible.filter(|one| one.involves(caller.org)).collect();
        let is_match = |one: &ConnectionState| {
            source.is_none_or(|id| one.source == id)
                && destination.is_none_or(|id| one.destination == id)
        };
        let matches: Vec<_> = visible.iter().filter(|one| is_match(one)).collect();
        let page = matches.iter().skip(offset).take(limit);
        let records: Vec<_> = page.map(|one| record(one, Some(data))).collect();
        Ok(Response::ok(json!({
            "data": records,
            "meta": {"page": {
                "total_count": visible.len(),
                "total_filtered_count": matches.len(),
            }},
        })))
    })
}

/// `POST /api/v2/org_connections`: connects the calling org, the source, to a destination.
pub(super) fn create(sandbox: &Sandbox, request: &Request) -> Result<Response, ApiError> {
    let caller = Caller::with_write_permission(&request.headers)?;
    let Payload { data: new } = request.json::<Payload<NewConnection>>()?;
    let types = new.attributes.connection_types;
    check_types(&types)?;
    let destination = parse_uuid(&new.relationships.sink_org.data.id);
    let destination = destination.ok_or(ApiError::NotFound)?;
    sandbox.change(|data| {
        check_pair(data, caller.org, destination)?;
        if has_duplicates(&types) {
            return Err(ApiError::PairNotAllowed(caller.org, destination));
        }
        if data.has_connection(caller.org, destination) {
            return Err(ApiError::ConnectionExists(caller.org, destination));
        }
        let connection = ConnectionState {
            id: Uuid::new_v4(),
            source: caller.org,
            destination,
            types,
            created_at: Some(now()),
            created_by: caller.user,
        };
        let response = Response::ok(json!({"data": record(&connection, Some(data))}));
        data.connections.push(connection);
        Ok(response)
    })
}

/// `PATCH /api/v2/org_connections/{id}`: replaces the types. Only the source org may do so.
pub(super) fn update(sandbox: &Sandbox, request: &Request, id: &str) -> Result<Response, ApiError> {
    let caller = Caller::with_write_permission(&request.headers)?;
    let id = connection_id(id)?;
    let Payload { data: update } = request.json::<Payload<ConnectionUpdate>>()?;
    let types = update.attributes.connection_types;
    check_types(&types)?;
    let is_another = |named: String| parse_uuid(&named) != Some(id);
    if update.id.is_some_and(is_another) || has_duplicates(&types) {
        return Err(ApiError::InvalidInput);
    }
    sandbox.change(|data| {
        let position = data.position(id, caller.org);
        let position = position.ok_or(ApiError::UnknownOnUpdate(id))?;
        if !data.may_edit(id, caller.user, caller.org) {
            return Err(ApiError::Forbidden);
        }
        let connection = &mut data.connections[position];
        if connection.source != caller.org {
            return Err(ApiError::Forbidden);
        }
        connection.types = types;
        Ok(Response::ok(json!({"data": record(connection, None)})))
    })
}

/// `DELETE /api/v2/org_connections/{id}`: deletes a connection. The source and the destination org may do so.
pub(super) fn delete(sandbox: &Sandbox, request: &Request, id: &str) -> Result<Response, ApiError> {
    let caller = Caller::with_write_permission(&request.headers)?;
    let id = connection_id(id)?;
    sandbox.change(|data| {
        let position = data.position(id, caller.org);
        let position = position.ok_or(ApiError::UnknownOnDelete(id))?;
        if !data.may_edit(id, caller.user, caller.org) {
            return Err(ApiError::Forbidden);
        }
        data.connections.remove(position);
        data.remove_policies(|policy| policy.connection == id);
        Ok(Response::ok("{}\n"))
    })
}

/// A connection as the API shows it. Names come from `data`; the answer to an update has none.
fn record(connection: &ConnectionState, data: Option<&SandboxData>) -> Value {
    let org = |id: Uuid| {
        let org = data.and_then(|data| data.orgs.get(&id));
        json!({"data": link("orgs", id, org.map(|org| &*org.name))})
    };
    let creator = data.and_then(|data| data.users.get(&connection.created_by));
    let creator = creator.and_then(|user| user.name.as_deref());
    json!({
        "type": "org_connection",
        "id": connection.id,
        "attributes": {
            "created_at": connection.created_at,
            "connection_types": connection.types,
        },
        "relationships": {
            "source_org": org(connection.source),
            "sink_org": org(connection.destination),
            "created_by": {"data": link("users", connection.created_by, creator)},
        },
    })
}

fn check_pair(data: &SandboxData, source: Uuid, destination: Uuid) -> Result<(), ApiError> {
    if !data.orgs.contains_key(&destination) {
        return Err(ApiError::NotFound);
    }
    let are_active = data.is_active(source) && data.is_active(destination);
    if !are_active || source == destination {
        return Err(ApiError::PairNotAllowed(source, destination));
    }
    Ok(())
}

fn check_types(types: &[String]) -> Result<(), ApiError> {
    let are_known = types.iter().all(|word| TYPES.contains(&&**word));
    if types.is_empty() || !are_known {
        return Err(ApiError::InvalidInput);
    }
    Ok(())
}

fn has_duplicates(types: &[String]) -> bool {
    HashSet::<_>::from_iter(types).len() < types.len()
}

fn connection_id(text: &str) -> Result<Uuid, ApiError> {
    parse_uuid(text).ok_or(ApiError::InvalidUuid("connection id"))
}

/// The time in the API's form: `2025-08-26T20:19:36.177236+00:00`.
fn now() -> String {
    let now = Timestamp::now();
    now.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
}
