//! Sample connections for the tests of this module.

use uuid::Uuid;

use super::Graph;
use crate::model::{Connection, Org};

/// Names with characters that are special in one of the formats.
pub(super) const AWKWARD_NAMES: [&str; 20] = [
    r#"say "hi""#,
    r"back\slash \N \n",
    "a & b &lt; c",
    "[x] {y} (z) <b>bold</b>",
    "semi;colon",
    "#35; hash #quot;",
    "`tick` ~~~",
    "1. Retail",
    "- Retail",
    "# Retail",
    "*b* _i_",
    "A --> B",
    "%% comment",
    "|pipe|",
    "$$x^2$$",
    "https://example.com/a",
    "@{shape: x}",
    "two\nlines\t\u{1b}[31m",
    "\u{202e}evil\u{200b}",
    "日本 é 👩\u{200d}💻",
];

/// An org whose UUID begins with `number`.
pub(super) fn org(number: u32, name: &str) -> Org {
    Org {
        name: Some(name.to_owned()),
        ..Org::from_id(uuid(number))
    }
}

/// A UUID that begins with `number`.
pub(super) fn uuid(number: u32) -> Uuid {
    Uuid::from_u128((u128::from(number) << 96) | 0x4000_8000_0000_0000_0000)
}

/// A connection from `source` to `destination` with comma-separated types. Its id begins with the numbers of both.
pub(super) fn connect(source: &Org, destination: &Org, types: &str) -> Connection {
    let words = types.split(',').filter(|word| !word.is_empty());
    Connection {
        id: Uuid::from_u128(source.id.as_u128() | (destination.id.as_u128() >> 16)),
        source: source.to_ref(),
        destination: destination.to_ref(),
        types: words.map(Into::into).collect(),
        ..Connection::default()
    }
}

/// A hub with two sources, where one source also sees a disabled org; and an org in no connection.
pub(super) fn small() -> Graph {
    let hub = org(1, "Observability Hub");
    let retail = org(2, "Retail US");
    let payments = org(3, "Payments EU");
    let lab = Org {
        disabled: Some(true),
        ..org(4, "Lab")
    };
    let connections = [
        connect(&retail, &hub, "metrics,logs"),
        connect(&payments, &hub, "metrics"),
        connect(&lab, &retail, "audit,rum"),
    ];
    let spare = org(5, "Spare \"<A&B>\" `x`");
    Graph::new(&connections, &[hub, retail, spare, lab])
}

/// A graph of `size` orgs, in which each org shares with the next `degree` ones.
pub(super) fn mesh(size: u32, degree: u32) -> Graph {
    let orgs: Vec<Org> = (0..size)
        .map(|number| org(number + 1, &format!("Team {number} of the company")))
        .collect();
    let types = ["logs,metrics", "metrics", "logs,metrics,audit", "audit"];
    let mut connections = Vec::new();
    for source in 0..size {
        for step in 1..=degree {
            let destination = &orgs[((source + step) % size) as usize];
            let types = types[((source + step) % 4) as usize];
            connections.push(connect(&orgs[source as usize], destination, types));
        }
    }
    Graph::new(&connections, &orgs)
}

/// One org for each of the awkward names. One of them shares an awkward type with another.
pub(super) fn awkward() -> Graph {
    let orgs = AWKWARD_NAMES.iter().zip(1..);
    let orgs: Vec<Org> = orgs.map(|(name, number)| org(number, name)).collect();
    let connection = connect(&orgs[1], &orgs[0], "logs,a\"]|<x>");
    Graph::new(&[connection], &orgs)
}
