//! The help of `history` and `undo`, without the global flags.

use snapbox::{assert_data_eq, str};

use super::page;

#[test]
fn history() {
    assert_data_eq!(
        page("history"),
        str![[r#"
List the changes that this machine made, the newest first

Every create, update and delete is recorded before it is sent and after its answer; one without an
answer is `unknown`. The changes of one command are a run and stand together. With --profile, only
the changes made with it. The sandbox has a history of its own.

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
Undo the changes of a run

Takes back the newest run that is not undone: all its changes, in reverse order. So one undo after
another goes back in time. With RUN it takes back that run, with ENTRY one change. A change that
cannot be taken back does not stop the others, and is reported. A run of which nothing can be taken
back is passed over, and named.

A connection that was changed again since is not touched, and nothing is undone twice. A deleted
connection is created again with a new id and another owner, and without its restriction policy. The
keys are those of each change's own profile, or of the profile of the org that undoes it, unless
others are chosen.

Usage: orgconn undo [OPTIONS] [RUN|ENTRY]

Arguments:
  [RUN|ENTRY]
          Run or entry of `orgconn history`, or its beginning (4 characters or more)

Options:
      --dry-run
          Show what would be done; change nothing

  -h, --help
          Print help (see a summary with '-h')

Examples:
  orgconn undo --dry-run
  orgconn undo "$(orgconn history --limit 1 --columns run --no-header)" --yes

"#]]
    );
}
