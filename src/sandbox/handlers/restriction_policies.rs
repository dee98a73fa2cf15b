use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::sandbox::auth::Caller;
use crate::sandbox::data::{BindingState, PolicyState, SandboxData};
use crate::sandbox::error::ApiError;
use crate::sandbox::message::{Request, Response, parse_uuid};
use crate::sandbox::state::Sandbox;

/// The relations that a connection supports.
const RELATIONS: [&str; 2] = ["viewer", "editor"];

#[derive(Deserialize)]
struct Payload {
    data: NewPolicy,
}

#[derive(Deserialize)]
struct NewPolicy {
    id: String,
    attributes: Attributes,
}

#[derive(Deserialize)]
struct Attributes {
    bindings: Vec<BindingState>,
}

/// `GET /api/v2/restriction_policy/{id}`: the calling org's policy, without bindings if it has none.
pub(super) fn get(sandbox: &Sandbox, request: &Request, id: &str) -> Result<Response, ApiError> {
    let caller = Caller::from_headers(&request.headers)?;
    let id = connection_id(id)?;
    sandbox.read(|data| {
        require_visible(data, id, caller)?;
        let policy = data.policy(id, caller.org);
        let bindings = policy.map_or(&[][..], |policy| &policy.bindings);
        Ok(Response::ok(record(id, bindings)))
    })
}

/// `POST /api/v2/restriction_policy/{id}`: replaces the calling org's policy.
pub(super) fn set(sandbox: &Sandbox, request: &Request, id: &str) -> Result<Response, ApiError> {
    let caller = Caller::with_write_permission(&request.headers)?;
    let id = connection_id(id)?;
    let Payload { data: new } = request.json()?;
    if connection_id(&new.id)? != id {
        return Err(ApiError::InvalidInput);
    }
    let policy = PolicyState {
        connection: id,
        org: caller.org,
        bindings: new.attributes.bindings,
    };
    let allows_lockout = request.parameter("allow_self_lockout").as_deref() == Some("true");
    sandbox.change(|data| {
        require_editable(data, id, caller)?;
        check_bindings(data, caller.org, &policy.bindings)?;
        if !policy.lets_edit(&data.principals_of(caller.user, caller.org)) && !allows_lockout {
            return Err(ApiError::SelfLockout);
        }
        let response = Response::ok(record(id, &policy.bindings));
        data.remove_policies(|other| (other.connection, other.org) == (id, caller.org));
        data.policies.push(policy);
        Ok(response)
    })
}

/// `DELETE /api/v2/restriction_policy/{id}`: deletes the calling org's policy.
pub(super) fn delete(sandbox: &Sandbox, request: &Request, id: &str) -> Result<Response, ApiError> {
    let caller = Caller::with_write_permission(&request.headers)?;
    let id = connection_id(id)?;
    sandbox.change(|data| {
        require_editable(data, id, caller)?;
        data.remove_policies(|other| (other.connection, other.org) == (id, caller.org));
        Ok(Response::no_content())
    })
}

fn record(id: Uuid, bindings: &[BindingState]) -> Value {
    json!({"data": {
        "type": "restriction_policy",
        "id": format!("cross-org-connection:{id}"),
        "attributes": {"bindings": bindings},
    }})
}

/// The connection that a policy is about. A client may send the colon as `%3A`.
fn connection_id(text: &str) -> Result<Uuid, ApiError> {
    let text = text.replace("%3A", ":").replace("%3a", ":");
    let id = text.strip_prefix("cross-org-connection:");
    id.and_then(parse_uuid).ok_or(ApiError::InvalidInput)
}

fn require_visible(data: &SandboxData, id: Uuid, caller: Caller) -> Result<(), ApiError> {
    let position = data.position(id, caller.org);
    position.map(|_| ()).ok_or(ApiError::NotFound)
}

fn require_editable(data: &SandboxData, id: Uuid, caller: Caller) -> Result<(), ApiError> {
    require_visible(data, id, caller)?;
    match data.may_edit(id, caller.user, caller.org) {
        true => Ok(()),
        false => Err(ApiError::Forbidden),
    }
}

/// Requires known relations, and principals of the org.
fn check_bindings(
    data: &SandboxData,
    org: Uuid,
    bindings: &[BindingState],
) -> Result<(), ApiError> {
    let is_of_org = |principal: &String| {
        let (kind, id) = principal.split_once(':')?;
        let id = parse_uuid(id)?;
        let owner = match kind {
            "org" => id,
            "user" => data.users.get(&id)?.org,
            "role" => data.roles.get(&id)?.org,
            "team" => data.teams.get(&id)?.org,
            _ => return None,
        };
        (owner == org).then_some(())
    };
    let is_valid = |binding: &BindingState| {
        let mut principals = binding.principals.iter();
        RELATIONS.contains(&&*binding.relation)
            && principals.all(|principal| is_of_org(principal).is_some())
    };
    match bindings.iter().all(is_valid) {
        true => Ok(()),
        false => Err(ApiError::InvalidInput),
    }
}
