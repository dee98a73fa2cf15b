//! The picture of who sees whose data: as a tree for the terminal, and in the languages of Mermaid, Graphviz and SVG.
//!
//! [`Graph`] is made from what is known; each submodule writes it in one format. Everything comes out in the same
//! order whatever the order of the connections, so that two pictures can be compared.

mod dot;
mod mermaid;
mod model;
mod svg;
mod text;
mod tree;

use std::io;

pub use model::Graph;

/// The languages in which a graph can be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum GraphFormat {
    /// Lines and names, for a terminal
    #[default]
    Tree,
    /// A Mermaid flowchart, for Markdown
    Mermaid,
    /// A digraph for Graphviz
    Dot,
    /// A picture that stands alone, for a browser
    Svg,
}

impl Graph {
    /// Writes the graph to `out` in `format`.
    ///
    /// `width` counts for the tree alone: the columns to fit it in. `usize::MAX` keeps every name whole.
    ///
    /// # Errors
    /// `out` cannot be written to.
    pub fn write(
        &self,
        format: GraphFormat,
        width: usize,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        match format {
            GraphFormat::Tree => tree::write(self, width, out),
            GraphFormat::Mermaid => mermaid::write(self, out),
            GraphFormat::Dot => dot::write(self, out),
            GraphFormat::Svg => svg::write(self, out),
        }
    }
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
