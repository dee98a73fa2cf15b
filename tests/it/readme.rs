//! Runs the examples of the README in one sandbox, from top to bottom.

use crate::harness::{SandboxServer, World};

const README: &str = include_str!("../../README.md");

/// The fenced blocks of this language, in their order.
fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}");
    let mut blocks = Vec::new();
    let mut lines = README.lines();
    while let Some(line) = lines.next() {
        if line == fence {
            let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push(block.join("\n"));
        }
    }
    blocks
}

#[test]
fn every_script_runs() {
    let world = World::sandbox();
    let desired = blocks("yaml");
    let desired = desired.iter().find(|file| file.contains("connections:"));
    world.file("orgconn.yaml", desired.unwrap());
    let scripts = blocks("sh");
    let scripts: Vec<_> = scripts
        .iter()
        .filter(|script| !script.starts_with("cargo "))
        .collect();
    assert!(!scripts.is_empty());
    for script in scripts {
        world
            .script(&format!("set -euo pipefail\n{script}"))
            .code(0);
    }
}

#[test]
fn the_way_to_the_first_real_profile_can_be_walked() {
    let server = SandboxServer::new();
    let world = World::bare()
        .with("ORGCONN_API_URL", &server.url)
        .with("HUB_API_KEY", "sandbox-api-key-hub")
        .with("HUB_APP_KEY", "sandbox-app-key-hub");
    let scripts = blocks("bash");
    assert_eq!(scripts.len(), 1);
    let walked = world
        .script(&format!("set -euo pipefail\n{}", scripts[0]))
        .code(0);
    assert!(walked.stdout.contains("Retail US"), "{}", walked.stdout);
    let profiles = world.run(["profile", "list", "--columns=name,default", "-otsv"]);
    assert_eq!(profiles.quiet_success(), "name\tdefault\nhub\ttrue\n");
}

#[test]
fn the_workflow_of_the_ci_recipe_runs_a_command_that_there_is() {
    let recipe = blocks("yaml")
        .into_iter()
        .find(|block| block.contains("- run: "));
    let recipe = recipe.unwrap();
    let (_, command) = recipe.split_once("- run: ").unwrap();
    let command = command.lines().next().unwrap();
    let world = World::sandbox();
    let desired = blocks("yaml")
        .into_iter()
        .find(|file| file.contains("connections:"));
    world.file("orgconn.yaml", &desired.unwrap());
    let found = world.script(command).code(3);
    assert!(
        found.stdout.contains("::error file=orgconn.yaml,line="),
        "{}",
        found.stdout
    );
}

#[test]
fn every_shown_output_is_what_the_program_prints() {
    let world = World::bare();
    let mut shown = 0;
    for block in blocks("console") {
        for exchange in block.split("$ ").filter(|exchange| !exchange.is_empty()) {
            let (command, expected) = exchange.split_once('\n').unwrap_or((exchange, ""));
            let printed = world.script(command).quiet_success();
            assert_eq!(printed.trim_end(), expected.trim_end(), "{command}");
            shown += 1;
        }
    }
    assert!(shown > 0);
}

#[test]
fn the_two_commands_of_the_first_minute_are_the_first_ones() {
    let scripts = blocks("sh");
    assert_eq!(scripts[0], "cargo run -- --sandbox list");
    assert_eq!(scripts[1], "cargo test");
}
