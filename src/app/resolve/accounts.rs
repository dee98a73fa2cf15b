use std::collections::{HashMap, HashSet};
use std::slice;

use super::orgs::{has_failed, is_unknown_org, known_org};
use crate::app::chosen_accounts::for_each_account;
use crate::app::{Account, App, ChosenAccounts};
use crate::error::{CommandError, Exit, Result};
use crate::model::{Connection, Org, OrgRef, OrgSelector};

impl App {
    /// Opens the accounts for a command about some orgs. Each item of `needed` stands for one account that the command
    /// needs: that of the first of these orgs that a profile serves.
    ///
    /// Where nothing chooses accounts, only the needed ones are opened, and if there are names to look up the default
    /// one; the other profiles are asked for a name that it does not know. A profile that cannot be asked which org it
    /// is for is left out, with a note.
    ///
    /// # Errors
    /// As [`App::chosen_accounts`].
    pub(crate) async fn accounts_for(
        &mut self,
        needed: &[Vec<OrgSelector>],
    ) -> Result<ChosenAccounts> {
        let mut chosen_accounts = self.candidate_accounts_if(true)?;
        self.keep_needed(&mut chosen_accounts, needed, &[]).await;
        Ok(chosen_accounts)
    }

    /// Leaves out the accounts that [`App::accounts_for`] would not open, except those of `profiles`.
    pub(crate) async fn keep_needed(
        &mut self,
        chosen_accounts: &mut ChosenAccounts,
        needed: &[Vec<OrgSelector>],
        profiles: &[String],
    ) {
        if !chosen_accounts.are_candidates {
            return;
        }
        let (mut kept, failures) = chosen_accounts.needed_profiles(needed).await;
        self.note_unused_profiles(&failures);
        kept.extend(profiles.iter().cloned());
        let is_needed = |account: &Account| kept.contains(account.profile_name());
        let accounts = std::mem::take(&mut chosen_accounts.accounts).into_iter();
        (chosen_accounts.accounts, chosen_accounts.unneeded) = accounts.partition(is_needed);
        chosen_accounts.are_candidates = false;
    }

    /// Tells which profiles could not be asked, where the command can do without them.
    pub(crate) fn note_unused_profiles(&mut self, failures: &[CommandError]) {
        self.output.note_each(failures.iter().map(|failure| {
            let profile = failure.profile().unwrap_or("?");
            let message = failure.message();
            format!("the profile `{profile}` could not be asked: {message}")
        }));
    }
}

/// The accounts, each with the org that its profile names, else that the service reports.
pub(crate) struct AccountOrgs<'s> {
    pub(crate) accounts: Vec<(&'s Account, OrgRef)>,
    /// The errors of the accounts that could not be asked.
    pub(crate) failures: Vec<CommandError>,
}

impl ChosenAccounts {
    /// Finds out which org each account belongs to. Only those whose profile names no org are asked, except those with
    /// an error in `failures`, which could not be asked before.
    pub(crate) async fn account_orgs(&self, failures: Vec<CommandError>) -> AccountOrgs<'_> {
        orgs_of(&self.accounts, failures).await
    }

    /// The names of the profiles that are needed for some orgs, as in [`App::accounts_for`], and the errors of those
    /// that could not be asked. If an org cannot be found, all profiles are needed, so that the command can report why.
    async fn needed_profiles(
        &self,
        needed: &[Vec<OrgSelector>],
    ) -> (HashSet<String>, Vec<CommandError>) {
        let all = || {
            let names = self.accounts.iter().map(Account::profile_name);
            names.map(str::to_owned).collect()
        };
        let Ok((orgs, failures)) = self.find_needed_orgs(needed.iter().flatten()).await else {
            return (all(), Vec::new());
        };
        let account_orgs = self.account_orgs(failures).await;
        let mut profiles: HashSet<String> = HashSet::new();
        for selectors in needed {
            let orgs = selectors.iter().filter_map(|selector| orgs.get(selector));
            let orgs: Vec<_> = orgs.map(Org::to_ref).collect();
            let accounts = accounts_of_first(&orgs, &account_orgs.accounts);
            // If nothing decides between several accounts of the org, the command reports that where it matters.
            let accounts = match only_account(&accounts) {
                Ok(only) => Vec::from_iter(only),
                Err(_) => accounts,
            };
            let names = accounts.iter().map(|(account, _)| account.profile_name());
            profiles.extend(names.map(str::to_owned));
        }
        // The command looks the names up again, in the accounts that are left.
        for (selector, org) in &orgs {
            let finds = |account: &&Account| {
                org.profiles
                    .iter()
                    .any(|profile| profile == account.profile_name())
                    && (!selector.is_public_id_of(org) || account.lists_org(org.id))
            };
            let finders = self.accounts.iter().filter(finds);
            let mut finders = finders.map(|account| account.profile_name().to_owned());
            if !finders.clone().any(|profile| profiles.contains(&profile)) {
                profiles.extend(finders.next());
            }
        }
        match profiles.is_empty() {
            true => (all(), Vec::new()),
            false => (profiles, account_orgs.failures),
        }
    }

    /// Finds the orgs with the default account, and those that it does not know with the others. Also returns the errors
    /// of those that could not be asked.
    async fn find_needed_orgs<'a>(
        &self,
        selectors: impl Iterator<Item = &'a OrgSelector>,
    ) -> Result<(HashMap<&'a OrgSelector, Org>, Vec<CommandError>)> {
        let (default, others): (Vec<_>, Vec<_>) = self
            .accounts
            .iter()
            .partition(|account| account.is_default());
        let mut default = self.org_lookup_among(default);
        let mut others = self.org_lookup_among(others);
        let mut orgs = HashMap::new();
        for selector in selectors.collect::<HashSet<_>>() {
            let org = match default.find(selector).await {
                Err(error) if is_unknown_org(&error) => others.find(selector).await?,
                found => found?,
            };
            orgs.insert(selector, org);
        }
        Ok((orgs, others.failures))
    }

    /// The default account, if it is one of the chosen ones.
    pub(super) fn default_account(&self) -> Option<&Account> {
        self.accounts.iter().find(|account| account.is_default())
    }
}

impl Account {
    /// The org that the profile names, else the one that the service reports.
    async fn own_org(&self) -> Result<OrgRef> {
        match self.pinned_org() {
            Some(org) => Ok(self.known_org(org).to_ref()),
            None => self.current_org().await,
        }
    }
}

impl<'s> AccountOrgs<'s> {
    /// The account that acts for the first of `orgs` that any account belongs to.
    ///
    /// # Errors
    /// As [`only_account`].
    pub(super) fn find(&self, orgs: &[OrgRef]) -> Result<Option<&'s Account>> {
        let account = only_account(&accounts_of_first(orgs, &self.accounts))?;
        Ok(account.map(|(account, _)| account))
    }

    /// The errors of the accounts whose org is not known.
    pub(super) fn of_unknown_org(&self) -> impl Iterator<Item = &CommandError> {
        let is_known = |error: &&CommandError| {
            let mut accounts = self.accounts.iter();
            accounts.any(|(account, _)| account.profile() == error.profile())
        };
        self.failures.iter().filter(move |error| !is_known(error))
    }

    /// The error if no account belongs to any of `orgs`.
    pub(super) fn no_account_of(&self, orgs: &[OrgRef]) -> CommandError {
        let accounts = || self.accounts.iter().map(|(account, _)| *account);
        let label = |org: &OrgRef| {
            let mut org = org.clone();
            org.fill_from(&known_org(org.id, accounts()).to_ref());
            org.label_with_id()
        };
        let known = self
            .accounts
            .iter()
            .map(|(account, org)| match account.profile() {
                Some(profile) => format!("{profile} is for {}", label(org)),
                None => format!("the credentials are for {}", label(org)),
            });
        let unknown = self.of_unknown_org().map(|error| {
            let profile = error.profile().unwrap_or_default();
            format!("{profile} is for unknown: {}", error.message())
        });
        let orgs: Vec<_> = orgs.iter().map(label).collect();
        let message = format!("no profile is for the org {}", orgs.join(" or "));
        CommandError::new(exit_without_keys(self.of_unknown_org()), message)
            .candidates(known.chain(unknown))
        .hint(
            "a connection is created and updated with its source org's credentials; `orgconn profile add` adds a \
             profile",
        )
    }
}

async fn orgs_of(accounts: &[Account], mut failures: Vec<CommandError>) -> AccountOrgs<'_> {
    let is_askable =
        |account: &&Account| account.pinned_org().is_some() || !has_failed(account, &failures);
    let askable: Vec<_> = accounts.iter().filter(is_askable).collect();
    let mut orgs = Vec::with_capacity(askable.len());
    for (account, result) in for_each_account(askable.into_iter(), Account::own_org).await {
        match result {
            Ok(org) => orgs.push((account, org)),
            Err(error) => failures.push(error),
        }
    }
    AccountOrgs {
        accounts: orgs,
        failures,
    }
}

/// The accounts at the two ends of a connection.
pub(crate) struct EndAccounts<'s> {
    pub(crate) destination: &'s Account,
    /// `None` if there is none, or several and none of them is the default one.
    pub(crate) source: Option<&'s Account>,
}

impl ChosenAccounts {
    /// The accounts at the ends of a connection. `failures` are those of accounts that could not be asked before.
    ///
    /// # Errors
    /// Fails if no account belongs to the destination, or several do and none of them is the default one.
    pub(crate) async fn end_accounts(
        &self,
        connection: &Connection,
        failures: Vec<CommandError>,
    ) -> Result<EndAccounts<'_>> {
        let mut account_orgs = self.account_orgs(failures).await;
        let destination = slice::from_ref(&connection.destination);
        if account_orgs.find(destination)?.is_none() {
            let others = orgs_of(&self.unneeded, Vec::new()).await;
            account_orgs.accounts.extend(others.accounts);
            account_orgs.failures.extend(others.failures);
        }
        let source = account_orgs.find(slice::from_ref(&connection.source));
        match account_orgs.find(destination)? {
            Some(destination) => Ok(EndAccounts {
                destination,
                source: source.ok().flatten(),
            }),
            None => Err(account_orgs.no_account_of(destination).hint(
                "it takes the destination's credentials; `orgconn profile add` adds a profile",
            )),
        }
    }

    /// The accounts of the profiles that are not chosen, with their orgs. Those that cannot be asked are left out.
    pub(crate) async fn other_accounts(&self) -> Vec<(&Account, OrgRef)> {
        let is_other = |profile: &&Account| {
            let mut chosen = self.accounts.iter();
            chosen.all(|account| account.profile() != profile.profile())
        };
        let others = self.profiles.iter().filter(is_other);
        let orgs = for_each_account(others, Account::own_org).await;
        let orgs = orgs.into_iter();
        orgs.filter_map(|(account, org)| Some((account, org.ok()?)))
            .collect()
    }

    /// The account of the source and that of the destination of a connection, to read with: of several for one org the
    /// default one, else the first. Also the errors of the accounts that could not be asked, beginning with `failures`.
    pub(crate) async fn reading_accounts(
        &self,
        connection: &Connection,
        failures: Vec<CommandError>,
    ) -> ([Option<&Account>; 2], Vec<CommandError>) {
        let account_orgs = self.account_orgs(failures).await;
        let accounts = connection.ends().map(|org| {
            let own = accounts_of_first(slice::from_ref(org), &account_orgs.accounts);
            let mut accounts = own.iter().map(|(account, _)| *account);
            let default = accounts.clone().find(|account| account.is_default());
            default.or_else(|| accounts.next())
        });
        (accounts, account_orgs.failures)
    }
}

/// How a command ends that has no keys for an org: if accounts could not be asked or read, as they do, since they may have
/// the keys.
pub(crate) fn exit_without_keys<'a>(failures: impl IntoIterator<Item = &'a CommandError>) -> Exit {
    let exits = failures.into_iter().map(CommandError::exit);
    let exits: Vec<_> = exits
        .filter(|exit| !matches!(exit, Exit::Permission | Exit::Usage))
        .collect();
    match exits.as_slice() {
        [] => Exit::Permission,
        exits => Exit::of_parts(false, exits),
    }
}

/// The accounts that belong to the first of `orgs` that any account belongs to.
pub(in crate::app) fn accounts_of_first<'a, 's>(
    orgs: &[OrgRef],
    accounts: &'a [(&'s Account, OrgRef)],
) -> Vec<(&'s Account, &'a OrgRef)> {
    let of_org = |org: &OrgRef| {
        let accounts = accounts.iter().filter(|(_, own)| own.id == org.id);
        let accounts: Vec<_> = accounts.map(|(account, own)| (*account, own)).collect();
        (!accounts.is_empty()).then_some(accounts)
    };
    orgs.iter().find_map(of_org).unwrap_or_default()
}

/// The account that acts for an org, of all that belong to it: the only one, or of several the default one. `None` if
/// there is none.
///
/// # Errors
/// Fails if there are several and none of them is the default one: the user of the keys becomes the owner of a
/// connection, so that no other choice would be safe.
pub(in crate::app) fn only_account<'a, 's>(
    accounts: &[(&'s Account, &'a OrgRef)],
) -> Result<Option<(&'s Account, &'a OrgRef)>> {
    let default = accounts.iter().find(|(account, _)| account.is_default());
    match (accounts, default) {
        ([], _) => Ok(None),
        ([only], _) | (_, Some(only)) => Ok(Some(*only)),
        ([(_, org), ..], None) => {
            let profiles = accounts.iter().map(|(account, _)| account.profile_name());
            Err(CommandError::usage(format!(
                "{} profiles are for the org {}",
                accounts.len(),
                org.label_with_id()
            ))
            .candidates(profiles)
            .hint("choose one with --profile, or make one the default profile"))
        }
    }
}
