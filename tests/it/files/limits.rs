//! No file is read further than it may be long, and no list of mistakes is endless.

use std::fs::{self, File};

use crate::harness::World;

/// Makes a file of this many bytes that takes no room on the disk.
fn grow(path: &std::path::Path, bytes: u64) {
    File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_len(bytes)
        .unwrap();
}

#[test]
fn an_endless_input_is_read_to_its_limit() {
    let world = World::sandbox();
    for (script, message) in [
        (
            "orgconn plan -f - < /dev/zero",
            "cannot read standard input: it is larger than 8 MiB",
        ),
        (
            "orgconn plan -f /dev/stdin < /dev/zero",
            "cannot read /dev/stdin: it is larger than 8 MiB",
        ),
        (
            "orgconn apply - --yes < /dev/zero",
            "cannot read standard input: it is larger than 8 MiB",
        ),
        (
            "orgconn delete - --yes < /dev/zero",
            "cannot read standard input: it is larger than 8 MiB",
        ),
        (
            "orgconn plan -f /dev/zero",
            "cannot read /dev/zero: it is a device or socket, not a regular file",
        ),
    ] {
        // Twice the limit, with what the program takes itself.
        let refused = world.script(&format!("ulimit -v 700000; {script}")).code(2);
        assert_eq!(refused.stderr, format!("error: {message}\n"));
    }
}

#[test]
fn a_file_that_is_too_large_is_refused_unread() {
    let world = World::sandbox();
    world.file("orgconn.yaml", "connections: []\n");
    world
        .run(["plan", "-f", "orgconn.yaml", "--out", "plan.json"])
        .code(0);
    world
        .run(["create", "Security Archive", "--type=logs"])
        .quiet_success();

    let state = world.home().join("xdg_state_home/orgconn");
    let (history, sandbox) = (state.join("history.jsonl"), state.join("sandbox.json"));
    for (path, mebibytes, arguments, message) in [
        (
            world.home().join("plan.json"),
            64,
            &["apply", "plan.json"][..],
            "cannot read plan.json: it is larger than 64 MiB",
        ),
        (
            history,
            256,
            &["history"],
            "the history could not be read: PATH is larger than 256 MiB; move it away, and a new one begins",
        ),
        (
            sandbox,
            64,
            &["list"],
            "cannot read PATH, where the sandbox keeps its state: it is larger than 64 MiB",
        ),
    ] {
        grow(&path, (mebibytes << 20) + 1);
        let refused = world.run(arguments);
        assert_ne!(refused.code, 0);
        let message = message.replace("PATH", &path.display().to_string());
        assert_eq!(refused.stderr, format!("error: {message}\n"));
    }
}

#[test]
fn a_configuration_that_is_too_large_is_refused_unread() {
    let world = World::bare();
    grow(&world.file("config.toml", ""), (1 << 20) + 1);
    let refused = world
        .run(["profile", "list", "--config=config.toml"])
        .code(2);
    assert_eq!(
        refused.stderr,
        "error: cannot read the configuration file config.toml: it is larger than 1 MiB\n"
    );
}

#[test]
fn a_history_that_is_full_takes_no_change() {
    let world = World::sandbox();
    let create = ["create", "Security Archive", "--type=logs"];
    world.run(create).quiet_success();
    let history = world.home().join("xdg_state_home/orgconn/history.jsonl");
    grow(&history, 256 << 20);
    let delete = [
        "delete",
        "--source=Observability Hub",
        "--destination=Security Archive",
        "--yes",
    ];
    let refused = world.run(delete).code(1);
    assert!(
        refused
            .stderr
            .contains("is larger than 256 MiB; move it away"),
        "{}",
        refused.stderr
    );
    fs::remove_file(history).unwrap();
    world.run(delete).code(0);
}

#[test]
fn of_very_many_mistakes_the_first_are_listed_and_the_others_counted() {
    let world = World::sandbox();
    let text = format!("connections: [{}]\n", vec!["1"; 120_000].join(","));
    world.file("orgconn.yaml", &text);
    let plan = ["plan", "-f", "orgconn.yaml"];
    let refused = world.run(plan).code(2);
    assert_eq!(
        refused.stderr,
        "\
error: orgconn.yaml:1:15: expected a connection with source, destination and types, found a number
error: orgconn.yaml:1:17: expected a connection with source, destination and types, found a number
error: orgconn.yaml:1:19: expected a connection with source, destination and types, found a number
error: orgconn.yaml:1:21: expected a connection with source, destination and types, found a number
error: orgconn.yaml:1:23: expected a connection with source, destination and types, found a number
error: 95 more of this kind; -o json lists them all
error: orgconn.yaml:1:215: 119900 more mistakes from here on; correct those above first
"
    );
    for format in ["json", "yaml", "github", "markdown"] {
        let refused = world.run([&plan[..], &["-o", format]].concat()).code(2);
        let length = refused.stdout.len();
        assert!(length < 40_000, "{format}: {length}");
        assert!(refused.stdout.contains("119900 more mistakes"), "{format}");
    }
}
