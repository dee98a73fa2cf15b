use comfy_table::ColumnConstraint::{ContentWidth, LowerBoundary};
use comfy_table::{
    Attribute, Cell, CellAlignment, ContentArrangement, ContentLineStyle, LineStyle, Table,
    TableStyle, Width,
};
use console::measure_text_width;

use super::matrix::{Block, Matrix, TypeSymbol};
use super::{Graph, MAX_NAME, MAX_WIDTH};
use crate::output::symbols::Symbols;
use crate::output::value::plural;

/// The width of the line between two columns of the table, with the spaces around it.
const GAP: usize = 3;
/// The minimum width of the names of the sources, however narrow the terminal is.
const MIN_NAME: usize = 13;

impl Graph {
    /// Draws the matrix as a table that fits `width` columns, with a legend and the orgs in no connection below. `None`
    /// sets no limit to the table. Long names are cut, so that none of them widens or lengthens every row.
    ///
    /// Where the names of the destinations do not fit, the columns are numbered and named below the table. Where the
    /// numbers do not fit either, there are several tables, each with the sources that have a cell in it.
    pub(crate) fn matrix(
        &self,
        width: Option<usize>,
        symbols: &Symbols,
        is_colored: bool,
    ) -> String {
        let table = MatrixTable {
            graph: self,
            matrix: Matrix::new(self),
            width: width.unwrap_or(MAX_WIDTH),
            symbols,
            is_colored,
        };
        let mut parts = Vec::new();
        if !self.edges.is_empty() {
            parts.extend(table.tables());
            parts.push(table.legend());
        }
        if !self.unconnected().is_empty() {
            parts.push(table.unconnected_list());
        }
        parts.join("\n")
    }
}

struct MatrixTable<'a> {
    graph: &'a Graph,
    matrix: Matrix<'a>,
    width: usize,
    symbols: &'a Symbols,
    is_colored: bool,
}

impl MatrixTable<'_> {
    fn tables(&self) -> Vec<String> {
        let Matrix { rows, columns, .. } = &self.matrix;
        let labels = self.labels(MAX_NAME);
        let widths = rows.iter().map(|&node| measure_text_width(&labels[node]));
        let least_name = widths.max().unwrap_or(0).min(self.width / 5).max(MIN_NAME);
        let space = self.width.saturating_sub(least_name + 1);

        let names = &labels[columns.clone()];
        if self.columns_width(names) <= space {
            let whole = self.matrix.blocks(usize::MAX, usize::MAX);
            let tables = whole.iter().map(|block| self.table(block, names));
            return tables.collect();
        }
        let widest = self.column_width(&columns.len().to_string());
        let blocks = self.matrix.blocks(space / widest, usize::MAX);
        let tables = blocks.iter().map(|block| {
            let numbers = block.columns.clone().map(|node| (node + 1).to_string());
            let table = self.table(block, &Vec::from_iter(numbers));
            format!("{table}\n{}", self.destination_list(block))
        });
        tables.collect()
    }

    /// The table of a block, with these headers above its destinations.
    fn table(&self, block: &Block, headers: &[String]) -> String {
        let limit = |width: usize| u16::try_from(width).unwrap_or(u16::MAX);
        let mut table = Table::new();
        table
            .load_style(self.style())
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(limit(self.width))
            .force_no_tty()
            .style_text_only();
        if self.is_colored {
            table.enforce_styling();
        }
        let (down_arrow, arrow) = (self.symbols.down_arrow, self.symbols.arrow);
        let corner = format!("SOURCE {down_arrow}\nDESTINATION {arrow}");
        let header = std::iter::once(&corner).chain(headers);
        table.set_header(header.map(|text| Cell::new(text).add_attribute(Attribute::Bold)));

        let name_width = self.width.saturating_sub(self.columns_width(headers) + 1);
        let labels = self.labels(name_width.clamp(MIN_NAME, MAX_NAME));
        for &source in &block.rows {
            let cells = block.columns.clone().map(|node| self.cell(source, node));
            table.add_row([labels[source].clone()].into_iter().chain(cells));
        }
        if let Some(names) = table.column_mut(0) {
            names.set_padding((0, 1)).set_constraint(ContentWidth);
        }
        for (column, header) in table.column_iter_mut().skip(1).zip(headers) {
            column.set_cell_alignment(CellAlignment::Center);
            // comfy-table counts the padding as a part of the width, but not the line.
            let least = Width::Fixed(limit(self.column_width(header) - 1));
            column.set_constraint(LowerBoundary(least));
        }

        let mut drawn = String::new();
        let mut lines = table.lines().map(|line| line.trim_end().to_owned());
        for line in lines.by_ref() {
            drawn.push_str(&format!("{line}\n"));
            if line.starts_with(self.symbols.horizontal) {
                break;
            }
        }
        for line in lines {
            let line = self.color_letters(&line, headers.len());
            drawn.push_str(&format!("{line}\n"));
        }
        drawn
    }

    /// Colours the letters in a drawn row, since a cell of comfy-table has one colour.
    fn color_letters(&self, row: &str, columns: usize) -> String {
        // Counted from the right: the name of the source may contain such a line, the cells do not.
        let start = row.rmatch_indices(self.symbols.vertical).nth(columns - 1);
        let (name, cells) = row.split_at(start.map_or(row.len(), |(start, _)| start));
        let mut colored = name.to_owned();
        for character in cells.chars() {
            let mut symbols = self.matrix.symbols.iter();
            match symbols.find(|symbol| symbol.letter == character) {
                Some(symbol) => colored.push_str(&self.letter(symbol)),
                None => colored.push(character),
            }
        }
        colored
    }

    /// A letter for each type, always in the same position; a dot where the type is not shared. Empty where there is no
    /// connection.
    fn cell(&self, source: usize, destination: usize) -> String {
        let Some(edge) = self.matrix.edge(source, destination) else {
            return String::new();
        };
        let symbols = self.matrix.symbols.iter();
        let letters = symbols.map(|symbol| match symbol.is_in(&edge.types) {
            true => symbol.letter,
            false => self.symbols.absent,
        });
        letters.collect()
    }

    fn letter(&self, symbol: &TypeSymbol) -> String {
        let style = symbol.color.on_default().bold();
        match self.is_colored {
            true => format!("{style}{}{style:#}", symbol.letter),
            false => symbol.letter.to_string(),
        }
    }

    fn legend(&self) -> String {
        let symbols = self.matrix.symbols.iter();
        let meanings = symbols.map(|symbol| format!("{} {}", self.letter(symbol), symbol.meaning));
        Vec::from_iter(meanings).join("  ") + "\n"
    }

    /// The destinations that the numbers above the columns of a block stand for.
    fn destination_list(&self, block: &Block) -> String {
        let number_width = self.matrix.columns.len().to_string().len();
        let labels = self.labels(self.width.saturating_sub(number_width + 4));
        let line = |node: usize| format!("  {:>number_width$}  {}\n", node + 1, labels[node]);
        block.columns.clone().map(line).collect()
    }

    fn labels(&self, width: usize) -> Vec<String> {
        self.graph.labels(width, self.symbols.ellipsis)
    }

    /// The lines between the columns, and below the header.
    fn style(&self) -> TableStyle {
        let Symbols {
            horizontal,
            vertical,
            crossing,
            ..
        } = *self.symbols;
        TableStyle::new()
            .header_lines(ContentLineStyle::none().junction(vertical))
            .header_separator(LineStyle::none().fill(horizontal).junction(crossing))
            .content_lines(ContentLineStyle::none().junction(vertical))
    }

    fn unconnected_list(&self) -> String {
        let labels = self.labels(self.width.saturating_sub(2));
        let orgs = &labels[self.graph.unconnected()];
        let names: String = orgs.iter().map(|label| format!("  {label}\n")).collect();
        format!("In no connection: {}\n{names}", plural(orgs.len(), "org"))
    }

    /// The minimum width of a column with this header, which is wrapped between words.
    fn column_width(&self, header: &str) -> usize {
        let words = header.split(' ').map(measure_text_width);
        words.max().unwrap_or(0).max(self.matrix.symbols.len()) + GAP
    }

    fn columns_width(&self, headers: &[String]) -> usize {
        headers.iter().map(|header| self.column_width(header)).sum()
    }
}

#[cfg(test)]
mod tests {
    use snapbox::{IntoData as _, assert_data_eq, str};

    use super::*;
    use crate::output::graph::samples::*;

    #[test]
    fn letters_are_coloured_where_colour_is_wanted() {
        let matrix = small().matrix(Some(80), &Symbols::UNICODE, true);
        assert!(
            matrix.contains("\u{1b}[1m\u{1b}[94mL\u{1b}[0m"),
            "{matrix:?}"
        );
        let text = matrix
            .split('\u{1b}')
            .map(|part| part.split_once('m').map_or(part, |(_, text)| text));
        assert_eq!(text.collect::<String>().matches("Payments").count(), 1);
    }

    #[test]
    fn columns_are_numbered_where_their_names_do_not_fit() {
        assert_data_eq!(
            mesh(5, 2).matrix(Some(40), &Symbols::UNICODE, false),
            str![[r#"
SOURCE ↓              │  1  │  2  │  3
DESTINATION →         │     │     │
──────────────────────┼─────┼─────┼─────
Team 0 of the company │     │ ·M· │ LMA
Team 1 of the company │     │     │ LMA
Team 3 of the company │ ·M· │     │
Team 4 of the company │ ·M· │ LMA │

  1  Team 0 of the company
  2  Team 1 of the company
  3  Team 2 of the company

SOURCE ↓              │  4  │  5
DESTINATION →         │     │
──────────────────────┼─────┼─────
Team 1 of the company │ ··A │
Team 2 of the company │ ··A │ LM·
Team 3 of the company │     │ LM·

  4  Team 3 of the company
  5  Team 4 of the company

L logs  M metrics  A audit

"#]]
            .raw()
        );
    }

    #[test]
    fn a_matrix_fits_its_width_or_has_one_table() {
        let graph = mesh(30, 4);
        for width in [30, 40, 80, 120, 200] {
            for line in graph.matrix(Some(width), &Symbols::ASCII, false).lines() {
                assert!(measure_text_width(line) <= width, "{line}");
            }
        }
        let matrix = graph.matrix(None, &Symbols::UNICODE, false);
        assert_eq!(matrix.matches("DESTINATION").count(), 1);
        assert_eq!(matrix.matches("Team 7 of the company").count(), 2);
    }

    #[test]
    fn a_long_name_neither_widens_nor_lengthens_every_row() {
        let hub = org(1, "Hub");
        let short = org(2, "Retail");
        for name in ["x".repeat(3000), "Team ".repeat(600)] {
            let long = org(3, &name);
            let connections = [connect(&long, &hub, "logs"), connect(&short, &long, "logs")];
            let graph = Graph::new(&connections, &[]);
            for width in [Some(80), None] {
                let matrix = graph.matrix(width, &Symbols::UNICODE, false);
                let widths = matrix.lines().map(measure_text_width);
                assert!(widths.max() <= Some(width.unwrap_or(160)), "{matrix}");
                assert!(matrix.lines().count() < 25, "{matrix}");
                assert!(matrix.contains('…'), "{matrix}");
            }
        }
    }
}
