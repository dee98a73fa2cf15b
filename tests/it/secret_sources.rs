//! Commands and files that secrets come from, and that take their time.
#![cfg(unix)]

use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use crate::harness::Terminal;
use crate::harness::{API_KEY, Flaky, Profiles, Reply, Running, World, page};

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
    world.run(["list", "-q"]).quiet_success();
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
        (
            &["list", "-o", "csv"][..],
            "waiting for profile hub: command sh\n",
        ),
        (&["list", "-q"], ""),
    ] {
        let api = answering();
        let world = world(&api, VAULT);
        let running = Running::start(world.command(flags));
        match message {
            "" => sleep(Duration::from_millis(2500)),
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

#[test]
fn a_command_gets_no_other_keys() {
    let api = answering();
    let script = r#"command = ["sh", "-c", "{ env; cat /proc/$$/cmdline /proc/$PPID/cmdline; ulimit -Hc; } > seen; echo test-vault-token"]"#;
    let other = "[profiles.pay]\naccess_token = { env = \"PAY_TOKEN\" }\n";
    let variables = [
        ("DD_API_KEY", "test-dd-api-key"),
        ("DD_APPLICATION_KEY", "test-unknown-key"),
        ("DATADOG_APP_KEY", "test-datadog-app-key"),
        ("ORGCONN_ACCESS_TOKEN", "test-own-token"),
        ("PAY_TOKEN", "test-pay-token"),
    ];
    let world = variables
        .iter()
        .fold(world(&api, script), |world, (name, value)| {
            world.with(name, value)
        })
        .with("VAULT_ADDRESS", "vault.example");
    let path = world.home().join("xdg_config_home/orgconn/config.toml");
    let file = std::fs::read_to_string(&path).unwrap() + other;
    std::fs::write(path, file).unwrap();
    world.run(["list", "--profile=hub"]).code(0);
    let seen = std::fs::read_to_string(world.home().join("seen")).unwrap();
    assert!(seen.contains("VAULT_ADDRESS=vault.example\n"), "{seen}");
    for (name, value) in variables {
        assert!(!seen.contains(name) && !seen.contains(value), "{seen}");
    }
    // The last line is the maximum size of a core dump.
    assert!(seen.ends_with("\u{0}0\n"), "{seen:?}");
}

#[test]
fn messages_of_a_command_are_shown_without_control_characters_and_secrets() {
    let api = answering();
    let script = r#"command = ["sh", "-c", "printf '\\033[31munlocked\\r\\nfor TEST-VAULT-TOKEN\\n' >&2; echo test-vault-token"]"#;
    let messages = "\\u{1b}[31munlocked\nfor ***\n";
    for (flags, expected) in [
        (&["list"][..], format!("{messages}no connections\n")),
        (&["list", "-q"], messages.to_owned()),
    ] {
        let listed = world(&api, script).run(flags).code(0);
        assert_eq!(listed.stderr, expected);
    }
}

#[test]
fn messages_of_a_command_are_shown_while_it_waits() {
    let api = answering();
    let script = VAULT.replace("until", "printf 'touch the key: ' >&2; until");
    let world = world(&api, &script);
    let running = Running::start(world.command(["list"]));
    running.wait_for_message("touch the key: \n");
    world.file("unlocked", "");
    running.finish().code(0);
}

#[test]
fn messages_without_an_end_are_cut() {
    let script = r#"command = ["sh", "-c", "yes >&2"]"#;
    let refused = world(&answering(), script)
        .run(["list", "--timeout=1s"])
        .code(2);
    assert!(refused.stderr.len() < 70_000, "{}", refused.stderr.len());
}

/// A command that hangs, and has started a program that Ctrl-C at a terminal does not end.
const HANGING: &str =
    r#"command = ["sh", "-c", "sleep 300 & echo $! > starting; mv starting started; wait"]"#;

/// Waits until the hanging command has started its program, and returns the program's process id.
fn started(world: &World) -> String {
    let path = world.home().join("started");
    let begin = Instant::now();
    while !path.exists() {
        assert!(
            begin.elapsed() < Duration::from_secs(20),
            "it does not start"
        );
        sleep(Duration::from_millis(5));
    }
    std::fs::read_to_string(path).unwrap().trim().to_owned()
}

#[track_caller]
fn ends(process: &str) {
    let begin = Instant::now();
    let is_running = || {
        let state = Command::new("ps")
            .args(["-o", "stat=", "-p", process])
            .output()
            .unwrap();
        let state = String::from_utf8(state.stdout).unwrap();
        !state.trim().is_empty() && !state.starts_with('Z')
    };
    while is_running() {
        assert!(begin.elapsed() < Duration::from_secs(10), "it goes on");
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn both_missing_variables_of_a_profile_are_named_and_the_profile_once() {
    let profiles = Profiles::new("").at("one", "http://127.0.0.1:9", None, "ONE");
    let profiles = profiles.at("two", "http://127.0.0.1:9", None, "TWO");
    let world = profiles.world().with("TWO_API_KEY", API_KEY);
    let refused = world.run(["list", "--all-profiles"]).code(2);
    assert_eq!(
        refused.stderr,
        "error: cannot read the secret from profile one: environment variable ONE_API_KEY and environment variable \
         ONE_APP_KEY: neither is set\n\
         error: cannot read the secret from profile two: environment variable TWO_APP_KEY: it is not set\n"
    );
}

#[test]
fn a_command_that_hangs_ends_at_the_timeout_with_what_it_started() {
    let world = world(&answering(), HANGING);
    let refused = world.run(["list", "--timeout=1s"]).code(2);
    assert_eq!(
        refused.stderr,
        "error: cannot read the secret from profile hub: command sh: it took longer than 1s; allow more time with \
         --timeout\n"
    );
    ends(&started(&world));
}

#[test]
fn ctrl_c_ends_a_command_with_what_it_started() {
    for count in [1, 2] {
        let world = world(&answering(), HANGING);
        let running = Running::start(world.command(["list"]));
        let process = started(&world);
        (0..count).for_each(|_| running.interrupt());
        running.finish().code(130);
        ends(&process);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_at_a_terminal_ends_a_command_with_what_it_started() {
    for keys in ["\u{3}", "\u{3}\u{3}"] {
        let world = world(&answering(), HANGING);
        let mut terminal = Terminal::start(&world, 120, &["list"]);
        let process = started(&world);
        terminal.press(keys);
        let (code, screen) = terminal.end();
        assert_eq!(code, Some(130), "{screen}");
        ends(&process);
    }
}
