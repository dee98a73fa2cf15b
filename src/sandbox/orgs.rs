use serde::Serialize;
use uuid::Uuid;

use super::Sandbox;
use super::account::{Account, Org};
use super::answers::{Answer, Refusal};
use super::auth::Caller;
use super::call::Call;
use super::records::{Data, Link, OrgRecord};

#[derive(Serialize)]
struct Body<'a> {
    data: Managed<'a>,
    included: Vec<OrgRecord<'a>>,
}

#[derive(Serialize)]
struct Managed<'a> {
    r#type: &'static str,
    id: Uuid,
    relationships: ManagedLinks<'a>,
}

#[derive(Serialize)]
struct ManagedLinks<'a> {
    current_org: Data<Link<'a>>,
    managed_orgs: Data<Vec<Link<'a>>>,
}

/// `GET /api/v2/org`: the calling org and the orgs that it manages, narrowed by `filter[name]`.
pub(super) fn list(sandbox: &Sandbox, call: &Call) -> Result<Answer, Refusal> {
    let caller = Caller::of(&call.headers)?;
    caller.must_write()?;
    let part = call.parameter("filter[name]").unwrap_or_default();
    sandbox.read(|account| Answer::of(&body(account, caller.org, &part.to_lowercase())))
}

fn body<'a>(account: &'a Account, current: Uuid, part: &str) -> Body<'a> {
    let listed: Vec<_> = managed_by(account, current)
        .filter(|(_, org)| org.name.to_lowercase().contains(part))
        .collect();
    let links = listed.iter().map(|(id, _)| Link::org(*id)).collect();
    Body {
        data: Managed {
            r#type: "managed_orgs",
            id: current,
            relationships: ManagedLinks {
                current_org: Data {
                    data: Link::org(current),
                },
                managed_orgs: Data { data: links },
            },
        },
        included: listed
            .iter()
            .map(|(id, org)| OrgRecord::new(*id, org))
            .collect(),
    }
}

fn managed_by(account: &Account, current: Uuid) -> impl Iterator<Item = (Uuid, &Org)> {
    let orgs = account.orgs.iter().map(|(id, org)| (*id, org));
    orgs.filter(move |(id, org)| *id == current || org.parent == Some(current))
}
