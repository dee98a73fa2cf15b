//! `check --wait`: the check is repeated until it holds or the time is over.

use std::time::{Duration, Instant};

use wiremock::ResponseTemplate;

use super::between;
use crate::harness::{Api, Flaky, Reply, World, connection, org_list, page, uuid};

fn check(url: &str, wait: &str) -> crate::harness::Finished {
    let (one, two) = (uuid(1), uuid(2));
    let ends = ["--from", &one, "--to", &two, "--type=logs"];
    World::talking_to(url).run([&["check", wait], &ends[..]].concat())
}

#[test]
fn it_holds_at_the_third_look() {
    let look =
        |types: &[&str]| Reply::Answer(200, page(&[connection(50, 1, 2, types)], 1).to_string());
    let server = Flaky::new(vec![look(&["audit"]), look(&["metrics"]), look(&["logs"])]);
    let begin = Instant::now();
    check(server.url(), "--wait=20s").quiet_success();
    assert_eq!(server.requests().len(), 3);
    assert!(begin.elapsed() < Duration::from_secs(15), "it waited on");
}

#[test]
fn when_the_time_is_over_it_differs() {
    let api = Api::new();
    let found = page(&[connection(50, 1, 2, &["audit"])], 1);
    let answer = ResponseTemplate::new(200).set_body_json(found);
    // One request at once, and one when the time is over.
    api.expect("GET", &between(), None, answer, 2);
    let over = check(&api.url(), "--wait=100ms").code(3);
    assert!(
        over.stderr.contains("lacks logs (shares audit)"),
        "{}",
        over.stderr
    );
}

#[test]
fn which_org_is_current_is_asked_once_however_often_it_looks() {
    let api = Api::new();
    let nothing = ResponseTemplate::new(200).set_body_json(page(&[], 0));
    api.expect("GET", &between(), None, nothing, 2)
        .get("/api/v2/org", &org_list(1, &[1, 2]));
    check(&api.url(), "--wait=50ms").code(3);
}

#[test]
fn an_error_ends_the_wait() {
    let server = Flaky::new(vec![Reply::Answer(
        403,
        r#"{"errors":["Forbidden"]}"#.to_owned(),
    )]);
    check(server.url(), "--wait=20s").code(4);
}
