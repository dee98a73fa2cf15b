use proptest::prelude::*;

use super::*;

fn mistakes(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_file() {
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
line 6, column 24: `nope` is no UUID; one looks like 83999dcd-7f97-11f0-8de1-1ecf66f1aa85
line 6, column 35: it is empty; give an org's name, UUID or public id
line 6, column 39: the org `Payments` is given twice
line 6, column 49: expected an org, found a number; a name like that is put in quotes
line 6, column 55: expected an org, found true or false; a name like that is put in quotes
line 7, column 16: expected an org or a list of orgs, found nothing
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
fn pairs_that_are_plainly_the_same_are_found_without_looking_orgs_up() {
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
    let expected = "expected a mapping with the key `connections`, found";
    for empty in ["", "\n", "# nothing yet\n", "---\n", "null"] {
        assert_eq!(
            parse(empty).unwrap_err().iter().next().unwrap().message(),
            format!("{expected} nothing"),
            "{empty:?}"
        );
    }
    assert_eq!(
        mistakes("- a"),
        format!("line 1, column 1: {expected} a list")
    );
    assert_eq!(
        mistakes("{}"),
        "line 1, column 1: the key `connections` is missing"
    );
    assert_eq!(
        mistakes("connections:"),
        "line 1, column 12: expected a list of connections, found nothing"
    );
}

#[test]
fn what_is_no_yaml_is_told_with_its_place_on_one_line() {
    for text in [
        "connections: [",
        "connections:\n\t- source: A",
        "a: 'b",
        "connections: *unknown",
        "connections: []\n---\nconnections: []",
        "connections: !made-up []",
        "\u{0}",
        "connections: \"\u{1}\"",
    ] {
        let errors = parse(text).unwrap_err();
        assert!(
            matches!(
                errors.iter().collect::<Vec<_>>()[..],
                [DesiredError {
                    fault: Fault::Syntax(_),
                    ..
                }]
            ),
            "{text:?}: {errors}"
        );
        assert_eq!(errors.to_string().lines().count(), 1, "{errors}");
    }
    assert!(mistakes("a: 1\nb: [").starts_with("line 2, column "));
}

#[test]
fn depth_size_and_expansion_have_limits() {
    let deep = "[".repeat(100_000);
    assert!(matches!(fault(&deep), Fault::Syntax(_)));
    let nested = format!("a: {}{}", "[".repeat(40), "]".repeat(40));
    assert!(matches!(fault(&nested), Fault::Syntax(_)));
    let long = "#".repeat(9 << 20);
    assert!(matches!(fault(&long), Fault::TooLarge { .. }));
    let bomb = format!(
        "a: &a [{}]\nb: &b [{}]\nc: [{}]",
        "x,".repeat(500),
        "*a,".repeat(500),
        "*b,".repeat(500)
    );
    assert!(matches!(fault(&bomb), Fault::Syntax(_)));
}

#[test]
fn two_lists_do_not_stand_for_millions_of_connections() {
    let (sources, destinations) = (numbered("s"), numbered("d"));
    let text = format!(
        "connections: [{{source: [{sources}], destination: [{destinations}], types: [logs]}}]"
    );
    assert!(matches!(fault(&text), Fault::TooMany { .. }));
}

#[test]
fn a_message_is_one_line_of_printable_characters() {
    let message = mistakes(r#"{"connections": [], "a\nb\u001b[31m": 1}"#);
    assert_eq!(
        message,
        "line 1, column 21: unknown key `a\\nb\\u{1b}[31m`; known here: connections"
    );
}

fn fault(text: &str) -> Fault {
    parse(text)
        .unwrap_err()
        .iter()
        .next()
        .unwrap()
        .fault
        .clone()
}

fn numbered(prefix: &str) -> String {
    (0..1_000)
        .map(|number| format!("{prefix}{number},"))
        .collect()
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
    fn any_text_is_read_or_refused_in_order_and_with_places_in_the_text(
        text in prop_oneof![nearly_a_file(), any::<String>()],
    ) {
        if let Err(errors) = parse(&text) {
            let places: Vec<_> = errors.iter().map(|error| error.position).collect();
            prop_assert!(!places.is_empty() && places.is_sorted());
            let lines = text.split(['\n', '\r']).count() as u64;
            prop_assert!(places.iter().all(|place| (1..=lines + 1).contains(&place.line)), "{errors}");
            prop_assert!(errors.iter().all(|error| !error.message().is_empty()));
        }
    }
}
