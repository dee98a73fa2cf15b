use std::collections::HashSet;

use hcl::eval::Evaluate as _;
use proptest::prelude::*;

use super::*;

/// Among them two orgs of one name, one called like another's public id, and one that needs quotes.
fn orgs() -> OrgDirectory {
    directory(&[
        "Observability Hub",
        "Retail US",
        "Twin",
        "Twin",
        "pub00000001",
        "profile: a\n# b",
        "No",
    ])
}

fn yaml(connections: &[Connection], directory: &OrgDirectory) -> String {
    to_yaml(connections, directory, FileOptions::default())
}

#[test]
fn orgs_are_called_by_their_names_where_these_mean_them() {
    let mut unknown = connection(18, 2, 99, &["audit"]);
    unknown.destination.name = Some("Elsewhere".into());
    let live = [
        connection(17, 7, 5, &["logs"]),
        connection(12, 3, 1, &["metrics", "logs", "1.0"]),
        connection(11, 2, 1, &["logs"]),
        unknown,
        connection(16, 6, 4, &["logs"]),
    ];
    let text = yaml(&live, &orgs());
    assert_eq!(
        text,
        r#"# Connections between Datadog orgs, read by orgconn
connections:
  - source: "No"
    destination: "name:pub00000001"
    types: [logs]
  - source: Retail US
    destination: 00000000-0000-0000-0000-000000000063 # Elsewhere
    types: [audit]
  - source: Retail US
    destination: Observability Hub
    types: [logs]
  - source: 00000000-0000-0000-0000-000000000003 # Twin
    destination: Observability Hub
    types: [logs, metrics, "1.0"]
  - source: "name:profile: a\n# b"
    destination: 00000000-0000-0000-0000-000000000004 # Twin
    types: [logs]
"#
    );
    assert_eq!(desired(&text, &orgs()).len(), 5);
}

#[test]
fn with_ids_every_org_is_a_uuid_and_the_name_a_comment() {
    let options = FileOptions {
        ids: true,
        manage_all: true,
    };
    let text = to_yaml(&[connection(11, 2, 1, &["logs"])], &orgs(), options);
    assert_eq!(
        text,
        "# Connections between Datadog orgs, read by orgconn\n\
         manage: all\n\
         connections:\n  \
         - source: 00000000-0000-0000-0000-000000000002 # Retail US\n    \
         destination: 00000000-0000-0000-0000-000000000001 # Observability Hub\n    \
         types: [logs]\n"
    );
    assert_eq!(desired(&text, &OrgDirectory::default()).len(), 1);
}

#[test]
fn without_connections_the_file_wants_none() {
    let text = yaml(&[], &orgs());
    assert_eq!(desired(&text, &orgs()), []);
}

#[test]
fn a_file_leaves_out_what_it_cannot_want() {
    let live = [
        connection(11, 2, 1, &[]),
        connection(14, 3, 3, &["logs"]),
        connection(15, 4, 1, &[" "]),
        connection(16, 5, 1, &["logs"]),
        connection(16, 5, 1, &["logs"]),
        connection(17, 5, 1, &["audit"]),
    ];
    let text = yaml(&live, &orgs());
    assert_eq!(desired(&text, &orgs()).len(), 1);
    let expressible = live.iter().filter(|known| is_expressible(known));
    let numbers: Vec<_> = expressible.map(|known| known.id.as_u128()).collect();
    assert_eq!(numbers, [16, 16, 17]);
}

#[test]
fn orgs_of_one_name_have_an_alias_each() {
    let live = [
        connection(12, 4, 1, &["metrics"]),
        connection(11, 3, 1, &["logs"]),
    ];
    let text = to_terraform(&live, &orgs());
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let place_of = |line: &str| lines.iter().position(|written| *written == line).unwrap();
    let places = [
        r#"alias   = "twin""#,
        "to = datadog_org_connection.twin_to_observability_hub",
        r#"alias   = "twin_2""#,
        r#"resource "datadog_org_connection" "twin_2_to_observability_hub" {"#,
        "provider         = datadog.twin_2",
        "to = datadog_org_connection.twin_2_to_observability_hub",
    ]
    .map(place_of);
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn awkward_names_become_identifiers_and_stay_in_their_comments() {
    let mut live = connection(11, 90, 91, &["${file(\"/etc/passwd\")}", "%{ if }", "a\\"]);
    live.source.name = Some("42 \u{e9}\nresource {".into());
    live.destination.name = Some("---".into());
    let text = to_terraform(&[live], &OrgDirectory::default());
    for line in [
        r#"# "42 é\nresource {" (00000000-0000-0000-0000-00000000005a)"#,
        r#"  alias   = "org_42_resource""#,
        r#"resource "datadog_org_connection" "org_42_resource_to_org" {"#,
        r#"  connection_types = ["$${file(\"/etc/passwd\")}", "%%{ if }", "a\\"]"#,
    ] {
        assert!(
            text.lines().any(|written| written == line),
            "{line}\n{text}"
        );
    }
}

#[test]
fn names_that_run_together_do_not_share_an_identifier() {
    let orgs = directory(&["a", "a to b", "b to c", "c"]);
    let live = [
        connection(11, 1, 3, &["logs"]),
        connection(12, 2, 4, &["logs"]),
    ];
    let text = to_terraform(&live, &orgs);
    assert!(text.contains("to = datadog_org_connection.a_to_b_to_c\n"));
    assert!(text.contains("to = datadog_org_connection.a_to_b_to_c_2\n"));
}

/// Names that a careless writer would get wrong, and any others.
fn name() -> impl Strategy<Value = String> {
    let awkward = proptest::sample::select(vec![
        "no",
        "NULL",
        "~",
        "",
        " ",
        "1.0",
        "1e3",
        "0x1f",
        "2024-01-01",
        "12:30",
        ".inf",
        "a: b",
        "a #b",
        "# a",
        "- a",
        "? a",
        "a:",
        "&a",
        "*a",
        "!a",
        "%a",
        "@a",
        "`a`",
        "'a'",
        "\"a\"",
        "[a]",
        "{a}",
        "a, b",
        "|",
        ">",
        "---",
        "...",
        "a\nb",
        "a\n- b",
        "\u{1b}[31mred",
        "\u{85}",
        "\u{2028}",
        "\u{feff}a",
        "\u{202e}evil",
        "a\u{301}",
        "back\\slash",
        "name:a",
        "uuid:a",
        "profile:x",
        "public-id:y",
        "<<",
        "=",
        "trailing ",
        " leading",
        "tab\tbed",
        "\u{0}",
        "😀",
        "00000000-0000-0000-0000-000000000001",
        "Zürich",
        "pub00000002",
        "twin",
        "Twin",
        "TWIN",
        "\u{10ffff}",
    ]);
    prop_oneof![awkward.prop_map(str::to_owned), any::<String>()]
}

/// A directory in which names repeat, differ in case only, are missing, and look like other orgs' public ids.
fn any_orgs() -> impl Strategy<Value = OrgDirectory> {
    let names = proptest::collection::vec(proptest::option::weighted(0.9, name()), 2..8);
    names.prop_map(|names| {
        let mut orgs = directory(&vec![""; names.len()]);
        for (org, name) in orgs.orgs.iter_mut().zip(names) {
            org.name = name;
        }
        orgs
    })
}

fn connections() -> impl Strategy<Value = Vec<Connection>> {
    let words = proptest::sample::subsequence(
        vec!["logs", "metrics", "audit", "rum", "no", "a, b", "1.0"],
        1..4,
    );
    // Beyond 7 the directory has no orgs.
    let pair = (1..10u128, 1..10u128).prop_filter("no org with itself", |(from, to)| from != to);
    proptest::collection::btree_map(pair, words, 0..10).prop_map(|pairs| {
        let numbered = pairs.into_iter().zip(100..);
        numbered
            .map(|(((source, destination), words), number)| {
                connection(number, source, destination, &words)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn an_exported_file_wants_what_it_was_written_from(live in connections(), directory in any_orgs()) {
        let wanted = desired(&yaml(&live, &directory), &directory);
        let plan = Plan::new(&live, wanted.clone(), sources(&wanted), true, |_| None);
        prop_assert!(plan.is_empty() && plan.unlisted.is_empty());
        prop_assert_eq!(plan.counts().unchanged, live.len());
    }

    #[test]
    fn no_name_breaks_out_of_its_line_or_reaches_a_terminal_raw(live in connections(), directory in any_orgs()) {
        let yaml = yaml(&live, &directory);
        prop_assert_eq!(yaml.lines().count(), 2 + 3 * live.len());
        for text in [yaml, to_terraform(&live, &directory)] {
            let is_odd = |character: char| {
                character != '\n' && character.is_control() || "\u{202e}\u{2028}\u{feff}".contains(character)
            };
            prop_assert!(!text.contains(is_odd), "{text}");
        }
    }

    #[test]
    fn terraform_reads_the_types_as_they_are_and_nothing_else(live in connections(), odd in name(), directory in any_orgs()) {
        let written = types(&["logs", &odd]);
        let live = live.into_iter().map(|connection| Connection { types: written.clone(), ..connection });
        let live = Vec::from_iter(live);
        let body = hcl::parse(&to_terraform(&live, &directory)).unwrap();
        let count = |kind: &str| body.blocks().filter(|block| block.identifier() == kind).count();
        let sources: HashSet<_> = live.iter().map(|connection| connection.source.id).collect();
        prop_assert_eq!(count("resource"), live.len());
        prop_assert_eq!(count("import"), live.len());
        prop_assert_eq!(count("provider"), sources.len());
        prop_assert_eq!(count("variable"), 2 * sources.len());
        prop_assert_eq!(body.attributes().count(), 0);
        prop_assert_eq!(body.blocks().count(), 2 * live.len() + 3 * sources.len());
        let expected = hcl::Value::from_iter(written.iter().map(|kind| kind.as_str()));
        for block in body.blocks().filter(|block| block.identifier() == "resource") {
            let keys = Vec::from_iter(block.body().attributes().map(|attribute| attribute.key()));
            prop_assert_eq!(keys, ["provider", "sink_org_id", "connection_types"]);
            let types = block.body().attributes().next_back().unwrap().expr();
            prop_assert_eq!(types.evaluate(&hcl::eval::Context::new()).unwrap(), expected.clone());
        }
    }

    #[test]
    fn a_name_or_type_is_read_as_it_was_written(name in name()) {
        let mut directory = directory(&["", "Hub"]);
        directory.orgs[0].name = Some(name.clone());
        let mut live = connection(11, 1, 2, &["logs"]);
        if !name.trim().is_empty() {
            live.types = types(&["logs", &name]);
        }
        let wanted = desired(&yaml(&[live.clone()], &directory), &directory);
        let [read] = wanted.as_slice() else { panic!("{wanted:?}") };
        prop_assert_eq!((read.source.id, &read.types), (live.source.id, &live.types));
    }
}
