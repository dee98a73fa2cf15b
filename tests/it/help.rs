mod changing;
mod completions;
mod desired;
mod history;
mod looking;
mod program;

use std::collections::BTreeSet;

use snapbox::{assert_data_eq, str};

use crate::harness::World;

/// The help that these arguments show.
fn shown(arguments: &[&str]) -> String {
    World::bare().run(arguments).quiet_success()
}

/// The help of a command, without the global flags that every command's help ends with.
fn page(command: &str) -> String {
    let words: Vec<_> = command.split(' ').collect();
    let text = shown(&[&words[..], &["--help"]].concat());
    let (own, global) = text.split_once("Global options:\n").unwrap();
    let after = |title: &str| {
        let (_, text) = global.split_once(&format!("\n\n{title}"))?;
        Some(format!("{own}{title}{text}"))
    };
    let text = after("Examples:\n").or_else(|| after("Installation"));
    text.unwrap_or_else(|| own.to_owned())
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
    let (short, long) = (shown(&["-h"]), shown(&["--help"]));
    let topic = shown(&["help", "environment"]);
    let flags = variables(&long);
    assert!(flags.len() > 10, "{flags:?}");
    assert_eq!(variables(&short), BTreeSet::new());
    let secrets = ["ORGCONN_API_KEY", "ORGCONN_APP_KEY", "ORGCONN_ACCESS_TOKEN"];
    assert!(flags.is_disjoint(&BTreeSet::from(secrets)));
    let all = flags.iter().copied().chain(secrets).collect();
    assert_eq!(variables(&topic), all);
    for variable in flags {
        let setting = variable.strip_prefix("ORGCONN_").unwrap();
        let flag = format!("--{}", setting.to_lowercase().replace('_', "-"));
        assert!(short.contains(&flag) && long.contains(&flag), "{flag}");
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
fn the_exit_codes_are_told() {
    assert_data_eq!(
        shown(&["help", "exit-codes"]),
        str![[r#"
Exit codes of orgconn

    0  done, nothing to do, or as wanted
    1  any other failure
    2  usage, configuration, or input needed and not allowed to ask
    3  difference: `check` found something else, `plan --exit-code` something to do
    4  not authenticated or not permitted
    5  no such org or connection, or more than one
    6  conflict: it exists already, or differs
    7  temporary: network, timeout, 429 or 5xx after the retries
    8  part of several things done failed; the report says which
  130  interrupted; what was done and what was not is reported

"#]]
    );
}

#[test]
fn how_orgs_and_connections_are_named_is_told() {
    assert_data_eq!(
        shown(&["help", "selectors"]),
        str![[r#"
How orgs and connections are named

An org (ORG, DESTINATION) is
  its UUID                 83999dcd-7f97-11f0-8de1-1ecf66f1aa85
  its public id            abcdef12345
  its name                 "Observability Hub": exact first, then without regard to case
  a profile's org          profile:hub
To force one reading, put uuid:, public-id: or name: in front.
Two matches are an error that lists both. Names are asked of Datadog in every run that depends on them.

A connection (CONNECTION) is
  its id                   40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d
  the beginning of it      40bb: at least 4 characters that no other connection begins with
or no id, and --source and --destination that together match exactly one.
Where no profile is chosen, --source of create, update and delete chooses the profile that is for that org.
--from stands for --source, --to and --sink for --destination.

An entry of the history (ENTRY) is
  its id                   1m85atpakvq5d
  the beginning of it      1m85at: at least 4 characters that no other entry begins with

A type (TYPE) is logs, metrics or audit; several are repeated or comma-separated.

"#]]
    );
}

#[test]
fn the_environment_is_told() {
    assert_data_eq!(
        shown(&["help", "environment"]),
        str![[r#"
Environment variables in their order of precedence; a flag comes before all of them

  API key            ORGCONN_API_KEY, DD_API_KEY, DATADOG_API_KEY
  application key    ORGCONN_APP_KEY, DD_APP_KEY, DATADOG_APP_KEY
  access token       ORGCONN_ACCESS_TOKEN, DD_ACCESS_TOKEN, DD_BEARER_TOKEN, DATADOG_BEARER_TOKEN, in place of the
                     two keys
  site               ORGCONN_SITE, DD_SITE, DATADOG_SITE
  URL of the API     ORGCONN_API_URL, DD_HOST, DATADOG_HOST
Both keys come from one column: a DD_API_KEY is never used with a DATADOG_APP_KEY. A profile that is chosen supplies
the site and the credentials, and these variables are ignored then.

The other global flags have a variable each
  ORGCONN_PROFILE, ORGCONN_ALL_PROFILES, ORGCONN_TRUST_HOST, ORGCONN_OUTPUT, ORGCONN_COLUMNS, ORGCONN_TEMPLATE,
  ORGCONN_NO_HEADER, ORGCONN_YES, ORGCONN_NO_INPUT, ORGCONN_QUIET, ORGCONN_VERBOSE, ORGCONN_COLOR, ORGCONN_TIMEOUT,
  ORGCONN_MAX_RETRIES, ORGCONN_CONFIG, ORGCONN_SANDBOX
Any other name that begins with ORGCONN_ is refused: it is probably a misspelled setting.
A variable that is set but empty counts as not set.

Also honoured
  HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR, NO_COLOR, CLICOLOR_FORCE, TERM, COLUMNS,
  LC_ALL, LC_CTYPE, LANG, XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME

"#]]
    );
}

#[test]
fn the_version_is_that_of_the_package() {
    let version = concat!("orgconn ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(shown(&["--version"]), version);
    assert_eq!(shown(&["-V"]), version);
}

#[test]
fn no_command_shows_the_help_as_a_usage_error() {
    let refused = World::bare().run::<&str>([]).code(2);
    assert_eq!(refused.stdout, "");
    assert_eq!(refused.stderr, shown(&["-h"]));
}

#[test]
fn an_unknown_command_is_a_usage_error_that_names_the_nearest() {
    let refused = World::bare().run(["lst"]).code(2);
    assert_eq!(refused.stdout, "");
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: unrecognized subcommand 'lst'

  tip: some similar subcommands exist: 'ls', 'list'

Usage: orgconn [OPTIONS] <COMMAND>

For more information, try '--help'.

"#]]
    );
}

#[test]
fn an_unknown_flag_is_a_usage_error() {
    let refused = World::bare().run(["list", "--destinaton=A"]).code(2);
    assert_eq!(refused.stdout, "");
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: unexpected argument '--destinaton' found

  tip: a similar argument exists: '--destination'

Usage: orgconn list --destination <ORG>

For more information, try '--help'.

"#]]
    );
}

#[test]
fn help_on_something_that_is_not_there_names_the_topics() {
    let refused = World::bare().run(["help", "selektors"]).code(2);
    assert_eq!(refused.stdout, "");
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: no command and no topic `selektors`
hint: `orgconn help` lists the commands; the topics are exit-codes, selectors, environment

"#]]
    );
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

#[test]
#[cfg(unix)]
fn every_example_runs_against_the_sandbox() {
    let world = World::sandbox().with("ORGCONN_YES", "1");
    world.file(
        "orgconn.yaml",
        "connections:\n  - source: Retail EU\n    destination: Observability Hub\n    types: [logs, metrics]\n",
    );
    world.file("teams/retail.yaml", "connections: []\n");
    for command in [
        "list", "plan", "apply", "create", "check", "update", "undo", "delete", "export", "graph",
        "history",
    ] {
        let page = page(command);
        let (_, examples) = page.split_once("Examples:\n").unwrap();
        assert!(examples.lines().count() > 1, "{command}");
        for example in examples.lines() {
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
        assert_eq!(
            other.stderr,
            format!(
                "error: this command does not write the format {refused}; it writes {written}\n"
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
