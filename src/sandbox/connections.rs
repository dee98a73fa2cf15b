use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Sandbox;
use super::account::{Account, Connection};
use super::answers::{Answer, Refusal};
use super::auth::Caller;
use super::call::Call;
use super::records::{ConnectionRecord, Data};
use crate::topology::Id;

/// The types that the service knows. `rum` stands for one that came after a client was written.
const TYPES: [&str; 4] = ["logs", "metrics", "audit", "rum"];

/// How many connections a page has if the request does not say, and at most.
const PAGE: usize = 1000;

#[derive(Serialize)]
struct Listing<'a> {
    data: Vec<ConnectionRecord<'a>>,
    meta: Meta,
}

#[derive(Serialize)]
struct Meta {
    page: PageCounts,
}

#[derive(Serialize)]
struct PageCounts {
    total_count: usize,
    total_filtered_count: usize,
}

/// Which connections are wanted, and which page of them.
struct Wanted {
    source: Option<Uuid>,
    destination: Option<Uuid>,
    limit: usize,
    offset: usize,
}

#[derive(Deserialize)]
struct Payload<T> {
    data: T,
}

#[derive(Deserialize)]
struct NewConnection {
    attributes: Attributes,
    relationships: NewLinks,
}

#[derive(Deserialize)]
struct NewLinks {
    sink_org: Payload<NewLink>,
}

/// The id is text at first: one that is no UUID is an org that is not found.
#[derive(Deserialize)]
struct NewLink {
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

/// `GET /api/v2/org_connections`: those in which the calling org takes part.
pub(super) fn list(sandbox: &Sandbox, call: &Call) -> Result<Answer, Refusal> {
    let caller = Caller::of(&call.headers)?;
    let wanted = Wanted::by(call)?;
    sandbox.read(|account| Answer::of(&listing(account, caller.org, &wanted)))
}

fn listing<'a>(account: &'a Account, org: Uuid, wanted: &Wanted) -> Listing<'a> {
    let (mut total_count, mut total_filtered_count) = (0, 0);
    let mut data = Vec::new();
    for connection in account.connections.iter().filter(|one| one.joins(org)) {
        total_count += 1;
        if wanted.holds(connection) {
            if total_filtered_count >= wanted.offset && data.len() < wanted.limit {
                data.push(ConnectionRecord::named(connection, account));
            }
            total_filtered_count += 1;
        }
    }
    let page = PageCounts {
        total_count,
        total_filtered_count,
    };
    Listing {
        data,
        meta: Meta { page },
    }
}

impl Wanted {
    fn by(call: &Call) -> Result<Self, Refusal> {
        let limit = number(call, "limit")?.unwrap_or(PAGE);
        if !(1..=PAGE).contains(&limit) {
            return Err(Refusal::OutOfRange("limit"));
        }
        Ok(Self {
            source: uuid(call, "source_org_id")?,
            destination: uuid(call, "sink_org_id")?,
            limit,
            offset: number(call, "offset")?.unwrap_or(0),
        })
    }

    fn holds(&self, connection: &Connection) -> bool {
        self.source.is_none_or(|org| connection.source == org)
            && self
                .destination
                .is_none_or(|org| connection.destination == org)
    }
}

fn uuid(call: &Call, name: &'static str) -> Result<Option<Uuid>, Refusal> {
    let read = |text: String| Id::from(&*text).as_uuid().ok_or(Refusal::NoUuid(name));
    call.parameter(name).map(read).transpose()
}

fn number(call: &Call, name: &'static str) -> Result<Option<usize>, Refusal> {
    let read = |text: String| text.parse().map_err(|_| Refusal::OutOfRange(name));
    call.parameter(name).map(read).transpose()
}

/// `POST /api/v2/org_connections`: connects the calling org, the source, to a destination.
pub(super) fn create(sandbox: &Sandbox, call: &Call) -> Result<Answer, Refusal> {
    let caller = Caller::of(&call.headers)?;
    caller.must_write()?;
    let Payload { data: new } = call.json::<Payload<NewConnection>>()?;
    let types = new.attributes.connection_types;
    require_known(&types)?;
    let destination = Id::from(&*new.relationships.sink_org.data.id);
    let destination = destination.as_uuid().ok_or(Refusal::NotFound)?;
    sandbox.change(|account| {
        require_connectable(account, caller.org, destination, &types)?;
        let connection = Connection {
            id: Uuid::new_v4(),
            source: caller.org,
            destination,
            types,
            created_at: Some(now()),
            created_by: caller.user,
        };
        let answer = Answer::of(&Data {
            data: ConnectionRecord::named(&connection, account),
        })?;
        account.connections.push(connection);
        Ok(answer)
    })
}

fn require_connectable(
    account: &Account,
    source: Uuid,
    destination: Uuid,
    types: &[String],
) -> Result<(), Refusal> {
    if !account.orgs.contains_key(&destination) {
        return Err(Refusal::NotFound);
    }
    let active = account.is_active(source) && account.is_active(destination);
    if !active || source == destination || has_repeats(types) {
        return Err(Refusal::PairNotAllowed(source, destination));
    }
    if account.are_connected(source, destination) {
        return Err(Refusal::AlreadyConnected(source, destination));
    }
    Ok(())
}

/// `PATCH /api/v2/org_connections/{id}`: replaces the types, in the source org alone.
pub(super) fn update(sandbox: &Sandbox, call: &Call, id: &str) -> Result<Answer, Refusal> {
    let caller = Caller::of(&call.headers)?;
    caller.must_write()?;
    let id = connection_id(id)?;
    let Payload { data: update } = call.json::<Payload<ConnectionUpdate>>()?;
    let types = update.attributes.connection_types;
    require_known(&types)?;
    let names_another = update
        .id
        .is_some_and(|named| Id::from(&*named) != id.into());
    if names_another || has_repeats(&types) {
        return Err(Refusal::InvalidInput);
    }
    sandbox.change(|account| {
        let position = account.position(id, caller.org);
        let position = position.ok_or(Refusal::UnknownOnUpdate(id))?;
        let connection = &mut account.connections[position];
        if connection.source != caller.org {
            return Err(Refusal::Forbidden);
        }
        connection.types = types;
        Answer::of(&Data {
            data: ConnectionRecord::nameless(connection),
        })
    })
}

/// `DELETE /api/v2/org_connections/{id}`: in the source or in the destination org.
pub(super) fn delete(sandbox: &Sandbox, call: &Call, id: &str) -> Result<Answer, Refusal> {
    let caller = Caller::of(&call.headers)?;
    caller.must_write()?;
    let id = connection_id(id)?;
    sandbox.change(|account| {
        let position = account.position(id, caller.org);
        let position = position.ok_or(Refusal::UnknownOnDelete(id))?;
        account.connections.remove(position);
        Ok(Answer::ok("{}\n"))
    })
}

fn connection_id(text: &str) -> Result<Uuid, Refusal> {
    let id = Id::from(text).as_uuid();
    id.ok_or(Refusal::NoUuid("connection id"))
}

fn require_known(types: &[String]) -> Result<(), Refusal> {
    let known = types.iter().all(|word| TYPES.contains(&&**word));
    if types.is_empty() || !known {
        return Err(Refusal::InvalidInput);
    }
    Ok(())
}

fn has_repeats(types: &[String]) -> bool {
    let mut rest = types;
    while let [first, others @ ..] = rest {
        if others.contains(first) {
            return true;
        }
        rest = others;
    }
    false
}

/// The time in the API's form: `2025-08-26T20:19:36.177236+00:00`.
fn now() -> String {
    Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00")
        .to_string()
}
