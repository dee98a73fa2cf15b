use std::fmt::Write as _;
use std::io::{self, Write};

use super::Graph;

/// Mermaid refuses to draw more edges than this unless its host is configured otherwise. A diagram cannot raise the
/// limit itself.
const MOST_EDGES: usize = 500;

/// Writes a flowchart. It holds no line that could end a fenced block of Markdown.
pub(super) fn write(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    if graph.edges.len() > MOST_EDGES {
        writeln!(
            out,
            "  %% {} connections: set maxEdges where this is drawn, it is {MOST_EDGES} by default",
            graph.edges.len()
        )?;
    }
    for (index, node) in graph.nodes.iter().enumerate() {
        writeln!(out, "  n{}[\"{}\"]", index + 1, quoted(&node.label()))?;
    }
    for edge in &graph.edges {
        let (source, destination) = (edge.source + 1, edge.destination + 1);
        let words = quoted(&edge.words());
        writeln!(out, "  n{source} -->|\"{words}\"| n{destination}")?;
    }
    write_classes(graph, out)
}

fn write_classes(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    if let Some(hub) = graph.hub() {
        writeln!(out, "  classDef hub stroke-width:3px")?;
        writeln!(out, "  class n{} hub", hub + 1)?;
    }
    let nodes = graph.nodes.iter().enumerate();
    let disabled: Vec<String> = nodes
        .filter(|(_, node)| node.disabled)
        .map(|(index, _)| format!("n{}", index + 1))
        .collect();
    if disabled.is_empty() {
        return Ok(());
    }
    writeln!(out, "  classDef disabled stroke-dasharray:4")?;
    writeln!(out, "  class {} disabled", disabled.join(","))
}

/// The text with whatever Mermaid or the Markdown inside its labels would read as more than a letter written as an
/// entity: Mermaid's own begin with `#`.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        // `1. Retail` is a list to Mermaid, `- Retail` another; inside a word these mean nothing.
        let in_word = characters.peek().is_some_and(|next| next.is_alphanumeric());
        match character {
            '"' => quoted.push_str("#quot;"),
            '-' | '.' if in_word => quoted.push(character),
            '(' | ')' | ',' => quoted.push(character),
            _ if character.is_ascii_punctuation() => {
                // Writing to a string does not fail.
                let _ = write!(quoted, "#{};", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mermaid_or_markdown_would_read_is_written_as_an_entity() {
        assert_eq!(
            quoted(r#"1. "a" <b> `c` #quot; \n us-east-1.prod (x)"#),
            "1#46; #quot;a#quot; #60;b#62; #96;c#96; #35;quot#59; #92;n us-east-1.prod (x)"
        );
    }
}
