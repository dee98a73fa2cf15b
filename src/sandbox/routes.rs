//! From a method and a path to what answers them.

use hyper::Method;

use super::answers::{Answer, Refusal};
use super::call::Call;
use super::{Sandbox, connections, orgs, users};

/// Answers a request. What the service refuses is an answer like any other.
pub(super) fn answer(sandbox: &Sandbox, call: &Call) -> Answer {
    dispatch(sandbox, call).unwrap_or_else(Answer::from)
}

fn dispatch(sandbox: &Sandbox, call: &Call) -> Result<Answer, Refusal> {
    let path = call.path.strip_prefix("/api/").ok_or(Refusal::NotFound)?;
    let segments: Vec<_> = path.split('/').collect();
    match segments.as_slice() {
        [.., ""] => Err(Refusal::NotFound),
        ["v2", "org_connections"] => match call.method {
            Method::GET => connections::list(sandbox, call),
            Method::POST => connections::create(sandbox, call),
            _ => Err(Refusal::MethodNotAllowed("GET, POST")),
        },
        ["v2", "org_connections", id] => match call.method {
            Method::PATCH => connections::update(sandbox, call, id),
            Method::DELETE => connections::delete(sandbox, call, id),
            _ => Err(Refusal::MethodNotAllowed("PATCH, DELETE")),
        },
        ["v2", "org"] => get(call, || orgs::list(sandbox, call)),
        ["v1", "validate"] => get(call, || users::validate_api_key(call)),
        ["v2", "validate_keys"] => get(call, || users::validate_keys(call)),
        ["v2", "current_user"] => get(call, || users::current(sandbox, call)),
        ["v2", "users", id] => get(call, || users::one(sandbox, call, id)),
        _ => Err(Refusal::NotFound),
    }
}

fn get(call: &Call, answer: impl FnOnce() -> Result<Answer, Refusal>) -> Result<Answer, Refusal> {
    if call.method == Method::GET {
        answer()
    } else {
        Err(Refusal::MethodNotAllowed("GET"))
    }
}
