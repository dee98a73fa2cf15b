//! Mistakes that other clients of the API make.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use crate::harness::{
    API_KEY, APP_KEY, Api, Bystander, Flaky, Reply, World, connection, org_list, page, uuid,
};

const CREATE: &str = "POST /api/v2/org_connections";

fn found() -> Reply {
    Reply::json(&page(&[connection(50, 1, 2, &["logs"])], 1))
}

fn part_of_two(number: u128) -> Reply {
    Reply::json(&page(&[connection(number, 1, number, &["logs"])], 2))
}

/// A redirect to a server that must not get any connection.
fn pointing_to(bystander: &Bystander, status: &'static str) -> Reply {
    let location = format!(
        "location: http://localhost:{}/api/v2/org_connections\r\n",
        bystander.port()
    );
    Reply::AnswerWith(status, location, String::new())
}

const REDIRECTS: [&str; 5] = [
    "301 Moved Permanently",
    "302 Found",
    "303 See Other",
    "307 Temporary Redirect",
    "308 Permanent Redirect",
];

#[test]
fn keys_never_follow_a_redirect() {
    for status in REDIRECTS {
        let elsewhere = Bystander::new();
        let api = Flaky::new([pointing_to(&elsewhere, status)]);
        let finished = api.world().run(["list", "-o", "json"]).code(1);
        elsewhere.was_left_alone();
        assert_eq!(finished.json()["items"], json!([]));
        assert_eq!(
            finished.messages(api.url()),
            format!(
                "error: GET /api/v2/org_connections at HOST: {status}: it redirects to localhost; redirects are not \
                 followed, to protect the keys\nhint: check ORGCONN_API_URL\n"
            )
        );
    }
}

#[test]
fn a_redirected_create_says_that_nothing_was_created() {
    for status in REDIRECTS {
        let elsewhere = Bystander::new();
        let api = Flaky::new([pointing_to(&elsewhere, status)]);
        let finished = api.world().run(["create", &uuid(2), "--type=logs", "-oid"]);
        let finished = finished.code(1);
        elsewhere.was_left_alone();
        assert_eq!(api.calls(), [CREATE]);
        assert_eq!(finished.stdout, "");
        let message = finished.messages(api.url());
        assert!(
            message.starts_with(&format!("error: `{}` was not connected: POST", uuid(2))),
            "{message}"
        );
    }
}

#[test]
fn a_create_whose_answer_was_lost_is_told_as_made_and_is_made_once() {
    let lost: [fn() -> Reply; 4] = [
        || Reply::refused(504, "Gateway timeout"),
        || Reply::refused(500, "Internal error"),
        || Reply::Close,
        || Reply::CutShort(json!({"data": connection(50, 1, 2, &["logs"])}).to_string()),
    ];
    for lost in lost {
        let api = Flaky::new([lost(), Reply::refused(409, "already exists"), found()]);
        let id = api
            .world()
            .run(["create", &uuid(2), "--type=logs", "-oid"])
            .quiet_success();
        assert_eq!(id, format!("{}\n", uuid(50)));
        let look = format!(
            "GET /api/v2/org_connections?limit=1000&offset=0&sink_org_id={}",
            uuid(2)
        );
        assert_eq!(api.calls(), [CREATE, CREATE, &look]);
    }
}

#[test]
fn a_rate_limit_is_waited_for_as_long_as_the_service_asks() {
    let api = Flaky::new([Reply::limited("x-ratelimit-reset: 0.3"), found()]);
    let begin = Instant::now();
    let ids = api.world().run(["list", "-oid"]).quiet_success();
    assert_eq!(ids, format!("{}\n", uuid(50)));
    assert!(begin.elapsed() >= Duration::from_millis(300));
}

#[test]
fn a_rate_limit_in_the_middle_of_a_listing_costs_nothing_of_it() {
    let api = Flaky::new([
        part_of_two(50),
        Reply::limited("x-ratelimit-reset: 0.1"),
        part_of_two(51),
    ]);
    let ids = api.world().run(["list", "-oid"]).quiet_success();
    assert_eq!(ids, format!("{}\n{}\n", uuid(50), uuid(51)));
    let second = "GET /api/v2/org_connections?limit=1000&offset=1";
    assert_eq!(api.calls()[1..], [second, second]);
}

#[test]
fn a_listing_that_was_reset_or_cut_short_is_asked_for_again() {
    for lost in [Reply::Close, Reply::CutShort(page(&[], 1).to_string())] {
        let api = Flaky::new([lost, found()]);
        let ids = api.world().run(["list", "-oid"]).quiet_success();
        assert_eq!(ids, format!("{}\n", uuid(50)));
    }
}

#[test]
fn a_key_with_a_newline_at_its_end_is_the_key() {
    let api = Flaky::new([found()]);
    let world = api
        .world()
        .with("DD_API_KEY", &format!("{API_KEY}\n"))
        .with("DD_APP_KEY", &format!(" {APP_KEY}\r\n"));
    world.run(["list"]).quiet_success();
    let request = &api.requests()[0];
    for header in [
        format!("\r\ndd-api-key: {API_KEY}\r\n"),
        format!("\r\ndd-application-key: {APP_KEY}\r\n"),
    ] {
        assert!(request.contains(&header), "{request}");
    }
}

#[test]
fn a_key_with_a_newline_inside_is_an_error_that_does_not_show_it() {
    let api = Bystander::new();
    let finished = World::talking_to(&format!("http://127.0.0.1:{}", api.port()))
        .with("DD_APP_KEY", "test-app\nkey-halves")
        .run(["list"])
        .code(2);
    api.was_left_alone();
    assert_eq!(finished.stdout, "");
    assert_eq!(
        finished.stderr,
        "error: cannot read the secret from DD_APP_KEY: the value has spaces, line breaks, control characters or characters \
         outside ASCII in it\n"
    );
}

#[test]
fn errors_are_sentences_and_no_dumps() {
    let answers: [fn() -> Reply; 8] = [
        || Reply::refused(401, "Unauthorized"),
        || Reply::refused(403, "Forbidden"),
        || Reply::Answer(400, json!({"errors": []}).to_string()),
        || Reply::Answer(400, json!({"message": "no such route"}).to_string()),
        || {
            Reply::Answer(
                404,
                json!({"errors": [{"status": "404", "title": "Not Found"}]}).to_string(),
            )
        },
        || Reply::Answer(500, "<html><style>p {}</style></html>".to_owned()),
        || Reply::Answer(200, json!({"data": {"Some": 1}}).to_string()),
        || Reply::Close,
    ];
    for answer in answers {
        let api = Flaky::always(answer);
        let create = ["create", "Org 2", "--type=logs", "--max-retries=0"];
        for command in [&["list", "--max-retries=0"][..], &create] {
            let stderr = api.world().run(command).stderr;
            assert!(stderr.starts_with("error: "), "{stderr}");
            for dump in ["{", "}", "Some(", "Error(", "ResponseError", "\\\"", "[\""] {
                assert!(!stderr.contains(dump), "{stderr}");
            }
        }
    }
}

#[test]
fn a_lost_page_is_never_a_silent_hole() {
    let lost: [fn() -> Reply; 4] = [
        || Reply::limited("x-ratelimit-reset: 0"),
        || Reply::Close,
        || Reply::Answer(200, page(&[], 2).to_string()),
        || Reply::Answer(200, page(&[], 1).to_string()),
    ];
    for lost in lost {
        let mut first = Some(part_of_two(50));
        let api = Flaky::always(move || first.take().unwrap_or_else(lost));
        let finished = api
            .world()
            .run(["list", "-o", "json", "--max-retries=1"])
            .code(7);
        let report = finished.json();
        assert_eq!(report["items"].as_array().unwrap().len(), 1);
        assert_eq!(report["errors"][0]["kind"], "temporary");
        assert!(
            finished.stderr.starts_with("error: "),
            "{}",
            finished.stderr
        );
    }
}

#[test]
fn odd_records_are_shown_with_what_they_have_and_unreadable_ones_are_told() {
    let mut undated = connection(50, 1, 2, &["logs"]);
    undated["attributes"]["created_at"] = Value::Null;
    let mut nameless = connection(53, 1, 3, &["rum", "metrics"]);
    nameless["relationships"]["created_by"] = Value::Null;
    let source = &mut nameless["relationships"]["source_org"]["data"];
    source.as_object_mut().unwrap().remove("name");
    let mut unrelated = connection(51, 1, 3, &["rum", "metrics"]);
    unrelated.as_object_mut().unwrap().remove("relationships");
    let whole = connection(52, 1, 4, &["audit"]);
    let api = Flaky::new([Reply::Answer(
        200,
        page(&[undated, unrelated, nameless, whole], 4).to_string(),
    )]);
    let shown = api.world().run(["list", "-o", "json"]).code(1).json();
    let field = |name: &str| -> Vec<Value> {
        let items = shown["items"].as_array().unwrap().iter();
        items.map(|item| item[name].clone()).collect()
    };
    assert_eq!(field("id"), [uuid(50), uuid(53), uuid(52)]);
    assert_eq!(field("created_at")[0], Value::Null);
    assert_eq!(field("source")[1], json!({"id": uuid(1), "name": null}));
    assert_eq!(field("created_by")[1], json!({"id": null, "name": null}));
    assert_eq!(field("types")[1], json!(["metrics", "rum"]));
    assert_eq!(field("destination")[2]["name"], "Org 4");
    let message = shown["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains(&uuid(51)), "{message}");
}

#[test]
fn a_long_name_hides_nothing() {
    let name = "long name ".repeat(30);
    let mut orgs = org_list(1, &[1, 2, 3]);
    orgs["included"][1]["attributes"]["name"] = name.as_str().into();
    let answer = json!({"data": connection(50, 1, 2, &["logs"])}).to_string();
    let api = Flaky::new([
        Reply::Answer(200, orgs.to_string()),
        Reply::Answer(200, orgs.to_string()),
        Reply::Answer(200, answer),
    ]);
    let shown = api.world().run(["orgs", "-o", "json"]).code(0).json();
    assert_eq!(shown["items"].as_array().unwrap().len(), 3);
    assert_eq!(shown["items"][1]["name"], name.as_str());
    api.world()
        .run(["create", &name, "--type=logs"])
        .quiet_success();
}

#[test]
fn a_stalled_answer_is_waited_for_no_longer_than_the_timeout() {
    let api = Flaky::always(|| Reply::Stall);
    let begin = Instant::now();
    let finished = api.world().run(["list", "--timeout=300ms"]).code(7);
    let taken = begin.elapsed();
    assert!(
        (Duration::from_millis(300)..Duration::from_secs(4)).contains(&taken),
        "{taken:?}"
    );
    assert_data_eq!(
        finished.messages(api.url()),
        str![[r#"
error: GET /api/v2/org_connections at HOST: no answer within 300ms (--timeout)
hint: try again, or allow more time with --timeout

"#]]
    );
    let world = api.world().with("ORGCONN_TIMEOUT", "200ms");
    let finished = world.run(["list"]).code(7);
    let reason = "no answer within 200ms (ORGCONN_TIMEOUT)";
    assert!(finished.stderr.contains(reason), "{}", finished.stderr);
}

/// All of these answers are four gigabytes, which take far longer than the timeout, and the connection is lost after
/// them.
#[test]
fn a_flood_of_interim_answers_ends_at_the_timeout() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(4000);
    let api = Flaky::new([Reply::Repeat(40_000, interim)]);
    let finished = api.world().run(["list", "--timeout=200ms"]).code(7);
    assert_eq!(
        finished.messages(api.url()),
        "error: GET /api/v2/org_connections at HOST: no answer within 200ms (--timeout)\n\
         hint: try again, or allow more time with --timeout\n"
    );
}

#[test]
fn an_answer_may_take_the_whole_timeout() {
    let api = Api::new();
    let found = page(&[connection(50, 1, 2, &["logs"])], 1);
    let answer = ResponseTemplate::new(200)
        .set_body_json(found)
        .set_delay(Duration::from_millis(800));
    let target = "/api/v2/org_connections?limit=1000&offset=0";
    api.expect("GET", target, None, answer, 1);
    api.world()
        .run(["list", "--timeout=1500ms"])
        .quiet_success();
}

#[test]
fn the_help_says_how_long_is_waited_and_how_often_is_retried() {
    let help = World::bare().run(["--help"]).quiet_success();
    let words: Vec<&str> = help.split_whitespace().collect();
    let help = words.join(" ");
    for default in ["[default: 60s]", "[default: 3]"] {
        assert!(help.contains(default), "{help}");
    }
}
