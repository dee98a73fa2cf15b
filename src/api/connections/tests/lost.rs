//! Writes whose answer was lost.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::*;
use crate::api::samples::{hasty_client, page, record_of};

const POST: &str = "POST /api/v2/org_connections";

fn look() -> String {
    format!("GET {LIST}?limit=1000&offset=0&sink_org_id={HUB}")
}

/// The list with one connection to the hub, made `ago` seconds before the time that the answer's `Date` says, which is
/// years from this machine's own.
fn list_with_one_made(ago: i64) -> Reply {
    let now: Timestamp = "2031-01-01T12:00:00Z".parse().unwrap();
    let created_at = now - Duration::from_secs(ago.unsigned_abs());
    let body = page(&[record_of(&created_at.to_string())], 1).to_string();
    Reply::with_headers("200 OK", "date: Wed, 01 Jan 2031 12:00:00 GMT\r\n", &body)
}

fn empty_list() -> Reply {
    Reply::json(&page(&[], 0))
}

fn bad_gateway() -> Reply {
    Reply::status("504 Gateway Timeout", "")
}

fn conflict() -> Reply {
    Reply::status("409 Conflict", EXISTS)
}

async fn create(replies: Vec<Reply>) -> (Result<Connection, Error>, Vec<String>) {
    let server = RawServer::start(replies).await;
    let types = types(&["logs", "metrics"]);
    let result = client(&server.url)
        .create_connection(&HUB.into(), &types)
        .await;
    (result, server.requests())
}

async fn delete(replies: Vec<Reply>) -> (Result<(), Error>, usize) {
    let server = RawServer::start(replies).await;
    let result = client(&server.url).delete_connection(&known()).await;
    (result, server.requests().len())
}

async fn update(replies: Vec<Reply>) -> Result<Connection, Error> {
    let server = RawServer::start(replies).await;
    let types = types(&["logs", "metrics"]);
    client(&server.url)
        .update_connection(&known(), &types)
        .await
}

/// Trap: with retries on, the user gets a conflict with the connection that was just made.
#[tokio::test]
async fn a_creation_that_was_carried_out_unheard_is_a_success() {
    let cut_short = Reply::cut_short("{\"data\":");
    for lost in [bad_gateway(), Reply::Close, cut_short] {
        let (made, requests) = create(vec![lost, conflict(), list_with_one_made(1)]).await;
        assert_eq!(made.unwrap().id, Some(CONNECTION.into()));
        assert_eq!(requests, [POST, POST, &look()]);
    }
}

#[tokio::test]
async fn a_stalled_creation_is_settled_too() {
    let replies = vec![
        Reply::Stall(String::new()),
        conflict(),
        list_with_one_made(1),
    ];
    let server = RawServer::start(replies).await;
    let client = hasty_client(&server.url, 800);
    let made = client
        .create_connection(&HUB.into(), &types(&["logs", "metrics"]))
        .await;
    assert_eq!(made.unwrap().id, Some(CONNECTION.into()));
}

#[tokio::test]
async fn one_that_was_there_long_before_is_not_called_ours() {
    let (made, _) = create(vec![bad_gateway(), conflict(), list_with_one_made(3600)]).await;
    let error = made.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(error.existing().unwrap().id, Some(CONNECTION.into()));
}

#[tokio::test]
async fn one_of_other_types_is_not_called_ours() {
    let server = RawServer::start(vec![Reply::Close, conflict(), list_with_one_made(1)]).await;
    let made = client(&server.url)
        .create_connection(&HUB.into(), &types(&["audit"]))
        .await;
    let error = made.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.existing().is_some() && !error.outcome_unknown());
}

#[tokio::test]
async fn a_creation_without_any_answer_is_looked_for() {
    let lost = || vec![bad_gateway(); 3];
    let (made, requests) = create([lost(), vec![list_with_one_made(1)]].concat()).await;
    assert_eq!(made.unwrap().id, Some(CONNECTION.into()));
    assert_eq!(requests, [POST, POST, POST, &look()]);

    let (made, _) = create([lost(), vec![empty_list()]].concat()).await;
    let error = made.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome_unknown()),
        (ErrorKind::Server, false)
    );
    assert!(
        error
            .to_string()
            .ends_with("a look afterwards found no such connection")
    );

    let (made, _) = create([lost(), vec![Reply::status("403 Forbidden", "")]].concat()).await;
    let error = made.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome_unknown()),
        (ErrorKind::Server, true)
    );
    assert!(
        error
            .to_string()
            .ends_with("whether the connection was made is not known")
    );
}

#[tokio::test]
async fn the_look_afterwards_has_a_time_of_its_own() {
    let stalls = vec![Reply::Stall(String::new()); 2];
    let server = RawServer::start([stalls, vec![list_with_one_made(1)]].concat()).await;
    let client = hasty_client(&server.url, 800);
    let started = Instant::now();
    let made = client
        .create_connection(&HUB.into(), &types(&["logs", "metrics"]))
        .await;
    assert_eq!(made.unwrap().id, Some(CONNECTION.into()));
    assert!(started.elapsed() >= Duration::from_millis(750));
}

#[tokio::test]
async fn a_creation_whose_answer_is_unreadable_is_looked_for() {
    for body in ["", "{}", "<html>", r#"{"data":null}"#] {
        let unreadable = Reply::status("200 OK", body);
        let (made, _) = create(vec![unreadable.clone(), list_with_one_made(1)]).await;
        assert_eq!(made.unwrap().id, Some(CONNECTION.into()));
        let (made, _) = create(vec![unreadable, empty_list()]).await;
        assert_eq!(made.unwrap_err().kind(), ErrorKind::Decode);
    }
}

#[tokio::test]
async fn a_deletion_that_was_carried_out_unheard_is_a_success() {
    let gone = || Reply::status("404 Not Found", "");
    let (deleted, requests) = delete(vec![Reply::Close, gone(), empty_list()]).await;
    deleted.unwrap();
    assert_eq!(requests, 3);
    let (deleted, _) = delete([vec![bad_gateway(); 3], vec![empty_list()]].concat()).await;
    deleted.unwrap();
}

#[tokio::test]
async fn a_deletion_that_is_not_carried_out_is_told_as_such() {
    let (deleted, requests) = delete(vec![Reply::status("404 Not Found", "")]).await;
    assert_eq!(
        (deleted.unwrap_err().kind(), requests),
        (ErrorKind::NotFound, 1)
    );

    let there = list_with_one_made(3600);
    let (deleted, _) = delete([vec![bad_gateway(); 3], vec![there]].concat()).await;
    let error = deleted.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome_unknown()),
        (ErrorKind::Server, false)
    );
    assert!(
        error
            .to_string()
            .ends_with("a look afterwards found it still there")
    );

    let unseen = Reply::status("403 Forbidden", "");
    let (deleted, _) = delete([vec![bad_gateway(); 3], vec![unseen]].concat()).await;
    assert!(deleted.unwrap_err().outcome_unknown());
}

#[tokio::test]
async fn an_update_is_sent_again_and_then_looked_for() {
    let updated = Reply::json(&answer(&record(&CONNECTION.into())));
    assert_eq!(update(vec![Reply::Close, updated]).await.unwrap(), known());
    let lost = || vec![bad_gateway(); 3];
    let found = update([lost(), vec![list_with_one_made(3600)]].concat()).await;
    assert_eq!(found.unwrap().types, types(&["logs", "metrics"]));

    let error = update([lost(), vec![empty_list()]].concat())
        .await
        .unwrap_err();
    assert!(!error.outcome_unknown());
    assert!(
        error
            .to_string()
            .ends_with("a look afterwards did not find the change")
    );

    let unseen = Reply::status("403 Forbidden", "");
    let error = update([lost(), vec![unseen]].concat()).await.unwrap_err();
    assert!(error.outcome_unknown());
}
