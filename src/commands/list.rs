use std::time::Duration;

use super::report;
use super::shared_flags::{Sorting, TypeFilter};
use super::watch::{self, LiveState, WatchFlag};
use crate::app::{Account, App, ChosenAccounts, ConnectionEnds, unreadable_records_error};
use crate::completion_cache::Cache;
use crate::error::{self, CommandError, Exit, Result};
use crate::model::Connection;
use crate::output::{Format, Output};

/// The formats of `--watch`.
const WATCHED: [Format; 2] = [Format::Table, Format::Wide];

/// List the connections this org takes part in
///
/// Source and destination narrow the listing at the service, types after it. Long listings stream in every format
/// but the table. With several profiles each connection comes once, with the profiles that see it.
#[derive(clap::Args, Debug)]
#[command(
    before_help = "  orgconn list --destination 'Observability Hub' --type logs
  orgconn list --sort=-created_at --columns source,destination,created_by
  orgconn list -o csv > connections.csv"
)]
pub(crate) struct Args {
    #[command(flatten)]
    ends: ConnectionEnds,

    #[command(flatten)]
    types: TypeFilter,

    #[command(flatten)]
    sorting: Sorting,

    #[command(flatten)]
    watch: WatchFlag,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    args.sorting.apply::<Connection>(&mut app.output)?;
    args.types.check()?;
    let interval = args.watch.interval(&WATCHED, &app.output)?;
    let chosen_accounts = app.chosen_accounts()?;
    if let Some(interval) = interval {
        return watch_all_accounts(interval, &chosen_accounts, &args, app).await;
    }
    match chosen_accounts.accounts() {
        [account] => stream(&chosen_accounts, account, &args, &mut app.output).await,
        _ => list_all_accounts(&chosen_accounts, &args, &mut app.output).await,
    }
}

/// Lists the connections that the accounts see again and again.
async fn watch_all_accounts(
    interval: Duration,
    chosen_accounts: &ChosenAccounts,
    args: &Args,
    app: &mut App,
) -> Result<Exit> {
    if let [_] = chosen_accounts.accounts() {
        app.output.hide_column("profiles");
    }
    let poll = async || {
        let mut matches = chosen_accounts.matching_connections(&args.ends).await?;
        args.types.retain(&mut matches.connections);
        LiveState::new(matches, Vec::new())
    };
    let draw = |state: &LiveState, output: &mut Output| match state.with_removed() {
        connections if connections.is_empty() => Ok("no connections\n".to_owned()),
        connections => {
            output.sign_rows(state.signs.clone());
            output.capture(|output| report::print_list(connections, &[], output))
        }
    };
    watch::watch(interval, poll, draw, app).await
}

/// Lists the connections that several accounts see. It does not stream: only after all accounts have answered is it
/// known which connections several of them see.
async fn list_all_accounts(
    chosen_accounts: &ChosenAccounts,
    args: &Args,
    output: &mut Output,
) -> Result<Exit> {
    let progress = output.progress("reading the connections", None);
    let mut matches = progress
        .during(chosen_accounts.matching_connections(&args.ends))
        .await?;
    args.types.retain(&mut matches.connections);
    report::print_rows(
        matches.connections,
        matches.answered,
        &matches.failures,
        output,
    )
}

/// Lists the connections that one account sees, page by page. If the first page fails, nothing is printed; if a later
/// one fails, the rows before it are printed.
///
/// The reader of standard output may pause. That blocks only this thread: pages in flight arrive on the other one.
async fn stream(
    chosen_accounts: &ChosenAccounts,
    account: &Account,
    args: &Args,
    output: &mut Output,
) -> Result<Exit> {
    let ends = chosen_accounts.org_lookup().end_orgs(&args.ends).await?;
    let mut pages = account.client().await?.connections(ends.filter());
    output.hide_column("profiles");
    let first = async { Ok(pages.next().await.transpose()?) };
    let mut next = account.with_pinned_org(first).await?;
    let total = pages.total();
    let is_cached = args.ends.is_empty() && account.has_cache();
    let mut cached = Vec::new();
    let (mut received, mut unreadable, mut failures) = (0, Vec::new(), Vec::new());
    let mut listing = output.begin::<Connection>()?;
    while let Some(page) = next {
        received += page.connections.len() + page.unreadable.len();
        unreadable.extend(page.unreadable);
        // The cache stores either all connections or, above its limit, none.
        if is_cached && cached.len() <= Cache::MAX_ITEMS {
            cached.extend_from_slice(&page.connections);
        }
        account.note_orgs(&page.connections);
        for mut connection in page.connections {
            let profile = account.profile().map(str::to_owned);
            connection.profiles.extend(profile);
            if ends.selects(&connection) && args.types.selects(&connection) {
                listing.push(connection)?;
            }
        }
        listing.flush()?;
        next = pages.next().await.transpose().unwrap_or_else(|error| {
            let of_total = total.map_or_else(String::new, |total| format!(" of {total}"));
            failures.push(CommandError::from(error).context(format!(
                "the listing breaks off after {received}{of_total} connections"
            )));
            None
        });
    }
    failures.extend(unreadable_records_error(&unreadable));
    let failures = failures.into_iter();
    let failures: Vec<_> = failures
        .map(|error| error.for_profile(account.profile()))
        .collect();
    let records: Vec<_> = failures.iter().map(CommandError::to_record).collect();
    let shown = listing.finish(&records);
    error::report(&failures, output);
    if let Some(failure) = failures.first() {
        return Ok(failure.exit());
    }
    if is_cached {
        account.cache_connections(&cached);
    }
    Ok(shown.map(|()| Exit::Done)?)
}
