use serde_json::{Value, json};
use uuid::Uuid;

use super::link;
use crate::sandbox::auth::{self, Caller};
use crate::sandbox::data::{OrgState, SandboxData, UserState, UserStatus};
use crate::sandbox::error::ApiError;
use crate::sandbox::message::{Request, Response, parse_uuid};
use crate::sandbox::state::Sandbox;

/// `GET /api/v2/org`: the calling org and the orgs that it manages, filtered by `filter[name]`.
pub(super) fn managed_orgs(sandbox: &Sandbox, request: &Request) -> Result<Response, ApiError> {
    let current = Caller::with_write_permission(&request.headers)?.org;
    let part = request.parameter("filter[name]").unwrap_or_default();
    let part = part.to_lowercase();
    sandbox.read(|data| {
        let orgs = data.orgs.iter().filter(|(id, org)| {
            let is_managed = **id == current || org.parent == Some(current);
            is_managed && org.name.to_lowercase().contains(&part)
        });
        let (links, records): (Vec<_>, Vec<_>) = orgs
            .map(|(&id, org)| (link("orgs", id, None), org_record(id, org)))
            .unzip();
        Ok(Response::ok(json!({
            "data": {
                "type": "managed_orgs",
                "id": current,
                "relationships": {
                    "current_org": {"data": link("orgs", current, None)},
                    "managed_orgs": {"data": links},
                },
            },
            "included": records,
        })))
    })
}

fn org_record(id: Uuid, org: &OrgState) -> Value {
    json!({
        "type": "orgs",
        "id": id,
        "attributes": {
            "name": org.name,
            "public_id": org.public_id,
            "description": "",
            "disabled": org.disabled,
            "sharing": "none",
            "url": format!("https://{}.datadoghq.com", org.subdomain),
            "created_at": "2020-01-01T00:00:00Z",
            "modified_at": "2020-01-01T00:00:00Z",
        },
    })
}

/// `GET /api/v1/validate`: whether the API key is valid.
pub(super) fn validate_api_key(request: &Request) -> Result<Response, ApiError> {
    auth::check_api_key(&request.headers)?;
    Ok(Response::ok(json!({"valid": true})))
}

/// `GET /api/v2/validate_keys`: whether both keys are valid and belong to the same org.
pub(super) fn validate_keys(request: &Request) -> Result<Response, ApiError> {
    Caller::from_keys(&request.headers)?;
    Ok(Response::ok(json!({"status": "ok"})))
}

/// `GET /api/v2/current_user`: the user behind the credentials.
pub(super) fn current_user(sandbox: &Sandbox, request: &Request) -> Result<Response, ApiError> {
    let caller = Caller::from_headers(&request.headers)?;
    find_user(sandbox, caller, caller.user)
}

/// `GET /api/v2/users/{id}`: a user of the calling org. Users of other orgs are unknown to it.
pub(super) fn user(sandbox: &Sandbox, request: &Request, id: &str) -> Result<Response, ApiError> {
    let caller = Caller::from_headers(&request.headers)?;
    let id = parse_uuid(id).ok_or(ApiError::UnknownUser)?;
    find_user(sandbox, caller, id)
}

/// `GET /api/v2/users`: the users of the calling org whose name or mail address has `filter` in it.
pub(super) fn users(sandbox: &Sandbox, request: &Request) -> Result<Response, ApiError> {
    let caller = Caller::from_headers(&request.headers)?;
    let part = request.parameter("filter").unwrap_or_default();
    let part = part.to_lowercase();
    sandbox.read(|data| {
        let matches = |user: &UserState| {
            let name = user.name.as_deref().unwrap_or_default();
            user.org == caller.org
                && format!("{name}\n{}", user.email)
                    .to_lowercase()
                    .contains(&part)
        };
        let users = data.users.iter().filter(|(_, user)| matches(user));
        let users: Vec<_> = users
            .map(|(&id, user)| user_record(data, id, user))
            .collect();
        Ok(Response::ok(json!({"data": users})))
    })
}

fn find_user(sandbox: &Sandbox, caller: Caller, id: Uuid) -> Result<Response, ApiError> {
    sandbox.read(|data| {
        let user = data.users.get(&id);
        let user = user.filter(|user| user.org == caller.org);
        let user = user.ok_or(ApiError::UnknownUser)?;
        Ok(Response::ok(json!({"data": user_record(data, id, user)})))
    })
}

fn user_record(data: &SandboxData, id: Uuid, user: &UserState) -> Value {
    let roles = data
        .roles
        .iter()
        .filter(|(_, role)| role.users.contains(&id));
    let roles: Vec<_> = roles.map(|(&role, _)| link("roles", role, None)).collect();
    json!({
        "type": "users",
        "id": id,
        "attributes": {
            "name": user.name,
            "email": user.email,
            "handle": user.email,
            "service_account": user.service_account,
            "disabled": user.status == UserStatus::Disabled,
            "status": user.status,
        },
        "relationships": {
            "org": {"data": link("orgs", user.org, None)},
            "roles": {"data": roles},
        },
    })
}
