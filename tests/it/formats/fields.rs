//! `--columns` in the formats for programs, and `--template`.

use snapbox::{IntoData as _, assert_data_eq, str};

use super::{LIST, awkward};
use crate::harness::{Api, Finished, World, page};

fn listed(flags: &[&str]) -> String {
    let api = Api::new();
    api.get(LIST, &page(&awkward()[1..2], 1));
    let arguments = [&["list"], flags].concat();
    api.world().run(arguments).quiet_success()
}

/// A command that ends with a usage error, and without a request: nothing listens there.
fn refused(arguments: &[&str]) -> Finished {
    World::talking_to("http://127.0.0.1:9")
        .run(arguments)
        .code(2)
}

#[test]
fn columns_make_flat_objects_in_the_formats_for_programs() {
    let columns = "--columns=Source,types,profiles,created-by,source";
    let item = r#"{"source":"\u001b[31mRed\u001b[0m","types":["logs","metrics"],"profiles":[],"created_by":"- dash"}"#;
    assert_eq!(listed(&["-ojsonl", columns]), format!("{item}\n"));
    assert_eq!(
        listed(&["-ojson", columns]),
        format!("{{\"schema\":\"orgconn/v1\",\"items\":[\n{item}\n],\"errors\":[]}}\n")
    );
    assert_data_eq!(
        listed(&["-oyaml", columns]),
        str![[r#"
schema: orgconn/v1
items:
- source: "\e[31mRed\e[0m"
  types:
  - logs
  - metrics
  profiles: []
  created_by: "- dash"
errors: []

"#]]
        .raw()
    );
}

#[test]
fn a_value_that_is_missing_is_null_and_yes_is_true() {
    let orgs = World::sandbox().run(["orgs", "-ojsonl", "--columns=name,current"]);
    let orgs = orgs.code(0);
    let current = r#"{"name":"Observability Hub","current":true}"#;
    assert!(
        orgs.stdout.lines().any(|line| line == current),
        "{}",
        orgs.stdout
    );
    let source = "--source=1f7d93e0-a4c2-11ed-8b5e-c36ae80d2f17";
    let created = ["list", "-ojsonl", "--columns=created_at", source];
    let listed = World::sandbox().run(created).quiet_success();
    assert_eq!(listed, "{\"created_at\":null}\n");
}

#[test]
fn a_template_is_one_line_for_each_item_whatever_a_name_contains() {
    assert_eq!(
        listed(&["--template", "{source} -> {Destination}: {types}"]),
        "\\u{1b}[31mRed\\u{1b}[0m -> Köln\\nBonn\\ttab: logs,metrics\n"
    );
    assert_eq!(
        listed(&["--template", r"{{{created-by}}}\t{profiles}\n-"]),
        "{- dash}\t\n-\n"
    );
}

#[test]
fn a_wrong_name_in_a_template_is_an_error_before_anything_is_sent() {
    assert_data_eq!(
        refused(&["list", "--template={sorce}"]).stderr,
        str![[r#"
error: no column `sorce` for --template; did you mean `source`?

"#]]
    );
    let wrong = refused(&["list", "-ojson", "--columns=sorce"]);
    assert!(
        wrong.stderr.contains("did you mean `source`?"),
        "{}",
        wrong.stderr
    );
    let unclosed = refused(&["list", "--template={source"]);
    assert!(
        unclosed.stderr.contains("cannot read it from `{source` on"),
        "{}",
        unclosed.stderr
    );
}

#[test]
fn a_template_goes_with_listings_alone() {
    let both = refused(&["list", "--template={id}", "-ojson"]);
    assert!(
        both.stderr.contains("cannot be used with"),
        "{}",
        both.stderr
    );
    let text = refused(&["graph", "--template={id}"]);
    assert!(
        text.stderr
            .contains("this command does not write the format template"),
        "{}",
        text.stderr
    );
}
