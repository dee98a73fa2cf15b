use super::report;
use super::shared_flags::TypeFilter;
use super::watch::{self, LiveState, WatchFlag};
use crate::app::{App, ChosenAccounts, ConnectionEnds, MatchingConnections};
use crate::error::{Exit, Result};
use crate::model::{Connection, Org};
use crate::output::graph::Graph;
use crate::output::{Format, Output};

/// The formats of `--watch`. The table is the default of all commands and stands for the tree.
const WATCHED: [Format; 3] = [Format::Table, Format::Tree, Format::Matrix];

/// Draw who sees whose data
///
/// A tree (-o tree, the default) or a matrix (-o matrix) for the terminal, the matrix as a picture for a browser
/// (-o svg), a Mermaid flowchart for Markdown (-o mermaid), a digraph for Graphviz (-o dot), or the connections as
/// data (-o json). In a matrix the sources are the rows and the destinations the columns. Disabled orgs are marked.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn graph --all-profiles
  orgconn graph --all-profiles -o matrix --type audit
  orgconn graph -o svg > connections.svg")]
pub(crate) struct Args {
    #[command(flatten)]
    ends: ConnectionEnds,

    #[command(flatten)]
    types: TypeFilter,

    /// Draw orgs in no connection, too
    ///
    /// The tree and the matrices always name them.
    #[arg(long)]
    unconnected: bool,

    #[command(flatten)]
    watch: WatchFlag,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    let format = app.output.text_format(&Format::GRAPH)?;
    if format == Format::Json {
        app.output.check_listing::<Connection>()?;
    }
    args.types.check()?;
    let interval = args.watch.interval(&WATCHED, &app.output)?;
    let chosen_accounts = app.chosen_accounts()?;
    if let Some(interval) = interval {
        let poll = async || {
            let (mut matches, orgs) = read(&chosen_accounts, &args).await?;
            args.types.retain(&mut matches.connections);
            LiveState::new(matches, orgs)
        };
        let draw = |state: &LiveState, output: &mut Output| {
            // A cell of the matrix has no place for a sign, so that it shows what is there alone.
            let graph = match format {
                Format::Tree => {
                    let mut graph = Graph::new(&state.with_removed(), &state.orgs);
                    graph.sign_connections(&state.signs);
                    graph
                }
                _ => Graph::new(&state.connections, &state.orgs),
            };
            Ok(draw(graph, format, &args, output))
        };
        return watch::watch(interval, poll, draw, app).await;
    }
    let progress = app.output.progress("reading the connections", None);
    let (matches, orgs) = progress.during(read(&chosen_accounts, &args)).await?;
    let (mut connections, failures) = (matches.connections, matches.failures);
    args.types.retain(&mut connections);
    let output = &mut app.output;
    if format == Format::Json {
        return report::print_rows(connections, matches.answered, &failures, output);
    }
    if !matches.answered && connections.is_empty() {
        return report::print_text(None, false, &failures, output);
    }
    if connections.is_empty() && failures.is_empty() {
        output.note("no connections");
    }
    let graph = Graph::new(&connections, &orgs);
    let picture = draw(graph, format, &args, output);
    report::print_text(Some(&picture), matches.answered, &failures, output)
}

fn draw(mut graph: Graph, format: Format, args: &Args, output: &Output) -> String {
    graph.tell_orgs_apart(output.known_orgs());
    match format {
        Format::Matrix => graph.matrix(
            output.terminal_width(),
            output.symbols(),
            output.is_colored(),
        ),
        Format::Mermaid => graph.mermaid(args.unconnected),
        Format::Dot => graph.dot(args.unconnected),
        Format::Svg => graph.svg(),
        _ => graph.tree(output.terminal_width(), output.symbols()),
    }
}

/// The connections to draw, and all known orgs, for those that have no connection. With a filter no orgs are returned:
/// an org may have connections that the filter leaves out.
async fn read(
    chosen_accounts: &ChosenAccounts,
    args: &Args,
) -> Result<(MatchingConnections, Vec<Org>)> {
    if !args.ends.is_empty() {
        return Ok((
            chosen_accounts.matching_connections(&args.ends).await?,
            Vec::new(),
        ));
    }
    let snapshot = chosen_accounts.snapshot().await;
    let matches = MatchingConnections {
        answered: !snapshot.accounts.is_empty(),
        connections: snapshot.connections,
        failures: snapshot.failures,
    };
    match args.types.is_empty() {
        true => Ok((matches, snapshot.orgs.orgs)),
        false => Ok((matches, Vec::new())),
    }
}
