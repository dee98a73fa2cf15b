use super::*;
use crate::topology::{ConnectionType, Directory, Org};

mod mistakes;
mod resolving;

/// The sample of the manual.
pub(super) const SAMPLE: &str = "\
# orgconn.yaml: reviewed in git, checked by CI
connections:
  - source: Retail US
    destination: Observability Hub
    types: [logs, metrics]
  - source: [Payments EU, Payments US]      # a list stands for one connection each
    destination: Observability Hub
    types: [metrics]
";

pub(super) fn parse(text: &str) -> Result<Desired, DesiredErrors> {
    Desired::parse(text, ParseOptions::default())
}

fn summary(desired: &Desired) -> Vec<String> {
    desired
        .wanted()
        .iter()
        .map(|wanted| {
            format!(
                "{} ({}) -> {} ({}): {}",
                wanted.source.value.written(),
                wanted.source.position,
                wanted.destination.value.written(),
                wanted.destination.position,
                wanted.types.value
            )
        })
        .collect()
}

#[test]
fn the_sample_is_read_with_the_place_of_every_org() {
    assert_eq!(
        summary(&parse(SAMPLE).unwrap()),
        [
            "Retail US (line 3, column 13) -> Observability Hub (line 4, column 18): logs,metrics",
            "Payments EU (line 6, column 14) -> Observability Hub (line 7, column 18): metrics",
            "Payments US (line 6, column 27) -> Observability Hub (line 7, column 18): metrics",
        ]
    );
}

#[test]
fn json_is_read_as_well() {
    let text = r#"{"connections": [
        {"source": "A\u00e9", "destination": ["B", "C"], "types": ["audit"]}]}"#;
    assert_eq!(
        summary(&parse(text).unwrap()),
        [
            "A\u{e9} (line 2, column 20) -> B (line 2, column 47): audit",
            "A\u{e9} (line 2, column 20) -> C (line 2, column 52): audit",
        ]
    );
}

#[test]
fn a_file_from_another_editor_is_read_with_the_same_places() {
    let windows = format!("\u{feff}{}", SAMPLE.replace('\n', "\r\n"));
    assert_eq!(
        summary(&parse(&windows).unwrap()),
        summary(&parse(SAMPLE).unwrap())
    );
}

#[test]
fn a_file_may_want_nothing_but_has_to_say_so() {
    assert_eq!(parse("connections: []").unwrap().wanted(), []);
}

#[test]
fn words_that_are_false_in_old_yaml_are_names_here() {
    let text = "connections: [{source: no, destination: 1_000, types: [logs]}]";
    assert_eq!(
        summary(&parse(text).unwrap()),
        ["no (line 1, column 24) -> 1_000 (line 1, column 41): logs"]
    );
}

#[test]
fn an_alias_stands_where_it_is_used() {
    let text = "connections:\n- source: A\n  destination: &hub Hub\n  types: &all [logs]\n\
                - source: B\n  destination: *hub\n  types: *all\n";
    assert_eq!(
        summary(&parse(text).unwrap()),
        [
            "A (line 2, column 11) -> Hub (line 3, column 21): logs",
            "B (line 5, column 11) -> Hub (line 6, column 16): logs",
        ]
    );
}

#[test]
fn an_unknown_type_is_let_through_where_that_was_asked_for() {
    let text = "connections: [{source: A, destination: B, types: [rum, logs]}]";
    let options = ParseOptions {
        allow_unknown_types: true,
    };
    let desired = Desired::parse(text, options).unwrap();
    assert_eq!(desired.wanted()[0].types.value.to_string(), "logs,rum");
    assert!(parse(text).is_err());
    let nameless = Desired::parse(&text.replace("rum", "' '"), options);
    assert!(nameless.is_err());
}

#[test]
fn the_words_of_the_format_are_those_of_the_domain() {
    let words: Vec<_> = ConnectionType::KNOWN
        .iter()
        .map(ConnectionType::as_str)
        .collect();
    assert_eq!(read::TYPE_WORDS, words);
}

pub(super) fn org(number: u128, name: &str) -> Org {
    Org {
        id: uuid::Uuid::from_u128(number).into(),
        name: Some(name.into()),
        public_id: None,
        disabled: Some(false),
    }
}

pub(super) fn directory(names: &[&str]) -> Directory {
    let orgs = names
        .iter()
        .zip(1..)
        .map(|(name, number)| org(number, name));
    Directory {
        current: None,
        orgs: orgs.collect(),
    }
}
