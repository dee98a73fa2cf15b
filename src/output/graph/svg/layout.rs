//! The picture as geometry: what stands where, in pixels.

use super::cards::{CHIP, Card, Chip, PADDING, ROW, Role, Text, measure, title_of};
use super::ends::{Destination, Source};
use super::fan::{self, Columns};
use super::path::{Frame, Point, at};
use super::route::{self, Lanes, Plan, Routes};
use super::strand::Strand;
use super::words::TEXT;
use crate::output::graph::Graph;

/// Around everything.
pub(super) const EDGE: f64 = 28.0;
/// Where the picture begins below its heading and legend.
const TOP: f64 = 112.0;
/// The middle of the legend.
const LEGEND: f64 = 84.0;
/// Between the lines on the right of the destinations and the sources beyond.
const WING_GAP: f64 = 30.0;
/// The heading takes this much.
const LEAST_WIDTH: f64 = 640.0;

/// All that is to be painted.
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) cards: Vec<Card>,
    pub(super) routes: Routes,
    /// The heading of the orgs in no connection, where there are any.
    pub(super) aside: Option<Text>,
    /// What the lines mean.
    pub(super) legend: Vec<Key>,
}

/// An entry of the legend: a letter, a piece of line, and a word.
pub(super) struct Key {
    pub(super) chip: Chip,
    pub(super) line: [Point; 2],
    pub(super) words: Text,
}

impl Layout {
    /// Lays out a graph. The canvas grows with it, and no text gets smaller.
    pub(super) fn of(graph: &Graph) -> Self {
        let (mut sources, mut destinations) = ends(graph);
        let lanes = Lanes::of(&destinations);
        let columns = match lanes.are_few() {
            true => Columns::of(&sources),
            false => Columns::ONE,
        };
        let plan = Plan { columns, lanes };
        let bottom = stand(graph, &mut sources, &mut destinations, &plan);
        let right = spread(graph, &mut sources, &mut destinations, &plan, bottom - TOP);
        let routes = route::all(graph, &sources, &destinations, &plan);
        let strands = present(graph);
        let legend = legend(&strands);

        let legend_end = legend
            .last()
            .map_or(0.0, |key| key.words.frame(TEXT).right());
        let width = right.max(legend_end).max(LEAST_WIDTH - EDGE) + EDGE;
        let mut height = bottom + EDGE;
        let sources = sources.into_iter().map(|source| source.card);
        let destinations = destinations.into_iter().map(|destination| destination.card);
        let mut cards: Vec<Card> = sources.chain(destinations).collect();
        let aside = (graph.unconnected().next().is_some())
            .then(|| Text::new(EDGE, height + ROW / 2.0, "In no connection".to_owned()));
        if let Some(heading) = &aside {
            height = stand_aside(graph, &mut cards, heading.y + ROW, width) + EDGE;
        }
        Self {
            width,
            height,
            cards,
            routes,
            aside,
            legend,
        }
    }
}

/// The orgs that only share, those with the same destinations next to each other, and the destinations.
fn ends(graph: &Graph) -> (Vec<Source>, Vec<Destination>) {
    let count = graph.destinations().count();
    let mut out = vec![Vec::new(); graph.nodes.len()];
    for (index, edge) in graph.edges.iter().enumerate() {
        out[edge.source].push(index);
    }
    let mut destinations = Vec::with_capacity(count);
    let mut sources = Vec::new();
    for (node, out) in out.into_iter().enumerate() {
        if node < count {
            destinations.push(Destination::new(graph, node, count, out));
        } else if !out.is_empty() {
            sources.push(Source::new(graph, node, out));
        }
    }
    // A stable sort: sources with the same destinations stay in the order of their names.
    sources.sort_by(|one, other| {
        let centre = |source: &Source| {
            let ends = source.out.iter().map(|edge| graph.edges[*edge].destination);
            ends.sum::<usize>() as f64 / source.out.len() as f64
        };
        centre(one).total_cmp(&centre(other))
    });
    (sources, destinations)
}

/// Gives every card its height on the canvas, and says how far down they reach.
fn stand(
    graph: &Graph,
    sources: &mut [Source],
    destinations: &mut [Destination],
    plan: &Plan,
) -> f64 {
    let columns = plan.columns.count;
    if columns > 1 {
        let top = TOP + plan.lanes.breadth() + ROW;
        let bottom = fan::place_sources(sources, columns, top);
        let wishes = vec![None; destinations.len()];
        return fan::place_destinations(destinations, &wishes, top, bottom).max(bottom);
    }
    let spare = fan::destinations_height(destinations) - fan::sources_height(sources);
    let bottom = fan::place_sources(sources, columns, TOP + (spare / 2.0).max(0.0));
    let wishes = wishes(graph, sources, destinations);
    fan::place_destinations(destinations, &wishes, TOP, bottom).max(bottom)
}

/// Spreads the columns, with the destinations among them, and says how far to the right they and their lines reach.
fn spread(
    graph: &Graph,
    sources: &mut [Source],
    destinations: &mut [Destination],
    plan: &Plan,
    height: f64,
) -> f64 {
    let Columns { count, left } = plan.columns;
    let width = widest(sources.iter().map(|source| &source.card));
    let pitch = width + gap(plan, height);
    let start = if sources.is_empty() {
        EDGE
    } else {
        EDGE + left as f64 * pitch
    };
    let hub_width = widest(destinations.iter().map(|destination| &destination.card));
    let resume = start + hub_width + route::room_for_bows(graph, destinations);
    let wing = if count > left {
        resume + WING_GAP
    } else {
        resume
    };
    for source in sources {
        let x = match source.column.checked_sub(left) {
            None => EDGE + source.column as f64 * pitch,
            Some(column) => wing + column as f64 * pitch,
        };
        source.card.widen(width);
        source.card.shift(x, 0.0);
    }
    for destination in destinations {
        destination.card.widen(hub_width);
        destination.card.shift(start, 0.0);
    }
    wing + (count - left) as f64 * pitch
}

/// Between one column and the next: the lanes, or room for curves that are not too steep.
fn gap(plan: &Plan, height: f64) -> f64 {
    if plan.columns.count > 1 {
        return plan.lanes.breadth() + 34.0;
    }
    (height * 0.3).clamp(170.0, 340.0)
}

/// Where the middle of each destination would be among its sources.
fn wishes(graph: &Graph, sources: &[Source], destinations: &[Destination]) -> Vec<Option<f64>> {
    let mut sums = vec![(0.0, 0.0); destinations.len()];
    for source in sources {
        for (row, edge) in source.out.iter().enumerate() {
            let (sum, count) = &mut sums[graph.edges[*edge].destination];
            *sum += source.exit(row).y;
            *count += 1.0;
        }
    }
    let mean = |(sum, count)| (count > 0.0).then_some(sum / count);
    sums.into_iter().map(mean).collect()
}

fn widest<'a>(cards: impl Iterator<Item = &'a Card>) -> f64 {
    cards.map(|card| card.frame.width).fold(0.0, f64::max)
}

/// Adds the cards of the orgs in no connection, in rows below `top`, and gives back the lowest bottom.
fn stand_aside(graph: &Graph, cards: &mut Vec<Card>, top: f64, width: f64) -> f64 {
    let height = ROW + 6.0;
    let (mut x, mut y) = (EDGE, top);
    for node in graph.unconnected() {
        let words = title_of(&graph.nodes[node]);
        let card_width = measure(&words) + 2.0 * PADDING;
        if x > EDGE && x + card_width > width - EDGE {
            (x, y) = (EDGE, y + height + 8.0);
        }
        cards.push(Card {
            node,
            role: Role::Unconnected,
            frame: Frame {
                x,
                y,
                width: card_width,
                height,
            },
            title: Text::new(x + PADDING, y + height / 2.0, words),
            note: None,
            chips: Vec::new(),
        });
        x += card_width + 8.0;
    }
    y + height
}

fn present(graph: &Graph) -> Vec<Strand> {
    let strands: Vec<Strand> = graph.edges.iter().flat_map(Strand::of).collect();
    let all = Strand::ALL.into_iter();
    all.filter(|strand| strands.contains(strand)).collect()
}

fn legend(strands: &[Strand]) -> Vec<Key> {
    let mut x = EDGE;
    let key = |strand: &Strand| {
        let line = [x + CHIP + 6.0, x + CHIP + 46.0].map(|x| at(x, LEGEND));
        let words = Text::new(line[1].x + 7.0, LEGEND, strand.word().to_owned());
        let chip = Chip {
            strand: *strand,
            x,
            y: LEGEND,
        };
        x = words.frame(TEXT).right() + 22.0;
        Key { chip, line, words }
    };
    strands.iter().map(key).collect()
}

#[cfg(test)]
mod tests;
