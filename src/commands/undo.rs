use super::report;
use crate::app::{Account, App, ChosenAccounts, Snapshot, orgs_allowed_to_make};
use crate::error::{CommandError, Exit, Result};
use crate::history::{Entries, Entry, SANDBOX_HOST};
use crate::model::{Change, OrgRef};
use crate::output::{ConnectionResult, Output};

/// Undo a change of the history
///
/// Shows and then reverses a create, an update or a delete: without ENTRY, the newest change that is not undone, so
/// that one undo after another goes back in time. A connection that was changed again since is not touched, and nothing
/// is undone twice. A deleted connection is created again with a new id and another owner, and without its restriction
/// policy. The keys are those of the change's own profile, unless others are chosen.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "Examples:
  orgconn undo --dry-run
  orgconn undo \"$(orgconn history --limit 1 -o id)\" --yes")]
pub(crate) struct Args {
    /// Entry of `orgconn history`, or its beginning (4 characters or more)
    #[arg(value_name = "ENTRY")]
    entry: Option<String>,

    /// Show what would be done; change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    app.output.check_listing::<ConnectionResult>()?;
    let must_ask = !args.dry_run && app.must_ask("undoing", "add --yes to undo without asking")?;
    let entry = select_entry(&args, &app.journal()?.entries()?, app)?;
    if let Some(profile) = &entry.origin.profile {
        app.prefer_profile(profile)?;
    }
    let chosen_accounts = app.chosen_accounts()?;
    require_host(&entry, &chosen_accounts)?;
    let snapshot = chosen_accounts.snapshot().await;
    if snapshot.accounts.is_empty() {
        return report::print_failures(&snapshot.failures, &mut app.output);
    }
    warn_of_failures(&snapshot, &mut app.output);
    // The API shows an org only its own connections: a connection that neither end shows may exist anyway.
    let ends = entry.source().into_iter().chain([entry.destination()]);
    account_for_undo(ends, &entry, &snapshot)?;
    let live = entry.find_live(&snapshot.connections);
    let Some(change) = entry.inverse(live)? else {
        app.output.note(&format!(
            "{} is as it was before {}: nothing to undo; to undo an older change, give its entry",
            describe_pair(entry.source(), entry.destination()),
            entry.id
        ));
        return report::print_results::<ConnectionResult>(Vec::new(), &mut app.output);
    };
    let account = account_for_undo(orgs_allowed_to_make(&change), &entry, &snapshot)?;
    entry.check_host(&account.host()?)?;
    show(&entry, &change, must_ask, &mut app.output);
    if args.dry_run {
        app.output.note("dry run: nothing was changed");
        return report::print_results(
            vec![Ok(ConnectionResult::planned(&change))],
            &mut app.output,
        );
    }
    if must_ask {
        app.ask_confirmation("Undo this?", "nothing was changed")?;
    }
    let sender = account.change_sender("undo").await?;
    let connection = sender.undo(&entry, &change).await?;
    let mut row = ConnectionResult::made(&change, connection);
    if let Change::Create { .. } = change {
        let replaced = entry.connection_id();
        row = row.reason(replaced.map(|old| format!("replaces {old}")));
    }
    report::print_results(vec![Ok(row)], &mut app.output)
}

/// The selected entry, if the history does not rule out undoing it.
fn select_entry(args: &Args, entries: &Entries, app: &App) -> Result<Entry> {
    let entry = match &args.entry {
        Some(text) => entries.select(text)?,
        None => {
            let newest = entries.newest_to_undo(|origin| app.shows_history_of(origin));
            newest.ok_or_else(|| {
                CommandError::new(Exit::NotFound, "the history has nothing to undo")
                    .hint("`orgconn history` lists the changes; to undo an undo, give its entry")
            })?
        }
    };
    match (entry.origin.host == SANDBOX_HOST, app.in_sandbox()) {
        (true, false) => {
            let message = format!("{} was made in the sandbox", entry.id);
            return Err(CommandError::usage(message).hint("add --sandbox"));
        }
        (false, true) => {
            let message = format!("{} was not made in the sandbox", entry.id);
            return Err(
                CommandError::usage(message).hint("leave out --sandbox, and ORGCONN_SANDBOX")
            );
        }
        _ => {}
    }
    entry.check_undoable()?;
    Ok(entries.with_current_id(entry))
}

/// Requires that at least one of the accounts is on the entry's host.
fn require_host(entry: &Entry, chosen_accounts: &ChosenAccounts) -> Result<()> {
    let mut result = Ok(());
    for account in chosen_accounts.accounts() {
        match entry.check_host(&account.host()?) {
            Ok(()) => return Ok(()),
            Err(error) => result = result.and(Err(error.into())),
        }
    }
    result
}

/// Warns of accounts that could not be read. Another account may be enough, so this is not an error.
fn warn_of_failures(snapshot: &Snapshot<'_>, output: &mut Output) {
    for failure in &snapshot.failures {
        let profile = failure.profile().unwrap_or("?");
        let message = failure.message();
        output.warn(&format!(
            "the profile {profile} could not be asked: {message}"
        ));
    }
}

/// An account that belongs to one of `orgs`: the one with the entry's own profile, if that does.
fn account_for_undo<'a, 's>(
    orgs: impl Iterator<Item = &'a OrgRef> + Clone,
    entry: &Entry,
    snapshot: &Snapshot<'s>,
) -> Result<&'s Account> {
    let belongs = |current: &OrgRef| orgs.clone().any(|org| org.id == current.id);
    let accounts = snapshot.accounts.iter();
    let mut matches = accounts
        .filter(|(_, org)| belongs(org))
        .map(|(account, _)| *account);
    let own = matches
        .clone()
        .find(|account| account.profile() == entry.origin.profile.as_deref());
    own.or_else(|| matches.next()).ok_or_else(|| {
        let names: Vec<_> = orgs
            .clone()
            .map(|org| format!("`{}`", org.label()))
            .collect();
        CommandError::usage(format!(
            "undoing {} requires keys of {}; the keys in use belong to another org",
            entry.id,
            names.join(" or ")
        ))
        .hint("choose its profile with --profile, or all with --all-profiles")
    })
}

/// Shows the entry and the change that undoes it. They are part of the question, if there is one.
fn show(entry: &Entry, change: &Change, must_ask: bool, output: &mut Output) {
    let at = entry.at.strftime("%Y-%m-%d %H:%M");
    let undone = format!(
        "undoing {} of {at} UTC: {} of {}",
        entry.id,
        entry.change.kind(),
        describe_pair(entry.source(), entry.destination())
    );
    let pair = describe_pair(change.source(), change.destination());
    let how = match change {
        Change::Create { types, .. } => format!("  create  {pair}  {types}"),
        Change::Update { before, types } => {
            format!(
                "  update  {}  {pair}  {} -> {types}",
                before.id, before.types
            )
        }
        Change::Delete { before } => format!("  delete  {}  {pair}  {}", before.id, before.types),
    };
    for line in [undone, how] {
        match must_ask {
            true => output.print_always(&line),
            false => output.note(&line),
        }
    }
    if matches!(change, Change::Create { .. }) {
        output.warn(
            "the connection gets a new id, and the user of these keys as its owner; its restriction policy is not \
             restored",
        );
    }
}

fn describe_pair(source: Option<&OrgRef>, destination: &OrgRef) -> String {
    let source = source.map_or_else(|| "?".to_owned(), OrgRef::label);
    format!("{source} -> {}", destination.label())
}
