use proptest::prelude::*;

use crate::output::{ConnectionChange, OrgRow, StepRow};
use crate::topology::{Action, Connection, ConnectionType, Org, Reference, Step, TypeSet};

/// An org or a user whose id ends in `number`.
pub(super) fn reference(number: u32, name: &str) -> Reference {
    Reference {
        id: Some(
            format!("4dee724d-00cc-11ea-a77b-{number:012}")
                .as_str()
                .into(),
        ),
        name: Some(name.into()),
    }
}

/// A connection with the number of its id and its orgs' names.
pub(super) fn connection(
    number: u32,
    source: &str,
    destination: &str,
    types: &[&str],
) -> Connection {
    Connection {
        id: Some(
            format!("{number:08}-32b2-4aa3-8a1a-5d93b5382e3d")
                .as_str()
                .into(),
        ),
        source: reference(number, source),
        destination: reference(1, destination),
        types: types
            .iter()
            .map(|word| ConnectionType::from(*word))
            .collect(),
        created_at: Some("2025-08-26T20:19:36.177236+00:00".into()),
        created_by: reference(2, "Dana Example"),
        profiles: Vec::new(),
    }
}

/// Two connections with nothing odd about them.
pub(super) fn ordinary() -> Vec<Connection> {
    vec![
        connection(40, "Retail US", "Observability Hub", &["logs"]),
        connection(
            41,
            "Payments EU (West)",
            "Observability Hub",
            &["logs", "metrics", "audit"],
        ),
    ]
}

/// Connections with much that is odd about them.
pub(super) fn awkward() -> Vec<Connection> {
    let mut without_names = connection(14, "", "", &["logs"]);
    without_names.source.name = None;
    without_names.destination.name = None;
    without_names.created_by = Reference::default();
    without_names.created_at = Some("some day".into());
    vec![
        connection(
            10,
            "\u{1b}[31mred\nnext\tline",
            "Observability Hub",
            &["logs", "metrics"],
        ),
        connection(11, "日本データ", "👩\u{200d}🚀 Crew", &["quantum", "logs"]),
        connection(12, "مرحبا", "\u{202e}evil \u{9b}2J", &["metrics"]),
        connection(13, "a, \"b\"", r"back\slash", &["audit"]),
        without_names,
        Connection::default(),
    ]
}

/// What became of two connections.
pub(super) fn changes() -> Vec<ConnectionChange> {
    let [first, second] = ordinary().try_into().unwrap();
    vec![
        ConnectionChange {
            result: "created".into(),
            reason: None,
            connection: first,
        },
        ConnectionChange {
            result: "failed".into(),
            reason: Some("not permitted".into()),
            connection: second,
        },
    ]
}

/// Orgs, one of them current and one disabled.
pub(super) fn orgs() -> Vec<OrgRow> {
    let org = |number: u32, name: Option<&str>, disabled| Org {
        id: reference(number, "").id.unwrap(),
        name: name.map(Into::into),
        public_id: name.map(|_| "abcdef12345".into()),
        disabled,
    };
    vec![
        OrgRow {
            org: org(1, Some("Observability Hub"), Some(false)),
            current: true,
            profiles: vec!["hub".into(), "ops".into()],
        },
        OrgRow {
            org: org(2, Some("Old Shop"), Some(true)),
            current: false,
            profiles: Vec::new(),
        },
        OrgRow {
            org: org(3, None, None),
            current: false,
            profiles: Vec::new(),
        },
    ]
}

/// Any text at all. `any::<String>()` would have no control character in it.
pub(in crate::output) fn any_text() -> impl Strategy<Value = String> {
    let hidden = proptest::sample::select(vec![
        '\0', '\t', '\n', '\r', '\u{1b}', '\u{7f}', '\u{85}', '\u{9b}', '\u{61c}', '\u{200b}',
        '\u{200d}', '\u{200f}', '\u{2028}', '\u{202e}', '\u{2066}', '\u{feff}', '\\', '"', ' ',
        '-', '\u{301}', '日',
    ]);
    let character = prop_oneof![
        any::<char>(),
        hidden,
        "[a-z]".prop_map(|letter| letter.chars().next().unwrap())
    ];
    proptest::collection::vec(character, 0..24).prop_map(String::from_iter)
}

/// Names as nobody hopes to see them, plain ones among them.
fn any_name() -> impl Strategy<Value = String> {
    let odd = proptest::sample::select(vec![
        "no",
        "1.0",
        ": ",
        "- x",
        "",
        "~",
        "null",
        "a\nb\n",
        " a",
        "a ",
        "#",
        "'",
        "\"",
        "{}",
        "\u{1b}[2J",
        "\u{85}",
        "👩\u{200d}🚀",
        "\u{202e}x",
        "\u{feff}",
        "\t",
        "\\n",
        "日本",
        "|",
        "2025-08-26",
        "0x1f",
        "=1+1",
    ]);
    prop_oneof![
        any_text(),
        "[A-Za-z]{1,12}( [A-Za-z]{1,20}){0,4}",
        odd.prop_map(str::to_owned)
    ]
}

/// Connections with any names, and odd ids and times among them.
pub(in crate::output) fn any_connections() -> impl Strategy<Value = Vec<Connection>> {
    let id = proptest::option::of(any_name());
    let one = (
        0..99u32,
        id,
        any_name(),
        any_name(),
        proptest::option::of(any_name()),
    )
        .prop_map(|(number, id, source, destination, created_at)| {
            let usual = connection(number, &source, &destination, &["logs", "metrics", "audit"]);
            Connection {
                id: id.map_or(usual.id, |id| Some(id.as_str().into())),
                created_at: created_at.map(Into::into),
                ..usual
            }
        });
    proptest::collection::vec(one, 1..5)
}

/// A step of a plan toward the hub, from an org with this number and name, whose types change so.
pub(in crate::output) fn step(
    action: Action,
    source: (u32, &str),
    before: &str,
    after: &str,
) -> StepRow {
    let types = |words: &str| -> TypeSet { words.split_terminator(',').map(Into::into).collect() };
    StepRow::planned(Step {
        action,
        source: reference(source.0, source.1),
        destination: reference(9, "Observability Hub"),
        connection: None,
        before: types(before),
        after: types(after),
        profile: None,
        position: None,
    })
}
