//! The restriction policies of connections. If the answer to a change is lost, or does not show what was asked for, the
//! policy is read to find out what the change did.

use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::error::{Error, ErrorKind};
use super::http::{Client, Request};
use super::wire::{self, Document};
use crate::model::{Principal, RestrictionPolicy};

/// The path of the API for restriction policies.
const POLICIES: &str = "/api/v2/restriction_policy";

impl Client {
    /// The policy that this org has for a connection; an empty one if it has none.
    ///
    /// # Errors
    /// Fails if the credentials may not read it, or no answer arrives.
    pub async fn restriction_policy(&self, connection: Uuid) -> Result<RestrictionPolicy, Error> {
        match self.read_policy(connection).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(RestrictionPolicy::default()),
            policy => policy,
        }
    }

    /// As [`Client::restriction_policy`], but fails with [`ErrorKind::NotFound`] if the service says that there is none.
    async fn read_policy(&self, connection: Uuid) -> Result<RestrictionPolicy, Error> {
        let request = Request::get(&path(connection));
        let parse = |body: &str| parse_policy(body, connection);
        self.call(&request, parse).await
    }

    /// Replaces the policy that this org has for a connection; an empty one deletes it. With `allow_self_lockout`, an
    /// admin may take away their own access.
    ///
    /// # Errors
    /// Fails if the change is refused or gets no answer, or if the policy is not as it was asked for. If it is unknown
    /// whether the change took effect, the policy is read; if that does not show it either,
    /// [`Error::is_outcome_unknown`] is true.
    pub async fn set_restriction_policy(
        &self,
        connection: Uuid,
        policy: &RestrictionPolicy,
        allow_self_lockout: bool,
    ) -> Result<(), Error> {
        let request = change_request(connection, policy, allow_self_lockout);
        let changed = match self.send(&request).await {
            Ok(_) if policy.is_empty() => Ok(()),
            Ok(answer) if parse_policy(&answer.body, connection).as_ref() == Some(policy) => Ok(()),
            Ok(_) => {
                let detail = "the answer does not show the policy that was asked for";
                let error = Error::new(ErrorKind::Inconclusive, detail);
                Err(self.in_context(error.with_outcome_unknown(true), &request))
            }
            // An earlier attempt may have deleted it.
            Err(error) if error.kind() == ErrorKind::NotFound && policy.is_empty() => {
                Err(error.with_outcome_unknown(true))
            }
            Err(error) => Err(error),
        };
        match changed {
            Err(error) if error.is_outcome_unknown() => {
                self.reconcile_policy(connection, policy, error).await
            }
            changed => changed,
        }
    }

    /// Waits until this org's rate limit allows another change of a policy.
    ///
    /// # Errors
    /// As [`Client::wait_for_rate_limit`].
    pub async fn wait_for_policy_rate_limit(&self) -> Result<(), Error> {
        let change = change_request(Uuid::nil(), &RestrictionPolicy::default(), false);
        self.wait_to_send(&change).await
    }

    /// Decides the outcome of a change whose answer was lost, or did not show the policy.
    async fn reconcile_policy(
        &self,
        connection: Uuid,
        policy: &RestrictionPolicy,
        error: Error,
    ) -> Result<(), Error> {
        match self.read_policy(connection).await {
            Ok(live) if live == *policy => Ok(()),
            Ok(_) => Err(error
                .with_outcome_unknown(false)
                .with_note("a check afterwards did not find the change")),
            Err(_) => Err(error.with_note("it is not known whether the change was made")),
        }
    }
}

fn path(connection: Uuid) -> String {
    format!("{POLICIES}/{}", resource(connection))
}

/// The connection as the API names it among the things that have policies.
fn resource(connection: Uuid) -> String {
    format!("cross-org-connection:{connection}")
}

fn change_request(
    connection: Uuid,
    policy: &RestrictionPolicy,
    allow_self_lockout: bool,
) -> Request {
    if policy.is_empty() {
        return Request::delete(&path(connection));
    }
    let bindings: Vec<_> = policy
        .bindings()
        .map(|(relation, principals)| json!({"relation": relation, "principals": principals}))
        .collect();
    let body = json!({"data": {
        "type": "restriction_policy",
        "id": resource(connection),
        "attributes": {"bindings": bindings},
    }});
    let request = Request::post(&path(connection), body.to_string());
    match allow_self_lockout {
        true => request.with_query("allow_self_lockout", "true"),
        false => request,
    }
}

/// Parses the policy of a connection. A part of it that cannot be read makes all of it unknown: nobody may be taken for
/// somebody with access, or without.
fn parse_policy(body: &str, connection: Uuid) -> Option<RestrictionPolicy> {
    let answer: Document<PolicyRecord> = wire::read(body)?;
    let is_other = |id: String| id != resource(connection);
    if answer.data.id.is_some_and(is_other) {
        return None;
    }
    let mut policy = RestrictionPolicy::default();
    for binding in answer.data.attributes.bindings.unwrap_or_default() {
        policy.add(binding.relation, binding.principals);
    }
    Some(policy)
}

#[derive(Deserialize)]
struct PolicyRecord {
    id: Option<String>,
    attributes: PolicyAttributes,
}

#[derive(Deserialize)]
struct PolicyAttributes {
    bindings: Option<Vec<Binding>>,
}

#[derive(Deserialize)]
struct Binding {
    relation: String,
    principals: Vec<Principal>,
}
