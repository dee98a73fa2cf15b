//! Processes that write the same files at once, or are killed meanwhile.

use std::time::Duration;

use crate::harness::{Running, World};

#[test]
fn processes_that_make_the_same_new_files_at_once_lose_nothing() {
    let world = World::bare();
    let script = "for n in 1 2 3 4 5 6 7 8; do orgconn profile add p$n & done; wait";
    world.script(script).code(0);
    let list = ["profile", "list", "--columns=name", "--no-header"];
    let listed = world.run(list).quiet_success();
    assert_eq!(listed.lines().count(), 8, "{listed}");

    let world = World::sandbox();
    let script = "for org in 'Security Archive' Logistics Platform; do \
                  orgconn create \"$org\" --type audit --if-not-exists -q & done; wait";
    world.script(script).code(0);
    let history = world.run(["history", "-o", "id"]).quiet_success();
    assert_eq!(history.lines().count(), 3, "{history}");
}

#[test]
fn a_configuration_whose_writer_is_killed_is_the_old_or_the_new_one() {
    let world = World::bare();
    world.run(["profile", "add", "first"]).code(0);
    for number in 0..12 {
        let name = format!("p{number}");
        let running = Running::start(world.command(["profile", "add", &name]));
        std::thread::sleep(Duration::from_millis(number));
        running.signal("KILL");
        drop(running);
        let listed = world
            .run(["profile", "list", "-o", "jsonl"])
            .quiet_success();
        assert!(listed.contains("first"), "{listed}");
    }
}
