//! Orgs and connections as nodes and edges, each once and in a fixed order.

mod nodes;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::text::visible;
use crate::topology::{Connection, Directory, Id, Reference, TypeSet};
use nodes::Drafts;

/// Who sees whose data: orgs, and what flows from one to another.
///
/// The orgs that see most others come first, the ones in no connection last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    pub(super) nodes: Vec<Node>,
    /// By destination, then by the name of the source.
    pub(super) edges: Vec<Edge>,
}

/// An org. All text in it is fit to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// The name, else the id, else `?`.
    pub(super) name: String,
    /// What stands behind the name and is never cut: ` [4dee724d] (disabled)`, or nothing.
    pub(super) mark: String,
    pub(super) disabled: bool,
}

/// The connection of one pair of orgs. The ends are indices of nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) source: usize,
    pub(super) destination: usize,
    pub(super) types: TypeSet,
}

impl Graph {
    /// The graph of `connections`, and of the orgs of the directory that take part in none of them.
    ///
    /// An org is known by its id; without one by its name, if that names one org only; with neither it stands alone.
    /// A connection that is given several times, or a pair of orgs that is, counts once with all its types.
    pub fn new(connections: &[Connection], orgs: &Directory) -> Self {
        let connections = each_once(connections);
        let mut drafts = Drafts::default();
        for org in &orgs.orgs {
            drafts.learn(&org.reference(), org.disabled == Some(true));
        }
        for connection in &connections {
            drafts.learn(&connection.source, false);
            drafts.learn(&connection.destination, false);
        }
        let mut pairs = BTreeMap::<_, TypeSet>::new();
        for connection in &connections {
            let source = drafts.place(&connection.source);
            let types = pairs
                .entry((source, drafts.place(&connection.destination)))
                .or_default();
            *types = types.union(&connection.types);
        }
        Self::in_order(drafts.finish(), pairs)
    }

    /// Puts the nodes, so far in the order of their discovery, and the edges in the order of the picture.
    fn in_order(nodes: Vec<Node>, pairs: BTreeMap<(usize, usize), TypeSet>) -> Self {
        let mut sources = vec![0usize; nodes.len()];
        let mut shares = vec![false; nodes.len()];
        for (source, destination) in pairs.keys() {
            shares[*source] = true;
            sources[*destination] += 1;
        }
        let mut nodes: Vec<(usize, Node)> = nodes.into_iter().enumerate().collect();
        nodes.sort_by_cached_key(|(at, node)| {
            (Reverse(sources[*at]), !shares[*at], node.reading_order())
        });
        let mut places = vec![0; nodes.len()];
        for (place, (at, _)) in nodes.iter().enumerate() {
            places[*at] = place;
        }
        let nodes: Vec<Node> = nodes.into_iter().map(|(_, node)| node).collect();
        let place = |((source, destination), types)| Edge {
            source: places[source],
            destination: places[destination],
            types,
        };
        let mut edges: Vec<Edge> = pairs.into_iter().map(place).collect();
        edges.sort_by_cached_key(|edge| {
            let source = nodes[edge.source].reading_order();
            (edge.destination, source, edge.source)
        });
        Self { nodes, edges }
    }

    /// The connections of each destination, the one with most sources first.
    pub(super) fn destinations(&self) -> impl Iterator<Item = (usize, &[Edge])> {
        self.edges
            .chunk_by(|one, next| one.destination == next.destination)
            .map(|edges| (edges[0].destination, edges))
    }

    /// The orgs that take part in no connection.
    pub(super) fn unconnected(&self) -> impl Iterator<Item = usize> {
        let mut connected = vec![false; self.nodes.len()];
        for edge in &self.edges {
            connected[edge.source] = true;
            connected[edge.destination] = true;
        }
        (0..self.nodes.len()).filter(move |node| !connected[*node])
    }

    /// The destination with most sources, where it has more than one.
    pub(super) fn hub(&self) -> Option<usize> {
        let (node, edges) = self.destinations().next()?;
        (edges.len() > 1).then_some(node)
    }
}

impl Node {
    fn reading_order(&self) -> (String, String) {
        (self.name.to_lowercase(), self.label())
    }

    /// The whole label.
    pub(super) fn label(&self) -> String {
        format!("{}{}", self.name, self.mark)
    }
}

impl Edge {
    /// The types as people read them: `logs, metrics`.
    pub(super) fn words(&self) -> String {
        if self.types.is_empty() {
            return "no types".to_owned();
        }
        let words: Vec<_> = self.types.iter().map(|kind| word(kind.as_str())).collect();
        words.join(", ")
    }
}

/// The word for a type, fit to be shown.
pub(super) fn word(kind: &str) -> Cow<'_, str> {
    visible(kind)
}

/// The connections in an order of their own, those with the same id as one.
fn each_once(connections: &[Connection]) -> Vec<Connection> {
    let mut sorted: Vec<&Connection> = connections.iter().collect();
    sorted.sort_by(|one, other| order_of(one).cmp(&order_of(other)));
    let mut once: Vec<Connection> = Vec::with_capacity(sorted.len());
    for connection in sorted {
        match once.last_mut() {
            Some(last) if last.id.is_some() && last.id == connection.id => {
                last.fill_from(connection);
                last.types = last.types.union(&connection.types);
            }
            _ => once.push(connection.clone()),
        }
    }
    once
}

type End<'a> = (Option<&'a Id>, Option<&'a str>);

fn order_of(connection: &Connection) -> (Option<&Id>, End<'_>, End<'_>, &TypeSet) {
    (
        connection.id.as_ref(),
        end_of(&connection.source),
        end_of(&connection.destination),
        &connection.types,
    )
}

fn end_of(org: &Reference) -> End<'_> {
    (org.id.as_ref(), org.name.as_deref())
}

#[cfg(test)]
mod tests;
