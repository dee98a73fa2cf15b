//! Shared lanes, for sources in several columns: up the gutter beside the column, along the corridor above all columns,
//! and down to the port. The column before the destinations joins the way down.

use std::collections::BTreeMap;

use super::{HEAD, Line, Link, Plan, Routes, beginnings};
use crate::output::graph::Graph;
use crate::output::graph::svg::cards::ROW;
use crate::output::graph::svg::ends::{Destination, Source};
use crate::output::graph::svg::path::{Point, at, rounded, towards};
use crate::output::graph::svg::strand::Strand;

/// Between a column and its first lane.
const STUB: f64 = 14.0;

/// One lane: where it comes from, and how far it must reach.
struct Lane {
    port: Point,
    /// The level of its way above the columns.
    corridor: f64,
    /// The place of its upright part before the destinations.
    descent: f64,
    /// For each other gutter, the place of its upright part and the lowest line that joins it.
    gutters: BTreeMap<usize, (f64, f64)>,
    /// The highest and the lowest line that join its descent directly.
    joined: Option<(f64, f64)>,
}

/// Adds the lines of all sources.
pub(super) fn lay(
    graph: &Graph,
    sources: &[Source],
    destinations: &[Destination],
    plan: &Plan,
    routes: &mut Routes,
) {
    let tops = sources.iter().map(|source| source.card.frame.y);
    let corridor = tops.fold(f64::MAX, f64::min) - ROW - plan.lanes.breadth();
    let mut used = BTreeMap::<(usize, Strand), Lane>::new();
    for source in sources {
        for (row, edge) in source.out.iter().enumerate() {
            let node = graph.edges[*edge].destination;
            let mut link = Link::new(*edge);
            for (strand, from) in beginnings(source.exit(row), &Strand::of(&graph.edges[*edge])) {
                let offset = plan.lanes.offset(node, strand);
                let port = destinations[node].left_port(strand);
                let lane = used
                    .entry((node, strand))
                    .or_insert_with(|| Lane::new(port, corridor + offset, offset));
                let way = lane.join(source.column, from, offset, plan);
                let beginning = [way[0], way[1], towards(way[1], way[2], ROW / 2.0)];
                link.lines.push(Line::new(strand, rounded(&beginning)));
                link.way.push(Line::new(strand, rounded(&way)));
            }
            routes.links.push(link);
        }
    }
    for ((_, strand), lane) in used {
        let trunks = lane.trunks();
        let paths = trunks.iter().map(|points| rounded(points));
        routes
            .trunks
            .extend(paths.map(|path| Line::new(strand, path)));
    }
}

impl Lane {
    fn new(port: Point, corridor: f64, offset: f64) -> Self {
        let port = at(port.x - HEAD, port.y);
        Self {
            port,
            corridor,
            descent: port.x - ROW / 2.0 - offset,
            gutters: BTreeMap::new(),
            joined: None,
        }
    }

    /// Takes in a line from a column, and says the whole way it takes.
    fn join(&mut self, column: usize, from: Point, offset: f64, plan: &Plan) -> Vec<Point> {
        let end = [at(self.descent, self.port.y), self.port];
        if column + 1 == plan.columns.left {
            let (highest, lowest) = self.joined.unwrap_or((from.y, from.y));
            self.joined = Some((highest.min(from.y), lowest.max(from.y)));
            return [from, at(self.descent, from.y), end[0], end[1]].into();
        }
        // Lanes turn the corner of the corridor without crossing: the upper ones on the outer side.
        let inward = match column < plan.columns.left {
            true => offset,
            false => plan.lanes.breadth() - offset,
        };
        let x = from.x + STUB + inward;
        let (_, lowest) = self.gutters.entry(column).or_insert((x, from.y));
        *lowest = lowest.max(from.y);
        let turns = [
            at(x, from.y),
            at(x, self.corridor),
            at(self.descent, self.corridor),
        ];
        [from].into_iter().chain(turns).chain(end).collect()
    }

    /// The parts that its lines share, each piece of the way once: lines drawn over each other lose their pattern.
    fn trunks(&self) -> Vec<Vec<Point>> {
        let side = |right: bool| {
            let all = self.gutters.values();
            all.filter(move |(x, _)| (*x > self.descent) == right)
        };
        let mut trunks = Vec::new();
        // The farthest gutter of each side leads all the way, the others up to the corridor.
        let left = side(false).next();
        let right = side(true).next_back();
        for far in left.into_iter().chain(right) {
            trunks.push(self.climb(*far, self.descent));
        }
        for nearer in side(false).skip(1) {
            trunks.push(self.climb(*nearer, nearer.0 + ROW));
        }
        for nearer in side(true).rev().skip(1) {
            trunks.push(self.climb(*nearer, nearer.0 - ROW));
        }
        trunks.extend(self.descents(left.is_some(), right.is_some()));
        trunks
    }

    /// Up a gutter from the lowest line in it, and along the corridor.
    fn climb(&self, (x, lowest): (f64, f64), end: f64) -> Vec<Point> {
        let corridor = |x| at(x, self.corridor);
        let mut points = vec![at(x, lowest), corridor(x), corridor(end)];
        if end == self.descent {
            points.push(at(end, self.corridor + ROW / 2.0));
        }
        points
    }

    /// The upright before the destinations, down from the corridor and up from below, and its end in the port.
    fn descents(&self, from_left: bool, from_right: bool) -> Vec<Vec<Point>> {
        let (highest, lowest) = self.joined.unwrap_or((self.port.y, self.port.y));
        let top = match from_left || from_right {
            true => self.corridor + ROW / 2.0,
            false => highest.min(self.port.y),
        };
        let turn = at(self.descent, self.port.y);
        let mut descents = vec![vec![at(self.descent, top), turn, self.port]];
        if lowest > self.port.y {
            let merged = at(self.descent + ROW / 2.0, self.port.y);
            descents.push(vec![at(self.descent, lowest), turn, merged]);
        }
        descents
    }
}
