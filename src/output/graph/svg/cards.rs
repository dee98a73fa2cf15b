//! The boxes that stand for orgs, and the letters in them.

use super::path::Frame;
use super::strand::Strand;
use super::words::{TEXT, pixels};
use crate::output::graph::model::Node;
use crate::output::graph::text::{shorten, width};

/// The height of one line of text or of the letters of one connection.
pub(super) const ROW: f64 = 18.0;
/// Between the edge of a card and what is in it.
pub(super) const PADDING: f64 = 9.0;
/// The side of a letter's box.
pub(super) const CHIP: f64 = 15.0;
/// Between the left sides of two letters next to each other.
pub(super) const CHIP_PITCH: f64 = 17.0;
/// A name wider than this, in pixels, is shortened.
const WIDEST_NAME: f64 = 220.0;

/// An org in the picture.
pub(super) struct Card {
    pub(super) node: usize,
    pub(super) role: Role,
    pub(super) frame: Frame,
    pub(super) title: Text,
    pub(super) note: Option<Text>,
    pub(super) chips: Vec<Chip>,
}

/// What an org is in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Source,
    Destination,
    Hub,
    Unconnected,
}

/// A line of text: where its middle line begins, and what it says.
pub(super) struct Text {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) words: String,
}

/// A letter in a box of its own.
pub(super) struct Chip {
    pub(super) strand: Strand,
    pub(super) x: f64,
    /// The middle.
    pub(super) y: f64,
}

/// The label of an org, with its name shortened where it is too wide.
pub(super) fn title_of(node: &Node) -> String {
    let room = WIDEST_NAME - width(&node.mark, pixels);
    format!(
        "{}{}",
        shorten(&node.name, room.max(60.0), pixels),
        node.mark
    )
}

/// The width of a text of size [`TEXT`].
pub(super) fn measure(words: &str) -> f64 {
    width(words, pixels)
}

/// The width of so many letters side by side.
pub(super) fn chips_width(count: usize) -> f64 {
    count as f64 * CHIP_PITCH
}

/// Letters side by side, the last of them ending at `right`.
pub(super) fn chips_before(right: f64, y: f64, strands: &[Strand]) -> Vec<Chip> {
    let left = right + CHIP_PITCH - CHIP - chips_width(strands.len());
    let place = |(index, strand): (usize, &Strand)| Chip {
        strand: *strand,
        x: left + chips_width(index),
        y,
    };
    strands.iter().enumerate().map(place).collect()
}

impl Text {
    /// The text that begins at `x`, with its middle line at `y`.
    pub(super) fn new(x: f64, y: f64, words: String) -> Self {
        Self { x, y, words }
    }

    /// The frame of the text at its size, by the estimated width.
    pub(super) fn frame(&self, size: f64) -> Frame {
        Frame {
            x: self.x,
            y: self.y - size / 2.0,
            width: measure(&self.words) * size / TEXT,
            height: size,
        }
    }
}

impl Card {
    /// Moves the card and all that is in it.
    pub(super) fn shift(&mut self, right: f64, down: f64) {
        self.frame.x += right;
        self.frame.y += down;
        for text in self.note.iter_mut().chain([&mut self.title]) {
            text.x += right;
            text.y += down;
        }
        for chip in &mut self.chips {
            chip.x += right;
            chip.y += down;
        }
    }

    /// Makes the card wider; what stands at its right moves along.
    pub(super) fn widen(&mut self, width: f64) {
        let more = width - self.frame.width;
        let middle = self.frame.x + self.frame.width / 2.0;
        for chip in self.chips.iter_mut().filter(|chip| chip.x > middle) {
            chip.x += more;
        }
        self.frame.width = width;
    }
}
