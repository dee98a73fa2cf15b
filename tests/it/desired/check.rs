use std::time::{Duration, Instant};

use serde_json::json;
use snapbox::{assert_data_eq, str};

use super::{LIST, expect_changed_reads, expect_reads, expect_two_reads, live, refusal, world};
use crate::harness::{Api, connection, uuid};

const CHECK: [&str; 3] = ["check", "-f", "orgconn.yaml"];

#[test]
fn only_differences_are_shown_and_end_with_3() {
    let api = Api::new();
    let mut connections = live();
    connections.push(connection(53, 1, 3, &["logs", "metrics"]));
    expect_reads(&api, &connections, 2);
    let world = world(&api);
    let differs = world.run(CHECK).code(3);
    assert_data_eq!(
        differs.stdout,
        str![[r#"
RESULT   ACTION  SOURCE  DESTINATION  BEFORE  AFTER         LINE  REASON
differs  update  Org 1   Org 2        logs    logs,metrics  2     lacks metrics (shares logs)

"#]]
    );
    assert_eq!(
        differs.stderr,
        "0 missing, 1 different, 0 unwanted, 1 as wanted\n"
    );
    let exact = world
        .run([&CHECK[..], &["--exact", "-ojson"]].concat())
        .code(3);
    let exact = exact.json();
    let items = exact["items"].as_array().unwrap();
    let found: Vec<_> = items
        .iter()
        .map(|item| [&item["result"], &item["id"], &item["reason"]])
        .collect();
    assert_eq!(
        found,
        [
            [
                &json!("differs"),
                &json!(uuid(52)),
                &json!("lacks metrics (shares logs)")
            ],
            [
                &json!("unwanted"),
                &json!(uuid(54)),
                &json!("is connected (shares audit)")
            ],
        ]
    );
}

#[test]
fn all_as_wanted_is_0_and_nothing() {
    let api = Api::new();
    let mut both = [2, 3]
        .map(|org| connection(50 + org, 1, org, &["logs", "metrics"]))
        .to_vec();
    both.extend(live().pop());
    expect_reads(&api, &both, 2);
    let world = world(&api);
    assert_eq!(
        world
            .run([&CHECK[..], &["-q", "-ojsonl"]].concat())
            .quiet_success(),
        ""
    );
    assert_eq!(
        world
            .run([&CHECK[..], &["-q", "-ogithub"]].concat())
            .quiet_success(),
        ""
    );
}

#[test]
fn what_could_not_be_known_is_neither_0_nor_3() {
    for (status, expected) in [(401, 4), (403, 4), (500, 7)] {
        let api = Api::new();
        api.allow("GET", "/api/v2/org", None, refusal(status, "no"));
        api.allow("GET", "/api/v2/current_user", None, refusal(status, "no"));
        api.allow("GET", LIST, None, refusal(status, "no"));
        let ended = world(&api).run([&CHECK[..], &["--max-retries=0"]].concat());
        assert_eq!(ended.code(expected).stdout, "", "{status}");
    }
}

#[test]
fn where_no_connection_of_the_file_can_be_seen_it_ends_with_4() {
    let api = Api::new();
    expect_reads(&api, &[], 1);
    let world = api.world();
    world.file(
        "orgconn.yaml",
        "connections: [{source: Org 2, destination: Org 3, types: [logs]}]",
    );
    let ended = world.run([&CHECK[..], &["-ojson"]].concat()).code(4);
    assert_eq!(ended.json()["items"], json!([]));
    assert_eq!(
        ended.json()["errors"][0]["message"],
        "orgconn.yaml:1:24: whether `Org 2` is connected to `Org 3` cannot be read: these credentials \
         belong to `Org 1`, not to either org"
    );
}

#[test]
fn with_wait_it_looks_again_until_it_holds() {
    let api = Api::new();
    let both = [2, 3].map(|org| connection(50 + org, 1, org, &["logs", "metrics"]));
    expect_changed_reads(&api, &live(), &both);
    let begin = Instant::now();
    world(&api)
        .run([&CHECK[..], &["--wait=20s"]].concat())
        .code(0);
    assert!(begin.elapsed() < Duration::from_secs(15), "it waited on");
}

#[test]
fn when_the_time_is_over_it_differs() {
    let api = Api::new();
    expect_two_reads(&api, &live());
    world(&api)
        .run([&CHECK[..], &["--wait=400ms"]].concat())
        .code(3);
}

#[test]
fn what_no_wait_will_mend_is_not_waited_for() {
    let api = Api::new();
    expect_reads(&api, &[], 1);
    let world = api.world();
    world.file(
        "orgconn.yaml",
        "connections: [{source: Org 2, destination: Org 3, types: [logs]}]",
    );
    world.run([&CHECK[..], &["--wait=20s"]].concat()).code(4);
}

#[test]
fn a_file_goes_with_no_pair_of_orgs() {
    for flags in [
        ["--source=Org 1"],
        ["--to=Org 2"],
        ["--type=logs"],
        ["--absent"],
    ] {
        let refused = Api::new()
            .world()
            .run([&CHECK[..], &flags].concat())
            .code(2);
        assert!(
            refused.stderr.contains("cannot be used with"),
            "{}",
            refused.stderr
        );
    }
}
