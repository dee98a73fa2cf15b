use super::*;
use crate::output::graph::samples::*;

fn labels(graph: &Graph) -> Vec<String> {
    graph.nodes.iter().map(Node::label).collect()
}

fn named(name: &str) -> Reference {
    Reference {
        id: None,
        name: Some(name.into()),
    }
}

#[test]
fn the_org_that_sees_most_comes_first_and_the_unconnected_last() {
    let orgs = [org(1, "a"), org(2, "b"), org(3, "c"), org(4, "d")];
    let [a, b, c, _] = &orgs;
    let connections = [
        connect(a, c, "logs"),
        connect(b, c, "logs"),
        connect(c, b, "logs"),
    ];
    let graph = Graph::new(&connections, &directory(&orgs, &[]));
    assert_eq!(labels(&graph), ["c", "b", "a", "d"]);
    assert_eq!(graph.hub(), Some(0));
    assert_eq!(graph.unconnected().collect::<Vec<_>>(), [3]);
}

#[test]
fn namesakes_are_told_apart_by_as_much_of_their_uuid_as_it_takes() {
    let ids = [
        "4dee724d-00cc-0000-0000-000000000001",
        "4dee724d-00cd-0000-0000-000000000001",
    ];
    let orgs = ids.map(|id| Reference {
        id: Some(id.into()),
        ..named("Acme")
    });
    let connections = [
        connect(&orgs[0], &orgs[1], "logs"),
        connect(&orgs[0], &named("Acme"), "logs"),
        connect(&named("Acme"), &orgs[1], "logs"),
    ];
    let graph = Graph::new(&connections, &directory(&orgs, &[]));
    let expected = [
        "Acme [4dee724d-00cd]",
        "Acme [no id]",
        "Acme [4dee724d-00cc]",
    ];
    assert_eq!(labels(&graph), expected);
}

#[test]
fn a_name_alone_means_the_one_known_org_that_has_it() {
    let (hub, retail) = (org(1, "Hub"), org(2, "Retail"));
    let connections = [
        connect(&retail, &hub, "logs"),
        connect(&named("Retail"), &hub, "audit"),
    ];
    let graph = Graph::new(&connections, &Directory::default());
    assert_eq!(labels(&graph), ["Hub", "Retail"]);
    assert_eq!(graph.edges[0].words(), "logs, audit");
}

#[test]
fn orgs_of_which_nothing_is_known_stand_each_alone() {
    let unknown = Reference::default();
    let connections = [
        connect(&unknown, &org(1, "Hub"), "logs"),
        connect(&unknown, &org(1, "Hub"), "logs"),
    ];
    let graph = Graph::new(&connections, &Directory::default());
    assert_eq!(labels(&graph), ["Hub", "?", "?"]);
}

#[test]
fn a_connection_given_twice_counts_once_with_all_that_is_known_of_it() {
    let (hub, retail) = (org(1, "Hub"), org(2, "Retail"));
    let id = Some(uuid(7));
    let read = Connection {
        id: id.clone(),
        ..connect(&retail, &hub, "logs")
    };
    let answered = Connection {
        id,
        ..connect(&Reference::default(), &hub, "logs")
    };
    for connections in [[read.clone(), answered], [read.clone(), read]] {
        let graph = Graph::new(&connections, &Directory::default());
        assert_eq!(labels(&graph), ["Hub", "Retail"]);
        assert_eq!(graph.edges.len(), 1);
    }
}

#[test]
fn an_org_without_a_name_is_called_by_its_id_and_a_disabled_one_is_marked() {
    let blank = Reference {
        name: Some(" ".into()),
        ..org(1, "")
    };
    let graph = Graph::new(&[], &directory(&[blank], &[1]));
    assert_eq!(
        labels(&graph),
        ["00000001-0000-4000-8000-000000000000 (disabled)"]
    );
}
