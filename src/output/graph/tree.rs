use std::io::{self, Write};

use super::Graph;
use super::model::{Edge, Node};
use super::text::{columns, shorten, width};

/// Between a name and what stands to the right of it.
const GAP: usize = 2;
/// The columns of `├── `.
const BRANCH: usize = 4;
/// However narrow the terminal is, this many columns of a name are shown.
const LEAST_NAME: usize = 12;

/// Writes each destination with its sources below it, and the orgs in no connection at the end.
pub(super) fn write(graph: &Graph, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut separator = "";
    for (destination, edges) in graph.destinations() {
        write!(out, "{separator}")?;
        separator = "\n";
        writeln!(out, "{}", fitted(&graph.nodes[destination], width))?;
        write_sources(graph, edges, width, out)?;
    }
    let unconnected: Vec<usize> = graph.unconnected().collect();
    if unconnected.is_empty() {
        return Ok(());
    }
    writeln!(out, "{separator}In no connection")?;
    for (index, node) in unconnected.iter().enumerate() {
        let branch = branch(index + 1 == unconnected.len());
        let name = fitted(&graph.nodes[*node], width.saturating_sub(BRANCH));
        writeln!(out, "{branch}{name}")?;
    }
    Ok(())
}

fn write_sources(
    graph: &Graph,
    edges: &[Edge],
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let words: Vec<String> = edges.iter().map(Edge::words).collect();
    let widest_words = words.iter().map(|text| measure(text)).max().unwrap_or(0);
    let room = width.saturating_sub(BRANCH + GAP + widest_words);
    let names: Vec<String> = edges
        .iter()
        .map(|edge| fitted(&graph.nodes[edge.source], room.max(LEAST_NAME)))
        .collect();
    let widest_name = names.iter().map(|name| measure(name)).max().unwrap_or(0);
    for (index, (name, words)) in names.iter().zip(&words).enumerate() {
        let branch = branch(index + 1 == edges.len());
        // Not `{:<1$}`: that counts characters, not columns.
        let padding = " ".repeat(widest_name - measure(name) + GAP);
        writeln!(out, "{branch}{name}{padding}{words}")?;
    }
    Ok(())
}

fn branch(last: bool) -> &'static str {
    if last { "└── " } else { "├── " }
}

fn measure(text: &str) -> usize {
    width(text, columns) as usize
}

/// The label within `room` columns. The name is cut for it, never the mark that tells it from others.
fn fitted(node: &Node, room: usize) -> String {
    let room = room.saturating_sub(measure(&node.mark)).max(LEAST_NAME);
    format!("{}{}", shorten(&node.name, room as f64, columns), node.mark)
}
