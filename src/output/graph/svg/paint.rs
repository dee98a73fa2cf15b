//! The layout in the words of SVG.

use std::io::{self, Write};

use super::cards::{CHIP, Card, Chip, Role, Text};
use super::layout::{EDGE, Layout};
use super::path::{number, rounded};
use super::route::{HEAD, Head, Line, Link};
use super::words::{counted, escaped};
use crate::output::graph::Graph;
use crate::output::graph::model::Edge;

const STYLE: &str = include_str!("style.css");
const HEADING: &str = "Who sees whose data";

/// Writes the whole document.
pub(super) fn write(graph: &Graph, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let (width, height) = (layout.width.ceil(), layout.height.ceil());
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title description\">"
    )?;
    writeln!(out, "<title id=\"title\">{HEADING}</title>")?;
    writeln!(
        out,
        "<desc id=\"description\">{}</desc>",
        escaped(&description(graph))
    )?;
    writeln!(out, "<style>\n{STYLE}</style>")?;
    writeln!(
        out,
        "<rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>"
    )?;
    write_heading(graph, layout, out)?;
    for line in &layout.routes.trunks {
        write_line(line, "line trunk", out)?;
    }
    for link in &layout.routes.links {
        write_link(graph, link, out)?;
    }
    for card in &layout.cards {
        write_card(graph, card, out)?;
    }
    for head in &layout.routes.heads {
        write_head(head, out)?;
    }
    writeln!(out, "</svg>")
}

/// The picture in words, for those who do not see it.
fn description(graph: &Graph) -> String {
    let mut description = summary(graph);
    for (destination, edges) in graph.destinations() {
        let seen = edges
            .iter()
            .map(|edge| format!("{} ({})", graph.nodes[edge.source].label(), edge.words()));
        let seen: Vec<_> = seen.collect();
        let name = graph.nodes[destination].label();
        description.push_str(&format!(" {name} sees {}.", seen.join(", ")));
    }
    description
}

fn summary(graph: &Graph) -> String {
    let connections = counted(graph.edges.len(), "connection");
    let orgs = counted(graph.nodes.len(), "org");
    format!("{connections}, {orgs}.")
}

fn write_heading(graph: &Graph, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
    write_at("heading", EDGE, 34.0, HEADING, out)?;
    let summary = summary(graph);
    let summary = format!("{summary} Data flows along the arrows, from source to destination.");
    write_at("soft", EDGE, 58.0, &summary, out)?;
    for key in &layout.legend {
        write_chip(&key.chip, out)?;
        let line = Line::new(key.chip.strand, rounded(&key.line));
        write_line(&line, "line", out)?;
        write_text("soft", &key.words, out)?;
    }
    let Some(aside) = &layout.aside else {
        return Ok(());
    };
    write_text("soft", aside, out)
}

fn write_link(graph: &Graph, link: &Link, out: &mut dyn Write) -> io::Result<()> {
    let title = sentence(graph, &graph.edges[link.edge]);
    writeln!(out, "<g class=\"link\"><title>{}</title>", escaped(&title))?;
    for line in &link.lines {
        write_line(line, "line", out)?;
    }
    for line in &link.way {
        write_line(line, "line way", out)?;
    }
    if let Some(line) = link.lines.get(link.lines.len() / 2) {
        writeln!(out, "<path class=\"reach\" d=\"{}\"/>", line.path)?;
    }
    writeln!(out, "</g>")
}

fn sentence(graph: &Graph, edge: &Edge) -> String {
    let [source, destination] =
        [edge.source, edge.destination].map(|node| graph.nodes[node].label());
    format!("{source} → {destination}: {}", edge.words())
}

fn write_card(graph: &Graph, card: &Card, out: &mut dyn Write) -> io::Result<()> {
    let role = match card.role {
        Role::Source => "source",
        Role::Destination => "destination",
        Role::Hub => "destination hub",
        Role::Unconnected => "unconnected",
    };
    let node = &graph.nodes[card.node];
    let disabled = if node.disabled { " disabled" } else { "" };
    writeln!(
        out,
        "<g class=\"card {role}{disabled}\"><title>{}</title>",
        escaped(&node.label())
    )?;
    let frame = &card.frame;
    writeln!(
        out,
        "<rect class=\"frame\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/>",
        number(frame.x),
        number(frame.y),
        number(frame.width),
        number(frame.height)
    )?;
    write_text("name", &card.title, out)?;
    if let Some(note) = &card.note {
        write_text("note", note, out)?;
    }
    for chip in &card.chips {
        write_chip(chip, out)?;
    }
    writeln!(out, "</g>")
}

fn write_chip(chip: &Chip, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<rect class=\"fill {}\" x=\"{}\" y=\"{}\" width=\"{CHIP}\" height=\"{CHIP}\" rx=\"3.5\"/>",
        chip.strand.class(),
        number(chip.x),
        number(chip.y - CHIP / 2.0)
    )?;
    let letter = chip.strand.letter().to_string();
    write_at("letter", chip.x + CHIP / 2.0, chip.y, &letter, out)
}

fn write_line(line: &Line, class: &str, out: &mut dyn Write) -> io::Result<()> {
    let kind = line.strand.class();
    writeln!(out, "<path class=\"{class} {kind}\" d=\"{}\"/>", line.path)
}

fn write_head(head: &Head, out: &mut dyn Write) -> io::Result<()> {
    let back = if head.rightward { -HEAD } else { HEAD };
    let (x, y) = (number(head.tip.x), number(head.tip.y));
    let kind = head.strand.class();
    writeln!(
        out,
        "<path class=\"fill {}\" d=\"M{x} {y}l{back} -4.5v9z\"/>",
        kind
    )
}

fn write_text(class: &str, text: &Text, out: &mut dyn Write) -> io::Result<()> {
    write_at(class, text.x, text.y, &text.words, out)
}

/// Writes text whose middle line is at `y`. Not every program knows `dominant-baseline`, so it is moved down by hand.
fn write_at(class: &str, x: f64, y: f64, words: &str, out: &mut dyn Write) -> io::Result<()> {
    let (x, y, words) = (number(x), number(y), escaped(words));
    writeln!(
        out,
        "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" dy=\"0.35em\">{words}</text>"
    )
}
