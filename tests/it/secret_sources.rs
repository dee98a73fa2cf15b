//! Commands and files that secrets come from, and that take their time.
#![cfg(unix)]

use std::process::Command;

use crate::harness::{Flaky, Reply, Running, World, page};

fn answering() -> Flaky {
    Flaky::always(|| Reply::json(&page(&[], 0)))
}

/// A world whose only profile has an access token from this source.
fn world(api: &Flaky, source: &str) -> World {
    let world = World::bare();
    let file = format!(
        "default_profile = \"hub\"\n[profiles.hub]\napi_url = \"{}\"\naccess_token = {{ {source} }}\n",
        api.url()
    );
    world.file("xdg_config_home/orgconn/config.toml", &file);
    world
}

/// A command that prints a token once there is a file `unlocked` in the home directory.
const VAULT: &str = r#"command = ["sh", "-c", "until [ -e unlocked ]; do sleep 0.02; done; echo test-vault-token"]"#;

#[test]
fn the_end_of_a_command_ends_the_reading_though_its_agent_keeps_the_pipe() {
    let api = answering();
    let script =
        r#"command = ["sh", "-c", "sleep 60 2> errors & echo $! > agent; echo test-agent-token"]"#;
    let world = world(&api, script);
    world.run(["list"]).quiet_success();
    assert!(api.requests()[0].contains("authorization: Bearer test-agent-token\r\n"));
    let agent = std::fs::read_to_string(world.home().join("agent")).unwrap();
    let mut kill = Command::new("kill");
    assert!(
        kill.arg(agent.trim()).status().unwrap().success(),
        "it has ended"
    );
}

#[test]
fn a_command_that_takes_its_time_is_told_and_waited_for() {
    for (flags, message) in [
        (&["list"][..], "waiting for profile hub: command sh\n"),
        (&["list", "-q"], ""),
    ] {
        let api = answering();
        let world = world(&api, VAULT);
        let running = Running::start(world.command(flags));
        match message {
            "" => std::thread::sleep(std::time::Duration::from_millis(2500)),
            message => running.wait_for_message(message),
        }
        world.file("unlocked", "");
        assert_eq!(running.finish().code(0).stderr, message);
        assert!(api.requests()[0].contains("authorization: Bearer test-vault-token\r\n"));
    }
}

#[test]
fn ctrl_c_ends_the_wait_for_a_secret() {
    let api = answering();
    let world = world(&api, VAULT);
    let running = Running::start(world.command(["list"]));
    let waiting = "waiting for profile hub: command sh\n";
    running.wait_for_message(waiting);
    running.interrupt();
    let finished = running.finish().code(130);
    assert_eq!(
        finished.stderr,
        format!(
            "{waiting}interrupted: waiting for requests in flight; Ctrl-C again stops at once\n\
             error: interrupted while the credentials were read\n"
        )
    );
    assert_eq!(api.calls().len(), 0);
}
