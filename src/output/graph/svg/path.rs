//! Points, frames, and the lines between them in the language of SVG's `d` attribute.

use std::fmt::Write as _;

/// The radius of a corner of a routed line.
const CORNER: f64 = 7.0;

/// A point, in pixels from the upper left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// Makes a point.
pub(super) const fn at(x: f64, y: f64) -> Point {
    Point { x, y }
}

/// A box with upright sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Frame {
    /// A frame of this size at the origin.
    pub(super) fn sized(width: f64, height: f64) -> Self {
        Self {
            x: 0.0,
            y: 0.0,
            width,
            height,
        }
    }

    pub(super) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub(super) fn middle(&self) -> f64 {
        self.y + self.height / 2.0
    }
}

/// A smooth line from left to right.
pub(super) fn curve(from: Point, to: Point) -> String {
    let bend = (to.x - from.x) / 2.0;
    let (one, other) = (at(from.x + bend, from.y), at(to.x - bend, to.y));
    cubic(from, one, other, to)
}

/// A line that leaves to the right, and comes back to the left at another height, `depth` pixels away.
pub(super) fn bow(from: Point, to: Point, depth: f64) -> String {
    let far = from.x.max(to.x) + depth;
    cubic(from, at(far, from.y), at(far, to.y), to)
}

fn cubic(from: Point, one: Point, other: Point, to: Point) -> String {
    let pairs = [one, other, to].map(pair);
    format!("M{}C{} {} {}", pair(from), pairs[0], pairs[1], pairs[2])
}

/// A line of level and upright pieces through `points`, with round corners.
pub(super) fn rounded(points: &[Point]) -> String {
    let Some((first, last)) = points.first().zip(points.last()) else {
        return String::new();
    };
    let mut path = format!("M{}", pair(*first));
    for corner in points.windows(3) {
        let radius = (distance(corner[0], corner[1]) / 2.0)
            .min(distance(corner[1], corner[2]) / 2.0)
            .min(CORNER);
        let (into, out) = (
            towards(corner[1], corner[0], radius),
            towards(corner[1], corner[2], radius),
        );
        // Writing to a string does not fail.
        let _ = write!(path, "L{}Q{} {}", pair(into), pair(corner[1]), pair(out));
    }
    let _ = write!(path, "L{}", pair(*last));
    path
}

/// In pixels, where no square is too large. `hypot` alone would make every start load the system's library of
/// mathematics.
fn distance(one: Point, other: Point) -> f64 {
    let (x, y) = (one.x - other.x, one.y - other.y);
    (x * x + y * y).sqrt()
}

/// The point `length` pixels from `from` on the way to `to`.
pub(super) fn towards(from: Point, to: Point, length: f64) -> Point {
    let whole = distance(from, to);
    if whole == 0.0 {
        return from;
    }
    let part = (length / whole).min(1.0);
    at(
        from.x + (to.x - from.x) * part,
        from.y + (to.y - from.y) * part,
    )
}

fn pair(point: Point) -> String {
    format!("{} {}", number(point.x), number(point.y))
}

/// A number as short as a tenth of a pixel allows.
pub(super) fn number(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
