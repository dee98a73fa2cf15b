//! What one request may lead to: how long it waits, what ends a wait, and where keys may show.

use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use super::raw_server::{RawServer, Reply};
use super::*;
use crate::api::{ConnectionFilter, Error, ErrorKind};

fn user() -> Reply {
    Reply::status("200 OK", r#"{"data":{}}"#)
}

/// An answer after which nothing remains for eight seconds.
fn last_of_window() -> Reply {
    let headers = "x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 8\r\n";
    Reply::with_headers("200 OK", headers, r#"{"data":{}}"#)
}

/// A refusal that asks to wait eight seconds.
fn limited() -> Reply {
    Reply::with_headers("429 Too Many Requests", "retry-after: 8\r\n", "")
}

/// Reads until it fails, while an interrupt comes after a moment. Gives the error and the number of requests.
async fn interrupted_after(count: usize, replies: Vec<Reply>) -> (Error, usize) {
    let server = RawServer::start(replies).await;
    let settings = settings();
    let interrupt = settings.interrupt.clone();
    let client = client_with(&server.url, settings);
    let started = Instant::now();
    let read = async {
        loop {
            if let Err(error) = client.current_user().await {
                return error;
            }
        }
    };
    let stop = async {
        while server.requests().len() < count {
            sleep(Duration::from_millis(5)).await;
        }
        sleep(Duration::from_millis(50)).await;
        interrupt.cancel();
    };
    let (error, ()) = tokio::join!(read, stop);
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    let again = client.current_user().await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Interrupted);
    assert!(started.elapsed() < Duration::from_secs(4));
    (error, server.requests().len())
}

#[test]
fn a_client_and_its_futures_can_move_between_threads() {
    fn assert_shareable<T: Clone + Send + Sync>(_: &T) {}
    fn assert_send<T: Send>(_: &T) {}
    let (client, types) = (client("http://127.0.0.1:1"), types(&["logs"]));
    let connection = connection(0);
    assert_shareable(&client);
    assert_send(&client.create_connection(None, HUB, &types));
    assert_send(&client.update_connection(&connection, &types));
    assert_send(&client.delete_connection(&connection));
    assert_send(&client.managed_orgs(None));
    assert_send(&client.connections(ConnectionFilter::default()));
}

#[tokio::test]
async fn an_answer_of_more_than_64_mib_is_refused() {
    let length = (64 << 20) + 1;
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
    let server = RawServer::start(vec![Reply::Bytes(head), user()]).await;
    let error = client(&server.url).current_user().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(server.requests().len(), 1);
    let end = "the answer is longer than 64 MiB";
    assert!(error.to_string().ends_with(end), "{error}");
}

#[tokio::test]
async fn where_no_server_is_a_write_took_no_effect() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let created = client(&url)
        .create_connection(None, HUB, &types(&["logs"]))
        .await;
    let error = created.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(!error.is_outcome_unknown());
    assert!(error.to_string().contains("cannot connect: "), "{error}");
}

/// Trap: errors are debug dumps, and print the key.
#[tokio::test]
async fn a_key_that_the_server_echoes_is_redacted_everywhere() {
    let body = r#"{"errors":["bad key test-api-key with test-app-key"]}"#;
    let cut = format!("{}test-api-key", "x".repeat(280));
    for (body, end) in [(body, ": bad key *** with ***"), (&cut, "x***")] {
        let server = RawServer::start(vec![Reply::status("403 Forbidden", body)]).await;
        let client = client(&server.url);
        let error = client.current_user().await.unwrap_err();
        assert!(error.to_string().ends_with(end), "{error}");
        let shown = format!("{client:?} {error:?} {:?}", keys());
        assert!(!shown.contains("test-a"), "{shown}");
    }
}

#[tokio::test]
async fn the_timeout_bounds_the_whole_operation_and_the_error_names_it() {
    for stalled in ["", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"] {
        let server = RawServer::start(vec![Reply::Stall(stalled); 4]).await;
        let started = Instant::now();
        let client = client_with_timeout(&server.url, 200);
        let error = client.current_user().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        let end = "no answer within 200ms (the tests)";
        assert!(error.to_string().ends_with(end), "{error}");
        assert!(started.elapsed() < Duration::from_secs(2));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn an_interrupt_ends_every_wait_and_read_and_starts_nothing() {
    for (replies, requests) in [
        (vec![limited(), user()], 1),
        (vec![last_of_window(), user()], 1),
        (vec![user(), Reply::Stall(""), user()], 2),
    ] {
        let (error, sent) = interrupted_after(requests, replies).await;
        let text = error.to_string();
        assert!(text.ends_with(": interrupted"), "{text}");
        assert_eq!(sent, requests);
    }
}

/// The history has it already as begun, so that it is sent.
#[tokio::test]
async fn a_write_that_was_begun_is_sent_once_after_an_interrupt() {
    let lost = Reply::status("504 Gateway Timeout", "");
    let server = RawServer::start(vec![lost, user()]).await;
    let settings = settings();
    settings.interrupt.cancel();
    let client = client_with(&server.url, settings);
    let deleted = client.delete_connection(&connection(0)).await;
    assert!(deleted.unwrap_err().is_outcome_unknown());
    assert_eq!(server.requests(), [format!("DELETE {LIST}/{}", id(0))]);
}

#[tokio::test]
async fn an_interrupt_ends_a_sleep() {
    let settings = settings();
    let interrupt = settings.interrupt.clone();
    let client = client_with("http://127.0.0.1:1", settings);
    client.sleep(Duration::from_millis(1)).await.unwrap();
    let sleep = client.sleep(Duration::from_secs(3600));
    let (slept, ()) = tokio::join!(sleep, async { interrupt.cancel() });
    assert_eq!(slept.unwrap_err().kind(), ErrorKind::Interrupted);
}

#[tokio::test]
async fn a_wait_for_a_retry_takes_no_place_among_the_requests_in_flight() {
    let mut replies = vec![limited(); 32];
    replies.push(user());
    let server = RawServer::start(replies).await;
    let client = client(&server.url);
    let reads = futures_util::future::join_all((0..32).map(|_| client.current_user()));
    let other = async {
        while server.requests().len() < 32 {
            sleep(Duration::from_millis(5)).await;
        }
        client.managed_orgs(None).await
    };
    tokio::select! {
        _ = reads => panic!("the reads were to wait"),
        orgs = other => drop(orgs.unwrap()),
    }
}

#[tokio::test]
async fn a_user_is_found_or_not_and_another_one_is_no_answer() {
    let unknown = || Reply::status("404 Not Found", r#"{"errors":["user not found"]}"#);
    let dana = format!(r#"{{"data":{{"id":"{DANA}","attributes":{{"service_account":false}}}}}}"#);
    let page = Reply::status("404 Not Found", "<html>");
    let replies = vec![
        Reply::status("200 OK", &dana),
        unknown(),
        page,
        Reply::status("200 OK", &dana),
    ];
    let server = RawServer::start(replies).await;
    let client = client(&server.url);
    let found = client.user(DANA).await.unwrap();
    assert!(found.id == Some(DANA) && found.is_person());
    for kind in [ErrorKind::NotFound, ErrorKind::UnknownPath] {
        assert_eq!(client.user(DANA).await.unwrap_err().kind(), kind);
    }
    let another = client.user(HUB).await.unwrap_err();
    assert_eq!(another.kind(), ErrorKind::Decode);
    assert_eq!(server.requests()[0], format!("GET /api/v2/users/{DANA}"));
}
