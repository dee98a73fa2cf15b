use jiff::Timestamp;

use super::super::sample::{change, change_on, connection, create, delete, journal, update};
use super::super::{HistoryError, Journal, wire};
use super::*;

/// Journals a change that is carried out, and gives its entry.
fn done(journal: &Journal, host: &str, action: Action, answered: Option<&str>) -> EntryId {
    let pending = journal.begin(&change_on(host, action)).unwrap();
    let id = pending.entry().clone();
    let answer = answered.map(|id| connection(id, "logs"));
    pending.done(answer.as_ref()).unwrap();
    id
}

fn undo(journal: &Journal, undone: &EntryId, action: Action, answered: Option<&str>) -> EntryId {
    let history = journal.entries().unwrap();
    let entry = history.get(undone).unwrap();
    let pending = journal.begin_undo(entry, &change(action)).unwrap();
    let id = pending.entry().clone();
    let answer = answered.map(|id| connection(id, "logs"));
    pending.done(answer.as_ref()).unwrap();
    id
}

#[test]
fn the_newest_to_undo_is_done_not_undone_no_undo_and_on_this_host() -> Result<(), HistoryError> {
    let (_home, journal) = journal();
    let newest = || {
        let history = journal.entries().unwrap();
        let newest = history.newest_to_undo(|origin| *origin.host == *"a");
        newest.map(|entry| entry.id.clone())
    };
    assert_eq!(newest(), None);
    let first = done(&journal, "a", delete("one", "logs"), None);
    let second = done(&journal, "a", delete("two", "logs"), None);
    done(&journal, "b", delete("three", "logs"), None);
    drop(journal.begin(&change_on("a", create("logs")))?);
    let refused = journal.begin(&change_on("a", create("logs")))?;
    refused.failed("Forbidden", Some(403))?;
    assert_eq!(newest().as_ref(), Some(&second));
    undo(&journal, &second, create("logs"), Some("four"));
    assert_eq!(newest().as_ref(), Some(&first));
    undo(&journal, &first, create("logs"), Some("five"));
    assert_eq!(newest(), None);
    Ok(())
}

#[test]
fn an_old_id_is_followed_through_every_undone_delete() {
    let (_home, journal) = journal();
    let first = done(&journal, "a", delete("one", "logs"), None);
    let made = undo(&journal, &first, create("logs"), Some("two"));
    let gone = undo(&journal, &made, delete("two", "logs"), None);
    undo(&journal, &gone, create("logs"), Some("three"));
    done(&journal, "a", create("logs"), Some("other"));
    let history = journal.entries().unwrap();
    let current = |id: &str| history.current_id(&id.into());
    assert_eq!(current("one"), Some("three".into()));
    assert_eq!(current("two"), Some("three".into()));
    assert_eq!(current("three"), None);
    assert_eq!(current("never"), None);
}

#[test]
fn what_was_done_before_an_undone_delete_is_about_the_connection_that_took_its_place() {
    let (_home, journal) = journal();
    let made = done(&journal, "a", create("logs"), Some("one"));
    let changed = done(&journal, "a", update("one", "logs", "audit"), Some("one"));
    let gone = done(&journal, "a", delete("one", "audit"), None);
    let undone = undo(&journal, &gone, create("audit"), Some("two"));
    let history = journal.entries().unwrap();
    let id = |entry| {
        let entry = history.brought_up_to_date(history.get(entry).unwrap());
        let answered = entry.answer().and_then(|answer| answer.id.clone());
        (entry.subject().id.clone(), answered)
    };
    let two = Some("two".into());
    assert_eq!(id(&made), (two.clone(), two.clone()));
    assert_eq!(id(&changed), (two.clone(), two.clone()));
    assert_eq!(id(&undone), (two.clone(), two));
}

#[test]
fn replacements_that_go_round_in_circles_come_to_an_end() {
    let (_home, journal) = journal();
    let first = done(&journal, "a", delete("one", "logs"), None);
    undo(&journal, &first, create("logs"), Some("two"));
    let second = done(&journal, "a", delete("two", "logs"), None);
    undo(&journal, &second, create("logs"), Some("one"));
    let history = journal.entries().unwrap();
    assert_eq!(history.current_id(&"one".into()), Some("one".into()));
}

#[test]
fn an_entry_is_chosen_by_its_id_or_a_unique_beginning() {
    let mut history = History::default();
    for (line, id) in [
        (1, "01k2z6mvr9dq4"),
        (2, "01k2z6mvr9dzz"),
        (3, "01m0000000000"),
    ] {
        let id = EntryId::from_journal(id.into());
        let text = wire::intent(&id, Timestamp::UNIX_EPOCH, &change(create("logs")), None);
        history.take(line, Some(&text.unwrap()));
    }
    let select = |text| history.select(text).map(|entry| entry.id.as_str());
    assert_eq!(select("01m0"), Ok("01m0000000000"));
    assert_eq!(select("01K2Z6MVR9DZ"), Ok("01k2z6mvr9dzz"));
    assert_eq!(
        select("01k").unwrap_err().to_string(),
        "`01k` is too short; give an entry's id or at least 4 characters of it"
    );
    assert_eq!(
        select("zzzz").unwrap_err().to_string(),
        "no entry whose id begins with `zzzz`; `orgconn history` shows them"
    );
    assert_eq!(
        select("01k2").unwrap_err().to_string(),
        "2 entries whose id begins with `01k2`: 01k2z6mvr9dq4, 01k2z6mvr9dzz"
    );
}
