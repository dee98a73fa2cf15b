use proptest::prelude::*;
use uuid::Uuid;

use crate::model::{Connection, ConnectionType, Org, OrgRef, UserRef};
use crate::output::{ConnectionResult, OrgRow, StepRow};

fn id(number: u32) -> Uuid {
    let text = format!("4dee724d-00cc-11ea-a77b-{number:012}");
    text.parse().unwrap()
}

/// A connection with the number of its id, between orgs of these names.
pub(super) fn connection(
    number: u32,
    source: &str,
    destination: &str,
    types: &[&str],
) -> Connection {
    let org = |number, name: &str| OrgRef {
        id: id(number),
        name: Some(name.into()),
    };
    let types = types.iter().map(|&word| ConnectionType::from(word));
    Connection {
        id: format!("{number:08}-32b2-4aa3-8a1a-5d93b5382e3d")
            .parse()
            .unwrap(),
        source: org(number, source),
        destination: org(1, destination),
        types: types.collect(),
        created_at: Some("2025-08-26T20:19:36.177236+00:00".into()),
        created_by: UserRef {
            id: Some(id(2)),
            name: Some("Dana Example".into()),
        },
        profiles: Vec::new(),
    }
}

/// Two ordinary connections.
pub(super) fn ordinary() -> Vec<Connection> {
    let all = ["logs", "metrics", "audit"];
    vec![
        connection(40, "Retail US", "Observability Hub", &["logs"]),
        connection(41, "Payments EU (West)", "Observability Hub", &all),
    ]
}

/// Connections with unusual names, and one with everything missing that may be missing.
pub(super) fn awkward() -> Vec<Connection> {
    let red = "\u{1b}[31mred\nnext\tline";
    let mut bare = connection(14, "", "", &["logs"]);
    bare.source.name = None;
    bare.destination.name = None;
    bare.created_by = UserRef::default();
    bare.created_at = Some("some day".into());
    let mut barer = bare.clone();
    barer.types = Vec::new().into();
    barer.created_at = None;
    vec![
        connection(10, red, "Observability Hub", &["logs", "metrics"]),
        connection(11, "日本データ", "👩\u{200d}🚀 Crew", &["quantum", "logs"]),
        connection(12, "مرحبا", "\u{202e}evil \u{9b}2J", &["metrics"]),
        connection(13, "a, \"b\"", r"back\slash", &["audit"]),
        bare,
        barer,
    ]
}

/// The results for two connections.
pub(super) fn changes() -> Vec<ConnectionResult> {
    let [first, second] = ordinary().try_into().unwrap();
    vec![
        ConnectionResult::new("created", first),
        ConnectionResult::new("failed", second).reason(Some("not permitted".into())),
    ]
}

/// Three orgs: the current one, a disabled one, and one without a name.
pub(super) fn orgs() -> Vec<OrgRow> {
    let org = |number, name: &str, disabled| Org {
        id: id(number),
        name: Some(name.into()),
        public_id: Some("abcdef12345".into()),
        disabled: Some(disabled),
        profiles: Vec::new(),
    };
    let profiles = vec!["hub".into(), "ops".into()];
    vec![
        OrgRow::new(org(1, "Observability Hub", false), true, profiles),
        OrgRow::new(org(2, "Old Shop", true), false, Vec::new()),
        OrgRow::new(Org::from_id(id(3)), false, Vec::new()),
    ]
}

/// A step of a plan that changes the types from `before` to `after` (comma-separated). The connection leads from an org
/// with this number and name to the hub.
pub(super) fn step(
    action: &'static str,
    number: u32,
    source: &str,
    before: &str,
    after: &str,
) -> StepRow {
    let types = |words: &str| {
        let words = words.split_terminator(',');
        words.map(ConnectionType::from).collect()
    };
    let ends = connection(number, source, "Observability Hub", &[]);
    StepRow {
        action,
        result: None,
        reason: None,
        id: (action != "create").then_some(ends.id),
        source: ends.source,
        destination: ends.destination,
        before: types(before),
        after: types(after),
        profile: None,
        line: None,
        column: None,
        file: None,
    }
}

/// Any text. `any::<String>()` would contain no control characters.
pub(super) fn any_text() -> impl Strategy<Value = String> {
    let special = proptest::sample::select(vec![
        '\0', '\t', '\n', '\r', '\u{1b}', '\u{7f}', '\u{85}', '\u{9b}', '\u{61c}', '\u{200b}',
        '\u{200d}', '\u{200f}', '\u{2028}', '\u{202e}', '\u{2066}', '\u{feff}', '\\', '"', ' ',
        '-', '\u{301}', '日',
    ]);
    let letter = proptest::char::range('a', 'z');
    proptest::collection::vec(prop_oneof![any::<char>(), special, letter], 0..24)
        .prop_map(String::from_iter)
}

/// Any name: long ones, and ones that mean something else in YAML, CSV or a spreadsheet.
fn any_name() -> impl Strategy<Value = String> {
    let special = proptest::sample::select(vec![
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
        special.prop_map(str::to_owned)
    ]
}

/// Connections with any names and times.
pub(super) fn any_connections() -> impl Strategy<Value = Vec<Connection>> {
    let time = proptest::option::of(any_name());
    let one = (0..99u32, any_name(), any_name(), time);
    let one = one.prop_map(|(number, source, destination, created_at)| Connection {
        created_at,
        ..connection(number, &source, &destination, &["logs", "metrics", "audit"])
    });
    proptest::collection::vec(one, 1..5)
}
