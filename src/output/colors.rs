//! The colours of messages and cells, from the terminal's own palette. Every one of them stands beside words or signs
//! that say the same. Yellow and cyan are not among them, since most palettes make them unreadable on white, and neither
//! is the darker blue, which is unreadable on black.

use anstyle::AnsiColor;

/// As wanted, or added.
pub(super) const GREEN: AnsiColor = AnsiColor::Green;
/// Failed, or taken away.
pub(super) const RED: AnsiColor = AnsiColor::Red;
/// Worth a look: changed, unknown, or not made.
pub(super) const MAGENTA: AnsiColor = AnsiColor::Magenta;
/// Neither good nor bad.
pub(super) const BLUE: AnsiColor = AnsiColor::BrightBlue;
