use proptest::prelude::*;

use super::*;
use crate::topology::{Plan, PlanOptions};

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
fn orgs() -> impl Strategy<Value = Directory> {
    let names = proptest::collection::vec(proptest::option::weighted(0.9, name()), 2..8);
    names.prop_map(|names| Directory {
        current: None,
        orgs: names
            .into_iter()
            .zip(1..)
            .map(|(name, number)| Org {
                id: org_id(number),
                name: name.map(Into::into),
                public_id: Some(format!("pub{number:08}").into()),
                disabled: None,
            })
            .collect(),
    })
}

fn edges() -> impl Strategy<Value = Vec<Connection>> {
    let words = proptest::sample::subsequence(
        vec!["logs", "metrics", "audit", "rum", "no", "a, b", "1.0"],
        1..4,
    );
    // Beyond 7 the directory knows nobody.
    let pair = (1..10u128, 1..10u128).prop_filter("no org with itself", |(from, to)| from != to);
    proptest::collection::btree_map(pair, words, 0..10).prop_map(|pairs| {
        pairs
            .into_iter()
            .zip(100..)
            .map(|(((source, destination), words), number)| {
                connection(number, source, destination, &words)
            })
            .collect()
    })
}

/// The connections as source, destination and types.
fn triples<'a>(
    edges: impl Iterator<Item = (&'a Id, &'a Id, &'a TypeSet)>,
) -> Vec<(Id, Id, TypeSet)> {
    let mut triples: Vec<_> = edges
        .map(|(from, to, types)| (from.clone(), to.clone(), types.clone()))
        .collect();
    triples.sort();
    triples
}

proptest! {
    #[test]
    fn a_file_that_was_written_wants_what_it_was_written_from(live in edges(), directory in orgs()) {
        let exported = as_yaml(&live, &directory);
        prop_assert!(exported.left_out.is_empty());
        let state = read_back(&exported.text, &directory);
        let wanted = triples(state.edges().iter().map(|edge| (&edge.source.id, &edge.destination.id, &edge.types)));
        let lived = triples(live.iter().map(|known| {
            let [source, destination] = known.ends().map(|end| end.id.as_ref().unwrap());
            (source, destination, &known.types)
        }));
        prop_assert_eq!(wanted, lived);
        let options = PlanOptions { prune: true };
        prop_assert!(Plan::between(&live, &state, options).is_empty());
    }

    #[test]
    fn no_name_breaks_out_of_its_line_or_reaches_a_terminal_raw(live in edges(), directory in orgs()) {
        let lines = |text: &str| text.lines().count();
        let yaml = as_yaml(&live, &directory).text;
        prop_assert_eq!(lines(&yaml), 2 + 3 * live.len());
        for text in [yaml, as_terraform(&live, &directory).text] {
            let is_odd = |character: char| {
                character != '\n' && character.is_control() || "\u{202e}\u{2028}\u{feff}".contains(character)
            };
            prop_assert!(!text.contains(is_odd), "{text}");
        }
    }

    #[test]
    fn any_text_is_quoted_so_that_it_is_read_as_itself(text in name()) {
        let scalar: String = serde_saphyr::from_str(&quote::yaml(&text)).unwrap();
        prop_assert_eq!(&scalar, &text);
        let list: Vec<String> = serde_saphyr::from_str(&format!("[{0}, {0}]", quote::yaml(&text))).unwrap();
        prop_assert_eq!(list, [text.as_str(), text.as_str()]);
    }
}
