//! The help of every command and every topic, as it is on a terminal of 80 columns: one file for each.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use snapbox::{Assert, Data};

use super::commands;
use crate::harness::World;

const TOPICS: [&str; 7] = [
    "topics",
    "exit-codes",
    "environment",
    "configuration",
    "selectors",
    "permissions",
    "scripting",
];

/// What these arguments print, on 80 columns.
fn page(arguments: &[&str]) -> String {
    let world = World::bare().with("COLUMNS", "80");
    world.run(arguments).quiet_success()
}

fn short_page(command: &str) -> String {
    let words: Vec<_> = command.split_whitespace().chain(["-h"]).collect();
    page(&words)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/help/pages")
}

#[test]
fn the_help_is_the_recorded_one() {
    let mut recorded = BTreeSet::new();
    let mut compare = |name: &str, text: String| {
        let path = folder().join(format!("{}.txt", name.replace(' ', "-")));
        let expected = Data::read_from(&path, None);
        Assert::new().action_env("SNAPSHOTS").eq(text, expected);
        recorded.insert(path);
    };
    for command in commands() {
        let words: Vec<_> = command.split_whitespace().chain(["--help"]).collect();
        let line = ["orgconn", &command].join(" ");
        let name = line.trim_end();
        let (short, long) = (short_page(&command), page(&words));
        compare(
            name,
            format!("$ {name} -h\n{short}\n$ {name} --help\n{long}"),
        );
    }
    for topic in TOPICS {
        compare(&format!("topic {topic}"), page(&["help", topic]));
    }
    let files = fs::read_dir(folder()).unwrap();
    let files: BTreeSet<_> = files.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files, recorded);
}

#[test]
fn every_short_help_fits_a_screen_of_24_lines_and_80_columns_with_the_prompt() {
    for command in commands() {
        let page = short_page(&command);
        assert!(page.lines().count() <= 23, "{page}");
        assert!(
            page.lines().all(|line| line.chars().count() <= 80),
            "{page}"
        );
        assert!(!page.contains("ORGCONN_"), "{page}");
    }
}

#[test]
fn every_topic_fits_80_columns_and_has_an_example() {
    let help = page(&["help", "--help"]);
    for topic in TOPICS {
        let page = page(&["help", topic]);
        assert!(
            page.lines().all(|line| line.chars().count() <= 80),
            "{page}"
        );
        assert!(page.contains("\nExample:\n"), "{page}");
        assert!(help.contains(topic), "{help}");
    }
}
