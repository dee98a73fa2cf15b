use std::fs::File;
use std::time::Duration;

use super::super::sample::{change, connection, create, delete, journal};
use super::*;
use crate::history::Action;

fn begin(action: Action) -> Note {
    Note::Begin(Box::new(change(action)))
}

fn begun(noted: Result<Noted, HistoryError>) -> Pending {
    match noted {
        Ok(Noted::Begun(pending)) => pending,
        other => panic!("{other:?}"),
    }
}

#[test]
fn notes_of_both_kinds_are_written_in_one_go_and_in_their_order() {
    let (_home, journal) = journal();
    let first = begun(journal.note_all(vec![begin(create("logs"))]).remove(0));
    let failed = Ending::Failed {
        message: "no".to_owned(),
        http_status: Some(403),
    };
    let noted = journal.note_all(vec![
        begin(delete("two", "logs")),
        Note::End(first, failed),
        begin(create("metrics")),
    ]);
    assert!(matches!(
        noted.as_slice(),
        [Ok(Noted::Begun(_)), Ok(Noted::Ended), Ok(Noted::Begun(_))]
    ));
    let history = journal.entries().unwrap();
    assert_eq!(history.unreadable().len(), 0);
    let known = |entry: &crate::history::Entry| {
        matches!(entry.outcome, Outcome::Failed { .. } | Outcome::Done { .. })
    };
    let known: Vec<_> = history.entries().iter().map(known).collect();
    assert_eq!(known, [true, false, false]);
}

#[test]
fn one_that_is_too_large_keeps_no_other_from_being_written() {
    let (_home, journal) = journal();
    let mut large = connection("one", "logs");
    large.source.name = Some("x".repeat(1 << 20).into());
    let noted = journal.note_all(vec![
        begin(Action::Delete { before: large }),
        begin(create("logs")),
    ]);
    assert!(matches!(
        noted.as_slice(),
        [
            Err(HistoryError::NotBegun(StoreError::TooLong { .. })),
            Ok(Noted::Begun(_))
        ]
    ));
    assert_eq!(journal.entries().unwrap().entries().len(), 1);
}

#[test]
fn what_cannot_be_written_is_told_to_each_as_if_it_had_been_alone() {
    let (_home, mut journal) = journal();
    journal.store.patience = Duration::ZERO;
    let pending = journal.begin(&change(create("logs"))).unwrap();
    let alone = || journal.begin(&change(create("logs"))).unwrap_err();
    let other = File::open(journal.path()).unwrap();
    other.lock().unwrap();
    let noted = journal.note_all(vec![
        begin(create("logs")),
        Note::End(pending, Ending::Done(None)),
        begin(create("metrics")),
    ]);
    let said: Vec<_> = noted.into_iter().map(|noted| noted.unwrap_err()).collect();
    assert_eq!(format!("{:?}", said[0]), format!("{:?}", alone()));
    assert_eq!(format!("{:?}", said[2]), format!("{:?}", alone()));
    assert!(matches!(said[1], HistoryError::NotConcluded { .. }));
    drop(other);
    assert_eq!(journal.entries().unwrap().entries().len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_nothing_is_begun_and_each_is_told_why() {
    let (home, journal) = journal();
    std::fs::create_dir_all(home.path().join("state/orgconn")).unwrap();
    std::os::unix::fs::symlink("/dev/full", journal.path()).unwrap();
    for noted in journal.note_all(vec![begin(create("logs")), begin(create("logs"))]) {
        let Err(HistoryError::NotBegun(StoreError::File { source, .. })) = noted else {
            panic!("{noted:?}");
        };
        assert_eq!(source.to_string(), "No space left on device (os error 28)");
    }
}
