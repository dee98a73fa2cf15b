//! Retries: which requests are sent again, for how long, and which error ends them.

use std::time::{Duration, Instant};

use serde_json::json;
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use crate::harness::{Api, Flaky, Reply, connection, page, uuid};

fn found() -> Reply {
    Reply::json(&page(&[connection(50, 1, 2, &["logs"])], 1))
}

#[test]
fn a_server_that_recovers_costs_nothing() {
    for status in [500, 502, 503, 504] {
        let api = Flaky::new([Reply::refused(status, "trouble"), found()]);
        let ids = api.world().run(["list", "-oid"]).quiet_success();
        assert_eq!(ids, format!("{}\n", uuid(50)));
    }
}

#[test]
fn a_server_that_does_not_recover_is_given_up_after_the_retries() {
    let api = Flaky::always(|| Reply::refused(503, "no healthy upstream"));
    let failed = api.world().run(["list", "--max-retries=2", "-oid"]).code(7);
    assert_eq!(api.calls().len(), 3);
    assert_eq!(failed.stdout, "");
    assert_data_eq!(
        failed.messages(api.url()),
        str![[r#"
error: GET /api/v2/org_connections at HOST: 503 Service Unavailable: no healthy upstream
hint: the service failed: try again later

"#]]
    );
}

#[test]
fn no_retries_are_made_where_none_are_allowed() {
    let failures: [fn() -> Reply; 3] = [
        || Reply::refused(500, "trouble"),
        || Reply::limited("x-ratelimit-reset: 0"),
        || Reply::Close,
    ];
    for failure in failures {
        let api = Flaky::always(failure);
        api.world()
            .with("ORGCONN_MAX_RETRIES", "0")
            .run(["list"])
            .code(7);
        assert_eq!(api.calls().len(), 1);
    }
}

#[test]
fn what_cannot_become_better_is_not_tried_again() {
    for (status, code) in [
        (400, 1),
        (401, 4),
        (403, 4),
        (404, 1),
        (407, 7),
        (409, 6),
        (422, 1),
    ] {
        let api = Flaky::always(move || Reply::refused(status, "no"));
        api.world().run(["list"]).code(code);
        assert_eq!(api.calls().len(), 1, "{status}");
    }
}

#[test]
fn one_of_several_creates_that_fails_for_good_is_named_and_stops_no_other() {
    let order = |destination| {
        Some(json!({"data": {
            "type": "org_connection",
            "attributes": {"connection_types": ["logs"]},
            "relationships": {"sink_org": {"data": {"type": "orgs", "id": uuid(destination)}}},
        }}))
    };
    let made = |number| {
        let connection = connection(50 + number, 1, number, &["logs"]);
        ResponseTemplate::new(200).set_body_json(json!({ "data": connection }))
    };
    let api = Api::new();
    let create = "/api/v2/org_connections";
    let look = format!("{create}?limit=1000&offset=0&sink_org_id={}", uuid(3));
    api.expect("POST", create, order(2), made(2), 1)
        .expect("POST", create, order(3), ResponseTemplate::new(500), 2)
        .expect("POST", create, order(4), made(4), 1)
        .get(&look, &page(&[], 0));
    let part = api
        .world()
        .with("ORGCONN_MAX_RETRIES", "1")
        .run([
            "create",
            &uuid(2),
            &uuid(3),
            &uuid(4),
            "--type=logs",
            "-oid",
        ])
        .code(8);
    assert_eq!(part.stdout, format!("{}\n{}\n", uuid(52), uuid(54)));
    assert_data_eq!(
        part.messages(&api.url()),
        str![[r#"
error: `00000000-0000-0000-0000-000000000003` was not connected: POST /api/v2/org_connections at HOST: 500 Internal Server Error (an empty answer); a check afterwards found no such connection
hint: the service failed: try again later

"#]]
    );
}

#[test]
fn a_wait_is_asked_for_in_seconds_or_until_a_date() {
    let date = "date: Wed, 26 Nov 2025 08:00:00 GMT\r\nretry-after: Wed, 26 Nov 2025 08:00:01 GMT";
    for (header, least) in [("retry-after: 0.4", 400), (date, 1000)] {
        let api = Flaky::new([Reply::limited(header), found()]);
        let begin = Instant::now();
        api.world().run(["list"]).quiet_success();
        let taken = begin.elapsed();
        assert!(
            taken >= Duration::from_millis(least),
            "{taken:?} for {header}"
        );
    }
}

#[test]
fn of_a_wait_that_is_asked_for_several_times_the_longest_is_waited() {
    for header in [
        "x-ratelimit-reset: 0.1, 0.5",
        "retry-after: 0.5,0.5",
        "retry-after: 0.1\r\nretry-after: 0.5",
    ] {
        let api = Flaky::new([Reply::limited(header), found()]);
        let begin = Instant::now();
        api.world().run(["list"]).quiet_success();
        assert!(begin.elapsed() >= Duration::from_millis(500), "{header}");
    }
}

/// Trap: a reset that is a point in time is taken for a wait of decades.
#[test]
fn a_number_beyond_a_year_is_a_time_by_the_servers_own_clock() {
    let date = "date: Wed, 26 Nov 2025 08:00:00 GMT";
    for name in ["x-ratelimit-reset", "retry-after"] {
        let soon = format!("{date}\r\n{name}: 1764144001");
        let api = Flaky::new([Reply::limited(&soon), found()]);
        let begin = Instant::now();
        api.world().run(["list"]).quiet_success();
        assert!(begin.elapsed() >= Duration::from_secs(1), "{name}");
        let later = format!("{date}\r\n{name}: 1764144090");
        let api = Flaky::new([Reply::limited(&later)]);
        let failed = api.world().run(["list"]).code(7);
        let told = "429 Too Many Requests; the service asks to wait 90 s\n";
        assert!(failed.stderr.contains(told), "{}", failed.stderr);
    }
}

#[test]
fn a_wait_for_a_new_window_is_told() {
    let row = |number| page(&[connection(number, 1, number, &["logs"])], 2).to_string();
    let headers = "x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 4\r\n".to_owned();
    let api = Flaky::new([
        Reply::AnswerWith("200 OK", headers, row(50)),
        Reply::Answer(200, row(51)),
    ]);
    let listed = api.world().run(["list", "-o", "id"]).code(0);
    assert_eq!(listed.stdout, format!("{}\n{}\n", uuid(50), uuid(51)));
    assert_eq!(
        listed.stderr,
        "GET /api/v2/org_connections?limit=1000&offset=1 waits 4 s: the rate limit allows no more until then\n"
    );
}

#[test]
fn a_failed_server_may_ask_for_a_wait_too() {
    let busy = Reply::AnswerWith(
        "503 Service Unavailable",
        "retry-after: 0.4\r\n".to_owned(),
        String::new(),
    );
    let api = Flaky::new([busy, found()]);
    let begin = Instant::now();
    api.world().run(["list"]).quiet_success();
    assert!(begin.elapsed() >= Duration::from_millis(400));
}

#[test]
fn a_wait_longer_than_the_timeout_is_told_and_not_begun() {
    let api = Flaky::always(|| Reply::limited("x-ratelimit-reset: 90"));
    let begin = Instant::now();
    let failed = api.world().run(["list"]).code(7);
    assert!(begin.elapsed() < Duration::from_secs(10));
    assert_eq!(api.calls().len(), 1);
    assert_data_eq!(
        failed.messages(api.url()),
        str![[r#"
error: GET /api/v2/org_connections at HOST: 429 Too Many Requests; the service asks to wait 90 s
hint: try again later, or allow more time with --timeout

"#]]
    );
}

#[test]
fn each_retry_is_told_where_one_wants_to_know() {
    let api = Flaky::new([Reply::refused(500, "trouble"), found()]);
    let told = api.world().run(["list", "-v", "-oid"]).code(0);
    assert_eq!(told.stdout, format!("{}\n", uuid(50)));
    let lines: Vec<&str> = told.stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{}", told.stderr);
    let target = "GET /api/v2/org_connections?limit=1000&offset=0";
    assert!(lines[0].starts_with(&format!("{target} -> 500 in ")));
    assert!(lines[1].starts_with(&format!("{target} is sent again in ")));
    assert!(lines[1].ends_with(": 500 Internal Server Error: trouble"));
    assert!(lines[2].starts_with(&format!("{target} -> 200 in ")));
}
