use std::slice;

use uuid::Uuid;

use super::chosen_accounts::for_each_account;
use super::{Account, ChosenAccounts, ConnectionEnds};
use crate::api::ConnectionFilter;
use crate::error::{CommandError, Result};
use crate::model::{
    Change, ChangeKind, Connection, ConnectionSet, Org, OrgDirectory, OrgRef, OrgSelector,
    ResolveOrgError,
};

/// The orgs and connections that the chosen accounts see, each once.
pub(crate) struct Snapshot<'s> {
    /// The connections; each lists the profiles that see it. Those of an account that could be read in part only are
    /// among them.
    pub(crate) connections: Vec<Connection>,
    /// The orgs that an account manages, belongs to, or has a connection with. `current` is set if only one account
    /// answered.
    pub(crate) orgs: OrgDirectory,
    /// The accounts that could be read completely, each with the org that its credentials belong to.
    pub(crate) accounts: Vec<(&'s Account, OrgRef)>,
    /// The errors of the accounts that could not be read, each with its profile.
    pub(crate) failures: Vec<CommandError>,
}

/// The connections between two ends, as far as the chosen accounts see them.
pub(crate) struct MatchingConnections {
    /// The connections, each once; each lists the profiles that see it.
    pub(crate) connections: Vec<Connection>,
    /// Whether at least one account could be read completely.
    pub(crate) answered: bool,
    /// The errors of the accounts that could not be read, each with its profile.
    pub(crate) failures: Vec<CommandError>,
}

impl ChosenAccounts {
    /// Reads the orgs and connections of all accounts in parallel.
    pub(crate) async fn snapshot(&self) -> Snapshot<'_> {
        self.snapshot_through(|_| true).await
    }

    /// As [`ChosenAccounts::snapshot`], without the accounts whose profiles name another org than `orgs`.
    pub(crate) async fn snapshot_of_orgs(&self, orgs: &[Uuid]) -> Snapshot<'_> {
        let may_belong = |account: &Account| {
            let pinned = account.pinned_org();
            pinned.is_none_or(|pinned| orgs.contains(&pinned))
        };
        self.snapshot_through(may_belong).await
    }

    async fn snapshot_through(&self, is_asked: impl Fn(&Account) -> bool) -> Snapshot<'_> {
        let accounts = self.accounts().iter().filter(|account| is_asked(account));
        let results = for_each_account(accounts, async |account| {
            let org = account.current_org_with_name();
            let listed = account.list_connections(ConnectionFilter::default());
            Ok(futures_util::try_join!(org, listed)?)
        });
        let (mut accounts, mut failures) = (Vec::new(), Vec::new());
        let (mut connections, mut orgs) = (ConnectionSet::default(), OrgDirectory::default());
        for (account, result) in results.await {
            let (org, (seen, gap)) = match result {
                Ok(answer) => answer,
                Err(error) => {
                    failures.push(error);
                    continue;
                }
            };
            connections.merge_seen_by(seen, account.profile());
            if let Some(known) = account.known_orgs() {
                orgs.add_all(known);
            }
            match gap {
                None => accounts.push((account, org)),
                Some(gap) => failures.push(gap.for_profile(account.profile())),
            }
        }
        let connections = connections.into_vec();
        for connection in &connections {
            orgs.add_orgs_of(connection);
        }
        if let [(_, only)] = accounts.as_slice() {
            orgs.current = Some(only.id);
        }
        Snapshot {
            connections,
            orgs,
            accounts,
            failures,
        }
    }

    /// Reads the connections between `ends` from all accounts in parallel. An account that does not know one of the
    /// orgs is skipped.
    ///
    /// # Errors
    /// Fails if no account knows the orgs of `ends`.
    pub(crate) async fn matching_connections(
        &self,
        ends: &ConnectionEnds,
    ) -> Result<MatchingConnections> {
        let results = self.for_each_account(async |account| {
            let filter = self.filter(ends, slice::from_ref(account)).await?;
            account.list_connections(filter).await
        });
        let mut connections = ConnectionSet::default();
        let (mut knows_orgs, mut answered) = (false, false);
        let (mut unknown_org, mut failures) = (None, Vec::new());
        for (account, result) in results.await {
            match result {
                Ok((seen, gap)) => {
                    knows_orgs = true;
                    connections.merge_seen_by(seen, account.profile());
                    match gap {
                        None => answered = true,
                        Some(gap) => failures.push(gap.for_profile(account.profile())),
                    }
                }
                Err(error) if is_unknown_org(&error) => unknown_org = Some(error.for_profile(None)),
                Err(error) => failures.push(error),
            }
        }
        answered |= unknown_org.is_some();
        match unknown_org {
            Some(error) if !knows_orgs && failures.is_empty() => Err(error),
            _ => Ok(MatchingConnections {
                connections: connections.into_vec(),
                answered,
                failures,
            }),
        }
    }
}

fn is_unknown_org(error: &CommandError) -> bool {
    matches!(error.downcast_ref(), Some(ResolveOrgError::Unknown { .. }))
}

impl<'s> Snapshot<'s> {
    /// The account whose credentials belong to this org, and the org with its name if that is known.
    pub(crate) fn account_of_org(&self, org: Uuid) -> Option<(&'s Account, &OrgRef)> {
        let mut accounts = self.accounts.iter();
        let (account, org) = accounts.find(|(_, current)| current.id == org)?;
        Some((account, org))
    }

    /// The account that may make a change, and the org that it belongs to. `None` if there is none.
    pub(crate) fn account_that_may_make(&self, change: &Change) -> Option<(&'s Account, &OrgRef)> {
        let mut orgs = orgs_allowed_to_make(change);
        orgs.find_map(|org| self.account_of_org(org.id))
    }

    /// Finds the org that a selector names among the snapshot's orgs. `profile:` may name any profile whose account
    /// answered.
    ///
    /// # Errors
    /// Fails if no org matches, or several match.
    pub(crate) fn resolve_org(&self, selector: &OrgSelector) -> Result<Org, ResolveOrgError> {
        if let OrgSelector::Profile(wanted) = selector {
            let mut accounts = self.accounts.iter();
            if let Some((_, org)) = accounts.find(|(account, _)| account.profile() == Some(wanted))
            {
                let known = self.orgs.get(org.id).cloned();
                return Ok(known.unwrap_or_else(|| Org::from(org)));
            }
        }
        selector.resolve(&self.orgs)
    }

    /// Whether the snapshot contains the connections between two orgs. The service shows an org only its own
    /// connections, so the credentials of one of the two are needed.
    pub(crate) fn sees(&self, source: Uuid, destination: Uuid) -> bool {
        self.account_of_org(source).is_some() || self.account_of_org(destination).is_some()
    }
}

/// The orgs whose credentials may make a change, the preferred one first. The source org creates and updates a
/// connection; both orgs may delete it.
pub(crate) fn orgs_allowed_to_make(change: &Change) -> impl Iterator<Item = &OrgRef> + Clone {
    let is_delete = change.kind() == ChangeKind::Delete;
    let destination = is_delete.then(|| change.destination());
    change.source().into_iter().chain(destination)
}
