use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt as _;
use futures_util::future::join_all;

use super::*;
use crate::history::{Action, Origin, Outcome};
use crate::topology::Connection;

fn change(number: usize) -> Change {
    let before = Connection {
        id: Some((&*number.to_string()).into()),
        ..Connection::default()
    };
    Change {
        action: Action::Delete { before },
        command: "apply",
        origin: Origin::default(),
    }
}

fn scribe() -> (tempfile::TempDir, Scribe) {
    let home = tempfile::tempdir().unwrap();
    let journal = Journal::open(home.path()).unwrap();
    (home, Scribe::new(journal))
}

async fn carry_out(scribe: &Scribe, number: usize) {
    let pending = scribe.begin(change(number)).await.unwrap();
    let noted = scribe.journal.entries().unwrap();
    // What would be sent now is in the file already.
    assert!(noted.get(pending.entry()).is_some());
    let clone = scribe.clone();
    clone.conclude(pending, Ending::Done(None)).await.unwrap();
}

#[tokio::test]
async fn a_change_may_be_sent_only_when_it_is_in_the_history() {
    let (_home, scribe) = scribe();
    join_all((0..50).map(|number| carry_out(&scribe, number))).await;
    carry_out(&scribe, 50).await;
    let history = scribe.journal.entries().unwrap();
    assert_eq!(history.entries().len(), 51);
    assert!(history.entries().iter().all(|entry| entry.is_done()));
}

#[test]
fn one_change_by_itself_needs_no_thread_and_those_side_by_side_need_one() {
    let (_home, scribe) = scribe();
    let threads = Arc::new(AtomicUsize::new(0));
    let started = Arc::clone(&threads);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .on_thread_start(move || {
            let _ = started.fetch_add(1, Ordering::Relaxed);
        })
        .build()
        .unwrap();
    runtime.block_on(async {
        for number in 0..3 {
            carry_out(&scribe, number).await;
        }
        assert_eq!(threads.load(Ordering::Relaxed), 0);
        join_all((3..50).map(|number| carry_out(&scribe, number))).await;
        assert_eq!(threads.load(Ordering::Relaxed), 1);
    });
}

#[tokio::test]
async fn where_it_cannot_be_written_none_of_them_may_be_sent() {
    let (home, scribe) = scribe();
    std::fs::create_dir(home.path().join("history.jsonl")).unwrap();
    for count in [1, 20] {
        let begun = join_all((0..count).map(|number| scribe.begin(change(number)))).await;
        assert_eq!(begun.len(), count);
        for refused in begun {
            assert!(matches!(refused, Err(HistoryError::NotBegun(_))));
        }
        assert_eq!(scribe.desk().under_way, 0);
    }
}

#[tokio::test]
async fn one_that_is_given_up_holds_up_no_other() {
    let (_home, scribe) = scribe();
    let mut given_up = Box::pin(scribe.begin(change(0)));
    let others = join_all((1..5).map(|number| scribe.begin(change(number))));
    assert!((&mut given_up).now_or_never().is_none());
    drop(given_up);
    assert!(others.await.into_iter().all(|begun| begun.is_ok()));
    let history = scribe.journal.entries().unwrap();
    let unknown = |entry: &&Entry| matches!(entry.outcome, Outcome::Unknown { .. });
    assert!(history.entries().iter().filter(unknown).count() >= 4);
}
