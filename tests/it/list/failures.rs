//! Listings from a service that fails: they give up neither too early nor too late.

use std::time::{Duration, Instant};

use serde_json::json;
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use super::LIST;
use crate::harness::{Api, Finished, Flaky, Reply, World, connection, page, uuid};

fn answer() -> String {
    page(&[connection(50, 1, 2, &["logs"])], 1).to_string()
}

fn list(server: &Flaky, flags: &[&str]) -> Finished {
    World::talking_to(server.url()).run([&["list", "-o", "id"], flags].concat())
}

#[test]
fn a_lost_or_shortened_answer_is_asked_for_again() {
    let server = Flaky::new(vec![
        Reply::Close,
        Reply::CutShort(answer()),
        Reply::Answer(200, answer()),
    ]);
    let ids = list(&server, &[]).quiet_success();
    assert_eq!(ids, format!("{}\n", uuid(50)));
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_failure_that_passes_costs_one_more_request() {
    let api = Api::new();
    let found = page(&[connection(50, 1, 2, &["logs"])], 1);
    api.expect_first("GET", LIST, None, ResponseTemplate::new(502))
        .get(LIST, &found);
    api.world().run(["list"]).quiet_success();
    assert_eq!(api.targets().len(), 2);
}

#[test]
fn a_rate_limit_is_waited_for_as_long_as_it_says() {
    let limited = |seconds: &str| {
        let headers = format!("x-ratelimit-reset: {seconds}\r\n");
        Reply::AnswerWith("429 X", headers, r#"{"errors":["slow down"]}"#.to_owned())
    };
    let server = Flaky::new(vec![limited("1"), Reply::Answer(200, answer())]);
    let begin = Instant::now();
    list(&server, &[]).quiet_success();
    assert!(begin.elapsed() >= Duration::from_secs(1));
    let server = Flaky::new(vec![limited("3600")]);
    let begin = Instant::now();
    let over = list(&server, &["--timeout=2s"]).code(7);
    assert!(begin.elapsed() < Duration::from_secs(10), "it waited on");
    assert!(over.stderr.contains("hint: "), "{}", over.stderr);
}

#[test]
fn no_retries_means_one_request() {
    let server = Flaky::new(vec![Reply::Answer(500, String::new())]);
    list(&server, &["--max-retries", "0"]).code(7);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_service_that_never_answers_is_given_up_in_time() {
    let server = Flaky::new(vec![Reply::Stall]);
    let begin = Instant::now();
    let over = list(&server, &["--timeout=200ms", "--max-retries=0"]).code(7);
    assert!(begin.elapsed() < Duration::from_secs(10), "it waited on");
    assert!(over.stderr.contains("--timeout"), "{}", over.stderr);
}

#[test]
fn a_redirect_is_not_followed_for_the_keys_would_go_with_it() {
    let elsewhere = Api::new();
    let headers = format!("location: {}{LIST}\r\n", elsewhere.url());
    let server = Flaky::new(vec![Reply::AnswerWith("302 X", headers, String::new())]);
    let refused = list(&server, &[]).code(1);
    assert!(
        refused.stderr.contains("redirects are not followed"),
        "{}",
        refused.stderr
    );
    assert_eq!(elsewhere.targets(), Vec::<String>::new());
}

#[test]
fn what_is_no_answer_of_the_api_is_told() {
    let html = "<html>login</html>".to_owned();
    let server = Flaky::new(vec![Reply::Answer(200, html)]);
    let refused = list(&server, &[]).code(1);
    assert!(
        refused.stderr.contains("hint: check that ORGCONN_API_URL"),
        "{}",
        refused.stderr
    );
}

#[test]
fn one_of_several_profiles_that_fails_hides_nothing_of_the_others() {
    let good = Flaky::new(vec![Reply::Answer(200, answer())]);
    let bad = Flaky::new(vec![Reply::Answer(
        403,
        r#"{"errors":["Forbidden"]}"#.to_owned(),
    )]);
    let world = World::bare().with("SOME_KEY", "test-api-key");
    let profile = |name: &str, url: &str| {
        let key = r#"{ env = "SOME_KEY" }"#;
        format!("[profiles.{name}]\napi_url = \"{url}\"\napi_key = {key}\napp_key = {key}\n")
    };
    let text = profile("good", good.url()) + &profile("bad", bad.url());
    let file = world.file("orgconn.toml", &text);
    let file = file.to_str().unwrap();
    let part = world
        .run(["--config", file, "--all-profiles", "list", "-o", "json"])
        .code(8);
    let report = part.json();
    assert_eq!(report["items"][0]["id"], uuid(50));
    assert_eq!(report["items"][0]["profiles"], json!(["good"]));
    assert_eq!(report["errors"].as_array().unwrap().len(), 1);
    assert_eq!(report["errors"][0]["profile"], "bad");
    assert_data_eq!(
        part.stderr,
        str![[r#"
error: profile bad: GET /api/v2/org_connections at 127.0.0.1:[..]: 403 Forbidden
hint: the credentials come from profile bad: environment variable SOME_KEY and environment variable SOME_KEY: they may not do this (org_connections_read to list, org_connections_write to create, update and delete), are wrong, or are not of the site that `api_url` of the profile bad leads to; `orgconn auth status` shows what they may do

"#]]
    );
}
