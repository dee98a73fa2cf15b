mod refusals;
#[cfg(unix)]
mod serve;
#[cfg(unix)]
mod served;

use std::process::Stdio;

use serde_json::json;
use snapbox::{assert_data_eq, str};

use crate::harness::{Api, Flaky, Reply, World, connection, finished, uuid};

#[test]
fn a_reset_forgets_the_changes_in_the_sandbox_alone() {
    let create = ["create", "Security Archive", "--type=logs", "-oid"];
    let api = Flaky::new([Reply::json(
        &json!({"data": connection(50, 1, 2, &["logs"])}),
    )]);
    let world = api.world();
    world.run(["create", &uuid(2), "--type=logs"]).code(0);
    let in_sandbox = |words: &[&str]| world.run([&["--sandbox"], words].concat());
    in_sandbox(&create).code(0);
    in_sandbox(&["sandbox", "reset"]).code(0);
    assert_eq!(in_sandbox(&["history", "-oid"]).quiet_success(), "");
    assert_eq!(
        world
            .run(["history", "-oid"])
            .quiet_success()
            .lines()
            .count(),
        1
    );
    in_sandbox(&create).code(0);
    in_sandbox(&["undo", "--yes"]).code(0);
}

#[test]
fn the_sandbox_works_without_an_account() {
    let listed = World::bare()
        .run([
            "--sandbox",
            "list",
            "--columns=source,destination,types",
            "--source=Platform",
        ])
        .quiet_success();
    assert_data_eq!(
        listed,
        str![[r#"
SOURCE    DESTINATION        TYPES
Platform  Observability Hub  logs,metrics,audit

"#]]
    );
}

#[test]
fn its_state_lasts_between_calls_until_it_is_reset() {
    let world = World::sandbox();
    let ids = || world.run(["list", "-o", "id"]).quiet_success();
    let before = ids();
    let made = world
        .run(["create", "Security Archive", "--type=logs", "-o", "id"])
        .quiet_success();
    assert_eq!(ids(), format!("{before}{made}"));
    let reset = world.run(["sandbox", "reset"]).code(0);
    assert_eq!(
        (reset.stdout.as_str(), reset.stderr.as_str()),
        ("", "the sandbox has its samples again\n")
    );
    assert_eq!(ids(), before);
    assert_eq!(world.run(["sandbox", "reset", "-q"]).quiet_success(), "");
}

#[test]
fn its_path_is_the_file_that_holds_the_state() {
    let world = World::sandbox();
    let path = world.run(["sandbox", "path"]).quiet_success();
    let path = std::path::Path::new(path.trim_end()).to_owned();
    assert!(path.starts_with(world.home()) && !path.exists(), "{path:?}");
    world.run(["list"]).code(0);
    assert!(path.is_file(), "{path:?}");
}

#[test]
fn a_state_that_cannot_be_read_is_told_and_can_be_reset() {
    let world = World::sandbox();
    let path = world.run(["sandbox", "path"]).quiet_success();
    std::fs::create_dir_all(std::path::Path::new(path.trim_end()).parent().unwrap()).unwrap();
    std::fs::write(path.trim_end(), "{").unwrap();
    let refused = world.run(["list"]).code(1);
    assert!(
        refused.stderr.contains("orgconn sandbox reset"),
        "{}",
        refused.stderr
    );
    world.run(["sandbox", "reset"]).code(0);
    world.run(["list"]).code(0);
}

#[test]
fn of_two_processes_that_create_the_same_pair_one_creates_and_one_meets_a_conflict() {
    let world = World::sandbox();
    let start = || {
        let mut command = world.command(["create", "Security Archive", "--type=logs", "-o=id"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let ended = [start(), start()].map(|child| finished(child.wait_with_output().unwrap()));
    let mut codes = ended.each_ref().map(|one| one.code);
    codes.sort_unstable();
    assert_eq!(codes, [0, 6], "{} {}", ended[0].stderr, ended[1].stderr);
    let live = world
        .run(["list", "--to=Security Archive", "-o", "id"])
        .quiet_success();
    assert_eq!(live, ended.map(|one| one.stdout).concat());
}

#[test]
fn the_environments_own_server_and_keys_are_left_alone() {
    let api = Api::new();
    let world = World::sandbox()
        .with("ORGCONN_API_URL", &api.url())
        .with("DATADOG_HOST", &api.url())
        .with("HTTP_PROXY", &api.url())
        .with("ORGCONN_API_KEY", "test-api-key")
        .with("ORGCONN_APP_KEY", "test-app-key")
        .with("DD_ACCESS_TOKEN", "test-token");
    let listed = world.run(["list", "-o", "json"]).code(0);
    assert_eq!(listed.json()["items"][0]["profiles"], json!(["hub"]));
    world
        .run(["create", "Security Archive", "--type=logs"])
        .code(0);
}

#[test]
fn a_server_of_its_own_is_not_given_another() {
    for flag in ["--site=datadoghq.eu", "--api-url=http://127.0.0.1:9"] {
        let refused = World::sandbox().run(["list", flag]).code(2);
        assert!(
            refused.stderr.contains("cannot be used with the sandbox"),
            "{}",
            refused.stderr
        );
    }
}
