//! Decides what undoes each change of a run, from the history and the live connections.

use crate::app::{Account, ChosenAccounts, MAX_CONCURRENT_CHANGES, Snapshot, run_concurrently};
use crate::error::{CommandError, Exit, Result};
use crate::history::{Entries, Entry, EntryId, Run, UndoError};
use crate::model::{Change, Connection, OrgLabels, OrgRef, RestrictionPolicy};
use crate::output::Output;

/// Entries to undo together.
pub(super) struct Target {
    /// The run or entry in a message, such as `the run r01k2z6mvr9dq3`.
    name: String,
    /// The newest first, with the current ids of their connections.
    entries: Vec<Entry>,
    /// Whether to try again what was refused before.
    includes_refused: bool,
}

impl Target {
    /// The entries of a run.
    pub(super) fn of_run(run: &Run<'_>, entries: &Entries) -> Self {
        let newest_first = run.entries.iter().rev();
        let current = newest_first.map(|entry| entries.with_current_id(entry));
        Self {
            name: format!("the run {}", run.id),
            entries: current.collect(),
            includes_refused: false,
        }
    }

    /// One entry.
    pub(super) fn of_entry(entry: &Entry, entries: &Entries) -> Self {
        Self {
            name: entry.id.to_string(),
            entries: vec![entries.with_current_id(entry)],
            includes_refused: false,
        }
    }

    /// The same entries; what was refused before is tried again.
    pub(super) fn with_refused(mut self) -> Self {
        self.includes_refused = true;
        self
    }
}

/// What is to be done to undo a target.
pub(super) struct Undo<'s> {
    /// The run or entry in a message.
    pub(super) name: String,
    /// A step for each entry, the newest first.
    pub(super) steps: Vec<UndoStep<'s>>,
    /// The labels of the entries' orgs.
    pub(super) labels: OrgLabels,
}

/// What is to be done to undo an entry.
pub(super) struct UndoStep<'s> {
    pub(super) entry: Entry,
    pub(super) action: Result<Action<'s>>,
}

/// The change that undoes an entry, and the account that makes it; `None` if the connection is as before the entry
/// already.
type Action<'s> = Option<(Change, &'s Account)>;

impl<'s> Undo<'s> {
    /// Reads the live connections of the target's orgs, and decides for each entry what undoes it.
    async fn plan(target: Target, chosen_accounts: &'s ChosenAccounts, output: &Output) -> Self {
        let orgs = target
            .entries
            .iter()
            .flat_map(Entry::ends)
            .map(|org| org.id);
        let orgs: Vec<_> = orgs.collect();
        let snapshot = chosen_accounts.snapshot_of_orgs(&orgs).await;
        let labels = output.org_labels(target.entries.iter().flat_map(Entry::ends));
        let entries = target.entries.iter();
        let policies = entries.map(|entry| live_policy(entry, &snapshot));
        let policies = run_concurrently(policies, MAX_CONCURRENT_CHANGES).await;
        let mut live = snapshot.connections.clone();
        let is_single = target.entries.len() == 1;
        let steps = target.entries.into_iter().zip(policies);
        let steps = steps.map(|(entry, policy)| {
            let refused = match target.includes_refused {
                true => Ok(()),
                false => entry.check_not_refused(),
            };
            let action = refused.map_err(CommandError::from);
            let action = action
                .and_then(|()| plan_entry(&entry, chosen_accounts, &snapshot, &live, policy?));
            // The next entry of the pair, an older one, is undone after this one.
            if let Ok(Some((Change::Delete { before }, _))) = &action {
                live.retain(|connection| connection.id != before.id);
            }
            let action = match is_single {
                true => action,
                false => action.map_err(|error| {
                    error.context(format!("the {} is left", entry.describe(&labels)))
                }),
            };
            UndoStep { entry, action }
        });
        Self {
            name: target.name,
            steps: steps.collect(),
            labels,
        }
    }

    /// The changes in their order, each with the entry that it undoes and the account that makes it.
    pub(super) fn changes(&self) -> impl Iterator<Item = (&Entry, &Change, &'s Account)> {
        let steps = self.steps.iter();
        steps.filter_map(|step| match &step.action {
            Ok(Some((change, account))) => Some((&step.entry, change, *account)),
            Ok(None) | Err(_) => None,
        })
    }

    /// Whether nothing can be undone, now or by another attempt.
    fn is_impossible(&self) -> bool {
        self.steps.iter().all(|step| match &step.action {
            Ok(action) => action.is_none(),
            Err(error) => error.downcast_ref::<UndoError>().is_some(),
        })
    }

    /// Why nothing can be undone.
    fn describe_impossible(&self) -> String {
        let errors = self
            .steps
            .iter()
            .filter_map(|step| step.action.as_ref().err());
        let mut messages = errors.map(CommandError::message);
        let reason = messages.next();
        reason.unwrap_or_else(|| "all of it is as it was before".to_owned())
    }
}

/// Plans the first of the targets of which something can be undone. The targets before it are passed over with a
/// warning. If nothing can be undone, it is the first of all.
///
/// # Errors
/// Fails if there is no target.
pub(super) async fn first_possible<'s>(
    targets: Vec<Target>,
    chosen_accounts: &'s ChosenAccounts,
    output: &mut Output,
) -> Result<Undo<'s>> {
    let mut impossible: Vec<Undo<'_>> = Vec::new();
    for target in targets {
        let undo = Undo::plan(target, chosen_accounts, output).await;
        if !undo.is_impossible() {
            for passed in &impossible {
                let (name, reason) = (&passed.name, passed.describe_impossible());
                output.warn(&format!("{name} is passed over: {reason}"));
            }
            return Ok(undo);
        }
        impossible.push(undo);
    }
    let first = impossible.into_iter().next();
    first.ok_or_else(|| nothing_to_undo([].into_iter()))
}

/// The error where the history has nothing to undo, or only changes of which it is `unknown` whether they were made.
pub(super) fn nothing_to_undo<'a>(unknown: impl Iterator<Item = &'a EntryId>) -> CommandError {
    let unknown: Vec<_> = unknown.map(EntryId::to_string).collect();
    if unknown.is_empty() {
        return CommandError::new(Exit::NotFound, "the history has nothing to undo")
            .hint("`orgconn history` lists the changes; to undo an undo, give its run or entry");
    }
    let message = format!(
        "the history has nothing to undo but changes whose outcome is unknown: {}",
        unknown.join(", ")
    );
    CommandError::new(Exit::Failure, message).hint(
        "`orgconn list` shows whether they were made; `orgconn undo ENTRY` looks at one of them",
    )
}

/// The policy that an entry changed, as it is now. An empty one for another change, and where no account can read it.
async fn live_policy(entry: &Entry, snapshot: &Snapshot<'_>) -> Result<RestrictionPolicy> {
    let Change::Access { org, .. } = &entry.change else {
        return Ok(RestrictionPolicy::default());
    };
    let live = entry.find_live(&snapshot.connections);
    match (live, snapshot.accounts_of_org(org.id).next()) {
        (Some(live), Some((account, _))) => {
            Ok(account.client().await?.restriction_policy(live.id).await?)
        }
        _ => Ok(RestrictionPolicy::default()),
    }
}

/// Decides what undoes an entry. `live` are the connections at that point of the undo, and `policy` is the entry's.
///
/// # Errors
/// Fails with an [`UndoError`] if it cannot be undone, and with any other error if that is not known.
fn plan_entry<'s>(
    entry: &Entry,
    chosen_accounts: &ChosenAccounts,
    snapshot: &Snapshot<'s>,
    live: &[Connection],
    policy: RestrictionPolicy,
) -> Result<Action<'s>> {
    require_host(entry, chosen_accounts)?;
    // The API shows an org only its own connections: a connection that neither end shows may exist anyway. An account
    // whose listing has a gap does not count as one that answered.
    if entry
        .ends()
        .all(|org| snapshot.accounts_of_org(org.id).next().is_none())
    {
        return Err(no_account_error(entry, entry.ends(), snapshot));
    }
    let live = entry.find_live(live);
    let Some(change) = entry.inverse(live, &policy)? else {
        return Ok(None);
    };
    let account = account_for(&change, entry, snapshot)?;
    let account =
        account.ok_or_else(|| no_account_error(entry, change.allowed_orgs(), snapshot))?;
    entry.check_host(&account.host()?)?;
    Ok(Some((change, account)))
}

/// Requires that at least one of the accounts is on the entry's host.
fn require_host(entry: &Entry, chosen_accounts: &ChosenAccounts) -> Result<()> {
    let accounts = chosen_accounts.accounts().iter();
    let hosts: Vec<_> = accounts.filter_map(|account| account.host().ok()).collect();
    match hosts.first() {
        Some(host) if !hosts.contains(&entry.origin.host) => Ok(entry.check_host(host)?),
        _ => Ok(()),
    }
}

/// The account that makes a change: of several that may, the one with the entry's own profile.
fn account_for<'s>(
    change: &Change,
    entry: &Entry,
    snapshot: &Snapshot<'s>,
) -> Result<Option<&'s Account>> {
    let mut orgs = change.allowed_orgs();
    let org = orgs.find(|org| snapshot.accounts_of_org(org.id).next().is_some());
    let own = org.and_then(|org| {
        let mut accounts = snapshot.accounts_of_org(org.id);
        accounts.find(|(account, _)| account.profile() == entry.origin.profile.as_deref())
    });
    let account = match own {
        Some(own) => Some(own),
        None => snapshot.account_for(change)?,
    };
    Ok(account.map(|(account, _)| account))
}

/// The error where no account belongs to one of `orgs`, or none that could be asked.
fn no_account_error<'a>(
    entry: &Entry,
    orgs: impl Iterator<Item = &'a OrgRef>,
    snapshot: &Snapshot<'_>,
) -> CommandError {
    if let Some(failure) = snapshot.failures.first() {
        return unknown_state_error(entry, failure);
    }
    let orgs: Vec<_> = orgs.map(|org| format!("`{}`", org.label())).collect();
    let (entry, orgs) = (entry.id.clone(), orgs.join(" or "));
    UndoError::NoKeys { entry, orgs }.into()
}

fn unknown_state_error(entry: &Entry, failure: &CommandError) -> CommandError {
    let message = format!(
        "it is not known what undoes {}: {}",
        entry.id,
        failure.message()
    );
    CommandError::new(failure.exit(), message).for_profile(failure.profile())
}
