//! The connections that the chosen profiles see, each once.

use std::sync::Arc;

use anyhow::Result;

use super::lookup::Lookup;
use super::report::{self, PartFailure};
use super::selection::Ends;
use crate::context::{Account, Session};
use crate::topology::{Connection, Merge, ResolveOrgError};

/// What was seen, and the profiles that saw nothing because they failed.
pub(crate) struct Gathered {
    /// The connections, each once, with the profiles that saw them.
    pub(crate) connections: Vec<Connection>,
    /// Whether at least one profile could be asked.
    pub(crate) succeeded: bool,
    /// The profiles that could not.
    pub(crate) failures: Vec<PartFailure>,
}

/// Asks all accounts of the session side by side.
///
/// An org that only some of them know is looked for among those; one that none knows is an error.
///
/// # Errors
/// No account knows an org at the ends.
pub(crate) async fn gather(session: &Session, ends: &Ends) -> Result<Gathered> {
    let parts = session.each(|account| see(account, ends)).await;
    let (got, failures) = report::part(parts);
    let succeeded = !got.is_empty();
    let mut merge = Merge::default();
    let mut unknown = None;
    let mut knows = false;
    for (profile, seen) in got {
        match seen {
            Ok(connections) => {
                knows = true;
                merge.add(connections, profile.as_ref());
            }
            Err(error) => unknown = Some(error),
        }
    }
    match unknown {
        Some(error) if !knows && failures.is_empty() => Err(error.into()),
        _ => Ok(Gathered {
            connections: merge.into_connections(),
            succeeded,
            failures,
        }),
    }
}

/// What one account sees between the ends; or that it does not know an org at one of them.
async fn see(account: &Account, ends: &Ends) -> Result<Result<Vec<Connection>, ResolveOrgError>> {
    let mut lookup = Lookup::new(account);
    let filter = match ends.filter(&mut lookup).await {
        Ok(filter) => filter,
        Err(error) => match error.downcast::<ResolveOrgError>()? {
            unknown @ ResolveOrgError::Unknown { .. } => return Ok(Err(unknown)),
            ambiguous => return Err(ambiguous.into()),
        },
    };
    Ok(Ok(lookup.connections(filter).await?))
}

/// Says of connections that were read through one profile that they were.
pub(crate) fn mark(connections: &mut [Connection], profile: Option<&Arc<str>>) {
    for connection in connections {
        connection.profiles.extend(profile.cloned());
    }
}
