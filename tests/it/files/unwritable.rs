//! Where the program cannot write: nothing is changed that the history does not know, unless that is wanted.

use std::fs;

use serde_json::json;

use crate::harness::{Api, Flaky, Reply, Terminal, World, connection, page, uuid};

fn made() -> Reply {
    Reply::json(&json!({"data": connection(52, 1, 2, &["logs"])}))
}

fn create() -> Vec<String> {
    ["create", "--type=logs", "-o=id", &uuid(2)]
        .map(str::to_owned)
        .to_vec()
}

/// The requests that would have changed something.
fn writes(api: &Flaky) -> usize {
    let calls = api.calls();
    calls.iter().filter(|call| !call.starts_with("GET")).count()
}

#[test]
fn without_a_history_a_change_takes_a_flag_or_its_variable() {
    // Nobody can make a directory there, not even root.
    for state in ["/proc/orgconn", "/dev/null/orgconn"] {
        let api = Flaky::always(made);
        let world = api.world().with("XDG_STATE_HOME", state);
        let refused = world.run(create()).code(1);
        assert_eq!(writes(&api), 0);
        assert!(
            refused.stderr.contains("the change was not sent"),
            "{}",
            refused.stderr
        );
        assert!(
            refused.stderr.ends_with(
                "hint: or make the change without a history, so that it cannot be undone: --no-history\n"
            ),
            "{}",
            refused.stderr
        );
        let flag = [create(), vec!["--no-history".to_owned()]].concat();
        let done = world.run(flag).code(0);
        assert_eq!((writes(&api), done.stdout), (1, uuid(52) + "\n"));
        let world = world.with("ORGCONN_NO_HISTORY", "1");
        world.run(create()).code(0);
        assert_eq!(writes(&api), 2);
    }
}

#[test]
fn a_change_without_a_history_leaves_no_trace_of_it() {
    let world = World::sandbox();
    let create = ["create", "Security Archive", "--type=logs", "--no-history"];
    world.run(create).code(0);
    assert!(
        !world
            .home()
            .join("xdg_state_home/orgconn/history.jsonl")
            .exists()
    );
    assert_eq!(world.run(["history", "-o", "id"]).code(0).stdout, "");
}

#[test]
fn what_is_undone_is_always_kept() {
    let world = World::sandbox();
    world
        .run(["create", "Security Archive", "--type=logs"])
        .code(0);
    let refused = world.run(["undo", "--yes", "--no-history"]).code(2);
    assert_eq!(
        refused.stderr,
        "error: undo keeps in the history what it undoes, so that nothing is undone twice\n\
         hint: leave out --no-history, and ORGCONN_NO_HISTORY\n"
    );
    world.run(["undo", "--yes"]).code(0);
}

#[test]
fn a_cache_that_cannot_be_written_is_a_warning() {
    let world = World::sandbox().with("XDG_CACHE_HOME", "/proc/orgconn");
    let (code, screen) = Terminal::start(&world, 300, &["list", "--all-profiles"]).end();
    assert_eq!(code, Some(0), "{screen}");
    let warning = "warning: the completion cache cannot be written to /proc/orgconn/orgconn: ";
    assert_eq!(screen.matches(warning).count(), 1, "{screen}");
    let (_, screen) = Terminal::start(&world, 300, &["list", "-q"]).end();
    assert!(!screen.contains("cache"), "{screen}");
}

#[test]
fn on_a_full_disk_every_file_stays_as_it_was() {
    // No file may grow, and the signal about it is ignored, as a full disk sends none.
    const FULL: &str = "trap '' XFSZ; ulimit -f 0;";
    let world = World::sandbox();
    world
        .run(["create", "Security Archive", "--type=logs"])
        .code(0);
    world
        .script("ORGCONN_SANDBOX=0 orgconn profile add two")
        .code(0);
    let plan = "orgconn plan -f orgconn.yaml --out plan.json";
    world.file("orgconn.yaml", "connections: []\n");
    world.script(plan).code(0);
    let files = [
        "xdg_state_home/orgconn/history.jsonl",
        "xdg_state_home/orgconn/sandbox.json",
        "xdg_config_home/orgconn/config.toml",
        "plan.json",
    ];
    let contents = || files.map(|name| fs::read(world.home().join(name)).unwrap());
    let before = contents();
    for (command, code) in [
        (
            "orgconn delete --source 'Observability Hub' --destination 'Security Archive' --yes",
            1,
        ),
        ("ORGCONN_SANDBOX=0 orgconn profile add three", 2),
        ("orgconn sandbox reset", 1),
        (plan, 1),
    ] {
        let failed = world.script(&format!("{FULL} {command}"));
        assert!(
            failed.stderr.contains("File too large"),
            "{command}: {}",
            failed.stderr
        );
        assert_eq!(failed.code, code, "{command}: {}", failed.stderr);
        assert!(contents() == before, "{command}");
    }
    let left: Vec<_> = ["xdg_state_home/orgconn", "xdg_config_home/orgconn", "."]
        .iter()
        .flat_map(|directory| fs::read_dir(world.home().join(directory)).unwrap())
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".tmp"))
        .collect();
    assert_eq!(left, [""; 0]);
}

#[test]
fn a_change_is_not_sent_on_a_full_disk() {
    let api = Api::new();
    api.allow(
        "GET",
        "/api/v2/org_connections?limit=1000&offset=0",
        None,
        wiremock::ResponseTemplate::new(200).set_body_json(page(&[], 0)),
    );
    let world = api.world();
    let script = format!(
        "trap '' XFSZ; ulimit -f 0; orgconn create --type=logs {}",
        uuid(2)
    );
    let failed = world.script(&script).code(1);
    assert!(
        failed
            .stderr
            .contains("history.jsonl; free some space on its disk and try again: File too large"),
        "{}",
        failed.stderr
    );
}
