//! The help of `plan` and `apply`, which work on a desired-state file, without the global flags.

use snapbox::{assert_data_eq, str};

use super::page;

#[test]
fn plan() {
    assert_data_eq!(
        page("plan"),
        str![[r#"
Show the changes that would bring the live connections to a file's state

Nothing is changed. The exit code is 0 whether or not there is anything to do, unless --exit-code is
given. json, jsonl and yaml hold every connection of the file, the other formats only the changes:
-o markdown is a table for a pull request, -o github writes them as annotations of the file's lines.

Usage: orgconn plan [OPTIONS] --file <FILE>

Options:
  -f, --file <FILE>
          File of the wanted connections, YAML or JSON (repeatable); a directory stands for its
          *.yaml and *.yml files, `-` for standard input

      --prune
          Also delete connections that are not in the file, if their source is in its scope: the
          orgs that its key `manage` names, or without it the source orgs of its connections

      --allow-unknown-type
          Accept connection types that this version does not know

      --out <PLAN>
          Save the plan to this file: `orgconn apply PLAN` carries out these steps, or none if the
          live state has changed

      --exit-code
          End with exit code 3 if there is anything to change

  -h, --help
          Print help (see a summary with '-h')

Examples:
  orgconn plan -f orgconn.yaml
  orgconn plan -f teams/ --prune --out plan.json
  orgconn plan -f orgconn.yaml --prune -o markdown

"#]]
    );
}

#[test]
fn apply() {
    assert_data_eq!(
        page("apply"),
        str![[r#"
Bring the live connections to a file's state, or carry out a saved plan

Shows the plan and asks, unless --yes is given. Then the live state is read again: if it has changed
since, nothing is done. A step that fails does not stop the others. Running it again after a failure
or an interruption is safe. Where nobody can be asked and --yes is not given, the plan is shown, and
the exit code is 0 if there is nothing to do, else 2.

Usage: orgconn apply [OPTIONS] <--file <FILE>|PLAN>

Arguments:
  [PLAN]
          Plan that `orgconn plan --out` saved: its very steps are made, or none if the live state
          has changed since

Options:
  -f, --file <FILE>
          File of the wanted connections, YAML or JSON (repeatable); a directory stands for its
          *.yaml and *.yml files, `-` for standard input

      --prune
          Also delete connections that are not in the file, if their source is in its scope: the
          orgs that its key `manage` names, or without it the source orgs of its connections

      --allow-unknown-type
          Accept connection types that this version does not know

      --max-deletes <N>
          Refuse a plan that deletes more connections than this

      --dry-run
          Show the plan, as `orgconn plan` does; change nothing

  -h, --help
          Print help (see a summary with '-h')

Examples:
  orgconn apply -f orgconn.yaml --dry-run
  orgconn apply -f orgconn.yaml --prune --max-deletes 5 --yes
  orgconn plan -f orgconn.yaml --out plan.json && orgconn apply plan.json --yes

"#]]
    );
}
