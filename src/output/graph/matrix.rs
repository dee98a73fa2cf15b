use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use anstyle::AnsiColor;

use super::{Edge, Graph};
use crate::escape::escape;
use crate::model::{ConnectionType, TypeSet};
use crate::output::colors;

/// The graph as a matrix: rows are sources by name, columns are destinations, those with most sources first.
pub(super) struct Matrix<'a> {
    /// Indices of nodes.
    pub(super) rows: Vec<usize>,
    /// Indices of nodes. The destinations are the first nodes of the graph.
    pub(super) columns: Range<usize>,
    pub(super) symbols: Vec<TypeSymbol>,
    edges: HashMap<(usize, usize), &'a Edge>,
}

/// A part of the matrix, small enough for a screen or a picture.
pub(super) struct Block {
    /// Some of the destinations.
    pub(super) columns: Range<usize>,
    /// The sources that share with at least one of these destinations.
    pub(super) rows: Vec<usize>,
}

impl<'a> Matrix<'a> {
    pub(super) fn new(graph: &'a Graph) -> Self {
        let edges = graph
            .edges
            .iter()
            .map(|edge| ((edge.source, edge.destination), edge));
        Self {
            rows: graph.sources(),
            columns: 0..graph.destinations().count(),
            symbols: TypeSymbol::of_graph(graph),
            edges: edges.collect(),
        }
    }

    /// The connection of two nodes.
    pub(super) fn edge(&self, source: usize, destination: usize) -> Option<&'a Edge> {
        self.edges.get(&(source, destination)).copied()
    }

    /// Splits the matrix into blocks of about the same size, with at most `max_columns` columns and `max_rows` rows. A
    /// source without a cell in the columns of a block is not in that block.
    pub(super) fn blocks(&self, max_columns: usize, max_rows: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        let width = even_size(self.columns.len(), max_columns);
        for start in self.columns.clone().step_by(width) {
            let columns = start..self.columns.end.min(start + width);
            let shares = |source: &usize| {
                let mut edges = columns.clone().map(|node| self.edge(*source, node));
                edges.any(|edge| edge.is_some())
            };
            let rows: Vec<usize> = self.rows.iter().copied().filter(shares).collect();
            for rows in rows.chunks(even_size(rows.len(), max_rows)) {
                let (columns, rows) = (columns.clone(), rows.to_vec());
                blocks.push(Block { columns, rows });
            }
        }
        blocks
    }
}

/// The size of each part if `total` is split into as few parts as possible, of at most `max` each. At least 1.
fn even_size(total: usize, max: usize) -> usize {
    let parts = total.div_ceil(max.max(1)).max(1);
    total.div_ceil(parts).max(1)
}

/// The symbol of a connection type in a cell of the matrix, always in the same position of the cell.
pub(super) struct TypeSymbol {
    /// `None` for a connection without types.
    kind: Option<ConnectionType>,
    pub(super) letter: char,
    /// The text in the legend, escaped.
    pub(super) meaning: String,
    /// The colour on a terminal.
    pub(super) color: AnsiColor,
    /// The class in the style sheet of the SVG.
    pub(super) class: &'static str,
}

impl TypeSymbol {
    /// The symbols for all types of the graph, in the order of the types.
    fn of_graph(graph: &Graph) -> Vec<Self> {
        let types = graph.edges.iter().flat_map(|edge| &edge.types);
        let types: BTreeSet<&ConnectionType> = types.collect();
        let mut symbols: Vec<Self> = Vec::new();
        for kind in types {
            let (letter, color, class) = match kind {
                ConnectionType::Logs => ('L', colors::BLUE, "logs"),
                ConnectionType::Metrics => ('M', colors::MAGENTA, "metrics"),
                ConnectionType::Audit => ('A', colors::GREEN, "audit"),
                ConnectionType::Other(word) => (free_letter(word, &symbols), colors::BLUE, "other"),
            };
            symbols.push(Self {
                kind: Some(kind.clone()),
                letter,
                meaning: escape(kind.as_str()).into_owned(),
                color,
                class,
            });
        }
        if graph.edges.iter().any(|edge| edge.types.is_empty()) {
            symbols.push(Self {
                kind: None,
                letter: '-',
                meaning: "no types".to_owned(),
                color: colors::RED,
                class: "none",
            });
        }
        symbols
    }

    /// Whether the symbol is in the cell of a connection with these types.
    pub(super) fn is_in(&self, types: &TypeSet) -> bool {
        match &self.kind {
            Some(kind) => types.contains(kind),
            None => types.is_empty(),
        }
    }
}

/// The first letter of the word that no other type uses; `+` if there is none.
fn free_letter(word: &str, symbols: &[TypeSymbol]) -> char {
    let letters = word.chars().map(|letter| letter.to_ascii_uppercase());
    let is_free = |letter: &char| {
        letter.is_ascii_alphanumeric()
            && !"LMA".contains(*letter)
            && !symbols.iter().any(|symbol| symbol.letter == *letter)
    };
    letters.into_iter().find(is_free).unwrap_or('+')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::graph::samples::*;

    #[test]
    fn blocks_are_of_one_size_and_hold_every_connection_once() {
        let graph = mesh(10, 3);
        let matrix = Matrix::new(&graph);
        let blocks = matrix.blocks(4, 4);
        let sizes = blocks
            .iter()
            .map(|block| (block.columns.len(), block.rows.len()));
        assert_eq!(
            Vec::from_iter(sizes),
            [(4, 3), (4, 3), (4, 3), (4, 3), (2, 4)]
        );
        let pairs = blocks.iter().flat_map(|block| {
            let rows = block.rows.iter();
            rows.flat_map(|&row| block.columns.clone().map(move |column| (row, column)))
        });
        let edges = pairs.filter(|&(row, column)| matrix.edge(row, column).is_some());
        assert_eq!(edges.count(), graph.edges.len());
    }

    #[test]
    fn parts_are_as_even_as_can_be() {
        let cases = [
            (0, 5, 1),
            (5, 5, 5),
            (6, 5, 3),
            (9, 8, 5),
            (3, 0, 1),
            (7, usize::MAX, 7),
        ];
        for (total, max, expected) in cases {
            assert_eq!(even_size(total, max), expected, "{total} by {max}");
        }
    }

    #[test]
    fn each_type_in_use_has_a_letter_of_its_own() {
        let cases = [
            ("logs,metrics,audit", "L logs, M metrics, A audit"),
            ("audit,logs", "L logs, A audit"),
            ("rum,replay,traces", "R replay, U rum, T traces"),
            ("all,mall", "+ all, + mall"),
            ("", "- no types"),
        ];
        for (types, expected) in cases {
            let graph = Graph::new(&[connect(&org(1, "a"), &org(2, "b"), types)], &[]);
            let symbols = TypeSymbol::of_graph(&graph);
            let texts = symbols
                .iter()
                .map(|symbol| format!("{} {}", symbol.letter, symbol.meaning));
            assert_eq!(Vec::from_iter(texts).join(", "), expected);
        }
    }
}
