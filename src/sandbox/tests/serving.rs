use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use reqwest::Version;
use reqwest::header::{ALLOW, CONTENT_TYPE};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::{Listener, RateLimit, SandboxError, serve};
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
fn both_versions_of_http_are_spoken() {
    let api = Api::sample();
    let response = api.send(with_keys(api.request(Method::GET, CONNECTIONS), "hub"));
    assert_eq!(response.version(), Version::HTTP_11);
    let client = plain_client().http2_prior_knowledge().build().unwrap();
    let api = Api { client, ..api };
    let response = api.send(with_keys(api.request(Method::GET, CONNECTIONS), "hub"));
    assert_eq!(
        (response.version(), response.status()),
        (Version::HTTP_2, StatusCode::OK)
    );
}

#[test]
fn latency_is_waited_for() {
    let latency = Duration::from_millis(40);
    let options = ServeOptions {
        latency,
        ..ServeOptions::default()
    };
    let api = Api::serving(options);
    let begun = Instant::now();
    assert_eq!(api.get("hub", CONNECTIONS).0, 200);
    assert!(begun.elapsed() >= latency);
}

#[test]
fn beyond_its_rate_limit_an_org_is_refused_until_the_reset_and_others_are_not() {
    let options = ServeOptions {
        rate_limit: Some(RateLimit {
            requests: 1,
            period: Duration::from_secs(600),
        }),
        ..ServeOptions::default()
    };
    let api = Api::serving(options);
    let ask = |profile| {
        let response = api.send(with_keys(api.request(Method::GET, CONNECTIONS), profile));
        let header = |name| response.headers()[name].to_str().unwrap().to_owned();
        let status = response.status().as_u16();
        let told = [
            "x-ratelimit-limit",
            "x-ratelimit-period",
            "x-ratelimit-remaining",
        ];
        (status, told.map(header), header("x-ratelimit-reset"))
    };
    let told = ["1", "600", "0"].map(str::to_owned);
    assert_eq!(ask("hub"), (200, told.clone(), "600".to_owned()));
    assert_eq!(ask("platform").0, 200);
    let (status, again, reset) = ask("hub");
    assert_eq!((status, again), (429, told));
    assert!((1..=600).contains(&reset.parse::<u32>().unwrap()));
}

#[test]
fn the_log_tells_of_every_answer_and_of_no_keys() {
    let (told, heard) = mpsc::channel();
    let options = ServeOptions {
        log: Some(Box::new(move |served| {
            told.send(served.to_string()).unwrap()
        })),
        ..ServeOptions::default()
    };
    let api = Api::serving(options);
    api.get("hub", CONNECTIONS);
    api.exchange(api.request(Method::GET, "/api/v2/org?api_key=test-api-key"));
    drop(api);
    let lines: Vec<_> = heard.iter().collect();
    assert_eq!(
        lines,
        ["GET /api/v2/org_connections 200", "GET /api/v2/org 401"]
    );
}

#[test]
fn only_loopback_addresses_are_served() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let error = Listener::bind(address.parse().unwrap()).unwrap_err();
        assert!(
            matches!(error, SandboxError::NotLoopback(_)),
            "{address}: {error}"
        );
    }
}

#[test]
fn an_address_that_is_taken_is_an_error_that_names_it() {
    let first = Listener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let taken: SocketAddr = first.url()["http://".len()..].parse().unwrap();
    let error = Listener::bind(taken).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("cannot serve the sandbox on {taken}")
    );
}

#[test]
fn a_dropped_sandbox_is_gone_at_once_even_with_clients_still_connected() {
    let api = Api::sample();
    api.get("hub", CONNECTIONS);
    let address: SocketAddr = api.running.url()["http://".len()..].parse().unwrap();
    let idle = TcpStream::connect(address).unwrap();
    let Api { running, .. } = api;
    let begun = Instant::now();
    drop(running);
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(TcpStream::connect(address).is_err());
    drop(idle);
}

#[tokio::test]
async fn a_sandbox_can_be_served_on_the_callers_own_runtime() {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("{}{CONNECTIONS}", listener.url());
    let client = plain_client().build().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let home = TempDir::new().unwrap();
    let serving = serve(
        Sandbox::open(&home.path().join("state.json")).unwrap(),
        listener,
        ServeOptions::default(),
        async { drop(stopped.await) },
    );
    let asking = async {
        let response = with_keys(client.get(url), "hub").send().await.unwrap();
        drop(stop);
        response.status()
    };
    let (served, status) = tokio::join!(serving, asking);
    served.unwrap();
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_server_ends() {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.url()["http://".len()..].to_owned();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let home = TempDir::new().unwrap();
    let serving = serve(
        Sandbox::open(&home.path().join("state.json")).unwrap(),
        listener,
        ServeOptions::default(),
        async { drop(stopped.await) },
    );
    let asking = async {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST {CONNECTIONS} HTTP/1.1\r\nhost: sandbox\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut asks_for_the_body = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
        stream.read_exact(&mut asks_for_the_body).await.unwrap();
        drop(stop);
        stream.write_all(b"{}").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let (served, answer) = tokio::join!(serving, asking);
    served.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 401 Unauthorized\r\n"),
        "{answer}"
    );
}
