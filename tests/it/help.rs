mod pages;

use std::collections::BTreeSet;

use crate::harness::World;

/// The help that these arguments show.
fn shown(arguments: &[&str]) -> String {
    World::bare().run(arguments).quiet_success()
}

/// The names of all commands, found by their help: the program itself, which is the empty name, and the commands, each
/// with its subcommands behind it.
pub(crate) fn commands() -> Vec<String> {
    let program = shown(&["-h"]);
    let mut commands = vec![String::new()];
    for group in section(&program, "Commands:") {
        let (_, names) = group.trim().split_once("  ").unwrap();
        for name in names.trim().split(", ") {
            let page = shown(&[name, "-h"]);
            commands.push(name.to_owned());
            let subcommands = section(&page, "Commands:").into_iter();
            let words = subcommands.filter_map(|line| line.split_whitespace().next());
            commands.extend(words.map(|word| format!("{name} {word}")));
        }
    }
    assert!(commands.len() > 20, "{commands:?}");
    commands
}

/// The lines of a help page below this title.
fn section<'a>(page: &'a str, title: &str) -> Vec<&'a str> {
    let lines = page.lines().skip_while(|line| *line != title).skip(1);
    lines.take_while(|line| !line.is_empty()).collect()
}

#[test]
fn help_is_the_same_as_the_long_flag() {
    assert_eq!(shown(&["help"]), shown(&["--help"]));
    assert_eq!(shown(&["help", "list"]), shown(&["list", "--help"]));
    assert_eq!(
        shown(&["help", "sandbox", "serve"]),
        shown(&["sandbox", "serve", "--help"])
    );
    assert_eq!(shown(&["help", "rm"]), shown(&["rm", "--help"]));
}

/// The variables of the program that a text names, each once.
fn variables(text: &str) -> BTreeSet<&str> {
    let words = text.split(|letter: char| letter != '_' && !letter.is_ascii_uppercase());
    words
        .filter(|word| word.starts_with("ORGCONN_") && *word != "ORGCONN_")
        .collect()
}

#[test]
fn every_setting_stands_in_the_long_help_and_in_the_environment_topic() {
    let (long, topic) = (shown(&["--help"]), shown(&["help", "environment"]));
    let flags = variables(&long);
    assert!(flags.len() > 10, "{flags:?}");
    let secrets = ["ORGCONN_API_KEY", "ORGCONN_APP_KEY", "ORGCONN_ACCESS_TOKEN"];
    assert!(flags.is_disjoint(&BTreeSet::from(secrets)));
    let all = flags.iter().copied().chain(secrets).collect();
    assert_eq!(variables(&topic), all);
    for variable in flags {
        let setting = variable.strip_prefix("ORGCONN_").unwrap();
        let flag = format!("--{}", setting.to_lowercase().replace('_', "-"));
        assert!(long.contains(&flag), "{flag}");
        assert!(shown(&["list", "--help"]).contains(&flag), "{flag}");
    }
}

#[test]
fn every_setting_of_the_environment_topic_is_known_and_no_other() {
    let topic = shown(&["help", "environment"]);
    for variable in variables(&topic) {
        let world = World::bare().with(variable, "");
        let listed = world.run(["profile", "list"]);
        assert!(!listed.stderr.contains("unknown"), "{}", listed.stderr);
    }
    let refused = World::bare().with("ORGCONN_SANDBOXES", "1");
    let refused = refused.run(["profile", "list"]).code(2);
    assert!(refused.stderr.contains("ORGCONN_SANDBOXES"));
}

#[test]
fn the_version_is_that_of_the_package() {
    let version = concat!("orgconn ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(shown(&["--version"]), version);
    assert_eq!(shown(&["-V"]), version);
    assert_eq!(shown(&["version"]), version);
}

#[test]
fn no_command_shows_the_help_as_a_usage_error() {
    let refused = World::bare().run::<&str>([]).code(2);
    assert_eq!(refused.stdout, "");
    assert_eq!(refused.stderr, shown(&["-h"]));
}

#[test]
fn help_and_version_need_no_home_and_no_credentials() {
    for arguments in [["help", "list"], ["list", "--help"], ["--version", "-q"]] {
        let world = World::bare();
        let mut command = world.command(arguments);
        let output = command.env_clear().output().unwrap();
        assert!(output.status.success(), "{arguments:?}");
    }
}

/// Commands whose examples cannot run in a sandbox: its profiles and keys are fixed, the server does not end, and no web
/// page belongs to it.
const NOT_IN_A_SANDBOX: [&str; 6] = [
    "auth login",
    "auth logout",
    "open",
    "profile add",
    "profile remove",
    "sandbox serve",
];

#[test]
#[cfg(unix)]
fn every_example_runs_against_the_sandbox() {
    for command in commands() {
        if NOT_IN_A_SANDBOX.contains(&&*command) {
            continue;
        }
        let world = World::sandbox().with("ORGCONN_YES", "1");
        world.file(
            "orgconn.yaml",
            "connections:\n  - source: Retail EU\n    destination: Observability Hub\n    types: [logs, metrics]\n",
        );
        world.file("teams/retail.yaml", "connections: []\n");
        if !["", "create"].contains(&&*command) {
            world.script("orgconn create 'Security Archive' --type logs");
        }
        let words: Vec<_> = command.split_whitespace().chain(["-h"]).collect();
        let page = shown(&words);
        let examples = section(&page, "Examples:");
        assert!(
            !examples.is_empty() || page.contains("\nCommands:\n"),
            "{page}"
        );
        for example in examples {
            world
                .script(&format!("set -euo pipefail\n{example}"))
                .code(0);
        }
    }
}

#[test]
fn the_help_and_the_errors_list_the_formats_that_a_command_writes() {
    let listing = "table, wide, json, jsonl, yaml, csv, tsv, id";
    let check = format!("{listing}, github");
    for (command, listed, refused) in [
        ("graph", "tree, matrix, mermaid, dot, svg, json", "csv"),
        ("export", "yaml, terraform", "json"),
        ("check --destination=Hub --type=logs", &check, "svg"),
        (
            "plan -f x.yaml",
            &format!("{listing}, github, markdown"),
            "svg",
        ),
        ("audit", &format!("{listing}, github, markdown"), "svg"),
        ("list", listing, "terraform"),
        ("auth status", listing, "github"),
        ("profile list", listing, "tree"),
    ] {
        let words = |more: &[&'static str]| [command.split(' ').collect(), more.to_vec()].concat();
        let help = World::bare().run(words(&["-h"])).quiet_success();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            help.contains(&format!("[possible values: {listed}]")),
            "{help}"
        );
        let unknown = World::bare().run(words(&["-o=nonsense"])).code(2);
        let expected = format!("[possible values: {listed}]");
        assert!(unknown.stderr.contains(&expected), "{}", unknown.stderr);
        let other = World::sandbox().run(words(&["-o", refused])).code(2);
        // `check` writes annotations for a file only.
        let written = match command.starts_with("check") {
            true => listing,
            false => listed,
        };
        let written = written.replace(", ", "\n  ");
        assert_eq!(
            other.stderr,
            format!(
                "error: this command does not write the format {refused}; it writes:\n  {written}\n"
            )
        );
    }
}

#[test]
fn a_command_that_writes_no_data_has_no_format_in_its_help() {
    for command in ["schema", "completions", "sandbox path"] {
        let words = command.split(' ').chain(["-h"]);
        let help = World::bare().run(words).quiet_success();
        assert!(!help.contains("--output"), "{help}");
    }
}
