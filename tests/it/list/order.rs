use snapbox::{assert_data_eq, str};

use crate::harness::{Api, connection, page};

/// The rows of four connections as `source destination types`, in the order that `--sort` makes of them.
fn sorted(by: &str) -> String {
    let api = Api::new();
    let connections = [
        connection(50, 3, 2, &["logs"]),
        connection(51, 1, 2, &["metrics"]),
        connection(52, 3, 4, &["audit"]),
        connection(53, 1, 4, &["logs"]),
    ];
    api.get(super::LIST, &page(&connections, 4));
    api.world()
        .run(["list", "--sort", by, "--no-header", "-o", "csv"])
        .quiet_success()
        .lines()
        .map(|line| {
            let fields: Vec<_> = line.split(',').collect();
            format!("{} {} {}\n", &fields[1][4..], &fields[3][4..], fields[5])
        })
        .collect()
}

#[test]
fn rows_come_in_the_order_of_a_column() {
    assert_eq!(
        sorted("source"),
        "1 2 metrics\n1 4 logs\n3 2 logs\n3 4 audit\n"
    );
    assert_eq!(
        sorted("Types"),
        "3 4 audit\n3 2 logs\n1 4 logs\n1 2 metrics\n"
    );
}

#[test]
fn a_hyphen_in_front_turns_the_order_round() {
    assert_eq!(
        sorted("-source"),
        "3 2 logs\n3 4 audit\n1 2 metrics\n1 4 logs\n"
    );
}

#[test]
fn the_first_of_several_columns_counts_most() {
    assert_eq!(
        sorted("source,-destination"),
        "1 4 logs\n1 2 metrics\n3 4 audit\n3 2 logs\n"
    );
    assert_eq!(
        sorted("-destination,source_id"),
        "1 4 logs\n3 4 audit\n1 2 metrics\n3 2 logs\n"
    );
}

#[test]
fn an_unknown_column_is_refused_with_the_valid_ones_and_nothing_is_sent() {
    let api = Api::new();
    let refused = api.world().run(["list", "--sort", "id,-sorce"]).code(2);
    assert_eq!(refused.stdout, "");
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: no column `sorce` for --sort; did you mean `source`?

"#]]
    );
}
