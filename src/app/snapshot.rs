use std::slice;

use uuid::Uuid;

use super::{Account, ChosenAccounts, ConnectionEnds};
use crate::api::ConnectionFilter;
use crate::error::{CommandError, Result};
use crate::model::{
    Change, ChangeKind, Connection, ConnectionSet, Org, OrgDirectory, OrgRef, OrgSelector,
    ResolveOrgError,
};

/// All that the chosen accounts see: their orgs and their connections, each once.
pub(crate) struct Snapshot<'s> {
    /// The connections, with the profiles that see them.
    pub(crate) connections: Vec<Connection>,
    /// The orgs that an account manages, belongs to, or has a connection with. `current` is set where only one
    /// account answered.
    pub(crate) orgs: OrgDirectory,
    /// The accounts that answered, each with the org that its credentials belong to.
    pub(crate) accounts: Vec<(&'s Account, OrgRef)>,
    /// What could not be read, by profile.
    pub(crate) failures: Vec<CommandError>,
}

/// The connections between two ends that the chosen accounts see.
pub(crate) struct MatchingConnections {
    /// The connections, each once, with the profiles that see them.
    pub(crate) connections: Vec<Connection>,
    /// Whether at least one account answered.
    pub(crate) answered: bool,
    /// What could not be read, by profile.
    pub(crate) failures: Vec<CommandError>,
}

impl ChosenAccounts {
    /// Reads orgs and connections of all accounts, side by side.
    pub(crate) async fn snapshot(&self) -> Snapshot<'_> {
        let results = self.for_each_account(async |account| {
            let org = account.current_org_with_name();
            let listed = account.list_connections(ConnectionFilter::default());
            Ok(futures_util::try_join!(org, listed)?)
        });
        let (mut accounts, mut failures) = (Vec::new(), Vec::new());
        let (mut connections, mut orgs) = (ConnectionSet::default(), OrgDirectory::default());
        for (account, result) in results.await {
            let (org, (seen, unreadable)) = match result {
                Ok(answer) => answer,
                Err(error) => {
                    failures.push(error);
                    continue;
                }
            };
            failures.extend(unreadable.map(|error| error.for_profile(account.profile())));
            connections.merge_seen_by(seen, account.profile());
            for org in account.known_orgs().iter().flat_map(|known| &known.orgs) {
                orgs.add(org.clone());
            }
            accounts.push((account, org));
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

    /// Reads the connections between `ends` through all accounts, side by side. An account that does not know an org
    /// is skipped; if none knows it, that is the error.
    ///
    /// # Errors
    /// Fails if no account knows an org at the ends.
    pub(crate) async fn matching_connections(
        &self,
        ends: &ConnectionEnds,
    ) -> Result<MatchingConnections> {
        let results = self.for_each_account(async |account| {
            let filter = self.filter(ends, slice::from_ref(account)).await?;
            account.list_connections(filter).await
        });
        let mut connections = ConnectionSet::default();
        let (mut knows_orgs, mut unknown_org, mut failures) = (false, None, Vec::new());
        for (account, result) in results.await {
            match result {
                Ok((seen, unreadable)) => {
                    knows_orgs = true;
                    connections.merge_seen_by(seen, account.profile());
                    failures.extend(unreadable.map(|error| error.for_profile(account.profile())));
                }
                Err(error) if is_unknown_org(&error) => unknown_org = Some(error.for_profile(None)),
                Err(error) => failures.push(error),
            }
        }
        let answered = knows_orgs || unknown_org.is_some();
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
    /// The account whose credentials belong to this org, with the org's name where it is known.
    pub(crate) fn account_of_org(&self, org: Uuid) -> Option<(&'s Account, &OrgRef)> {
        let mut accounts = self.accounts.iter();
        let (account, org) = accounts.find(|(_, current)| current.id == org)?;
        Some((account, org))
    }

    /// The account that may make a change, and the org that its credentials belong to.
    pub(crate) fn account_that_may_make(&self, change: &Change) -> Option<(&'s Account, &OrgRef)> {
        let mut orgs = orgs_for(change);
        orgs.find_map(|org| self.account_of_org(org.id))
    }

    /// The org that is meant among those of the snapshot; `profile:` means a profile that answered.
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

    /// Whether the connections between two orgs are known: the service shows an org its own connections only.
    pub(crate) fn sees(&self, source: Uuid, destination: Uuid) -> bool {
        self.account_of_org(source).is_some() || self.account_of_org(destination).is_some()
    }
}

/// The orgs whose credentials may make a change, the one to prefer first. A connection is created and updated in its
/// source org; both orgs may delete it.
pub(crate) fn orgs_for(change: &Change) -> impl Iterator<Item = &OrgRef> + Clone {
    let is_delete = change.kind() == ChangeKind::Delete;
    let destination = is_delete.then(|| change.destination());
    change.source().into_iter().chain(destination)
}
