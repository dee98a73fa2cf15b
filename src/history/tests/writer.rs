use std::error::Error;
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use tokio::sync::{mpsc, oneshot};

use super::super::JournalError;
use super::super::writer::{QueuedLine, write_batches};
use super::*;

const NOT_SENT: &str =
    "the change was not sent, because it could not be written to the history first";

/// The message of an error and those of its causes.
fn chain(error: &HistoryError) -> Vec<String> {
    let mut messages = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        messages.push(error.to_string());
        source = error.source();
    }
    messages
}

/// Takes the journal's lock, as another process would.
fn lock(journal: &Journal) -> File {
    let file = File::open(journal.path()).unwrap();
    file.lock().unwrap();
    file
}

async fn carry_out(fixture: &Fixture, number: u128) {
    let pending = fixture.begin(delete(number, "logs")).await.unwrap();
    let entry = fixture.entry(&pending.id);
    assert_eq!(entry.outcome, Outcome::Unknown { message: None });
    let clone = fixture.writer.clone();
    clone.finish(pending, done()).await.unwrap();
}

#[tokio::test]
async fn a_change_is_on_the_disk_before_it_is_sent_and_after_it_is_answered() {
    let fixture = Fixture::new();
    join_all((0..50).map(|number| carry_out(&fixture, number))).await;
    carry_out(&fixture, 50).await;
    let entries = fixture.journal.entries().unwrap();
    assert_eq!((entries.iter().len(), entries.unreadable().len()), (51, 0));
    assert!(entries.iter().all(Entry::is_done));
}

#[tokio::test]
async fn a_refusal_and_a_lost_answer_are_told_apart() {
    let fixture = Fixture::new();
    for outcome in [
        failed("Forbidden"),
        Outcome::Unknown {
            message: Some("the answer was lost".to_owned()),
        },
        done_with(connection(1, "logs")),
    ] {
        let id = fixture.write(create("logs"), outcome.clone()).await;
        assert_eq!(fixture.entry(&id).outcome, outcome);
    }
}

#[tokio::test]
async fn lines_that_wait_are_written_in_one_go() {
    let fixture = Fixture::new();
    fs::write(fixture.home.path().join("state"), "").unwrap();
    let (queue, lines) = mpsc::channel(50);
    let mut results = Vec::new();
    for _ in 0..50 {
        let (result, written) = oneshot::channel();
        let line = b"{}".to_vec();
        queue.try_send(QueuedLine { line, result }).unwrap();
        results.push(written);
    }
    drop(queue);
    let journal = fixture.journal.clone();
    let writing = tokio::task::spawn_blocking(move || write_batches(&journal, lines));
    writing.await.unwrap();
    let mut errors = Vec::new();
    for result in results {
        errors.push(result.await.unwrap().unwrap_err());
    }
    assert!(errors.iter().all(|error| Arc::ptr_eq(error, &errors[0])));
}

#[tokio::test]
async fn a_change_that_is_given_up_holds_up_no_other() {
    let fixture = Fixture::new();
    let mut given_up = Box::pin(fixture.begin(create("logs")));
    let others = join_all((1..5).map(|number| fixture.begin(delete(number, "logs"))));
    assert!((&mut given_up).now_or_never().is_none());
    drop(given_up);
    assert!(others.await.iter().all(Result::is_ok));
    let entries = fixture.journal.entries().unwrap();
    let unknown = Outcome::Unknown { message: None };
    assert!(
        entries
            .iter()
            .filter(|entry| entry.outcome == unknown)
            .count()
            >= 4
    );
}

#[tokio::test]
async fn an_undo_is_tied_to_its_entry_once_it_is_done() {
    let fixture = Fixture::new();
    let deleted = fixture.write(delete(1, "logs"), done()).await;
    drop(fixture.begin_undo(&deleted, &create("logs")).await.unwrap());
    let entry = fixture.entry(&deleted);
    assert_eq!((entry.undone_by, entry.undo_refused_by), (None, None));
    for outcome in [
        failed("Forbidden"),
        Outcome::Failed {
            message: "the service failed".to_owned(),
            http_status: Some(503),
        },
        failed("Forbidden"),
    ] {
        let is_refused = outcome == failed("Forbidden");
        let by = fixture.write_undo(&deleted, create("logs"), outcome).await;
        let entry = fixture.entry(&deleted);
        assert_eq!(entry.undone_by, None);
        assert_eq!(entry.undo_refused_by == Some(by), is_refused);
    }
    let made = done_with(connection(2, "logs"));
    let by = fixture.write_undo(&deleted, create("logs"), made).await;
    assert_eq!(fixture.entry(&deleted).undone_by.as_ref(), Some(&by));
    assert_eq!(fixture.entry(&by).undoes.as_ref(), Some(&deleted));
}

#[tokio::test]
async fn the_changes_of_one_writer_are_a_run() {
    let fixture = Fixture::new();
    let first = fixture.write(delete(1, "logs"), done()).await;
    let second = fixture.write(delete(2, "logs"), done()).await;
    let other = JournalWriter::new(fixture.journal.clone());
    let (change, origin) = (delete(3, "logs"), origin(HOST));
    let third = other.begin(&change, "rm", &origin, None).await.unwrap().id;
    let run = |id| fixture.entry(id).run;
    assert_eq!(run(&first), run(&second));
    assert_ne!(run(&first), run(&third));
    assert!(run(&first).to_string().starts_with('r'));
}

#[tokio::test]
async fn an_undo_waits_for_another_and_not_for_other_changes() {
    let fixture = Fixture::with(|journal| journal.lock_timeout = Duration::from_millis(20));
    let first = fixture.journal.lock_undo().unwrap();
    assert!(fixture.journal.lock_undo().unwrap_err().is_locked());
    drop(fixture.begin(create("logs")).await.unwrap());
    drop(first);
    drop(fixture.journal.lock_undo().unwrap());
}

#[tokio::test]
async fn a_journal_that_another_process_keeps_locked_is_not_waited_for_without_end() {
    let fixture = Fixture::with(|journal| journal.lock_timeout = Duration::from_millis(20));
    let pending = fixture.begin(create("logs")).await.unwrap();
    let id = pending.id.clone();
    let other = lock(&fixture.journal);
    let locked = format!(
        "{} has been locked by another process for 0 s; wait until it ends, or end it, and try again",
        fixture.journal.path().display()
    );
    let begun = fixture.begin(create("logs")).await.unwrap_err();
    assert_eq!(chain(&begun), [NOT_SENT, &locked]);
    let finished = fixture.writer.finish(pending, done()).await.unwrap_err();
    let unfinished = format!(
        "the outcome of the change could not be written to the history; the entry {id} stays unknown"
    );
    assert_eq!(chain(&finished), [&*unfinished, &*locked]);
    let read = fixture.journal.entries().unwrap_err();
    assert_eq!(chain(&read), ["the history could not be read", &locked]);
    assert!(begun.is_locked() && finished.is_locked() && read.is_locked());
    drop(other);
    assert!(!fixture.only_entry().is_done());
}

#[cfg(unix)]
#[tokio::test]
async fn a_state_directory_that_is_a_file_is_named() {
    let fixture = Fixture::new();
    fs::write(fixture.home.path().join("state"), "").unwrap();
    let make = format!(
        "cannot make {}; check that the state directory belongs to you and its disk works",
        fixture.home.path().join("state/orgconn").display()
    );
    let error = fixture.begin(create("logs")).await.unwrap_err();
    assert_eq!(chain(&error)[..2], [NOT_SENT, &make]);
}

#[tokio::test]
async fn a_change_too_large_to_be_read_back_is_not_begun_and_keeps_no_other_from_it() {
    let fixture = Fixture::new();
    let mut large = connection(1, "logs");
    large.source.name = Some("x".repeat(1 << 20));
    let (large, other) = tokio::join!(
        fixture.begin(Change::Delete { before: large }),
        fixture.begin(delete(2, "logs"))
    );
    let Err(HistoryError::WriteIntent(error)) = large else {
        panic!("{large:?}");
    };
    assert!(matches!(*error, JournalError::TooLong { bytes, .. } if bytes > 1 << 20));
    assert_eq!(fixture.only_entry().id, other.unwrap().id);
}

#[tokio::test]
async fn the_beginning_of_a_long_message_is_kept() {
    let fixture = Fixture::new();
    for outcome in [failed, |message: &str| Outcome::Unknown {
        message: Some(message.to_owned()),
    }] {
        let long = "é".repeat(1 << 20);
        let id = fixture.write(create("logs"), outcome(&long)).await;
        let expected = outcome(&"é".repeat(2_000));
        assert_eq!(fixture.entry(&id).outcome, expected);
    }
}
