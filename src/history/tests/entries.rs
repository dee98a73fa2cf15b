use super::super::entries::Entries;
use super::super::line;
use super::*;

#[tokio::test]
async fn the_newest_to_undo_is_done_not_undone_no_undo_and_chosen() {
    let fixture = Fixture::new();
    let newest = || {
        let entries = fixture.journal.entries().unwrap();
        let newest = entries.newest_to_undo(|origin| origin.host == HOST);
        newest.map(|entry| entry.id.clone())
    };
    assert_eq!(newest(), None);
    let first = fixture.write(delete(1, "logs"), done()).await;
    let second = fixture.write(delete(2, "logs"), done()).await;
    let (change, elsewhere) = (delete(3, "logs"), origin("api.datadoghq.eu"));
    let other_host = fixture.writer.begin(&change, "rm", &elsewhere, None);
    let pending = other_host.await.unwrap();
    fixture.writer.finish(pending, done()).await.unwrap();
    drop(fixture.begin(create("logs")).await.unwrap());
    fixture.write(create("logs"), failed("Forbidden")).await;
    assert_eq!(newest().as_ref(), Some(&second));
    let made = |number| done_with(connection(number, "logs"));
    fixture.write_undo(&second, create("logs"), made(4)).await;
    assert_eq!(newest().as_ref(), Some(&first));
    fixture.write_undo(&first, create("logs"), made(5)).await;
    assert_eq!(newest(), None);
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
fn an_entry_is_named_by_its_id_or_by_an_unambiguous_beginning() {
    let mut entries = Entries::default();
    for (number, id) in (1..).zip(["01k2z6mvr9dq4", "01k2z6mvr9dzz", "01m0000000000"]) {
        let entry = Entry {
            id: id.into(),
            ..Entry::new(&create("logs"), "apply", &origin(HOST), None)
        };
        entries.add_line(number, Some(&line::encode_intent(entry).unwrap()));
    }
    let select = |text| match entries.select(text) {
        Ok(entry) => entry.id.to_string(),
        Err(error) => error.to_string(),
    };
    for (text, expected) in [
        ("01m0", "01m0000000000"),
        ("01K2Z6MVR9DZ", "01k2z6mvr9dzz"),
        (
            "01k",
            "`01k` is too short; give an entry's id or at least 4 characters of it",
        ),
        (
            "zzzz",
            "no entry whose id begins with `zzzz`; `orgconn history` shows them",
        ),
        (
            "01k2",
            "2 entries whose id begins with `01k2`: 01k2z6mvr9dq4, 01k2z6mvr9dzz",
        ),
    ] {
        assert_eq!(select(text), expected);
    }
}
