//! The choice of the profile whose keys are used: `--source`, `profile:`, ids, names, and checks through several
//! profiles.

mod checks;
mod ids;
mod names;
mod sandboxed;
mod two_accounts;

use serde_json::json;
use wiremock::ResponseTemplate;

use crate::harness::{Api, Profiles, World, connection, current_user, org_list, page, uuid};

const CREATE: &str = "/api/v2/org_connections";
const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

/// Expects that org `source` is connected to `destination` once.
fn expect_create(api: &Api, source: u128, destination: u128) {
    let made = connection(50, source, destination, &["logs"]);
    let order = json!({"data": {
        "type": "org_connection",
        "attributes": {"connection_types": ["logs"]},
        "relationships": {"sink_org": {"data": {"type": "orgs", "id": uuid(destination)}}},
    }});
    let answer = ResponseTemplate::new(200).set_body_json(json!({"data": made}));
    api.expect("POST", CREATE, Some(order), answer, 1);
}

fn forbidden(api: &Api, target: &str) {
    let answer = ResponseTemplate::new(403).set_body_json(json!({"errors": ["Forbidden"]}));
    api.expect("GET", target, None, answer, 1);
}

fn create(world: &World, destination: &str, more: &[&str]) -> crate::harness::Finished {
    let arguments = ["create", destination, "--type=logs", "-oid"];
    world.run(arguments.iter().chain(more))
}

#[test]
fn the_source_chooses_the_profile_that_names_it_and_the_others_are_left_alone() {
    let (hub, retail) = (Api::new(), Api::new());
    retail.get("/api/v2/org", &org_list(1, &[1]));
    expect_create(&retail, 1, 2);
    let world = Profiles::new("default_profile = \"hub\"")
        .with("hub", &hub, Some(2))
        .with("retail", &retail, Some(1))
        .world();
    let id = create(&world, &uuid(2), &["--source", &uuid(1)]).quiet_success();
    assert_eq!(id, format!("{}\n", uuid(50)));
}

#[test]
fn a_name_is_looked_for_with_all_profiles_and_pins_do_the_rest() {
    let (hub, retail) = (Api::new(), Api::new());
    hub.get("/api/v2/org", &org_list(2, &[1, 2]));
    retail
        .get("/api/v2/org", &org_list(1, &[1]))
        .get(LIST, &page(&[], 0));
    expect_create(&retail, 1, 2);
    let world = Profiles::new("default_profile = \"hub\"")
        .with("hub", &hub, Some(2))
        .with("retail", &retail, Some(1))
        .world();
    create(&world, "org 2", &["--source", "Org 1"]).quiet_success();
}

#[test]
fn without_a_default_profile_all_are_asked_and_without_pins_each_says_its_org() {
    let (hub, retail) = (Api::new(), Api::new());
    hub.get("/api/v2/org", &org_list(2, &[1, 2]));
    retail
        .get("/api/v2/org", &org_list(1, &[1]))
        .get(LIST, &page(&[], 0));
    expect_create(&retail, 1, 2);
    let world = Profiles::new("")
        .with("hub", &hub, None)
        .with("retail", &retail, None)
        .world();
    create(&world, "Org 2", &["--source", "Org 1"]).quiet_success();
}

#[test]
fn profiles_without_an_org_are_asked_for_it_with_the_cheapest_request() {
    let (hub, retail) = (Api::new(), Api::new());
    hub.get("/api/v2/current_user", &current_user(2));
    retail
        .get("/api/v2/current_user", &current_user(1))
        .get("/api/v2/org", &org_list(1, &[1]));
    expect_create(&retail, 1, 2);
    let world = Profiles::new("")
        .with("hub", &hub, None)
        .with("retail", &retail, None)
        .world();
    create(&world, &uuid(2), &["--source", &uuid(1), "--all-profiles"]).quiet_success();
}

#[test]
fn a_source_that_no_profile_is_for_is_an_error_that_lists_them_all() {
    let (hub, retail, broken) = (Api::new(), Api::new(), Api::new());
    retail.get("/api/v2/current_user", &current_user(1));
    forbidden(&broken, "/api/v2/current_user");
    let world = Profiles::new("")
        .with("hub", &hub, Some(2))
        .with("retail", &retail, None)
        .with("broken", &broken, None)
        .world();
    let refused = create(&world, &uuid(2), &["--source", &uuid(7)]).code(4);
    let expected = format!(
        "error: no profile is for the org {}:\n  hub is for {}\n  retail is for {}\n  broken is for unknown: ",
        uuid(7),
        uuid(2),
        uuid(1)
    );
    assert!(refused.stderr.starts_with(&expected), "{}", refused.stderr);
}

#[test]
fn of_two_profiles_for_one_org_the_default_one_is_taken_or_else_none() {
    let (first, second) = (Api::new(), Api::new());
    let profiles = |head: &str| {
        Profiles::new(head)
            .with("first", &first, Some(1))
            .with("second", &second, Some(1))
            .world()
    };
    let refused = create(&profiles(""), &uuid(2), &["--source", &uuid(1)]).code(2);
    assert!(
        refused.stderr.contains("2 profiles are for the org"),
        "{}",
        refused.stderr
    );
    second.get("/api/v2/org", &org_list(1, &[1]));
    expect_create(&second, 1, 2);
    let world = profiles("default_profile = \"second\"");
    create(&world, &uuid(2), &["--source", &uuid(1)]).quiet_success();
}

#[test]
fn one_chosen_profile_is_held_to_the_source() {
    let (hub, retail) = (Api::new(), Api::new());
    hub.get("/api/v2/org", &org_list(2, &[1, 2]));
    let world = Profiles::new("")
        .with("hub", &hub, Some(2))
        .with("retail", &retail, Some(1))
        .world();
    let refused = create(&world, &uuid(3), &["--source=Org 1", "--profile=hub"]).code(4);
    assert!(
        refused
            .stderr
            .starts_with("error: these credentials belong to `Org 2`, not to `Org 1`"),
        "{}",
        refused.stderr
    );
}

#[test]
fn keys_in_the_environment_are_held_to_the_source_whatever_the_profiles() {
    let (of_environment, of_profile) = (Api::new(), Api::new());
    of_environment.get("/api/v2/org", &org_list(2, &[1, 2]));
    let world = Profiles::new("")
        .with("retail", &of_profile, Some(1))
        .world()
        .with("ORGCONN_API_URL", &of_environment.url())
        .with("DD_API_KEY", crate::harness::API_KEY)
        .with("DD_APP_KEY", crate::harness::APP_KEY);
    let refused = create(&world, &uuid(3), &["--source=Org 1"]).code(4);
    assert!(
        refused.stderr.contains("these credentials belong to"),
        "{}",
        refused.stderr
    );
}

#[test]
fn profile_names_stand_for_their_orgs_at_both_ends() {
    let (hub, retail) = (Api::new(), Api::new());
    retail.get("/api/v2/org", &org_list(1, &[1]));
    hub.get("/api/v2/current_user", &current_user(2));
    expect_create(&retail, 1, 2);
    let world = Profiles::new("")
        .with("hub", &hub, None)
        .with("retail", &retail, Some(1))
        .world();
    create(&world, "profile:hub", &["--source=profile:retail"]).quiet_success();
    let unknown = create(&world, "profile:hubb", &["--profile=retail"]).code(2);
    assert_eq!(
        unknown.stderr,
        "error: no profile `hubb`; did you mean `hub`?\n"
    );
}

#[test]
fn a_profile_stands_for_its_org_in_a_listing_of_another_one() {
    let (hub, retail) = (Api::new(), Api::new());
    let query = format!(
        "/api/v2/org_connections?limit=1000&offset=0&source_org_id={}",
        uuid(1)
    );
    hub.get(&query, &page(&[connection(50, 1, 2, &["logs"])], 1));
    let world = Profiles::new("default_profile = \"hub\"")
        .with("hub", &hub, None)
        .with("retail", &retail, Some(1))
        .world();
    let ids = world
        .run(["list", "--source=profile:retail", "-oid"])
        .quiet_success();
    assert_eq!(ids, format!("{}\n", uuid(50)));
}

#[test]
fn a_deletion_takes_the_destinations_profile_where_the_source_has_none() {
    let hub = Api::new();
    let other = Api::new();
    let query = format!(
        "/api/v2/org_connections?limit=1000&offset=0&sink_org_id={}&source_org_id={}",
        uuid(2),
        uuid(1)
    );
    hub.get("/api/v2/current_user", &current_user(2))
        .get(&query, &page(&[connection(50, 1, 2, &["logs"])], 1))
        .expect(
            "DELETE",
            &format!("{CREATE}/{}", uuid(50)),
            None,
            ResponseTemplate::new(200).set_body_string("{}\n"),
            1,
        );
    let world = Profiles::new("")
        .with("other", &other, Some(3))
        .with("hub", &hub, Some(2))
        .world();
    let (source, destination) = (uuid(1), uuid(2));
    let ends = ["--source", &source, "--destination", &destination, "-y"];
    world.run(["delete"].iter().chain(&ends)).quiet_success();
    let update = world
        .run(["update", "--type=logs"].iter().chain(&ends))
        .code(4);
    assert!(
        update.stderr.contains("no profile is for the org"),
        "{}",
        update.stderr
    );
}

/// A server of org `destination`, which lists what org 1, which has no profile, shares with it.
fn shared_by_one(destination: u128, ids: &[u128]) -> Api {
    let rows: Vec<_> = ids
        .iter()
        .map(|id| connection(*id, 1, destination, &["logs"]))
        .collect();
    let api = Api::new();
    api.get("/api/v2/current_user", &current_user(destination))
        .get(
            &format!("{LIST}&source_org_id={}", uuid(1)),
            &page(&rows, rows.len()),
        );
    api
}

#[test]
fn a_deletion_whose_destination_is_left_open_takes_the_profile_that_sees_it() {
    let (hub, other) = (shared_by_one(2, &[]), shared_by_one(3, &[51]));
    other.permit_writes();
    let world = Profiles::new("default_profile = \"hub\"")
        .with("hub", &hub, Some(2))
        .with("other", &other, Some(3))
        .world();
    let shown = world
        .run(["delete", "--source", &uuid(1), "--dry-run", "-oid"])
        .code(0);
    assert_eq!(shown.stdout, format!("{}\n", uuid(51)));
}

#[test]
fn a_deletion_whose_destination_is_left_open_is_ambiguous_if_two_profiles_see_one_each() {
    let (hub, other) = (shared_by_one(2, &[50]), shared_by_one(3, &[51]));
    let world = Profiles::new("default_profile = \"hub\"")
        .with("hub", &hub, Some(2))
        .with("other", &other, Some(3))
        .world();
    let refused = world.run(["delete", "--source", &uuid(1), "-y"]).code(5);
    assert!(
        refused.stderr.contains(&uuid(50)) && refused.stderr.contains(&uuid(51)),
        "{}",
        refused.stderr
    );
}
