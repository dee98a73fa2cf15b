use std::ops::Range;

use console::measure_text_width;

use super::matrix::{Block, Matrix, TypeSymbol};
use super::{Graph, MAX_LABEL};
use crate::output::symbols::Symbols;
use crate::output::value::plural;

const STYLE: &str = include_str!("style.css");
const HEADING: &str = "Who sees whose data";

// On a usual screen, the labels of a block of this size are in sight from every cell.
const MAX_COLUMNS: usize = 24;
const MAX_ROWS: usize = 40;
/// The number of columns between two stronger lines.
const COLUMNS_PER_GROUP: usize = 5;

// All sizes below are in pixels.
const MARGIN: usize = 24;
const MIN_WIDTH: usize = 640;
/// Height of title, summary and legend.
const HEADING_HEIGHT: usize = 128;
/// Minimum width of the row labels, so that the corner text fits.
const MIN_ROW_LABEL_WIDTH: usize = 92;
const ROW_HEIGHT: usize = 22;
const SYMBOL_SIZE: usize = 16;
/// The space between the sides of a cell and its symbols.
const CELL_PADDING: usize = 4;
/// The space between a label and the cells.
const LABEL_GAP: usize = 8;

impl Graph {
    /// Draws the matrix as an SVG that needs no other file: no script, no font, no image, no reference.
    ///
    /// A large matrix is drawn in blocks below each other, so that the labels of every cell are near it.
    pub(crate) fn svg(&self) -> String {
        let picture = Picture::new(self);
        let mut elements = picture.heading();
        let mut y = HEADING_HEIGHT;
        for block in &picture.blocks {
            elements.extend(picture.block(block, y));
            y += picture.label_height + LABEL_GAP + block.rows.len() * ROW_HEIGHT + 2 * MARGIN;
        }
        let (list, height) = picture.unconnected_list(y);
        elements.extend(list);
        let height = y + height;
        let (width, summary) = (picture.width, picture.summary());
        let elements = elements.join("\n");
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title summary">
<title id="title">{HEADING}</title>
<desc id="summary">{summary}</desc>
<style>
{STYLE}</style>
<rect class="paper" width="{width}" height="{height}"/>
{elements}
</svg>
"#
        )
    }
}

/// The matrix with its measures, which are the same in every block.
struct Picture<'a> {
    graph: &'a Graph,
    matrix: Matrix<'a>,
    blocks: Vec<Block>,
    full_labels: Vec<String>,
    /// The labels, shortened to fit.
    labels: Vec<String>,
    width: usize,
    /// The x coordinate at which the cells begin.
    left: usize,
    column_width: usize,
    /// Height of the labels above a block.
    label_height: usize,
}

impl<'a> Picture<'a> {
    fn new(graph: &'a Graph) -> Self {
        let matrix = Matrix::new(graph);
        let blocks = matrix.blocks(MAX_COLUMNS, MAX_ROWS);
        let labels = graph.labels(MAX_LABEL, Symbols::UNICODE.ellipsis);
        let row_labels = matrix.rows.iter().map(|&node| text_width(&labels[node]));
        let column_labels = labels[matrix.columns.clone()]
            .iter()
            .map(|label| text_width(label));
        let left = MARGIN + row_labels.max().unwrap_or(0).max(MIN_ROW_LABEL_WIDTH) + LABEL_GAP;
        // The labels are turned by 45 degrees.
        let label_height = column_labels.max().unwrap_or(0) * 5 / 7;
        let column_width = (matrix.symbols.len() * SYMBOL_SIZE + 2 * CELL_PADDING).max(ROW_HEIGHT);
        let columns = blocks.iter().map(|block| block.columns.len()).max();
        let cells = columns.unwrap_or(0) * column_width;
        Self {
            width: MIN_WIDTH.max(left + cells + label_height + MARGIN),
            full_labels: graph.full_labels(),
            graph,
            matrix,
            blocks,
            labels,
            left,
            column_width,
            label_height,
        }
    }

    fn summary(&self) -> String {
        if self.graph.edges.is_empty() {
            return "No connections.".to_owned();
        }
        let tables = match self.blocks.len() {
            1 => String::new(),
            several => format!(", in {several} tables"),
        };
        format!(
            "{} from {} to {}{tables}.",
            plural(self.graph.edges.len(), "connection"),
            plural(self.matrix.rows.len(), "source"),
            plural(self.matrix.columns.len(), "destination")
        )
    }

    fn heading(&self) -> Vec<String> {
        let mut elements = vec![
            text("heading", MARGIN, 36, HEADING),
            text("soft", MARGIN, 60, &self.summary()),
        ];
        if self.graph.edges.is_empty() {
            return elements;
        }
        let explanation = "A row is a source. Its data can be queried by the orgs in whose columns it has a mark:";
        elements.push(text("soft", MARGIN, 80, explanation));
        let mut x = MARGIN;
        for symbol in &self.matrix.symbols {
            elements.push(draw_symbol(symbol, x, 94));
            elements.push(text(
                "soft",
                x + SYMBOL_SIZE + 6,
                94 + ROW_HEIGHT / 2,
                &symbol.meaning,
            ));
            x += SYMBOL_SIZE + text_width(&symbol.meaning) + MARGIN;
        }
        elements
    }

    fn block(&self, block: &Block, y: usize) -> Vec<String> {
        let top = y + self.label_height + LABEL_GAP;
        let corner = self.left - LABEL_GAP;
        let mut elements = vec![
            text("soft end", corner, top - 28, "destination →"),
            text("soft end", corner, top - 12, "source ↓"),
        ];
        for (index, destination) in block.columns.clone().enumerate() {
            let (x, y) = (self.column(index) + self.column_width / 2, top - LABEL_GAP);
            let position = format!(r#"transform="translate({x} {y}) rotate(-45)""#);
            elements.push(self.label(destination, &position));
        }
        for (index, &source) in block.rows.iter().enumerate() {
            let stripe = ["stripe even", "stripe"][index % 2];
            elements.push(self.row(source, &block.columns, top + index * ROW_HEIGHT, stripe));
        }
        let height = block.rows.len() * ROW_HEIGHT;
        for index in 0..=block.columns.len() {
            let is_strong = index % COLUMNS_PER_GROUP == 0;
            let class = if is_strong { "line strong" } else { "line" };
            let x = self.column(index);
            elements.push(format!(
                r#"<path class="{class}" d="M{x} {top}v{height}"/>"#
            ));
        }
        elements
    }

    fn row(&self, source: usize, destinations: &Range<usize>, y: usize, stripe: &str) -> String {
        let width = self.column(destinations.len()) - MARGIN;
        let stripe = format!(
            r#"<rect class="{stripe}" x="{MARGIN}" y="{y}" width="{width}" height="{ROW_HEIGHT}"/>"#
        );
        let (label_x, label_y) = (self.left - LABEL_GAP, y + ROW_HEIGHT / 2);
        let position = format!(r#"text-anchor="end" x="{label_x}" y="{label_y}""#);
        let label = self.label(source, &position);
        let cells = destinations.clone().enumerate();
        let cells = cells.filter_map(|(index, destination)| {
            self.cell(source, destination, self.column(index), y)
        });
        let cells = Vec::from_iter(cells).join("\n");
        format!("<g class=\"row\">{stripe}{label}\n{cells}</g>")
    }

    /// The x coordinate at which a column of a block begins.
    fn column(&self, index: usize) -> usize {
        self.left + index * self.column_width
    }

    /// The cell of a source and a destination: the symbols of their connection, or a shade if both are the same org;
    /// else nothing.
    fn cell(&self, source: usize, destination: usize, x: usize, y: usize) -> Option<String> {
        let frame = format!(
            r#"x="{x}" y="{y}" width="{}" height="{ROW_HEIGHT}""#,
            self.column_width
        );
        let Some(edge) = self.matrix.edge(source, destination) else {
            return (source == destination).then(|| format!(r#"<rect class="self" {frame}/>"#));
        };
        let (from, to) = (&self.full_labels[source], &self.full_labels[destination]);
        let title = escape_xml(&format!(
            "{from} -> {to}: {} ({})",
            edge.types_text(),
            edge.id
        ));
        let symbols = self.matrix.symbols.iter().zip(0..);
        let symbols: String = symbols
            .filter(|(symbol, _)| symbol.is_in(&edge.types))
            .map(|(symbol, place)| draw_symbol(symbol, x + CELL_PADDING + place * SYMBOL_SIZE, y))
            .collect();
        Some(format!(
            r#"<g class="cell"><title>{title}</title><rect class="area" {frame}/>{symbols}</g>"#
        ))
    }

    /// Draws the list of the orgs in no connection, in columns. Returns its SVG elements and its height.
    fn unconnected_list(&self, y: usize) -> (Vec<String>, usize) {
        let nodes = self.graph.unconnected();
        if nodes.is_empty() {
            return (Vec::new(), 0);
        }
        let widest = nodes
            .clone()
            .map(|node| text_width(&self.labels[node]))
            .max();
        let columns = ((self.width - MARGIN) / (widest.unwrap_or(0) + MARGIN)).max(1);
        let column_width = (self.width - MARGIN) / columns;
        let rows = nodes.len().div_ceil(columns);
        let title = format!("In no connection: {}", plural(nodes.len(), "org"));
        let mut elements = vec![text("list", MARGIN, y, &title)];
        for (index, node) in nodes.enumerate() {
            let x = MARGIN + index / rows * column_width;
            let y = y + (index % rows + 1) * ROW_HEIGHT;
            elements.push(self.label(node, &format!(r#"x="{x}" y="{y}""#)));
        }
        (elements, rows * ROW_HEIGHT + 2 * MARGIN)
    }

    /// The label of an org, with its whole name as title. `position` has the SVG attributes that place it.
    fn label(&self, node: usize, position: &str) -> String {
        let is_disabled = self.graph.nodes[node].disabled;
        let class = if is_disabled { "disabled" } else { "label" };
        let (title, label) = (
            escape_xml(&self.full_labels[node]),
            escape_xml(&self.labels[node]),
        );
        format!(
            r#"<text class="{class}" {position} dy="0.35em"><title>{title}</title>{label}</text>"#
        )
    }
}

/// Draws a letter on its colour, in a row that begins at `y`.
fn draw_symbol(symbol: &TypeSymbol, x: usize, y: usize) -> String {
    let (class, letter) = (symbol.class, symbol.letter);
    let (width, height) = (SYMBOL_SIZE - 1, ROW_HEIGHT - 6);
    let (middle_x, middle_y, y) = (x + SYMBOL_SIZE / 2, y + ROW_HEIGHT / 2, y + 3);
    format!(
        r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}" rx="3"/><text class="letter" x="{middle_x}" y="{middle_y}" dy="0.35em">{letter}</text>"#
    )
}

/// A text that is centred vertically at `y`. Not every program supports `dominant-baseline`, so `dy` moves it.
fn text(class: &str, x: usize, y: usize, text: &str) -> String {
    let text = escape_xml(text);
    format!(r#"<text class="{class}" x="{x}" y="{y}" dy="0.35em">{text}</text>"#)
}

/// Estimates the width of a text. The reader's font is not known, so the result is rather too large.
fn text_width(text: &str) -> usize {
    measure_text_width(text) * 15 / 2
}

fn escape_xml(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use roxmltree::Document;

    use super::*;
    use crate::output::graph::samples::*;

    /// The texts of all elements with this class.
    fn texts(svg: &str, class: &str) -> Vec<String> {
        let document = Document::parse(svg).unwrap();
        let elements = document.descendants();
        let elements = elements.filter(|element| element.attribute("class") == Some(class));
        elements
            .map(|element| element.last_child().unwrap().text().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn a_cell_names_its_connection_and_shows_a_letter_for_each_type() {
        let svg = small().svg();
        let document = Document::parse(&svg).unwrap();
        let cells = document
            .descendants()
            .filter(|element| element.attribute("class") == Some("cell"));
        let cells: Vec<_> = cells
            .map(|cell| {
                let texts = cell.descendants().filter(|child| child.is_text());
                Vec::from_iter(texts.filter_map(|child| child.text())).join("|")
            })
            .collect();
        assert_eq!(
            cells,
            [
                "Lab (disabled) -> Retail US: audit, rum (00000004-0002-4000-c000-800000000000)|A|R",
                "Payments EU -> Observability Hub: metrics (00000003-0001-4000-c000-800000000000)|M",
                "Retail US -> Observability Hub: logs, metrics (00000002-0001-4000-c000-800000000000)|L|M",
            ]
        );
    }

    #[test]
    fn a_picture_explains_itself_and_lists_the_orgs_in_no_connection() {
        let svg = small().svg();
        assert_eq!(
            texts(&svg, "soft"),
            [
                "3 connections from 3 sources to 2 destinations.",
                "A row is a source. Its data can be queried by the orgs in whose columns it has a mark:",
                "logs",
                "metrics",
                "audit",
                "rum",
            ]
        );
        assert_eq!(texts(&svg, "list"), ["In no connection: 1 org"]);
        assert_eq!(
            texts(&svg, "label"),
            [
                "Observability Hub",
                "Retail US",
                "Payments EU",
                "Retail US",
                "Spare \"<A&B>\" `x`"
            ]
        );
        assert_eq!(texts(&svg, "disabled"), ["Lab (disabled)"]);
        assert!(svg.contains("prefers-color-scheme: dark"));
    }

    #[test]
    fn a_large_matrix_is_drawn_in_blocks_with_labels_of_their_own() {
        let svg = mesh(60, 4).svg();
        let summary = "240 connections from 60 sources to 60 destinations, in 3 tables.";
        assert_eq!(texts(&svg, "soft")[0], summary);
        assert_eq!(svg.matches("rotate(-45)").count(), 60);
        assert_eq!(svg.matches("source ↓").count(), 3);
    }

    #[test]
    fn a_picture_without_connections_says_so() {
        let svg = Graph::new(&[], &[org(1, "Spare")]).svg();
        assert_eq!(texts(&svg, "soft"), ["No connections."]);
        assert_eq!(texts(&svg, "label"), ["Spare"]);
    }
}
