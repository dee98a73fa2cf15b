use uuid::Uuid;

use super::{Args, PollInterval};
use crate::api::ConnectionFilter;
use crate::app::{Account, App, ChosenAccounts, OrgLookup};
use crate::commands::report;
use crate::error::{CommandError, Exit, Result};
use crate::model::{Connection, Expectation, OrgRef, OrgSelector};
use crate::output::{ConnectionResult, Output, Progress};

/// Checks the connection between two orgs.
pub(super) async fn run(args: &Args, app: &mut App) -> Result<Exit> {
    if args.ends.is_empty() {
        return Err(CommandError::usage("no connection is named")
            .hint("give --source, --destination or both"));
    }
    args.ends.check_single_orgs()?;
    app.output.check_listing::<ConnectionResult>()?;
    let types = args.unknown_types.check(&args.types)?;
    let expectation = match (args.absent, args.exact) {
        (true, _) if types.is_empty() => Expectation::Absent,
        (true, _) => Expectation::SharesNone(types),
        (false, true) => Expectation::SharesExactly(types),
        (false, false) => Expectation::Shares(types),
    };
    let chosen_accounts = app.chosen_accounts()?;
    let mut lookup = chosen_accounts.org_lookup();
    match chosen_accounts.accounts() {
        [account] => {
            let mut pair = Pair {
                source: resolve_end(args.ends.source.as_ref(), &mut lookup, account).await?,
                destination: resolve_end(args.ends.destination.as_ref(), &mut lookup, account)
                    .await?,
            };
            pair.refuse_self_connection()?;
            let progress = app.output.progress("reading the connection", None);
            let polled = poll(args, &mut pair, &expectation, account, &progress);
            let check = progress.during(polled).await?;
            print_result(&pair, check, &[], &mut app.output)
        }
        _ => {
            check_with_several_accounts(
                args,
                &expectation,
                &chosen_accounts,
                lookup,
                &mut app.output,
            )
            .await
        }
    }
}

/// The two orgs, resolved.
struct Pair {
    source: OrgRef,
    destination: OrgRef,
}

/// The connection that was found, and how it differs from the expectation.
struct PairObservation {
    live: Option<Connection>,
    difference: Option<String>,
}

impl Pair {
    fn refuse_self_connection(&self) -> Result<()> {
        if self.source.id != self.destination.id {
            return Ok(());
        }
        Err(CommandError::usage(format!(
            "`{}` is at both ends: an org cannot be connected to itself",
            self.source.label()
        )))
    }

    fn has(&self, org: Uuid) -> bool {
        org == self.source.id || org == self.destination.id
    }
}

/// The org at one end; without a selector the org of the credentials.
async fn resolve_end(
    selector: Option<&OrgSelector>,
    lookup: &mut OrgLookup<'_>,
    account: &Account,
) -> Result<OrgRef> {
    match selector {
        Some(selector) => Ok(lookup.find(selector).await?.to_ref()),
        None => account.current_org_with_name().await,
    }
}

/// Looks at the live state, and with `--wait` looks again until the expectation holds or the time is over.
async fn poll(
    args: &Args,
    pair: &mut Pair,
    expectation: &Expectation,
    account: &Account,
    progress: &Progress,
) -> Result<PairObservation> {
    let mut interval = PollInterval::new(args.wait);
    loop {
        let live = find_live(pair, account).await?;
        let difference = expectation.difference(live.as_ref());
        if let Some(difference) = &difference {
            // Ends given as UUIDs come without names.
            if let Some(live) = &live {
                pair.source.fill_from(&live.source);
                pair.destination.fill_from(&live.destination);
            }
            let (source, destination) = (pair.source.label(), pair.destination.label());
            let reason = format!("`{source}` to `{destination}` {difference}");
            let client = account.client().await?;
            if interval.wait(client, &reason, progress).await? {
                continue;
            }
        }
        return Ok(PairObservation { live, difference });
    }
}

/// The live connection of the pair.
///
/// # Errors
/// Fails if the API could not be asked, or if no connection is found and the account belongs to neither org: the API
/// shows an org only its own connections.
async fn find_live(pair: &mut Pair, account: &Account) -> Result<Option<Connection>> {
    let wanted = (pair.source.id, pair.destination.id);
    let filter = ConnectionFilter {
        source: Some(wanted.0),
        destination: Some(wanted.1),
    };
    let mut found = account.complete_connections(filter).await?.into_iter();
    if let Some(live) = found.find(|connection| connection.pair() == wanted) {
        return Ok(Some(live));
    }
    let current = account.current_org_with_name().await?;
    // Ends given as UUIDs come without names; the account may already know them.
    for end in [&mut pair.source, &mut pair.destination] {
        end.fill_from(&account.known_org(end.id).to_ref());
    }
    if pair.has(current.id) {
        return Ok(None);
    }
    let (source, destination) = (pair.source.label(), pair.destination.label());
    Err(CommandError::new(
        Exit::Permission,
        format!(
            "whether `{source}` is connected to `{destination}` cannot be seen from `{}`",
            current.label()
        ),
    )
    .hint("use the credentials of one of the two orgs"))
}

/// Checks with those accounts that belong to one of the ends: an account of neither org sees nothing, and one of them
/// sees everything. Accounts of pinned profiles come first, since it takes no request to know their orgs.
async fn check_with_several_accounts(
    args: &Args,
    expectation: &Expectation,
    chosen_accounts: &ChosenAccounts,
    mut lookup: OrgLookup<'_>,
    output: &mut Output,
) -> Result<Exit> {
    let (Some(source), Some(destination)) = (&args.ends.source, &args.ends.destination) else {
        return Err(CommandError::usage(
            "several profiles are chosen, and not both ends are named",
        )
        .hint("give --source and --destination, or choose one profile with --profile"));
    };
    let mut pair = Pair {
        source: lookup.find(source).await?.to_ref(),
        destination: lookup.find(destination).await?.to_ref(),
    };
    pair.refuse_self_connection()?;
    let mut failures = lookup.failures;
    let accounts = chosen_accounts.accounts().iter();
    let pinned = accounts.filter(|account| account.pinned_org().is_some_and(|org| pair.has(org)));
    let pinned = pinned.collect();
    let progress = output.progress("reading the connection", None);
    let polled = poll_until_answered(
        pinned,
        args,
        &mut pair,
        expectation,
        &mut failures,
        &progress,
    );
    let mut check = progress.during(polled).await;
    if check.is_none() {
        let orgs = chosen_accounts.account_orgs(failures).await;
        failures = orgs.failures;
        let unpinned = orgs
            .accounts
            .into_iter()
            .filter(|(account, org)| account.pinned_org().is_none() && pair.has(org.id));
        let unpinned = unpinned.map(|(account, _)| account).collect();
        let polled = poll_until_answered(
            unpinned,
            args,
            &mut pair,
            expectation,
            &mut failures,
            &progress,
        );
        check = progress.during(polled).await;
    }
    match check {
        Some(check) => print_result(&pair, check, &failures, output),
        None => report_unanswered(&pair, chosen_accounts, &failures, output),
    }
}

/// Polls with one account after the other until one answers. The errors of those before it are added to `failures`.
async fn poll_until_answered(
    accounts: Vec<&Account>,
    args: &Args,
    pair: &mut Pair,
    expectation: &Expectation,
    failures: &mut Vec<CommandError>,
    progress: &Progress,
) -> Option<PairObservation> {
    for account in accounts {
        match poll(args, pair, expectation, account, progress).await {
            Ok(check) => return Some(check),
            Err(error) => failures.push(error.for_profile(account.profile())),
        }
    }
    None
}

/// Reports the accounts that failed, or that none of them can see the pair.
fn report_unanswered(
    pair: &Pair,
    chosen_accounts: &ChosenAccounts,
    failures: &[CommandError],
    output: &mut Output,
) -> Result<Exit> {
    let accounts = chosen_accounts.accounts();
    if failures.is_empty() {
        let (source, destination) = (pair.source.label(), pair.destination.label());
        let profiles: Vec<_> = accounts.iter().filter_map(Account::profile).collect();
        return Err(CommandError::new(
            Exit::Permission,
            format!(
                "whether `{source}` is connected to `{destination}` cannot be seen from any of the profiles {}",
                profiles.join(", ")
            ),
        )
        .hint("choose a profile of one of the two orgs"));
    }
    report::print_rows::<ConnectionResult>(Vec::new(), false, failures, output)
}

fn print_result(
    pair: &Pair,
    check: PairObservation,
    failures: &[CommandError],
    output: &mut Output,
) -> Result<Exit> {
    let (result, exit) = match &check.difference {
        None => ("as wanted", Exit::Done),
        Some(_) => ("differs", Exit::Difference),
    };
    let row = match check.live {
        Some(mut connection) => {
            connection.fill_name(&pair.source);
            connection.fill_name(&pair.destination);
            ConnectionResult::new(result, connection)
        }
        None => {
            ConnectionResult::missing(result, Some(pair.source.clone()), pair.destination.clone())
        }
    };
    let source = row.source.as_ref().map(OrgRef::label).unwrap_or_default();
    let destination = row.destination.label();
    let row = row.reason(check.difference.clone());
    let printed = report::print_with_failures(failures, output, |errors, output| {
        report::print_list(vec![row], errors, output)
    });
    if let Some(difference) = check.difference {
        output.warn(&format!("`{source}` to `{destination}` {difference}"));
    }
    printed.map(|()| exit)
}
