use anyhow::Result;

use super::report;
use super::survey::survey;
use crate::context::Context;
use crate::error::Exit;
use crate::output::Format;
use crate::output::graph::{Graph, GraphFormat};

/// Draw who sees whose data
///
/// A tree for the terminal (-o tree, as usual), a Mermaid flowchart for Markdown (-o mermaid), a digraph for Graphviz
/// (-o dot), or a picture for a browser (-o svg). Orgs in no connection are named too, and disabled ones are marked.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "Examples:
  orgconn graph --all-profiles
  orgconn graph -o svg > connections.svg")]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, context: &mut Context) -> Result<Exit> {
    let others = [Format::Mermaid, Format::Dot, Format::Svg];
    let format = match context.output.require_text(Format::Tree, &others)? {
        Format::Mermaid => GraphFormat::Mermaid,
        Format::Dot => GraphFormat::Dot,
        Format::Svg => GraphFormat::Svg,
        _ => GraphFormat::Tree,
    };
    let session = context.session()?;
    let progress = context.output.progress("reading the connections", None);
    let survey = session.run(progress.during(survey(&session)));
    progress.finish();
    let output = &mut context.output;
    if survey.members.is_empty() {
        return report::finish_text(None, &survey.failures, output);
    }
    if survey.connections.is_empty() {
        output.note("no connections");
    }
    let width = output.terminal_width().unwrap_or(usize::MAX);
    let mut picture = Vec::new();
    Graph::new(&survey.connections, &survey.directory).write(format, width, &mut picture)?;
    let picture = String::from_utf8(picture)?;
    report::finish_text(Some(&picture), &survey.failures, output)
}
