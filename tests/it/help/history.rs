//! The help of the commands that tell and take back what was changed, without the global flags.

use snapbox::{assert_data_eq, str};

use super::page;

#[test]
fn history() {
    assert_data_eq!(
        page("history"),
        str![[r#"
List the changes that this machine made, the newest first

Every create, update and delete is written down before it is sent and after it is answered; one
without an answer is `unknown`. With --profile, only what was changed with it. The sandbox has a
history of its own.

Usage: orgconn history [OPTIONS]

Options:
      --limit <N>
          At most this many of the newest changes

  -h, --help
          Print help (see a summary with '-h')

Examples:
  orgconn history --limit 10
  orgconn history -o csv > changes.csv

"#]]
    );
}

#[test]
fn undo() {
    assert_data_eq!(
        page("undo"),
        str![[r#"
Take back a change of the history

Puts back what a create, an update or a delete changed, after showing it: without ENTRY, the newest
change that is not undone, so that one undo after another goes back in time. What was changed again
since is left alone, and nothing is undone twice. A deleted connection comes back with a new id and
another owner, and without its restriction policy. The keys are those of the change's own profile,
unless others are chosen.

Usage: orgconn undo [OPTIONS] [ENTRY]

Arguments:
  [ENTRY]
          Entry of `orgconn history`, or its beginning (4 characters or more)

Options:
      --dry-run
          Show what would be done; change nothing

  -h, --help
          Print help (see a summary with '-h')

Examples:
  orgconn undo --dry-run
  orgconn undo "$(orgconn history --limit 1 -o id)" --yes

"#]]
    );
}
