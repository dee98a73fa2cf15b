use super::report;
use crate::app::{App, ConnectionEnds};
use crate::error::{Exit, Result};
use crate::model::{Connection, ConnectionSelector};

/// Show one connection
///
/// It is named by its id, by a beginning of it (4 characters or more) that no other connection has, or by --source
/// and --destination if they match exactly one.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Id of the connection, or its beginning
    #[arg(value_name = "CONNECTION")]
    connection: Option<ConnectionSelector>,

    #[command(flatten)]
    ends: ConnectionEnds,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    args.ends
        .require_instead_of_ids(args.connection.is_some())?;
    app.output.check_listing::<Connection>()?;
    let chosen_accounts = app.chosen_accounts()?;
    if chosen_accounts.accounts().len() == 1 {
        app.output.hide_column("profiles");
    }
    let progress = app.output.progress("reading the connections", None);
    let mut matches = progress
        .during(chosen_accounts.matching_connections(&args.ends))
        .await?;
    // The connection that was not read might be the one that is meant.
    if !matches.answered {
        matches.connections.clear();
    } else {
        let found = args
            .ends
            .select(args.connection.as_ref(), &matches.connections)?;
        matches.connections = vec![found.clone()];
    }
    report::print_rows(
        matches.connections,
        matches.answered,
        &matches.failures,
        &mut app.output,
    )
}
