//! A day with the file of a whole account: a hub and forty source orgs.

use crate::harness::World;
use crate::server::apply_input::ApplyInput;
use crate::server::{Server, ServerOptions};

const ORGS: u32 = 40;

#[test]
fn a_connection_that_is_taken_out_of_the_file_goes_and_comes_back_with_undo() {
    let options = ServerOptions {
        sources: ORGS,
        ..ServerOptions::default()
    };
    let server = Server::start(options, None);
    let input = ApplyInput::new(ORGS, &server.url);
    let keys = input.keys.iter();
    let world = keys.fold(World::bare(), |world, (name, key)| world.with(name, key));
    world.file("xdg_config_home/orgconn/config.toml", &input.config);
    let exported = world
        .run(["export", "--all-profiles", "--ids"])
        .quiet_success();
    world.file("live.yaml", &exported);
    assert_eq!(exported.matches("- source: ").count(), ORGS as usize);
    world.run(["check", "-f", "live.yaml", "--exact"]).code(0);

    let lines: Vec<_> = exported.lines().collect();
    let (taken_out, kept) = (
        lines[2 + 1..2 + 4].join("\n"),
        [&lines[..3], &lines[6..]].concat(),
    );
    assert!(taken_out.contains("# Source 000000"), "{taken_out}");
    world.file("orgconn.yaml", &kept.join("\n"));
    let check = ["check", "-f", "orgconn.yaml", "--exact"];
    world.run(check).code(3);
    let plan = [
        "plan",
        "-f",
        "orgconn.yaml",
        "--prune",
        "--out",
        "plan.json",
    ];
    assert_eq!(
        world.run(plan).code(0).stderr,
        format!(
            "0 to create, 0 to update, 1 to delete, {} unchanged\n",
            ORGS - 1
        )
    );
    let _ = server.take_traffic();
    world.run(["apply", "plan.json", "-y"]).code(0);
    // A saved plan takes the profile of its one source only: the orgs once, the connections twice, and the delete.
    assert_eq!(server.take_traffic().requests, 4);
    world.run(check).code(0);
    let history = world.run(["history", "-ojsonl"]).code(0);
    assert_eq!(history.stdout.lines().count(), 1);
    world.run(["undo", "-y"]).code(0);
    world.run(["check", "-f", "live.yaml", "--exact"]).code(0);
}
