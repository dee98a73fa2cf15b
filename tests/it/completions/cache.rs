//! The completion cache: which commands write it, and which do not.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::{offered, values};
use crate::harness::{Terminal, World};

/// Runs a command at a terminal.
fn at_a_terminal(world: &World, arguments: &[&str]) {
    let (code, screen) = Terminal::start(world, 120, arguments).end();
    assert_eq!(code, Some(0), "{screen}");
}

/// The files of the cache, in order.
fn files(world: &World) -> Vec<PathBuf> {
    let directory = world.home().join("xdg_cache_home/orgconn");
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

const RETAIL_US: &str = "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d";

#[test]
fn what_nobody_watches_leaves_nothing_behind() {
    let world = World::sandbox();
    for arguments in [
        &["list"][..],
        &["orgs"],
        &["list", "--all-profiles"],
        &["create", "Security Archive", "--type", "logs"],
    ] {
        world.run(arguments).code(0);
    }
    assert_eq!(values(&world, &["get", ""]), [""; 0]);
    assert!(!world.home().join("xdg_cache_home").exists());
}

#[test]
fn connections_and_orgs_are_offered_once_they_were_listed_at_a_terminal() {
    let world = World::sandbox();
    at_a_terminal(&world, &["list"]);
    assert_eq!(
        offered(&world, &["get", "40"]),
        [format!("{RETAIL_US}\tRetail US → Observability Hub (logs)")]
    );
    assert_eq!(
        values(&world, &["get", "4"]),
        values(&world, &["get", "40BB"])
    );
    // Ids that are on the line already are not offered again.
    assert_eq!(values(&world, &["delete", RETAIL_US, ""]).len(), 7);
    assert_eq!(values(&world, &["delete", ""]).len(), 8);
    // The cache knows orgs from connections. The UUID is offered in place of a name that two orgs share, or that is
    // unsafe on a terminal.
    let orgs = offered(&world, &["create", ""]);
    assert!(
        orgs.contains(&"Retail US\t".to_owned())
            && !orgs.contains(&"Security Archive\t".to_owned()),
        "{orgs:?}"
    );
    assert_eq!(values(&world, &["open", "ret"]), ["Retail EU", "Retail US"]);
    assert_eq!(values(&world, &["open", "40"]), [RETAIL_US]);
    at_a_terminal(&world, &["orgs"]);
    assert_eq!(
        offered(&world, &["create", ""]),
        [
            "Legacy Shop\t",
            "Logistics\t",
            "Observability Hub\t",
            "1f7d93e0-a4c2-11ed-8b5e-c36ae80d2f17\tPayments (pe9t3k7r1vb)",
            "6a48c1b5-a4c3-11ed-93f0-4d0b7fe9526a\tPayments (pu4m8s2x6jd)",
            "Platform\t",
            "Retail EU\t",
            "Retail US\t",
            "Security Archive\t",
            "b94e2c70-5f8d-11ee-8a3b-059df4617ce2\t\\u{1b}[31mחנות\\u{1b}[0m 👩\u{200d}💻\\nKöln (aw3v7z2p8tk)",
        ]
    );
}

#[test]
fn an_org_is_offered_in_the_reading_that_is_forced() {
    let world = World::sandbox();
    at_a_terminal(&world, &["orgs"]);
    assert_eq!(
        values(&world, &["create", "name:sec"]),
        ["name:Security Archive"]
    );
    assert_eq!(
        offered(&world, &["create", "uuid:83"]),
        ["uuid:83999dcd-7f97-11f0-8de1-1ecf66f1aa85\tObservability Hub (hb4k7q2m9xd)"]
    );
    assert_eq!(
        values(&world, &["create", "public-id:h"]),
        ["public-id:hb4k7q2m9xd"]
    );
    // A text that is not a name may be an id.
    assert_eq!(
        values(&world, &["create", "839"]),
        ["83999dcd-7f97-11f0-8de1-1ecf66f1aa85"]
    );
    assert_eq!(values(&world, &["create", "hb4"]), ["hb4k7q2m9xd"]);
}

#[test]
fn a_filtered_listing_is_not_taken_for_all_there_is() {
    let world = World::sandbox();
    at_a_terminal(&world, &["list", "--source", "Retail US"]);
    at_a_terminal(&world, &["orgs", "--name", "Retail"]);
    assert_eq!(values(&world, &["get", ""]), [""; 0]);
    // The program applies `--type` itself, so it reads, and caches, all connections.
    at_a_terminal(&world, &["list", "--type", "audit"]);
    assert_eq!(values(&world, &["get", ""]).len(), 8);
}

#[test]
fn what_is_changed_at_a_terminal_is_offered_as_it_is() {
    let world = World::sandbox();
    at_a_terminal(&world, &["list"]);
    at_a_terminal(&world, &["delete", "d7e0", "--yes"]);
    assert_eq!(values(&world, &["get", "d7"]), [""; 0]);
    at_a_terminal(
        &world,
        &[
            "update",
            "40bb",
            "--add-type",
            "audit",
            "--profile",
            "retail-us",
        ],
    );
    assert_eq!(
        offered(&world, &["get", "40"]),
        [format!(
            "{RETAIL_US}\tRetail US → Observability Hub (logs,audit)"
        )]
    );
    at_a_terminal(&world, &["create", "Security Archive", "--type", "logs"]);
    let made = offered(&world, &["get", ""]);
    let made = made
        .iter()
        .filter(|line| line.ends_with("\tObservability Hub → Security Archive (logs)"));
    assert_eq!(made.count(), 1);
}

#[test]
fn each_profile_has_a_list_of_its_own() {
    let world = World::sandbox();
    at_a_terminal(&world, &["list", "--profile", "retail-us,logistics"]);
    assert_eq!(values(&world, &["get", ""]), [""; 0]);
    assert_eq!(
        values(&world, &["get", "--profile", "retail-us", ""]),
        [RETAIL_US]
    );
    assert_eq!(
        values(&world, &["get", "--profile", "logistics", ""]).len(),
        6
    );
    assert_eq!(
        values(&world, &["get", "--profile", "logistics,retail-us", ""]).len(),
        7
    );
    // The org in `--source` decides which profile is used, so the connections of all profiles are offered.
    assert_eq!(values(&world, &["delete", "--source", "x", ""]).len(), 7);
}

#[test]
fn a_reset_of_the_sandbox_is_a_reset_of_what_is_offered() {
    let world = World::sandbox();
    at_a_terminal(&world, &["list"]);
    assert_eq!(files(&world).len(), 1);
    world.run(["sandbox", "reset"]).code(0);
    assert_eq!(files(&world), [""; 0].map(PathBuf::from));
}

#[test]
fn the_cache_is_its_owners_alone() {
    let world = World::sandbox();
    at_a_terminal(&world, &["list"]);
    let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let files = files(&world);
    assert_eq!(files.iter().map(mode).collect::<Vec<_>>(), [0o600]);
    assert_eq!(mode(&files[0].parent().unwrap().to_owned()), 0o700);
}
