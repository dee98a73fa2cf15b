//! Connections named by ids, where nothing chooses profiles: each is changed by the profile that it belongs to.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::{CREATE, LIST, forbidden};
use crate::harness::{Api, Finished, Profiles, World, connection, current_user, page, uuid};

/// The server of a pinned profile, which lists its connections once.
fn account(org: u128, connections: &[Value]) -> Api {
    let api = Api::new();
    api.get("/api/v2/current_user", &current_user(org))
        .get(LIST, &page(connections, connections.len()));
    api
}

fn expect_delete(api: &Api, id: u128) {
    let target = format!("{CREATE}/{}", uuid(id));
    let answer = ResponseTemplate::new(200).set_body_string("{}\n");
    api.expect("DELETE", &target, None, answer, 1);
}

fn expect_update(api: &Api, id: u128, source: u128, destination: u128) {
    let order = json!({"data": {
        "type": "org_connection",
        "id": uuid(id),
        "attributes": {"connection_types": ["audit"]},
    }});
    let made = connection(id, source, destination, &["audit"]);
    let answer = ResponseTemplate::new(200).set_body_json(json!({"data": made}));
    let target = format!("{CREATE}/{}", uuid(id));
    api.expect("PATCH", &target, Some(order), answer, 1);
}

/// A world with a profile for each server: `p1` with the keys of org 1, and so on. `p1` is the default one.
fn world(servers: &[(u128, &Api)]) -> World {
    let profiles = Profiles::new("default_profile = \"p1\"");
    let profiles = servers.iter().fold(profiles, |profiles, (org, api)| {
        profiles.with(&format!("p{org}"), api, Some(*org))
    });
    profiles.world()
}

fn run(world: &World, arguments: &[&str]) -> Finished {
    world.run(arguments)
}

#[test]
fn an_id_that_the_default_profile_sees_asks_no_other() {
    let (hub, other) = (account(1, &[connection(50, 1, 2, &["logs"])]), Api::new());
    let world = world(&[(1, &hub), (2, &other)]);
    let shown = run(&world, &["get", &uuid(50), "-o", "jsonl"]).code(0);
    assert_eq!(shown.json()["profiles"], json!(["p1"]));
}

#[test]
fn an_id_that_it_does_not_see_is_found_with_the_others() {
    let hub = account(1, &[]);
    let other = account(2, &[connection(50, 2, 3, &["logs"])]);
    let world = world(&[(1, &hub), (2, &other)]);
    let shown = run(&world, &["get", &uuid(50), "-o", "jsonl"]).code(0);
    assert_eq!(shown.json()["profiles"], json!(["p2"]));
    assert_eq!(shown.stderr, "");
}

#[test]
fn a_beginning_of_an_id_is_unique_among_all_profiles_or_ambiguous() {
    let hub = account(1, &[connection(50, 1, 3, &["logs"])]);
    let other = account(2, &[connection(51, 2, 3, &["logs"])]);
    let world = world(&[(1, &hub), (2, &other)]);
    let refused = run(&world, &["delete", "0000", "--yes"]).code(5);
    assert!(
        refused.stderr.contains(&uuid(50)) && refused.stderr.contains(&uuid(51)),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_profile_that_is_not_needed_is_noted_at_most() {
    let hub = account(1, &[]);
    let other = account(2, &[connection(50, 2, 3, &["logs"])]);
    expect_delete(&other, 50);
    let broken = Api::new();
    forbidden(&broken, LIST);
    broken.get("/api/v2/current_user", &current_user(4));
    let world = world(&[(1, &hub), (2, &other), (4, &broken)]);
    let deleted = run(&world, &["delete", &uuid(50), "--yes", "-o", "id"]).code(0);
    assert_eq!(deleted.stdout, format!("{}\n", uuid(50)));
    assert!(
        deleted
            .stderr
            .starts_with("the profile `p4` could not be asked: GET /api/v2/org_connections"),
        "{}",
        deleted.stderr
    );
    assert_eq!(deleted.stderr.lines().count(), 1, "{}", deleted.stderr);
}

#[test]
fn an_id_that_nobody_sees_may_belong_to_a_profile_that_cannot_be_asked() {
    for arguments in [
        &["get"][..],
        &["update", "--type=audit"],
        &["delete", "--yes", "--ignore-not-found"],
    ] {
        let hub = account(1, &[]);
        let broken = Api::new();
        forbidden(&broken, LIST);
        broken.get("/api/v2/current_user", &current_user(4));
        let world = world(&[(1, &hub), (4, &broken)]);
        let id = uuid(50);
        let ended = world.run(arguments.iter().chain(&[id.as_str()])).code(4);
        assert!(
            ended.stderr.starts_with("error: profile p4: "),
            "{arguments:?}: {}",
            ended.stderr
        );
    }
}

#[test]
fn an_id_that_a_profile_which_cannot_be_asked_may_see_stops_no_other() {
    let hub = account(1, &[connection(50, 1, 2, &["logs"])]);
    expect_delete(&hub, 50);
    let broken = Api::new();
    forbidden(&broken, LIST);
    broken.get("/api/v2/current_user", &current_user(4));
    let world = world(&[(1, &hub), (4, &broken)]);
    let ids = [uuid(51), uuid(50)];
    let part = run(&world, &["delete", &ids[0], &ids[1], "--yes", "-oid"]).code(8);
    assert_eq!(part.stdout, format!("{}\n", uuid(50)));
    let error = format!(
        "error: profile p4: no connection with the id {} in the other profiles: GET",
        uuid(51)
    );
    assert!(part.stderr.starts_with(&error), "{}", part.stderr);
}

#[test]
fn a_connection_whose_profile_has_the_keys_of_another_org_stops_no_other() {
    let connections = [
        connection(50, 1, 3, &["logs"]),
        connection(51, 2, 1, &["logs"]),
    ];
    let hub = account(1, &connections);
    expect_delete(&hub, 50);
    let other = Api::new();
    other.get("/api/v2/current_user", &current_user(9));
    let world = world(&[(1, &hub), (2, &other)]);
    let ids = [uuid(51), uuid(50)];
    let part = run(&world, &["delete", &ids[0], &ids[1], "--yes", "-oid"]).code(8);
    assert_eq!(part.stdout, format!("{}\n", uuid(50)));
    let error = format!(
        "error: profile p2: the connection {} was not deleted: the keys of the profile `p2` belong to",
        uuid(51)
    );
    assert!(part.stderr.starts_with(&error), "{}", part.stderr);
}

#[test]
fn an_id_that_no_profile_sees_is_not_found() {
    let (hub, other) = (account(1, &[]), account(2, &[]));
    let world = world(&[(1, &hub), (2, &other)]);
    let missing = run(&world, &["delete", &uuid(50), "--yes"]).code(5);
    assert!(
        missing
            .stderr
            .contains(&format!("no connection with the id {}", uuid(50))),
        "{}",
        missing.stderr
    );
}

#[test]
fn each_id_goes_to_its_sources_profile_and_a_delete_else_to_its_destinations() {
    let seen = [
        connection(50, 2, 1, &["logs"]),
        connection(51, 3, 1, &["logs"]),
        connection(52, 9, 1, &["logs"]),
    ];
    let hub = account(1, &seen);
    expect_delete(&hub, 52);
    let (two, three) = (Api::new(), Api::new());
    for (api, org, id) in [(&two, 2, 50), (&three, 3, 51)] {
        api.get("/api/v2/current_user", &current_user(org));
        expect_delete(api, id);
    }
    let world = world(&[(1, &hub), (2, &two), (3, &three)]);
    let ids = format!("{}\n{}\n{}\n", uuid(50), uuid(51), uuid(52));
    let deleted = world.run_with_input(["delete", "-", "--yes", "-o", "id"], &ids);
    assert_eq!(deleted.quiet_success(), ids);
}

#[test]
fn an_update_by_id_takes_the_sources_profile() {
    let hub = account(1, &[connection(50, 2, 1, &["logs"])]);
    let two = Api::new();
    two.get("/api/v2/current_user", &current_user(2));
    expect_update(&two, 50, 2, 1);
    let world = world(&[(1, &hub), (2, &two)]);
    run(&world, &["update", &uuid(50), "--type=audit"]).quiet_success();
}

#[test]
fn a_source_that_no_profile_serves_is_told_before_anything_is_changed() {
    for flags in [&[][..], &["--dry-run"]] {
        let seen = [
            connection(50, 1, 2, &["logs"]),
            connection(51, 9, 1, &["logs"]),
        ];
        let hub = account(1, &seen);
        let two = Api::new();
        let world = world(&[(1, &hub), (2, &two)]);
        let ids = [uuid(50), uuid(51)];
        let arguments = ["update", &ids[0], &ids[1], "--type=audit"];
        let refused = world.run(arguments.iter().chain(flags)).code(4);
        let told = format!(
            "error: no profile is for the org `Org 9` ({}):\n  p1 is for",
            uuid(9)
        );
        assert!(refused.stderr.starts_with(&told), "{}", refused.stderr);
    }
}

#[test]
fn of_two_profiles_of_the_source_neither_updates_by_id() {
    let hub = account(1, &[connection(50, 2, 1, &["logs"])]);
    let (two, twin) = (Api::new(), Api::new());
    let world = Profiles::new("default_profile = \"p1\"")
        .with("p1", &hub, Some(1))
        .with("two", &two, Some(2))
        .with("twin", &twin, Some(2))
        .world();
    let refused = run(&world, &["update", &uuid(50), "--type=audit"]).code(2);
    assert_eq!(
        refused.stderr,
        format!(
            "error: 2 profiles are for the org {}:\n  two\n  twin\nhint: choose one with --profile, or make one the \
             default profile\n",
            uuid(2)
        )
    );
}

#[test]
fn a_profile_without_a_pin_that_is_for_the_same_org_counts_too() {
    let hub = account(1, &[connection(50, 2, 1, &["logs"])]);
    let (two, twin) = (Api::new(), Api::new());
    twin.get("/api/v2/current_user", &current_user(2));
    let world = Profiles::new("default_profile = \"p1\"")
        .with("p1", &hub, Some(1))
        .with("two", &two, Some(2))
        .with("twin", &twin, None)
        .world();
    let refused = run(&world, &["update", &uuid(50), "--type=audit"]).code(2);
    assert!(
        refused.stderr.contains(":\n  two\n  twin\n"),
        "{}",
        refused.stderr
    );
}

#[test]
fn several_chosen_profiles_route_ids_as_well_and_their_failures_count() {
    let hub = account(1, &[connection(50, 2, 1, &["logs"])]);
    let two = account(2, &[connection(50, 2, 1, &["logs"])]);
    expect_delete(&two, 50);
    let world_of_two = world(&[(1, &hub), (2, &two)]);
    run(
        &world_of_two,
        &["delete", &uuid(50), "-y", "--all-profiles"],
    )
    .quiet_success();
    let hub = account(1, &[connection(50, 2, 1, &["logs"])]);
    let broken = Api::new();
    forbidden(&broken, LIST);
    broken.get("/api/v2/current_user", &current_user(2));
    let world_of_two = world(&[(1, &hub), (2, &broken)]);
    let refused = run(
        &world_of_two,
        &["delete", &uuid(50), "-y", "--all-profiles"],
    )
    .code(4);
    assert!(
        refused.stderr.starts_with("error: profile p2: "),
        "{}",
        refused.stderr
    );
}

#[test]
fn keys_in_the_environment_are_used_alone() {
    let (own, other) = (Api::new(), Api::new());
    own.get(LIST, &page(&[], 0));
    let world = world(&[(1, &other)])
        .with("ORGCONN_API_URL", &own.url())
        .with("DD_API_KEY", crate::harness::API_KEY)
        .with("DD_APP_KEY", crate::harness::APP_KEY);
    run(&world, &["delete", &uuid(50), "--yes"]).code(5);
}

#[test]
fn all_connections_of_the_account_are_deleted_through_a_pipe() {
    let world = World::sandbox();
    let deleted = world.script("orgconn list --all-profiles -o id | orgconn delete - --yes -o id");
    assert_eq!(deleted.quiet_success().lines().count(), 14);
    let left = world.run(["list", "--all-profiles", "-o", "id"]);
    assert_eq!(left.quiet_success(), "");
}
