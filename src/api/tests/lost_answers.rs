//! Writes whose answer was lost.

use jiff::Timestamp;
use tokio::time::Instant;

use super::raw_server::{RawServer, Reply};
use super::*;
use crate::api::{Error, ErrorKind};

const POST: &str = "POST /api/v2/org_connections";

fn look() -> String {
    format!("GET {LIST}?limit=1000&offset=0&sink_org_id={HUB}")
}

/// The list with the connection number 0, made `age` seconds before the time that the answer's `Date` says, which is
/// years from this machine's own.
fn list_with_one_made(age: i64) -> Reply {
    list_with(record(0), age)
}

fn list_with(mut record: Value, age: i64) -> Reply {
    let now: Timestamp = "2031-01-01T12:00:00Z".parse().unwrap();
    let created_at = now - Duration::from_secs(age.unsigned_abs());
    record["attributes"]["created_at"] = created_at.to_string().into();
    let body = page(&[record], 1).to_string();
    Reply::with_headers("200 OK", "date: Wed, 01 Jan 2031 12:00:00 GMT\r\n", &body)
}

/// The record of the connection number 0 with these types.
fn record_with_types(words: &[&str]) -> Value {
    let mut record = record(0);
    record["attributes"]["connection_types"] = json!(words);
    record
}

fn empty_list() -> Reply {
    Reply::json(&page(&[], 0))
}

fn lost() -> Reply {
    Reply::status("504 Gateway Timeout", "")
}

fn conflict() -> Reply {
    Reply::status("409 Conflict", "")
}

/// What follows once all three attempts are lost.
fn after_loss(look: Reply) -> Vec<Reply> {
    vec![lost(), lost(), lost(), look]
}

async fn create(replies: Vec<Reply>) -> (Result<Connection, Error>, Vec<String>) {
    let server = RawServer::start(replies).await;
    let (client, types) = (
        client_with_timeout(&server.url, 2000),
        types(&["logs", "metrics"]),
    );
    let created = client.create_connection(None, HUB, &types).await;
    (created, server.requests())
}

#[track_caller]
fn assert_failed(error: &Error, outcome_unknown: bool, end: &str) {
    assert_eq!(error.kind(), ErrorKind::Server);
    assert_eq!(error.is_outcome_unknown(), outcome_unknown);
    assert!(error.to_string().ends_with(end), "{error}");
}

/// Trap: with retries on, the user gets a conflict with the connection that was just made.
#[tokio::test]
async fn a_create_that_took_effect_though_its_answer_was_lost_is_a_success() {
    let cut_short = Reply::cut_short("{\"data\":");
    for lost in [lost(), Reply::Close, cut_short] {
        let (created, requests) = create(vec![lost, conflict(), list_with_one_made(1)]).await;
        assert_eq!(created.unwrap().id, id(0));
        assert_eq!(requests, [POST, POST, &look()]);
    }
}

#[tokio::test]
async fn a_connection_that_is_older_or_has_other_types_was_not_made_by_this_request() {
    for live in [
        list_with_one_made(3600),
        list_with(record_with_types(&["audit"]), 1),
        Reply::json(&page(&[record_with_types(&["audit"])], 1)),
    ] {
        let (created, _) = create(after_loss(live)).await;
        let error = created.unwrap_err();
        assert_eq!(error.existing_connection().unwrap().id, id(0));
        let end = "another connection of the pair, which this request did not create";
        assert_failed(&error, false, end);
    }
}

/// The record may be the one that was looked for.
#[tokio::test]
async fn a_list_with_an_unreadable_record_settles_nothing() {
    let unreadable = Reply::json(&page(&[json!({"id": id(0)})], 1));
    let (created, _) = create(after_loss(unreadable.clone())).await;
    let end = "it is not known whether the connection was created";
    assert_failed(&created.unwrap_err(), true, end);
    let server = RawServer::start(after_loss(unreadable)).await;
    let deleted = client(&server.url).delete_connection(&connection(0)).await;
    let end = "it is not known whether it was deleted";
    assert_failed(&deleted.unwrap_err(), true, end);
}

/// Trap: without a `Date`, an old connection passes for one that was just made.
#[tokio::test]
async fn without_a_date_nobody_knows_who_made_a_connection() {
    let undated = || Reply::json(&page_of(0, 1, 1));
    for replies in [after_loss(undated()), vec![lost(), conflict(), undated()]] {
        let (created, _) = create(replies).await;
        let error = created.unwrap_err();
        assert!(error.is_outcome_unknown());
        assert_eq!(error.existing_connection().unwrap().id, id(0));
        let end = "it is not known whether this request created it";
        assert!(error.to_string().ends_with(end), "{error}");
    }
}

#[tokio::test]
async fn a_create_whose_answer_is_unreadable_is_looked_for() {
    for body in ["", "{}", "<html>", r#"{"data":null}"#] {
        let unreadable = Reply::status("200 OK", body);
        let (created, _) = create(vec![unreadable.clone(), list_with_one_made(1)]).await;
        assert_eq!(created.unwrap().id, id(0));
        let (created, _) = create(vec![unreadable, empty_list()]).await;
        assert_eq!(created.unwrap_err().kind(), ErrorKind::Decode);
    }
}

/// The connection in the answer is this request's own, so it is not called another's.
#[tokio::test]
async fn a_create_whose_answer_and_live_state_show_other_types_stays_unknown() {
    let made = record_with_types(&["logs"]);
    let answered = Reply::json(&json!({"data": made}));
    let (created, _) = create(vec![answered, list_with(made, 1)]).await;
    let error = created.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Inconclusive);
    assert!(error.is_outcome_unknown());
    assert_eq!(
        error.detail(),
        "not as asked: has logs, asked for logs,metrics"
    );
}

#[tokio::test]
async fn a_conflict_with_an_older_connection_after_a_lost_answer_is_a_conflict() {
    let (created, _) = create(vec![lost(), conflict(), list_with_one_made(3600)]).await;
    let error = created.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(!error.is_outcome_unknown());
    assert_eq!(error.existing_connection().unwrap().id, id(0));
    assert!(
        error
            .to_string()
            .ends_with(": 409 Conflict (an empty answer)"),
        "{error}"
    );
}

/// A listing may hold connections of other sources to the same destination.
#[tokio::test]
async fn the_look_passes_over_connections_of_other_sources() {
    let mut foreign = record(1);
    foreign["relationships"]["source_org"]["data"]["id"] = json!(DANA);
    let list = Reply::json(&page(&[foreign, record(0)], 2));
    let server = RawServer::start(vec![conflict(), list]).await;
    let (client, types) = (client(&server.url), types(&["audit"]));
    let created = client.create_connection(Some(RETAIL), HUB, &types).await;
    let error = created.unwrap_err();
    assert_eq!(error.existing_connection().unwrap().id, id(0));
}

#[tokio::test]
async fn the_look_afterwards_has_the_whole_timeout() {
    let replies = vec![Reply::Stall(""), list_with_one_made(1)];
    let started = Instant::now();
    let (created, _) = create(replies).await;
    assert_eq!(created.unwrap().id, id(0));
    assert!(started.elapsed() >= Duration::from_millis(1950));
}

#[tokio::test]
async fn an_update_whose_answer_is_unreadable_is_looked_for() {
    let unreadable = Reply::json(&json!({"data": null}));
    let server = RawServer::start(vec![unreadable, list_with_one_made(3600)]).await;
    let (client, types) = (client(&server.url), types(&["logs", "metrics"]));
    let updated = client.update_connection(&connection(0), &types).await;
    assert_eq!(updated.unwrap().types, types);
}

#[tokio::test]
async fn the_live_types_decide_what_an_update_did() {
    const NOT_FOUND: &str = "; a check afterwards did not find the change";
    let odd_answer = || vec![Reply::json(&json!({"data": record_with_types(&["audit"])}))];
    let lost_answers = || vec![lost(), lost(), lost()];
    for (mut replies, live, outcome_unknown, end) in [
        // Nothing has changed.
        (
            odd_answer(),
            &["logs", "metrics"][..],
            false,
            "not as asked: has logs,metrics, asked for logs",
        ),
        // Something has changed, and it may be this request that did it.
        (
            odd_answer(),
            &["audit"],
            true,
            "not as asked: has audit, asked for logs",
        ),
        (lost_answers(), &["logs", "metrics"], false, NOT_FOUND),
        (lost_answers(), &["audit"], false, NOT_FOUND),
    ] {
        replies.push(list_with(record_with_types(live), 3600));
        let server = RawServer::start(replies).await;
        let (client, types) = (client(&server.url), types(&["logs"]));
        let updated = client.update_connection(&connection(0), &types).await;
        let error = updated.unwrap_err();
        assert_eq!(error.is_outcome_unknown(), outcome_unknown);
        assert!(error.to_string().ends_with(end), "{error}");
    }
}

/// A 404 alone does not show that a connection does not exist.
#[tokio::test]
async fn a_delete_that_finds_nothing_is_looked_up() {
    let not_found = Reply::status("404 Not Found", r#"{"errors":["no such connection"]}"#);
    let unreadable = Reply::json(&page(&[json!({"id": id(0)})], 1));
    for (look, kind, end) in [
        (
            empty_list(),
            ErrorKind::NotFound,
            "404 Not Found: no such connection",
        ),
        (
            list_with_one_made(3600),
            ErrorKind::Inconclusive,
            "; a check afterwards found that it still exists",
        ),
        (
            unreadable,
            ErrorKind::Inconclusive,
            "; it is not known whether it exists",
        ),
    ] {
        let server = RawServer::start(vec![not_found.clone(), look]).await;
        let deleted = client(&server.url).delete_connection(&connection(0)).await;
        let error = deleted.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(!error.is_outcome_unknown());
        assert!(error.to_string().ends_with(end), "{error}");
    }
}
