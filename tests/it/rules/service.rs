//! Two Datadog accounts, served on loopback: what each set of keys sees there and may change. Written from the API's
//! documentation.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::form_urlencoded;
use uuid::Uuid;

/// Connection types.
pub(super) type Types = BTreeSet<String>;

/// An org. The first one of an account manages the others.
#[derive(Clone, Debug)]
pub(super) struct Org {
    pub(super) id: Uuid,
    pub(super) public_id: String,
    pub(super) name: String,
    pub(super) account: usize,
    pub(super) is_parent: bool,
    pub(super) is_disabled: bool,
}

/// A connection between two orgs, which are given by their places in [`Live::orgs`].
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Connection {
    pub(super) id: Uuid,
    pub(super) source: usize,
    pub(super) destination: usize,
    pub(super) types: Types,
}

/// What keys may do in their org.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Access {
    Write,
    Read,
    None,
}

/// A set of keys.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys {
    pub(super) org: usize,
    pub(super) access: Access,
}

/// A change that was made.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    /// The place in [`Live::keys`] of the keys that made it.
    pub(super) by: usize,
    pub(super) before: Option<Connection>,
    pub(super) after: Option<Connection>,
}

/// The live state of both accounts.
#[derive(Clone, Debug, Default)]
pub(super) struct Live {
    pub(super) orgs: Vec<Org>,
    pub(super) keys: Vec<Keys>,
    pub(super) connections: Vec<Connection>,
    /// The changes so far.
    pub(super) changes: Vec<Change>,
    /// How many requests for a change came, also those that were refused. A probe for permissions is none.
    pub(super) attempts: usize,
}

impl Live {
    /// The connections that the keys' org takes part in.
    pub(super) fn visible(&self, by: usize) -> Vec<Connection> {
        let org = self.keys[by].org;
        let connections = self.connections.iter();
        let own = connections.filter(|one| one.source == org || one.destination == org);
        own.cloned().collect()
    }

    /// Connects the keys' org, or refuses with an HTTP status.
    pub(super) fn create(
        &mut self,
        by: usize,
        destination: Uuid,
        types: Types,
    ) -> Result<Connection, u16> {
        self.require_write(by)?;
        let source = self.keys[by].org;
        let account = self.orgs[source].account;
        let is_it = |org: &Org| org.id == destination && org.account == account;
        let destination = self.orgs.iter().position(is_it);
        let pair = destination.map(|destination| (source, destination));
        if self
            .connections
            .iter()
            .any(|one| Some((one.source, one.destination)) == pair)
        {
            return Err(409);
        }
        if self.orgs[source].is_disabled {
            return Err(400);
        }
        let destination = destination.ok_or(404_u16)?;
        if destination == source || self.orgs[destination].is_disabled {
            return Err(400);
        }
        let number = 900 + self.changes.len() as u128;
        let id = Uuid::from_u128(number << 96 | number);
        let created = Connection {
            id,
            source,
            destination,
            types,
        };
        self.connections.push(created.clone());
        self.changes.push(Change {
            by,
            before: None,
            after: Some(created.clone()),
        });
        Ok(created)
    }

    /// Changes the types of a connection, which takes its source's keys.
    pub(super) fn update(&mut self, by: usize, id: Uuid, types: Types) -> Result<Connection, u16> {
        self.require_write(by)?;
        let before = self
            .visible(by)
            .into_iter()
            .find(|one| one.id == id)
            .ok_or(404_u16)?;
        if before.source != self.keys[by].org {
            return Err(403);
        }
        let after = Connection {
            types,
            ..before.clone()
        };
        self.connections.retain(|one| one.id != id);
        self.connections.push(after.clone());
        self.changes.push(Change {
            by,
            before: Some(before),
            after: Some(after.clone()),
        });
        Ok(after)
    }

    /// Deletes a connection, which takes the keys of either end.
    pub(super) fn delete(&mut self, by: usize, id: Uuid) -> Result<(), u16> {
        self.require_write(by)?;
        let before = self
            .visible(by)
            .into_iter()
            .find(|one| one.id == id)
            .ok_or(404_u16)?;
        self.connections.retain(|one| one.id != id);
        self.changes.push(Change {
            by,
            before: Some(before),
            after: None,
        });
        Ok(())
    }

    fn require_write(&self, by: usize) -> Result<(), u16> {
        match self.keys[by].access {
            Access::Write => Ok(()),
            Access::Read | Access::None => Err(403),
        }
    }
}

/// The servers of the two accounts, in a thread of their own that lasts until the process ends.
pub(super) struct Service {
    pub(super) urls: [String; 2],
    pub(super) live: Arc<Mutex<Live>>,
}

impl Service {
    pub(super) fn start() -> Self {
        let live = Arc::new(Mutex::new(Live::default()));
        let listen = |_| std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let sockets = [0, 1].map(listen);
        let urls = sockets
            .each_ref()
            .map(|socket| format!("http://{}", socket.local_addr().unwrap()));
        let shared = Arc::clone(&live);
        std::thread::spawn(move || serve(sockets, &shared));
        Self { urls, live }
    }
}

fn serve(sockets: [std::net::TcpListener; 2], live: &Arc<Mutex<Live>>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let accounts = sockets
            .into_iter()
            .enumerate()
            .map(|(account, socket)| async move {
                socket.set_nonblocking(true).unwrap();
                let socket = TcpListener::from_std(socket).unwrap();
                loop {
                    let (stream, _) = socket.accept().await.unwrap();
                    let live = Arc::clone(live);
                    let service =
                        service_fn(move |request| answer(account, Arc::clone(&live), request));
                    tokio::spawn(async move {
                        let builder = auto::Builder::new(TokioExecutor::new());
                        // It ends with an error when the client goes away in the middle of an answer.
                        let _ = builder
                            .serve_connection(TokioIo::new(stream), service)
                            .await;
                    });
                }
            });
        let [first, second] = accounts.collect::<Vec<_>>().try_into().ok().unwrap();
        tokio::join!(first, second);
    });
}

async fn answer(
    account: usize,
    live: Arc<Mutex<Live>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap_or_default().to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    let number = |name| header(name)?.strip_prefix("keys-")?.parse::<usize>().ok();
    let mut live = live.lock().unwrap();
    let by = number("dd-api-key").filter(|by| number("dd-application-key") == Some(*by));
    let is_here = |by: &usize| {
        let keys = live.keys.get(*by);
        keys.is_some_and(|keys| {
            keys.access != Access::None && live.orgs[keys.org].account == account
        })
    };
    let answer = match by.filter(is_here) {
        None => Err(403),
        Some(by) => route(
            &mut live,
            by,
            head.method.as_str(),
            head.uri.path(),
            head.uri.query().unwrap_or(""),
            &body,
        ),
    };
    let id = head.uri.path().rsplit('/').next().unwrap_or_default();
    let (status, text) = match answer {
        Ok(value) => (200, value.to_string()),
        Err(status) => {
            let message = match status {
                400 => "connection between orgs is not allowed".to_owned(),
                403 => "Forbidden".to_owned(),
                404 => format!("Org connection with id:{id} not found not found"),
                409 => "connection between orgs already exists".to_owned(),
                _ => "Not found".to_owned(),
            };
            (status, json!({"errors": [message]}).to_string())
        }
    };
    let response = Response::builder()
        .status(status)
        .header("content-type", "application/json");
    Ok(response.body(Full::new(text.into())).unwrap())
}

fn route(
    live: &mut Live,
    by: usize,
    method: &str,
    path: &str,
    query: &str,
    body: &Value,
) -> Result<Value, u16> {
    const CONNECTIONS: &str = "/api/v2/org_connections";
    let attributes = &body["data"]["attributes"]["connection_types"];
    let types = || serde_json::from_value(attributes.clone()).map_err(|_| 400_u16);
    let id = path
        .strip_prefix("/api/v2/org_connections/")
        .and_then(|id| id.parse::<Uuid>().ok());
    let is_change = method != "GET" && id.is_none_or(|id| !id.is_nil());
    live.attempts += usize::from(is_change);
    match (method, path, id) {
        ("GET", CONNECTIONS, _) => Ok(listing(live, by, query)),
        ("GET", "/api/v2/current_user", _) => Ok(current_user(live, by)),
        ("GET", "/api/v2/org", _) => {
            live.require_write(by)?;
            Ok(managed_orgs(live, by))
        }
        ("POST", CONNECTIONS, _) => {
            let destination = &body["data"]["relationships"]["sink_org"]["data"]["id"];
            let destination = serde_json::from_value(destination.clone()).map_err(|_| 404_u16)?;
            let created = live.create(by, destination, types()?)?;
            Ok(json!({"data": record(live, &created)}))
        }
        ("PATCH", _, Some(id)) => {
            let updated = live.update(by, id, types()?)?;
            Ok(json!({"data": record(live, &updated)}))
        }
        ("DELETE", _, Some(id)) => live.delete(by, id).map(|()| json!({})),
        _ => Err(405),
    }
}

fn link(live: &Live, org: usize) -> Value {
    json!({"type": "orgs", "id": live.orgs[org].id, "name": live.orgs[org].name})
}

fn record(live: &Live, connection: &Connection) -> Value {
    json!({
        "type": "org_connection",
        "id": connection.id,
        "attributes": {"created_at": "2025-08-26T20:19:36.177236+00:00", "connection_types": connection.types},
        "relationships": {
            "source_org": {"data": link(live, connection.source)},
            "sink_org": {"data": link(live, connection.destination)},
            "created_by": {"data": {"type": "users", "id": Uuid::from_u128(1), "name": "Pipeline"}},
        },
    })
}

fn listing(live: &Live, by: usize, query: &str) -> Value {
    let wanted = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let selects =
        |name, org: usize| wanted(name).is_none_or(|id| id == live.orgs[org].id.to_string());
    let mut rows = live.visible(by);
    rows.retain(|one| {
        selects("source_org_id", one.source) && selects("sink_org_id", one.destination)
    });
    let records: Vec<_> = rows.iter().map(|one| record(live, one)).collect();
    let counts = json!({"total_count": records.len(), "total_filtered_count": records.len()});
    json!({"data": records, "meta": {"page": counts}})
}

fn current_user(live: &Live, by: usize) -> Value {
    json!({"data": {"type": "users", "id": Uuid::from_u128(1),
        "attributes": {
            "name": "Pipeline", "email": "pipeline@example.com", "handle": "pipeline@example.com",
            "service_account": true, "disabled": false, "status": "Active",
        },
        "relationships": {"org": {"data": link(live, live.keys[by].org)}},
    }})
}

fn managed_orgs(live: &Live, by: usize) -> Value {
    let current = &live.orgs[live.keys[by].org];
    let manages = |org: &&Org| match current.is_parent {
        true => org.account == current.account,
        false => org.id == current.id,
    };
    let reference = |org: &Org| json!({"type": "orgs", "id": org.id});
    let record = |org: &Org| {
        json!({"type": "orgs", "id": org.id, "attributes": {
            "name": org.name, "public_id": org.public_id, "description": "", "disabled": org.is_disabled,
            "sharing": "none", "url": "https://example.datadoghq.com",
            "created_at": "2020-01-01T00:00:00Z", "modified_at": "2020-01-01T00:00:00Z",
        }})
    };
    let managed: Vec<_> = live.orgs.iter().filter(manages).collect();
    json!({
        "data": {"type": "managed_orgs", "id": current.id, "relationships": {
            "current_org": {"data": reference(current)},
            "managed_orgs": {"data": managed.iter().map(|org| reference(org)).collect::<Vec<_>>()},
        }},
        "included": managed.iter().map(|org| record(org)).collect::<Vec<_>>(),
    })
}
