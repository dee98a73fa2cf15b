use super::Graph;

/// The maximum number of edges that Mermaid draws, unless the page around the diagram sets `maxEdges`. The diagram
/// itself cannot set it.
const MAX_EDGES: usize = 500;

impl Graph {
    /// Writes a Mermaid flowchart, for Markdown. `unconnected` adds the orgs in no connection.
    pub(crate) fn mermaid(&self, unconnected: bool) -> String {
        let mut lines = vec!["flowchart LR".to_owned()];
        if self.edges.len() > MAX_EDGES {
            lines.push(format!(
                "  %% {} connections: set maxEdges where this is drawn, it is {MAX_EDGES} by default",
                self.edges.len()
            ));
        }
        let labels = self.short_labels(unconnected);
        for (label, number) in labels.iter().zip(1..) {
            lines.push(format!("  n{number}[\"{}\"]", quote(label)));
        }
        for edge in &self.edges {
            let (source, destination) = (edge.source + 1, edge.destination + 1);
            let types = quote(&edge.types_text());
            lines.push(format!("  n{source} -->|\"{types}\"| n{destination}"));
        }
        if let Some(hub) = self.hub() {
            lines.push("  classDef hub stroke-width:3px".to_owned());
            lines.push(format!("  class n{} hub", hub + 1));
        }
        let nodes = self.nodes[..labels.len()].iter().zip(1..);
        let disabled: Vec<String> = nodes
            .filter(|(node, _)| node.disabled)
            .map(|(_, number)| format!("n{number}"))
            .collect();
        if !disabled.is_empty() {
            lines.push("  classDef disabled stroke-dasharray:4".to_owned());
            lines.push(format!("  class {} disabled", disabled.join(",")));
        }
        lines.join("\n") + "\n"
    }
}

/// Writes punctuation as entities, since it may have a meaning in Mermaid, or in the Markdown and HTML of its labels.
/// Mermaid's entities begin with `#`. The result cannot end the fenced block of Markdown around the diagram.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        // `1. Retail` and `- Retail` would be lists; within a word both characters are plain.
        let is_in_word = characters.peek().is_some_and(|next| next.is_alphanumeric());
        match character {
            '-' | '.' if is_in_word => quoted.push(character),
            '(' | ')' | ',' => quoted.push(character),
            '"' => quoted.push_str("#quot;"),
            _ if character.is_ascii_punctuation() => {
                quoted.push_str(&format!("#{};", u32::from(character)));
            }
            _ => quoted.push(character),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use snapbox::{IntoData as _, assert_data_eq, str};

    use crate::output::graph::samples::*;

    #[test]
    fn each_connection_is_one_edge_with_its_types() {
        assert_data_eq!(
            small().mermaid(false),
            str![[r#"
flowchart LR
  n1["Observability Hub"]
  n2["Retail US"]
  n3["Lab (disabled)"]
  n4["Payments EU"]
  n4 -->|"metrics"| n1
  n2 -->|"logs, metrics"| n1
  n3 -->|"audit, rum"| n2
  classDef hub stroke-width:3px
  class n1 hub
  classDef disabled stroke-dasharray:4
  class n3 disabled

"#]]
            .raw()
        );
        let spare = "  n5[\"Spare #quot;#60;A#38;B#62;#quot; #96;x#96;\"]";
        assert!(small().mermaid(true).contains(spare));
    }

    #[test]
    fn awkward_names_mean_themselves() {
        assert_data_eq!(
            awkward().mermaid(true),
            str![[r##"
flowchart LR
  n1["say #quot;hi#quot;"]
  n2["back#92;slash #92;N #92;n"]
  n3["#35; Retail"]
  n4["#35;35#59; hash #35;quot#59;"]
  n5["#36;#36;x#94;2#36;#36;"]
  n6["#37;#37; comment"]
  n7["#42;b#42; #95;i#95;"]
  n8["#45; Retail"]
  n9["1#46; Retail"]
  n10["#64;#123;shape#58; x#125;"]
  n11["#91;x#93; #123;y#125; (z) #60;b#62;bold#60;#47;b#62;"]
  n12["#92;u#123;202e#125;evil#92;u#123;200b#125;"]
  n13["#96;tick#96; #126;#126;#126;"]
  n14["a #38; b #38;lt#59; c"]
  n15["A #45;#45;#62; B"]
  n16["https#58;#47;#47;example.com#47;a"]
  n17["semi#59;colon"]
  n18["two#92;nlines#92;t#92;u#123;1b#125;#91;31m"]
  n19["#124;pipe#124;"]
  n20["日本 é 👩‍💻"]
  n2 -->|"logs, a#quot;#93;#124;#60;x#62;"| n1

"##]]
            .raw()
        );
    }

    #[test]
    fn a_diagram_beyond_the_limit_of_edges_says_so() {
        let comment = "%% 501 connections: set maxEdges";
        assert!(mesh(167, 3).mermaid(false).contains(comment));
        assert!(!mesh(100, 5).mermaid(false).contains("%%"));
    }
}
