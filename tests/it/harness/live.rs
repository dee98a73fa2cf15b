use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use url::form_urlencoded;
use uuid::Uuid;

use super::Reply;

/// Connection types.
pub(crate) type Types = BTreeSet<String>;

/// An org. The first one of an account manages the others.
#[derive(Clone, Debug)]
pub(crate) struct Org {
    pub(crate) id: Uuid,
    pub(crate) public_id: String,
    pub(crate) name: String,
    pub(crate) account: usize,
    pub(crate) is_parent: bool,
    pub(crate) is_disabled: bool,
}

impl Org {
    /// The org `Org NUMBER` of the first account, whose parent is number 1.
    pub(crate) fn numbered(number: u128) -> Self {
        Self {
            id: Uuid::from_u128(number),
            public_id: format!("org{number:08}"),
            name: format!("Org {number}"),
            account: 0,
            is_parent: number == 1,
            is_disabled: false,
        }
    }
}

/// A connection between two orgs, which are given by their places in [`Live::orgs`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Connection {
    pub(crate) id: Uuid,
    pub(crate) source: usize,
    pub(crate) destination: usize,
    pub(crate) types: Types,
    /// The bindings of the restriction policies of its orgs, which are given by their places in [`Live::orgs`].
    pub(crate) policies: BTreeMap<usize, Value>,
}

/// What keys may do in their org.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Access {
    Write,
    Read,
    None,
}

/// A set of keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys {
    pub(crate) org: usize,
    pub(crate) access: Access,
}

/// A group of orgs, which are given by their places in [`Live::orgs`].
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) orgs: Vec<usize>,
}

/// A change that was made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    /// The place in [`Live::keys`] of the keys that made it.
    pub(crate) by: usize,
    pub(crate) before: Option<Connection>,
    pub(crate) after: Option<Connection>,
}

/// The live state of one or several Datadog accounts: what each set of keys sees there and may change. Written from the
/// API's documentation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Live {
    pub(crate) orgs: Vec<Org>,
    pub(crate) keys: Vec<Keys>,
    pub(crate) connections: Vec<Connection>,
    pub(crate) groups: Vec<Group>,
    /// The changes so far.
    pub(crate) changes: Vec<Change>,
    /// How many requests for a change came, also those that were refused. A probe for permissions is none.
    pub(crate) attempts: usize,
    /// The ids of all connections that were created, also of those that exist no more.
    pub(crate) created: Vec<Uuid>,
    /// The rows of a page, if they are fewer than the API's.
    pub(crate) page_rows: Option<usize>,
}

/// The API key and the application key at this place in [`Live::keys`].
pub(crate) fn key(at: usize) -> String {
    format!("{KEY}{at}")
}

/// The beginning of every key.
pub(crate) const KEY: &str = "test-keys-";

/// A request as a client sent it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: Value,
    head: String,
}

impl Request {
    /// Reads a request with its head and body.
    pub(crate) fn new(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut words = head.split(' ');
        let method = words.next().unwrap().to_owned();
        let target = words.next().unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            body: serde_json::from_str(body).unwrap_or_default(),
            head: head.to_owned(),
        }
    }

    /// Whether it asks for a page of connections.
    pub(crate) fn is_listing(&self) -> bool {
        self.method == "GET" && self.path == CONNECTIONS
    }

    /// Whether it could change something. The probe for the write permission could not.
    pub(crate) fn is_change(&self) -> bool {
        self.method != "GET" && self.path != QUERY && self.id().is_none_or(|id| !id.is_nil())
    }

    /// A parameter of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The offset of a page.
    pub(crate) fn offset(&self) -> usize {
        self.parameter("offset").unwrap().parse().unwrap()
    }

    /// The place of its keys in [`Live::keys`].
    pub(crate) fn keys(&self) -> Option<usize> {
        let number = |name| self.header(name)?.strip_prefix(KEY)?.parse().ok();
        number("dd-api-key").filter(|at| number("dd-application-key") == Some(*at))
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The connection that it is about.
    fn id(&self) -> Option<Uuid> {
        let path = self.path.as_str();
        let id = path.strip_prefix("/api/v2/org_connections/");
        let id = id.or_else(|| path.strip_prefix(POLICIES));
        id.and_then(|id| id.parse().ok())
    }

    /// Whether it is about a restriction policy.
    fn is_about_policy(&self) -> bool {
        self.path.starts_with(POLICIES)
    }
}

const CONNECTIONS: &str = "/api/v2/org_connections";
const QUERY: &str = "/api/v2/query/timeseries";
const POLICIES: &str = "/api/v2/restriction_policy/cross-org-connection:";

impl Live {
    /// Carries out a request that came to an account, and returns the status and the body of the answer.
    pub(crate) fn answer(&mut self, account: usize, request: &Request) -> (u16, Value) {
        let is_here = |by: &usize| {
            let keys = self.keys.get(*by);
            keys.is_some_and(|keys| {
                keys.access != Access::None && self.orgs[keys.org].account == account
            })
        };
        let answer = match request.keys().filter(is_here) {
            None => Err(403),
            Some(by) => self.route(by, request),
        };
        let id = request.path.rsplit('/').next().unwrap_or_default();
        match answer {
            Ok(value) => (200, value),
            Err(status) => {
                let message = match status {
                    400 => "connection between orgs is not allowed".to_owned(),
                    403 => "Forbidden".to_owned(),
                    404 => format!("Org connection with id:{id} not found not found"),
                    409 => "connection between orgs already exists".to_owned(),
                    _ => "Not found".to_owned(),
                };
                (status, json!({"errors": [message]}))
            }
        }
    }

    /// As [`Live::answer`], as a reply.
    pub(crate) fn reply(&mut self, account: usize, request: &Request) -> Reply {
        let (status, body) = self.answer(account, request);
        Reply::Answer(status, body.to_string())
    }

    fn route(&mut self, by: usize, request: &Request) -> Result<Value, u16> {
        let attributes = &request.body["data"]["attributes"]["connection_types"];
        let types = || serde_json::from_value(attributes.clone()).map_err(|_| 400_u16);
        self.attempts += usize::from(request.is_change());
        match (request.method.as_str(), request.path.as_str(), request.id()) {
            ("GET", CONNECTIONS, _) => Ok(self.listing(by, request)),
            ("GET", "/api/v2/current_user", _) => {
                Ok(self.user(by, &Uuid::from_u128(1).to_string()))
            }
            ("GET", path, _) if path.starts_with("/api/v2/users/") => {
                let id = path.rsplit('/').next().unwrap_or_default();
                Ok(self.user(by, id))
            }
            ("GET", "/api/v2/org", _) => {
                self.require_write(by)?;
                Ok(self.managed_orgs(by))
            }
            ("GET", "/api/v1/dashboard", _) => Ok(self.content("dashboards", request)),
            ("GET", "/api/v1/dashboard/a-1", _) => {
                Ok(json!({"id": "a-1", "widgets": self.widgets()}))
            }
            ("GET", "/api/v1/notebooks" | "/api/v2/powerpacks", _) => {
                Ok(self.content("data", request))
            }
            ("POST", QUERY, _) => self.timeseries(by, &request.body),
            ("GET", "/api/v2/org_groups", _) => {
                self.require_groups(by)?;
                let record = |group: &Group| json!({"type": "org_groups", "id": group.id, "attributes": {"name": group.name}});
                Ok(self.numbered_page(self.groups.iter().map(record).collect(), request))
            }
            ("GET", "/api/v2/org_group_memberships", _) => {
                self.require_groups(by)?;
                Ok(self.numbered_page(self.members(request)?, request))
            }
            ("POST", CONNECTIONS, _) => {
                let destination = &request.body["data"]["relationships"]["sink_org"]["data"]["id"];
                let destination =
                    serde_json::from_value(destination.clone()).map_err(|_| 404_u16)?;
                let created = self.create(by, destination, types()?)?;
                Ok(json!({"data": self.record(&created)}))
            }
            ("GET", _, Some(id)) if request.is_about_policy() => self.policy(by, id),
            ("POST", _, Some(id)) => {
                let bindings = &request.body["data"]["attributes"]["bindings"];
                self.set_policy(by, id, Some(bindings))?;
                self.policy(by, id)
            }
            ("DELETE", _, Some(id)) if request.is_about_policy() => {
                self.set_policy(by, id, None)?;
                Ok(json!({}))
            }
            ("PATCH", _, Some(id)) => {
                let updated = self.update(by, id, types()?)?;
                Ok(json!({"data": self.record(&updated)}))
            }
            ("DELETE", _, Some(id)) => self.delete(by, id).map(|()| json!({})),
            _ => Err(405),
        }
    }

    /// The connections that the keys' org takes part in.
    pub(crate) fn visible(&self, by: usize) -> Vec<Connection> {
        let org = self.keys[by].org;
        let connections = self.connections.iter();
        let own = connections.filter(|one| one.source == org || one.destination == org);
        own.cloned().collect()
    }

    /// Connects the keys' org, or refuses with an HTTP status.
    pub(crate) fn create(
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
        let number = 900 + self.created.len() as u128;
        let id = Uuid::from_u128(number << 96 | number);
        self.created.push(id);
        let created = Connection {
            id,
            source,
            destination,
            types,
            policies: BTreeMap::new(),
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
    pub(crate) fn update(&mut self, by: usize, id: Uuid, types: Types) -> Result<Connection, u16> {
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
    pub(crate) fn delete(&mut self, by: usize, id: Uuid) -> Result<(), u16> {
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

    /// A list of dashboards, notebooks or powerpacks, which has one in every org.
    fn content(&self, list: &str, request: &Request) -> Value {
        let offset = request
            .parameter("start")
            .or(request.parameter("page[offset]"));
        let rows = match offset.as_deref() {
            Some("0") => vec![json!({"id": "a-1", "title": "Overview", "attributes": {
                "name": "Overview", "cells": self.widgets(), "group_widget": self.widgets(),
            }})],
            _ => Vec::new(),
        };
        json!({ list: rows })
    }

    /// Widgets that read the data of each other org but the second one.
    fn widgets(&self) -> Value {
        let widget =
            |org: &Org| json!({"definition": {"queries": [{"cross_org_uuids": [org.id]}]}});
        let orgs = self.orgs.iter().enumerate().filter(|(at, _)| *at != 1);
        orgs.map(|(_, org)| widget(org)).collect()
    }

    /// One point of data for a query in the keys' org, or through its connection from the org that the query names.
    fn timeseries(&self, by: usize, body: &Value) -> Result<Value, u16> {
        let query = &body["data"]["attributes"]["queries"][0];
        let is_it = |one: &Connection| {
            let is_source = query["cross_org_uuids"] == json!([self.orgs[one.source].id]);
            let shares = one.types.iter().any(|kind| query["data_source"] == **kind);
            is_source && one.destination == self.keys[by].org && shares
        };
        match query["cross_org_uuids"].is_null() || self.connections.iter().any(is_it) {
            false => Err(403),
            true => Ok(
                json!({"data": {"type": "timeseries_response", "attributes": {
                    "series": [{"group_tags": [], "query_index": 0, "unit": null}],
                    "times": [0],
                    "values": [[7.0]],
                }}}),
            ),
        }
    }

    /// The policy that the keys' org has for a connection.
    fn policy(&self, by: usize, id: Uuid) -> Result<Value, u16> {
        let connections = self.visible(by);
        let connection = connections.iter().find(|one| one.id == id).ok_or(404_u16)?;
        let bindings = connection.policies.get(&self.keys[by].org);
        Ok(json!({"data": {
            "type": "restriction_policy",
            "id": format!("cross-org-connection:{id}"),
            "attributes": {"bindings": bindings.unwrap_or(&json!([]))},
        }}))
    }

    /// Replaces or deletes the policy that the keys' org has for a connection.
    fn set_policy(&mut self, by: usize, id: Uuid, bindings: Option<&Value>) -> Result<(), u16> {
        self.require_write(by)?;
        let org = self.keys[by].org;
        let before = self.visible(by).into_iter().find(|one| one.id == id);
        let before = before.ok_or(404_u16)?;
        let mut after = before.clone();
        match bindings {
            Some(bindings) => drop(after.policies.insert(org, bindings.clone())),
            None => drop(after.policies.remove(&org)),
        }
        self.connections.retain(|one| one.id != id);
        self.connections.push(after.clone());
        self.changes.push(Change {
            by,
            before: Some(before),
            after: Some(after),
        });
        Ok(())
    }

    fn require_write(&self, by: usize) -> Result<(), u16> {
        match self.keys[by].access {
            Access::Write => Ok(()),
            Access::Read | Access::None => Err(403),
        }
    }

    /// Groups belong to the org that manages the others.
    fn require_groups(&self, by: usize) -> Result<(), u16> {
        match self.orgs[self.keys[by].org].is_parent {
            true => self.require_write(by),
            false => Err(403),
        }
    }

    /// The memberships of a group.
    fn members(&self, request: &Request) -> Result<Vec<Value>, u16> {
        let wanted = request.parameter("filter[org_group_id]");
        let is_it = |group: &&Group| Some(group.id.to_string()) == wanted;
        let group = self.groups.iter().find(is_it).ok_or(404_u16)?;
        let record = |org: &usize| {
            let org = &self.orgs[*org];
            json!({
                "type": "org_group_memberships",
                "id": Uuid::from_u128(group.id.as_u128() << 64 | org.id.as_u128()),
                "attributes": {"org_uuid": org.id, "org_name": org.name, "org_site": "datadoghq.com"},
                "relationships": {"org_group": {"data": {"type": "org_groups", "id": group.id}}},
            })
        };
        Ok(group.orgs.iter().map(record).collect())
    }

    /// A page of a listing whose pages are counted from 0.
    fn numbered_page(&self, records: Vec<Value>, request: &Request) -> Value {
        let number = request.parameter("page[number]");
        let number = number.map_or(0, |number| number.parse::<usize>().unwrap());
        let (rows, total) = (self.page_rows.unwrap_or(1000), records.len());
        let page: Vec<_> = records.into_iter().skip(number * rows).take(rows).collect();
        let counts = json!({"number": number, "size": rows, "total": total, "first_number": 0});
        json!({"data": page, "meta": {"page": counts}})
    }

    fn link(&self, org: usize) -> Value {
        json!({"type": "orgs", "id": self.orgs[org].id, "name": self.orgs[org].name})
    }

    fn record(&self, connection: &Connection) -> Value {
        // The servers of the tests answer at that time.
        let created_at = match self.created.contains(&connection.id) {
            true => "2025-08-26T20:19:36.177236+00:00",
            false => "2025-01-01T00:00:00.000000+00:00",
        };
        json!({
            "type": "org_connection",
            "id": connection.id,
            "attributes": {"created_at": created_at, "connection_types": connection.types},
            "relationships": {
                "source_org": {"data": self.link(connection.source)},
                "sink_org": {"data": self.link(connection.destination)},
                "created_by": {"data": {"type": "users", "id": Uuid::from_u128(2), "name": "Pipeline"}},
            },
        })
    }

    /// A page of the connections that the keys' org takes part in.
    fn listing(&self, by: usize, request: &Request) -> Value {
        let selects = |name, org: usize| {
            let wanted = request.parameter(name);
            wanted.is_none_or(|id| id == self.orgs[org].id.to_string())
        };
        let mut rows = self.visible(by);
        rows.retain(|one| {
            selects("source_org_id", one.source) && selects("sink_org_id", one.destination)
        });
        let records = rows.iter().skip(request.offset());
        let records = records.take(self.page_rows.unwrap_or(1000));
        let records: Vec<_> = records.map(|one| self.record(one)).collect();
        let counts = json!({"total_count": rows.len(), "total_filtered_count": rows.len()});
        json!({"data": records, "meta": {"page": counts}})
    }

    fn user(&self, by: usize, id: &str) -> Value {
        json!({"data": {"type": "users", "id": id,
            "attributes": {
                "name": "Pipeline", "email": "pipeline@example.com", "handle": "pipeline@example.com",
                "service_account": true, "disabled": false, "status": "Active",
            },
            "relationships": {"org": {"data": self.link(self.keys[by].org)}},
        }})
    }

    fn managed_orgs(&self, by: usize) -> Value {
        let current = &self.orgs[self.keys[by].org];
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
        let managed: Vec<_> = self.orgs.iter().filter(manages).collect();
        json!({
            "data": {"type": "managed_orgs", "id": current.id, "relationships": {
                "current_org": {"data": reference(current)},
                "managed_orgs": {"data": managed.iter().map(|org| reference(org)).collect::<Vec<_>>()},
            }},
            "included": managed.iter().map(|org| record(org)).collect::<Vec<_>>(),
        })
    }
}
