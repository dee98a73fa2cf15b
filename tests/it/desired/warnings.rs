//! What a plan warns of: connections that the service will refuse.

use serde_json::Value;
use wiremock::ResponseTemplate;

use super::LIST;
use crate::harness::{Api, Profiles, World, current_user, org_list, page};

/// An API of the org `own`, which manages `orgs` and has no connections.
fn api(own: u128, orgs: &[u128]) -> Api {
    let api = Api::new();
    let json = |value: Value| ResponseTemplate::new(200).set_body_json(value);
    api.allow("GET", "/api/v2/current_user", None, json(current_user(own)))
        .allow("GET", "/api/v2/org", None, json(org_list(own, orgs)))
        .allow("GET", LIST, None, json(page(&[], 0)));
    api
}

fn warnings(world: &World, file: &str) -> String {
    world.file("orgconn.yaml", file);
    let planned = world
        .run(["plan", "-f", "orgconn.yaml", "--all-profiles"])
        .code(0);
    planned.stderr.lines().next().unwrap().to_owned()
}

#[test]
fn a_pair_across_two_sites_cannot_be_connected() {
    let (one, five) = (api(1, &[1, 2]), api(5, &[5, 6]));
    let world = Profiles::new("")
        .with("one", &one, Some(1))
        .with("five", &five, Some(5))
        .world();
    let file = "connections: [{source: Org 1, destination: [Org 2, Org 6], types: [logs]}]";
    assert_eq!(
        warnings(&world, file),
        format!(
            "warning: `Org 1` cannot be connected to `Org 6`: they are on different sites, {} and {}",
            one.url(),
            five.url()
        )
    );
}

#[test]
fn a_destination_that_is_not_in_the_complete_list_of_the_account_cannot_be_connected() {
    let parent = api(1, &[1, 2]);
    let world = parent.world();
    let other = "00000000-0000-0000-0000-000000000009";
    let file =
        format!("connections: [{{source: Org 1, destination: [Org 2, {other}], types: [logs]}}]");
    world.file("orgconn.yaml", &file);
    let planned = world.run(["plan", "-f", "orgconn.yaml"]).code(0);
    assert_eq!(
        planned.stderr,
        format!(
            "warning: `Org 1` cannot be connected to `{other}`: it is not among the orgs of the same account\n\
             2 to create, 0 to update, 0 to delete, 0 unchanged\n"
        )
    );
    // The list of an org that manages no other says nothing about other orgs.
    let child = api(1, &[1]);
    let world = child.world();
    world.file("orgconn.yaml", &file.replace("Org 2, ", ""));
    let planned = world.run(["plan", "-f", "orgconn.yaml"]).code(0);
    assert!(!planned.stderr.contains("warning"), "{}", planned.stderr);
}
