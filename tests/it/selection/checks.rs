use super::forbidden;
use crate::harness::{Api, Finished, Profiles, World, connection, current_user, page, uuid};

fn pair() -> String {
    format!(
        "/api/v2/org_connections?limit=1000&offset=0&sink_org_id={}&source_org_id={}",
        uuid(2),
        uuid(1)
    )
}

fn check(world: &World, more: &[&str]) -> Finished {
    let (source, destination) = (uuid(1), uuid(2));
    let arguments = [
        "check",
        "--source",
        &source,
        "--destination",
        &destination,
        "-ojson",
    ];
    world.run(arguments.iter().chain(more))
}

#[test]
fn one_profile_at_an_end_is_enough_and_strangers_are_not_asked() {
    let (stranger, hub) = (Api::new(), Api::new());
    hub.get("/api/v2/current_user", &current_user(2))
        .get(&pair(), &page(&[connection(50, 1, 2, &["logs"])], 1));
    let world = Profiles::new("")
        .with("stranger", &stranger, Some(3))
        .with("hub", &hub, Some(2))
        .world();
    let checked = check(&world, &["--all-profiles", "--type=logs"]).code(0);
    assert_eq!(checked.json()["items"][0]["result"], "as wanted");
    assert_eq!(checked.stderr, "");
}

#[test]
fn profiles_that_name_no_org_are_asked_for_it() {
    let (stranger, hub) = (Api::new(), Api::new());
    stranger.get("/api/v2/current_user", &current_user(3));
    hub.get("/api/v2/current_user", &current_user(2))
        .get(&pair(), &page(&[connection(50, 1, 2, &["logs"])], 1));
    let world = Profiles::new("")
        .with("stranger", &stranger, None)
        .with("hub", &hub, None)
        .world();
    check(&world, &["--profile=stranger,hub", "--type=metrics"]).code(3);
}

#[test]
fn where_no_profile_belongs_to_an_end_nobody_can_tell() {
    let (one, other) = (Api::new(), Api::new());
    other.get("/api/v2/current_user", &current_user(4));
    let world = Profiles::new("")
        .with("one", &one, Some(3))
        .with("other", &other, None)
        .world();
    let unseen = check(&world, &["--all-profiles"]).code(4);
    assert!(
        unseen
            .stderr
            .contains("cannot be seen from any of the profiles one, other"),
        "{}",
        unseen.stderr
    );
}

#[test]
fn a_failure_is_told_and_changes_nothing_where_another_has_answered() {
    let (retail, hub) = (Api::new(), Api::new());
    forbidden(&retail, &pair());
    retail.get("/api/v2/current_user", &current_user(1));
    hub.get("/api/v2/current_user", &current_user(2))
        .get(&pair(), &page(&[connection(50, 1, 2, &["logs"])], 1));
    let world = Profiles::new("")
        .with("retail", &retail, Some(1))
        .with("hub", &hub, Some(2))
        .world();
    let checked = check(&world, &["--all-profiles"]).code(0);
    let report = checked.json();
    assert_eq!(report["items"][0]["result"], "as wanted");
    assert_eq!(report["errors"][0]["profile"], "retail");
    assert!(
        checked.stderr.starts_with("error: profile retail: "),
        "{}",
        checked.stderr
    );
}

#[test]
fn a_failure_that_the_answer_may_depend_on_is_part_of_the_exit_code() {
    let (stranger, unknown) = (Api::new(), Api::new());
    forbidden(&unknown, "/api/v2/current_user");
    let world = Profiles::new("")
        .with("stranger", &stranger, Some(3))
        .with("unknown", &unknown, None)
        .world();
    let failed = check(&world, &["--all-profiles"]).code(4);
    assert_eq!(failed.json()["errors"][0]["profile"], "unknown");
    assert_eq!(failed.json()["items"].as_array().unwrap().len(), 0);
}

#[test]
fn that_nothing_is_seen_is_believed_only_of_an_end_itself() {
    let hub = Api::new();
    let stranger = Api::new();
    hub.get(&pair(), &page(&[], 0))
        .get("/api/v2/current_user", &current_user(7));
    let world = Profiles::new("")
        .with("stranger", &stranger, Some(3))
        .with("hub", &hub, Some(2))
        .world();
    let failed = check(&world, &["--all-profiles", "--absent"]).code(2);
    let told = format!(
        "the keys of the profile `hub` belong to the org {}, not to {} as the profile says",
        uuid(7),
        uuid(2)
    );
    assert!(failed.stderr.contains(&told), "{}", failed.stderr);
}

#[test]
fn with_several_profiles_both_ends_are_named() {
    let refused = World::sandbox()
        .run(["check", "--source=Retail US", "--all-profiles"])
        .code(2);
    assert!(refused.stderr.contains("not both ends are named"));
    World::sandbox()
        .run([
            "check",
            "--source=Retail US",
            "--destination=Observability Hub",
            "--type=logs",
            "--all-profiles",
        ])
        .quiet_success();
}
