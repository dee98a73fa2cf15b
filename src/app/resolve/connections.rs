use std::collections::HashSet;
use std::slice;

use uuid::Uuid;

use super::orgs::OrgLookup;
use crate::api::ConnectionFilter;
use crate::app::chosen_accounts::for_each_account;
use crate::app::{Account, ChosenAccounts};
use crate::error::{CommandError, Result};
use crate::model::{
    Connection, ConnectionSelector, ConnectionSet, OrgSelector, ResolveOrgError,
    SelectConnectionError, only_match,
};

/// The orgs at the ends of a connection.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct ConnectionEnds {
    /// Org whose data is shared
    ///
    /// Its name, UUID or public id; `orgconn help selectors` has more.
    #[arg(long, value_name = "ORG", visible_alias = "from")]
    pub(crate) source: Option<OrgSelector>,

    /// Org that may query the data
    ///
    /// Its name, UUID or public id; `orgconn help selectors` has more.
    #[arg(long, value_name = "ORG", visible_aliases = ["to", "sink"])]
    pub(crate) destination: Option<OrgSelector>,
}

impl ConnectionEnds {
    /// Whether neither end is given.
    pub(crate) fn is_empty(&self) -> bool {
        self.source.is_none() && self.destination.is_none()
    }

    /// Checks that no end is a group of orgs, for a command that takes one connection.
    ///
    /// # Errors
    /// Fails if one is.
    pub(crate) fn check_single_orgs(&self) -> Result<()> {
        let mut ends = self.source.iter().chain(&self.destination);
        match ends.find_map(OrgSelector::group) {
            Some(group) => Err(ResolveOrgError::Group(group.to_owned()).into()),
            None => Ok(()),
        }
    }

    /// Checks that a command does not name connections both by ids and by their ends, and that an end is one org.
    ///
    /// # Errors
    /// Fails if both are given, or an end is a group of orgs.
    pub(crate) fn check_against_ids(&self, has_ids: bool) -> Result<()> {
        self.check_single_orgs()?;
        match has_ids && !self.is_empty() {
            true => Err(CommandError::usage(
                "name a connection by its id, or by --source and --destination, not both",
            )),
            false => Ok(()),
        }
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

/// The orgs that connections may have at their ends; `None` for an end that is left open.
pub(crate) struct EndOrgs {
    pub(crate) source: Option<HashSet<Uuid>>,
    pub(crate) destination: Option<HashSet<Uuid>>,
}

impl EndOrgs {
    /// The part that the service can select: it takes one org for each end.
    pub(crate) fn filter(&self) -> ConnectionFilter {
        let only = |orgs: &Option<HashSet<Uuid>>| {
            let orgs = orgs.as_ref().filter(|orgs| orgs.len() == 1);
            orgs.and_then(|orgs| orgs.iter().next().copied())
        };
        ConnectionFilter {
            source: only(&self.source),
            destination: only(&self.destination),
        }
    }

    /// Whether the connection is between such orgs.
    pub(crate) fn selects(&self, connection: &Connection) -> bool {
        let (source, destination) = (&self.source, &self.destination);
        source
            .as_ref()
            .is_none_or(|orgs| orgs.contains(&connection.source.id))
            && destination
                .as_ref()
                .is_none_or(|orgs| orgs.contains(&connection.destination.id))
    }
}

impl OrgLookup<'_> {
    /// Finds the orgs of `ends`, each of which may be a group of orgs.
    ///
    /// # Errors
    /// As [`OrgLookup::find`], or if a group or its orgs cannot be found.
    pub(crate) async fn end_orgs(&mut self, ends: &ConnectionEnds) -> Result<EndOrgs> {
        Ok(EndOrgs {
            source: self.find_all(ends.source.as_ref()).await?,
            destination: self.find_all(ends.destination.as_ref()).await?,
        })
    }

    /// The ids of the orgs that a selector stands for, if there is one.
    async fn find_all(&mut self, selector: Option<&OrgSelector>) -> Result<Option<HashSet<Uuid>>> {
        let Some(selector) = selector else {
            return Ok(None);
        };
        Ok(Some(match selector.group() {
            Some(group) => self.find_group(group).await?,
            None => HashSet::from([self.find(selector).await?.id]),
        }))
    }

    /// Finds the orgs of `ends`, as a filter for connections.
    ///
    /// # Errors
    /// As [`OrgLookup::find`].
    pub(crate) async fn filter(&mut self, ends: &ConnectionEnds) -> Result<ConnectionFilter> {
        let mut filter = ConnectionFilter::default();
        if let Some(source) = &ends.source {
            filter.source = Some(self.find(source).await?.id);
        }
        if let Some(destination) = &ends.destination {
            filter.destination = Some(self.find(destination).await?.id);
        }
        Ok(filter)
    }
}

/// The connections that a user names, as far as the accounts see them.
pub(crate) struct MatchingConnections {
    /// The connections, each once; each lists the profiles that see it.
    pub(crate) connections: Vec<Connection>,
    /// Whether at least one account could be read completely.
    pub(crate) answered: bool,
    /// The errors of the accounts that could not be read, each with its profile.
    pub(crate) failures: Vec<CommandError>,
}

/// What the accounts list, with the reason why it may not be all.
type Listings<'s> = Vec<(&'s Account, Result<(Vec<Connection>, Option<CommandError>)>)>;

impl ChosenAccounts {
    /// Reads the connections between `ends` from all accounts in parallel.
    ///
    /// # Errors
    /// Fails if one of the orgs of `ends` cannot be found.
    pub(crate) async fn matching_connections(
        &self,
        ends: &ConnectionEnds,
    ) -> Result<MatchingConnections> {
        let mut lookup = self.org_lookup();
        let orgs = lookup.end_orgs(ends).await?;
        let listings = list(lookup.answered(), &orgs.filter()).await;
        let mut matches = merge(listings, lookup.failures);
        matches.connections.retain(|found| orgs.selects(found));
        Ok(matches)
    }

    /// Selects one of `connections`: the one that `selector` names, or without a selector the only one between `ends`.
    ///
    /// # Errors
    /// Fails if there is none, or more than one.
    pub(crate) fn select<'a>(
        &self,
        selector: Option<&ConnectionSelector>,
        ends: &ConnectionEnds,
        connections: &'a [Connection],
    ) -> Result<&'a Connection> {
        let found = match selector {
            Some(selector) => selector.select(connections),
            None => only_match(connections.iter(), || ends.describe()),
        };
        match found {
            Err(error @ SelectConnectionError::Unknown(_)) if self.leaves_out_profiles() => {
                Err(CommandError::from(error).hint(
                    "`orgconn list --all-profiles` shows the connections that all profiles see",
                ))
            }
            found => Ok(found?),
        }
    }

    /// Reads the connections among which ids are looked up, from all accounts in parallel. Where nothing chooses
    /// accounts, the others are not asked if the default one sees all of the ids, which whole ids make certain.
    pub(crate) async fn connections_by_id(
        &self,
        selectors: &[ConnectionSelector],
    ) -> MatchingConnections {
        let filter = ConnectionFilter::default();
        let is_whole =
            |selector: &ConnectionSelector| matches!(selector, ConnectionSelector::Id(_));
        let are_whole = selectors.iter().all(is_whole);
        let comes_first =
            |account: &&Account| self.are_candidates && are_whole && account.is_default();
        let (first, others): (Vec<_>, Vec<_>) = self.accounts.iter().partition(comes_first);
        let mut listings = list(first.into_iter(), &filter).await;
        let seen: HashSet<_> = listings
            .iter()
            .filter_map(|(_, listed)| listed.as_ref().ok())
            .flat_map(|(connections, _)| connections.iter().map(|connection| connection.id))
            .collect();
        let is_seen = |selector: &ConnectionSelector| match selector {
            ConnectionSelector::Id(id) => seen.contains(id),
            ConnectionSelector::Prefix(_) => false,
        };
        if !selectors.iter().all(is_seen) {
            listings.extend(list(others.into_iter(), &filter).await);
        }
        merge(listings, Vec::new())
    }

    /// Reads the connections that a command is offered which names none: those that the chosen accounts see. Where
    /// nothing chooses accounts, those that the default one sees, as if they were listed.
    ///
    /// # Errors
    /// Fails if no account could be asked.
    pub(crate) async fn offered_connections(&self) -> Result<MatchingConnections> {
        let default = self.default_account().filter(|_| self.are_candidates);
        let accounts = default.map_or(&self.accounts[..], slice::from_ref);
        let listings = list(accounts.iter(), &ConnectionFilter::default()).await;
        let mut offered = merge(listings, Vec::new());
        match offered.connections.is_empty() && !offered.failures.is_empty() {
            true => Err(self.first_failure(&mut offered.failures)),
            false => Ok(offered),
        }
    }
}

async fn list<'s>(
    accounts: impl Iterator<Item = &'s Account>,
    filter: &ConnectionFilter,
) -> Listings<'s> {
    for_each_account(accounts, |account| account.list_connections(filter.clone())).await
}

/// Merges what the accounts list. `failures` are the errors of accounts that were not asked for their connections.
fn merge(listings: Listings<'_>, mut failures: Vec<CommandError>) -> MatchingConnections {
    let (mut connections, mut answered) = (ConnectionSet::default(), false);
    for (account, listed) in listings {
        match listed {
            Ok((seen, gap)) => {
                connections.merge_seen_by(seen, account.profile());
                match gap {
                    None => answered = true,
                    Some(gap) => failures.push(gap.for_profile(account.profile())),
                }
            }
            Err(error) => failures.push(error),
        }
    }
    MatchingConnections {
        connections: connections.into_vec(),
        answered,
        failures,
    }
}

/// Whether no connection has the id or the ends that the user named.
pub(crate) fn is_unknown_connection(error: &CommandError) -> bool {
    matches!(
        error.downcast_ref(),
        Some(SelectConnectionError::Unknown(_))
    )
}
