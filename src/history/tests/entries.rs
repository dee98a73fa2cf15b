use super::super::entries::{Entries, Selection};
use super::super::line;
use super::*;

#[tokio::test]
async fn the_runs_to_undo_have_what_is_done_not_undone_no_undo_and_chosen() {
    let fixture = Fixture::new();
    let left = || {
        let entries = fixture.journal.entries().unwrap();
        let runs = entries.runs_to_undo(|origin| origin.host == HOST);
        let ids = runs
            .iter()
            .map(|run| run.entries.iter().map(|one| one.id.clone()).collect());
        ids.collect::<Vec<Vec<_>>>()
    };
    let none: [Vec<EntryId>; 0] = [];
    assert_eq!(left(), none);
    let first = fixture.write(delete(1, "logs"), done()).await;
    let second = fixture.write(delete(2, "logs"), done()).await;
    let (change, elsewhere) = (delete(3, "logs"), origin("api.datadoghq.eu"));
    let other_host = fixture.writer.begin(&change, "rm", &elsewhere, None);
    let pending = other_host.await.unwrap();
    fixture.writer.finish(pending, done()).await.unwrap();
    fixture.write(create("logs"), failed("Forbidden")).await;
    let unchanged = Outcome::Unchanged {
        message: "it existed already".to_owned(),
    };
    fixture.write(create("logs"), unchanged).await;
    assert_eq!(left(), [vec![first.clone(), second.clone()]]);

    let later = Fixture {
        writer: JournalWriter::new(fixture.journal.clone()),
        ..Fixture::new()
    };
    drop(later.begin(create("logs")).await.unwrap());
    assert_eq!(left(), [vec![first.clone(), second.clone()]]);
    let third = later.begin(delete(5, "logs")).await.unwrap();
    let third_id = third.id.clone();
    later.writer.finish(third, done()).await.unwrap();
    // What may have been done is undone with the rest of its run.
    assert_eq!((left().len(), left()[0].len()), (2, 2));

    let made = |number| done_with(connection(number, "logs"));
    fixture.write_undo(&third_id, create("logs"), made(6)).await;
    fixture.write_undo(&second, create("logs"), made(4)).await;
    assert_eq!(left(), [vec![first.clone()]]);
    fixture.write_undo(&first, create("logs"), made(5)).await;
    assert_eq!(left(), none);
}

#[tokio::test]
async fn what_was_undone_is_in_effect_again_when_its_undo_is_undone() {
    let fixture = Fixture::new();
    let made = |number| done_with(connection(number, "logs"));
    let created = fixture.write(create("logs"), made(1)).await;
    let undo = fixture
        .write_undo(&created, delete(1, "logs"), done())
        .await;
    let redo = fixture.write_undo(&undo, create("logs"), made(2)).await;
    let undone_by = |id| fixture.entry(id).undone_by;
    assert_eq!(
        (undone_by(&created), undone_by(&undo)),
        (None, Some(redo.clone()))
    );
    let entries = fixture.journal.entries().unwrap();
    assert_eq!(entries.runs_to_undo(|_| true)[0].entries[0].id, created);

    let second_undo = fixture.write_undo(&redo, delete(2, "logs"), done()).await;
    assert_eq!(
        [&created, &undo, &redo].map(undone_by),
        [Some(undo.clone()), None, Some(second_undo)]
    );
}

#[tokio::test]
async fn the_changes_of_a_run_stand_together() {
    let fixture = Fixture::new();
    let other = JournalWriter::new(fixture.journal.clone());
    let (change, origin) = (delete(9, "logs"), origin(HOST));
    let first = fixture.write(delete(1, "logs"), done()).await;
    let between = other.begin(&change, "rm", &origin, None).await.unwrap().id;
    let last = fixture.write(delete(2, "logs"), done()).await;
    let entries = fixture.journal.entries().unwrap();
    let runs = entries.runs(|_| true);
    let ids = runs
        .iter()
        .map(|run| run.entries.iter().map(|one| &one.id).collect());
    assert_eq!(
        ids.collect::<Vec<Vec<_>>>(),
        [vec![&first, &last], vec![&between]]
    );
}

#[tokio::test]
async fn an_old_id_is_followed_through_every_undone_delete() {
    let fixture = Fixture::new();
    let made = |number| done_with(connection(number, "logs"));
    let first = fixture.write(delete(1, "logs"), done()).await;
    let remade = fixture.write_undo(&first, create("logs"), made(2)).await;
    let second = fixture.write_undo(&remade, delete(2, "logs"), done()).await;
    fixture.write_undo(&second, create("logs"), made(3)).await;
    fixture.write(create("logs"), made(9)).await;
    let entries = fixture.journal.entries().unwrap();
    let current = |number| entries.current_id(id(number));
    assert_eq!(current(1), Some(id(3)));
    assert_eq!(current(2), Some(id(3)));
    assert_eq!(current(3), None);
    assert_eq!(current(8), None);
}

#[tokio::test]
async fn entries_from_before_an_undone_delete_are_about_the_connection_that_replaced_it() {
    let fixture = Fixture::new();
    let made = fixture
        .write(create("logs"), done_with(connection(1, "logs")))
        .await;
    let updated = fixture
        .write(
            update(1, "logs", "audit"),
            done_with(connection(1, "audit")),
        )
        .await;
    let deleted = fixture.write(delete(1, "audit"), done()).await;
    let remade = done_with(connection(2, "audit"));
    let undone = fixture.write_undo(&deleted, create("audit"), remade).await;
    let entries = fixture.journal.entries().unwrap();
    for entry in [made, updated, undone] {
        let entry = entries.with_current_id(entries.get(&entry).unwrap());
        assert_eq!(entry.connection_id(), Some(id(2)));
        assert_eq!(entry.answer().unwrap().id, id(2));
    }
}

#[tokio::test]
async fn replacements_that_form_a_circle_come_to_an_end() {
    let fixture = Fixture::new();
    let made = |number| done_with(connection(number, "logs"));
    let first = fixture.write(delete(1, "logs"), done()).await;
    fixture.write_undo(&first, create("logs"), made(2)).await;
    let second = fixture.write(delete(2, "logs"), done()).await;
    fixture.write_undo(&second, create("logs"), made(1)).await;
    let entries = fixture.journal.entries().unwrap();
    assert_eq!(entries.current_id(id(1)), Some(id(1)));
}

#[test]
fn a_run_or_an_entry_is_named_by_its_id_or_by_an_unambiguous_beginning() {
    let mut entries = Entries::default();
    let ids = [
        ("01k2z6mvr9dq4", "r01k2z6mvr9dq3"),
        ("01k2z6mvr9dzz", "r01k2z6mvr9dq3"),
        ("01m0000000000", "01m0000000000"),
        ("01n0000000000", "r01n0000000000"),
        ("01n0000000001", "r01n0000000001"),
        ("01n0000000002", "r01n0000000001"),
    ];
    for (number, (id, run)) in (1..).zip(ids) {
        let entry = Entry {
            id: id.into(),
            ..Entry::new(&create("logs"), "apply", &origin(HOST), &run.into(), None)
        };
        entries.add_line(number, Some(&line::encode_intent(entry).unwrap()));
    }
    let select = |text| match entries.select(text) {
        Ok(Selection::Entry(entry)) => format!("entry {}", entry.id),
        Ok(Selection::Run(run)) => format!("run {} of {}", run.id, run.entries.len()),
        Err(error) => {
            let at = entries.iter().next().unwrap().at;
            let at = at.strftime("%Y-%m-%d %H:%M").to_string();
            let lines = [vec![error.to_string()], error.candidates()].concat();
            lines.join(" | ").replace(&at, "TIME")
        }
    };
    for (text, expected) in [
        ("01m0", "entry 01m0000000000"),
        ("01K2Z6MVR9DZ", "entry 01k2z6mvr9dzz"),
        ("r01k", "run r01k2z6mvr9dq3 of 2"),
        ("R01N0000000000", "run r01n0000000000 of 1"),
        (
            "r01n",
            "2 ids begin with `r01n` | run r01n0000000000 of TIME UTC: apply, 1 change | \
             run r01n0000000001 of TIME UTC: apply, 2 changes",
        ),
        (
            "01k",
            "`01k` is too short; give the id of a run or entry, or at least 4 characters of it",
        ),
        (
            "zzzz",
            "no run or entry whose id begins with `zzzz`; `orgconn history` shows them",
        ),
        (
            "01k2",
            "2 ids begin with `01k2` | entry 01k2z6mvr9dq4 of TIME UTC: create from `Rétail \"US\"\n` to `Observability Hub` | \
             entry 01k2z6mvr9dzz of TIME UTC: create from `Rétail \"US\"\n` to `Observability Hub`",
        ),
    ] {
        assert_eq!(select(text), expected);
    }
}
