use std::io::{self, Write};

use super::Graph;
use super::model::word;
use crate::topology::ConnectionType;

/// Writes a digraph with one line for each type of a connection: Graphviz gives a line one style.
pub(super) fn write(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "digraph orgconn {{")?;
    writeln!(out, "  rankdir=LR;")?;
    writeln!(out, "  node [shape=box, style=rounded];")?;
    for (index, node) in graph.nodes.iter().enumerate() {
        let label = quoted(&node.label());
        let style = match node.disabled {
            true => ", style=\"rounded,dashed\"",
            false if graph.hub() == Some(index) => ", style=\"rounded,bold\"",
            false => "",
        };
        writeln!(out, "  n{} [label={label}{style}];", index + 1)?;
    }
    for edge in &graph.edges {
        let ends = format!("n{} -> n{}", edge.source + 1, edge.destination + 1);
        for kind in &edge.types {
            let (label, style) = (quoted(&word(kind.as_str())), style(kind));
            writeln!(out, "  {ends} [label={label}, style={style}];")?;
        }
        if edge.types.is_empty() {
            writeln!(out, "  {ends} [label={}];", quoted(&edge.words()))?;
        }
    }
    writeln!(out, "}}")
}

fn style(kind: &ConnectionType) -> &'static str {
    match kind {
        ConnectionType::Logs => "solid",
        ConnectionType::Metrics => "dashed",
        ConnectionType::Audit => "dotted",
        ConnectionType::Other(_) => "bold",
    }
}

/// A quoted string. Graphviz reads escapes such as `\N` (the node's name) and entities such as `&lt;` in labels, so a
/// backslash is doubled and an ampersand is written as an entity itself.
fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', r"\\")
        .replace('"', "\\\"")
        .replace('&', "&amp;");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_escapes_and_entities_mean_themselves() {
        assert_eq!(quoted(r#"a"b\N&lt;\"#), r#""a\"b\\N&amp;lt;\\""#);
    }
}
