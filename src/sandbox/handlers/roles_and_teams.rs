use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::sandbox::auth::Caller;
use crate::sandbox::data::{MembersState, SandboxData};
use crate::sandbox::error::ApiError;
use crate::sandbox::message::{Request, Response, parse_uuid};
use crate::sandbox::state::Sandbox;

/// `GET /api/v2/roles`: the roles of the calling org, filtered by `filter`.
pub(super) fn roles(sandbox: &Sandbox, request: &Request) -> Result<Response, ApiError> {
    list(sandbox, request, "filter", "roles", |data| &data.roles)
}

/// `GET /api/v2/roles/{id}`: a role of the calling org.
pub(super) fn role(sandbox: &Sandbox, request: &Request, id: &str) -> Result<Response, ApiError> {
    get(sandbox, request, id, "roles", |data| &data.roles)
}

/// `GET /api/v2/team`: the teams of the calling org, filtered by `filter[keyword]`.
pub(super) fn teams(sandbox: &Sandbox, request: &Request) -> Result<Response, ApiError> {
    list(sandbox, request, "filter[keyword]", "team", |data| {
        &data.teams
    })
}

/// `GET /api/v2/team/{id}`: a team of the calling org.
pub(super) fn team(sandbox: &Sandbox, request: &Request, id: &str) -> Result<Response, ApiError> {
    get(sandbox, request, id, "team", |data| &data.teams)
}

type Records = fn(&SandboxData) -> &BTreeMap<Uuid, MembersState>;

fn list(
    sandbox: &Sandbox,
    request: &Request,
    filter: &str,
    kind: &str,
    records: Records,
) -> Result<Response, ApiError> {
    let caller = Caller::from_headers(&request.headers)?;
    let part = request.parameter(filter).unwrap_or_default().to_lowercase();
    sandbox.read(|data| {
        let own = records(data)
            .iter()
            .filter(|(_, one)| one.org == caller.org && one.name.to_lowercase().contains(&part));
        let own: Vec<_> = own.map(|(&id, one)| record(kind, id, one)).collect();
        Ok(Response::ok(json!({"data": own})))
    })
}

fn get(
    sandbox: &Sandbox,
    request: &Request,
    id: &str,
    kind: &str,
    records: Records,
) -> Result<Response, ApiError> {
    let caller = Caller::from_headers(&request.headers)?;
    let id = parse_uuid(id).ok_or(ApiError::NotFound)?;
    sandbox.read(|data| {
        let one = records(data).get(&id);
        let one = one.filter(|one| one.org == caller.org);
        let one = one.ok_or(ApiError::NotFound)?;
        Ok(Response::ok(json!({"data": record(kind, id, one)})))
    })
}

fn record(kind: &str, id: Uuid, one: &MembersState) -> Value {
    json!({"type": kind, "id": id, "attributes": {"name": one.name}})
}
