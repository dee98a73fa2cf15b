//! Draws who sees whose data: as a tree, as a matrix, and in the languages of Graphviz and Mermaid.
//!
//! [`Graph`] holds the orgs and connections in a fixed order; each file below writes it in one format. The order of the
//! input never matters, so that two pictures can be compared. It imports only `model`, the escaping of texts, and from
//! `output` what fits and words texts for a terminal.

mod dot;
mod matrix;
mod mermaid;
mod svg;
mod terminal;
mod tree;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use console::measure_text_width;
use uuid::Uuid;

use super::options::RowSigns;
use super::shorten::shorten;
use super::symbols::Symbols;
use crate::escape::escape;
use crate::model::{Connection, KnownOrgs, Org, OrgDirectory, TypeSet, short_ids_of_shared_names};

/// The maximum width of a label in formats that other programs draw, in terminal columns.
const MAX_LABEL: usize = 40;

/// The maximum width of a name beside the cells of a matrix, and of a name that the types in a pipe are aligned to, so
/// that one long name does not widen every line.
const MAX_NAME: usize = 60;

/// The maximum width of a label in a tree on a terminal, where a longer one would fill the screen.
const MAX_TREE_LABEL: usize = 300;

/// The width limit of a text that is not for a terminal: the most columns that comfy-table can count.
const MAX_WIDTH: usize = u16::MAX as usize;

/// Orgs as nodes, connections as edges from source to destination.
///
/// The destinations with most sources come first, then the orgs that are only sources, then those in no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Graph {
    nodes: Vec<Node>,
    /// Sorted by destination, then by the name of the source.
    edges: Vec<Edge>,
}

/// An org.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Node {
    id: Uuid,
    /// The org's name, or its id if the name is unknown; escaped for a terminal.
    name: String,
    disabled: bool,
    /// The beginning of its id, if an org that is not in the graph has its name.
    short_id: Option<String>,
}

/// A connection. `source` and `destination` are indices of nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Edge {
    id: Uuid,
    source: usize,
    destination: usize,
    types: TypeSet,
    /// What happened to the connection, in a tree with signs.
    sign: Option<char>,
}

impl Graph {
    /// Builds the graph of `connections`. `orgs` adds orgs in no connection, missing names, and which orgs are
    /// disabled.
    pub(crate) fn new(connections: &[Connection], orgs: &[Org]) -> Self {
        let mut known = OrgDirectory::default();
        for org in orgs {
            known.add(org.clone());
        }
        for connection in connections {
            known.add_orgs_of(connection);
        }
        let mut source_counts = HashMap::<Uuid, usize>::new();
        let mut sharing = HashSet::<Uuid>::new();
        for connection in connections {
            *source_counts.entry(connection.destination.id).or_default() += 1;
            sharing.insert(connection.source.id);
        }

        let mut nodes: Vec<Node> = known.orgs.iter().map(Node::from).collect();
        nodes.sort_by_cached_key(|node| {
            let sources = source_counts.get(&node.id).copied().unwrap_or_default();
            let is_source = sharing.contains(&node.id);
            (Reverse(sources), !is_source, node.alphabetical())
        });
        let ids = nodes.iter().map(|node| node.id).zip(0..);
        let index: HashMap<Uuid, usize> = ids.collect();
        let edge = |connection: &Connection| Edge {
            id: connection.id,
            source: index[&connection.source.id],
            destination: index[&connection.destination.id],
            types: connection.types.clone(),
            sign: None,
        };
        let mut edges: Vec<Edge> = connections.iter().map(edge).collect();
        edges.sort_by_cached_key(|edge| {
            let source = nodes[edge.source].alphabetical();
            (edge.destination, source, edge.id)
        });
        Self { nodes, edges }
    }

    /// Tells the orgs apart from known ones of their name that are not in the graph.
    pub(crate) fn tell_orgs_apart(&mut self, known: &KnownOrgs) {
        let mut short_ids = known.short_ids();
        for node in &mut self.nodes {
            node.short_id = short_ids.remove(&node.id);
        }
    }

    /// Puts signs in front of the connections of a tree: a space where one has none.
    pub(crate) fn sign_connections(&mut self, signs: &RowSigns) {
        for edge in &mut self.edges {
            edge.sign = Some(signs.get(&edge.id).copied().unwrap_or(' '));
        }
    }

    /// Each destination with the connections to it, the one with most sources first.
    fn destinations(&self) -> impl Iterator<Item = (usize, &[Edge])> {
        let chunks = self.edges.chunk_by(|a, b| a.destination == b.destination);
        chunks.map(|edges| (edges[0].destination, edges))
    }

    /// The orgs that share data, by name.
    fn sources(&self) -> Vec<usize> {
        let mut sources: Vec<usize> = self.edges.iter().map(|edge| edge.source).collect();
        sources.sort_by_cached_key(|&node| self.nodes[node].alphabetical());
        sources.dedup();
        sources
    }

    /// The orgs in no connection, by name.
    fn unconnected(&self) -> Range<usize> {
        let ends = self.edges.iter().flat_map(|e| [e.source, e.destination]);
        ends.max().map_or(0, |last| last + 1)..self.nodes.len()
    }

    /// The destination with most sources, where it has more than one.
    fn hub(&self) -> Option<usize> {
        let (node, edges) = self.destinations().next()?;
        (edges.len() > 1).then_some(node)
    }

    /// A unique label for each node: orgs that share a name get the beginning of their ids, as `Payments [1f7d93e0]`.
    ///
    /// Names are cut to make labels of at most `width` columns, but an id or `(disabled)` is always whole.
    fn labels(&self, width: usize, ellipsis: &str) -> Vec<String> {
        let label = |node: &Node, short_id: Option<&String>| {
            let id = short_id.map_or_else(String::new, |id| format!(" [{id}]"));
            let disabled = if node.disabled { " (disabled)" } else { "" };
            let suffix = format!("{id}{disabled}");
            let space = width.saturating_sub(measure_text_width(&suffix));
            format!("{}{suffix}", shorten(&node.name, space, ellipsis))
        };
        let labels = self.nodes.iter();
        let labels = labels.map(|node| label(node, node.short_id.as_ref()));
        let mut labels: Vec<String> = labels.collect();
        let ids = self.nodes.iter().map(|node| node.id);
        let short_ids = short_ids_of_shared_names(labels.iter().map(String::as_str).zip(ids));
        for (node, text) in self.nodes.iter().zip(&mut labels) {
            if let Some(short_id) = short_ids.get(&node.id) {
                *text = label(node, Some(short_id));
            }
        }
        labels
    }

    /// The labels with whole names.
    fn full_labels(&self) -> Vec<String> {
        self.labels(usize::MAX, Symbols::UNICODE.ellipsis)
    }

    /// Labels of limited width, for formats that other programs draw. Without `unconnected`, the orgs in no connection,
    /// which are the last nodes, are left out.
    fn short_labels(&self, unconnected: bool) -> Vec<String> {
        let mut labels = self.labels(MAX_LABEL, Symbols::UNICODE.ellipsis);
        if !unconnected {
            labels.truncate(self.unconnected().start);
        }
        labels
    }
}

impl Node {
    fn alphabetical(&self) -> (String, Uuid) {
        (self.name.to_lowercase(), self.id)
    }
}

impl From<&Org> for Node {
    fn from(org: &Org) -> Self {
        let name = org.name.as_deref().filter(|name| !name.trim().is_empty());
        Self {
            id: org.id,
            name: name.map_or_else(|| org.id.to_string(), |name| escape(name).into_owned()),
            disabled: org.disabled == Some(true),
            short_id: None,
        }
    }
}

impl Edge {
    /// The types as a person reads them: `logs, metrics`.
    fn types_text(&self) -> String {
        if self.types.is_empty() {
            return "no types".to_owned();
        }
        let words: Vec<_> = self
            .types
            .iter()
            .map(|kind| escape(kind.as_str()))
            .collect();
        words.join(", ")
    }
}
