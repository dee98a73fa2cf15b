use std::collections::HashSet;
use std::slice;

use super::accounts::AccountOrgs;
use super::connections::{ConnectionEnds, is_unknown_connection};
use super::orgs::{OrgLookup, is_unknown_org};
use crate::app::changes::connection_not_changed;
use crate::app::{Account, ChosenAccounts};
use crate::error::{CommandError, Exit, Result};
use crate::model::{
    ChangeKind, Connection, ConnectionSelector, Org, OrgDirectory, OrgRef, OrgSelector, TypeSet,
};

/// The connections to create, and the account that does it.
pub(crate) struct CreateTargets<'s> {
    pub(crate) account: &'s Account,
    /// The org of the account, if it is known.
    pub(crate) source: Option<OrgRef>,
    /// The destinations, each once.
    pub(crate) destinations: Vec<Org>,
    /// The errors of profiles that the command can do without.
    pub(crate) failures: Vec<CommandError>,
}

/// The orgs that a new connection could lead to.
pub(crate) struct DestinationOptions {
    /// The org whose data is shared.
    pub(crate) source: OrgRef,
    /// The orgs that the accounts in question see, perhaps with the source.
    pub(crate) orgs: OrgDirectory,
    /// The connections that the source has already.
    connections: Vec<Connection>,
    /// The errors of profiles that the command can do without.
    pub(crate) failures: Vec<CommandError>,
}

impl DestinationOptions {
    /// What the source shares with the org already; `None` if it is not connected to it.
    pub(crate) fn types_shared_with(&self, org: &Org) -> Option<&TypeSet> {
        let pair = (self.source.id, org.id);
        let mut connections = self.connections.iter();
        let found = connections.find(|connection| connection.pair() == pair);
        found.map(|connection| &connection.types)
    }
}

/// The connections to update or delete.
pub(crate) struct ChangeTargets<'s> {
    /// Each connection once, in the order in which they are named, with the account that changes it; or why it is not
    /// found.
    pub(crate) connections: Vec<Result<(&'s Account, Connection)>>,
    /// Why connections cannot be changed that an account which could not be asked may see or change. They do not stop the
    /// others.
    pub(crate) unreachable: Vec<CommandError>,
    /// The errors of profiles that the command can do without.
    pub(crate) failures: Vec<CommandError>,
}

/// What a command creates, updates or deletes, and the account that does it.
impl ChosenAccounts {
    /// Finds the orgs of the connections to create, and the account that does it: the only one, or with `source` the
    /// one that belongs to this org.
    ///
    /// # Errors
    /// Fails if an org or the account cannot be found, `source` is not the account's org, or a destination is the
    /// source.
    pub(crate) async fn create_targets(
        &self,
        source: Option<&OrgSelector>,
        destinations: &[OrgSelector],
    ) -> Result<CreateTargets<'_>> {
        let mut lookup = self.org_lookup();
        let (account, required) = self.creating_account(source, &mut lookup).await?;
        // A source that needs no lookup leaves it to its account and the default one to know the destinations.
        let knows_account = self.are_candidates && !source.is_some_and(OrgSelector::needs_lookup);
        let mut failures = Vec::new();
        if knows_account {
            failures.append(&mut lookup.failures);
            lookup = self.org_lookup_by(account);
        }
        let mut orgs = OrgDirectory::default();
        for destination in destinations {
            orgs.add(match lookup.find(destination).await {
                Err(error) if knows_account && is_unknown_org(&error) => {
                    self.org_lookup().find(destination).await?
                }
                found => found?,
            });
        }
        failures.append(&mut lookup.failures);
        let current = required.or_else(|| account.known_current_org());
        let own = current.as_ref().and_then(|current| orgs.get(current.id));
        if let Some(org) = own {
            return Err(CommandError::usage(format!(
                "`{}` is the source org itself: an org cannot be connected to itself",
                org.label()
            )));
        }
        Ok(CreateTargets {
            account,
            source: current,
            destinations: orgs.orgs,
            failures: self.require_chosen(failures)?,
        })
    }

    /// Reads the orgs that connections could be created to, as [`ChosenAccounts::create_targets`] looks them up, and the
    /// connections that there are.
    ///
    /// # Errors
    /// Fails if the account cannot be found, or if its orgs or connections cannot be read.
    pub(crate) async fn offered_destinations(
        &self,
        source: Option<&OrgSelector>,
    ) -> Result<DestinationOptions> {
        let mut lookup = self.org_lookup();
        let (account, _) = self.creating_account(source, &mut lookup).await?;
        let mut failures = lookup.failures;
        let mut lookup = match self.are_candidates {
            true => self.org_lookup_by(account),
            false => self.org_lookup(),
        };
        let orgs = lookup.visible_orgs().await;
        failures.append(&mut lookup.failures);
        if orgs.orgs.is_empty() && !failures.is_empty() {
            return Err(self.first_failure(&mut failures));
        }
        let connections = account.all_connections().await?.to_vec();
        let source = account.current_org_with_name().await?;
        Ok(DestinationOptions {
            source,
            orgs,
            connections,
            failures: self.require_chosen(failures)?,
        })
    }

    /// The account that creates connections of `source`, and the org if `source` names it.
    async fn creating_account<'s>(
        &'s self,
        source: Option<&OrgSelector>,
        lookup: &mut OrgLookup<'s>,
    ) -> Result<(&'s Account, Option<OrgRef>)> {
        let Some(source) = source else {
            return Ok((self.single_account()?, None));
        };
        let org = lookup.find(source).await?;
        let orgs = [org.to_ref()];
        let Some(account) = self.account_of_source(source, &orgs, lookup).await? else {
            let failures = std::mem::take(&mut lookup.failures);
            return Err(self.no_account_error(&orgs, failures).await);
        };
        Ok((account, Some(require_current_org(&org, account).await?)))
    }

    /// A lookup among the orgs that this account and the default one see.
    fn org_lookup_by<'s>(&'s self, account: &'s Account) -> OrgLookup<'s> {
        let default = self.default_account();
        let default = default.filter(|default| default.profile() != account.profile());
        self.org_lookup_among([account].into_iter().chain(default).collect())
    }

    /// Finds the connections to update or delete, and the account that changes each: its source's, for a delete else
    /// its destination's. They are named by ids, or without ids by their `ends`.
    ///
    /// # Errors
    /// Fails if the service could not be asked, an end is unknown, or no account belongs to the source that `ends`
    /// name. A connection that is not found, or that no account may change, is an error in the returned list.
    pub(crate) async fn change_targets(
        &self,
        kind: ChangeKind,
        selectors: &[ConnectionSelector],
        ends: &ConnectionEnds,
    ) -> Result<ChangeTargets<'_>> {
        if selectors.is_empty()
            && (ends.source.is_some() || self.accounts.len() == 1)
            && let Some(targets) = self.change_target_between(kind, ends).await?
        {
            return Ok(targets);
        }
        let matches = match selectors {
            [] => self.matching_connections(ends).await?,
            selectors => self.connections_by_id(selectors).await,
        };
        let failures = self.require_chosen(matches.failures)?;
        let selectors = match selectors {
            [] => vec![None],
            selectors => selectors.iter().map(Some).collect(),
        };
        let (mut found, mut seen) = (Vec::with_capacity(selectors.len()), HashSet::new());
        let mut unread = Vec::new();
        for selector in selectors {
            match self.select(selector, ends, &matches.connections) {
                Ok(connection) if !seen.insert(connection.id) => {}
                // An account that could not be asked may see the connection.
                Err(error) if is_unknown_connection(&error) && !failures.is_empty() => {
                    unread.push(error.message());
                }
                result => found.push(result.cloned()),
            }
        }
        let mut targets = match self.accounts.as_slice() {
            [only] => ChangeTargets {
                connections: Vec::from_iter(found.into_iter().map(|found| Ok((only, found?)))),
                unreachable: Vec::new(),
                failures,
            },
            _ => {
                let account_orgs = self.account_orgs(failures).await;
                account_orgs.into_change_targets(kind, found)
            }
        };
        if !unread.is_empty() {
            let error = self.unread_error(&unread.join(", "), &mut targets.failures);
            targets.unreachable.push(error);
        }
        Ok(targets)
    }

    /// Finds the one connection between `ends` to update or delete, with the account of their source, for a delete else
    /// of their destination. `None` if the source has no account and the destination is left open: any account may be
    /// the destination's.
    async fn change_target_between(
        &self,
        kind: ChangeKind,
        ends: &ConnectionEnds,
    ) -> Result<Option<ChangeTargets<'_>>> {
        let mut lookup = self.org_lookup();
        let filter = lookup.filter(ends).await?;
        let account = match &ends.source {
            None => self.single_account()?,
            Some(source) => {
                let mut orgs = Vec::new();
                for end in kind.allowed_orgs(Some(source), ends.destination.as_ref()) {
                    orgs.push(lookup.find(end).await?.to_ref());
                }
                let account = self.account_of_source(source, &orgs, &mut lookup).await?;
                match (account, kind, &ends.destination) {
                    (Some(account), _, _) => account,
                    (None, ChangeKind::Delete, None) => return Ok(None),
                    _ => return Err(self.no_account_error(&orgs, lookup.failures).await),
                }
            }
        };
        let failures = self.require_chosen(lookup.failures)?;
        let between = account.complete_connections(filter.clone()).await?;
        let found = match self.select(None, ends, &between) {
            // Whatever the service lists, only a connection of the named orgs is changed.
            Ok(connection) if !filter.selects(connection) => Err(unselected_error(connection)),
            found => found.map(|connection| (account, connection.clone())),
        };
        Ok(Some(ChangeTargets {
            connections: vec![found],
            unreachable: Vec::new(),
            failures,
        }))
    }

    /// The account of the profile that `source` names, else of the first of `orgs` that an account belongs to. If only
    /// one account is chosen, it is that one.
    async fn account_of_source<'s>(
        &'s self,
        source: &OrgSelector,
        orgs: &[OrgRef],
        lookup: &mut OrgLookup<'s>,
    ) -> Result<Option<&'s Account>> {
        let mut accounts = self.accounts.iter();
        let is_named = |account: &&Account| matches!(source, OrgSelector::Profile(name) if account.profile() == Some(name));
        match (self.accounts.as_slice(), accounts.find(is_named)) {
            ([only], _) | (_, Some(only)) => return Ok(Some(only)),
            _ => {}
        }
        let failures = std::mem::take(&mut lookup.failures);
        let account_orgs = self.account_orgs(failures).await;
        let account = account_orgs.find(orgs);
        lookup.failures = account_orgs.failures;
        account
    }

    /// The error if no account belongs to any of `orgs`. `failures` are those of the accounts so far.
    async fn no_account_error(&self, orgs: &[OrgRef], failures: Vec<CommandError>) -> CommandError {
        self.account_orgs(failures).await.no_account_of(orgs)
    }

    /// Finds the connection that `selector` names, or without one the only connection between `ends`. Also returns the
    /// errors of profiles that the command can do without.
    ///
    /// # Errors
    /// Fails if there is none or more than one, or if an account that may see it could not be asked.
    pub(crate) async fn find_connection(
        &self,
        selector: Option<&ConnectionSelector>,
        ends: &ConnectionEnds,
    ) -> Result<(Connection, Vec<CommandError>)> {
        let matches = match selector {
            Some(id) => self.connections_by_id(slice::from_ref(id)).await,
            None => self.matching_connections(ends).await?,
        };
        let mut failures = self.require_chosen(matches.failures)?;
        match self.select(selector, ends, &matches.connections) {
            Err(error) if is_unknown_connection(&error) && !failures.is_empty() => {
                Err(self.unread_error(&error.message(), &mut failures))
            }
            found => Ok((found?.clone(), failures)),
        }
    }

    /// The error for connections that are unknown to the accounts that could be asked, as `unknown` says. One that could
    /// not may see them.
    fn unread_error(&self, unknown: &str, failures: &mut Vec<CommandError>) -> CommandError {
        let seen_by_others = format!("{unknown} in the other profiles");
        self.first_failure(failures).context(seen_by_others)
    }

    /// Returns the errors of accounts that could not be asked, if these are only candidates: the command can do without
    /// them. Another org may have a name, or another connection an id, in an account that could not be asked.
    ///
    /// # Errors
    /// Fails with the first error if the user chose these accounts.
    fn require_chosen(&self, mut failures: Vec<CommandError>) -> Result<Vec<CommandError>> {
        match self.are_candidates || failures.is_empty() {
            true => Ok(failures),
            false => Err(self.first_failure(&mut failures)),
        }
    }
}

impl<'s> AccountOrgs<'s> {
    /// The connections that were found, each with the account that changes it.
    fn into_change_targets(
        self,
        kind: ChangeKind,
        found: Vec<Result<Connection>>,
    ) -> ChangeTargets<'s> {
        let (mut connections, mut unreachable) = (Vec::with_capacity(found.len()), Vec::new());
        for found in found {
            let connection = match found {
                Ok(connection) => connection,
                Err(error) => {
                    connections.push(Err(error));
                    continue;
                }
            };
            let orgs = kind.allowed_orgs(Some(&connection.source), Some(&connection.destination));
            let orgs: Vec<_> = orgs.cloned().collect();
            match self.find(&orgs) {
                Ok(Some(account)) => connections.push(Ok((account, connection))),
                // An account whose org is not known may be the one.
                Ok(None) if self.of_unknown_org().next().is_some() => {
                    let error = self.no_account_of(&orgs);
                    unreachable.push(error.context(connection_not_changed(kind, &[connection.id])));
                }
                Ok(None) => connections.push(Err(self.no_account_of(&orgs))),
                Err(error) => connections.push(Err(error)),
            }
        }
        ChangeTargets {
            connections,
            unreachable,
            failures: self.failures,
        }
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

/// The account's org, which must be `org`.
async fn require_current_org(org: &Org, account: &Account) -> Result<OrgRef> {
    let current = account.current_org_with_name().await?;
    account.require_pinned(&current)?;
    if org.id == current.id {
        return Ok(current);
    }
    Err(CommandError::new(
        Exit::Permission,
        format!(
            "these credentials belong to `{}`, not to `{}`",
            current.label(),
            org.label()
        ),
    )
    .hint("a connection is created with its source org's credentials"))
}
