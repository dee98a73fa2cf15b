use comfy_table::{ColumnConstraint, Table, TableStyle, Width};
use console::{Alignment, measure_text_width, pad_str};

use super::{Edge, Graph, MAX_NAME, MAX_TREE_LABEL};
use crate::output::symbols::Symbols;

/// The space between a name and the types to the right of it.
const GAP: usize = 2;
/// The width of the line in front of an item.
const BRANCH: usize = 4;
/// The minimum width of a name, however narrow the terminal is.
const MIN_NAME: usize = 12;

impl Graph {
    /// Draws each destination with its sources below it, and the orgs in no connection at the end.
    ///
    /// Lines are broken between words to fit `width` columns, and very long names are cut; `None` keeps every name and
    /// line whole.
    pub(crate) fn tree(&self, width: Option<usize>, symbols: &Symbols) -> String {
        let labels = match width {
            Some(_) => self.labels(MAX_TREE_LABEL, symbols.ellipsis),
            None => self.full_labels(),
        };
        let wrap_label = |label: &String, indent: usize| match width {
            Some(width) => wrap(&[(label, width.saturating_sub(indent))]),
            None => vec![label.clone()],
        };
        let destinations = self.destinations().map(|(destination, edges)| {
            let title = wrap_label(&labels[destination], 0).join("\n");
            branches(&title, &sources(edges, &labels, width), symbols)
        });
        let mut trees = Vec::from_iter(destinations);
        if !self.unconnected().is_empty() {
            let orgs = labels[self.unconnected()].iter();
            let orgs = orgs.map(|label| wrap_label(label, BRANCH));
            trees.push(branches("In no connection", &Vec::from_iter(orgs), symbols));
        }
        trees.join("\n")
    }
}

/// The lines of text for each connection: the source, and the types in a second column.
fn sources(edges: &[Edge], labels: &[String], width: Option<usize>) -> Vec<Vec<String>> {
    let name = |edge: &Edge| match edge.sign {
        Some(sign) => format!("{sign} {}", labels[edge.source]),
        None => labels[edge.source].clone(),
    };
    let names: Vec<String> = edges.iter().map(name).collect();
    let types: Vec<String> = edges.iter().map(Edge::types_text).collect();
    let Some(width) = width else {
        return align(&names, &types);
    };
    let name_width = widest(names.iter().map(String::as_str));
    let types_width = widest(types.iter().map(String::as_str));

    let space = width.saturating_sub(BRANCH + GAP);
    let longest_name_word = widest(names.iter().flat_map(|name| name.split(' ')));
    let longest_type = widest(types.iter().flat_map(|types| types.split(' ')));
    let name_space = space
        .saturating_sub(types_width)
        .max(space / 2)
        .max(longest_name_word.min(space.saturating_sub(longest_type)))
        .max(MIN_NAME);
    let name_width = name_width.min(name_space);
    let types_width = types_width.min(space.saturating_sub(name_width).max(MIN_NAME));
    let rows = names.iter().zip(&types);
    rows.map(|(name, types)| wrap(&[(name, name_width), (types, types_width)]))
        .collect()
}

/// A line for each name with its types, which are aligned except behind long names.
fn align(names: &[String], types: &[String]) -> Vec<Vec<String>> {
    let widths = names.iter().map(|name| measure_text_width(name));
    let width = widths.filter(|&width| width <= MAX_NAME).max().unwrap_or(0);
    let line = |(name, types): (&String, &String)| {
        let name = pad_str(name, width, Alignment::Left, None);
        vec![format!("{name}{:GAP$}{types}", "")]
    };
    names.iter().zip(types).map(line).collect()
}

fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(measure_text_width).max().unwrap_or(0)
}

/// The title, with each item below it on a branch of its own.
fn branches(title: &str, items: &[Vec<String>], symbols: &Symbols) -> String {
    let mut lines = format!("{title}\n");
    for (index, item) in items.iter().enumerate() {
        let is_last = index + 1 == items.len();
        let (mut branch, below) = match is_last {
            true => (symbols.last_branch, "    "),
            false => (symbols.branch, symbols.trunk),
        };
        for line in item {
            lines.push_str(&format!("{branch}{line}\n"));
            branch = below;
        }
    }
    lines
}

/// Lays out texts side by side and returns the lines. Each text is wrapped between words to its width; all but the last
/// are padded to it.
fn wrap(columns: &[(&str, usize)]) -> Vec<String> {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new())
        .add_row(columns.iter().map(|(text, _)| text));
    let fixed = |width: usize| Width::Fixed(u16::try_from(width).unwrap_or(u16::MAX));
    for (index, &(_, width)) in columns.iter().enumerate() {
        let is_last = index + 1 == columns.len();
        if let Some(column) = table.column_mut(index) {
            // comfy-table counts the padding as a part of the width.
            let (padding, constraint) = match is_last {
                true => (0, ColumnConstraint::UpperBoundary(fixed(width))),
                false => (GAP, ColumnConstraint::Absolute(fixed(width + GAP))),
            };
            column
                .set_padding((0, padding as u16))
                .set_constraint(constraint);
        }
    }
    let lines = table.lines();
    lines.map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use snapbox::{IntoData as _, assert_data_eq, str};

    use super::*;
    use crate::output::graph::samples::*;

    #[test]
    fn a_narrow_tree_breaks_lines_between_words() {
        let hub = org(9, "Observability Hub of the whole company in Europe");
        let name = "Payments and Billing of the company";
        let connections = [
            connect(&org(1, name), &hub, "logs,metrics,audit"),
            connect(&org(2, name), &hub, "audit"),
        ];
        let spare = org(3, "Spare org that nobody has connected with anything");
        let graph = Graph::new(&connections, &[spare]);
        assert_data_eq!(
            graph.tree(Some(40), &Symbols::UNICODE),
            str![[r#"
Observability Hub of the whole company
in Europe
├── Payments and       logs, metrics,
│   Billing of the     audit
│   company
│   [00000001]
└── Payments and       audit
    Billing of the
    company
    [00000002]

In no connection
└── Spare org that nobody has connected
    with anything

"#]]
            .raw()
        );
        assert!(
            graph.tree(None, &Symbols::UNICODE).contains(
                "── Payments and Billing of the company [00000001]  logs, metrics, audit\n"
            )
        );
    }

    #[test]
    fn a_long_name_widens_its_own_line_in_a_pipe_and_is_cut_on_a_terminal() {
        let hub = org(9, "Hub");
        let name = "x".repeat(3000);
        let connections = [
            connect(&org(1, "Retail"), &hub, "logs"),
            connect(&org(2, &name), &hub, "audit"),
            connect(&org(3, "Payments"), &hub, "logs"),
        ];
        let graph = Graph::new(&connections, &[]);
        assert_eq!(
            graph.tree(None, &Symbols::UNICODE),
            format!("Hub\n├── Payments  logs\n├── Retail    logs\n└── {name}  audit\n")
        );
        let tree = graph.tree(Some(80), &Symbols::UNICODE);
        assert_eq!(tree.matches('…').count(), 1, "{tree}");
        assert!(tree.lines().count() < 12, "{tree}");
    }

    #[test]
    fn a_tree_fits_its_width() {
        for width in [32, 40, 80] {
            for line in mesh(12, 3).tree(Some(width), &Symbols::ASCII).lines() {
                assert!(measure_text_width(line) <= width, "{line}");
            }
        }
    }
}
