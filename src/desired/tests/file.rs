use proptest::prelude::*;

use super::super::file::{TYPE_WORDS, text_without_prefix};
use super::*;
use crate::model::ConnectionType;

/// The sample of the manual.
const SAMPLE: &str = "\
# orgconn.yaml: reviewed in git, checked by CI
connections:
  - source: Retail US
    destination: Observability Hub
    types: [logs, metrics]
  - source: [Payments EU, Payments US]      # a list stands for one connection each
    destination: Observability Hub
    types: [metrics]
";

/// The entries with the position of every org.
fn entries(text: &str) -> String {
    let file = parse(text).unwrap_or_else(|errors| panic!("{}\n{text}", lines(errors)));
    lines(file.entries.iter().map(|entry| {
        let (source, destination) = (&entry.source, &entry.destination);
        format!(
            "{} ({}) -> {} ({}): {}",
            text_without_prefix(&source.value),
            source.location,
            text_without_prefix(&destination.value),
            destination.location,
            entry.types
        )
    }))
}

fn mistakes(text: &str) -> String {
    lines(parse(text).unwrap_err())
}

fn first_kind(text: &str) -> DesiredErrorKind {
    parse(text).unwrap_err().swap_remove(0).kind
}

const SAMPLE_ENTRIES: &str = "\
Retail US (orgconn.yaml:3:13) -> Observability Hub (orgconn.yaml:4:18): logs,metrics
Payments EU (orgconn.yaml:6:14) -> Observability Hub (orgconn.yaml:7:18): metrics
Payments US (orgconn.yaml:6:27) -> Observability Hub (orgconn.yaml:7:18): metrics";

#[test]
fn every_org_is_read_with_its_position() {
    let windows = format!("\u{feff}{}", SAMPLE.replace('\n', "\r\n"));
    for (what, text, expected) in [
        ("the sample", SAMPLE, SAMPLE_ENTRIES),
        ("from another editor", &windows, SAMPLE_ENTRIES),
        ("nothing, if it says so", "connections: []", ""),
        (
            "JSON",
            r#"{"connections": [
        {"source": "A\u00e9", "destination": ["B", "C"], "types": ["audit"]}]}"#,
            "A\u{e9} (orgconn.yaml:2:20) -> B (orgconn.yaml:2:47): audit\n\
             A\u{e9} (orgconn.yaml:2:20) -> C (orgconn.yaml:2:52): audit",
        ),
        (
            "words that old YAML takes for a boolean and a number",
            "connections: [{source: no, destination: 1_000, types: [logs]}]",
            "no (orgconn.yaml:1:24) -> 1_000 (orgconn.yaml:1:41): logs",
        ),
        (
            "an alias, where it is used",
            "connections:\n- source: A\n  destination: &hub Hub\n  types: &all [logs]\n\
             - source: B\n  destination: *hub\n  types: *all\n",
            "A (orgconn.yaml:2:11) -> Hub (orgconn.yaml:3:21): logs\n\
             B (orgconn.yaml:5:11) -> Hub (orgconn.yaml:6:16): logs",
        ),
    ] {
        assert_eq!(entries(text), expected, "{what}");
    }
}

#[test]
fn unknown_types_are_read_only_if_allowed_and_never_without_a_word() {
    let text = "connections: [{source: A, destination: B, types: [rum, logs]}]";
    let file = parse_with_unknown_types(text).unwrap();
    assert_eq!(file.entries[0].types.to_string(), "logs,rum");
    let orgs = directory(&["A", "B"]);
    let state = parse(text).unwrap();
    let state = state.resolve(|selector| selector.resolve(&orgs)).unwrap();
    for (live, expected) in [
        (connection(11, 1, 2, &["rum"]), ""),
        (
            connection(11, 2, 1, &["rum"]),
            "orgconn.yaml:1:51: unknown connection type `rum`; known here: logs, metrics, audit",
        ),
    ] {
        let errors = unknown_type_errors(&[live], &state.connections);
        assert_eq!(lines(errors), expected);
    }
    assert!(parse_with_unknown_types(&text.replace("rum", "' '")).is_err());
}

#[test]
fn the_types_of_the_format_are_those_of_the_model() {
    let known = ConnectionType::KNOWN;
    assert_eq!(
        TYPE_WORDS,
        [&known[0], &known[1], &known[2]].map(ConnectionType::as_str)
    );
}

#[test]
fn all_mistakes_are_reported_at_once_in_the_order_of_the_file() {
    let text = "\
owner: platform
connections:
  - sorce: Retail US
    destination: []
    types: logs
  - source: [Payments, uuid:nope, '', Payments, 2024, true]
    destination:
    types: []
    types: [logs]
  - just text
  - source: {name: A}
    destination: Hub
    types: [Logs, profiling, logs, logs, 7, [logs]]
    1: x
";
    assert_eq!(
        mistakes(text),
        "\
orgconn.yaml:1:1: unknown key `owner`; known here: connections, manage
orgconn.yaml:3:5: unknown key `sorce`; did you mean `source`?
orgconn.yaml:4:18: the list is empty; give at least one org
orgconn.yaml:5:12: expected a list of connection types, such as [logs, metrics], found text
orgconn.yaml:6:24: `nope` is not a UUID; one looks like 83999dcd-7f97-11f0-8de1-1ecf66f1aa85
orgconn.yaml:6:35: it is empty; give an org's name, UUID or public id
orgconn.yaml:6:39: the org `Payments` is given twice
orgconn.yaml:6:49: expected an org, found a number; a name like that is put in quotes
orgconn.yaml:6:55: expected an org, found true or false; a name like that is put in quotes
orgconn.yaml:7:16: expected an org or a list of orgs, found nothing; a name like that is put in quotes
orgconn.yaml:8:12: the list is empty; give at least one connection type
orgconn.yaml:9:5: the key `types` is given twice
orgconn.yaml:10:5: expected a connection with source, destination and types, found text
orgconn.yaml:11:13: expected an org or a list of orgs, found a mapping
orgconn.yaml:13:19: unknown connection type `profiling`; known here: logs, metrics, audit
orgconn.yaml:13:30: the type `logs` is given twice
orgconn.yaml:13:36: the type `logs` is given twice
orgconn.yaml:13:42: expected a connection type, found a number
orgconn.yaml:13:45: expected a connection type, found a list
orgconn.yaml:14:5: expected a key, found a number"
    );
}

#[test]
fn pairs_that_are_given_twice_are_found_without_looking_orgs_up() {
    let text = "\
connections:
  - {source: [A, B], destination: Hub, types: [logs]}
  - {source: B, destination: [C, Hub], types: [metrics]}
  - {source: D, destination: D, types: [logs]}
";
    assert_eq!(
        mistakes(text),
        "orgconn.yaml:3:14: the connection from `B` to `Hub` is already given at orgconn.yaml:2:18\n\
         orgconn.yaml:4:14: the org `D` is connected to itself"
    );
}

#[test]
fn a_file_without_connections_is_a_mistake() {
    for (text, expected) in [
        (
            "",
            "orgconn.yaml:1:1: expected a mapping with the key `connections`, found nothing",
        ),
        (
            "# nothing yet\n",
            "orgconn.yaml:1:1: expected a mapping with the key `connections`, found nothing",
        ),
        (
            "- a",
            "orgconn.yaml:1:1: expected a mapping with the key `connections`, found a list",
        ),
        ("{}", "orgconn.yaml:1:1: the key `connections` is missing"),
        (
            "connections:",
            "orgconn.yaml:1:12: expected a list of connections, found nothing",
        ),
    ] {
        assert_eq!(mistakes(text), expected, "{text:?}");
    }
    for text in ["\n", "---\n", "null"] {
        let kind = first_kind(text);
        assert!(
            matches!(
                kind,
                DesiredErrorKind::WrongKind {
                    found: "nothing",
                    ..
                }
            ),
            "{text:?}: {kind}"
        );
    }
}

#[test]
fn a_text_that_is_no_yaml_is_one_mistake_of_one_line() {
    for text in [
        "connections: [",
        "connections:\n\t- source: A",
        "a: 'b",
        "connections: *unknown",
        "connections: !made-up []",
        "\u{0}",
        "connections: \"\u{1}\"",
    ] {
        let errors = parse(text).unwrap_err();
        assert!(
            matches!(
                errors[..],
                [DesiredError {
                    kind: DesiredErrorKind::Syntax(_),
                    ..
                }]
            ),
            "{text:?}: {errors:?}"
        );
        assert_eq!(errors[0].to_string().lines().count(), 1, "{errors:?}");
    }
    assert!(mistakes("a: 1\nb: [").starts_with("orgconn.yaml:2:"));
    assert_eq!(
        first_kind("connections: []\n---\nconnections: []"),
        DesiredErrorKind::SecondDocument
    );
}

#[test]
fn depth_size_and_expansion_have_limits() {
    let nested = format!("a: {}{}", "[".repeat(40), "]".repeat(40));
    let bomb = format!(
        "a: &a [{}]\nb: &b [{}]\nc: [{}]",
        "x,".repeat(500),
        "*a,".repeat(500),
        "*b,".repeat(500)
    );
    assert_eq!(
        first_kind(&"[".repeat(100_000)),
        DesiredErrorKind::TooDeep(16)
    );
    assert_eq!(first_kind(&nested), DesiredErrorKind::TooDeep(16));
    assert_eq!(first_kind(&bomb), DesiredErrorKind::TooManyValues(250_000));
    let long = "#".repeat(9 << 20);
    assert_eq!(
        mistakes(&long),
        "orgconn.yaml:1:1: the file is too large; at most 8388608 bytes are read"
    );
    let numbered = |prefix: &str| lines((0..1_000).map(|number| format!("{prefix}{number},")));
    let (sources, destinations) = (numbered("s"), numbered("d"));
    let product = format!(
        "connections: [{{source: [{sources}], destination: [{destinations}], types: [logs]}}]"
    );
    assert_eq!(
        mistakes(&product),
        "orgconn.yaml:1:15: too many connections; a file may stand for at most 100000"
    );
}

#[test]
fn several_files_are_one_state_in_which_a_pair_is_given_once() {
    let one = "connections: [{source: A, destination: [B, C], types: [logs]}]";
    let other = "connections:\n- {source: A, destination: C, types: [logs]}";
    let errors = parse_files(&[("b.yaml", one), ("a.yaml", other)], false).unwrap_err();
    assert_eq!(
        lines(errors),
        "a.yaml:2:12: the connection from `A` to `C` is already given at b.yaml:1:24"
    );
    let wrong = "connections: 1";
    let errors = parse_files(&[("a.yaml", wrong), ("b.yaml", wrong)], false).unwrap_err();
    assert_eq!(
        lines(errors),
        "a.yaml:1:14: expected a list of connections, found a number\n\
         b.yaml:1:14: expected a list of connections, found a number"
    );
}

/// The scope of these files, as one line: `all` with its location, then the orgs.
fn scope(files: &[(&str, &str)]) -> String {
    let orgs = directory(&["A", "B", "C", "D"]);
    let state = parse_files(files, false).unwrap_or_else(|errors| panic!("{}", lines(errors)));
    let state = state.resolve(|selector| selector.resolve(&orgs)).unwrap();
    let all = state.scope.all.map(|location| format!("all ({location})"));
    let sources = state.scope.sources.iter();
    let sources = sources.map(|org| format!("{} ({})", org.value.label(), org.location));
    all.into_iter().chain(sources).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_scope_is_what_the_files_manage_and_without_that_their_sources() {
    let entry = "connections: [{source: [A, a], destination: B, types: [logs]}]".replace(", a", "");
    let entry = entry.as_str();
    let two = "connections: []\nmanage: [C, name:c, D]";
    let all = "manage: all\nconnections: []";
    for (files, expected) in [
        (&[("x", entry)][..], "A (x:1:25)"),
        (&[("x", two)], "C (x:2:10) D (x:2:21)"),
        (&[("x", all)], "all (x:1:9)"),
        (
            &[("x", entry), ("y", two), ("z", all)],
            "all (z:1:9) A (x:1:25) C (y:2:10) D (y:2:21)",
        ),
        (
            &[(
                "x",
                "connections: [{source: A, destination: B, types: [logs]}]\nmanage: [B]",
            )],
            "B (x:2:10)",
        ),
    ] {
        assert_eq!(scope(files), expected, "{files:?}");
    }
    for (manage, expected) in [
        (
            "everything",
            "1:29: expected `all` or a list of orgs, found text",
        ),
        ("", "1:27: expected `all` or a list of orgs, found nothing"),
        ("[]", "1:29: the list is empty; give at least one org"),
        ("[A, A]", "1:33: the org `A` is given twice"),
    ] {
        let text = format!("{{connections: [], \"manage\": {manage}}}");
        assert_eq!(
            mistakes(&text),
            format!("orgconn.yaml:{expected}"),
            "{manage}"
        );
    }
}

#[test]
fn keys_of_the_user_anchors_and_merge_keys_are_read() {
    let text = "\
x-team: &team
  destination: [B, C]
  types: [logs]
  x-owner: 7
connections:
- <<: *team
  source: A
- source: D
  <<: [*team, {types: [audit]}]
  destination: A
  x-note: {any: thing}
";
    assert_eq!(
        entries(text),
        "A (orgconn.yaml:7:11) -> B (orgconn.yaml:6:7): logs\n\
         A (orgconn.yaml:7:11) -> C (orgconn.yaml:6:7): logs\n\
         D (orgconn.yaml:8:11) -> A (orgconn.yaml:10:16): logs"
    );
    assert_eq!(
        mistakes("connections: []\nX-a: 1\nx: 2"),
        "orgconn.yaml:2:1: unknown key `X-a`; known here: connections, manage\n\
         orgconn.yaml:3:1: unknown key `x`; known here: connections, manage"
    );
}

fn resolve(text: &str) -> Result<Vec<DesiredConnection>, Vec<DesiredError>> {
    let directory = directory(&["Hub", "Alpha", "Beta", "Twin", "Twin"]);
    let state = parse(text)?.resolve(|selector| selector.resolve(&directory))?;
    Ok(state.connections)
}

#[test]
fn connections_are_sorted_by_the_names_of_their_orgs() {
    let text = "connections: [{source: [Beta, alpha], destination: Hub, types: [logs]},\n\
                {source: ALPHA, destination: Beta, types: [audit]}]";
    let connections = resolve(text).unwrap();
    let shown = lines(connections.iter().map(|connection| {
        let (source, destination) = (connection.source.label(), connection.destination.label());
        format!(
            "{source} {destination}: {} ({})",
            connection.types, connection.location
        )
    }));
    assert_eq!(
        shown,
        "Alpha Beta: audit (orgconn.yaml:2:10)\n\
         Alpha Hub: logs (orgconn.yaml:1:31)\n\
         Beta Hub: logs (orgconn.yaml:1:25)"
    );
}

#[test]
fn each_selector_is_looked_up_once() {
    let directory = directory(&["A", "B", "Hub"]);
    let file = parse("connections: [{source: [A, B], destination: Hub, types: [logs]}]").unwrap();
    let mut lookups = Vec::new();
    file.resolve(|selector| {
        lookups.push(selector.to_string());
        selector.resolve(&directory)
    })
    .unwrap();
    let expected = ["A", "Hub", "B"].map(|name| format!("with the name or public id `{name}`"));
    assert_eq!(lookups, expected);
}

#[test]
fn unresolved_orgs_are_reported_all_at_once_each_at_its_position() {
    for (text, expected) in [
        (
            "connections:\n\
             - {source: [Alpa, Beta], destination: [Twin, Nobody], types: [logs]}\n\
             - {source: Nobody, destination: Hub, types: [logs]}\n",
            "orgconn.yaml:2:13: no org with the name or public id `Alpa`; did you mean `Alpha`?\n\
             orgconn.yaml:2:40: 2 orgs with the name or public id `Twin`\n\
             orgconn.yaml:2:46: no org with the name or public id `Nobody`\n\
             orgconn.yaml:3:12: no org with the name or public id `Nobody`",
        ),
        (
            "connections:\n\
             - {source: Alpha, destination: Hub, types: [logs]}\n\
             - {source: name:alpha, destination: 00000000-0000-0000-0000-000000000001, types: [logs]}\n\
             - {source: Beta, destination: uuid:00000000-0000-0000-0000-000000000003, types: [logs]}\n",
            "orgconn.yaml:3:12: the connection from `Alpha` to `Hub` is already given at orgconn.yaml:2:12\n\
             orgconn.yaml:4:12: the org `Beta` is connected to itself",
        ),
    ] {
        assert_eq!(lines(resolve(text).unwrap_err()), expected);
    }
}

#[test]
fn an_org_that_the_directory_lacks_may_be_given_as_a_uuid() {
    let text = "connections: [{source: Alpha, destination: 00000000-0000-0000-0000-0000000000ff, types: [logs]}]";
    let connections = resolve(text).unwrap();
    assert_eq!(connections[0].destination.name, None);
}

/// Pieces of files, put together at random: nearly right more often than plain noise is.
fn nearly_a_file() -> impl Strategy<Value = String> {
    let pieces = proptest::sample::select(vec![
        "connections:",
        "- source: A",
        "source:",
        "destination: B",
        "types: [logs]",
        "types: [",
        "]",
        "{",
        "}",
        "  ",
        "\n",
        "\n  ",
        "- ",
        ": ",
        "&a ",
        "*a",
        "<<: *a",
        "'",
        "\"",
        "#",
        "---\n",
        "? ",
        "!!str ",
        "|",
        ">",
        "7",
        "~",
        "\t",
        "\u{0}",
        "\u{feff}",
        "é",
        ",",
    ]);
    proptest::collection::vec(pieces, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_in_order_and_with_positions_in_the_text(
        text in prop_oneof![nearly_a_file(), any::<String>()],
    ) {
        if let Err(errors) = parse(&text) {
            let positions: Vec<_> = errors.iter().map(|error| error.location.position).collect();
            prop_assert!(!positions.is_empty() && positions.is_sorted());
            let lines = text.split(['\n', '\r']).count() as u64;
            prop_assert!(positions.iter().all(|position| (1..=lines + 1).contains(&position.line)), "{errors:?}");
            prop_assert!(errors.iter().all(|error| !error.kind.to_string().is_empty()));
        }
    }
}

/// The file with these orgs in the group `Production`, and how the pairs and the scope come out. Orgs have the names of
/// their group, where the directory does not know them.
fn with_group(text: &str, numbers: &[u128]) -> Result<String, Vec<DesiredError>> {
    let directory = directory(&["Hub", "Retail", "Payments", "Vault"]);
    let orgs = numbers.iter().map(|number| OrgRef {
        id: Uuid::from_u128(*number),
        name: Some(format!("Member {number}")),
    });
    let groups = HashMap::from([("Production".to_owned(), orgs.collect())]);
    let state = parse(text)?.with_orgs_of_groups(&groups)?;
    let state = state.resolve(|selector| selector.resolve(&directory))?;
    let pair = |it: &DesiredConnection| {
        let (source, destination) = (it.source.label(), it.destination.label());
        format!("{source} -> {destination} ({})", it.location)
    };
    let pairs = state.connections.iter().map(pair);
    let left_out = state
        .left_out
        .iter()
        .map(|it| format!("left out: {}", pair(it)));
    let scope = state.scope.sources.iter();
    let scope = scope.map(|org| format!("scope: {} ({})", org.value.label(), org.location));
    Ok(lines(pairs.chain(left_out).chain(scope)))
}

#[test]
fn a_group_stands_for_its_orgs_without_the_other_end() {
    let text = "\
manage: [group:Production]
connections:
  - source: [group:Production, Vault]
    destination: Hub
    types: [logs]
";
    assert_eq!(
        with_group(text, &[1, 2, 3, 9]).unwrap(),
        "\
Member 9 -> Hub (orgconn.yaml:3:14)
Payments -> Hub (orgconn.yaml:3:14)
Retail -> Hub (orgconn.yaml:3:14)
Vault -> Hub (orgconn.yaml:3:32)
left out: Hub -> Hub (orgconn.yaml:3:14)
scope: Hub (orgconn.yaml:1:10)
scope: Retail (orgconn.yaml:1:10)
scope: Payments (orgconn.yaml:1:10)
scope: Member 9 (orgconn.yaml:1:10)"
    );
}

#[test]
fn the_orgs_of_a_group_may_be_connected_to_each_other() {
    let text = "\
connections:
  - {source: group:Production, destination: group:Production, types: [logs]}
";
    let expanded = with_group(text, &[2, 3]).unwrap();
    assert!(expanded.starts_with(
        "\
Payments -> Retail (orgconn.yaml:2:14)
Retail -> Payments (orgconn.yaml:2:14)
left out: Retail -> Retail (orgconn.yaml:2:14)
left out: Payments -> Payments (orgconn.yaml:2:14)
scope: "
    ));
    assert_eq!(with_group(text, &[]).unwrap(), "");
}

#[test]
fn a_pair_of_a_group_that_is_given_elsewhere_is_a_mistake() {
    let text = "\
connections:
  - {source: Retail, destination: Hub, types: [logs]}
  - {source: group:Production, destination: Hub, types: [metrics]}
";
    assert_eq!(
        lines(with_group(text, &[1, 2]).unwrap_err()),
        "orgconn.yaml:3:14: the connection from `Retail` to `Hub` is already given at orgconn.yaml:2:14"
    );
    let many: Vec<_> = (1..=400).collect();
    let text = "\
connections:
  - {source: group:Production, destination: group:Production, types: [logs]}
";
    assert_eq!(
        lines(with_group(text, &many).unwrap_err()),
        "orgconn.yaml:2:14: too many connections; a file may stand for at most 100000"
    );
}
