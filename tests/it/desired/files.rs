//! Several files that describe one state together.

use serde_json::json;
use snapbox::{assert_data_eq, str};

use wiremock::ResponseTemplate;

use super::{expect_reads, live};
use crate::harness::{Api, World, current_user};

const ONE: &str = "\
x-hub: &hub
  source: Org 1
  types: [logs]
connections:
  - <<: *hub
    destination: Org 2
    x-owner: platform
";
const TWO: &str = "connections:\n  - source: Org 1\n    destination: Org 3\n    types: [metrics]\n";

fn world(api: &Api) -> World {
    let world = api.world();
    world.file("teams/one.yaml", ONE);
    world.file("teams/two.yml", TWO);
    world.file("teams/notes.txt", "no YAML: [");
    world.file("teams/.hidden.yaml", "no YAML: [");
    world.file("teams/more/three.yaml", "no YAML: [");
    world
}

#[test]
fn files_and_the_files_of_a_directory_are_one_state() {
    let api = Api::new();
    expect_reads(&api, &live(), 3);
    let user = ResponseTemplate::new(200).set_body_json(current_user(1));
    api.allow("GET", "/api/v2/current_user", None, user);
    let world = world(&api);
    let planned = ["plan", "--prune", "-ojson", "-q"];
    let by_name = ["-f", "teams/one.yaml", "-f", "teams/two.yml"];
    let by_name = world.run([&planned[..], &by_name].concat()).code(0).json();
    let directory = world.run([&planned[..], &["-f", "teams"]].concat()).code(0);
    assert_eq!(directory.json(), by_name);
    let steps = by_name["items"].as_array().unwrap().iter();
    let steps: Vec<_> = steps
        .map(|step| json!([step["action"], step["file"], step["line"], step["column"]]))
        .collect();
    assert_eq!(
        steps,
        [
            json!(["unchanged", "teams/one.yaml", 5, 9]),
            json!(["create", "teams/two.yml", 2, 13]),
            json!(["delete", null, null, null]),
        ]
    );
    let mut with_input = world.run_with_input(["check", "-f", "-", "-f", "teams/two.yml"], ONE);
    with_input = with_input.code(3);
    assert_data_eq!(
        with_input.stdout,
        str![[r#"
RESULT   ACTION  SOURCE  DESTINATION  BEFORE  AFTER    LINE  REASON
missing  create  Org 1   Org 3        -       metrics  2     is not connected

"#]]
    );
}

#[test]
fn a_table_names_the_file_where_there_are_several() {
    let api = Api::new();
    expect_reads(&api, &[], 1);
    super::expect_current_user(&api, true);
    let planned = world(&api)
        .run(["plan", "-f", "teams", "-q"])
        .quiet_success();
    assert_data_eq!(
        planned,
        str![[r#"
ACTION  SOURCE  DESTINATION  BEFORE  AFTER    LINE  FILE
create  Org 1   Org 2        -       logs     5     teams/one.yaml
create  Org 1   Org 3        -       metrics  2     teams/two.yml

"#]]
    );
}

#[test]
fn a_pair_in_two_files_is_a_mistake_with_both_places() {
    let world = World::talking_to("http://127.0.0.1:9");
    world.file("one.yaml", TWO);
    world.file("two.yaml", &TWO.replace("metrics", "logs"));
    let refused = world
        .run(["plan", "-f", "one.yaml", "-f", "two.yaml"])
        .code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: two.yaml:2:13: the connection from `Org 1` to `Org 3` is already given at one.yaml:2:13

"#]]
    );
}

#[test]
fn what_cannot_be_read_is_named() {
    let world = World::talking_to("http://127.0.0.1:9");
    world.file("empty/notes.txt", "");
    for (files, message) in [
        (
            &["-f", "empty"][..],
            "error: the directory empty has no *.yaml or *.yml file\n",
        ),
        (
            &["-f", "-", "-f", "-"],
            "error: standard input is named twice\n",
        ),
        (
            &["-f", "a.yaml", "-f", "b.yaml"],
            "error: cannot read a.yaml: No such file or directory (os error 2)\n\
             error: cannot read b.yaml: No such file or directory (os error 2)\n",
        ),
    ] {
        let refused = world.run([&["check"], files].concat()).code(2);
        assert_eq!(refused.stderr, message);
    }
}
