//! The help of `plan` and `apply`, which work on a desired-state file, without the global flags.

use snapbox::{assert_data_eq, str};

use super::page;

#[test]
fn plan() {
    assert_data_eq!(
        page("plan"),
        str![[r#"
Show the changes that would bring the live connections to a file's state

Nothing is changed. The exit code is 0 whether or not there is anything to do; `orgconn check -f
FILE` tells the two apart. json, jsonl and yaml hold every connection of the file, the other formats
only the changes.

Usage: orgconn plan [OPTIONS] --file <FILE>

Options:
  -f, --file <FILE>
          File of the wanted connections, YAML or JSON; `-` reads standard input

      --prune
          Also delete connections of the file's source orgs that are not in the file; other orgs'
          connections always stay

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
Bring the live connections to a file's state

Shows the plan and asks, unless --yes is given. Then the live state is read again: if it has changed
since, nothing is done. A step that fails does not stop the others. Running it again after a failure
or an interruption is safe.

Usage: orgconn apply [OPTIONS] --file <FILE>

Options:
  -f, --file <FILE>
          File of the wanted connections, YAML or JSON; `-` reads standard input

      --prune
          Also delete connections of the file's source orgs that are not in the file; other orgs'
          connections always stay

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
