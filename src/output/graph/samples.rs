//! Sample connections for the tests of this module.

use super::{Graph, GraphFormat};
use crate::topology::{Connection, Directory, Id, Org, Reference};

/// An org whose UUID begins with `number`.
pub(super) fn org(number: u32, name: &str) -> Reference {
    Reference {
        id: Some(uuid(number)),
        name: Some(name.into()),
    }
}

/// A UUID that begins with `number`.
pub(super) fn uuid(number: u32) -> Id {
    format!("{number:08x}-0000-4000-8000-000000000000")
        .as_str()
        .into()
}

/// A connection of `source` to `destination` with comma-separated types.
pub(super) fn connect(source: &Reference, destination: &Reference, types: &str) -> Connection {
    let words = types.split(',').filter(|word| !word.is_empty());
    Connection {
        source: source.clone(),
        destination: destination.clone(),
        types: words.map(Into::into).collect(),
        ..Connection::default()
    }
}

/// A directory of these orgs, of which those in `disabled` are.
pub(super) fn directory(orgs: &[Reference], disabled: &[u32]) -> Directory {
    let known = orgs.iter().filter_map(|org| {
        let id = org.id.clone()?;
        let disabled = Some(disabled.iter().any(|number| uuid(*number) == id));
        Some(Org {
            id,
            name: org.name.clone(),
            public_id: None,
            disabled,
        })
    });
    Directory {
        current: None,
        orgs: known.collect(),
    }
}

/// A hub with two sources, one of which sees another org too; a disabled org, and one in no connection.
pub(super) fn small() -> Graph {
    let hub = org(1, "Observability Hub");
    let retail = org(2, "Retail US");
    let payments = org(3, "Payments EU");
    let lab = org(4, "Lab");
    let connections = [
        connect(&retail, &hub, "metrics,logs"),
        connect(&payments, &hub, "metrics"),
        connect(&lab, &retail, "audit,rum"),
    ];
    let spare = org(5, "Spare \"<A&B>\" `x`");
    Graph::new(&connections, &directory(&[hub, retail, spare, lab], &[4]))
}

/// `count` connections to three hubs and between them, most to the first, with names of many lengths.
pub(super) fn many(count: u32) -> Graph {
    let hubs = [
        "Observability Hub",
        "Security Operations",
        "Platform Finance",
    ];
    let hubs = [0, 1, 2].map(|number| org(number + 1, hubs[number as usize]));
    let kinds = ["logs,metrics", "metrics", "logs,metrics,audit", "logs"];
    let places = [
        "US",
        "EU",
        "Asia Pacific",
        "日本",
        "Tools and Internal Services of the Group",
    ];
    let mut connections = Vec::new();
    if count > 20 {
        connections.push(connect(&hubs[1], &hubs[0], "audit"));
        connections.push(connect(&hubs[2], &hubs[0], "metrics,new"));
    }
    let mut number = 0;
    while connections.len() < count as usize {
        let place = places[number as usize % places.len()];
        let source = org(100 + number, &format!("Team {number:03} {place}"));
        connections.push(connect(
            &source,
            &hubs[0],
            kinds[number as usize % kinds.len()],
        ));
        if number % 7 == 3 {
            connections.push(connect(&source, &hubs[1], "audit"));
        }
        if number % 19 == 5 {
            connections.push(connect(&source, &hubs[2], "metrics"));
        }
        number += 1;
    }
    connections.truncate(count as usize);
    let mut known = hubs.to_vec();
    known.extend((0..4).map(|number| org(5000 + number, &format!("Sandbox {number}"))));
    Graph::new(&connections, &directory(&known, &[5001, 103]))
}

/// The graph in a format, 80 columns wide.
pub(super) fn written(graph: &Graph, format: GraphFormat) -> String {
    let mut out = Vec::new();
    graph.write(format, 80, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
