//! `plan`, `apply` and `check --file`: the live connections and a file of the wanted ones.

mod apply;
mod at_once;
mod check;
mod chosen;
mod encodings;
mod files;
mod github;
mod interrupted;
mod killed;
mod mistakes;
mod moved;
mod plan;
mod profiles;
mod sandbox;
mod saved;
mod scope;
mod session;
mod terminal;
mod warnings;

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

/// The live connections at first: the one to org 2 lacks metrics, the one to org 3 is missing, the one to org 4 is not
/// in the file.
fn live() -> Vec<Value> {
    vec![
        connection(52, 1, 2, &["logs"]),
        connection(54, 1, 4, &["audit"]),
    ]
}

/// Expects `runs` runs that each read the orgs and connections once, and answers with these connections.
fn expect_reads(api: &Api, connections: &[Value], runs: u64) {
    expect_reads_in_runs(api, connections, runs, runs);
}

/// Expects one run that reads the orgs once and the connections twice, and answers with these connections.
fn expect_two_reads(api: &Api, connections: &[Value]) {
    expect_reads_in_runs(api, connections, 1, 2);
}

fn expect_reads_in_runs(api: &Api, connections: &[Value], runs: u64, looks: u64) {
    let orgs = ResponseTemplate::new(200).set_body_json(org_list(1, &[1, 2, 3, 4]));
    let listing = ResponseTemplate::new(200).set_body_json(page(connections, connections.len()));
    api.expect("GET", "/api/v2/org", None, orgs, runs)
        .expect("GET", LIST, None, listing, looks);
}

/// As [`expect_two_reads`], with other connections in the second answer.
fn expect_changed_reads(api: &Api, first: &[Value], second: &[Value]) {
    let orgs = ResponseTemplate::new(200).set_body_json(org_list(1, &[1, 2, 3, 4]));
    let first = ResponseTemplate::new(200).set_body_json(page(first, first.len()));
    api.expect("GET", "/api/v2/org", None, orgs, 1)
        .get(LIST, &page(second, second.len()))
        .expect_first("GET", LIST, None, first);
}

/// Expects one request for the user who owns the keys.
fn expect_current_user(api: &Api, service_account: bool) {
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
