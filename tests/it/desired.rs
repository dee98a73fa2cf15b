//! `plan`, `apply` and `check --file`: the live connections and a file of the wanted ones.

mod apply;
mod check;
mod github;
mod interrupted;
mod killed;
mod mistakes;
mod moved;
mod plan;
mod profiles;
mod sandbox;
mod terminal;

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::harness::{Api, World, connection, org_list, page, uuid};

/// Org 1, whose keys the tests have, shares with orgs 2 and 3.
const FILE: &str = "\
connections:
  - source: Org 1
    destination: [Org 2, Org 3]
    types: [logs, metrics]
";

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";
const CREATE: &str = "/api/v2/org_connections";

/// What is there at first: the one to org 2 lacks metrics, the one to org 3 is missing, the one to org 4 is not in
/// the file.
fn live() -> Vec<Value> {
    vec![
        connection(52, 1, 2, &["logs"]),
        connection(54, 1, 4, &["audit"]),
    ]
}

/// Lets `api` be looked at in so many runs, with these connections.
fn looks(api: &Api, connections: &[Value], runs: u64) {
    looks_in_runs(api, connections, runs, runs);
}

/// Lets `api` be looked at twice in one run, with these connections. The orgs are asked for once in a run.
fn looks_twice(api: &Api, connections: &[Value]) {
    looks_in_runs(api, connections, 1, 2);
}

fn looks_in_runs(api: &Api, connections: &[Value], runs: u64, looks: u64) {
    let orgs = ResponseTemplate::new(200).set_body_json(org_list(1, &[1, 2, 3, 4]));
    let listing = ResponseTemplate::new(200).set_body_json(page(connections, connections.len()));
    api.expect("GET", "/api/v2/org", None, orgs, runs)
        .expect("GET", LIST, None, listing, looks);
}

/// Lets `api` be looked at twice, with other connections the second time.
fn looks_differ(api: &Api, first: &[Value], second: &[Value]) {
    let orgs = ResponseTemplate::new(200).set_body_json(org_list(1, &[1, 2, 3, 4]));
    let first = ResponseTemplate::new(200).set_body_json(page(first, first.len()));
    api.expect("GET", "/api/v2/org", None, orgs, 1)
        .get(LIST, &page(second, second.len()))
        .first("GET", LIST, None, first);
}

/// The user behind the keys, asked for once.
fn owner(api: &Api, service_account: bool) {
    api.get(
        "/api/v2/current_user",
        &json!({"data": {"type": "users", "id": uuid(900), "attributes": {
            "name": "Dana Example", "service_account": service_account, "disabled": false, "status": "Active",
        }, "relationships": {"org": {"data": {"type": "orgs", "id": uuid(1)}}}}}),
    );
}

/// A world that talks to `api`, with the file in its home.
fn world(api: &Api) -> World {
    let world = api.world();
    world.file("orgconn.yaml", FILE);
    world
}

/// The body of a create.
fn creation(destination: u128, types: &[&str]) -> Option<Value> {
    Some(json!({"data": {
        "type": "org_connection",
        "attributes": {"connection_types": types},
        "relationships": {"sink_org": {"data": {"type": "orgs", "id": uuid(destination)}}},
    }}))
}

/// The body of an update.
fn change(id: u128, types: &[&str]) -> Option<Value> {
    Some(json!({"data": {
        "type": "org_connection",
        "id": uuid(id),
        "attributes": {"connection_types": types},
    }}))
}

fn path(id: u128) -> String {
    format!("{CREATE}/{}", uuid(id))
}

fn answer(connection: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"data": connection}))
}

fn refusal(status: u16, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"errors": [message]}))
}
