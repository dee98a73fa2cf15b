//! Tests of the graph itself, and of properties of every format.

use proptest::prelude::*;

use super::samples::*;
use super::*;
use crate::escape::escape;
use crate::model::{Connection, Org};

/// The graph in every format.
fn all_formats(graph: &Graph) -> [String; 5] {
    [
        graph.tree(Some(80), &Symbols::UNICODE),
        graph.matrix(Some(80), &Symbols::UNICODE, false),
        graph.svg(),
        graph.dot(true),
        graph.mermaid(true),
    ]
}

#[test]
fn no_connections_and_no_orgs_are_something_in_every_format() {
    let [tree, matrix, svg, dot, mermaid] = all_formats(&Graph::new(&[], &[]));
    assert_eq!((tree.as_str(), matrix.as_str()), ("", ""));
    assert!(svg.contains("No connections."));
    assert!(dot.ends_with("}\n"));
    assert_eq!(mermaid, "flowchart LR\n");
}

#[test]
fn the_order_of_connections_and_orgs_does_not_matter() {
    let orgs = ["Hub", "Other", "same", "same", "Spare"];
    let mut orgs: Vec<Org> = orgs
        .iter()
        .zip(1..)
        .map(|(name, number)| org(number, name))
        .collect();
    let [hub, other, one, two, _] = &*orgs else {
        unreachable!()
    };
    let mut connections = [
        connect(one, hub, "logs"),
        connect(two, hub, "logs"),
        connect(two, other, "audit"),
        connect(hub, other, "metrics"),
    ];
    let forwards = all_formats(&Graph::new(&connections, &orgs));
    connections.reverse();
    orgs.reverse();
    assert_eq!(all_formats(&Graph::new(&connections, &orgs)), forwards);
}

#[test]
fn the_org_with_most_sources_comes_first_and_the_unconnected_last() {
    let orgs = [org(1, "a"), org(2, "b"), org(3, "c"), org(4, "d")];
    let connections = [
        connect(&orgs[0], &orgs[2], "logs"),
        connect(&orgs[1], &orgs[2], "logs"),
        connect(&orgs[2], &orgs[1], "logs"),
    ];
    let graph = Graph::new(&connections, &orgs);
    assert_eq!(graph.full_labels(), ["c", "b", "a", "d"]);
    assert_eq!(graph.hub(), Some(0));
    assert_eq!(graph.unconnected(), 3..4);
}

#[test]
fn namesakes_are_told_apart_by_as_much_of_their_ids_as_it_takes() {
    let named = |id: &str, name: &str| Org {
        id: id.parse().unwrap(),
        name: Some(name.to_owned()),
        ..Org::default()
    };
    let orgs = [
        named("4dee724d-00cc-0000-0000-000000000001", "Acme"),
        named("4dee724d-00cd-0000-0000-000000000001", "Acme"),
        named("1f7d93e0-00cd-0000-0000-000000000001", "Payments"),
        named("6a48c1b5-00cd-0000-0000-000000000001", "Payments"),
        named("7a48c1b5-00cd-0000-0000-000000000001", "Alone"),
    ];
    let expected = [
        "Acme [4dee724d-00cc]",
        "Acme [4dee724d-00cd]",
        "Alone",
        "Payments [1f7d93e0]",
        "Payments [6a48c1b5]",
    ];
    assert_eq!(Graph::new(&[], &orgs).full_labels(), expected);
}

#[test]
fn an_org_is_told_apart_from_one_of_its_name_that_is_not_in_the_graph() {
    let known = KnownOrgs::default();
    for number in [1, 2] {
        known.add(&org(number, "Payments").to_ref());
    }
    let mut graph = Graph::new(&[], &[org(1, "Payments"), org(3, "Retail")]);
    graph.tell_orgs_apart(&known);
    assert_eq!(graph.full_labels(), ["Payments [00000001]", "Retail"]);
}

#[test]
fn names_that_are_the_same_when_shortened_are_told_apart() {
    let disabled = Org {
        disabled: Some(true),
        ..org(3, "Billing of the company in Europe")
    };
    let orgs = [
        org(1, "Payments of the central company in Europe"),
        org(2, "Payments of the northern company in Europe"),
        disabled,
        org(4, "Retail"),
    ];
    let expected = [
        "Billi…pe (disabled)",
        "Payme…pe [00000001]",
        "Payme…pe [00000002]",
        "Retail",
    ];
    assert_eq!(Graph::new(&[], &orgs).labels(19, "…"), expected);
}

#[test]
fn a_long_name_is_cut_in_its_middle() {
    let cases = [
        ("Retail US", 9, "Retail US"),
        ("Retail US", 8, "Retai…US"),
        ("Retail of the company EU", 12, "Retail o…EU"),
        ("日本小売", 6, "日本…"),
        ("Retail", 0, "…"),
    ];
    for (name, width, expected) in cases {
        assert_eq!(shorten(name, width, "…"), expected, "{name} in {width}");
    }
}

#[test]
fn an_org_without_a_name_is_called_by_its_id_and_a_disabled_one_is_marked() {
    let blank = Org {
        disabled: Some(true),
        ..org(1, " ")
    };
    let labels = Graph::new(&[], &[blank]).full_labels();
    assert_eq!(labels, ["00000001-0000-4000-8000-000000000000 (disabled)"]);
}

#[test]
fn the_orgs_that_are_given_name_the_ends_of_a_connection() {
    let nameless = Org::from_id(uuid(1));
    let connection = connect(&org(2, "Retail"), &nameless, "logs");
    let graph = Graph::new(&[connection], &[org(1, "Hub")]);
    assert_eq!(graph.full_labels(), ["Hub", "Retail"]);
}

fn org_of_twelve() -> impl Strategy<Value = Org> {
    let awkward = "[\\x00-\\x7f\u{85}\u{9b}\u{202e}\u{2028}\u{2066}\u{fffe}日é`\"<>&#\\\\]{0,24}";
    let name = proptest::option::of(prop_oneof![awkward, any::<String>()]);
    (0u32..12, name).prop_map(|(number, name)| Org {
        name,
        ..Org::from_id(uuid(number))
    })
}

fn connections() -> impl Strategy<Value = Vec<Connection>> {
    let types = proptest::collection::vec(prop_oneof!["logs|metrics|audit", ".{0,8}"], 0..4);
    let connection =
        (org_of_twelve(), org_of_twelve(), types).prop_map(|(source, destination, types)| {
            Connection {
                types: types.iter().map(|word| word.as_str().into()).collect(),
                ..connect(&source, &destination, "")
            }
        });
    proptest::collection::vec(connection, 0..16)
}

/// The label in a line of DOT, as Graphviz shows it: its quotes are read by the rules of the language, then escapes and
/// entities by those of labels.
fn dot_label(line: &str) -> String {
    let (_, rest) = line.split_once("[label=\"").unwrap();
    let (mut label, mut characters) = (String::new(), rest.chars());
    loop {
        match characters.next().unwrap() {
            '"' => break,
            '\\' => match characters.next().unwrap() {
                plain @ ('"' | '\\') => label.push(plain),
                other => panic!("an escape \\{other} in {line}"),
            },
            plain => label.push(plain),
        }
    }
    let rest = characters.as_str();
    let styles = [
        "];",
        ", style=\"rounded,dashed\"];",
        ", style=\"rounded,bold\"];",
    ];
    assert!(styles.contains(&rest), "{line}");
    assert_eq!(label.matches('&').count(), label.matches("&amp;").count());
    label.replace("&amp;", "&")
}

/// The label in a line of Mermaid, as it is shown: its entities begin with `#`, and nothing else has a meaning.
fn mermaid_label(line: &str) -> String {
    let mut parts = line.split('"');
    let (before, label, after) = (parts.next(), parts.next().unwrap(), parts.next());
    assert!(before.unwrap().ends_with(['[', '|']) && parts.next().is_none());
    assert!(after.unwrap().starts_with([']', '|']), "{line}");
    let mut shown = String::new();
    let mut rest = label;
    while let Some((plain, entity)) = rest.split_once('#') {
        shown.push_str(plain);
        let (name, after) = entity.split_once(';').unwrap();
        shown.push(match name {
            "quot" => '"',
            number => number.parse::<u32>().unwrap().try_into().unwrap(),
        });
        rest = after;
    }
    assert!(
        !label.contains(['<', '>', '&', '`', '*', '_', '[', ']', '\\']),
        "{line}"
    );
    shown + rest
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_svg_is_well_formed_and_refers_to_nothing(connections in connections()) {
        let svg = Graph::new(&connections, &[]).svg();
        let document = roxmltree::Document::parse(&svg).unwrap();
        for element in document.descendants() {
            prop_assert!(!matches!(element.tag_name().name(), "script" | "a" | "image" | "use"));
            prop_assert!(!element.attributes().any(|attribute| attribute.name() == "href"));
        }
    }

    #[test]
    fn no_format_holds_a_character_that_acts_on_a_terminal(connections in connections()) {
        for text in all_formats(&Graph::new(&connections, &[])) {
            let text = text.replace('\n', "");
            prop_assert_eq!(&escape(&text), &text);
        }
    }

    #[test]
    fn labels_are_read_as_they_were_written(connections in connections()) {
        let graph = Graph::new(&connections, &[]);
        let types = Vec::from_iter(graph.edges.iter().map(Edge::types_text));
        let labels = [graph.short_labels(true), types].concat();
        let dot = graph.dot(true);
        let read = dot.lines().filter(|line| line.starts_with("  n") && line.contains("label="));
        prop_assert_eq!(&Vec::from_iter(read.map(dot_label)), &labels, "{}", dot);
        let mermaid = graph.mermaid(true);
        let read = mermaid.lines().filter(|line| line.contains('"'));
        prop_assert_eq!(&Vec::from_iter(read.map(mermaid_label)), &labels, "{}", mermaid);
        let svg = graph.svg();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let titles = document.descendants().filter(|element| element.has_tag_name("title"));
        let titles = titles.filter_map(|title| title.text()).collect::<HashSet<_>>();
        for label in graph.full_labels() {
            prop_assert!(titles.contains(&*label), "{} in {}", label, svg);
        }
    }

    #[test]
    fn quotes_are_balanced_and_no_line_ends_a_fenced_block(connections in connections()) {
        let graph = Graph::new(&connections, &[]);
        for line in graph.mermaid(true).lines() {
            prop_assert!(matches!(line.matches('"').count(), 0 | 2), "{line}");
            prop_assert!(!line.contains('`') && !line.contains("~~~"), "{line}");
        }
        for line in graph.dot(true).lines() {
            let unescaped = line.replace(r"\\", "").replace("\\\"", "");
            prop_assert!(matches!(unescaped.matches('"').count(), 0 | 2 | 4), "{line}");
        }
    }
}
