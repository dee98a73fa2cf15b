//! The manual pages.

use std::collections::BTreeSet;
use std::fs;

use snapbox::assert_data_eq;

use crate::harness::World;
use crate::help::commands;

/// The sections of a page.
fn sections(page: &str) -> Vec<&str> {
    let titles = page.lines().filter_map(|line| line.strip_prefix(".SH "));
    titles.map(|title| title.trim_matches('"')).collect()
}

#[test]
fn every_command_has_a_page_with_examples_permissions_and_exit_codes() {
    let world = World::bare();
    let written = world.run(["man", "--dir", "pages/man1"]).code(0);
    assert_eq!(written.stdout, "");
    let mut expected = BTreeSet::new();
    for command in commands() {
        let name = format!("orgconn {command}").trim_end().replace(' ', "-");
        let path = world.home().join(format!("pages/man1/{name}.1"));
        let page = fs::read_to_string(&path).unwrap();
        let sections = sections(&page);
        assert_eq!(sections[..3], ["NAME", "SYNOPSIS", "DESCRIPTION"], "{name}");
        assert!(
            sections.ends_with(&["ENVIRONMENT", "SEE ALSO"]),
            "{name}: {sections:?}"
        );
        assert!(sections.contains(&"EXIT STATUS"), "{name}: {sections:?}");
        // A command that only has subcommands does nothing itself.
        if !["access", "auth", "profile", "sandbox"].contains(&&*command) {
            assert!(sections.contains(&"EXAMPLES"), "{name}: {sections:?}");
        }
        assert!(!page.contains('\u{1b}'), "{page}");
        expected.insert(path);
    }
    let files = fs::read_dir(world.home().join("pages/man1")).unwrap();
    let files: BTreeSet<_> = files.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files, expected);
    let count = expected.len();
    assert_eq!(
        written.stderr,
        format!("wrote {count} manual pages to pages/man1\n")
    );
}

#[test]
fn the_page_of_apply_is_the_recorded_one() {
    let world = World::bare();
    world.run(["man", "--dir", "."]).code(0);
    let page = fs::read_to_string(world.home().join("orgconn-apply.1")).unwrap();
    assert_data_eq!(page, snapbox::file!["man/orgconn-apply.1": Text]);
}

#[test]
fn without_a_directory_the_page_of_the_program_is_printed() {
    let world = World::bare();
    let printed = world.run(["man"]).quiet_success();
    world.run(["man", "--dir", "."]).code(0);
    let written = fs::read_to_string(world.home().join("orgconn.1")).unwrap();
    assert_eq!(printed, written);
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let world = World::bare();
    world.file("file", "");
    let refused = world.run(["man", "--dir", "file/man1"]).code(1);
    assert!(
        refused
            .stderr
            .starts_with("error: cannot create file/man1: "),
        "{}",
        refused.stderr
    );
}
