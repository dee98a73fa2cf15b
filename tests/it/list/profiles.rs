use serde_json::json;
use snapbox::{assert_data_eq, str};

use crate::harness::World;

#[test]
fn what_several_profiles_see_comes_once_with_the_profiles_that_see_it() {
    let listed = World::sandbox()
        .run([
            "--profile=platform,logistics",
            "list",
            "--type=logs",
            "--columns=source,destination,types,profiles",
        ])
        .quiet_success();
    assert_data_eq!(
        listed,
        str![[r#"
SOURCE     DESTINATION        TYPES               PROFILES
Platform   Observability Hub  logs,metrics,audit  platform
Logistics  Platform           logs                platform,logistics

"#]]
    );
}

#[test]
fn all_profiles_are_the_whole_account() {
    let world = World::sandbox();
    let ids = world
        .run(["--all-profiles", "list", "-o", "id"])
        .quiet_success();
    let mut lines: Vec<_> = ids.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!((ids.lines().count(), lines.len()), (14, 14));
}

#[test]
fn a_profile_chosen_by_a_variable_is_as_good_as_by_a_flag() {
    let listed = World::sandbox()
        .with("ORGCONN_PROFILE", "payments-us")
        .run(["list", "-o", "json"])
        .code(0);
    let profiles: Vec<_> = listed.json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["profiles"].clone())
        .collect();
    assert_eq!(profiles, [json!(["payments-us"]), json!(["payments-us"])]);
}

#[test]
fn an_unknown_profile_is_refused_with_those_there_are() {
    let refused = World::sandbox()
        .run(["--profile", "retail", "list"])
        .code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: in the sandbox: no profile `retail`; did you mean `retail-eu`?

"#]]
    );
}

#[test]
fn an_org_that_one_profile_knows_is_found_through_it() {
    let listed = World::sandbox()
        .run([
            "--profile=retail-eu,platform",
            "list",
            "--to=Logistics",
            "-o=jsonl",
        ])
        .code(0);
    assert_eq!(listed.json()["source"]["name"], "Platform");
    assert_eq!(listed.stderr, "");
}
