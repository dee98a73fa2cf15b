use tokio::net::TcpListener;

use crate::api::raw_server::{RawServer, Reply};
use crate::api::samples::{HUB, client, options, types};
use crate::api::{Client, ClientOptions, ConnectionFilter, Error, ErrorKind};
use crate::topology::Connection;

mod time;

const GOOD: &str = r#"{"status":"ok"}"#;

fn good() -> Reply {
    Reply::status("200 OK", GOOD)
}

/// The error of one read after these replies, and how many requests it took.
async fn failure(replies: Vec<Reply>) -> (Error, usize) {
    let server = RawServer::start(replies).await;
    let error = client(&server.url).validate_keys().await.unwrap_err();
    (error, server.requests().len())
}

#[test]
fn a_client_and_its_work_can_move_between_threads() {
    fn shared<T: Clone + Send + Sync>(_: &T) {}
    fn sent<T: Send>(_: &T) {}
    let (client, id, types) = (client("http://127.0.0.1:1"), HUB.into(), types(&["logs"]));
    shared(&client);
    sent(&client.create_connection(&id, &types));
    sent(&client.update_connection(&Connection::default(), &types));
    sent(&client.delete_connection(&Connection::default()));
    sent(&client.managed_orgs(None));
    sent(&client.connections(ConnectionFilter::default()));
}

/// Trap: keys leak on redirect.
#[tokio::test]
async fn a_redirect_is_never_followed_and_names_the_host_only() {
    let foreign = RawServer::start(vec![good()]).await;
    let target = format!("location: {}/path?secret=1\r\n", foreign.url);
    let (error, requests) = failure(vec![Reply::with_headers("302 Found", &target, "")]).await;
    assert_eq!(error.kind(), ErrorKind::Redirected);
    assert_eq!(error.http_status(), Some(302));
    assert!(
        error.to_string().contains("it points to 127.0.0.1"),
        "{error}"
    );
    assert!(!error.to_string().contains("secret"), "{error}");
    assert_eq!((requests, foreign.requests().len()), (1, 0));
}

/// Trap: a redirected POST is posted again to the foreign host, or becomes a GET.
#[tokio::test]
async fn a_redirected_write_ends_there_and_was_not_done() {
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let foreign = RawServer::start(vec![good()]).await;
        let target = format!("location: {}\r\n", foreign.url);
        let server = RawServer::start(vec![Reply::with_headers(status, &target, "")]).await;
        let client = client(&server.url);
        let made = client
            .create_connection(&HUB.into(), &types(&["logs"]))
            .await;
        let error = made.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirected);
        assert!(!error.outcome_unknown());
        assert_eq!(server.requests(), ["POST /api/v2/org_connections"]);
        assert!(foreign.requests().is_empty());
    }
}

/// Trap: the wait that the service asks for is ignored.
/// Trap: a read that was reset or cut short is never repeated.
#[tokio::test]
async fn a_lost_or_cut_short_answer_is_asked_for_again() {
    let server = RawServer::start(vec![Reply::Close, Reply::cut_short(GOOD), good()]).await;
    client(&server.url).validate_keys().await.unwrap();
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn retries_come_to_an_end() {
    let (error, requests) = failure(vec![Reply::Close; 4]).await;
    assert_eq!((error.kind(), requests), (ErrorKind::Network, 3));
    let page = Reply::status("502 Bad Gateway", "<html><body>cloud</body></html>");
    let (error, requests) = failure(vec![page; 4]).await;
    assert_eq!((error.kind(), requests), (ErrorKind::Server, 3));
    let end = "502 Bad Gateway (an HTML page, not an answer of the API)";
    assert!(error.to_string().ends_with(end), "{error}");
}

#[tokio::test]
async fn a_refusal_is_not_asked_for_again() {
    for (status, kind) in [
        ("400 Bad Request", ErrorKind::Rejected),
        ("401 Unauthorized", ErrorKind::Unauthenticated),
        ("403 Forbidden", ErrorKind::Forbidden),
        ("404 Not Found", ErrorKind::NotFound),
        ("407 Proxy Authentication Required", ErrorKind::Proxy),
        ("409 Conflict", ErrorKind::Conflict),
        ("422 Unprocessable Entity", ErrorKind::Rejected),
    ] {
        let (error, requests) = failure(vec![Reply::status(status, ""), good()]).await;
        assert_eq!((error.kind(), requests), (kind, 1));
        let shown = error.to_string();
        assert!(
            shown.ends_with(&format!("{status} (an empty answer)")),
            "{shown}"
        );
    }
}

/// Trap: a stalled answer is waited for for ever.
#[tokio::test]
async fn an_endless_answer_is_refused() {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
        (64 << 20) + 1
    );
    let (error, requests) = failure(vec![Reply::Bytes(head), good()]).await;
    assert_eq!((error.kind(), requests), (ErrorKind::Decode, 1));
    assert!(
        error
            .to_string()
            .ends_with("the answer is longer than 64 MiB")
    );
}

#[tokio::test]
async fn a_body_without_a_length_is_counted_as_it_comes() {
    let body = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n0123456789";
    let server = RawServer::start(vec![Reply::Bytes(body.to_owned()); 2]).await;
    let options = options(&server.url);
    let client = options.pool.transport(&options).unwrap().client;
    let response = client.get(&server.url).send().await.unwrap();
    let whole = super::answer::read(response, 10).await;
    assert_eq!(whole.unwrap(), b"0123456789");
    let response = client.get(&server.url).send().await.unwrap();
    assert!(super::answer::read(response, 9).await.is_err());
}

#[tokio::test]
async fn nobody_there_is_a_network_failure_and_a_write_was_not_done() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let made = client(&url)
        .create_connection(&HUB.into(), &types(&["logs"]))
        .await;
    let error = made.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(!error.outcome_unknown());
    assert!(error.to_string().contains("cannot connect: "), "{error}");
}

#[tokio::test]
async fn broken_encryption_is_told_as_such_and_not_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let client = client(&url);
    let serving = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let plain = b"HTTP/1.1 400 Bad Request\r\n\r\n";
        tokio::io::AsyncWriteExt::write_all(&mut stream, plain)
            .await
            .unwrap();
        stream
    };
    let (result, _stream) = tokio::join!(client.validate_keys(), serving);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Tls);
}

/// Trap: errors are debug dumps, and print the key.
#[tokio::test]
async fn a_key_that_the_server_echoes_is_struck_out_everywhere() {
    let body = r#"{"errors":["bad key test-api-key with test-app-key"]}"#;
    let server = RawServer::start(vec![Reply::status("403 Forbidden", body)]).await;
    let options = options(&server.url);
    let shown = format!("{options:?}");
    let client = Client::new(options).unwrap();
    let error = client.validate_keys().await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("403 Forbidden: bad key *** with ***")
    );
    let shown = format!("{shown} {client:?} {error:?}");
    assert!(
        !shown.contains("test-api-key") && !shown.contains("test-app-key"),
        "{shown}"
    );
}

/// Trap: a key with a newline at its end makes the client panic.
#[tokio::test]
async fn a_key_read_with_its_newline_works() {
    let server = RawServer::start(vec![good()]).await;
    let credentials = crate::api::Credentials::Token("test-token\r\n".into());
    let client = Client::new(ClientOptions {
        credentials,
        ..options(&server.url)
    });
    client.unwrap().validate_keys().await.unwrap();
}
