//! Keys and the users behind them.

use uuid::Uuid;

use super::Sandbox;
use super::answers::{Answer, Refusal};
use super::auth::{Caller, require_api_key};
use super::call::Call;
use super::records::{Data, UserRecord};
use crate::topology::Id;

/// `GET /api/v1/validate`: whether the API key is good.
pub(super) fn validate_api_key(call: &Call) -> Result<Answer, Refusal> {
    require_api_key(&call.headers)?;
    Ok(Answer::ok(r#"{"valid":true}"#))
}

/// `GET /api/v2/validate_keys`: whether both keys are good, and belong together.
pub(super) fn validate_keys(call: &Call) -> Result<Answer, Refusal> {
    Caller::by_keys(&call.headers)?;
    Ok(Answer::ok(r#"{"status":"ok"}"#))
}

/// `GET /api/v2/current_user`: the user behind the credentials.
pub(super) fn current(sandbox: &Sandbox, call: &Call) -> Result<Answer, Refusal> {
    let caller = Caller::of(&call.headers)?;
    user(sandbox, caller, caller.user)
}

/// `GET /api/v2/users/{id}`: one user of the calling org. Those of other orgs are unknown to it.
pub(super) fn one(sandbox: &Sandbox, call: &Call, id: &str) -> Result<Answer, Refusal> {
    let caller = Caller::of(&call.headers)?;
    let id = Id::from(id).as_uuid().ok_or(Refusal::UnknownUser)?;
    user(sandbox, caller, id)
}

fn user(sandbox: &Sandbox, caller: Caller, id: Uuid) -> Result<Answer, Refusal> {
    sandbox.read(|account| {
        let found = account.users.get(&id);
        let user = found.filter(|user| user.org == caller.org);
        let user = user.ok_or(Refusal::UnknownUser)?;
        Answer::of(&Data {
            data: UserRecord::new(id, user),
        })
    })
}
