use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use crate::harness::{
    Api, Finished, Flaky, Profiles, Reply, World, connection, current_user, finished, page, uuid,
};

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

fn path(id: u128) -> String {
    format!("/api/v2/org_connections/{}", uuid(id))
}

fn gone() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw("{}\n", "application/json")
}

/// The entries as JSON, the newest first.
fn entries(world: &World) -> Vec<Value> {
    let listed = world.run(["history", "-o", "jsonl"]).quiet_success();
    listed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn the_reason_names_runs_as_the_table_does() {
    let world = World::sandbox().with("ORGCONN_YES", "1");
    let create = ["create", "Security Archive", "--type=logs"];
    world.run(create).code(0);
    world.run(["undo"]).code(0);
    let entries = entries(&world);
    let [undo, create] = &entries[..] else {
        panic!("{entries:?}");
    };
    for (entry, begin, other) in [(create, "undone by", undo), (undo, "undoes", create)] {
        let run = other["run"].as_str().unwrap();
        assert_eq!(entry["reason"], format!("{begin} the run {run}"));
    }
}

#[test]
fn every_write_is_listed_with_what_became_of_it_the_newest_first() {
    let world = World::sandbox().with("ORGCONN_YES", "1");
    let archive = "Security Archive";
    let made = world
        .run(["create", archive, "--type", "logs", "-o", "id"])
        .quiet_success();
    let made = made.trim_end();
    world
        .run(["update", made, "--type", "metrics,audit"])
        .quiet_success();
    world.run(["create", archive, "--type", "logs"]).code(6);
    world.run(["delete", made]).quiet_success();
    assert_data_eq!(
        world
            .run([
                "history",
                "--columns=operation,result,source,destination,before,after,profile"
            ])
            .quiet_success(),
        str![[r#"
OPERATION  RESULT  SOURCE             DESTINATION       BEFORE         AFTER          PROFILE
delete     done    Observability Hub  Security Archive  metrics,audit  -              hub
create     failed  Observability Hub  Security Archive  -              logs           hub
update     done    Observability Hub  Security Archive  logs           metrics,audit  hub
create     done    Observability Hub  Security Archive  -              logs           hub

"#]]
    );
    let newest = world.run(["history", "--limit", "1", "-o", "jsonl"]).json();
    assert_eq!(newest["operation"], "delete");
    assert_eq!(newest["connection_id"], made);
    assert_eq!(newest["before"], json!(["metrics", "audit"]));
    assert_eq!(newest["after"], Value::Null);
    let refused = &entries(&world)[1];
    assert_eq!(refused["http_status"], 409);
}

#[test]
fn a_create_that_found_its_connection_is_no_failure() {
    let world = World::sandbox();
    let create = [
        "create",
        "Security Archive",
        "--type=logs",
        "--if-not-exists",
    ];
    for result in ["done", "unchanged"] {
        world.run(create).quiet_success();
        let newest = &entries(&world)[0];
        assert_eq!(newest["result"], result);
    }
    let newest = &entries(&world)[0];
    assert_eq!(newest["reason"], "it existed already");
    let refused = world
        .run(["undo", newest["entry"].as_str().unwrap()])
        .code(2);
    assert!(refused.stderr.contains(" changed nothing\n"));
}

#[test]
fn the_changes_of_one_command_stand_together_under_its_run() {
    let world = World::sandbox();
    world
        .run(["create", "Security Archive", "Platform", "--type=logs"])
        .quiet_success();
    world
        .run(["create", "Logistics", "--type=logs"])
        .quiet_success();
    let entries = entries(&world);
    let runs: Vec<_> = entries
        .iter()
        .map(|entry| entry["run"].as_str().unwrap())
        .collect();
    assert_eq!(runs[1], runs[2]);
    assert_ne!(runs[0], runs[1]);
    assert!(runs[0] > runs[1], "{runs:?}");
}

/// What a version without runs wrote: a create of the sandbox, done.
const EARLIER: &str = concat!(
    r#"{"v":1,"event":"intent","entry":"1m8gg0ednd170","at":"2026-11-28T07:13:12.629Z","operation":"create","command":"create","profile":"hub","host":"sandbox","org":{"id":"83999dcd-7f97-11f0-8de1-1ecf66f1aa85","name":null},"before":null,"wanted":{"destination":{"id":"37c5e8a4-d10b-11ef-b92e-e6481f3a0d75","name":"Security Archive"},"types":["logs"]},"undoes":null}"#,
    "\n",
    r#"{"v":1,"event":"outcome","entry":"1m8gg0ednd170","at":"2026-11-28T07:13:12.642Z","result":"done","connection":{"id":"4afd72b8-0375-418c-a826-c204db93b927","source":{"id":"83999dcd-7f97-11f0-8de1-1ecf66f1aa85","name":"Observability Hub"},"destination":{"id":"37c5e8a4-d10b-11ef-b92e-e6481f3a0d75","name":"Security Archive"},"types":["logs"],"created_at":null,"created_by":{"id":null,"name":null},"profiles":[]}}"#,
    "\n",
);

#[test]
fn an_entry_of_an_earlier_version_is_a_run_of_its_own() {
    let world = World::sandbox();
    world.run(["delete", "40bb", "--yes"]).quiet_success();
    let file = journal(&world);
    let written = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{EARLIER}{written}")).unwrap();
    let earlier = &entries(&world)[1];
    assert_eq!(earlier["run"], "1m8gg0ednd170");
    assert_eq!(earlier["run"], earlier["entry"]);
    let undone = world.run(["undo", "1m8gg0ednd170", "--yes"]).code(0);
    assert!(undone.stderr.contains("is as it was before 1m8gg0ednd170"));
}

#[test]
fn a_dry_run_and_a_refusal_before_anything_is_sent_leave_no_trace() {
    let world = World::sandbox();
    world
        .run(["create", "Security Archive", "--type", "logs", "--dry-run"])
        .code(0);
    world.run(["create", "Nowhere", "--type", "logs"]).code(5);
    assert!(entries(&world).is_empty());
}

#[test]
fn a_run_that_was_killed_leaves_an_entry_of_unknown_outcome() {
    let flaky = Flaky::new(vec![Reply::Stall]);
    let world = World::talking_to(flaky.url());
    let mut child = world
        .command(["create", &uuid(2), "--type", "logs"])
        .spawn()
        .unwrap();
    let start = Instant::now();
    while flaky.requests().is_empty() {
        assert!(start.elapsed() < Duration::from_secs(20), "nothing is sent");
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let entry = &entries(&world)[0];
    assert_eq!(entry["operation"], "create");
    assert_eq!(entry["result"], "unknown");
    assert_eq!(entry["destination"]["id"], uuid(2));
    assert_eq!(entry["after"], json!(["logs"]));
}

#[test]
fn processes_that_write_at_the_same_time_lose_nothing_of_each_other() {
    const EACH: u128 = 12;
    let api = Api::new();
    let all: Vec<_> = (0..3 * EACH)
        .map(|number| connection(100 + number, 1, 2000 + number, &["logs"]))
        .collect();
    let listing = ResponseTemplate::new(200).set_body_json(page(&all, all.len()));
    api.expect("GET", LIST, None, listing, 3);
    for number in 0..3 * EACH {
        api.expect("DELETE", &path(100 + number), None, gone(), 1);
    }
    let world = api.world();
    let writer = |part: u128| -> Child {
        let ids = (part * EACH..(part + 1) * EACH).map(|number| uuid(100 + number));
        let mut command = world.command(["delete", "--yes", "-o", "id"]);
        command
            .args(ids)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    for child in [writer(0), writer(1), writer(2)] {
        finished(child.wait_with_output().unwrap()).quiet_success();
    }
    let mut deleted: Vec<_> = entries(&world)
        .iter()
        .map(|entry| {
            assert_eq!(entry["result"], "done");
            entry["connection_id"].as_str().unwrap().to_owned()
        })
        .collect();
    deleted.sort();
    let wanted: Vec<_> = (0..3 * EACH).map(|number| uuid(100 + number)).collect();
    assert_eq!(deleted, wanted);
}

#[test]
fn lines_that_cannot_be_read_are_told_by_their_numbers_and_cost_themselves_alone() {
    let world = World::sandbox();
    world
        .run(["create", "Security Archive", "--type", "logs"])
        .quiet_success();
    let file = journal(&world);
    let written = std::fs::read_to_string(&file).unwrap();
    std::fs::write(
        &file,
        format!("nonsense\n{written}{{\"v\":99,\"event\":\"x\"}}\n"),
    )
    .unwrap();
    let Finished { stdout, stderr, .. } = world.run(["history", "-o", "jsonl"]).code(0);
    assert_eq!(stdout.lines().count(), 1);
    assert_data_eq!(
        stderr,
        str![[r#"
warning: line 1 of the history was skipped: it is malformed
warning: line 4 of the history was skipped: it has the format 99, which a newer version of the program writes

"#]]
    );
}

fn journal(world: &World) -> std::path::PathBuf {
    let path = world.run(["sandbox", "path"]).quiet_success();
    std::path::Path::new(path.trim_end()).with_file_name("history.jsonl")
}

#[test]
fn the_sandbox_and_the_world_outside_have_a_history_each() {
    let api = Api::new();
    api.get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1))
        .expect("DELETE", &path(50), None, gone(), 1);
    let world = api.world();
    world.run(["delete", &uuid(50), "--yes"]).code(0);
    world.run(["--sandbox", "delete", "40bb", "--yes"]).code(0);
    let outside = world.run(["history", "-o", "jsonl"]).json();
    assert_eq!(outside["connection_id"], uuid(50));
    let inside = world.run(["--sandbox", "history", "-o", "jsonl"]).json();
    assert_eq!(inside["host"], "sandbox");
    let inside_id = inside["connection_id"].as_str().unwrap();
    assert!(inside_id.starts_with("40bb"), "{inside_id}");
}

#[test]
fn a_profile_narrows_the_history_to_what_was_done_with_it() {
    let world = World::sandbox().with("ORGCONN_YES", "1");
    world.run(["delete", "40bb"]).quiet_success();
    world
        .run(["--profile", "platform", "delete", "95d1"])
        .quiet_success();
    let listed = world
        .run(["history", "--profile", "platform", "-o", "json"])
        .json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["profile"], "platform");
}

#[test]
fn without_changes_and_without_a_configuration_the_history_is_empty() {
    let listed = World::bare().run(["history", "-o", "json"]).json();
    assert_eq!(listed["items"], json!([]));
}

#[test]
fn the_org_of_the_keys_has_the_name_that_its_connection_shows() {
    let api = Api::new();
    api.get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1))
        .get("/api/v2/current_user", &current_user(1))
        .expect("DELETE", &path(50), None, gone(), 1);
    let world = Profiles::new("").with("a", &api, Some(1)).world();
    world
        .run(["delete", &uuid(50), "--yes", "--profile=a"])
        .quiet_success();
    let journal = world.home().join("xdg_state_home/orgconn/history.jsonl");
    let journal = std::fs::read_to_string(journal).unwrap();
    let intent: Value = serde_json::from_str(journal.lines().next().unwrap()).unwrap();
    assert_eq!(intent["org"], json!({"id": uuid(1), "name": "Org 1"}));
}
