use super::Graph;

impl Graph {
    /// Writes a digraph for Graphviz, with one edge for each connection. `unconnected` adds the orgs in no connection.
    pub(crate) fn dot(&self, unconnected: bool) -> String {
        let mut lines = vec![
            "digraph orgconn {".to_owned(),
            "  rankdir=LR;".to_owned(),
            "  node [shape=box, style=rounded];".to_owned(),
        ];
        for (index, label) in self.short_labels(unconnected).iter().enumerate() {
            let style = match self.nodes[index].disabled {
                true => ", style=\"rounded,dashed\"",
                false if self.hub() == Some(index) => ", style=\"rounded,bold\"",
                false => "",
            };
            lines.push(format!("  n{} [label={}{style}];", index + 1, quote(label)));
        }
        for edge in &self.edges {
            let (source, destination) = (edge.source + 1, edge.destination + 1);
            let label = quote(&edge.types_text());
            lines.push(format!("  n{source} -> n{destination} [label={label}];"));
        }
        lines.push("}\n".to_owned());
        lines.join("\n")
    }
}

/// A quoted string. In a label Graphviz reads escapes such as `\N` (the node's name) and entities such as `&lt;`, so
/// a backslash is doubled and an ampersand is written as an entity.
fn quote(text: &str) -> String {
    let escaped = text
        .replace('\\', r"\\")
        .replace('"', "\\\"")
        .replace('&', "&amp;");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use snapbox::{IntoData as _, assert_data_eq, str};

    use crate::output::graph::samples::*;

    #[test]
    fn each_connection_is_one_edge_with_its_types() {
        assert_data_eq!(
            small().dot(false),
            str![[r#"
digraph orgconn {
  rankdir=LR;
  node [shape=box, style=rounded];
  n1 [label="Observability Hub", style="rounded,bold"];
  n2 [label="Retail US"];
  n3 [label="Lab (disabled)", style="rounded,dashed"];
  n4 [label="Payments EU"];
  n4 -> n1 [label="metrics"];
  n2 -> n1 [label="logs, metrics"];
  n3 -> n2 [label="audit, rum"];
}

"#]]
            .raw()
        );
        let spare = r#"  n5 [label="Spare \"<A&amp;B>\" `x`"];"#;
        assert!(small().dot(true).contains(spare));
    }

    #[test]
    fn awkward_names_mean_themselves() {
        assert_data_eq!(
            awkward().dot(true),
            str![[r##"
digraph orgconn {
  rankdir=LR;
  node [shape=box, style=rounded];
  n1 [label="say \"hi\""];
  n2 [label="back\\slash \\N \\n"];
  n3 [label="# Retail"];
  n4 [label="#35; hash #quot;"];
  n5 [label="$$x^2$$"];
  n6 [label="%% comment"];
  n7 [label="*b* _i_"];
  n8 [label="- Retail"];
  n9 [label="1. Retail"];
  n10 [label="@{shape: x}"];
  n11 [label="[x] {y} (z) <b>bold</b>"];
  n12 [label="\\u{202e}evil\\u{200b}"];
  n13 [label="`tick` ~~~"];
  n14 [label="a &amp; b &amp;lt; c"];
  n15 [label="A --> B"];
  n16 [label="https://example.com/a"];
  n17 [label="semi;colon"];
  n18 [label="two\\nlines\\t\\u{1b}[31m"];
  n19 [label="|pipe|"];
  n20 [label="日本 é 👩‍💻"];
  n2 -> n1 [label="logs, a\"]|<x>"];
}

"##]]
            .raw()
        );
    }

    #[test]
    fn long_names_are_shortened() {
        let long = org(1, "Payments and Billing of the whole company in Europe");
        let graph = super::Graph::new(&[connect(&long, &org(2, "Hub"), "logs")], &[]);
        let label = "label=\"Payments and Billing of th…any in Europe\"";
        assert!(graph.dot(false).contains(label), "{}", graph.dot(false));
    }
}
