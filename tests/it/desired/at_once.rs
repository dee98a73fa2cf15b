//! Several runs of one file at the same time.

use std::process::Stdio;

use crate::harness::{World, finished};
use crate::server::apply_input::ApplyInput;
use crate::server::{Server, ServerOptions};

#[test]
fn four_applies_of_one_file_at_once_all_succeed_and_reach_its_state() {
    const ORGS: u32 = 6;
    let server = Server::start(
        ServerOptions {
            sources: ORGS,
            latency: std::time::Duration::from_millis(10),
            ..ServerOptions::default()
        },
        None,
    );
    let input = ApplyInput::new(ORGS, &server.url);
    let world = input
        .keys
        .iter()
        .fold(World::bare(), |world, (name, key)| world.with(name, key));
    world.file("orgconn.yaml", &input.desired);
    world.file("xdg_config_home/orgconn/config.toml", &input.config);
    let apply = [
        "apply",
        "-f",
        "orgconn.yaml",
        "--all-profiles",
        "--prune",
        "-y",
    ];
    let runs = [0, 1, 2, 3].map(|_| {
        let mut command = world.command(apply);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    });
    for run in runs {
        finished(run.wait_with_output().unwrap()).code(0);
    }
    let check = ["check", "-f", "orgconn.yaml", "--all-profiles", "--exact"];
    world.run(check).code(0);
}
