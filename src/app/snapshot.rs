use std::collections::HashMap;

use uuid::Uuid;

use super::chosen_accounts::for_each_account;
use super::resolve::{accounts_of_first, only_account};
use super::{Account, ChosenAccounts};
use crate::api::ConnectionFilter;
use crate::error::{CommandError, Result};
use crate::model::{
    Change, Connection, ConnectionSet, Org, OrgDirectory, OrgRef, OrgSelector, ResolveOrgError,
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
    /// The orgs that profiles of the configuration file name, whether or not these were read.
    pinned_orgs: HashMap<&'s str, Uuid>,
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
            let listed = account.list_unchecked_connections(ConnectionFilter::default());
            let (org, listed) = futures_util::try_join!(org, listed)?;
            account.require_pinned(&org)?;
            if listed.1.is_none() {
                account.cache_connections(&listed.0);
            }
            Ok((org, listed))
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
                orgs.add_seen_by(known, account.profile());
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
        for (_, org) in &mut accounts {
            org.fill_from(&orgs.org_ref(org.id));
        }
        if let [(_, only)] = accounts.as_slice() {
            orgs.current = Some(only.id);
        }
        let profiles = self.profiles.iter();
        let pinned_orgs =
            profiles.filter_map(|account| Some((account.profile()?, account.pinned_org()?)));
        Snapshot {
            connections,
            orgs,
            accounts,
            failures,
            pinned_orgs: pinned_orgs.collect(),
        }
    }
}

impl<'s> Snapshot<'s> {
    /// The accounts whose credentials belong to this org, each with the org and its name if that is known.
    pub(crate) fn accounts_of_org(
        &self,
        org: Uuid,
    ) -> impl Iterator<Item = (&'s Account, &OrgRef)> {
        let accounts = self.accounts.iter();
        accounts
            .filter(move |(_, current)| current.id == org)
            .map(|(account, org)| (*account, org))
    }

    /// The account that makes a change, and the org that it belongs to: the source's, for a delete else the
    /// destination's. `None` if there is none.
    ///
    /// # Errors
    /// Fails if several accounts belong to the org, and none of them is the default one.
    pub(crate) fn account_for(&self, change: &Change) -> Result<Option<(&'s Account, &OrgRef)>> {
        let orgs: Vec<_> = change.allowed_orgs().cloned().collect();
        only_account(&accounts_of_first(&orgs, &self.accounts))
    }

    /// Finds the org that a selector names among the snapshot's orgs. `profile:` may name any profile that names
    /// its org, or whose account answered.
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
            if let Some(id) = self.pinned_orgs.get(wanted.as_str()) {
                let known = self.orgs.get(*id).cloned();
                return Ok(known.unwrap_or_else(|| Org::from_id(*id)));
            }
        }
        selector.resolve(&self.orgs)
    }

    /// Whether a profile serves this org, as far as is known without reading more accounts.
    pub(crate) fn has_profile(&self, org: Uuid) -> bool {
        let is_read = self.accounts_of_org(org).next().is_some();
        is_read || self.pinned_orgs.values().any(|pinned| *pinned == org)
    }

    /// Whether the snapshot contains the connections between two orgs. The service shows an org only its own
    /// connections, so the credentials of one of the two are needed.
    pub(crate) fn sees(&self, source: Uuid, destination: Uuid) -> bool {
        let mut accounts = self
            .accounts_of_org(source)
            .chain(self.accounts_of_org(destination));
        accounts.next().is_some()
    }
}
