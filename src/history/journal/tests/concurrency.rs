use std::collections::HashSet;
use std::thread;

use super::*;

const EACH: usize = 200;

fn write_entries(journal: &Journal) {
    for number in 0..EACH {
        let pending = journal.begin(&change(create("logs"))).unwrap();
        pending.failed(&number.to_string(), None).unwrap();
    }
}

/// All that two writers wrote is there, whole, and each one's in its order.
fn assert_complete(journal: &Journal) {
    let history = journal.entries().unwrap();
    assert_eq!(history.unreadable().len(), 0);
    let ids: HashSet<_> = history.entries().iter().map(|entry| &entry.id).collect();
    assert_eq!(ids.len(), 2 * EACH);
    let mut messages = vec![0; EACH];
    for entry in history.entries() {
        let Outcome::Failed { message, .. } = &entry.outcome else {
            panic!("{:?}", entry.outcome);
        };
        messages[message.parse::<usize>().unwrap()] += 1;
    }
    assert_eq!(messages, [2; EACH]);
}

#[test]
fn two_threads_lose_nothing_of_each_other() {
    let (_home, journal) = journal();
    thread::scope(|scope| {
        scope.spawn(|| write_entries(&journal));
        scope.spawn(|| write_entries(&journal));
    });
    assert_complete(&journal);
}

#[test]
fn of_several_undos_at_once_one_alone_is_sent() {
    let (_home, journal) = journal();
    let pending = journal.begin(&change(delete("one", "logs"))).unwrap();
    pending.done(None).unwrap();
    let entry = only_entry(&journal);
    let undo = || match journal.begin_undo(&entry, &change(create("logs"))) {
        Ok(pending) => {
            // As long as a request takes, so that the others come in between.
            thread::sleep(Duration::from_millis(20));
            pending.done(Some(&connection("two", "logs"))).unwrap();
            true
        }
        Err(HistoryError::Undo(UndoError::AlreadyUndone { .. })) => false,
        Err(error) => panic!("{error}"),
    };
    let sent: Vec<_> = thread::scope(|scope| {
        let undos: Vec<_> = (0..8).map(|_| scope.spawn(undo)).collect();
        undos.into_iter().map(|undo| undo.join().unwrap()).collect()
    });
    assert_eq!(sent.iter().filter(|sent| **sent).count(), 1);
}

#[test]
fn an_undo_waits_for_the_one_under_way_and_not_for_other_changes() {
    let (_home, mut journal) = journal();
    journal.store.patience = Duration::from_millis(20);
    let pending = journal.begin(&change(delete("one", "logs"))).unwrap();
    pending.done(None).unwrap();
    let entry = only_entry(&journal);
    let first = journal.begin_undo(&entry, &change(create("logs"))).unwrap();
    assert!(matches!(
        journal.begin_undo(&entry, &change(create("logs"))),
        Err(HistoryError::NotBegun(StoreError::Locked { .. }))
    ));
    drop(journal.begin(&change(create("logs"))).unwrap());
    drop(first);
    drop(journal.begin_undo(&entry, &change(create("logs"))).unwrap());
}
