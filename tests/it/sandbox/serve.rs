//! `sandbox serve`: the API for other programs. The tests send requests as curl would.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::served::SandboxServer;
use crate::harness::World;

const HUB: &str = "83999dcd-7f97-11f0-8de1-1ecf66f1aa85";
const ARCHIVE: &str = "37c5e8a4-d10b-11ef-b92e-e6481f3a0d75";
const NOBODY: &str = "00000000-0000-0000-0000-000000000001";
const PATH: &str = "/api/v2/org_connections";

fn order(destination: &str, types: &[&str]) -> String {
    json!({"data": {"type": "org_connection", "attributes": {"connection_types": types},
        "relationships": {"sink_org": {"data": {"type": "orgs", "id": destination}}}}})
    .to_string()
}

fn change(id: &str, types: &[&str]) -> String {
    json!({"data": {"type": "org_connection", "id": id, "attributes": {"connection_types": types}}})
        .to_string()
}

fn errors(message: &str) -> Value {
    json!({ "errors": [message] })
}

fn value(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[test]
fn what_other_programs_need_is_printed_first() {
    let served = SandboxServer::start();
    assert_eq!(served.exports[1], "export DD_API_KEY=sandbox-api-key-hub");
    assert_eq!(served.exports[2], "export DD_APP_KEY=sandbox-app-key-hub");
    assert!(
        served.address.starts_with("127.0.0.1:"),
        "{}",
        served.address
    );
    let world = World::bare();
    let exports = served.exports.join("\n");
    let ids = world
        .script(&format!("{exports}\norgconn list -o id"))
        .quiet_success();
    assert_eq!(ids.lines().count(), 8);
}

#[test]
fn a_command_runs_in_the_sandbox_and_its_exit_code_is_the_result() {
    // Variables of another account do not reach it.
    let world = World::bare()
        .with("ORGCONN_API_KEY", "test-api-key")
        .with("ORGCONN_APP_KEY", "test-app-key")
        .with("ORGCONN_PROFILE", "other")
        .with("DD_SITE", "us3.datadoghq.com");
    let run = "orgconn sandbox serve -- bash -c";
    let listed = world.script(&format!("{run} 'orgconn list -o id && exit 42'"));
    let listed = listed.code(42);
    assert_eq!(listed.stderr, "");
    assert_eq!(listed.stdout.lines().count(), 8);
    let killed = world.script(&format!("{run} 'kill -TERM $$'")).code(143);
    assert_eq!(killed.stdout, "");
    let missing = world.run(["sandbox", "serve", "--", "./no-such-command"]);
    let message = missing.code(2).stderr;
    let begin = "error: cannot run `./no-such-command`: ";
    assert!(message.starts_with(begin), "{message}");
    let cut_off = world.run(["sandbox", "serve", "--"]).code(2);
    let message = "error: no command follows `--`\n";
    assert!(cut_off.stderr.starts_with(message), "{}", cut_off.stderr);
}

#[test]
fn a_signal_reaches_the_command() {
    let script = "trap 'echo ended; exit 3' TERM; echo ready; while :; do sleep 0.05; done";
    let world = World::bare();
    let serve = ["sandbox", "serve", "--", "bash", "-c", script];
    let mut child = world.command(serve).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "ready");
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(lines.next().unwrap().unwrap(), "ended");
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

#[test]
fn requests_beyond_the_rate_limit_are_refused_and_others_orgs_are_not() {
    let served = SandboxServer::start_with(&["--rate-limit=2/60s"]);
    let list = format!("GET {PATH}");
    for _ in 0..2 {
        assert_eq!(served.ask_as_hub(&list, "").0, 200);
    }
    let refused = served.ask_as_hub(&list, "");
    assert_eq!(
        (refused.0, value(&refused.1)),
        (429, errors("Too many requests"))
    );
    let others =
        "DD-API-KEY: sandbox-api-key-platform\r\nDD-APPLICATION-KEY: sandbox-app-key-platform\r\n";
    assert_eq!(served.ask(&list, others, "").0, 200);
}

#[test]
fn a_rate_limit_is_a_number_of_requests_in_whole_seconds() {
    for odd in [
        "", "5", "0/1s", "-1/1s", "5/0s", "5/1500ms", "5/soon", "x/1s",
    ] {
        let flag = format!("--rate-limit={odd}");
        let refused = World::bare().run(["sandbox", "serve", &flag]).code(2);
        assert!(
            refused.stderr.contains("such as 20/10s"),
            "{odd}: {}",
            refused.stderr
        );
    }
}

/// Trap: a job in CI stands still, and its log does not say why.
#[test]
fn a_wait_for_the_rate_limit_is_told_once_unless_quiet() {
    let waits =
        "POST /api/v2/org_connections waits 4 s: the rate limit allows no more until then\n";
    let told = |flag: &str| {
        let served = SandboxServer::start_with(&["--rate-limit=1/4s"]);
        let exports = served.exports.join("\n");
        let create = "orgconn create 'Security Archive' --type logs -o id";
        let script = format!("{exports}\n{create} {flag}");
        World::bare().script(&script).code(0).stderr
    };
    // At the same time, since both wait.
    std::thread::scope(|scope| {
        let quiet = scope.spawn(|| told("-q"));
        assert_eq!(told(""), waits);
        assert_eq!(quiet.join().unwrap(), "");
    });
}

#[test]
fn interruption_and_termination_end_it_well() {
    for signal in [Signal::INT, Signal::TERM] {
        assert_eq!(
            SandboxServer::start().end_with(signal),
            Some(0),
            "{signal:?}"
        );
    }
}

#[test]
fn a_listing_has_the_shape_of_the_api_and_is_paged_and_filtered() {
    let served = SandboxServer::start();
    let (status, body) = served.ask_as_hub(
        &format!("GET {PATH}?limit=2&offset=1&sink_org_id={HUB}"),
        "",
    );
    let page = value(&body);
    assert_eq!(status, 200);
    assert_eq!(
        page["meta"],
        json!({"page": {"total_count": 8, "total_filtered_count": 8}})
    );
    let ids: Vec<_> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    assert_eq!(
        ids,
        [
            "d7e0c5f4-91b8-4c26-a3f7-08b1e9d64a52",
            "8f16a2db-5c73-4e09-b4d8-62f0c7a91e35"
        ]
    );
    assert_eq!(
        page["data"][0],
        json!({"type": "org_connection", "id": ids[0],
        "attributes": {"created_at": "2025-08-27T07:42:10.503918+00:00", "connection_types": ["logs", "metrics"]},
        "relationships": {
            "source_org": {"data": {"type": "orgs", "id": "5b0f6a12-3d7e-11eb-9c41-8a2f61d0b9e4", "name": "Retail EU"}},
            "sink_org": {"data": {"type": "orgs", "id": HUB, "name": "Observability Hub"}},
            "created_by": {"data": {"type": "users", "id": "7a95e3c8-7ece-11f0-84d2-0fc67b1e92a3",
                "name": "Automation of retail-eu"}},
        }})
    );
}

#[test]
fn a_connection_is_made_changed_without_names_and_deleted() {
    let served = SandboxServer::start();
    let (status, body) = served.ask_as_hub(&format!("POST {PATH}"), &order(ARCHIVE, &["metrics"]));
    let made = value(&body)["data"].clone();
    assert_eq!(
        (status, &made["attributes"]["connection_types"]),
        (200, &json!(["metrics"]))
    );
    assert_eq!(
        made["relationships"]["sink_org"]["data"]["name"],
        "Security Archive"
    );
    let id = made["id"].as_str().unwrap();

    let (status, body) = served.ask_as_hub(&format!("PATCH {PATH}/{id}"), &change(id, &["audit"]));
    let changed = value(&body)["data"].clone();
    assert_eq!(
        (status, &changed["attributes"]["connection_types"]),
        (200, &json!(["audit"]))
    );
    let sink = json!({"data": {"type": "orgs", "id": ARCHIVE}});
    assert_eq!(changed["relationships"]["sink_org"], sink);

    let gone = served.ask_as_hub(&format!("DELETE {PATH}/{id}"), "");
    assert_eq!(gone, (200, "{}\n".to_owned()));
}

#[test]
fn what_was_recorded_of_refusals_is_refused_in_the_same_words() {
    let served = SandboxServer::start();
    let exists = served.ask_as_hub(&format!("POST {PATH}"), &order(ARCHIVE, &["logs"]));
    assert_eq!(exists.0, 200);
    let pair = format!("connection between orgs {HUB} and {ARCHIVE}");
    for (request, body, status, message) in [
        (
            format!("POST {PATH}"),
            order(ARCHIVE, &["logs"]),
            409,
            format!("{pair} already exists"),
        ),
        (
            format!("POST {PATH}"),
            order(HUB, &["logs"]),
            400,
            format!("connection between orgs {HUB} and {HUB} is not allowed"),
        ),
        (
            format!("POST {PATH}"),
            order(NOBODY, &["logs"]),
            404,
            "Not found".to_owned(),
        ),
        (
            format!("POST {PATH}"),
            order("nobody", &["logs"]),
            404,
            "Not found".to_owned(),
        ),
        (
            format!("PATCH {PATH}/{NOBODY}"),
            change(NOBODY, &["logs"]),
            404,
            format!("Org connection with id:{NOBODY} not found not found"),
        ),
        (
            format!("DELETE {PATH}/{NOBODY}"),
            String::new(),
            404,
            format!("org connection with id:{NOBODY} not found not found"),
        ),
        (
            format!("DELETE {PATH}/abc"),
            String::new(),
            400,
            "connection id must be a valid uuid".to_owned(),
        ),
    ] {
        let (actual, answer) = served.ask_as_hub(&request, &body);
        assert_eq!(
            (actual, value(&answer)),
            (status, errors(&message)),
            "{request}"
        );
    }
    let made = value(&exists.1)["data"]["id"].as_str().unwrap().to_owned();
    let (status, answer) = served.ask_as_hub(&format!("PATCH {PATH}/{made}"), &change(&made, &[]));
    assert_eq!(
        (status, value(&answer)),
        (400, errors("Validation failed for input."))
    );
}

#[test]
fn keys_that_are_missing_wrong_or_in_the_url_open_nothing() {
    let served = SandboxServer::start();
    let get = format!("GET {PATH}");
    let (status, answer) = served.ask(&get, "", "");
    assert_eq!((status, value(&answer)), (401, errors("Unauthorized")));
    let wrong = "DD-API-KEY: test-api-key\r\nDD-APPLICATION-KEY: test-app-key\r\n";
    let (status, answer) = served.ask(&get, wrong, "");
    assert_eq!((status, value(&answer)), (403, errors("Forbidden")));
    let in_url = "?api_key=sandbox-api-key-hub&application_key=sandbox-app-key-hub";
    assert_eq!(served.ask(&format!("{get}{in_url}"), "", "").0, 401);
    let token = "Authorization: Bearer sandbox-token-hub\r\n";
    assert_eq!(served.ask(&get, token, "").0, 200);
}

#[test]
fn keys_are_said_to_be_good_and_whose_they_are() {
    let served = SandboxServer::start();
    let (status, answer) = served.ask_as_hub("GET /api/v1/validate", "");
    assert_eq!((status, value(&answer)), (200, json!({"valid": true})));
    let (status, answer) = served.ask_as_hub("GET /api/v2/validate_keys", "");
    assert_eq!((status, value(&answer)), (200, json!({"status": "ok"})));
    let (_, answer) = served.ask_as_hub("GET /api/v2/current_user", "");
    let user = value(&answer)["data"].clone();
    assert_eq!(user["relationships"]["org"]["data"]["id"], HUB);
    assert_eq!(user["attributes"]["service_account"], true);
}

#[test]
fn it_listens_on_this_machine_alone() {
    let refused = World::bare()
        .run(["sandbox", "serve", "--listen=0.0.0.0:0"])
        .code(2);
    assert_eq!(refused.stdout, "");
    assert!(refused.stderr.contains("0.0.0.0:0"), "{}", refused.stderr);
}

/// Trap: a web page has its own name resolved to this machine (DNS rebinding), and reads and changes what is served.
#[test]
fn a_request_that_names_another_host_is_refused_also_with_good_keys() {
    let served = SandboxServer::start();
    let keys = "DD-API-KEY: sandbox-api-key-hub\r\nDD-APPLICATION-KEY: sandbox-app-key-hub\r\n";
    let port = served.address.rsplit(':').next().unwrap();
    let ask = |target: &str, hosts: &[&str]| {
        let hosts = hosts.iter().map(|host| format!("Host: {host}\r\n"));
        let head = format!(
            "GET {target} HTTP/1.1\r\n{}{keys}",
            hosts.collect::<String>()
        );
        let answer = served.send(&format!("{head}Connection: close\r\n\r\n"));
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    for host in [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "192.0.2.1",
        "0.0.0.0",
        "",
    ] {
        let host = format!("{host}:{port}");
        assert_eq!(ask(PATH, &[&host]), "421", "{host}");
    }
    assert_eq!(ask(PATH, &["127.0.0.1", "evil.example"]), "421");
    assert_eq!(ask(PATH, &[]), "421");
    let elsewhere = format!("http://evil.example{PATH}");
    assert_eq!(ask(&elsewhere, &["127.0.0.1"]), "421");
    for host in ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8126"] {
        assert_eq!(ask(PATH, &[host]), "200", "{host}");
    }
}

#[test]
fn a_request_beyond_the_bounds_is_refused_and_the_next_one_answered() {
    let served = SandboxServer::start();
    let head = format!("POST {PATH} HTTP/1.1\r\nHost: localhost\r\n");
    let long = "x".repeat(1 << 20);
    let many: String = (0..200)
        .map(|number| format!("X-{number}: 1\r\n"))
        .collect();
    for headers in [format!("X: {long}\r\n"), many] {
        let answer = served.send(&format!("{head}{headers}\r\n"));
        assert!(
            answer.starts_with("HTTP/1.1 431 ") || answer.is_empty(),
            "{answer}"
        );
    }
    let (status, _) = served.ask_as_hub(&format!("POST {PATH}"), &format!("\"{long}\""));
    assert_eq!(status, 400);
    assert_eq!(served.ask_as_hub(&format!("GET {PATH}"), "").0, 200);
}
