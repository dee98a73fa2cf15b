//! Mistakes in the file: all of them are reported with their places, before any request is sent.

use serde_json::json;
use snapbox::{assert_data_eq, str};

use super::expect_reads;
use crate::harness::{Api, World};

const WRONG: &str = "\
connections:
  - source: Org 1
    destination: Org 1
    types: [logs, metrix]
  - source: Org 2
    destination: Org 3
    typs: [logs]
";

fn commands() -> [Vec<&'static str>; 3] {
    [
        vec!["plan", "-f", "orgconn.yaml"],
        vec!["apply", "-f", "orgconn.yaml", "--yes"],
        vec!["check", "-f", "orgconn.yaml"],
    ]
}

#[test]
fn all_mistakes_are_told_with_their_places() {
    let world = World::talking_to("http://127.0.0.1:9");
    world.file("orgconn.yaml", WRONG);
    for command in commands() {
        let refused = world.run(command).code(2);
        assert_eq!(refused.stdout, "");
        assert_data_eq!(
            refused.stderr,
            str![[r#"
error: orgconn.yaml:2:13: the org `Org 1` is connected to itself
error: orgconn.yaml:4:19: unknown connection type `metrix`; did you mean `metrics`?
error: orgconn.yaml:7:5: unknown key `typs`; did you mean `types`?

"#]]
        );
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let refused = World::talking_to("http://127.0.0.1:9")
        .run(["plan", "-f", "no.yaml"])
        .code(2);
    assert!(
        refused.stderr.starts_with("error: cannot read no.yaml: "),
        "{}",
        refused.stderr
    );
}

#[test]
fn an_org_that_is_unknown_or_ambiguous_is_told_with_its_place_and_nothing_is_changed() {
    let file = "connections: [{source: Org 1, destination: [Org 9, org 2], types: [logs]}]";
    for command in commands() {
        let api = Api::new();
        expect_reads(&api, &[], 1);
        let world = api.world();
        world.file("orgconn.yaml", &file.replace("org 2", "Org 8"));
        let refused = world.run([&command[..], &["-o", "json"]].concat()).code(5);
        let errors = refused.json()["errors"].clone();
        let places: Vec<_> = errors
            .as_array()
            .unwrap()
            .iter()
            .map(|error| {
                (
                    error["kind"].clone(),
                    error["message"].as_str().unwrap()[..18].to_owned(),
                )
            })
            .collect();
        assert_eq!(
            places,
            [
                (json!("not_found"), "orgconn.yaml:1:45:".to_owned()),
                (json!("not_found"), "orgconn.yaml:1:52:".to_owned())
            ]
        );
    }
}

#[test]
fn one_pair_under_two_spellings_is_a_mistake() {
    let api = Api::new();
    expect_reads(&api, &[], 1);
    let world = api.world();
    world.file(
        "orgconn.yaml",
        "connections: [{source: Org 1, destination: [Org 2, org 2], types: [logs]}]",
    );
    let refused = world.run(["plan", "-f", "orgconn.yaml"]).code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: orgconn.yaml:1:24: the connection from `Org 1` to `Org 2` is already given at orgconn.yaml:1:24

"#]]
    );
}
