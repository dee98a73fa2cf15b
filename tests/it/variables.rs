//! Environment variables of the flags: what they say is said as theirs, and a flag comes before them.

use serde_json::json;
use snapbox::{assert_data_eq, str};

use crate::harness::World;

/// Every variable of the program, and every one of Datadog's tools that it reads.
const VARIABLES: [&str; 34] = [
    "ORGCONN_PROFILE",
    "ORGCONN_ALL_PROFILES",
    "ORGCONN_SITE",
    "ORGCONN_API_URL",
    "ORGCONN_TRUST_HOST",
    "ORGCONN_OUTPUT",
    "ORGCONN_COLUMNS",
    "ORGCONN_TEMPLATE",
    "ORGCONN_NO_HEADER",
    "ORGCONN_RAW",
    "ORGCONN_YES",
    "ORGCONN_NO_INPUT",
    "ORGCONN_NO_HISTORY",
    "ORGCONN_QUIET",
    "ORGCONN_VERBOSE",
    "ORGCONN_COLOR",
    "ORGCONN_TIMEOUT",
    "ORGCONN_MAX_RETRIES",
    "ORGCONN_SANDBOX",
    "ORGCONN_CONFIG",
    "ORGCONN_API_KEY",
    "ORGCONN_APP_KEY",
    "ORGCONN_ACCESS_TOKEN",
    "DD_SITE",
    "DD_HOST",
    "DD_API_KEY",
    "DD_APP_KEY",
    "DD_ACCESS_TOKEN",
    "DD_BEARER_TOKEN",
    "DATADOG_SITE",
    "DATADOG_HOST",
    "DATADOG_API_KEY",
    "DATADOG_APP_KEY",
    "DATADOG_BEARER_TOKEN",
];

/// The command that every test here runs, on the sandbox.
const GET: [&str; 3] = ["get", "40bb", "--sandbox"];

/// The error of a command that refuses the value of a variable.
fn refusal(name: &str, value: &str) -> String {
    let refused = World::bare().with(name, value).run(GET).code(2);
    assert_eq!(refused.stdout, "");
    refused.stderr
}

#[test]
fn an_invalid_value_is_an_error_of_the_variable_that_says_what_is_allowed() {
    let errors = [
        ("ORGCONN_TIMEOUT", "zz"),
        ("ORGCONN_COLOR", "blue"),
        ("ORGCONN_OUTPUT", "jsn"),
        ("ORGCONN_MAX_RETRIES", "-1"),
        ("ORGCONN_VERBOSE", "yes"),
        ("ORGCONN_YES", "maybe"),
        ("ORGCONN_ALL_PROFILES", "maybe"),
        ("ORGCONN_TEMPLATE", "{id"),
    ]
    .map(|(name, value)| refusal(name, value));
    assert_data_eq!(
        errors.concat(),
        str![[r#"
error: ORGCONN_TIMEOUT in the environment is `zz`: give a length of time above zero, such as 30s, 500ms or 2m
error: ORGCONN_COLOR in the environment is `blue`: give one of auto, always, never
error: ORGCONN_OUTPUT in the environment is `jsn`: give one of table, wide, json, jsonl, yaml, csv, tsv, id
error: ORGCONN_MAX_RETRIES in the environment is `-1`: give a whole number
error: ORGCONN_VERBOSE in the environment is `yes`: give a whole number
error: ORGCONN_YES in the environment is `maybe`: give true, yes, on or 1, or else false, no, off or 0
error: ORGCONN_ALL_PROFILES in the environment is `maybe`: give true, yes, on or 1, or else false, no, off or 0
error: ORGCONN_TEMPLATE in the environment is `{id`: cannot read it from `{id` on; a column is written as {source}, a brace as {{ or }}, a line break as /n, a tab as /t, a backslash as //

"#]]
    );
}

#[test]
fn a_name_that_is_not_there_is_an_error_of_the_variable() {
    let errors = [
        ("ORGCONN_COLUMNS", "sorce"),
        ("ORGCONN_TEMPLATE", "{sorce}"),
        ("ORGCONN_PROFILE", "hbu"),
    ]
    .map(|(name, value)| refusal(name, value));
    assert_data_eq!(
        errors.concat(),
        str![[r#"
error: no column `sorce` for ORGCONN_COLUMNS; did you mean `source`?
error: no column `sorce` for ORGCONN_TEMPLATE; did you mean `source`?
error: ORGCONN_PROFILE: in the sandbox: no profile `hbu`; did you mean `hub`?

"#]]
    );
    for (name, value, problem) in [
        ("ORGCONN_PROFILE", "hbu", "no profile `hbu`; there are none"),
        (
            "ORGCONN_CONFIG",
            "/none",
            "there is no configuration file /none",
        ),
    ] {
        let refused = World::bare().with(name, value).run(["list"]).code(2);
        assert_eq!(refused.stderr, format!("error: {name}: {problem}\n"));
    }
}

#[test]
fn an_invalid_value_is_data_in_the_format_that_a_variable_asks_for() {
    let world = World::bare()
        .with("ORGCONN_OUTPUT", "json")
        .with("ORGCONN_TIMEOUT", "0");
    let refused = world.run(GET).code(2).json();
    let message = "ORGCONN_TIMEOUT in the environment is `0`: give a length of time above zero, such as 30s, 500ms or 2m";
    assert_eq!(refused["errors"][0]["message"], json!(message));
}

#[test]
fn a_flag_comes_before_its_variable_which_may_hold_anything_then() {
    let world = World::bare()
        .with("ORGCONN_TIMEOUT", "zz")
        .with("ORGCONN_MAX_RETRIES", "zz")
        .with("ORGCONN_COLOR", "zz")
        .with("ORGCONN_OUTPUT", "zz");
    let flags = [
        "--timeout=5s",
        "--max-retries=1",
        "--color=never",
        "-o",
        "tsv",
    ];
    let shown = world.run([&GET[..], &flags].concat()).quiet_success();
    assert!(shown.starts_with("id\tsource\t"), "{shown}");
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let usual = World::bare().run(GET).quiet_success();
    let empty = VARIABLES
        .iter()
        .fold(World::bare(), |world, name| world.with(name, ""));
    assert_eq!(empty.run(GET).quiet_success(), usual);
}

#[test]
fn a_usage_line_shows_no_flag_that_nobody_wrote() {
    let refused = World::sandbox()
        .with("ORGCONN_TIMEOUT", "5s")
        .run(["profile", "add"])
        .code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: the following required arguments were not provided:
  <NAME>

Usage: orgconn profile add <NAME>

For more information, try '--help'.

"#]]
    );
}

#[test]
fn a_variable_is_no_argument_so_that_the_program_alone_shows_its_help() {
    let alone = World::sandbox().run([""; 0]).code(2);
    assert_eq!(
        alone.stderr,
        World::bare().run(["-h"]).quiet_success(),
        "{}",
        alone.stdout
    );
}

#[test]
fn a_template_on_the_command_line_takes_the_place_of_exported_formats_and_columns() {
    let template = ["--template", "{source}"];
    for (name, value) in [("ORGCONN_OUTPUT", "json"), ("ORGCONN_COLUMNS", "id")] {
        let world = World::bare().with(name, value);
        let shown = world.run([&GET[..], &template].concat()).quiet_success();
        assert_eq!(shown, "Retail US\n", "{name}");
    }
}

#[test]
fn a_format_or_columns_on_the_command_line_take_the_place_of_an_exported_template() {
    let world = World::bare().with("ORGCONN_TEMPLATE", "{source}");
    assert_eq!(world.run(GET).quiet_success(), "Retail US\n");
    for (flags, expected) in [
        (["-o", "id"], "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d\n"),
        (["--columns", "types"], "TYPES\nlogs\n"),
    ] {
        let shown = world.run([&GET[..], &flags].concat()).quiet_success();
        assert_eq!(shown, expected);
    }
}

#[test]
fn an_id_is_printed_whatever_columns_are_exported() {
    let world = World::bare().with("ORGCONN_COLUMNS", "source");
    let id = world
        .run([&GET[..], &["-o", "id"]].concat())
        .quiet_success();
    assert_eq!(id, "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d\n");
}

#[test]
fn an_exported_template_excludes_an_exported_format() {
    let refused = World::bare()
        .with("ORGCONN_TEMPLATE", "{id}")
        .with("ORGCONN_OUTPUT", "json")
        .run(GET)
        .code(2);
    assert_eq!(
        refused.stderr,
        "error: ORGCONN_TEMPLATE and ORGCONN_OUTPUT exclude each other\n"
    );
}
