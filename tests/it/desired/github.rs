//! `-o github`: annotations that point at the file's lines.

use snapbox::{assert_data_eq, str};

use super::{expect_current_user, expect_reads, live, world};
use crate::harness::{Api, World, connection};

const CHECK: [&str; 5] = ["check", "-f", "orgconn.yaml", "-o", "github"];

#[test]
fn every_difference_points_at_its_line() {
    let api = Api::new();
    expect_reads(&api, &live(), 1);
    let differs = world(&api).run([&CHECK[..], &["--exact"]].concat()).code(3);
    assert_data_eq!(
        differs.stdout,
        str![[r#"
::error file=orgconn.yaml,line=2,col=13,title=connection differs::`Org 1` to `Org 2` lacks metrics (shares logs)
::error file=orgconn.yaml,line=2,col=13,title=connection missing::`Org 1` to `Org 3` is not connected
::error file=orgconn.yaml,line=2,col=13,title=connection unwanted::`Org 1` to `Org 4` is connected (shares audit)

"#]]
    );
}

#[test]
fn what_is_not_known_and_what_is_wrong_in_the_file_are_annotations_too() {
    let api = Api::new();
    expect_reads(&api, &[connection(52, 1, 2, &["logs"])], 1);
    let world = api.world();
    world.file(
        "orgconn.yaml",
        "connections:\n  - {source: [Org 1, Org 3], destination: Org 2, types: [logs]}\n",
    );
    let part = world.run(CHECK).code(4);
    assert_data_eq!(
        part.stdout,
        str![[r#"
::error file=orgconn.yaml,line=2,col=22,title=orgconn%3A permission::whether `Org 3` is connected to `Org 2` cannot be read: these credentials belong to `Org 1`, not to either org

"#]]
    );
    world.file(
        "orgconn.yaml",
        "connections: [{source: Org 1, types: [50%]}]",
    );
    let refused = world.run(CHECK).code(2);
    assert_data_eq!(
        refused.stdout,
        str![[r#"
::error file=orgconn.yaml,line=1,col=15,title=orgconn%3A usage::the key `destination` is missing
::error file=orgconn.yaml,line=1,col=39,title=orgconn%3A usage::unknown connection type `50%25`; known here: logs, metrics, audit

"#]]
    );
}

#[test]
fn the_changes_of_a_plan_are_notices_at_their_lines() {
    let api = Api::new();
    expect_reads(&api, &live(), 1);
    expect_current_user(&api, true);
    let plan = ["plan", "-f", "orgconn.yaml", "--prune", "-o", "github"];
    let planned = world(&api).run(plan).code(0);
    assert_data_eq!(
        planned.stdout,
        str![[r#"
::notice file=orgconn.yaml,line=2,col=13,title=connection to update::`Org 1` to `Org 2` would share logs,metrics in place of logs
::notice file=orgconn.yaml,line=2,col=13,title=connection to create::`Org 1` to `Org 3` would share logs,metrics
::notice file=orgconn.yaml,line=2,col=13,title=connection to delete::`Org 1` to `Org 4` would not share audit any more

"#]]
    );
}

#[test]
fn a_plan_in_markdown_is_a_table_under_a_heading_that_says_it_all() {
    let api = Api::new();
    expect_reads(&api, &live(), 2);
    expect_current_user(&api, true);
    let world = world(&api);
    let plan = [
        "plan",
        "-f",
        "orgconn.yaml",
        "--prune",
        "-q",
        "-o",
        "markdown",
    ];
    assert_data_eq!(
        world.run(plan).quiet_success(),
        str![[r#"
### orgconn: 1 to create, 1 to update, 1 to delete, 0 unchanged

| Action | Source | Destination | Before | After |
| --- | --- | --- | --- | --- |
| update | Org 1 | Org 2 | logs | logs,metrics |
| create | Org 1 | Org 3 | - | logs,metrics |
| delete | Org 1 | Org 4 | audit | - |

"#]]
    );
    world.file(
        "orgconn.yaml",
        "connections:\n  - {source: Org 1, destination: Org 2, types: [logs]}\n  \
         - {source: Org 3, destination: Org 2, types: [logs]}",
    );
    let expected = "error: orgconn.yaml:3:14: whether `Org 3` is connected to `Org 2` cannot be read: these credentials \
                    belong to `Org 1`, not to either org\n";
    let unseen = world.run(&plan[..3]).code(4).stderr;
    assert!(unseen.contains(expected), "{unseen}");
    world.file("orgconn.yaml", "connections: nothing");
    assert_data_eq!(
        world.run(plan).code(2).stdout,
        str![[r#"
### orgconn: no plan, errors: 1

- error: orgconn.yaml:1:14: expected a list of connections, found text

"#]]
    );
}

#[test]
fn no_other_command_writes_them() {
    let world = World::talking_to("http://127.0.0.1:9");
    for command in [
        &["list"][..],
        &["apply", "-f", "orgconn.yaml"],
        &["check", "--to", "Org 2"],
    ] {
        world.run([command, &["-o", "markdown"]].concat()).code(2);
        let refused = world.run([command, &["-o", "github"]].concat()).code(2);
        assert_data_eq!(
            refused.stderr,
            str![[r#"
error: this command does not write the format github; it writes:
  table
  wide
  json
  jsonl
  yaml
  csv
  tsv
  id

"#]]
        );
    }
}
