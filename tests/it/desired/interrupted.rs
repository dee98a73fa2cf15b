//! Ctrl-C during `apply`.
#![cfg(unix)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wiremock::ResponseTemplate;

use super::{CREATE, LIST, apply, creation, expect_current_user};
use crate::harness::{Api, connection, finished, org_list, page, uuid};

/// The time that the server takes for a write: long enough to interrupt it.
const SLOW: Duration = Duration::from_millis(500);

#[test]
fn what_is_in_flight_finishes_and_the_rest_is_not_attempted() {
    let api = Api::new();
    let orgs: Vec<u128> = (1..=17).collect();
    let orgs = ResponseTemplate::new(200).set_body_json(org_list(1, &orgs));
    let none = ResponseTemplate::new(200).set_body_json(page(&[], 0));
    api.expect("GET", "/api/v2/org", None, orgs, 1)
        .expect("GET", LIST, None, none, 2);
    expect_current_user(&api, true);
    for org in 2..=17 {
        let made = connection(50 + org, 1, org, &["logs"]);
        let made = serde_json::json!({"data": made});
        let answer = ResponseTemplate::new(200)
            .set_body_json(made)
            .set_delay(SLOW);
        api.allow("POST", CREATE, creation(org, &["logs"]), answer);
    }
    let world = api.world();
    let all: Vec<_> = (2..=17).map(uuid).collect();
    let file = format!(
        "connections: [{{source: Org 1, destination: [{}], types: [logs]}}]",
        all.join(", ")
    );
    world.file("orgconn.yaml", &file);

    let mut command = world.command(["apply", "-f", "orgconn.yaml", "-y", "-ojson"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begin = Instant::now();
    while !api
        .targets()
        .iter()
        .any(|target| target.starts_with("POST"))
    {
        assert!(
            begin.elapsed() < Duration::from_secs(20),
            "nothing was sent"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    let interrupt = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    let ended = finished(child.wait_with_output().unwrap()).code(130);

    let report = ended.json();
    let items = report["items"].as_array().unwrap();
    let count = |result: &str| items.iter().filter(|item| item["result"] == result).count();
    let (done, left) = (count("done"), count("not attempted"));
    assert!(
        done >= 1 && left >= 1 && done + left == 16,
        "{done} done, {left} left"
    );
    let last = report["errors"].as_array().unwrap().last().unwrap();
    assert_eq!(
        last["message"],
        format!("interrupted: 0 done, {done} in flight and finished, {left} not attempted")
    );
    // A change that was written down, but not sent before the interruption, is not called a failure.
    let history = apply::history(&world);
    let count = |result: &str| {
        history
            .iter()
            .filter(|entry| entry["result"] == result)
            .count()
    };
    assert_eq!(count("done"), done);
    assert_eq!(count("done") + count("unchanged"), history.len());
}
