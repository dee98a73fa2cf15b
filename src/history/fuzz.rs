use super::entry::now;
use super::journal::for_each_line;
use super::line::{self, Event};
use super::{Entries, Entry, Outcome};
use crate::model::{Change, Connection, RestrictionPolicy};

/// The content of the journal.
pub fn history(data: &[u8]) {
    let mut entries = Entries::default();
    let read = for_each_line(data, |number, content| {
        entries.add_line(number, content);
        if let Some(Ok(event)) = content.map(line::decode) {
            check_line(event);
        }
    });
    assert!(read.is_ok());
    let connections: Vec<_> = entries
        .iter()
        .filter_map(Entry::connection)
        .cloned()
        .collect();
    for entry in entries.iter() {
        assert_eq!(entries.get(&entry.id), Some(entry));
        check_undo(&entries.with_current_id(entry), &connections);
    }
    for run in entries.runs_to_undo(|_| true) {
        assert!(
            run.entries
                .iter()
                .all(|entry| entry.check_undoable().is_ok())
        );
    }
    for line in entries.unreadable() {
        assert!(!line.to_string().is_empty());
    }
}

/// What is read from a line is the same after it is written again.
fn check_line(event: Event) {
    match event {
        Event::Intent(entry) => {
            let written = line::encode_intent((*entry).clone()).unwrap_or_default();
            let Ok(Event::Intent(again)) = line::decode(&written) else {
                assert!(written.is_empty(), "an intent cannot be read again");
                return;
            };
            assert_eq!(again, entry);
        }
        Event::Outcome(id, outcome) => {
            let written = line::encode_outcome(&id, now(), outcome.clone()).unwrap_or_default();
            let Ok(Event::Outcome(_, again)) = line::decode(&written) else {
                assert!(written.is_empty(), "an outcome cannot be read again");
                return;
            };
            assert!(again == outcome || has_long_message(&outcome));
        }
        Event::Reset(_) => {}
    }
}

fn has_long_message(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Unchanged { message }
        | Outcome::Failed { message, .. }
        | Outcome::Unknown {
            message: Some(message),
        } => message.chars().count() > line::MAX_MESSAGE,
        Outcome::Done { .. } | Outcome::Unknown { message: None } => false,
    }
}

/// An undo touches no other connection than the entry did, and only one that shares what the entry left.
fn check_undo(entry: &Entry, connections: &[Connection]) {
    let live = entry.find_live(connections);
    let policy = match &entry.change {
        Change::Access { after, .. } => after.clone(),
        _ => RestrictionPolicy::default(),
    };
    for live in [None, live] {
        let Ok(Some(change)) = entry.inverse(live, &policy) else {
            continue;
        };
        assert!(entry.check_undoable().is_ok());
        match &change {
            Change::Create { types, .. } => {
                assert!(live.is_none() && matches!(entry.change, Change::Delete { .. }));
                assert_eq!(*types, entry.change.types_before());
            }
            Change::Update { before, .. } | Change::Delete { before } => {
                assert_eq!(Some(before), live);
                assert_eq!(Some(before.id), entry.connection_id());
            }
            Change::Access {
                connection, before, ..
            } => {
                assert_eq!(Some(connection), live);
                assert_eq!(Some(connection.id), entry.connection_id());
                assert_eq!(*before, policy);
            }
        }
    }
}
