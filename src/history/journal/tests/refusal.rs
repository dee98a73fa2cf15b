use std::error::Error;
use std::fs::File;

use super::*;

fn chain(error: &dyn Error) -> Vec<String> {
    let mut messages = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        messages.push(error.to_string());
        source = error.source();
    }
    messages
}

const NOT_SENT: &str =
    "the change was not sent, because it could not be written to the history first";

#[test]
fn a_journal_that_another_keeps_locked_is_not_waited_for_without_end() {
    let (_home, mut journal) = journal();
    drop(journal.begin(&change(create("logs"))).unwrap());
    journal.store.patience = Duration::from_millis(20);
    let other = File::open(journal.path()).unwrap();
    other.lock().unwrap();
    let locked = format!(
        "{} has been locked by another process for 0 s; wait until it ends, or end it, and try again",
        journal.path().display()
    );
    let error = journal.begin(&change(create("logs"))).unwrap_err();
    assert_eq!(chain(&error), [NOT_SENT, &locked]);
    let error = journal.entries().unwrap_err();
    assert_eq!(chain(&error), ["the history could not be read", &locked]);
    drop(other);
    assert_eq!(journal.entries().unwrap().entries().len(), 1);
}

#[test]
fn an_outcome_that_cannot_be_written_names_the_entry() {
    let (_home, mut journal) = journal();
    journal.store.patience = Duration::ZERO;
    let pending = journal.begin(&change(create("logs"))).unwrap();
    let id = pending.entry().clone();
    let other = File::open(journal.path()).unwrap();
    other.lock().unwrap();
    let error = pending.done(None).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "what became of the change could not be written to the history, \
             where the entry {id} stays unknown"
        )
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_with_the_mend() {
    let (home, journal) = journal();
    fs::create_dir_all(home.path().join("state/orgconn")).unwrap();
    std::os::unix::fs::symlink("/dev/full", journal.path()).unwrap();
    let error = journal.begin(&change(create("logs"))).unwrap_err();
    let write = format!(
        "cannot write to {}; free some space on its disk and try again",
        journal.path().display()
    );
    assert_eq!(
        chain(&error),
        [NOT_SENT, &write, "No space left on device (os error 28)"]
    );
}

#[cfg(unix)]
#[test]
fn a_state_directory_that_is_a_file_is_named() {
    let (home, journal) = journal();
    fs::write(home.path().join("state"), "").unwrap();
    let error = journal.begin(&change(create("logs"))).unwrap_err();
    let make = format!(
        "cannot make {}; see that the state directory is a directory of yours on a working disk",
        home.path().join("state/orgconn").display()
    );
    assert_eq!(chain(&error)[..2], [NOT_SENT, &make]);
}

#[test]
fn a_change_too_large_to_be_read_back_is_not_begun() {
    let (_home, journal) = journal();
    let mut large = connection("one", "logs");
    large.source.name = Some("x".repeat(1 << 20).into());
    let error = journal
        .begin(&change(Action::Delete { before: large }))
        .unwrap_err();
    assert!(matches!(
        error,
        HistoryError::NotBegun(StoreError::TooLong { bytes, .. }) if bytes > 1 << 20
    ));
    assert!(!journal.path().exists());
}

#[test]
fn of_a_long_message_the_beginning_is_kept() {
    let (_home, journal) = journal();
    let pending = journal.begin(&change(create("logs"))).unwrap();
    pending.failed(&"é".repeat(1 << 20), Some(502)).unwrap();
    assert!(matches!(
        only_entry(&journal).outcome,
        Outcome::Failed { message, .. } if *message == *"é".repeat(2_000)
    ));
}
