//! Answers that are larger than an answer can be: they end with an error, and take little memory.
#![cfg(target_os = "linux")]

use serde_json::Value;

use crate::harness::{Finished, Flaky, Reply, connection, page, uuid};

/// Lists with 300 MB of memory against a server that answers every request like this.
fn list(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Finished {
    let api = Flaky::answering(answer);
    let script = "ulimit -v 300000; orgconn list -o id --max-retries=0";
    api.world().script(script)
}

#[test]
fn a_page_of_millions_of_rows_takes_no_more_than_its_bytes() {
    let body = format!("{{\"data\":[{}{{}}]}}", "{},".repeat(5_000_000));
    let refused = list(move |_| Reply::Answer(200, body.clone())).code(1);
    let told = ": the page has more rows than were asked for\n";
    assert!(refused.stderr.contains(told), "{}", refused.stderr);
}

#[test]
fn of_a_long_refusal_only_the_beginning_is_read() {
    let body = "x".repeat(64 << 20);
    let refused = list(move |_| Reply::Answer(403, body.clone())).code(4);
    let told = ": 403 Forbidden: xxx";
    assert!(refused.stderr.contains(told), "{}", refused.stderr);
}

/// The pages after the first are fetched side by side.
#[test]
fn all_pages_in_flight_share_one_budget() {
    let first = page(&[connection(50, 1, 2, &["logs"])], 20).to_string();
    let long = format!("{{\"more\":\"{}\"}}", "x".repeat(48 << 20));
    let broken = list(move |request| {
        let is_first = request.contains("offset=0");
        Reply::Answer(
            200,
            if is_first {
                first.clone()
            } else {
                long.clone()
            },
        )
    });
    let broken = broken.code(1);
    assert_eq!(broken.stdout, format!("{}\n", uuid(50)));
    let told = ": the answer is longer than 7 MiB\n";
    assert!(broken.stderr.contains(told), "{}", broken.stderr);
}

#[test]
fn a_page_of_long_names_is_read() {
    let name = "n".repeat(5000);
    let mut row = connection(50, 1, 2, &["logs"]);
    row["relationships"]["sink_org"]["data"]["name"] = name.into();
    let rows: Vec<Value> = (0..1000)
        .map(|number| {
            let mut row = row.clone();
            row["id"] = uuid(1000 + number).into();
            row
        })
        .collect();
    let body = page(&rows, 1000).to_string();
    let listed = list(move |_| Reply::Answer(200, body.clone()));
    assert_eq!(listed.quiet_success().lines().count(), 1000);
}
