//! Which connections a command is about: ids, beginnings of ids, or the two orgs at the ends.

use anyhow::Result;

use super::lookup::Lookup;
use crate::api::ConnectionFilter;
use crate::error::Failure;
use crate::topology::{Connection, ConnectionSelector, OrgSelector, exactly_one};

/// The orgs at the ends of a connection.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Ends {
    /// Org whose data is shared: its name, UUID or public id
    #[arg(long, value_name = "ORG", visible_alias = "from")]
    pub(crate) source: Option<OrgSelector>,

    /// Org that may query the data: its name, UUID or public id
    #[arg(long, value_name = "ORG", visible_aliases = ["to", "sink"])]
    pub(crate) destination: Option<OrgSelector>,
}

impl Ends {
    /// Whether neither is given.
    pub(crate) fn is_empty(&self) -> bool {
        self.source.is_none() && self.destination.is_none()
    }

    /// The ends as ids, looked up where they are names.
    pub(crate) async fn filter(&self, lookup: &mut Lookup<'_>) -> Result<ConnectionFilter> {
        let mut filter = ConnectionFilter::default();
        if let Some(source) = &self.source {
            filter.source = Some(lookup.org(source).await?.id);
        }
        if let Some(destination) = &self.destination {
            filter.destination = Some(lookup.org(destination).await?.id);
        }
        Ok(filter)
    }

    fn describe(&self) -> String {
        let source = self
            .source
            .as_ref()
            .map(|org| format!("from the org {org}"));
        let destination = self
            .destination
            .as_ref()
            .map(|org| format!("to the org {org}"));
        let ends: Vec<_> = source.into_iter().chain(destination).collect();
        ends.join(" ")
    }
}

/// Refuses ids together with ends, and neither of them.
///
/// # Errors
/// A usage error that says what to give.
pub(crate) fn require_one_way(ids: bool, ends: &Ends) -> Result<()> {
    match (ids, !ends.is_empty()) {
        (true, true) => Err(Failure::usage(
            "name a connection by its id, or by --source and --destination, not both",
        )
        .into()),
        (false, false) => Err(Failure::usage("no connection is named")
            .hint("give an id, the beginning of one, or --source and --destination")
            .into()),
        _ => Ok(()),
    }
}

/// The one of `connections` that is meant: by `selector`, or without one the only one there is between `ends`.
pub(crate) fn one<'a>(
    selector: Option<&ConnectionSelector>,
    ends: &Ends,
    connections: &'a [Connection],
) -> Result<&'a Connection> {
    Ok(match selector {
        Some(selector) => selector.select(connections)?,
        None => exactly_one(connections.iter(), || ends.describe())?,
    })
}

/// What a connection is called in a message.
pub(crate) fn between(connection: &Connection) -> String {
    let (source, destination) = (connection.source.label(), connection.destination.label());
    format!("the connection from `{source}` to `{destination}`")
}

/// Finds each selected connection; with no `selectors`, the one between `ends`. Each comes once, however often it is
/// named, in the order of the selectors.
pub(crate) async fn pick(
    selectors: &[ConnectionSelector],
    ends: &Ends,
    lookup: &mut Lookup<'_>,
) -> Result<Vec<Result<Connection>>> {
    if selectors.is_empty() {
        let filter = ends.filter(lookup).await?;
        let found = lookup.connections(filter).await?;
        return Ok(vec![one(None, ends, &found).cloned()]);
    }
    let live = lookup.all_connections().await?;
    let mut picked: Vec<Result<Connection>> = Vec::with_capacity(selectors.len());
    for selector in selectors {
        match selector.select(live) {
            Ok(found)
                if picked
                    .iter()
                    .flatten()
                    .any(|earlier| earlier.id == found.id) => {}
            found => picked.push(found.cloned().map_err(Into::into)),
        }
    }
    Ok(picked)
}
