//! The help of the commands that turn the live connections into those of a file, without the global flags.

use snapbox::{assert_data_eq, str};

use super::page;

#[test]
fn plan() {
    assert_data_eq!(
        page("plan"),
        str![[r#"
Show what would change the live connections into those of a file

Nothing is changed. The exit code is 0 whether or not there is anything to do; `orgconn check -f
FILE` tells the two apart. json, jsonl and yaml hold every connection of the file, the other formats
only what would change.

Usage: orgconn plan [OPTIONS] --file <FILE>

Options:
  -f, --file <FILE>
          File of the wanted connections, YAML or JSON; `-` reads standard input

      --prune
          Delete what the file's sources share beyond the file; other orgs' connections stay in any
          case

      --allow-unknown-type
          Accept connection types that this version does not know

  -h, --help
          Print help (see a summary with '-h')

Examples:
  orgconn plan -f orgconn.yaml --all-profiles
  orgconn plan -f orgconn.yaml --all-profiles --prune -o json

"#]]
    );
}

#[test]
fn apply() {
    assert_data_eq!(
        page("apply"),
        str![[r#"
Change the live connections into those of a file

Shows the plan and asks, unless --yes is given. Then the live state is read again: if it moved,
nothing is changed. A step that fails does not stop the others. What is done once is not done twice:
run again after a failure or an interruption, it ends at the file's state.

Usage: orgconn apply [OPTIONS] --file <FILE>

Options:
  -f, --file <FILE>
          File of the wanted connections, YAML or JSON; `-` reads standard input

      --prune
          Delete what the file's sources share beyond the file; other orgs' connections stay in any
          case

      --allow-unknown-type
          Accept connection types that this version does not know

      --dry-run
          Show the plan, as `orgconn plan` does; change nothing

  -h, --help
          Print help (see a summary with '-h')

Examples:
  orgconn apply -f orgconn.yaml --all-profiles --dry-run
  orgconn apply -f orgconn.yaml --all-profiles --yes

"#]]
    );
}
