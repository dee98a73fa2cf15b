use super::*;
use crate::topology::desired::{Desired, DesiredState, ParseOptions};
use crate::topology::{Org, TypeSet};

mod awkward;
mod hcl;

fn org(number: u128, name: &str, public_id: &str) -> Org {
    Org {
        id: org_id(number),
        name: Some(name.into()),
        public_id: Some(public_id.into()),
        disabled: Some(false),
    }
}

fn org_id(number: u128) -> Id {
    Uuid::from_u128(number).into()
}

fn directory() -> Directory {
    let orgs = vec![
        org(1, "Observability Hub", "hub00000001"),
        org(2, "Retail US", "ret00000001"),
        org(3, "Twin", "twin0000001"),
        org(4, "Twin", "twin0000002"),
        org(5, "hub00000001", "trick000001"),
        org(6, "profile: a\n# b", "trick000002"),
        org(7, "No", "norway00001"),
    ];
    Directory {
        current: None,
        orgs,
    }
}

fn connection(number: u128, source: u128, destination: u128, words: &[&str]) -> Connection {
    let end = |number| Reference {
        id: Some(org_id(number)),
        name: None,
    };
    Connection {
        id: Some(Uuid::from_u128(number).into()),
        source: end(source),
        destination: end(destination),
        types: words.iter().map(|word| (*word).into()).collect(),
        ..Connection::default()
    }
}

fn read_back(text: &str, directory: &Directory) -> DesiredState {
    let options = ParseOptions {
        allow_unknown_types: true,
    };
    let desired = Desired::parse(text, options).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    desired
        .resolve(|selector| selector.resolve(directory))
        .unwrap_or_else(|errors| panic!("{errors}\n{text}"))
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
    let exported = as_yaml(&live, &directory());
    assert_eq!(
        exported.text,
        r#"# Connections between Datadog orgs, read by orgconn
connections:
  - source: "No"
    destination: "name:hub00000001"
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
    assert_eq!(read_back(&exported.text, &directory()).edges().len(), 5);
    assert_eq!(exported.left_out, []);
}

#[test]
fn no_connections_are_a_file_that_wants_none() {
    let exported = as_yaml(&[], &directory());
    assert_eq!(read_back(&exported.text, &directory()).edges(), []);
}

#[test]
fn what_a_file_cannot_say_is_left_out_and_told() {
    let mut endless = connection(12, 2, 1, &["logs"]);
    endless.destination.id = None;
    let mut odd = connection(13, 2, 1, &["logs"]);
    odd.source.id = Some("odd".into());
    let live = [
        connection(11, 2, 1, &[]),
        endless,
        odd,
        connection(14, 3, 3, &["logs"]),
        connection(15, 4, 1, &[" "]),
        connection(16, 5, 1, &["logs"]),
        connection(16, 5, 1, &["logs"]),
        connection(17, 5, 1, &["audit"]),
    ];
    let exported = as_yaml(&live, &directory());
    assert_eq!(read_back(&exported.text, &directory()).edges().len(), 1);
    let mut left_out: Vec<_> = exported
        .left_out
        .iter()
        .map(|known| known.id.clone().unwrap())
        .collect();
    left_out.sort();
    let numbers = [11, 12, 13, 14, 15, 17].map(org_id);
    assert_eq!(left_out, numbers);
}
