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
            source.position,
            text_without_prefix(&destination.value),
            destination.position,
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
Retail US (line 3, column 13) -> Observability Hub (line 4, column 18): logs,metrics
Payments EU (line 6, column 14) -> Observability Hub (line 7, column 18): metrics
Payments US (line 6, column 27) -> Observability Hub (line 7, column 18): metrics";

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
            "A\u{e9} (line 2, column 20) -> B (line 2, column 47): audit\n\
             A\u{e9} (line 2, column 20) -> C (line 2, column 52): audit",
        ),
        (
            "words that old YAML takes for a boolean and a number",
            "connections: [{source: no, destination: 1_000, types: [logs]}]",
            "no (line 1, column 24) -> 1_000 (line 1, column 41): logs",
        ),
        (
            "an alias, where it is used",
            "connections:\n- source: A\n  destination: &hub Hub\n  types: &all [logs]\n\
             - source: B\n  destination: *hub\n  types: *all\n",
            "A (line 2, column 11) -> Hub (line 3, column 21): logs\n\
             B (line 5, column 11) -> Hub (line 6, column 16): logs",
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
    assert!(parse(text).is_err());
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
line 1, column 1: unknown key `owner`; known here: connections
line 3, column 5: unknown key `sorce`; did you mean `source`?
line 3, column 5: the key `source` is missing
line 4, column 18: the list is empty; give at least one org
line 5, column 12: expected a list of connection types, such as [logs, metrics], found text
line 6, column 24: `nope` is not a UUID; one looks like 83999dcd-7f97-11f0-8de1-1ecf66f1aa85
line 6, column 35: it is empty; give an org's name, UUID or public id
line 6, column 39: the org `Payments` is given twice
line 6, column 49: expected an org, found a number; a name like that is put in quotes
line 6, column 55: expected an org, found true or false; a name like that is put in quotes
line 7, column 16: expected an org or a list of orgs, found nothing; a name like that is put in quotes
line 8, column 12: the list is empty; give at least one connection type
line 9, column 5: the key `types` is given twice
line 10, column 5: expected a connection with source, destination and types, found text
line 11, column 13: expected an org or a list of orgs, found a mapping
line 13, column 13: unknown connection type `Logs`; did you mean `logs`?
line 13, column 19: unknown connection type `profiling`; known here: logs, metrics, audit
line 13, column 36: the type `logs` is given twice
line 13, column 42: expected a connection type, found a number
line 13, column 45: expected a connection type, found a list
line 14, column 5: expected a key, found a number"
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
        "line 3, column 14: the connection from `B` to `Hub` is already given at line 2, column 18\n\
         line 4, column 14: the org `D` is connected to itself"
    );
}

#[test]
fn a_file_without_connections_is_a_mistake() {
    for (text, expected) in [
        (
            "",
            "line 1, column 1: expected a mapping with the key `connections`, found nothing",
        ),
        (
            "# nothing yet\n",
            "line 1, column 1: expected a mapping with the key `connections`, found nothing",
        ),
        (
            "- a",
            "line 1, column 1: expected a mapping with the key `connections`, found a list",
        ),
        ("{}", "line 1, column 1: the key `connections` is missing"),
        (
            "connections:",
            "line 1, column 12: expected a list of connections, found nothing",
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
    assert!(mistakes("a: 1\nb: [").starts_with("line 2, column "));
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
        "line 1, column 1: the file is too large; at most 8388608 bytes are read"
    );
    let numbered = |prefix: &str| lines((0..1_000).map(|number| format!("{prefix}{number},")));
    let (sources, destinations) = (numbered("s"), numbered("d"));
    let product = format!(
        "connections: [{{source: [{sources}], destination: [{destinations}], types: [logs]}}]"
    );
    assert_eq!(
        mistakes(&product),
        "line 1, column 15: too many connections; a file may stand for at most 100000"
    );
}

fn resolve(text: &str) -> Result<Vec<DesiredConnection>, Vec<DesiredError>> {
    let directory = directory(&["Hub", "Alpha", "Beta", "Twin", "Twin"]);
    parse(text)?.resolve(|selector| selector.resolve(&directory))
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
            connection.types, connection.position
        )
    }));
    assert_eq!(
        shown,
        "Alpha Beta: audit (line 2, column 10)\n\
         Alpha Hub: logs (line 1, column 31)\n\
         Beta Hub: logs (line 1, column 25)"
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
            "line 2, column 13: no org with the name or public id `Alpa`; the nearest names: `Alpha`\n\
             line 2, column 40: 2 orgs with the name or public id `Twin`: \
             `Twin` (00000000-0000-0000-0000-000000000004, public id pub00000004), \
             `Twin` (00000000-0000-0000-0000-000000000005, public id pub00000005)\n\
             line 2, column 46: no org with the name or public id `Nobody`\n\
             line 3, column 12: no org with the name or public id `Nobody`",
        ),
        (
            "connections:\n\
             - {source: Alpha, destination: Hub, types: [logs]}\n\
             - {source: name:alpha, destination: 00000000-0000-0000-0000-000000000001, types: [logs]}\n\
             - {source: Beta, destination: uuid:00000000-0000-0000-0000-000000000003, types: [logs]}\n",
            "line 3, column 12: the connection from `Alpha` to `Hub` is already given at line 2, column 12\n\
             line 4, column 12: the org `Beta` is connected to itself",
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
            let positions: Vec<_> = errors.iter().map(|error| error.position).collect();
            prop_assert!(!positions.is_empty() && positions.is_sorted());
            let lines = text.split(['\n', '\r']).count() as u64;
            prop_assert!(positions.iter().all(|position| (1..=lines + 1).contains(&position.line)), "{errors:?}");
            prop_assert!(errors.iter().all(|error| !error.kind.to_string().is_empty()));
        }
    }
}
