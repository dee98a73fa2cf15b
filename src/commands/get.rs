use std::slice;

use super::report;
use crate::app::{App, ConnectionEnds, is_unknown_connection};
use crate::error::{Exit, Result};
use crate::model::{Connection, ConnectionSelector};

/// Show one connection
///
/// It is named by its id, by a beginning of it (4 characters or more) that no other connection has, or by --source
/// and --destination if they match exactly one. Where no profile is chosen, an id is looked up with all of them.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn get 40bb
  orgconn get --source 'Retail US' --destination 'Observability Hub' -o json")]
pub(crate) struct Args {
    /// Id of the connection, or its beginning
    #[arg(value_name = "CONNECTION")]
    connection: Option<ConnectionSelector>,

    #[command(flatten)]
    ends: ConnectionEnds,
}

pub(crate) async fn run(mut args: Args, app: &mut App) -> Result<Exit> {
    let has_id = args.connection.is_some();
    let asks_for_connection = app.asks_for_connection(has_id, &args.ends)?;
    app.output.check_listing::<Connection>()?;
    let (question, unchanged) = ("Show which connection?", "nothing was shown");
    let opening = app.accounts_and_connection(has_id, asks_for_connection, question, unchanged);
    let (chosen_accounts, chosen) = opening.await?;
    args.connection = args.connection.or(chosen);
    app.show_command_line();
    if chosen_accounts.accounts().len() == 1 {
        app.output.hide_column("profiles");
    }
    let progress = app.output.progress("reading the connections", None);
    let matches = progress
        .during(async {
            match &args.connection {
                Some(id) => Ok(chosen_accounts.connections_by_id(slice::from_ref(id)).await),
                None => chosen_accounts.matching_connections(&args.ends).await,
            }
        })
        .await?;
    let found = chosen_accounts.select(args.connection.as_ref(), &args.ends, &matches.connections);
    let rows = match found {
        // The connection that was not read might be the one that is meant.
        _ if !matches.answered => Vec::new(),
        Ok(found) => vec![found.clone()],
        Err(error) if is_unknown_connection(&error) && !matches.failures.is_empty() => Vec::new(),
        Err(error) => return Err(error),
    };
    let mut failures = matches.failures;
    if chosen_accounts.are_candidates() && !rows.is_empty() {
        app.note_unused_profiles(&failures);
        failures.clear();
    }
    let is_found = !rows.is_empty();
    report::print_rows(rows, is_found, &failures, &mut app.output)
}
