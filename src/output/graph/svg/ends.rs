//! Orgs as the ends of lines: a source on the left, a destination on the right.

use super::cards::{
    CHIP, CHIP_PITCH, Card, PADDING, ROW, Role, Text, chips_before, chips_width, measure, title_of,
};
use super::path::{Frame, Point, at};
use super::strand::Strand;
use super::words::counted;
use crate::output::graph::Graph;
use crate::output::graph::model::Edge;

/// Above the first and below the last row of a source.
const MARGIN: f64 = 3.0;
/// Bold letters are wider than the others.
const BOLD: f64 = 1.1;

/// An org that only shares.
pub(super) struct Source {
    pub(super) card: Card,
    /// The indices of its edges, one for each row.
    pub(super) out: Vec<usize>,
    /// Counted from the left.
    pub(super) column: usize,
}

/// An org that sees others, and may be seen itself.
pub(super) struct Destination {
    pub(super) card: Card,
    /// What arrives at its left side, from the orgs that only share.
    left: Vec<Strand>,
    /// What arrives at its right side, from other destinations.
    right: Vec<Strand>,
    /// The indices of its own edges.
    pub(super) out: Vec<usize>,
}

impl Source {
    /// The source `node`, at the origin.
    pub(super) fn new(graph: &Graph, node: usize, out: Vec<usize>) -> Self {
        let height = out.len() as f64 * ROW + 2.0 * MARGIN;
        let words = title_of(&graph.nodes[node]);
        let rows = rows(graph, &out);
        let width = PADDING * 3.0 + measure(&words) + chips_width(most(&rows));
        let right = width - MARGIN - 1.0;
        let chips = rows
            .iter()
            .enumerate()
            .flat_map(|(row, strands)| chips_before(right, row_middle(row), strands));
        let card = Card {
            node,
            role: Role::Source,
            frame: Frame::sized(width, height),
            title: Text::new(PADDING, height / 2.0, words),
            note: None,
            chips: chips.collect(),
        };
        Self {
            card,
            out,
            column: 0,
        }
    }

    /// Where the lines of the connection in this row begin.
    pub(super) fn exit(&self, row: usize) -> Point {
        at(self.card.frame.right(), self.card.frame.y + row_middle(row))
    }
}

/// The strands of each of these edges.
fn rows(graph: &Graph, edges: &[usize]) -> Vec<Vec<Strand>> {
    let edges = edges.iter().map(|edge| &graph.edges[*edge]);
    edges.map(Strand::of).collect()
}

/// How many strands the row with most of them has.
fn most(rows: &[Vec<Strand>]) -> usize {
    rows.iter().map(Vec::len).max().unwrap_or(0)
}

fn row_middle(row: usize) -> f64 {
    MARGIN + ROW * (row as f64 + 0.5)
}

impl Destination {
    /// The destination `node`, which is among the first `destinations` nodes of the graph, at the origin.
    pub(super) fn new(graph: &Graph, node: usize, destinations: usize, out: Vec<usize>) -> Self {
        let incoming = graph.edges.iter().filter(|edge| edge.destination == node);
        let (outer, inner): (Vec<&Edge>, Vec<&Edge>) =
            incoming.partition(|edge| edge.source >= destinations);
        let (left, right) = (arriving(&outer), arriving(&inner));
        let rows = rows(graph, &out);

        let height = (2.0 * PADDING + 2.0 * ROW - 4.0)
            .max(2.0 * PADDING + left.len() as f64 * CHIP_PITCH)
            .max(2.0 * MARGIN + (right.len() + rows.len()) as f64 * ROW);
        let letters = most(&rows).max(usize::from(!right.is_empty()));
        let text = PADDING + if left.is_empty() { 0.0 } else { CHIP + PADDING };
        let note = format!("sees {}", counted(outer.len() + inner.len(), "org"));
        let card = Self::card(graph, node, note, text, height, letters);
        let mut destination = Self {
            card,
            left,
            right,
            out,
        };
        destination.add_chips(&rows);
        destination
    }

    /// The card without letters: its text begins at `text`, and at its right is room for so many `letters`.
    fn card(
        graph: &Graph,
        node: usize,
        note: String,
        text: f64,
        height: f64,
        letters: usize,
    ) -> Card {
        let words = title_of(&graph.nodes[node]);
        let widest = measure(&words).max(measure(&note)) * BOLD;
        let width = text + widest + 2.0 * PADDING + chips_width(letters);
        let role = match graph.hub() == Some(node) {
            true => Role::Hub,
            false => Role::Destination,
        };
        Card {
            node,
            role,
            frame: Frame::sized(width, height),
            title: Text::new(text, height / 2.0 - 8.0, words),
            note: Some(Text::new(text, height / 2.0 + 9.0, note)),
            chips: Vec::new(),
        }
    }

    fn add_chips(&mut self, out: &[Vec<Strand>]) {
        let right = self.card.frame.width - MARGIN - 1.0;
        let mut chips = Vec::new();
        for strand in &self.left {
            let place = self.left_port(*strand);
            chips.extend(chips_before(
                place.x + PADDING / 2.0 + CHIP,
                place.y,
                &[*strand],
            ));
        }
        for strand in &self.right {
            chips.extend(chips_before(right, self.right_port(*strand).y, &[*strand]));
        }
        for (row, strands) in out.iter().enumerate() {
            chips.extend(chips_before(right, self.exit(row).y, strands));
        }
        self.card.chips = chips;
    }

    /// Where lines of this kind arrive from the left.
    pub(super) fn left_port(&self, strand: Strand) -> Point {
        let index = place_of(strand, &self.left) - (self.left.len() as f64 - 1.0) / 2.0;
        let frame = &self.card.frame;
        at(frame.x, frame.middle() + index * CHIP_PITCH)
    }

    /// Where lines of this kind arrive from the right.
    pub(super) fn right_port(&self, strand: Strand) -> Point {
        self.right_row(place_of(strand, &self.right))
    }

    /// Where the lines of the connection in this row begin.
    pub(super) fn exit(&self, row: usize) -> Point {
        self.right_row((self.right.len() + row) as f64)
    }

    fn right_row(&self, row: f64) -> Point {
        let frame = &self.card.frame;
        let rows = (self.right.len() + self.out.len()) as f64;
        at(
            frame.right(),
            frame.middle() + (row + 0.5 - rows / 2.0) * ROW,
        )
    }

    /// The strands that arrive at the left and at the right.
    pub(super) fn arrivals(&self) -> (&[Strand], &[Strand]) {
        (&self.left, &self.right)
    }
}

fn place_of(strand: Strand, among: &[Strand]) -> f64 {
    let place = among.iter().position(|other| *other == strand);
    place.unwrap_or(0) as f64
}

fn arriving(edges: &[&Edge]) -> Vec<Strand> {
    let mut strands: Vec<_> = edges.iter().flat_map(|edge| Strand::of(edge)).collect();
    strands.sort_unstable();
    strands.dedup();
    strands
}
