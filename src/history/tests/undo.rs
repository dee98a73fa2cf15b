use super::*;

fn entry(change: Change, outcome: Outcome) -> Entry {
    Entry {
        id: "entry".into(),
        outcome,
        ..Entry::new(&change, "apply", &origin(HOST), &"run".into(), None)
    }
}

fn unknown() -> Outcome {
    Outcome::Unknown { message: None }
}

/// A number that stands for a connection, and its types.
type Sample<'a> = Option<(u128, &'a str)>;

fn sample(sample: Sample<'_>) -> Option<Connection> {
    sample.map(|(number, words)| connection(number, words))
}

fn answered(answer: Sample<'_>) -> Outcome {
    let connection = sample(answer).map(Box::new);
    Outcome::Done { connection }
}

/// What undoes the entry while `live` exists, in short. Connections are called by their numbers.
fn inverse(change: Change, outcome: Outcome, live: Sample<'_>) -> String {
    inverse_with(change, outcome, live, &policy(&[]))
}

/// As [`inverse`], for a change of a policy which is this one now.
fn inverse_with(
    change: Change,
    outcome: Outcome,
    live: Sample<'_>,
    now: &RestrictionPolicy,
) -> String {
    let live = sample(live);
    match entry(change, outcome).inverse(live.as_ref(), now) {
        Ok(None) => "nothing".to_owned(),
        Ok(Some(Change::Create {
            source,
            destination,
            types,
        })) => {
            assert_eq!(source, Some(retail()));
            assert_eq!(destination, connection(1, "").destination);
            format!("create with {types}")
        }
        Ok(Some(Change::Update { before, types })) => {
            assert_eq!(Some(before), live);
            format!("update to {types}")
        }
        Ok(Some(Change::Delete { before })) => {
            assert_eq!(Some(before), live);
            "delete".to_owned()
        }
        Ok(Some(change)) => {
            let connection = live.unwrap();
            let expected = Change::Access {
                connection,
                org: retail(),
                before: policy(&["b"]),
                after: policy(&["a"]),
            };
            assert_eq!(change, expected);
            "access as before".to_owned()
        }
        Err(error) => error.to_string().replace(&id(0).to_string()[..35], ""),
    }
}

#[test]
fn a_create_is_undone_only_while_its_connection_is_as_it_was_made() {
    for (answer, live, expected) in [
        (Some((1, "logs")), Some((1, "logs")), "delete"),
        (Some((1, "logs")), None, "nothing"),
        // The service may answer with other types than were asked for, or with none.
        (Some((1, "logs,rum")), Some((1, "logs,rum")), "delete"),
        (Some((1, "")), Some((1, "logs")), "delete"),
        (
            Some((1, "logs")),
            Some((1, "logs,audit")),
            "the types are logs,audit now, and no longer logs as entry left them",
        ),
        (
            Some((1, "logs")),
            Some((2, "logs")),
            "the connection 1 that entry is about was replaced by 2",
        ),
        (
            None,
            Some((2, "logs")),
            "the connection of entry (id unknown) was replaced by 2",
        ),
    ] {
        let undone = inverse(create("logs"), answered(answer), live);
        assert_eq!(undone, expected, "{answer:?}, {live:?}");
    }
}

#[test]
fn an_update_is_undone_only_while_the_types_are_as_it_left_them() {
    for (answer, live, expected) in [
        (Some((1, "metrics")), Some((1, "metrics")), "update to logs"),
        (None, Some((1, "metrics")), "update to logs"),
        (Some((1, "metrics")), Some((1, "logs")), "nothing"),
        (
            Some((1, "metrics")),
            Some((1, "audit")),
            "the types are audit now, and no longer metrics as entry left them",
        ),
        (
            Some((1, "metrics")),
            Some((2, "metrics")),
            "the connection 1 that entry is about was replaced by 2",
        ),
        (
            Some((1, "metrics")),
            None,
            "the connection 1 that entry changed no longer exists",
        ),
    ] {
        let undone = inverse(update(1, "logs", "metrics"), answered(answer), live);
        assert_eq!(undone, expected, "{answer:?}, {live:?}");
    }
}

#[test]
fn a_delete_is_undone_only_while_the_orgs_are_not_connected() {
    for (live, expected) in [
        (None, "create with logs,audit"),
        (Some((2, "logs,audit")), "nothing"),
        (Some((1, "logs,audit")), "nothing"),
        (
            Some((2, "logs")),
            "the connection 1 that entry is about was replaced by 2",
        ),
        (
            Some((1, "logs")),
            "the types are logs now, and no longer logs,audit as entry left them",
        ),
    ] {
        let undone = inverse(delete(1, "logs,audit"), done(), live);
        assert_eq!(undone, expected, "{live:?}");
    }
}

#[test]
fn a_policy_is_restored_only_while_it_is_as_the_entry_left_it() {
    for (live, now, expected) in [
        (Some((1, "logs")), &["b"][..], "access as before"),
        // What the connection shares does not matter.
        (Some((1, "")), &["b"], "access as before"),
        (Some((1, "logs")), &["a"], "nothing"),
        (
            Some((1, "logs")),
            &["a", "b"],
            "who may use the connection in `Rétail \"US\"\n` was changed again since entry",
        ),
        (
            Some((2, "logs")),
            &["b"],
            "the connection 1 that entry is about was replaced by 2",
        ),
        (
            None,
            &["b"],
            "the connection 1 that entry changed no longer exists",
        ),
    ] {
        let undone = inverse_with(access(1, &["a"], &["b"]), done(), live, &policy(now));
        assert_eq!(undone, expected, "{live:?}, {now:?}");
    }
    let failed = inverse(access(1, &["a"], &["b"]), failed("Forbidden"), None);
    assert_eq!(failed, "entry failed, so it changed nothing");
}

#[test]
fn where_the_outcome_is_unknown_the_live_state_decides_as_far_as_it_can() {
    for (change, live, expected) in [
        (create("logs"), None, "nothing"),
        (
            create("logs"),
            Some((1, "logs")),
            "it is not known whether entry created the connection 1, which exists now; \
             if it did, delete it with orgconn delete",
        ),
        (update(1, "logs", "audit"), Some((1, "logs")), "nothing"),
        (
            update(1, "logs", "audit"),
            Some((1, "audit")),
            "update to logs",
        ),
        (delete(1, "logs"), Some((1, "logs")), "nothing"),
        (delete(1, "logs"), None, "create with logs"),
    ] {
        let label = format!("{change:?}, {live:?}");
        assert_eq!(inverse(change, unknown(), live), expected, "{label}");
    }
}

#[test]
fn a_failed_change_is_not_undone() {
    assert_eq!(
        inverse(delete(1, "logs"), failed("Forbidden"), None),
        "entry failed, so it changed nothing"
    );
}

#[test]
fn nothing_is_undone_twice_whatever_the_live_state() {
    let undone = Entry {
        undone_by: Some("later".into()),
        ..entry(delete(1, "logs"), done())
    };
    for live in [None, Some(&connection(1, "logs"))] {
        assert_eq!(
            undone.inverse(live, &policy(&[])).unwrap_err().to_string(),
            "entry was already undone by later; to undo that, give its entry"
        );
    }
}

#[test]
fn an_undo_is_undone_like_any_other_entry() {
    let before = connection(2, "logs");
    let undo = Entry {
        undoes: Some("earlier".into()),
        ..entry(create("logs"), done_with(before.clone()))
    };
    let inverse = undo.inverse(Some(&before), &policy(&[]));
    assert_eq!(inverse, Ok(Some(Change::Delete { before })));
}

#[test]
fn the_live_connection_is_found_by_its_id_else_by_its_orgs() {
    let elsewhere = |connection| Connection {
        destination: OrgRef::from(RETAIL),
        ..connection
    };
    let listing = [
        elsewhere(connection(3, "logs")),
        connection(2, "logs"),
        elsewhere(connection(1, "audit")),
    ];
    let of_unknown_source = Change::Create {
        source: None,
        destination: OrgRef::from(HUB),
        types: types("logs"),
    };
    for (change, outcome, expected) in [
        (delete(1, "logs"), unknown(), 1),
        (delete(9, "logs"), unknown(), 2),
        (create("logs"), unknown(), 2),
        (of_unknown_source, unknown(), 2),
        (create("logs"), answered(Some((1, "logs"))), 1),
    ] {
        let entry = entry(change, outcome);
        assert_eq!(entry.find_live(&listing).unwrap().id, id(expected));
    }
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
