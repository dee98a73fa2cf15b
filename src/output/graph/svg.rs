//! A picture that stands alone: no script, no font and no reference to elsewhere.
//!
//! Sources stand on the left, destinations on the right, the hub first; a destination that is a source too sends its
//! lines out to the right and back. Each type of a connection has a line of its own, told from others by its
//! pattern, by a letter at both its ends, and by its colour.

mod cards;
mod ends;
mod fan;
mod layout;
mod paint;
mod path;
mod route;
mod strand;
mod words;

use std::io::{self, Write};

use super::Graph;

/// Writes the picture.
pub(super) fn write(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    paint::write(graph, &layout::Layout::of(graph), out)
}
