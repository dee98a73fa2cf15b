use jiff::Timestamp;

use super::super::sample::{HOST, change, connection, create, delete, update};
use super::*;

fn entry(action: Action, outcome: Outcome) -> Entry {
    let change = change(action);
    Entry {
        id: EntryId::from_journal("entry".into()),
        at: Timestamp::UNIX_EPOCH,
        action: change.action,
        command: change.command.into(),
        origin: change.origin,
        undoes: None,
        outcome,
        undone_by: None,
    }
}

/// Carried out, and answered with this connection, or with none if it is empty.
fn done((id, words): (&str, &str)) -> Outcome {
    Outcome::Done {
        at: Timestamp::UNIX_EPOCH,
        connection: (!id.is_empty()).then(|| Box::new(connection(id, words))),
    }
}

fn unknown() -> Outcome {
    Outcome::Unknown {
        at: None,
        message: None,
    }
}

/// What undoes the entry, in short, where this connection (or none, if it is empty) is there.
fn reversal(action: Action, outcome: Outcome, (id, words): (&str, &str)) -> String {
    let live = (!id.is_empty()).then(|| connection(id, words));
    match entry(action, outcome).reversal(live.as_ref()) {
        Ok(None) => "nothing".to_owned(),
        Ok(Some(Action::Create { wanted })) => {
            assert_eq!(wanted.id, None);
            assert_eq!(wanted.source, connection("", "").source);
            assert_eq!(wanted.destination, connection("", "").destination);
            format!("create with {}", wanted.types)
        }
        Ok(Some(Action::Update { before, wanted })) => {
            assert_eq!(Some(before), live);
            format!("update to {wanted}")
        }
        Ok(Some(Action::Delete { before })) => {
            assert_eq!(Some(before), live);
            "delete".to_owned()
        }
        Err(error) => error.to_string(),
    }
}

const NONE: (&str, &str) = ("", "");

#[test]
fn a_create_is_undone_only_while_its_connection_is_as_it_was_made() {
    for (answer, live, wanted) in [
        (("one", "logs"), ("one", "logs"), "delete"),
        (("one", "logs"), NONE, "nothing"),
        // The service may answer with other types than were asked for.
        (("one", "logs,rum"), ("one", "logs,rum"), "delete"),
        (("one", ""), ("one", "logs"), "delete"),
        (
            ("one", "logs"),
            ("one", "logs,audit"),
            "the types are logs,audit now, and no longer logs as entry left them",
        ),
        (
            ("one", "logs"),
            ("two", "logs"),
            "the connection one that entry is about was replaced by two",
        ),
        (
            NONE,
            ("two", "logs"),
            "the connection of unknown id that entry is about was replaced by two",
        ),
    ] {
        let undone = reversal(create("logs"), done(answer), live);
        assert_eq!(undone, wanted, "{answer:?}, {live:?}");
    }
}

#[test]
fn an_update_is_undone_only_while_the_types_are_as_it_left_them() {
    for (answer, live, wanted) in [
        (("one", "metrics"), ("one", "metrics"), "update to logs"),
        (NONE, ("one", "metrics"), "update to logs"),
        (("one", "metrics"), ("one", "logs"), "nothing"),
        (
            ("one", "metrics"),
            ("one", "audit"),
            "the types are audit now, and no longer metrics as entry left them",
        ),
        (
            ("one", "metrics"),
            ("two", "metrics"),
            "the connection one that entry is about was replaced by two",
        ),
        (
            ("one", "metrics"),
            NONE,
            "the connection one that entry changed is gone",
        ),
    ] {
        let undone = reversal(update("one", "logs", "metrics"), done(answer), live);
        assert_eq!(undone, wanted, "{answer:?}, {live:?}");
    }
}

#[test]
fn a_delete_is_undone_only_while_the_orgs_are_not_connected() {
    for (live, wanted) in [
        (NONE, "create with logs,audit"),
        (("two", "logs,audit"), "nothing"),
        (("one", "logs,audit"), "nothing"),
        (
            ("two", "logs"),
            "the connection one that entry is about was replaced by two",
        ),
        (
            ("one", "logs"),
            "the types are logs now, and no longer logs,audit as entry left them",
        ),
    ] {
        let undone = reversal(delete("one", "logs,audit"), done(NONE), live);
        assert_eq!(undone, wanted, "{live:?}");
    }
}

#[test]
fn where_the_outcome_is_unknown_the_live_state_decides_as_far_as_it_can() {
    for (action, live, wanted) in [
        (create("logs"), NONE, "nothing"),
        (
            create("logs"),
            ("one", "logs"),
            "nobody knows whether entry made the connection one that is there now; \
             look at it, and delete it if so",
        ),
        (update("one", "logs", "audit"), ("one", "logs"), "nothing"),
        (
            update("one", "logs", "audit"),
            ("one", "audit"),
            "update to logs",
        ),
        (delete("one", "logs"), ("one", "logs"), "nothing"),
        (delete("one", "logs"), NONE, "create with logs"),
    ] {
        let label = format!("{action:?}, {live:?}");
        assert_eq!(reversal(action, unknown(), live), wanted, "{label}");
    }
}

#[test]
fn what_failed_is_not_undone() {
    let failed = Outcome::Failed {
        at: Timestamp::UNIX_EPOCH,
        message: "Forbidden".into(),
        http_status: Some(403),
    };
    assert_eq!(
        reversal(delete("one", "logs"), failed, NONE),
        "entry failed, so it changed nothing"
    );
}

#[test]
fn nothing_is_undone_twice_whatever_the_live_state() {
    for live in [None, Some(connection("one", "logs"))] {
        let undone = Entry {
            undone_by: Some(EntryId::from_journal("later".into())),
            ..entry(delete("one", "logs"), done(NONE))
        };
        assert_eq!(
            undone.reversal(live.as_ref()).unwrap_err().to_string(),
            "entry is undone already, by later; to undo that, name it"
        );
    }
}

#[test]
fn an_undo_is_undone_as_any_other_entry() {
    let undo = Entry {
        undoes: Some(EntryId::from_journal("earlier".into())),
        ..entry(create("logs"), done(("two", "logs")))
    };
    let live = connection("two", "logs");
    let before = live.clone();
    assert_eq!(
        undo.reversal(Some(&live)),
        Ok(Some(Action::Delete { before }))
    );
}

#[test]
fn the_live_connection_is_found_by_its_id_else_by_its_ends() {
    let other = Connection {
        destination: Reference::default(),
        ..connection("three", "logs")
    };
    let listing = [
        other,
        connection("two", "logs"),
        Connection {
            source: Reference::default(),
            ..connection("one", "audit")
        },
    ];
    let found = |action, outcome| {
        let live = entry(action, outcome).find_live(&listing)?.id.clone()?;
        Some(live.to_string())
    };
    assert_eq!(found(delete("one", "logs"), unknown()).unwrap(), "one");
    assert_eq!(found(delete("gone", "logs"), unknown()).unwrap(), "two");
    assert_eq!(found(create("logs"), unknown()).unwrap(), "two");
    assert_eq!(found(create("logs"), done(("one", "logs"))).unwrap(), "one");
    assert_eq!(
        entry(create("logs"), unknown()).find_live(&listing[..1]),
        None
    );
}

#[test]
fn an_entry_belongs_to_the_host_it_was_made_on() {
    let entry = entry(create("logs"), unknown());
    assert_eq!(entry.check_host(HOST), Ok(()));
    assert_eq!(
        entry.check_host("sandbox").unwrap_err().to_string(),
        "entry was made on api.datadoghq.com, and this is sandbox"
    );
}
