use std::fs::{self, File};
use std::io::Write;

use super::super::super::Unreadable;
use super::*;

/// The reasons why lines were skipped, with their numbers.
fn skipped(history: &History) -> Vec<String> {
    let describe = |skipped: &Unreadable| format!("{}: {}", skipped.line, skipped.reason);
    history.unreadable().iter().map(describe).collect()
}

const TORN: &str = "it is cut short: a write was interrupted";

#[test]
fn a_last_line_that_was_torn_at_any_byte_costs_itself_alone() {
    let (_home, journal) = journal();
    let begin = || journal.begin(&change(create("logs"))).unwrap();
    begin().failed("first", None).unwrap();
    drop(begin());
    let whole = fs::read(journal.path()).unwrap();
    let start = whole
        .split_inclusive(|byte| *byte == b'\n')
        .take(2)
        .map(<[u8]>::len)
        .sum();
    for length in start..=whole.len() {
        fs::write(journal.path(), &whole[..length]).unwrap();
        let is_whole = length + 1 >= whole.len();
        let is_torn = length > start && !is_whole;
        let expected: &[String] = if is_torn {
            &[format!("3: {TORN}")]
        } else {
            &[]
        };

        let history = journal.entries().unwrap();
        assert_eq!(
            history.entries().len(),
            1 + usize::from(is_whole),
            "{length}"
        );
        assert_eq!(skipped(&history), expected, "{length}");

        drop(begin());
        let history = journal.entries().unwrap();
        assert_eq!(
            history.entries().len(),
            2 + usize::from(is_whole),
            "{length}"
        );
        assert_eq!(skipped(&history), expected, "{length}");
        assert!(
            fs::read(journal.path())
                .unwrap()
                .starts_with(&whole[..length])
        );
    }
}

#[test]
fn a_torn_outcome_leaves_its_change_unknown() {
    let (_home, journal) = journal();
    let pending = journal.begin(&change(create("logs"))).unwrap();
    pending.done(Some(&connection("one", "logs"))).unwrap();
    let length = fs::metadata(journal.path()).unwrap().len();
    let file = File::options().write(true).open(journal.path()).unwrap();
    file.set_len(length - 9).unwrap();
    let history = journal.entries().unwrap();
    assert!(!history.entries()[0].is_done());
    assert_eq!(skipped(&history), [format!("2: {TORN}")]);
}

#[test]
fn every_line_that_cannot_be_read_is_reported_with_its_number_and_stays() {
    let (_home, journal) = journal();
    journal
        .begin(&change(create("logs")))
        .unwrap()
        .failed("no", None)
        .unwrap();
    let good = text(&journal);
    let intent = good.lines().next().unwrap();
    let lines = [
        r#"{"v":2,"event":"intent"}"#,
        r#"{"v":1,"event":"rumour"}"#,
        r#"{"v":1,"event":"outcome","entry":"gone","at":"2025-11-23T22:03:01Z","result":"done"}"#,
        intent,
        "\u{0}\u{0}",
        r#"{"v":1,"event":"intent","entry":"new","at":"2025-11-23T22:03:01Z","operation":"delete","command":"rm","host":"h"}"#,
        r#"{"v":1,"event":"outcome","entry":"gone","at":"yesterday","result":"done"}"#,
        "[",
    ];
    let mut file = File::options().append(true).open(journal.path()).unwrap();
    file.write_all(lines.join("\n").as_bytes()).unwrap();
    let id = only_id(intent);
    let history = journal.entries().unwrap();
    assert_eq!(history.entries().len(), 1);
    assert_eq!(
        skipped(&history),
        [
            "3: it has the format 2, which a newer version of the program writes".to_owned(),
            "4: it tells of `rumour`, which this version does not know".to_owned(),
            "5: it says what became of the entry gone, which is not there".to_owned(),
            format!("6: an entry {id} is there already"),
            "7: it is not as this program writes it".to_owned(),
            "8: it does not say what the connection was, or was to be".to_owned(),
            "9: its time cannot be read".to_owned(),
            format!("10: {TORN}"),
        ]
    );
    drop(journal.begin(&change(create("logs"))).unwrap());
    assert!(text(&journal).starts_with(&format!("{good}{}\n", lines.join("\n"))));
}

fn only_id(intent: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(intent).unwrap();
    value["entry"].as_str().unwrap().to_owned()
}

#[test]
fn fields_that_a_later_version_adds_are_passed_over() {
    let (_home, journal) = journal();
    let pending = journal.begin(&change(delete("one", "logs"))).unwrap();
    pending.done(Some(&connection("one", "logs"))).unwrap();
    let before = only_entry(&journal);
    let later = text(&journal).replace('{', r#"{"later":{"x":[1]},"#);
    fs::write(journal.path(), later).unwrap();
    assert_eq!(only_entry(&journal), before);
}

#[test]
fn a_line_that_is_too_long_is_reported_and_the_next_is_read() {
    let (home, journal) = journal();
    fs::create_dir_all(home.path().join("state/orgconn")).unwrap();
    fs::write(journal.path(), vec![b'x'; 3 << 20]).unwrap();
    drop(journal.begin(&change(create("logs"))).unwrap());
    let history = journal.entries().unwrap();
    assert_eq!(history.entries().len(), 1);
    assert_eq!(skipped(&history), ["1: it is longer than 1 MiB"]);
}
