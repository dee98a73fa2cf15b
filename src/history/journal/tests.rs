mod concurrency;
mod damage;
mod refusal;

use std::fs;
use std::time::Duration;

use super::super::sample::{HOST, change, connection, create, delete, journal, update};
use super::super::{Action, Operation, Origin, Outcome};
use super::*;

fn text(journal: &Journal) -> String {
    fs::read_to_string(journal.path()).unwrap()
}

/// The only entry of a journal in which every line can be read.
fn only_entry(journal: &Journal) -> Entry {
    let history = journal.entries().unwrap();
    assert_eq!(history.unreadable().len(), 0);
    let [only] = history.entries() else {
        panic!("{:?}", history.entries());
    };
    only.clone()
}

#[test]
fn a_journal_that_is_not_there_is_empty_and_reading_makes_nothing() {
    let (home, journal) = journal();
    assert_eq!(journal.entries().unwrap().entries(), []);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    assert!(Journal::open(Path::new("")).is_err());
}

#[test]
fn a_change_is_on_the_disk_before_it_is_sent_and_after_it_is_answered() {
    let (_home, journal) = journal();
    let change = change(update("one", "logs", "logs,metrics,rum"));
    let pending = journal.begin(&change).unwrap();
    let id = pending.entry().clone();
    let sent = only_entry(&journal);
    assert_eq!(sent.id, id);
    assert_eq!(sent.action, change.action);
    assert_eq!(sent.action.operation(), Operation::Update);
    assert_eq!(sent.origin, change.origin);
    assert_eq!(&*sent.command, "apply");

    let answer = connection("one", "logs,metrics,rum");
    pending.done(Some(&answer)).unwrap();
    let answered = only_entry(&journal);
    assert_eq!(answered.answer(), Some(&answer));
    let Outcome::Done { at, .. } = answered.outcome else {
        panic!("{:?}", answered.outcome);
    };
    assert!(at >= answered.at && at <= Timestamp::now());
}

#[test]
fn a_run_that_was_killed_leaves_its_change_unknown() {
    let (_home, journal) = journal();
    drop(journal.begin(&change(delete("one", "logs"))).unwrap());
    let entry = only_entry(&journal);
    assert_eq!(
        entry.outcome,
        Outcome::Unknown {
            at: None,
            message: None
        }
    );
    assert!(!entry.is_done());
}

#[test]
fn a_refusal_and_a_lost_answer_are_told_apart() {
    let (_home, journal) = journal();
    let begin = || journal.begin(&change(create("logs"))).unwrap();
    begin().failed("Forbidden", Some(403)).unwrap();
    begin().unknown("the answer was lost").unwrap();
    let history = journal.entries().unwrap();
    let outcomes: Vec<_> = history
        .entries()
        .iter()
        .map(|entry| &entry.outcome)
        .collect();
    assert!(matches!(
        outcomes[0],
        Outcome::Failed { message, http_status: Some(403), .. } if &**message == "Forbidden"
    ));
    assert!(matches!(
        outcomes[1],
        Outcome::Unknown { at: Some(_), message: Some(message) } if &**message == "the answer was lost"
    ));
}

#[test]
fn a_line_has_these_fields_and_no_others() {
    let (_home, journal) = journal();
    let mut seen = connection("one", "logs");
    seen.profiles = vec!["retail".into()];
    let pending = journal
        .begin(&change(Action::Delete { before: seen }))
        .unwrap();
    let id = pending.entry().clone();
    pending.done(None).unwrap();
    let entry = only_entry(&journal);
    let at = entry.at;
    let Outcome::Done { at: answered, .. } = entry.outcome else {
        panic!("{:?}", entry.outcome);
    };
    let retail = r#"{"id":"4dee724d-00cc-11ea-a77b-570c9d03c6c5","name":"Rétail \"US\"\n"}"#;
    let hub = r#"{"id":"83999dcd-7f97-11f0-8de1-1ecf66f1aa85","name":"Observability Hub"}"#;
    let dana = r#"{"id":"03e6bc43-7ecc-11f0-b50b-f28f2be41840","name":"Dana Example"}"#;
    let before = format!(r#"{{"id":"one","source":{retail},"destination":{hub},"types":["logs"],"#)
        + &format!(r#""created_at":"2025-08-26T20:19:36.177236+00:00","created_by":{dana}}}"#);
    let intent = format!(
        r#"{{"v":1,"event":"intent","entry":"{id}","at":"{at}","operation":"delete","command":"apply","#
    ) + &format!(
        r#""profile":"retail","host":"{HOST}","org":{retail},"before":{before},"wanted":null,"undoes":null}}"#
    );
    let outcome = format!(
        r#"{{"v":1,"event":"outcome","entry":"{id}","at":"{answered}","result":"done","connection":null}}"#
    );
    assert_eq!(text(&journal), format!("{intent}\n{outcome}\n"));
}

#[test]
fn what_is_not_known_is_left_out_and_read_back_so() {
    let (_home, journal) = journal();
    let origin = Origin {
        profile: None,
        host: "sandbox".into(),
        org: None,
    };
    let action = Action::Create {
        wanted: Connection::default(),
    };
    let bare = Change {
        action,
        command: "create",
        origin,
    };
    drop(journal.begin(&bare).unwrap());
    let entry = only_entry(&journal);
    assert_eq!((entry.action, entry.origin), (bare.action, bare.origin));
}

#[test]
fn an_undo_is_tied_to_what_it_undid_once_it_is_done() {
    let (_home, journal) = journal();
    let deleted = journal.begin(&change(delete("one", "logs"))).unwrap();
    deleted.done(None).unwrap();
    let entry = only_entry(&journal);

    let undo = change(create("logs"));
    let refused = journal.begin_undo(&entry, &undo).unwrap();
    refused.failed("Forbidden", Some(403)).unwrap();
    drop(journal.begin_undo(&entry, &undo).unwrap());
    let history = journal.entries().unwrap();
    assert_eq!(history.get(&entry.id).unwrap().undone_by, None);

    let pending = journal.begin_undo(&entry, &undo).unwrap();
    let by = pending.entry().clone();
    pending.done(Some(&connection("two", "logs"))).unwrap();
    let history = journal.entries().unwrap();
    assert_eq!(
        history.get(&entry.id).unwrap().undone_by.as_ref(),
        Some(&by)
    );
    assert_eq!(history.get(&by).unwrap().undoes.as_ref(), Some(&entry.id));
    assert_eq!(history.current_id(&"one".into()), Some("two".into()));

    let again = journal.begin_undo(&entry, &undo).unwrap_err();
    assert_eq!(
        again.to_string(),
        format!(
            "{} is undone already, by {by}; to undo that, name it",
            entry.id
        )
    );
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_journal() {
    use std::os::unix::fs::PermissionsExt;

    let (home, journal) = journal();
    drop(journal.begin(&change(create("logs"))).unwrap());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(journal.path()), 0o600);
    assert_eq!(mode(&home.path().join("state/orgconn")), 0o700);
    assert_eq!(mode(&home.path().join("state")), 0o700);
}
