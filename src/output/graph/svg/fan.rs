//! Where the cards stand.

use super::cards::Card;
use super::ends::{Destination, Source};

/// Between the sources of one column.
const SOURCE_GAP: f64 = 6.0;
/// Between the destinations.
const DESTINATION_GAP: f64 = 22.0;
/// Sources higher than this together stand in several columns.
const HIGHEST_COLUMN: f64 = 1000.0;
/// What a column takes with the gutter beside it, about.
const COLUMN_WIDTH: f64 = 240.0;
/// Height by width of the sources in several columns.
const PROPORTION: f64 = 0.7;

/// The columns of sources.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    pub(super) count: usize,
    /// How many of them stand on the left of the destinations.
    pub(super) left: usize,
}

impl Columns {
    /// All sources in one column, on the left.
    pub(super) const ONE: Self = Self { count: 1, left: 1 };

    /// As many as it takes to keep the hub near all of them: it stands between them, so that it is in view when the
    /// picture is opened.
    pub(super) fn of(sources: &[Source]) -> Self {
        let height = sources_height(sources);
        if height <= HIGHEST_COLUMN {
            return Self::ONE;
        }
        let count = (height * PROPORTION / COLUMN_WIDTH).sqrt().round();
        let count = (count as usize).max(2);
        Self {
            count,
            left: count / 2,
        }
    }
}

/// Stands the sources below `top`, in `columns` of about the same height, and gives back the lowest bottom.
pub(super) fn place_sources(sources: &mut [Source], columns: usize, top: f64) -> f64 {
    let whole = sources_height(sources);
    let limit = whole / columns as f64;
    let (mut column, mut y, mut lowest) = (0, top, top);
    for source in sources {
        if y - top >= limit && column + 1 < columns {
            (column, y) = (column + 1, top);
        }
        source.column = column;
        source.card.shift(0.0, y);
        lowest = source.card.frame.bottom().max(lowest);
        y = source.card.frame.bottom() + SOURCE_GAP;
    }
    lowest
}

/// Stands the destinations below `top`: each as near as can be to where it would like its middle to be, in their
/// order, and if there is room above `bottom`. Gives back the lowest bottom.
pub(super) fn place_destinations(
    destinations: &mut [Destination],
    wishes: &[Option<f64>],
    top: f64,
    bottom: f64,
) -> f64 {
    let mut free = top;
    for (destination, wish) in destinations.iter_mut().zip(wishes) {
        let height = destination.card.frame.height;
        let y = wish.map_or(free, |middle| middle - height / 2.0).max(free);
        destination.card.shift(0.0, y);
        free = y + height + DESTINATION_GAP;
    }
    let lowest = destinations_height(destinations) + top;
    let mut limit = bottom.max(lowest);
    for destination in destinations.iter_mut().rev() {
        let up = (destination.card.frame.bottom() - limit).max(0.0);
        destination.card.shift(0.0, -up);
        limit = destination.card.frame.y - DESTINATION_GAP;
    }
    let last = destinations.last();
    last.map_or(top, |last| last.card.frame.bottom())
}

/// The height of the destinations when they stand close together.
pub(super) fn destinations_height(destinations: &[Destination]) -> f64 {
    let cards = destinations.iter().map(|destination| &destination.card);
    stacked(cards, DESTINATION_GAP)
}

/// The height of the sources in one column.
pub(super) fn sources_height(sources: &[Source]) -> f64 {
    stacked(sources.iter().map(|source| &source.card), SOURCE_GAP)
}

fn stacked<'a>(cards: impl Iterator<Item = &'a Card>, gap: f64) -> f64 {
    let height: f64 = cards.map(|card| card.frame.height + gap).sum();
    (height - gap).max(0.0)
}
