use std::cell::RefCell;

use super::*;

fn resolve(text: &str) -> Result<DesiredState, DesiredErrors> {
    let directory = directory(&["Hub", "Alpha", "Beta", "Twin", "Twin"]);
    parse(text)?.resolve(|selector| selector.resolve(&directory))
}

fn errors(text: &str) -> String {
    resolve(text).unwrap_err().to_string()
}

#[test]
fn the_order_is_that_of_the_names() {
    let text = "connections: [{source: [Beta, alpha], destination: Hub, types: [logs]},\n\
                {source: ALPHA, destination: Beta, types: [audit]}]";
    let state = resolve(text).unwrap();
    let edges: Vec<_> = state
        .edges()
        .iter()
        .map(|edge| {
            let (source, destination) = (edge.source.reference(), edge.destination.reference());
            format!(
                "{} {}: {} ({})",
                source.label(),
                destination.label(),
                edge.types,
                edge.position
            )
        })
        .collect();
    assert_eq!(
        edges,
        [
            "Alpha Beta: audit (line 2, column 10)",
            "Alpha Hub: logs (line 1, column 31)",
            "Beta Hub: logs (line 1, column 25)",
        ]
    );
}

#[test]
fn each_selector_is_looked_up_once() {
    let asked = RefCell::new(Vec::new());
    let directory = directory(&["A", "B", "Hub"]);
    let text = "connections: [{source: [A, B], destination: Hub, types: [logs]}]";
    parse(text)
        .unwrap()
        .resolve(|selector| {
            asked.borrow_mut().push(selector.written());
            selector.resolve(&directory)
        })
        .unwrap();
    assert_eq!(*asked.borrow(), ["A", "Hub", "B"]);
}

#[test]
fn orgs_that_are_not_found_are_told_all_at_once_each_where_it_stands() {
    let text = "connections:\n\
                - {source: [Alpa, Beta], destination: [Twin, Nobody], types: [logs]}\n\
                - {source: Nobody, destination: Hub, types: [logs]}\n";
    assert_eq!(
        errors(text),
        "line 2, column 13: no org with the name or public id `Alpa`; the nearest names: `Alpha`\n\
         line 2, column 40: 2 orgs with the name or public id `Twin`: \
         `Twin` (00000000-0000-0000-0000-000000000004), `Twin` (00000000-0000-0000-0000-000000000005)\n\
         line 2, column 46: no org with the name or public id `Nobody`\n\
         line 3, column 12: no org with the name or public id `Nobody`"
    );
}

#[test]
fn a_pair_under_two_spellings_is_still_the_same_pair() {
    let text = "connections:\n\
                - {source: Alpha, destination: Hub, types: [logs]}\n\
                - {source: name:alpha, destination: 00000000-0000-0000-0000-000000000001, types: [logs]}\n\
                - {source: Beta, destination: uuid:00000000-0000-0000-0000-000000000003, types: [logs]}\n";
    assert_eq!(
        errors(text),
        "line 3, column 12: the connection from `Alpha` to `Hub` is already given at line 2, column 12\n\
         line 4, column 12: the org `Beta` is connected to itself"
    );
}

#[test]
fn an_org_that_nobody_knows_may_be_given_as_a_uuid() {
    let text = "connections: [{source: Alpha, destination: 00000000-0000-0000-0000-0000000000ff, types: [logs]}]";
    let state = resolve(text).unwrap();
    assert_eq!(state.edges()[0].destination.name, None);
}
