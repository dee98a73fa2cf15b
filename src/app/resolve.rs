//! Finds the orgs, connections and accounts that a user names, for every command.

use std::collections::HashSet;

use uuid::Uuid;

use super::chosen_accounts::for_each_account;
use super::{Account, ChosenAccounts};
use crate::api::ConnectionFilter;
use crate::error::{CommandError, Exit, Result};
use crate::model::{
    ChangeKind, Connection, ConnectionSelector, Org, OrgDirectory, OrgRef, OrgSelector,
    ResolveOrgError, only_match,
};

/// The orgs at the ends of a connection.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct ConnectionEnds {
    /// Org whose data is shared: its name, UUID or public id
    #[arg(long, value_name = "ORG", visible_alias = "from")]
    pub(crate) source: Option<OrgSelector>,

    /// Org that may query the data: its name, UUID or public id
    #[arg(long, value_name = "ORG", visible_aliases = ["to", "sink"])]
    pub(crate) destination: Option<OrgSelector>,
}

impl ConnectionEnds {
    /// Whether neither end is given.
    pub(crate) fn is_empty(&self) -> bool {
        self.source.is_none() && self.destination.is_none()
    }

    /// Checks that a command names connections either by ids or by their ends.
    ///
    /// # Errors
    /// Fails if both or neither is given.
    pub(crate) fn require_instead_of_ids(&self, has_ids: bool) -> Result<()> {
        match (has_ids, self.is_empty()) {
            (true, false) => Err(CommandError::usage(
                "name a connection by its id, or by --source and --destination, not both",
            )),
            (false, true) => Err(CommandError::usage("no connection is named")
                .hint("give an id, the beginning of one, or --source and --destination")),
            _ => Ok(()),
        }
    }

    /// Selects one of `connections`: the one that `selector` names, or without a selector the only one.
    ///
    /// # Errors
    /// Fails if there is none, or more than one.
    pub(crate) fn select<'a>(
        &self,
        selector: Option<&ConnectionSelector>,
        connections: &'a [Connection],
    ) -> Result<&'a Connection> {
        Ok(match selector {
            Some(selector) => selector.select(connections)?,
            None => only_match(connections.iter(), || self.describe())?,
        })
    }

    /// Describes the ends in a message, after "no connection".
    fn describe(&self) -> String {
        let source = self.source.iter().map(|org| format!("from the org {org}"));
        let destination = self
            .destination
            .iter()
            .map(|org| format!("to the org {org}"));
        source.chain(destination).collect::<Vec<_>>().join(" ")
    }
}

impl Account {
    /// Finds the org with a name or public id among the orgs that this account sees: first the managed orgs, then the
    /// orgs of its connections.
    ///
    /// # Errors
    /// Fails if no org matches, several match, or the API could not be reached.
    async fn resolve_name(&self, selector: &OrgSelector) -> Result<Org> {
        match selector.resolve(self.managed_orgs().await?) {
            Err(ResolveOrgError::Unknown { .. }) => {}
            result => return Ok(result?),
        }
        Ok(selector.resolve(&self.orgs_of_connections().await?)?)
    }
}

impl ChosenAccounts {
    /// Finds the org that a selector names. Names and public ids are looked up with `accounts`; `profile:` may name any
    /// profile. A UUID needs no request.
    ///
    /// # Errors
    /// Fails if no org matches, several match, or the API could not be reached.
    pub(crate) async fn resolve_org(
        &self,
        selector: &OrgSelector,
        accounts: &[Account],
    ) -> Result<Org> {
        match (selector, accounts) {
            (OrgSelector::Profile(name), _) => self.org_of_profile(name).await,
            (OrgSelector::Uuid(id), _) => Ok(known_org(*id, accounts)),
            (_, [account]) => account.resolve_name(selector).await,
            _ => resolve_name_among(selector, accounts).await,
        }
    }

    /// The filter that selects the connections between `ends`, whose names are looked up with `accounts`.
    ///
    /// # Errors
    /// As [`ChosenAccounts::resolve_org`].
    pub(crate) async fn filter(
        &self,
        ends: &ConnectionEnds,
        accounts: &[Account],
    ) -> Result<ConnectionFilter> {
        let mut filter = ConnectionFilter::default();
        if let Some(source) = &ends.source {
            filter.source = Some(self.resolve_org(source, accounts).await?.id);
        }
        if let Some(destination) = &ends.destination {
            filter.destination = Some(self.resolve_org(destination, accounts).await?.id);
        }
        Ok(filter)
    }

    /// The org of a profile, which need not be chosen: the org that the profile names, else the org of its keys.
    ///
    /// # Errors
    /// Fails if there is no such profile, or if the service must be asked for its org and does not answer.
    async fn org_of_profile(&self, name: &str) -> Result<Org> {
        let has_name = |account: &&Account| account.profile() == Some(name);
        let account = self.profiles.iter().find(has_name).ok_or_else(|| {
            let names: Vec<_> = self.profiles.iter().filter_map(Account::profile).collect();
            CommandError::usage(match names.as_slice() {
                [] => format!("no profile `{name}`; there are none"),
                names => format!("no profile `{name}`; there are: {}", names.join(", ")),
            })
        })?;
        match account.pinned_org() {
            Some(id) => Ok(Org::from_id(id)),
            None => Ok(Org::from(&account.current_org().await?)),
        }
    }

    /// Finds the orgs of the connections to create. Returns the source, which is the org of `account` and `None` if it
    /// is not known yet, and the destinations, each once. If `source` is given, it must be the org of `account`.
    ///
    /// # Errors
    /// Fails if an org is unknown, `source` is not the account's org, or a destination is the source.
    pub(crate) async fn resolve_source_and_destinations(
        &self,
        account: &Account,
        source: Option<&OrgSelector>,
        destinations: &[OrgSelector],
    ) -> Result<(Option<OrgRef>, Vec<Org>)> {
        let mut orgs = OrgDirectory::default();
        for destination in destinations {
            orgs.add(self.resolve_org(destination, self.accounts()).await?);
        }
        let current = match source {
            Some(source) => Some(self.require_current_org(source, account).await?),
            None => account.known_current_org(),
        };
        let own = current.as_ref().and_then(|current| orgs.get(current.id));
        if let Some(org) = own {
            return Err(CommandError::usage(format!(
                "`{}` is the source org itself: an org cannot be connected to itself",
                org.label()
            )));
        }
        Ok((current, orgs.orgs))
    }

    /// The account's org. Fails if the selector names another org.
    async fn require_current_org(
        &self,
        selector: &OrgSelector,
        account: &Account,
    ) -> Result<OrgRef> {
        let wanted = self.resolve_org(selector, self.accounts()).await?;
        let current = account.current_org_with_name().await?;
        account.require_pinned(&current)?;
        if wanted.id == current.id {
            return Ok(current);
        }
        Err(CommandError::usage(format!(
            "these credentials belong to `{}`, not to `{}`",
            current.label(),
            wanted.label()
        ))
        .hint("a connection is created with its source org's credentials"))
    }

    /// Finds the connections to update or delete, and the account that does it. They are named by ids, or without ids
    /// by their `ends`. Each connection is returned once, in the order in which they are named.
    ///
    /// # Errors
    /// Fails if there is no such account, the service could not be asked, or an end is unknown. A connection that is
    /// not found is an error in the returned list.
    pub(crate) async fn find_connections(
        &self,
        kind: ChangeKind,
        selectors: &[ConnectionSelector],
        ends: &ConnectionEnds,
    ) -> Result<(&Account, Vec<Result<Connection>>)> {
        let account = match kind {
            ChangeKind::Delete => self.account_for_delete(ends).await?,
            _ => {
                self.account_for_create_or_update(ends.source.as_ref())
                    .await?
            }
        };
        if selectors.is_empty() {
            let filter = self.filter(ends, self.accounts()).await?;
            let between = account.complete_connections(filter.clone()).await?;
            let selected = ends.select(None, &between).cloned();
            // Whatever the service lists, only a connection of the named orgs is changed.
            let selected = selected.and_then(|connection| match filter.selects(&connection) {
                true => Ok(connection),
                false => Err(unselected_error(&connection)),
            });
            return Ok((account, vec![selected]));
        }
        let all = account.all_connections().await?;
        let (mut found, mut seen) = (Vec::with_capacity(selectors.len()), HashSet::new());
        for selector in selectors {
            match selector.select(all) {
                Ok(connection) if !seen.insert(connection.id) => {}
                result => found.push(result.cloned().map_err(Into::into)),
            }
        }
        Ok((account, found))
    }

    /// The account that creates and updates the connections of `source`. If several accounts are chosen, it is the one
    /// whose org is the source.
    ///
    /// # Errors
    /// Fails if no account belongs to the source, or several do and none of them is the default one; or several
    /// profiles are chosen and no source is given.
    pub(crate) async fn account_for_create_or_update(
        &self,
        source: Option<&OrgSelector>,
    ) -> Result<&Account> {
        let (Some(source), [_, _, ..]) = (source, self.accounts()) else {
            return self.single_account();
        };
        self.account_of_selected_org(source).await?
    }

    /// The account that deletes a connection. It is chosen as in [`ChosenAccounts::account_for_create_or_update`]. But
    /// if no account belongs to the source org, it is the destination org's account, which may delete the connection as
    /// well. If the destination is not given, it is the default account, which may belong to it.
    ///
    /// # Errors
    /// As [`ChosenAccounts::account_for_create_or_update`].
    async fn account_for_delete(&self, ends: &ConnectionEnds) -> Result<&Account> {
        let (Some(source), [_, _, ..]) = (&ends.source, self.accounts()) else {
            return self.single_account();
        };
        let no_account = match self.account_of_selected_org(source).await? {
            Ok(account) => return Ok(account),
            Err(no_account) => no_account,
        };
        let other = match &ends.destination {
            Some(destination) => self.account_of_selected_org(destination).await?.ok(),
            None => default_account(self.accounts()),
        };
        other.ok_or(no_account)
    }

    /// The account that belongs to the selected org. The inner error says why there is none.
    async fn account_of_selected_org(&self, selector: &OrgSelector) -> Result<Result<&Account>> {
        if let OrgSelector::Profile(name) = selector {
            return Ok(self.chosen_profile(name));
        }
        let org = self.resolve_org(selector, self.accounts()).await?;
        let mut matches = self.accounts_pinned_to(&[org.id]);
        let mut others = Vec::new();
        if matches.is_empty() {
            others = self.orgs_of_unpinned_accounts().await;
            let belongs = |(_, result): &&(_, Result<OrgRef>)| matches!(result, Ok(found) if found.id == org.id);
            matches.extend(others.iter().filter(belongs).map(|(account, _)| *account));
        }
        let default = matches.iter().find(|account| account.is_default());
        match (matches.as_slice(), default) {
            ([only], _) | (_, Some(only)) => Ok(Ok(only)),
            ([], None) => Ok(Err(self.no_account_of(&org, &others))),
            (several, None) => Err(several_accounts_of(&org, several)),
        }
    }

    fn chosen_profile(&self, name: &str) -> Result<&Account> {
        let has_name = |account: &&Account| account.profile() == Some(name);
        self.accounts().iter().find(has_name).ok_or_else(|| {
            let names: Vec<_> = self.accounts().iter().map(Account::profile_name).collect();
            let names = names.join(", ");
            CommandError::usage(format!("no profile `{name}` is chosen; there are: {names}"))
        })
    }

    /// The accounts whose profiles name one of `orgs` as their org.
    pub(crate) fn accounts_pinned_to(&self, orgs: &[Uuid]) -> Vec<&Account> {
        let is_pinned = |account: &&Account| {
            let pinned = account.pinned_org();
            pinned.is_some_and(|org| orgs.contains(&org))
        };
        self.accounts().iter().filter(is_pinned).collect()
    }

    /// The accounts whose profiles name no org, each with the org that the service reports.
    pub(crate) async fn orgs_of_unpinned_accounts(&self) -> Vec<(&Account, Result<OrgRef>)> {
        let unpinned = self.accounts().iter();
        let unpinned = unpinned.filter(|account| account.pinned_org().is_none());
        for_each_account(unpinned, Account::current_org).await
    }

    fn no_account_of(&self, org: &Org, unpinned: &[(&Account, Result<OrgRef>)]) -> CommandError {
        let label = |id| known_org(id, self.accounts()).to_ref().label_with_id();
        let describe = |account: &Account| {
            let answer = unpinned
                .iter()
                .find(|(other, _)| std::ptr::eq(*other, account));
            let belongs_to = match (account.pinned_org(), answer) {
                (Some(pinned), _) => label(pinned),
                (None, Some((_, Ok(org)))) => label(org.id),
                (None, Some((_, Err(error)))) => format!("unknown: {}", error.message()),
                (None, None) => "unknown".to_owned(),
            };
            format!("{} is for {belongs_to}", account.profile_name())
        };
        let profiles: Vec<_> = self.accounts().iter().map(describe).collect();
        CommandError::usage(format!(
            "no profile is for the org {}: {}",
            label(org.id),
            profiles.join("; ")
        ))
        .hint("a connection is created and updated with its source org's credentials; `orgconn profile add` adds a profile")
    }
}

/// The error for a connection that is not between the orgs that were named.
fn unselected_error(connection: &Connection) -> CommandError {
    let (source, destination) = (connection.source.label(), connection.destination.label());
    CommandError::new(
        Exit::Failure,
        format!("the service lists `{source}` to `{destination}`, which was not asked for"),
    )
}

/// Everything that the accounts have read about an org in this run.
fn known_org(id: Uuid, accounts: &[Account]) -> Org {
    let mut known = accounts.iter().map(|account| account.known_org(id));
    let named = known.find(|org| org.name.is_some());
    named.unwrap_or_else(|| Org::from_id(id))
}

fn default_account(accounts: &[Account]) -> Option<&Account> {
    accounts.iter().find(|account| account.is_default())
}

/// Finds the org that any of the accounts knows by a name or public id. The default profile is asked first, since it
/// usually manages the other orgs; all others are asked if it does not know the org.
async fn resolve_name_among(selector: &OrgSelector, accounts: &[Account]) -> Result<Org> {
    let mut errors = Vec::new();
    if let Some(default) = default_account(accounts) {
        match default.resolve_name(selector).await {
            Err(error) if !is_ambiguous(&error) => errors.push(error),
            result => return result,
        }
    }
    let others = accounts.iter().filter(|account| !account.is_default());
    let results = for_each_account(others, |account| account.resolve_name(selector)).await;
    let mut found = OrgDirectory::default();
    for (_, result) in results {
        match result {
            Ok(org) => found.add(org),
            Err(error) if is_ambiguous(&error) => return Err(error),
            Err(error) => errors.push(error),
        }
    }
    only_org(selector, found.orgs, errors)
}

fn is_ambiguous(error: &CommandError) -> bool {
    matches!(
        error.downcast_ref(),
        Some(ResolveOrgError::Ambiguous { .. } | ResolveOrgError::Unreadable { .. })
    )
}

/// The only org that was found. If none was found, the error of an account that could not be asked is returned rather
/// than that of one that does not know the org.
fn only_org(selector: &OrgSelector, mut found: Vec<Org>, errors: Vec<CommandError>) -> Result<Org> {
    let wanted = selector.clone();
    if found.len() > 1 {
        let matches = found;
        return Err(ResolveOrgError::Ambiguous { wanted, matches }.into());
    }
    if let Some(org) = found.pop() {
        return Ok(org);
    }
    let mut nearest = Vec::new();
    for error in errors {
        match error.downcast_ref() {
            Some(ResolveOrgError::Unknown { nearest: names, .. }) => {
                nearest.extend(names.iter().cloned());
            }
            _ => return Err(error),
        }
    }
    nearest.dedup();
    Err(ResolveOrgError::Unknown { wanted, nearest }.into())
}

fn several_accounts_of(org: &Org, accounts: &[&Account]) -> CommandError {
    let profiles: Vec<_> = accounts
        .iter()
        .map(|account| account.profile_name())
        .collect();
    CommandError::usage(format!(
        "{} profiles are for the org {}: {}",
        accounts.len(),
        org.to_ref().label_with_id(),
        profiles.join(", ")
    ))
    .hint("the user of the keys becomes the owner of the connection: choose one with --profile")
}
