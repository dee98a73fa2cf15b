use crate::harness::World;

const HUB: &str = "Observability Hub";

#[test]
fn naming_the_source_is_enough_in_the_sandbox() {
    let world = World::sandbox();
    let made = world
        .run([
            "create",
            "Security Archive",
            "--source",
            "Retail US",
            "--type=audit",
            "-ojson",
        ])
        .code(0)
        .json();
    assert_eq!(made["items"][0]["source"]["name"], "Retail US");
    assert_eq!(
        made["items"][0]["created_by"]["name"],
        "Automation of retail-us"
    );
    for change in [
        &[
            "update",
            "--source=Retail US",
            "--destination=Security Archive",
            "--type=logs",
        ][..],
        &[
            "delete",
            "--source=Retail US",
            "--destination=Security Archive",
            "--yes",
        ],
    ] {
        world.run(change).quiet_success();
    }
}

#[test]
fn what_the_source_shares_with_the_hub_already_is_told_by_name() {
    let refused = World::sandbox()
        .run(["create", HUB, "--source", "Retail US", "--type", "audit"])
        .code(6);
    assert!(
        refused
            .stderr
            .starts_with("error: `Retail US` is connected to `Observability Hub` already"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_destination_that_the_source_has_never_met_is_known_to_the_hub() {
    let world = World::sandbox();
    world
        .run([
            "delete",
            "--source=Retail US",
            "--destination",
            HUB,
            "--yes",
        ])
        .quiet_success();
    world
        .run(["create", HUB, "--source", "Retail US", "--type", "audit"])
        .quiet_success();
}

#[test]
fn of_two_orgs_with_one_name_a_profile_tells_which() {
    let world = World::sandbox();
    let create = |source: &str| {
        world.run([
            "create",
            "Security Archive",
            "--source",
            source,
            "--type=logs",
        ])
    };
    let refused = create("Payments").code(5);
    assert!(refused.stderr.contains("2 orgs"), "{}", refused.stderr);
    create("profile:payments-us").quiet_success();
}
