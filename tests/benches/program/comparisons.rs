//! The commands that each scenario compares. orgconn comes first: the others are compared with it.

use std::path::PathBuf;

use super::command::{BenchCommand, Setup};
use super::measure::Goal;
use super::scenarios::Fixtures;
use super::server::apply_input::ApplyInput;

const LOOP: &str = r#"page=$(get "$list?limit=1000&offset=0"); total=$(jq .meta.page.total_count <<<"$page"); jq -c "$lines" <<<"$page"
for ((offset = 1000; offset < total; offset += 1000)); do get "$list?limit=1000&offset=$offset" | jq -c "$lines"; done"#;

const PARALLEL: &str = r#"pages=$(mktemp -d); trap 'rm -r "$pages"' EXIT
get -o "$pages/0" "$list?limit=1000&offset=0"; total=$(jq .meta.page.total_count "$pages/0")
get --parallel -o "$pages/#1" "$list?limit=1000&offset=[1000-$((total - 1)):1000]"
for ((offset = 0; offset < total; offset += 1000)); do cat "$pages/$offset"; done | jq -c "$lines""#;

const CREATE: &str = r#"id=$(get "$orgs?filter%5Bname%5D=Security%20Archive" |
  jq -r '.included[] | select(.attributes.name == "Security Archive").id')
get --header 'Content-Type: application/json' --data '{"data":{"type":"org_connection","attributes":{"connection_types":["logs"]},
  "relationships":{"sink_org":{"data":{"type":"orgs","id":"'"$id"'"}}}}}' "$list" | jq -r .data.id"#;

/// How long a start may take.
const START_TIME: Goal = Goal::Milliseconds(2.5);

/// How long the answer to Tab may take with 10,000 orgs in the cache.
const COMPLETION_TIME: Goal = Goal::Milliseconds(20.0);

/// How much memory a streamed listing may take, whatever its length.
const STREAM_MEMORY: Goal = Goal::Mebibytes(20.0);

/// How many orgs [`apply`] changes.
pub(crate) const ORGS: u32 = 100;

/// A start without a server, as in scripts.
pub(crate) fn version(fixtures: &Fixtures) -> Vec<BenchCommand> {
    with_hello(fixtures, START_TIME, &|program, name| {
        BenchCommand::new(&format!("{name} --version"), program, &["--version"])
    })
}

/// The help.
pub(crate) fn help(fixtures: &Fixtures) -> Vec<BenchCommand> {
    with_hello(fixtures, START_TIME, &|program, name| {
        BenchCommand::new(&format!("{name} --help"), program, &["--help"])
    })
}

/// A name that is completed from a full cache.
pub(crate) fn completion(fixtures: &Fixtures) -> Vec<BenchCommand> {
    let commands = with_hello(fixtures, COMPLETION_TIME, &|program, name| {
        let words = ["orgconn", "list", "--source", "Source 00077"];
        completion_request(&format!("{name} completion"), program, &words)
            .with("ORGCONN_API_URL", &fixtures.cached_url)
    });
    // An empty cache would be fast.
    let offered = commands[0].output();
    assert_eq!(offered.matches("Source 00077").count(), 10, "{offered}");
    commands
}

/// What a shell runs when Tab is pressed at the end of the last word: the protocol of the completion scripts.
fn completion_request(name: &str, program: PathBuf, words: &[&str]) -> BenchCommand {
    let arguments = [&["--"], words].concat();
    BenchCommand::new(name, program, &arguments).with("COMPLETE", "zsh")
}

/// The builds of orgconn, and a program that does nothing but start.
fn with_hello(
    fixtures: &Fixtures,
    goal: Goal,
    command: &dyn Fn(PathBuf, &str) -> BenchCommand,
) -> Vec<BenchCommand> {
    let orgconn = command(fixtures.orgconn.clone(), "orgconn").goal(goal);
    let other_build = fixtures.other_build.clone();
    let other_build = other_build.map(|program| command(program, "the other build"));
    let hello = fixtures.hello.clone();
    let hello = hello.map(|program| BenchCommand::new("Rust hello", program, &[]));
    let mut commands = vec![orgconn.at_home(&fixtures.directory)];
    commands.extend(other_build.map(|command| command.at_home(&fixtures.directory)));
    commands.extend(hello);
    commands
}

/// A few connections, as a table.
pub(crate) fn list(setup: &Setup<'_>) -> Vec<Option<BenchCommand>> {
    let curl = setup.curl("curl + jq", r#"get "$list?limit=1000" | jq -r "$show""#);
    vec![
        Some(setup.orgconn(&["list"])),
        setup.other_build(&["list"]),
        Some(setup.floor("floor", "list")),
        curl.map(|curl| curl.goal(Goal::Ratio(0.2))),
    ]
}

/// Ten pages from a server nearby. Throwing the pages away measures the server and the transport alone.
pub(crate) fn pages(setup: &Setup<'_>) -> Vec<Option<BenchCommand>> {
    vec![
        Some(setup.orgconn(&["list", "-o", "jsonl"])),
        setup.other_build(&["list", "-o", "jsonl"]),
        Some(setup.floor("floor: read", "read")),
        Some(setup.floor("floor: pages thrown away", "drain")),
        setup.curl("curl loop + jq", LOOP),
        setup.curl("curl parallel + jq", PARALLEL),
    ]
}

/// Ten pages from a server far away.
pub(crate) fn distant_pages(setup: &Setup<'_>) -> Vec<Option<BenchCommand>> {
    let parallel = setup.curl("curl parallel + jq", PARALLEL);
    vec![
        Some(setup.orgconn(&["list", "-o", "jsonl"])),
        setup.other_build(&["list", "-o", "jsonl"]),
        Some(setup.floor("floor: read", "read")),
        parallel.map(|curl| curl.goal(Goal::Ratio(0.6))),
    ]
}

/// A hundred pages.
pub(crate) fn many_pages(setup: &Setup<'_>) -> Vec<Option<BenchCommand>> {
    let parallel = setup.curl("curl parallel + jq", PARALLEL);
    vec![
        Some(stream(setup, "jsonl")),
        setup.other_build(&["list", "-o", "jsonl"]),
        Some(setup.floor("floor: read", "read").goal(Goal::Ratio(1.2))),
        Some(setup.floor("floor: pages thrown away", "drain")),
        parallel.map(|curl| curl.goal(Goal::Ratio(0.15))),
    ]
}

/// A hundred pages in each format. Only the table has to hold all rows.
pub(crate) fn formats(setup: &Setup<'_>) -> Vec<Option<BenchCommand>> {
    vec![
        Some(setup.orgconn(&["list"])),
        setup.other_build(&["list"]),
        Some(stream(setup, "jsonl")),
        Some(stream(setup, "csv")),
        Some(stream(setup, "id")),
        Some(stream(setup, "json")),
    ]
}

/// A thousand pages, in formats that stream.
pub(crate) fn streams(setup: &Setup<'_>) -> Vec<Option<BenchCommand>> {
    let formats = ["jsonl", "csv", "id"];
    formats.map(|format| Some(stream(setup, format))).into()
}

/// A listing in a format that streams.
fn stream(setup: &Setup<'_>, format: &str) -> BenchCommand {
    setup.orgconn(&["list", "-o", format]).goal(STREAM_MEMORY)
}

/// A create by name: a look-up and a change.
pub(crate) fn create(setup: &Setup<'_>) -> Vec<Option<BenchCommand>> {
    let arguments = ["create", "Security Archive", "--type", "logs"];
    vec![
        Some(
            setup
                .orgconn(&arguments)
                .with_changes()
                .goal(Goal::Milliseconds(165.0)),
        ),
        setup
            .other_build(&arguments)
            .map(BenchCommand::with_changes),
        setup
            .curl("curl + jq", CREATE)
            .map(BenchCommand::with_changes),
    ]
}

/// Five changes in each of a hundred orgs, each with its own keys.
pub(crate) fn apply(setup: &Setup<'_>) -> Vec<Option<BenchCommand>> {
    let input = ApplyInput::new(ORGS, &setup.server.url);
    let config = setup.file("apply.toml", &input.config);
    let desired = setup.file("apply.yaml", &input.desired);
    let desired = desired.to_str().unwrap();
    let arguments = ["apply", "-f", desired, "--all-profiles", "--prune", "--yes"];
    let with_input = |command: BenchCommand| {
        let command = command.with_changes().with("ORGCONN_CONFIG", &config);
        let keys = input.keys.iter();
        keys.fold(command, |command, (name, key)| command.with(name, key))
    };
    let orgconn = with_input(setup.orgconn(&arguments)).goal(Goal::Milliseconds(2000.0));
    let other_build = setup.other_build(&arguments).map(with_input);
    vec![
        Some(orgconn.named("orgconn apply")),
        other_build.map(|command| command.named("the other build apply")),
    ]
}
