//! Failures of the service and of the network, each with its exit code, message and hint.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::{Value, json};
use snapbox::data::IntoData;
use snapbox::{assert_data_eq, str};

use crate::harness::{Finished, Flaky, Reply, World, org_list, page, uuid};

/// Runs a command against a server that does the same with every request. Returns the result and the messages.
fn against(turn: fn() -> Reply, command: &[&str]) -> (Finished, String) {
    let api = Flaky::always(turn);
    let finished = api.world().with("ORGCONN_MAX_RETRIES", "0").run(command);
    let messages = finished.messages(api.url());
    (finished, messages)
}

/// Requires that `list` fails with this exit code and these messages, and prints nothing to standard output.
#[track_caller]
fn a_listing_fails(turn: fn() -> Reply, code: i32, expected: impl IntoData) {
    let (finished, messages) = against(turn, &["list"]);
    assert_eq!(finished.code(code).stdout, "");
    assert_data_eq!(messages, expected.into_data());
}

#[test]
fn unknown_keys_are_named_by_where_they_come_from() {
    a_listing_fails(
        || Reply::refused(401, "Unauthorized"),
        4,
        str![[r#"
error: GET /api/v2/org_connections at HOST: 401 Unauthorized
hint: the credentials come from DD_API_KEY and DD_APP_KEY: they are wrong or revoked, or not of the site that ORGCONN_API_URL leads to

"#]],
    );
}

#[test]
fn keys_that_may_not_are_told_which_permission_it_takes() {
    a_listing_fails(
        || Reply::refused(403, "Forbidden"),
        4,
        str![[r#"
error: GET /api/v2/org_connections at HOST: 403 Forbidden
hint: the credentials come from DD_API_KEY and DD_APP_KEY: they may not do this (org_connections_read to list, org_connections_write to create, update and delete), are wrong, or are not of the site that ORGCONN_API_URL leads to; `orgconn auth status` shows what they may do

"#]],
    );
}

#[test]
fn a_create_that_is_not_permitted_says_that_nothing_was_connected() {
    let (finished, messages) = against(
        || Reply::refused(403, "Forbidden"),
        &["create", &uuid(2), "--type=logs"],
    );
    finished.code(4);
    assert_data_eq!(
        messages,
        str![[r#"
error: `00000000-0000-0000-0000-000000000002` was not connected: POST /api/v2/org_connections at HOST: 403 Forbidden
hint: the credentials come from DD_API_KEY and DD_APP_KEY: they may not do this (org_connections_read to list, org_connections_write to create, update and delete), are wrong, or are not of the site that ORGCONN_API_URL leads to; `orgconn auth status` shows what they may do

"#]]
    );
}

#[test]
fn an_org_that_nothing_may_be_read_of_is_asked_for_and_refused() {
    let api = Flaky::always(|| Reply::refused(403, "Forbidden"));
    let refused = api.world().run(["create", "Org 2", "--type=logs"]).code(4);
    let look = "GET /api/v2/org_connections?limit=1000&offset=0";
    assert_eq!(api.calls(), ["GET /api/v2/org", look]);
    assert!(refused.stderr.contains("/api/v2/org_connections at"));
}

#[test]
fn the_profile_that_supplied_the_keys_is_named() {
    let api = Flaky::always(|| Reply::refused(401, "Unauthorized"));
    let world = World::bare().with("HUB_TOKEN", "test-access-token");
    world.file(
        "xdg_config_home/orgconn/config.toml",
        &format!(
            "[profiles.hub]\napi_url = \"{}\"\naccess_token = {{ env = \"HUB_TOKEN\" }}\n",
            api.url()
        ),
    );
    let refused = world.run(["list", "--profile=hub"]).code(4);
    let origin = "the credentials come from profile hub: environment variable HUB_TOKEN: they";
    assert!(refused.stderr.contains(origin), "{}", refused.stderr);
}

#[test]
fn what_the_service_refuses_is_said_in_its_words() {
    a_listing_fails(
        || {
            let error = json!({"status": "400", "title": "Invalid Parameter", "detail": "limit is too large"});
            Reply::Answer(
                400,
                json!({"errors": [error, {"title": "Another"}]}).to_string(),
            )
        },
        1,
        str![[r#"
error: GET /api/v2/org_connections at HOST: 400 Bad Request: Invalid Parameter: limit is too large; Another

"#]],
    );
}

#[test]
fn a_path_that_is_not_there_is_said_to_be_so() {
    a_listing_fails(
        || Reply::refused(404, "Not found"),
        1,
        str![[r#"
error: GET /api/v2/org_connections at HOST: 404 Not Found
hint: check ORGCONN_API_URL; the URL of the API must not have a path, such as /api/v2

"#]],
    );
}

#[test]
fn a_page_of_a_gateway_is_not_shown() {
    a_listing_fails(
        || Reply::Answer(500, "<html><body>Oops</body></html>".to_owned()),
        7,
        str![[r#"
error: GET /api/v2/org_connections at HOST: 500 Internal Server Error (an HTML page, not an answer of the API)
hint: the service failed: try again later

"#]],
    );
}

#[test]
fn silence_is_named() {
    a_listing_fails(
        || Reply::Answer(502, String::new()),
        7,
        str![[r#"
error: GET /api/v2/org_connections at HOST: 502 Bad Gateway (an empty answer)
hint: the service failed: try again later

"#]],
    );
}

#[test]
fn an_answer_of_something_else_is_not_taken_for_the_apis() {
    for answer in ["", "<html>Sign in</html>", "{}", "[1]", r#"{"data":"#] {
        let api = Flaky::always(move || Reply::Answer(200, answer.to_owned()));
        let failed = api.world().run(["list"]).code(1);
        assert_data_eq!(
            failed.messages(api.url()),
            str![[r#"
error: GET /api/v2/org_connections at HOST: the answer was not understood: it does not come from the Datadog API, or from a newer version of it
hint: check that ORGCONN_API_URL leads to Datadog's API

"#]]
        );
    }
}

#[test]
fn a_server_that_is_not_there_is_named_with_its_port() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let failed = World::talking_to(&url)
        .run(["list", "--max-retries=1"])
        .code(7);
    assert_eq!(failed.stdout, "");
    assert_data_eq!(
        failed.messages(&url),
        str![[r#"
error: GET /api/v2/org_connections at HOST: cannot connect: [..]refused[..]
hint: check the network, ORGCONN_API_URL, and HTTPS_PROXY

"#]]
    );
}

#[test]
fn plain_http_where_tls_was_expected_is_said_to_be_that() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let authority = listener.local_addr().unwrap().to_string();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let greeting = stream.read(&mut [0; 4096]).unwrap();
        assert!(greeting > 0);
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
    });
    let failed = World::talking_to(&format!("https://{authority}"))
        .run(["list"])
        .code(1);
    server.join().unwrap().unwrap();
    assert_data_eq!(
        failed.messages(&authority),
        str![[r#"
error: GET /api/v2/org_connections at HOST: no TLS connection: the server did not answer with TLS
hint: check ORGCONN_API_URL; if a proxy inspects the traffic, name a file with its certificates in SSL_CERT_FILE

"#]]
    );
}

#[test]
fn errors_are_data_too() {
    let (finished, messages) = against(
        || Reply::refused(401, "Unauthorized"),
        &["list", "-o", "json"],
    );
    let finished = finished.code(4);
    let report = finished.json();
    let error = &report["errors"][0];
    assert_eq!(
        (&report["schema"], &report["items"]),
        (&json!("orgconn/v1"), &json!([]))
    );
    assert_eq!(
        (&error["profile"], &error["kind"], &error["http_status"]),
        (&Value::Null, &json!("permission"), &json!(401))
    );
    // The messages on standard error say the same.
    let told = finished
        .stderr
        .lines()
        .map(|line| line.split_once(": ").unwrap().1);
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            error["message"].as_str().unwrap(),
            error["hint"].as_str().unwrap()
        ]
    );
    assert_eq!(messages.lines().count(), 2);
}

#[test]
fn a_failure_before_anything_is_sent_is_data_too() {
    let failed = World::bare().run(["list", "-o", "json"]).code(2);
    assert_eq!(
        failed.json(),
        json!({"schema": "orgconn/v1", "items": [], "errors": [{
            "profile": null,
            "kind": "usage",
            "message": "no credentials: no keys are set, and there are no profiles",
            "http_status": null,
            "hint": "to try it without an account: orgconn --sandbox list; to log in: orgconn auth login; or set \
                DD_API_KEY and DD_APP_KEY (and DD_SITE, if not datadoghq.com)",
        }]})
    );
}

#[test]
fn a_failure_leaves_no_column_names_that_look_like_an_answer() {
    for format in ["table", "csv", "tsv", "jsonl", "id"] {
        let (finished, _) = against(|| Reply::Close, &["list", "-o", format]);
        assert_eq!(finished.code(7).stdout, "", "{format}");
        let (finished, _) = against(|| Reply::Close, &["orgs", "-o", format]);
        assert_eq!(finished.code(7).stdout, "", "{format}");
    }
    let api = Flaky::new([Reply::json(&page(&[], 0)), Reply::json(&org_list(1, &[]))]);
    let nothing = api.world().run(["list", "-o", "tsv"]).quiet_success();
    assert!(
        nothing.starts_with("ID\t") || nothing.starts_with("id\t"),
        "{nothing}"
    );
}

#[test]
fn many_errors_of_one_kind_are_counted_and_only_the_first_are_told() {
    let destinations: Vec<_> = (2..22).map(uuid).collect();
    let mut words = vec!["create", "--type=logs", "-o=json"];
    words.extend(destinations.iter().map(String::as_str));
    let (finished, messages) = against(|| Reply::refused(400, "not allowed"), &words);
    let finished = finished.code(1);
    assert_data_eq!(
        messages,
        str![[r#"
warning: an org shares with at most 5 others, unless it is on an Enterprise plan
error: `00000000-0000-0000-0000-000000000002` was not connected: it is refused: POST /api/v2/org_connections at HOST: 400 Bad Request: not allowed
error: `00000000-0000-0000-0000-000000000003` was not connected: it is refused: POST /api/v2/org_connections at HOST: 400 Bad Request: not allowed
error: `00000000-0000-0000-0000-000000000004` was not connected: it is refused: POST /api/v2/org_connections at HOST: 400 Bad Request: not allowed
error: `00000000-0000-0000-0000-000000000005` was not connected: it is refused: POST /api/v2/org_connections at HOST: 400 Bad Request: not allowed
error: `00000000-0000-0000-0000-000000000006` was not connected: it is refused: POST /api/v2/org_connections at HOST: 400 Bad Request: not allowed
error: 15 more of this kind; -o json lists them all
hint: not allowed are an org with itself, a disabled or HIPAA-enabled org, an org of another account or site, and unknown types

"#]]
    );
    assert_eq!(finished.json()["errors"].as_array().unwrap().len(), 20);
}
