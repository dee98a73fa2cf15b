//! The ways that lines take from card to card.

mod bus;

use std::collections::BTreeMap;

use super::ends::{Destination, Source};
use super::fan::Columns;
use super::path::{Point, at, bow, curve};
use super::strand::Strand;
use crate::output::graph::Graph;

/// The length of an arrow head; a line ends where its head begins.
pub(super) const HEAD: f64 = 8.0;
/// Between the lines of one connection where they begin.
const STRAND_PITCH: f64 = 4.0;
/// Between lanes.
const LANE_PITCH: f64 = 6.0;
/// More lanes than this side by side are more than eyes can follow.
const MOST_LANES: usize = 18;

/// All lines of the picture.
#[derive(Default)]
pub(super) struct Routes {
    pub(super) links: Vec<Link>,
    /// Lines that several connections share.
    pub(super) trunks: Vec<Line>,
    pub(super) heads: Vec<Head>,
}

/// The lines of one connection.
pub(super) struct Link {
    /// The index of the edge.
    pub(super) edge: usize,
    pub(super) lines: Vec<Line>,
    /// The whole way, where `lines` are but its beginning.
    pub(super) way: Vec<Line>,
}

/// A line of one kind.
pub(super) struct Line {
    pub(super) strand: Strand,
    pub(super) path: String,
}

/// An arrow head.
pub(super) struct Head {
    pub(super) strand: Strand,
    pub(super) tip: Point,
    /// Whether it points to the right.
    pub(super) rightward: bool,
}

/// The lanes that lines share between columns: one for each kind of line into each destination.
pub(super) struct Lanes(BTreeMap<(usize, Strand), usize>);

impl Lanes {
    /// The lanes to all left ports of the destinations, the uppermost port's first.
    pub(super) fn of(destinations: &[Destination]) -> Self {
        let nodes = destinations.iter().enumerate();
        let ports = nodes.flat_map(|(node, destination)| {
            let strands = destination.arrivals().0.iter();
            strands.map(move |strand| (node, *strand))
        });
        Self(ports.enumerate().map(|(lane, port)| (port, lane)).collect())
    }

    /// Whether they can be told apart.
    pub(super) fn are_few(&self) -> bool {
        self.0.len() <= MOST_LANES
    }

    /// What they take side by side.
    pub(super) fn breadth(&self) -> f64 {
        self.0.len() as f64 * LANE_PITCH
    }

    /// How far a lane is from the first one.
    fn offset(&self, node: usize, strand: Strand) -> f64 {
        let lane = self.0.get(&(node, strand)).copied().unwrap_or(0);
        lane as f64 * LANE_PITCH
    }
}

/// How the lines go.
pub(super) struct Plan {
    pub(super) columns: Columns,
    pub(super) lanes: Lanes,
}

impl Link {
    fn new(edge: usize) -> Self {
        Self {
            edge,
            lines: Vec::new(),
            way: Vec::new(),
        }
    }
}

impl Line {
    pub(super) fn new(strand: Strand, path: String) -> Self {
        Self { strand, path }
    }
}

/// The lines of all connections: curves where the sources stand in one column, lanes where they stand in several.
pub(super) fn all(
    graph: &Graph,
    sources: &[Source],
    destinations: &[Destination],
    plan: &Plan,
) -> Routes {
    let mut routes = Routes::default();
    if plan.columns.count == 1 {
        let links = sources
            .iter()
            .flat_map(|source| curves(graph, source, destinations));
        routes.links = links.collect();
    } else {
        bus::lay(graph, sources, destinations, plan, &mut routes);
    }
    for destination in destinations {
        routes.links.extend(bows(graph, destination, destinations));
        add_heads(destination, &mut routes.heads);
    }
    routes.links.sort_by_key(|link| link.edge);
    routes
}

fn curves(graph: &Graph, source: &Source, destinations: &[Destination]) -> Vec<Link> {
    let link = |(row, edge): (usize, &usize)| {
        let destination = &destinations[graph.edges[*edge].destination];
        let strands = Strand::of(&graph.edges[*edge]);
        let lines = beginnings(source.exit(row), &strands).map(|(strand, from)| {
            let port = destination.left_port(strand);
            Line::new(strand, curve(from, at(port.x - HEAD, port.y)))
        });
        Link {
            lines: lines.collect(),
            ..Link::new(*edge)
        }
    };
    source.out.iter().enumerate().map(link).collect()
}

/// Where the lines of a connection begin, side by side.
fn beginnings(exit: Point, strands: &[Strand]) -> impl Iterator<Item = (Strand, Point)> {
    let middle = (strands.len() as f64 - 1.0) / 2.0;
    strands.iter().enumerate().map(move |(index, strand)| {
        let y = exit.y + (index as f64 - middle) * STRAND_PITCH;
        (*strand, at(exit.x, y))
    })
}

/// The lines from one destination to others, and to itself.
fn bows(graph: &Graph, source: &Destination, destinations: &[Destination]) -> Vec<Link> {
    let link = |(row, edge): (usize, &usize)| {
        let destination = &destinations[graph.edges[*edge].destination];
        let strands = Strand::of(&graph.edges[*edge]);
        let lines = beginnings(source.exit(row), &strands).map(|(strand, from)| {
            let port = destination.right_port(strand);
            let path = bow(from, at(port.x + HEAD, port.y), depth(from.y, port.y));
            Line::new(strand, path)
        });
        Link {
            lines: lines.collect(),
            ..Link::new(*edge)
        }
    };
    source.out.iter().enumerate().map(link).collect()
}

/// How far the points that draw a bow are from its ends.
fn depth(from: f64, to: f64) -> f64 {
    56.0 + ((to - from).abs() * 0.45).min(420.0)
}

/// The room at the right of the destinations for the lines between them.
pub(super) fn room_for_bows(graph: &Graph, destinations: &[Destination]) -> f64 {
    let rows = destinations
        .iter()
        .flat_map(|source| source.out.iter().map(move |edge| (source, edge)));
    let depths = rows.map(|(source, edge)| {
        let destination = &destinations[graph.edges[*edge].destination];
        let (one, other) = (&source.card.frame, &destination.card.frame);
        let (top, bottom) = (one.y.min(other.y), one.bottom().max(other.bottom()));
        // A bow goes three quarters of the way to the points that draw it.
        HEAD + depth(top, bottom) * 0.75
    });
    depths.fold(0.0, f64::max)
}

fn add_heads(destination: &Destination, heads: &mut Vec<Head>) {
    let (left, right) = destination.arrivals();
    heads.extend(left.iter().map(|strand| Head {
        strand: *strand,
        tip: destination.left_port(*strand),
        rightward: true,
    }));
    heads.extend(right.iter().map(|strand| Head {
        strand: *strand,
        tip: destination.right_port(*strand),
        rightward: false,
    }));
}
