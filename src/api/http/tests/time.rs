//! How long the client waits, and what ends a wait.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use super::{GOOD, failure, good};
use crate::api::raw_server::{RawServer, Reply};
use crate::api::samples::{CONNECTION, client, hasty_client, options};
use crate::api::{Client, ClientOptions, ErrorKind};
use crate::topology::Connection;

#[tokio::test]
async fn a_rate_limit_is_waited_for_as_asked() {
    let limited = |header| Reply::with_headers("429 Too Many Requests", header, "");
    let server = RawServer::start(vec![
        limited("x-ratelimit-reset: 0.05\r\n"),
        limited("retry-after: 0.05\r\n"),
        good(),
    ])
    .await;
    let started = Instant::now();
    client(&server.url).validate_keys().await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(100));
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_wait_longer_than_the_timeout_is_not_begun() {
    let started = Instant::now();
    let limited = Reply::with_headers(
        "429 Too Many Requests",
        "x-ratelimit-reset: 60\r\n",
        r#"{"errors":["Too many requests"]}"#,
    );
    let (error, requests) = failure(vec![limited]).await;
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    let text = error.to_string();
    let end = "429 Too Many Requests; the service asks to wait 60 s";
    assert!(
        text.starts_with("GET /api/v2/validate_keys at 127.0.0.1:"),
        "{text}"
    );
    assert!(text.ends_with(end), "{text}");
    assert_eq!(requests, 1);
    assert!(started.elapsed() < Duration::from_secs(5));
}

/// A good answer after which nothing remains for so many seconds.
fn last_one(seconds: &str) -> Reply {
    let headers = format!("x-ratelimit-remaining: 0\r\nx-ratelimit-reset: {seconds}\r\n");
    Reply::with_headers("200 OK", &headers, GOOD)
}

#[tokio::test]
async fn what_a_rate_limit_does_not_allow_is_not_sent_before_the_reset() {
    let server = RawServer::start(vec![last_one("0.2"), good()]).await;
    let client = client(&server.url);
    client.validate_keys().await.unwrap();
    let started = Instant::now();
    client.validate_keys().await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn a_rate_limit_longer_than_the_timeout_is_an_error_like_a_refusal_and_nothing_is_sent() {
    let server = RawServer::start(vec![last_one("60"), good()]).await;
    let client = client(&server.url);
    client.validate_keys().await.unwrap();
    let error = client.validate_keys().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    let wait = error.retry_after().unwrap();
    assert!(wait > Duration::from_secs(50) && wait <= Duration::from_secs(60));
    let text = error.to_string();
    let end = "the rate limit allows no more requests for 60 s";
    assert!(text.ends_with(end), "{text}");
    assert!(!error.outcome_unknown());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_wish_to_stop_ends_the_wait_for_a_rate_limit() {
    let server = RawServer::start(vec![last_one("8"), good()]).await;
    let options = options(&server.url);
    let (interrupt, client) = (options.interrupt.clone(), Client::new(options).unwrap());
    client.validate_keys().await.unwrap();
    let started = Instant::now();
    let stopping = async {
        sleep(Duration::from_millis(30)).await;
        interrupt.trigger();
    };
    let (result, ()) = tokio::join!(client.validate_keys(), stopping);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Interrupted);
    assert_eq!(server.requests().len(), 1);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_stalled_answer_leaves_time_for_another_attempt() {
    let stalled_body = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{";
    for stalled in ["", stalled_body] {
        let server = RawServer::start(vec![Reply::Stall(stalled.to_owned()), good()]).await;
        let client = hasty_client(&server.url, 800);
        client.validate_keys().await.unwrap();
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn the_timeout_bounds_the_whole_operation() {
    let server = RawServer::start(vec![Reply::Stall(String::new()); 4]).await;
    let started = Instant::now();
    let error = hasty_client(&server.url, 200)
        .validate_keys()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_wish_to_stop_ends_a_wait_and_starts_nothing() {
    let limited = Reply::with_headers("429 Too Many Requests", "retry-after: 8\r\n", "");
    let server = RawServer::start(vec![limited, good()]).await;
    let options = options(&server.url);
    let (interrupt, client) = (options.interrupt.clone(), Client::new(options).unwrap());
    let started = Instant::now();
    let stopping = async {
        sleep(Duration::from_millis(30)).await;
        interrupt.trigger();
    };
    let (result, ()) = tokio::join!(client.validate_keys(), stopping);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Interrupted);
    let error = client.validate_keys().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(server.requests().len(), 1);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_write_in_flight_is_let_finish() {
    let options = options("http://127.0.0.1:1");
    let interrupt = options.interrupt.clone();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let endpoint = crate::api::Endpoint::new(&url, &[]).unwrap();
    let client = Client::new(ClientOptions {
        endpoint,
        ..options
    })
    .unwrap();
    let serving = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        interrupt.trigger();
        sleep(Duration::from_millis(20)).await;
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{GOOD}",
            GOOD.len()
        );
        tokio::io::AsyncWriteExt::write_all(&mut stream, answer.as_bytes())
            .await
            .unwrap();
        stream
    };
    let connection = Connection {
        id: Some(CONNECTION.into()),
        ..Connection::default()
    };
    let (result, _stream) = tokio::join!(client.delete_connection(&connection), serving);
    result.unwrap();
}

#[tokio::test]
async fn a_read_in_flight_is_given_up() {
    let server = RawServer::start(vec![Reply::Stall(String::new())]).await;
    let options = options(&server.url);
    let (interrupt, client) = (options.interrupt.clone(), Client::new(options).unwrap());
    let started = Instant::now();
    let stopping = async {
        sleep(Duration::from_millis(30)).await;
        interrupt.trigger();
    };
    let (result, ()) = tokio::join!(client.validate_keys(), stopping);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Interrupted);
    assert!(started.elapsed() < Duration::from_secs(4));
}
