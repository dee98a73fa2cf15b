//! Profiles of two Datadog accounts that have orgs of the same name.

use serde_json::{Value, json};

use super::{LIST, create, expect_create};
use crate::harness::{Api, Profiles, World, org_list, page, uuid};

/// The orgs that the keys of org `current` manage; each is called `Retail`.
fn retail_orgs(current: u128, numbers: &[u128]) -> Value {
    let mut answer = org_list(current, numbers);
    for org in answer["included"].as_array_mut().unwrap() {
        if org["id"] != uuid(current) {
            org["attributes"]["name"] = json!("Retail");
        }
    }
    answer
}

/// Two accounts: the org 1 manages `Retail` (org 3), and so does the org 2 (org 4).
fn accounts() -> [Api; 2] {
    let (one, two) = (Api::new(), Api::new());
    one.get("/api/v2/org", &retail_orgs(1, &[1, 3]));
    two.get("/api/v2/org", &retail_orgs(2, &[2, 4]));
    [one, two]
}

fn world([one, two]: &[Api; 2], head: &str) -> World {
    Profiles::new(head)
        .with("one", one, Some(1))
        .with("two", two, Some(2))
        .world()
}

fn ambiguity() -> String {
    format!(
        "error: 2 orgs with the name or public id `Retail`:\n  `Retail` ({}, public id org00000003, profile one)\n  \
         `Retail` ({}, public id org00000004, profile two)\nhint: name the one you mean by its UUID\n",
        uuid(3),
        uuid(4)
    )
}

#[test]
fn a_name_of_two_orgs_is_ambiguous_in_every_command() {
    for arguments in [
        &["create", "Org 9", "--source=Retail", "--type=logs"][..],
        &["update", "--source=Retail", "--type=logs"],
        &["delete", "--source=Retail", "--yes"],
        &["list", "--source=Retail"],
        &["get", "--destination=Retail"],
        &["check", "--source=Org 1", "--destination=Retail"],
        &["graph", "--source=Retail"],
    ] {
        let accounts = accounts();
        let world = world(&accounts, "default_profile = \"one\"");
        let refused = world
            .run(arguments.iter().chain(&["--all-profiles"]))
            .code(5);
        assert_eq!(refused.stderr, ambiguity(), "{arguments:?}");
    }
}

#[test]
fn the_default_profile_does_not_take_a_source_of_its_account_silently() {
    for arguments in [
        &["create", "Org 9", "--source=Retail", "--type=logs"][..],
        &["update", "--source=Retail", "--type=logs"],
        &["delete", "--source=Retail", "--yes"],
    ] {
        let accounts = accounts();
        let world = world(&accounts, "default_profile = \"one\"");
        let refused = world.run(arguments).code(5);
        assert_eq!(refused.stderr, ambiguity(), "{arguments:?}");
    }
}

#[test]
fn one_profile_means_the_org_of_its_account() {
    let api = Api::new();
    api.get("/api/v2/org", &retail_orgs(2, &[2, 4]));
    expect_create(&api, 2, 4);
    let world = Profiles::new("default_profile = \"one\"")
        .with("one", &Api::new(), Some(1))
        .with("two", &api, Some(2))
        .world();
    create(&world, "Retail", &["--profile=two"]).quiet_success();
}

#[test]
fn a_source_given_by_its_profile_leaves_the_destination_to_it_and_the_default_profile() {
    let (one, two, three) = (Api::new(), Api::new(), Api::new());
    one.get("/api/v2/org", &org_list(1, &[1, 5]));
    two.get("/api/v2/org", &org_list(2, &[2, 6]));
    expect_create(&two, 2, 6);
    let world = Profiles::new("default_profile = \"one\"")
        .with("one", &one, Some(1))
        .with("two", &two, Some(2))
        .with("three", &three, Some(3))
        .world();
    create(&world, "Org 6", &["--source=profile:two"]).quiet_success();
}

#[test]
fn an_org_that_only_a_connection_of_another_account_shows_counts() {
    let (one, two) = (Api::new(), Api::new());
    one.get("/api/v2/org", &retail_orgs(1, &[1, 3]));
    let mut connection = crate::harness::connection(50, 2, 4, &["logs"]);
    connection["relationships"]["sink_org"]["data"]["name"] = json!("Retail");
    two.get("/api/v2/org", &org_list(2, &[2]))
        .get(LIST, &page(&[connection], 1));
    let accounts = [one, two];
    let refused = create(&world(&accounts, ""), "Org 9", &["--source=Retail"]).code(5);
    let both = format!(
        "  `Retail` ({}, public id org00000003, profile one)\n  `Retail` ({}, profile two)\n",
        uuid(3),
        uuid(4)
    );
    assert!(refused.stderr.contains(&both), "{}", refused.stderr);
}

#[test]
fn an_account_that_cannot_be_asked_may_have_the_name_unless_nothing_chose_it() {
    for (flags, expected) in [(&["--all-profiles"][..], 4), (&[], 0)] {
        let (one, two) = (Api::new(), Api::new());
        one.get("/api/v2/org", &org_list(1, &[1, 3]));
        super::forbidden(&two, "/api/v2/org");
        two.get("/api/v2/current_user", &crate::harness::current_user(2));
        super::forbidden(&two, LIST);
        if expected == 0 {
            expect_create(&one, 1, 3);
        }
        let accounts = [one, two];
        let flags = [&["--source=Org 1"], flags].concat();
        let ended = create(&world(&accounts, ""), "Org 3", &flags).code(expected);
        let told = match expected {
            0 => "the profile `two` could not be asked: ",
            _ => "error: profile two: ",
        };
        assert!(ended.stderr.starts_with(told), "{}", ended.stderr);
    }
}
