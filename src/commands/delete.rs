mod input;

use anyhow::{Error, Result};
use futures_util::{StreamExt as _, stream};

use super::accounts;
use super::lookup::Lookup;
use super::report;
use super::selection::{self, Ends, between};
use crate::api::{self, ErrorKind};
use crate::context::{CHANGES_AT_ONCE, Context, Writer};
use crate::error::{self, Exit, Failure, unanswered};
use crate::output::{Answer, ConnectionChange, Output};
use crate::topology::Connection;

/// Delete connections
///
/// Shows what goes and asks, unless --yes is given. Dashboards and notebooks of the destination that query through a
/// connection break with it. A connection can be deleted by its source org and by its destination org.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "Examples:
  orgconn delete --destination 'Security Archive'
  orgconn list --source 'Legacy Shop' -o id | orgconn delete - --yes")]
pub(crate) struct Args {
    /// Ids of the connections, or their beginnings; `-` reads them from standard input, one a line
    #[arg(value_name = "CONNECTION")]
    connections: Vec<String>,

    #[command(flatten)]
    ends: Ends,

    /// A connection that is not there counts as deleted
    #[arg(long)]
    ignore_not_found: bool,

    /// Show what would be deleted; change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit> {
    selection::require_one_way(!args.connections.is_empty(), &args.ends)?;
    context.output.check::<ConnectionChange>()?;
    let agreed = args.dry_run || context.globals.yes;
    if !agreed && !context.output.can_ask() {
        return Err(refuse_to_guess());
    }
    let selectors = input::selectors(&args.connections)?;
    if selectors.is_empty() && args.ends.is_empty() {
        context
            .output
            .note("no connection is named on standard input: nothing to do");
        return report::finish::<ConnectionChange>(Vec::new(), &mut context.output);
    }
    let session = context.session_for(args.ends.source.as_ref())?;
    let results = session.run(async {
        let account = accounts::of_an_end(&session, &args.ends).await?;
        let mut lookup = Lookup::among(&session, account);
        let picked = selection::pick(&selectors, &args.ends, &mut lookup).await?;
        let doomed = without_missing(picked, &args, &mut context.output)?;
        if doomed.is_empty() {
            return Ok(Vec::new());
        }
        let writer = account
            .writer("delete", lookup.current_if_known().as_ref())
            .await?;
        if args.dry_run {
            return Ok(doomed
                .into_iter()
                .map(|connection| Ok(ConnectionChange::new("would delete", connection)))
                .collect());
        }
        if !agreed {
            ask(&doomed, &mut context.output)?;
        }
        let tasks = doomed
            .into_iter()
            .map(|connection| delete(&writer, connection, &args));
        Ok::<_, Error>(
            stream::iter(tasks)
                .buffered(CHANGES_AT_ONCE)
                .collect()
                .await,
        )
    })?;
    if args.dry_run {
        context.output.note("dry run: nothing was changed");
    }
    report::finish(results, &mut context.output)
}

fn refuse_to_guess() -> Error {
    Failure::usage("nobody can be asked here whether to delete")
        .hint("--yes deletes without asking")
        .into()
}

/// The connections that were found. One that was not ends the command, unless that is to be ignored.
fn without_missing(
    picked: Vec<Result<Connection>>,
    args: &Args,
    output: &mut Output,
) -> Result<Vec<Connection>> {
    let mut found = Vec::with_capacity(picked.len());
    for result in picked {
        match result {
            Ok(connection) => found.push(connection),
            Err(error) if args.ignore_not_found && error::is_unknown_connection(&error) => {
                output.note(&format!("{error}: nothing to delete"));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Shows what would go and asks once.
fn ask(doomed: &[Connection], output: &mut Output) -> Result<()> {
    if doomed.is_empty() {
        return Ok(());
    }
    for connection in doomed {
        output.show(&describe(connection));
    }
    let question = match doomed.len() {
        1 => "Delete this connection?".to_owned(),
        several => format!("Delete these {several} connections?"),
    };
    match output
        .confirm(&question)
        .map_err(|error| unanswered(error, "nothing was deleted"))?
    {
        Answer::Yes => Ok(()),
        Answer::No => Err(Failure::new(Exit::Failure, "not confirmed; nothing was deleted").into()),
    }
}

pub(super) fn is_not_found(error: &Error) -> bool {
    error
        .downcast_ref()
        .is_some_and(|error: &api::Error| error.kind() == ErrorKind::NotFound)
}

fn describe(connection: &Connection) -> String {
    let id = connection
        .id
        .as_ref()
        .map_or_else(|| "?".to_owned(), ToString::to_string);
    let (source, destination) = (connection.source.label(), connection.destination.label());
    format!("  {id}  {source} -> {destination}  {}", connection.types)
}

async fn delete(
    writer: &Writer<'_>,
    connection: Connection,
    args: &Args,
) -> Result<ConnectionChange> {
    let result = match writer.delete(&connection).await {
        Ok(()) => "deleted",
        Err(error) if args.ignore_not_found && is_not_found(&error) => "not found",
        Err(error) => return Err(explain(error, &connection)),
    };
    Ok(ConnectionChange::new(result, connection))
}

/// Says which connection was not deleted.
pub(super) fn explain(error: Error, connection: &Connection) -> Error {
    let what = between(connection);
    if error::is_outcome_unknown(&error) {
        return error.context(format!("deleting {what}"));
    }
    let message = format!("{what} was not deleted");
    if !is_not_found(&error) {
        return error.context(message);
    }
    Failure::new(Exit::NotFound, message)
        .hint("it is gone by now; with --ignore-not-found that counts as done")
        .caused_by(error)
        .into()
}
