use std::fs::File;
use std::io::Write;

use super::super::entries::Entries;
use super::*;

const INCOMPLETE: &str = "it is cut short: a write was interrupted";

/// The reasons why lines were skipped, with their numbers.
fn skipped(entries: &Entries) -> Vec<String> {
    let unreadable = entries.unreadable().iter();
    unreadable
        .map(|line| format!("{}: {}", line.line, line.reason))
        .collect()
}

#[tokio::test]
async fn a_last_line_that_was_cut_off_at_any_byte_costs_itself_alone() {
    let fixture = Fixture::new();
    fixture.write(create("logs"), failed("first")).await;
    drop(fixture.begin(create("logs")).await.unwrap());
    let whole = fixture.text().into_bytes();
    let lines = whole.split_inclusive(|byte| *byte == b'\n');
    let start = lines.take(2).map(<[u8]>::len).sum();
    for length in start..=whole.len() {
        fs::write(fixture.journal.path(), &whole[..length]).unwrap();
        let is_whole = length + 1 >= whole.len();
        let reason = format!("3: {INCOMPLETE}");
        let expected: &[_] = match length > start && !is_whole {
            true => &[reason],
            false => &[],
        };
        let entries = fixture.journal.entries().unwrap();
        assert_eq!(entries.iter().len(), 1 + usize::from(is_whole), "{length}");
        assert_eq!(skipped(&entries), expected, "{length}");

        drop(fixture.begin(create("logs")).await.unwrap());
        let entries = fixture.journal.entries().unwrap();
        assert_eq!(entries.iter().len(), 2 + usize::from(is_whole), "{length}");
        assert_eq!(skipped(&entries), expected, "{length}");
        let text = fs::read(fixture.journal.path()).unwrap();
        assert!(text.starts_with(&whole[..length]));
    }
}

#[tokio::test]
async fn an_outcome_that_was_cut_off_leaves_its_change_unknown() {
    let fixture = Fixture::new();
    let made = done_with(connection(1, "logs"));
    let id = fixture.write(create("logs"), made).await;
    let text = fixture.text();
    fs::write(fixture.journal.path(), &text[..text.len() - 9]).unwrap();
    assert!(!fixture.entry(&id).is_done());
    let entries = fixture.journal.entries().unwrap();
    assert_eq!(skipped(&entries), [format!("2: {INCOMPLETE}")]);
}

#[tokio::test]
async fn every_line_that_cannot_be_read_is_reported_with_its_number_and_stays() {
    let fixture = Fixture::new();
    let id = fixture.write(create("logs"), failed("no")).await;
    let good = fixture.text();
    let bad = [
        r#"{"v":2,"event":"intent"}"#,
        r#"{"v":1,"event":"rumour"}"#,
        r#"{"v":1,"event":"outcome","entry":"gone","at":"2025-11-23T22:03:01Z","result":"done"}"#,
        good.lines().next().unwrap(),
        "\u{0}\u{0}",
        r#"{"v":1,"event":"intent","entry":"new","at":"2025-11-23T22:03:01Z","operation":"delete","command":"rm","host":"h"}"#,
        r#"{"v":1,"event":"intent","entry":"new","at":"yesterday","operation":"delete","command":"rm","host":"h"}"#,
        "[",
    ]
    .join("\n");
    let mut file = File::options().append(true).open(fixture.journal.path());
    file.as_mut().unwrap().write_all(bad.as_bytes()).unwrap();
    let entries = fixture.journal.entries().unwrap();
    assert_eq!(entries.iter().len(), 1);
    assert_eq!(
        skipped(&entries),
        [
            "3: it has the format 2, which a newer version of the program writes".to_owned(),
            "4: its event `rumour` is unknown to this version".to_owned(),
            "5: its entry gone does not exist".to_owned(),
            format!("6: the entry {id} exists already"),
            "7: it is malformed".to_owned(),
            "8: it names no connection".to_owned(),
            "9: it is malformed".to_owned(),
            format!("10: {INCOMPLETE}"),
        ]
    );
    drop(fixture.begin(create("logs")).await.unwrap());
    assert!(fixture.text().starts_with(&format!("{good}{bad}\n")));
}

#[tokio::test]
async fn fields_that_a_later_version_adds_are_skipped() {
    let fixture = Fixture::new();
    let answer = done_with(connection(1, "logs"));
    fixture.write(update(1, "metrics", "logs"), answer).await;
    let before = fixture.only_entry();
    let later = fixture.text().replace('{', r#"{"later":{"x":[1]},"#);
    fs::write(fixture.journal.path(), later).unwrap();
    assert_eq!(fixture.only_entry(), before);
}

#[tokio::test]
async fn a_line_that_is_too_long_is_reported_and_the_next_is_read() {
    let fixture = Fixture::new();
    drop(fixture.begin(create("logs")).await.unwrap());
    let good = fixture.text();
    let longest = " ".repeat((1 << 20) - good.len() + 1);
    let text = format!("{}\n\n{longest}{good}", "x".repeat(3 << 20));
    fs::write(fixture.journal.path(), text).unwrap();
    let entries = fixture.journal.entries().unwrap();
    assert_eq!(entries.iter().len(), 1);
    assert_eq!(skipped(&entries), ["1: it is longer than 1 MiB"]);
}
