//! `profile list`, `show`, `add` and `remove`.

use std::process::Stdio;

use serde_json::json;
use snapbox::{assert_data_eq, str};

use crate::harness::{World, finished};

const HUB: &str = "83999dcd-7f97-11f0-8de1-1ecf66f1aa85";
const FILE: &str = "xdg_config_home/orgconn/config.toml";

/// A configuration file with comments, which must not get lost.
const CONFIG: &str = r#"# The platform team looks after this file.
default_profile = "hub"

# The hub
[profiles.hub]
site = "datadoghq.eu"  # since 2020
org = "83999dcd-7f97-11f0-8de1-1ecf66f1aa85"
api_key = { env = "HUB_API_KEY" }
app_key = { command = ["op", "read", "test-secret-argument"] }

# Payments
[profiles.payments]
api_url = "http://127.0.0.1:9/dd"
access_token = { keyring = true }
"#;

fn world() -> World {
    let world = World::bare();
    world.file(FILE, CONFIG);
    world
}

fn config(world: &World) -> String {
    std::fs::read_to_string(world.home().join(FILE)).unwrap()
}

#[test]
fn a_mistake_of_the_file_is_named_with_its_place() {
    let world = World::bare();
    let file = world.file("bad.toml", "[profiles.x]\napi_kee = 1\nsitte = 2\n");
    let refused = world
        .run(["list", "--config", file.to_str().unwrap()])
        .code(2);
    assert_eq!(
        refused.stderr,
        format!(
            "error: {}:2:1: unknown key `api_kee`; did you mean `api_key`?\n",
            file.display()
        )
    );
}

#[test]
fn profiles_are_listed_with_the_sources_of_their_keys_in_words() {
    assert_data_eq!(
        world().run(["profile", "list"]).quiet_success(),
        str![[r#"
NAME      SITE                   ORG                                   CREDENTIALS                                      DEFAULT
hub       datadoghq.eu           83999dcd-7f97-11f0-8de1-1ecf66f1aa85  environment variable HUB_API_KEY and command op  yes
payments  http://127.0.0.1:9/dd  -                                     keychain entry payments/access-token             no

"#]]
    );
    let ids = world().run(["profile", "ls", "-o", "id"]).quiet_success();
    assert_eq!(ids, "hub\npayments\n");
}

#[test]
fn no_format_shows_more_of_a_command_than_the_program() {
    for format in ["table", "json", "jsonl", "yaml", "csv", "tsv", "id"] {
        let shown = world()
            .run(["profile", "list", "-o", format, "-vv"])
            .code(0);
        let all = shown.stdout + &shown.stderr;
        assert!(!all.contains("test-secret-argument"), "{format}: {all}");
    }
}

#[test]
fn one_profile_is_shown_as_a_record_like_the_others() {
    let shown = world()
        .run(["profile", "show", "hub", "-o", "json"])
        .code(0);
    assert_eq!(
        shown.json(),
        json!({"schema": "orgconn/v1", "errors": [], "items": [{
            "name": "hub",
            "site": "datadoghq.eu",
            "org": HUB,
            "credentials": {"api_key": "environment variable HUB_API_KEY", "app_key": "command op"},
            "default": true,
        }]})
    );
    let unknown = world().run(["profile", "show", "hubb"]).code(2);
    assert_data_eq!(
        unknown.stderr,
        str![[r#"
error: no profile `hubb`; did you mean `hub`?

"#]]
    );
}

#[test]
fn a_profile_is_added_with_sources_and_all_else_in_the_file_stays() {
    let world = world();
    world
        .run([
            "profile",
            "add",
            "retail",
            "--site=us3.datadoghq.com",
            "--org=4dee724d-00cc-11ea-a77b-570c9d03c6c5",
            "--api-key-file=/keys/retail-api",
            r#"--app-key-command=["op", "read", "op://vault/retail app"]"#,
        ])
        .quiet_success();
    let added = r#"
[profiles.retail]
site = "us3.datadoghq.com"
org = "4dee724d-00cc-11ea-a77b-570c9d03c6c5"
api_key = { file = "/keys/retail-api" }
app_key = { command = ["op", "read", "op://vault/retail app"] }
"#;
    assert_eq!(config(&world), format!("{CONFIG}{added}"));
}

#[test]
fn the_first_profile_makes_the_file_and_may_be_the_default_one() {
    let world = World::bare();
    world
        .run([
            "profile",
            "add",
            "hub",
            "--access-token-env=HUB_TOKEN",
            "--default",
        ])
        .quiet_success();
    let listed = world.run(["profile", "list", "--columns=name,default", "-otsv"]);
    assert_eq!(listed.quiet_success(), "name\tdefault\nhub\ttrue\n");
}

#[test]
fn a_list_without_profiles_says_how_to_get_one() {
    let listed = World::bare().run(["profile", "list", "-oid"]).code(0);
    assert_eq!(listed.stdout, "");
    assert_data_eq!(
        listed.stderr,
        str![[r#"
hint: `orgconn auth login` adds one with its keys, `orgconn profile add` one by hand

"#]]
    );
}

#[test]
fn a_profile_without_keys_says_how_it_gets_them() {
    let added = World::bare().run(["profile", "add", "hub"]).code(0);
    assert_eq!(
        added.stderr,
        "hint: the profile has no keys yet; run `orgconn auth login --profile hub`\n"
    );
}

#[test]
fn what_makes_no_profile_is_refused_and_nothing_is_written() {
    let world = world();
    for (arguments, reason) in [
        (&["hub"][..], "the profile `hub` already exists"),
        (&["x", "--site=datadoghq.ue"], "did you mean `datadoghq.eu`"),
        (
            &["x", "--api-url=https://api.example.com"],
            "--trust-host api.example.com",
        ),
        (&["x", "--api-key-env=A"], "required"),
        (
            &[
                "x",
                "--api-key-env=A",
                "--api-key-keyring",
                "--app-key-env=B",
            ],
            "cannot be used with",
        ),
        (
            &[
                "x",
                "--access-token-env=A",
                "--api-key-env=B",
                "--app-key-env=C",
            ],
            "cannot be used with",
        ),
        (
            &["x", "--access-token-command=cat k | head"],
            "only a shell understands",
        ),
        (
            &["x", "--access-token-env=0123456789abcdef0123456789abcdef"],
            "the name of an environment variable",
        ),
        (&["x", "--org=Hub"], "UUID"),
        (&["a,b"], "the name of a profile"),
    ] {
        let refused = world
            .run(["profile", "add"].iter().chain(arguments))
            .code(2);
        assert!(
            refused.stderr.contains(reason),
            "{arguments:?}: {}",
            refused.stderr
        );
        assert!(!refused.stderr.contains("0123456789"), "{}", refused.stderr);
        assert_eq!(config(&world), CONFIG);
    }
}

#[test]
fn a_profile_is_removed_with_its_comment_and_only_when_that_is_agreed() {
    let world = world();
    let refused = world.run(["profile", "remove", "payments"]).code(2);
    assert!(refused.stderr.contains("--yes"), "{}", refused.stderr);
    assert_eq!(config(&world), CONFIG);
    let removed = world.run(["profile", "rm", "hub", "--yes"]).code(0);
    assert_data_eq!(
        removed.stderr,
        str![[r#"
removed the profile `hub`
hint: it was the default profile, and there is none now
the environment variable HUB_API_KEY is left as it is
the command op is left as it is

"#]]
    );
    assert_eq!(
        config(&world),
        "# The platform team looks after this file.\n\n# Payments\n[profiles.payments]\n\
         api_url = \"http://127.0.0.1:9/dd\"\naccess_token = { keyring = true }\n"
    );
    let unknown = world.run(["profile", "remove", "hub", "--yes"]).code(2);
    assert!(
        unknown.stderr.contains("no profile `hub`"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn the_sandbox_shows_its_samples_and_lets_nobody_change_them() {
    let world = World::sandbox();
    world.file(FILE, CONFIG);
    let listed = world.run(["profile", "list", "-o", "id"]).quiet_success();
    assert!(listed.starts_with("hub\nretail-us\n"), "{listed}");
    let shown = world
        .run(["profile", "show", "auditor", "-o", "json"])
        .code(0);
    assert_eq!(shown.json()["items"][0]["org"], HUB);
    assert!(
        !shown.stdout.contains("sandbox-api-key"),
        "{}",
        shown.stdout
    );
    for arguments in [
        &["profile", "add", "x"][..],
        &["profile", "remove", "hub", "--yes"],
    ] {
        let refused = world.run(arguments).code(2);
        assert!(
            refused.stderr.contains("the sandbox's profiles are fixed"),
            "{}",
            refused.stderr
        );
    }
    assert_eq!(config(&world), CONFIG);
}

#[test]
fn profiles_that_are_added_at_once_are_all_there() {
    let world = World::bare();
    let names: Vec<_> = (0..24).map(|number| format!("p{number:02}")).collect();
    let running: Vec<_> = names
        .iter()
        .map(|name| {
            let mut command = world.command(["profile", "add", name, "-oid"]);
            let streams = command.stdout(Stdio::piped()).stderr(Stdio::piped());
            (name, streams.spawn().unwrap())
        })
        .collect();
    for (name, child) in running {
        let added = finished(child.wait_with_output().unwrap()).code(0);
        assert_eq!(added.stdout, format!("{name}\n"));
    }
    let listed = world.run(["profile", "list", "--sort=name", "-oid"]);
    let listed = listed.quiet_success();
    assert_eq!(listed.lines().collect::<Vec<_>>(), names);
}
