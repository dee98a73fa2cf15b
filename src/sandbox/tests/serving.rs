//! Tests of properties of every request, and of starting and stopping a server.

use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use reqwest::header::{ALLOW, CONTENT_TYPE};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::error::SandboxError;
use super::super::rate_limit::RateLimit;
use super::*;

#[test]
fn every_answer_is_json_with_rate_limits() {
    let api = Api::sample();
    for path in [CONNECTIONS, "/api/v2/nothing", "/api/v1/validate"] {
        let response = api.send(api.request(Method::GET, path));
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header(CONTENT_TYPE.as_str()), "application/json");
        for name in ["Limit", "Period", "Remaining", "Reset"] {
            let value = header(&format!("X-RateLimit-{name}"));
            assert!(value.parse::<u32>().unwrap() > 0, "{name}: {value}");
        }
        assert_eq!(header("X-RateLimit-Name"), "org_connections");
    }
}

#[test]
fn other_paths_are_not_found() {
    let api = Api::sample();
    for path in [
        "/",
        "/api/v1/org",
        "/api/v2/orgs",
        "/v2/org",
        "/api/v2/org_connections/",
    ] {
        assert_eq!(api.get("hub", path), refusal(404, "Not found"), "{path}");
    }
}

#[test]
fn other_methods_are_not_allowed_and_the_answer_names_those_that_are() {
    let api = Api::sample();
    let one = format!("{CONNECTIONS}/{RETAIL_TO_HUB}");
    for (method, path, allowed) in [
        (Method::PUT, CONNECTIONS, "GET, POST"),
        (Method::GET, &one, "PATCH, DELETE"),
        (Method::POST, "/api/v2/org", "GET"),
        (Method::DELETE, "/api/v2/users/x", "GET"),
    ] {
        let response = api.send(api.request(method, path));
        assert_eq!(response.headers()[ALLOW], allowed);
        assert_eq!(response.status(), 405);
        let body = api.runtime.block_on(response.text()).unwrap();
        assert_eq!(body, r#"{"errors":["Method not allowed"]}"#);
    }
}

#[test]
fn each_answer_waits_for_the_latency() {
    let latency = Duration::from_millis(40);
    let api = Api::serving(ServeOptions {
        latency,
        ..ServeOptions::default()
    });
    let start = Instant::now();
    assert_eq!(api.get("hub", CONNECTIONS).0, 200);
    assert!(start.elapsed() >= latency);
}

#[test]
fn each_answer_reports_what_is_left_of_the_rate_limit() {
    let api = Api::serving(ServeOptions {
        rate_limit: Some(RateLimit {
            requests: 2,
            period: Duration::from_secs(60),
        }),
        ..ServeOptions::default()
    });
    for (status, remaining) in [(200, "1"), (200, "0"), (429, "0")] {
        let request = api.request(Method::GET, CONNECTIONS);
        let response = api.send(with_keys(request, "hub"));
        assert_eq!(response.status(), status);
        for (name, value) in [
            ("x-ratelimit-limit", "2"),
            ("x-ratelimit-period", "60"),
            ("x-ratelimit-remaining", remaining),
            ("x-ratelimit-reset", "60"),
            ("x-ratelimit-name", "org_connections"),
        ] {
            assert_eq!(response.headers()[name], value, "{name}");
        }
    }
}

#[tokio::test]
async fn only_loopback_addresses_that_are_free_are_served() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let error = Listener::bind(address.parse().unwrap()).unwrap_err();
        assert!(matches!(error, SandboxError::NotLoopback(_)), "{address}");
    }
    let first = Listener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let taken = first.url()["http://".len()..].to_owned();
    let error = Listener::bind(taken.parse().unwrap()).unwrap_err();
    let expected = format!("cannot serve the sandbox on {taken}");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_dropped_sandbox_stops_even_with_clients_still_connected() {
    let mut api = Api::sample();
    api.get("hub", CONNECTIONS);
    let address: SocketAddr = api.url["http://".len()..].parse().unwrap();
    let idle = TcpStream::connect(address).unwrap();
    let start = Instant::now();
    api.running = None;
    while TcpStream::connect(address).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(5));
        thread::sleep(Duration::from_millis(1));
    }
    drop(idle);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_request_in_flight_is_answered_before_the_server_ends() {
    let home = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::open(&home.path().join("state.json")).unwrap();
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.url()["http://".len()..].to_owned();
    let stop = CancellationToken::new();
    let serving = serve(sandbox, listener, ServeOptions::default(), stop.clone());
    let asking = async {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST {CONNECTIONS} HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut asks_for_the_body = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
        stream.read_exact(&mut asks_for_the_body).await.unwrap();
        stop.cancel();
        stream.write_all(b"{}").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let ((), answer) = tokio::join!(serving, asking);
    assert!(
        answer.starts_with("HTTP/1.1 401 Unauthorized\r\n"),
        "{answer}"
    );
}

/// The clock goes on only while everything waits.
#[tokio::test(start_paused = true)]
async fn clients_that_send_nothing_more_do_not_keep_others_out_for_long() {
    let home = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::open(&home.path().join("state.json")).unwrap();
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.url()["http://".len()..].to_owned();
    let options = ServeOptions {
        limit_age: true,
        ..ServeOptions::default()
    };
    let asking = async {
        let beginning = format!("GET {CONNECTIONS} HTTP/1.1\r\nhost: loc");
        let mut clients = Vec::new();
        // More than are served at once.
        for _ in 0..140 {
            let mut slow = tokio::net::TcpStream::connect(&address).await.unwrap();
            slow.write_all(beginning.as_bytes()).await.unwrap();
            clients.push(slow);
        }
        let mut client = tokio::net::TcpStream::connect(&address).await.unwrap();
        let request = format!("{beginning}alhost\r\nconnection: close\r\n\r\n");
        client.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let answer = tokio::select! {
        () = serve(sandbox, listener, options, CancellationToken::new()) => unreachable!(),
        answer = tokio::time::timeout(Duration::from_secs(15), asking) => answer.unwrap(),
    };
    assert!(
        answer.starts_with("HTTP/1.1 401 Unauthorized\r\n"),
        "{answer}"
    );
}
