//! The words that are offered at each place of a command line.

use super::{asked, offered, values};
use crate::harness::World;

#[test]
fn commands_are_offered_with_what_they_do() {
    let world = World::bare();
    assert_eq!(
        offered(&world, &["a"]),
        [
            "apply\tBring the live connections to a file's state, or carry out a plan",
            "audit\tFind connections at risk",
            "access\tShow and change who may use a connection",
            "auth\tShow the owner and the permissions of credentials; log in and out",
        ]
    );
    assert_eq!(values(&world, &["l"]), ["list"]);
    assert_eq!(
        values(&world, &["profile", ""]),
        ["list", "show", "add", "remove"]
    );
    assert_eq!(
        values(&world, &["--sandbox", "-q", "--timeout", "5s", "gra"]),
        ["graph"]
    );
    assert_eq!(
        values(&world, &["help", "e"]),
        ["export", "exit-codes", "environment"]
    );
    assert_eq!(values(&world, &["help", "to"]), ["topics"]);
    assert_eq!(
        values(&world, &["help", "sandbox", ""]),
        ["serve", "reset", "path"]
    );
}

#[test]
fn every_command_is_offered() {
    let help = World::bare().run(["--help"]).quiet_success();
    let (_, list) = help.split_once("Connections:\n").unwrap();
    let (list, _) = list.split_once("Examples:\n").unwrap();
    let listed: Vec<_> = list
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next())
        .collect();
    assert_eq!(values(&World::bare(), &[""]), listed);
}

#[test]
fn flags_are_offered_where_they_may_stand_and_not_twice() {
    let world = World::bare();
    assert_eq!(
        offered(&world, &["list", "--so"]),
        [
            "--source\tOrg whose data is shared",
            "--sort\tOrder by these columns; `-` in front: descending",
        ]
    );
    assert_eq!(
        values(&world, &["list", "--source", "A", "--so"]),
        ["--sort"]
    );
    assert_eq!(values(&world, &["list", "--fr"]), ["--from"]);
    assert_eq!(values(&world, &["--ver"]), ["--verbose", "--version"]);
    // Flags that may be repeated are offered again.
    assert_eq!(
        values(&world, &["list", "--type", "logs", "--ty"]),
        ["--type"]
    );
    // A command without positional arguments has nothing else to offer.
    assert!(values(&world, &["schema", ""]).contains(&"--sandbox".to_owned()));
    assert_eq!(values(&world, &["list", "--", "--so"]), [""; 0]);
}

#[test]
fn values_that_the_program_knows_are_offered() {
    let world = World::bare();
    assert_eq!(values(&world, &["list", "-o", "j"]), ["json", "jsonl"]);
    assert_eq!(values(&world, &["list", "-oj"]), ["-ojson", "-ojsonl"]);
    assert_eq!(values(&world, &["list", "--output=y"]), ["--output=yaml"]);
    assert_eq!(
        values(&world, &["graph", "-o", ""]),
        ["tree", "matrix", "mermaid", "dot", "svg", "json"]
    );
    assert_eq!(values(&world, &["export", "-o", ""]), ["yaml", "terraform"]);
    assert_eq!(values(&world, &["check", "-o", "g"]), ["github"]);
    // A template takes the place of a format and has none.
    assert_eq!(values(&world, &["list", "--template", ""]), [""; 0]);
    assert_eq!(offered(&world, &["list", "--color", "n"]), ["never\tNever"]);
    assert_eq!(
        values(&world, &["--site", "us"]),
        ["us3.datadoghq.com", "us5.datadoghq.com", "us2.ddog-gov.com"]
    );
    assert_eq!(
        values(&world, &["completions", ""]),
        ["bash", "zsh", "fish", "elvish", "powershell"]
    );
}

#[test]
fn columns_are_those_of_what_the_command_shows() {
    let world = World::bare();
    assert_eq!(
        values(&world, &["list", "--columns", "source,des"]),
        ["source,destination", "source,destination_id"]
    );
    assert_eq!(
        values(&world, &["list", "--sort=-cr"]),
        [
            "--sort=-created_at",
            "--sort=-created_by",
            "--sort=-created_by_id"
        ]
    );
    assert_eq!(
        values(&world, &["list", "--sort", "-created_at,cr"]),
        ["-created_at,created_by", "-created_at,created_by_id"]
    );
    assert_eq!(values(&world, &["orgs", "--sort", "na"]), ["name"]);
    assert_eq!(values(&world, &["graph", "--columns", ""]), [""; 0]);
}

#[test]
fn what_is_in_a_list_already_is_not_offered_again() {
    let world = World::bare();
    assert_eq!(
        values(&world, &["create", "X", "--type", ""]),
        ["logs", "metrics", "audit"]
    );
    assert_eq!(
        values(&world, &["create", "X", "--type", "metrics,"]),
        ["metrics,logs", "metrics,audit"]
    );
    assert_eq!(
        values(
            &world,
            &["create", "X", "--type=logs", "--type", "metrics,"]
        ),
        ["metrics,audit"]
    );
}

#[test]
fn files_are_left_to_the_shell() {
    let world = World::bare();
    for words in [
        &["plan", "-f", ""][..],
        &["apply", "--file=orgconn"],
        &["--config", ""],
        &["auth", "login", "--to-file", "k"],
    ] {
        assert_eq!(
            asked(&world, "zsh", &[&["orgconn"], words].concat()),
            "files\n",
            "{words:?}"
        );
    }
    assert_eq!(
        asked(&world, "bash", &["orgconn list > x", "x", "9"]),
        "files\n"
    );
}

#[test]
fn nothing_is_offered_where_nobody_can_know() {
    let world = World::sandbox();
    for words in [
        &["--timeout", ""][..],
        &["--api-url", "h"],
        &["orgs", "--name", ""],
        &["profile", "add", ""],
        &["history", "--limit", ""],
    ] {
        assert_eq!(values(&world, words), [""; 0], "{words:?}");
    }
}

#[test]
fn the_sandbox_has_its_sample_profiles_and_orgs_from_the_start() {
    let world = World::sandbox();
    assert_eq!(
        offered(&world, &["list", "--profile", "hub,ret"]),
        ["hub,retail-us\tRetail US", "hub,retail-eu\tRetail EU",]
    );
    assert_eq!(values(&world, &["profile", "show", "le"]), ["legacy-shop"]);
    assert_eq!(
        values(&world, &["create", "ret"]),
        ["Retail EU", "Retail US"]
    );
    assert_eq!(
        values(&World::bare(), &["create", "--sandbox", "Ob"]),
        ["Observability Hub"]
    );
    assert_eq!(values(&World::bare(), &["create", "Ob"]), [""; 0]);
}

#[test]
fn profiles_are_those_of_the_configuration_file() {
    let world = World::bare();
    let file = world.file(
        "profiles.toml",
        "[profiles.hub]\nsite = \"datadoghq.eu\"\n[profiles.payments]\n[profiles.platform]\n",
    );
    let file = file.to_str().unwrap();
    assert_eq!(
        offered(&world, &["--config", file, "list", "--profile", ""]),
        [
            "hub\tdatadoghq.eu",
            "payments\tdatadoghq.com",
            "platform\tdatadoghq.com"
        ]
    );
    let world = world.with("ORGCONN_CONFIG", file);
    assert_eq!(
        values(&world, &["profile", "remove", "p"]),
        ["payments", "platform"]
    );
    assert_eq!(
        values(&world, &["list", "--source", "profile:pay"]),
        ["profile:payments"]
    );
    assert_eq!(
        values(&world, &["list", "--profile", "payments,p"]),
        ["payments,platform"]
    );
}

#[test]
fn a_configuration_with_a_mistake_in_it_only_offers_less() {
    let world = World::bare().with("ORGCONN_PROFLE", "x");
    world.file("xdg_config_home/orgconn/config.toml", "no = settings =");
    assert_eq!(values(&world, &["--profile", ""]), [""; 0]);
    assert_eq!(values(&world, &["lis"]), ["list"]);
}

#[test]
fn undo_is_offered_what_the_history_says_can_be_undone() {
    let world = World::sandbox();
    world
        .run(["create", "Security Archive", "--type", "logs"])
        .code(0);
    let history = world.run(["history", "-o", "id"]).quiet_success();
    let entry = history.trim();
    let told = format!("{entry}\tcreate: Observability Hub → Security Archive");
    let listed = ["history", "--columns", "run", "--no-header"];
    let run = world.run(listed).quiet_success();
    let run_told = format!("{}\tcreate: 1 change", run.trim());
    assert_eq!(
        offered(&world, &["undo", &entry[..6]]),
        std::slice::from_ref(&told)
    );
    assert_eq!(
        offered(&world, &["undo", "--profile", "hub", ""]),
        [run_told, told]
    );
    assert_eq!(
        values(&world, &["undo", "--profile", "retail-us", ""]),
        [""; 0]
    );
    world.run(["undo", entry, "--yes"]).code(0);
    assert!(!values(&world, &["undo", ""]).contains(&entry.to_owned()));
}
