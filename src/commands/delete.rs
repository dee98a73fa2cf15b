use super::impact_check::ImpactCheck;
use super::report;
use super::shared_flags::read_selectors;
use crate::app::{
    Account, App, ChangeSender, ConnectionEnds, Effect, is_unknown_connection, with_senders,
};
use crate::error::{Exit, Result};
use crate::model::{Change, ChangeKind, Connection};
use crate::output::{ConnectionResult, Output};

/// For the error of a question without an answer.
const UNCHANGED: &str = "nothing was deleted";

/// Delete connections
///
/// Shows the connections and asks, unless --yes is given. Dashboards and notebooks of the destination that query
/// through a connection break. A connection can be deleted by its source org and by its destination org: where no
/// profile is chosen, an id or --source selects the profile of one of them.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn delete --destination 'Security Archive'
  orgconn list --source 'Legacy Shop' -o id | orgconn delete - --yes")]
pub(crate) struct Args {
    /// Ids of the connections, or their beginnings; `-` reads them
    ///
    /// A beginning has at least 4 characters that no other id begins with. `-` reads ids from standard input, one per
    /// line.
    #[arg(value_name = "CONNECTION")]
    connections: Vec<String>,

    #[command(flatten)]
    ends: ConnectionEnds,

    /// A connection that is not there counts as deleted
    #[arg(long)]
    ignore_not_found: bool,

    /// Show what would be deleted; change nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    impact: ImpactCheck,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    let has_ids = !args.connections.is_empty();
    let asks_for_connection = app.asks_for_connection(has_ids, &args.ends)?;
    app.output.check_listing::<ConnectionResult>()?;
    let must_ask =
        !args.dry_run && app.must_ask("deleting", "add --yes to delete without asking")?;
    let mut selectors = read_selectors(&args.connections)?;
    if selectors.is_empty() && args.ends.is_empty() && !asks_for_connection {
        app.output
            .note("no connection on standard input: nothing to do");
        return finish_without_rows(&mut app.output);
    }
    let says_target = !selectors.is_empty() || args.ends.source.is_some();
    let question = "Delete which connection?";
    let opening =
        app.accounts_and_connection(says_target, asks_for_connection, question, UNCHANGED);
    let (chosen_accounts, chosen) = opening.await?;
    selectors.extend(chosen);
    if asks_for_connection && must_ask {
        app.expect_confirmation();
    }
    app.show_command_line();
    let targets = chosen_accounts.change_targets(ChangeKind::Delete, &selectors, &args.ends);
    let targets = targets.await?;
    app.note_unused_profiles(&targets.failures);
    let connections = skip_missing(targets.connections, args.ignore_not_found, &mut app.output)?;
    if connections.is_empty() && targets.unreachable.is_empty() {
        return finish_without_rows(&mut app.output);
    }
    if chosen_accounts.accounts().len() == 1 {
        app.output.hide_column("profiles");
    }
    let changes = with_senders(connections, ChangeKind::Delete).await?;
    let connections = changes.iter().flatten().map(|(_, connection)| connection);
    let connections: Vec<_> = connections.collect();
    let checking = args
        .impact
        .check(&connections, &chosen_accounts, &app.output);
    checking.await?;
    if must_ask && !connections.is_empty() {
        confirm(&connections, &args.impact, app)?;
    }
    let unreachable = targets.unreachable.into_iter().map(Err);
    let tasks = unreachable.chain(changes).map(async |change| {
        let (sender, connection) = change?;
        let result = delete(connection, &args, &sender).await?;
        Ok(result.seen_by(sender.profile()))
    });
    report::run_changes(tasks, args.dry_run, app).await
}

/// Ends the command after a note that says why there is nothing to do.
fn finish_without_rows(output: &mut Output) -> Result<Exit> {
    output.write_no_rows::<ConnectionResult>()?;
    Ok(Exit::Done)
}

async fn delete(
    connection: Connection,
    args: &Args,
    sender: &ChangeSender<'_>,
) -> Result<ConnectionResult> {
    let change = Change::Delete { before: connection };
    if args.dry_run {
        sender.check(&change).await?;
        return Ok(ConnectionResult::planned(&change));
    }
    let effect = match args.ignore_not_found {
        true => sender.ensure(&change).await,
        false => sender.apply(&change).await,
    };
    match effect {
        Ok(Effect::Made(deleted)) => Ok(ConnectionResult::made(&change, deleted)),
        Ok(Effect::NotNeeded(missing)) => Ok(ConnectionResult::new("not found", missing)),
        Err(error) if error.is_not_attempted() => Ok(ConnectionResult::not_attempted(&change)),
        Err(error) => Err(error),
    }
}

/// The connections that were found. A missing connection is an error, unless it is to be ignored.
fn skip_missing<'s>(
    found: Vec<Result<(&'s Account, Connection)>>,
    ignore_not_found: bool,
    output: &mut Output,
) -> Result<Vec<(&'s Account, Connection)>> {
    let mut connections = Vec::with_capacity(found.len());
    for result in found {
        match result {
            Ok(connection) => connections.push(connection),
            Err(error) if ignore_not_found && is_unknown_connection(&error) => {
                output.note(&format!("{}: nothing to delete", error.message()));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(connections)
}

/// Shows what would be deleted, and asks once.
fn confirm(connections: &[&Connection], impact: &ImpactCheck, app: &mut App) -> Result<()> {
    let question = match connections.len() {
        1 => "Delete this connection?".to_owned(),
        several => format!("Delete these {several} connections?"),
    };
    let labels = app.output.org_labels([]);
    let arrow = app.output.arrow();
    for connection in connections {
        let ends = [&connection.source, &connection.destination];
        let [source, destination] = ends.map(|org| labels.label(org));
        app.output.print_always(&format!(
            "  {}  {source} {arrow} {destination}  {}",
            connection.id, connection.types
        ));
    }
    impact.offer(&mut app.output);
    app.ask_confirmation(&question, UNCHANGED)
}
