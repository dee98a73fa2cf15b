//! The object of `json` and `yaml` when a command fails.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use crate::harness::{Api, World};

fn forbidden() -> Api {
    let api = Api::new();
    let answer = ResponseTemplate::new(403).set_body_json(json!({"errors": ["Forbidden"]}));
    api.expect("GET", super::LIST, None, answer, 1);
    api
}

#[test]
fn a_refusal_of_the_service_is_an_object_with_one_error() {
    let refused = forbidden().world().run(["list", "-o", "json"]).code(4);
    let report = refused.json();
    assert_eq!(report["schema"], "orgconn/v1");
    assert_eq!(report["items"], json!([]));
    assert_eq!(report["errors"].as_array().unwrap().len(), 1);
    let error = &report["errors"][0];
    assert_eq!(
        (&error["kind"], &error["http_status"]),
        (&json!("permission"), &json!(403))
    );
    assert_eq!(error["profile"], Value::Null);
    assert!(
        error["message"].as_str().unwrap().contains("403"),
        "{error}"
    );
    assert!(
        error["hint"]
            .as_str()
            .unwrap()
            .contains("org_connections_read"),
        "{error}"
    );
    assert!(refused.stderr.starts_with("error: "), "{}", refused.stderr);
}

#[test]
fn the_same_in_yaml() {
    let refused = forbidden().world().run(["list", "-o", "yaml"]).code(4);
    assert_data_eq!(
        refused.stdout,
        str![[r#"
schema: orgconn/v1
items: []
errors:
- profile: null
  kind: permission
  message: "GET /api/v2/org_connections at 127.0.0.1:[..]: 403 Forbidden"
  http_status: 403
  hint: "the credentials come from DD_API_KEY and DD_APP_KEY: they may not do this (org_connections_read to list, org_connections_write to create, update and delete), are wrong, or are not of the site that ORGCONN_API_URL leads to; `orgconn auth status` shows what they may do"

"#]]
    );
}

#[test]
fn the_other_formats_have_nothing_on_standard_output() {
    for format in ["table", "jsonl", "csv", "tsv", "id"] {
        let refused = forbidden().world().run(["list", "-o", format]).code(4);
        assert_eq!(refused.stdout, "", "{format}");
        let refused = forbidden()
            .world()
            .run(["list", "--sort=id", "-o", format])
            .code(4);
        assert_eq!(refused.stdout, "", "{format}");
    }
}

/// The only error in the JSON of a command that is refused before anything is sent.
fn refusal(arguments: &[&str], variables: &[(&str, &str)]) -> Value {
    let mut world = World::talking_to("http://127.0.0.1:9");
    for (name, value) in variables {
        world = world.with(name, value);
    }
    let report = world.run(arguments).code(2).json();
    assert_eq!(
        (&report["schema"], &report["items"]),
        (&json!("orgconn/v1"), &json!([]))
    );
    let [error] = report["errors"].as_array().unwrap().as_slice() else {
        panic!("not one error: {report}");
    };
    assert_eq!(
        (&error["kind"], &error["http_status"]),
        (&json!("usage"), &Value::Null)
    );
    error.clone()
}

#[test]
fn what_a_command_finds_wrong_with_its_arguments_is_an_object_too() {
    let error = refusal(&["create", "Org 2", "-o", "json"], &[]);
    assert_eq!(error["message"], "no connection type given");
    assert!(
        error["hint"]
            .as_str()
            .unwrap()
            .starts_with("give --type logs")
    );
}

#[test]
fn so_is_what_the_parser_finds_wrong_wherever_the_format_stands() {
    for arguments in [
        &["list", "--nosuch", "-o", "json"][..],
        &["-ojson", "list", "--nosuch"],
        &["list", "--output=json", "--nosuch"],
        &["list", "--nosuch", "-qo", "json"],
    ] {
        let error = refusal(arguments, &[]);
        assert_eq!(
            error["message"], "unexpected argument '--nosuch' found",
            "{arguments:?}"
        );
    }
    let error = refusal(&["list", "--nosuch"], &[("ORGCONN_OUTPUT", "json")]);
    assert_eq!(error["message"], "unexpected argument '--nosuch' found");
}

#[test]
fn so_is_a_setting_that_does_not_exist() {
    let error = refusal(&["list", "-o", "json"], &[("ORGCONN_TIMEOU", "5s")]);
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("`ORGCONN_TIMEOUT`?"),
        "{error}"
    );
}

#[test]
fn a_mistake_without_json_leaves_standard_output_empty() {
    for arguments in [
        &["list", "--nosuch"][..],
        &["nosuch", "-o", "csv"],
        &["list", "-o", "jsn"],
    ] {
        let refused = World::bare().run(arguments).code(2);
        assert_eq!(refused.stdout, "", "{arguments:?}");
        assert!(refused.stderr.starts_with("error: "), "{}", refused.stderr);
    }
}

#[test]
fn what_has_several_meanings_is_ambiguous() {
    let world = World::sandbox().with("ORGCONN_ALL_PROFILES", "1");
    for arguments in [
        &["list", "--source=Payments"][..],
        &["get", "--source=Retail EU"],
    ] {
        world.run([
            "create",
            "Security Archive",
            "--source=Retail EU",
            "--type=logs",
        ]);
        let refused = world.run([arguments, &["-o", "json"]].concat()).code(5);
        let kind = &refused.json()["errors"][0]["kind"];
        assert_eq!(kind, "ambiguous", "{arguments:?}: {}", refused.stderr);
    }
}

#[test]
fn changes_carry_the_profiles_as_a_listing_does() {
    let world = World::sandbox();
    let create = ["create", "Security Archive", "--type=logs"];
    let delete = ["delete", "--destination=Security Archive", "--yes"];
    for (arguments, dry_run) in [
        (&create[..], true),
        (&create, false),
        (
            &[
                "create",
                "Security Archive",
                "--type=logs",
                "--if-not-exists",
            ],
            false,
        ),
        (
            &["update", "--destination=Security Archive", "--type=audit"],
            false,
        ),
        (&delete, true),
        (&delete, false),
    ] {
        let dry_run = if dry_run { &["--dry-run"][..] } else { &[] };
        let changed = world.run([arguments, &["-o=json", "--profile=hub"], dry_run].concat());
        let item = &changed.json()["items"][0];
        assert_eq!(item["profiles"], json!(["hub"]), "{arguments:?}: {item}");
    }
}

#[test]
fn a_format_that_a_command_does_not_write_is_an_error_everywhere() {
    let world = World::sandbox();
    for arguments in [
        &["schema", "-o=yaml"][..],
        &["completions", "bash", "-o=json"],
        &["completions", "bash", "-o=table"],
        &["help", "list", "-o=csv"],
        &["sandbox", "path", "-o=json"],
        &["-o=id", "sandbox", "reset"],
        &["profile", "remove", "x", "-o=json"],
    ] {
        let refused = world.run(arguments).code(2);
        let message = "error: --output does not go with this command, which lists nothing\n";
        assert_eq!(refused.stderr, message, "{arguments:?}");
    }
    for flag in ["--columns", "--template"] {
        let refused = world.run(["sandbox", "path", flag, "id"]).code(2);
        let message = format!("error: {flag} does not go with this command, which lists nothing\n");
        assert_eq!(refused.stderr, message);
    }
    let with_variable = World::sandbox().with("ORGCONN_OUTPUT", "csv");
    with_variable.run(["completions", "bash"]).code(0);
    with_variable.run(["sandbox", "path"]).code(0);
}
