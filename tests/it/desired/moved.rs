//! The live state is read again before anything is changed.

use snapbox::{assert_data_eq, str};

use super::{expect_changed_reads, expect_current_user, live, world};
use crate::harness::{Api, connection};

#[test]
fn what_was_not_shown_is_not_done() {
    let api = Api::new();
    let now = [
        connection(52, 1, 2, &["audit"]),
        connection(53, 1, 3, &["logs", "metrics"]),
    ];
    expect_changed_reads(&api, &live(), &now);
    expect_current_user(&api, true);
    let stopped = world(&api)
        .run(["apply", "-f", "orgconn.yaml", "--prune", "--yes", "-q"])
        .code(6);
    assert_eq!(stopped.stdout, "");
    assert_data_eq!(
        stopped.stderr,
        str![[r#"
error: `Org 1` to `Org 2` changed since the plan was made: the plan was to change logs to logs,metrics, now it would be to change audit to logs,metrics

"#]]
    );
}
