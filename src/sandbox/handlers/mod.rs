//! The endpoints of the API.

mod connections;
mod dashboards;
mod org_groups;
mod orgs_and_users;
mod queries;
mod restriction_policies;
mod roles_and_teams;

use hyper::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::ApiError;
use super::message::{Request, Response};
use super::state::Sandbox;

/// Answers a request. A refusal is a response like any other.
pub(super) fn respond(sandbox: &Sandbox, request: &Request) -> Response {
    dispatch(sandbox, request).unwrap_or_else(Response::from)
}

fn dispatch(sandbox: &Sandbox, request: &Request) -> Result<Response, ApiError> {
    let path = request.path.strip_prefix("/api/");
    let segments: Vec<_> = path.ok_or(ApiError::NotFound)?.split('/').collect();
    match segments.as_slice() {
        [.., ""] => Err(ApiError::NotFound),
        ["v2", "org_connections"] => match request.method {
            Method::GET => connections::list(sandbox, request),
            Method::POST => connections::create(sandbox, request),
            _ => Err(ApiError::MethodNotAllowed("GET, POST")),
        },
        ["v2", "org_connections", id] => match request.method {
            Method::PATCH => connections::update(sandbox, request, id),
            Method::DELETE => connections::delete(sandbox, request, id),
            _ => Err(ApiError::MethodNotAllowed("PATCH, DELETE")),
        },
        ["v1", "validate"] => only_get(request, || orgs_and_users::validate_api_key(request)),
        ["v2", "validate_keys"] => only_get(request, || orgs_and_users::validate_keys(request)),
        ["v2", "current_user"] => {
            only_get(request, || orgs_and_users::current_user(sandbox, request))
        }
        ["v2", "users", id] => only_get(request, || orgs_and_users::user(sandbox, request, id)),
        ["v2", "users"] => only_get(request, || orgs_and_users::users(sandbox, request)),
        ["v2", "roles"] => only_get(request, || roles_and_teams::roles(sandbox, request)),
        ["v2", "roles", id] => only_get(request, || roles_and_teams::role(sandbox, request, id)),
        ["v2", "team"] => only_get(request, || roles_and_teams::teams(sandbox, request)),
        ["v2", "team", id] => only_get(request, || roles_and_teams::team(sandbox, request, id)),
        ["v2", "restriction_policy", id] => match request.method {
            Method::GET => restriction_policies::get(sandbox, request, id),
            Method::POST => restriction_policies::set(sandbox, request, id),
            Method::DELETE => restriction_policies::delete(sandbox, request, id),
            _ => Err(ApiError::MethodNotAllowed("GET, POST, DELETE")),
        },
        ["v2", "org_groups"] => only_get(request, || org_groups::groups(sandbox, request)),
        ["v2", "org_group_memberships"] => {
            only_get(request, || org_groups::memberships(sandbox, request))
        }
        ["v2", "query", "timeseries"] => match request.method {
            Method::POST => queries::timeseries(sandbox, request),
            _ => Err(ApiError::MethodNotAllowed("POST")),
        },
        ["v1", "dashboard"] => only_get(request, || dashboards::dashboard_list(request)),
        ["v1", "dashboard", id] => only_get(request, || dashboards::dashboard(request, id)),
        ["v1", "notebooks"] => only_get(request, || dashboards::notebook_list(request)),
        ["v2", "powerpacks"] => only_get(request, || dashboards::powerpack_list(request)),
        ["v2", "org"] => only_get(request, || orgs_and_users::managed_orgs(sandbox, request)),
        _ => Err(ApiError::NotFound),
    }
}

fn only_get(
    request: &Request,
    handler: impl FnOnce() -> Result<Response, ApiError>,
) -> Result<Response, ApiError> {
    match request.method {
        Method::GET => handler(),
        _ => Err(ApiError::MethodNotAllowed("GET")),
    }
}

/// A link to an org (`orgs`) or a user (`users`), with its name where it is given.
fn link(kind: &str, id: Uuid, name: Option<&str>) -> Value {
    match name {
        Some(name) => json!({"type": kind, "id": id, "name": name}),
        None => json!({"type": kind, "id": id}),
    }
}
