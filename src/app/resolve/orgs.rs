use std::collections::HashSet;

use uuid::Uuid;

use crate::app::chosen_accounts::for_each_account;
use crate::app::{Account, ChosenAccounts};
use crate::config::UnknownProfile;
use crate::error::{CommandError, Result};
use crate::model::{Org, OrgDirectory, OrgSelector, ResolveOrgError};

/// Finds the orgs that a user names. Names and public ids are looked up among the orgs that the accounts in question
/// see; a UUID needs no request.
pub(crate) struct OrgLookup<'s> {
    chosen_accounts: &'s ChosenAccounts,
    accounts: Vec<&'s Account>,
    /// All orgs that the accounts see, each with the profiles that see it; `None` before the first name.
    orgs: Option<OrgDirectory>,
    /// The accounts that could not be asked: they may see another org of the same name.
    pub(crate) failures: Vec<CommandError>,
}

impl ChosenAccounts {
    /// A lookup among the orgs that all accounts see.
    pub(crate) fn org_lookup(&self) -> OrgLookup<'_> {
        self.org_lookup_among(self.accounts.iter().collect())
    }

    /// A lookup among the orgs that some accounts see.
    pub(super) fn org_lookup_among<'s>(&'s self, accounts: Vec<&'s Account>) -> OrgLookup<'s> {
        OrgLookup {
            chosen_accounts: self,
            accounts,
            orgs: None,
            failures: Vec::new(),
        }
    }
}

impl<'s> OrgLookup<'s> {
    /// Finds the org that a selector names. `profile:` may name any profile, chosen or not.
    ///
    /// # Errors
    /// Fails if several orgs match. Fails if no org matches; if an account could not be asked, with its error.
    pub(crate) async fn find(&mut self, selector: &OrgSelector) -> Result<Org> {
        match selector {
            OrgSelector::Profile(name) => return self.chosen_accounts.org_of_profile(name).await,
            OrgSelector::Uuid(id) => return Ok(known_org(*id, self.accounts.iter().copied())),
            OrgSelector::Group(name) => return Err(ResolveOrgError::Group(name.clone()).into()),
            OrgSelector::Text(_) | OrgSelector::PublicId(_) | OrgSelector::Name(_) => {}
        }
        let orgs = match self.orgs.take() {
            Some(orgs) => orgs,
            None => self.visible_orgs().await,
        };
        let mut found = selector.resolve(self.orgs.insert(orgs));
        if let Err(ResolveOrgError::Unknown { .. }) = found {
            let orgs = self.read(Account::orgs_of_connections).await;
            found = selector.resolve(self.orgs.insert(orgs));
        }
        match (found, self.failures.is_empty()) {
            (Err(ResolveOrgError::Unknown { .. }), false) => {
                Err(self.chosen_accounts.first_failure(&mut self.failures))
            }
            (Err(error @ ResolveOrgError::Unknown { .. }), true)
                if self.chosen_accounts.leaves_out_profiles() =>
            {
                Err(CommandError::from(error).hint(
                    "`orgconn orgs --all-profiles` lists the orgs that all profiles see; any other has to be given as \
                     a UUID",
                ))
            }
            (found, _) => Ok(found?),
        }
    }

    /// Finds the orgs of the group with this name.
    ///
    /// # Errors
    /// Fails if the group is not found, or its orgs cannot be read.
    pub(super) async fn find_group(&mut self, name: &str) -> Result<HashSet<Uuid>> {
        let (orgs, failures) = self.chosen_accounts.orgs_of_group(name).await?;
        let is_new = |failure: &CommandError| {
            let mut known = self.failures.iter();
            known.all(|known| known.profile() != failure.profile())
        };
        let failures: Vec<_> = failures.into_iter().filter(is_new).collect();
        self.failures.extend(failures);
        Ok(orgs)
    }

    /// All orgs that the accounts see. `failures` has the accounts that could not be asked.
    pub(super) async fn visible_orgs(&mut self) -> OrgDirectory {
        self.read(Account::visible_orgs).await
    }

    /// The accounts that could be asked for all names so far.
    pub(crate) fn answered(&self) -> impl Iterator<Item = &'s Account> {
        let accounts = self.accounts.iter().copied();
        accounts.filter(|account| !has_failed(account, &self.failures))
    }

    /// Reads the orgs that the accounts see. An account that fails is not asked again.
    async fn read<W>(&mut self, read: impl Fn(&'s Account) -> W) -> OrgDirectory
    where
        W: Future<Output = Result<OrgDirectory>>,
    {
        let mut orgs = OrgDirectory::default();
        for (account, result) in for_each_account(self.answered(), read).await {
            match result {
                Ok(seen) => orgs.add_seen_by(&seen, account.profile()),
                Err(error) => self.failures.push(error),
            }
        }
        orgs
    }
}

impl ChosenAccounts {
    /// Takes the first of several failures, as the error of the command. It names its profile unless only one account is
    /// chosen.
    pub(super) fn first_failure(&self, failures: &mut Vec<CommandError>) -> CommandError {
        let first = failures.remove(0);
        match self.accounts.as_slice() {
            [_] => first.for_profile(None),
            _ => first,
        }
    }

    /// The org of a profile, which need not be chosen: the org that the profile names, else the org of its keys.
    ///
    /// # Errors
    /// Fails if there is no such profile, or if the service must be asked for its org and does not answer.
    async fn org_of_profile(&self, name: &str) -> Result<Org> {
        let has_name = |account: &&Account| account.profile() == Some(name);
        let mut known = self.accounts.iter().chain(&self.profiles);
        let account = known.find(has_name).ok_or_else(|| {
            UnknownProfile::new(name, self.profiles.iter().filter_map(Account::profile))
        })?;
        match account.pinned_org() {
            Some(id) => Ok(Org::from_id(id)),
            None => {
                let mut org = Org::from(&account.current_org().await?);
                // Only this profile can say again which org it is.
                org.profiles = vec![name.to_owned()];
                Ok(org)
            }
        }
    }
}

/// Everything that the accounts have read about an org in this run.
pub(super) fn known_org<'a>(id: Uuid, accounts: impl Iterator<Item = &'a Account>) -> Org {
    let mut org = Org::from_id(id);
    for account in accounts {
        org.fill_from(&account.known_org(id));
    }
    org
}

/// Whether a name is unknown to all accounts in question, which could be asked.
pub(super) fn is_unknown_org(error: &CommandError) -> bool {
    matches!(error.downcast_ref(), Some(ResolveOrgError::Unknown { .. }))
}

/// Whether one of the errors is this account's.
pub(super) fn has_failed(account: &Account, failures: &[CommandError]) -> bool {
    let mut failures = failures.iter();
    failures.any(|failure| failure.profile() == account.profile())
}
