mod runs;

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use crate::harness::{Api, World, connection, page, uuid};

/// The sample connection between Retail US and the hub.
const RETAIL: &str = "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d";

/// A sandbox in which every question is answered with yes.
fn world() -> World {
    World::sandbox().with("ORGCONN_YES", "1")
}

/// All connections of the hub, with only the fields that an undo can restore.
fn state(world: &World) -> Vec<Value> {
    let listed = world
        .run(["list", "-o", "json", "--sort", "source_id,destination_id"])
        .json();
    let mut items = listed["items"].as_array().unwrap().clone();
    for item in &mut items {
        *item = json!([item["source"], item["destination"], item["types"]]);
    }
    items
}

/// The ids of the entries, the newest first.
fn entries(world: &World) -> Vec<String> {
    let listed = world.run(["history", "-o", "id"]).quiet_success();
    listed.lines().map(str::to_owned).collect()
}

#[test]
fn an_update_is_undone_with_the_keys_it_was_made_with() {
    let world = world();
    let before = state(&world);
    world
        .run([
            "--profile=retail-us",
            "update",
            RETAIL,
            "--add-type=metrics",
        ])
        .quiet_success();
    assert_ne!(state(&world), before);
    let undone = world.run(["undo", "--columns=result,id,types"]).code(0);
    assert_eq!(
        undone.stdout,
        format!("RESULT   ID{:36}TYPES\nupdated  {RETAIL}  logs\n", "")
    );
    assert_data_eq!(
        undone.stderr,
        str![[r#"
undoing [..] of [..] UTC: update from `Retail US` to `Observability Hub`
  update  40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d  Retail US -> Observability Hub  logs,metrics -> logs

"#]]
    );
    assert_eq!(state(&world), before);
}

#[test]
fn the_orgs_of_an_undo_are_told_apart_from_others_of_their_name() {
    let world = world();
    let payments = "b5a4e6d1-7f28-4391-8c0e-9d6b25f1a784";
    world.run(["delete", payments]).quiet_success();
    let undone = world.run(["undo", "--dry-run"]);
    let pair = "Payments [1f7d93e0] -> Observability Hub";
    assert!(undone.stderr.contains(pair), "{}", undone.stderr);
    let pair = "from `Payments [1f7d93e0]` to `Observability Hub`";
    assert!(undone.stderr.contains(pair), "{}", undone.stderr);
}

#[test]
fn a_create_is_undone_by_deleting_what_it_made() {
    let world = world();
    let before = state(&world);
    world
        .run(["create", "Security Archive", "--type=logs"])
        .quiet_success();
    let undone = world.run(["undo", "-o", "jsonl"]).code(0);
    assert_eq!(undone.json()["result"], "deleted");
    assert_eq!(state(&world), before);
}

#[test]
fn a_delete_is_undone_by_making_it_anew_and_the_new_id_is_told() {
    let world = world();
    let before = state(&world);
    world
        .run(["--profile=retail-us", "delete", RETAIL])
        .quiet_success();
    let undone = world.run(["undo", "-o", "jsonl"]).code(0);
    let row = undone.json();
    assert_eq!(row["result"], "created");
    assert_eq!(row["reason"], format!("replaces {RETAIL}"));
    let id = row["id"].as_str().unwrap();
    assert_ne!(id, RETAIL);
    world.run(["get", id]).quiet_success();
    assert!(
        undone.stderr.contains(
            "warning: the connection gets a new id, and the user of these keys as its owner; \
             its restriction policy is not restored\n"
        ),
        "{}",
        undone.stderr
    );
    assert_eq!(state(&world), before);
}

#[test]
fn a_delete_with_the_destinations_keys_is_undone_with_those_of_the_source() {
    let world = world();
    world
        .run(["--profile=hub", "delete", RETAIL])
        .quiet_success();
    let refused = world.run(["undo", "--profile=hub"]).code(4);
    assert!(
        refused.stderr.contains("requires keys of `Retail US`")
            && refused.stderr.contains("hint: choose its profile"),
        "{}",
        refused.stderr
    );
    let undone = world.run(["undo", "-o=jsonl"]).code(0).json();
    assert_eq!(undone["result"], "created");
    assert_eq!(undone["created_by"]["name"], "Automation of retail-us");
}

#[test]
fn among_all_profiles_the_fitting_one_is_found() {
    let world = world();
    world.run(["delete", RETAIL]).quiet_success();
    let undone = world.run(["undo", "--all-profiles", "-o", "jsonl"]).code(0);
    assert_eq!(
        undone.json()["created_by"]["name"],
        "Automation of retail-us"
    );
}

#[test]
fn one_undo_after_another_goes_back_through_a_delete_to_the_beginning() {
    let world = world();
    let before = state(&world);
    let made = world
        .run(["create", "Security Archive", "--type=logs", "-o=id"])
        .quiet_success();
    let made = made.trim_end();
    world.run(["update", made, "--type=audit"]).quiet_success();
    world.run(["delete", made]).quiet_success();
    for result in ["created", "updated", "deleted"] {
        let undone = world.run(["undo", "-o", "jsonl"]).code(0);
        assert_eq!(undone.json()["result"], result);
    }
    assert_eq!(state(&world), before);
    let nothing = world.run(["undo"]).code(5);
    assert!(nothing.stderr.contains("the history has nothing to undo"));
}

#[test]
fn nothing_is_undone_twice_and_an_undo_is_undone_by_its_name() {
    let world = world().with("ORGCONN_PROFILE", "hub");
    world
        .run(["create", "Security Archive", "--type=logs"])
        .quiet_success();
    let entry = entries(&world).remove(0);
    world.run(["undo", &entry]).code(0);
    let undo = entries(&world).remove(0);
    let refused = world.run(["undo", &entry]).code(6);
    assert_eq!(
        refused.stderr,
        format!("error: {entry} was already undone by {undo}; to undo that, give its entry\n")
    );
    let redone = world.run(["undo", &undo, "-o", "jsonl"]).code(0);
    assert_eq!(redone.json()["types"], json!(["logs"]));
}

#[test]
fn what_was_changed_again_since_is_left_alone() {
    let world = world();
    let update = |types: &str| {
        world
            .run(["--profile=retail-us", "update", RETAIL, "--type", types])
            .quiet_success();
    };
    update("metrics");
    let first = entries(&world).remove(0);
    update("audit");
    let before = state(&world);
    let refused = world.run(["undo", &first]).code(6);
    assert!(
        refused
            .stderr
            .contains("the types are audit now, and no longer metrics"),
        "{}",
        refused.stderr
    );
    assert_eq!(state(&world), before);
}

#[test]
fn what_is_as_it_was_already_needs_no_undo() {
    let world = world();
    let made = world
        .run(["create", "Security Archive", "--type=logs", "-o=id"])
        .quiet_success();
    let entry = entries(&world).remove(0);
    world.run(["delete", made.trim_end()]).quiet_success();
    let done = world.run(["undo", &entry, "-o", "json"]).code(0);
    assert_eq!(done.json()["items"], json!([]));
    assert!(
        done.stderr.contains("is as it was before"),
        "{}",
        done.stderr
    );
}

#[test]
fn a_change_that_failed_has_nothing_to_undo() {
    let world = world();
    world
        .run(["--profile=hub", "update", RETAIL, "--add-type=metrics"])
        .code(4);
    let entry = entries(&world).remove(0);
    let refused = world.run(["undo", &entry]).code(2);
    assert!(refused.stderr.contains("failed, so it changed nothing"));
    // An undo without an entry does not choose it either.
    world.run(["undo"]).code(5);
}

#[test]
fn a_dry_run_shows_and_changes_nothing() {
    let world = World::sandbox();
    world
        .run(["--profile=retail-us", "delete", RETAIL, "--yes"])
        .quiet_success();
    let before = (state(&world), entries(&world));
    let shown = world.run(["undo", "--dry-run", "-o", "jsonl"]).code(0);
    assert_eq!(shown.json()["result"], "would create");
    assert!(shown.stderr.ends_with("dry run: nothing was changed\n"));
    assert_eq!((state(&world), entries(&world)), before);
}

#[test]
fn off_a_terminal_nothing_is_undone_without_yes() {
    let world = World::sandbox();
    let nothing = world.run(["undo"]).code(5);
    assert!(nothing.stderr.contains("the history has nothing to undo"));
    world.run(["delete", RETAIL, "--yes"]).quiet_success();
    let refused = world.run(["undo"]).code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: undoing needs a confirmation, and there is no terminal to ask on
hint: add --yes to undo without asking

"#]]
    );
}

#[test]
fn an_entry_that_is_none_or_several_is_an_error() {
    let world = world();
    let unknown =
        "error: no run or entry whose id begins with `nope`; `orgconn history` shows them\n";
    // Whether there is such an entry is looked up before anybody is asked.
    for world in [&world, &World::sandbox()] {
        assert_eq!(world.run(["undo", "nope"]).code(5).stderr, unknown);
    }
    world.run(["undo", "zzz"]).code(2);
    world.run(["delete", RETAIL, "d7e0"]).quiet_success();
    let beginning: String = entries(&world)[0].chars().take(4).collect();
    let refused = world.run(["undo", &beginning]).code(5);
    assert!(refused.stderr.contains("2 ids begin"), "{}", refused.stderr);
}

#[test]
fn a_change_of_the_sandbox_is_not_undone_elsewhere() {
    let world = World::talking_to("http://127.0.0.1:9").with("ORGCONN_YES", "1");
    world.run(["--sandbox", "delete", RETAIL]).quiet_success();
    let entry = world.run(["--sandbox", "history", "-o=id"]).quiet_success();
    let refused = world.run(["undo", entry.trim_end()]).code(2);
    assert!(
        refused
            .stderr
            .ends_with("was made in the sandbox\nhint: add --sandbox\n"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_change_of_another_host_is_not_undone_here() {
    let api = Api::new();
    let listing = page(&[connection(50, 1, 2, &["logs"])], 1);
    let gone = ResponseTemplate::new(200).set_body_raw("{}\n", "application/json");
    api.get("/api/v2/org_connections?limit=1000&offset=0", &listing)
        .expect(
            "DELETE",
            &format!("/api/v2/org_connections/{}", uuid(50)),
            None,
            gone,
            1,
        );
    let world = api.world();
    world.run(["delete", &uuid(50), "--yes"]).code(0);
    let refused = world
        .run(["undo", "--yes", "--api-url", "http://127.0.0.1:9"])
        .code(2);
    assert!(
        refused
            .stderr
            .contains("and this is 127.0.0.1:9\nhint: choose its profile"),
        "{}",
        refused.stderr
    );
}
