//! Finds out what a write did when its answer was lost or did not show it, by reading the live state.
//!
//! This read has a whole timeout of its own, since the write may have used up its timeout.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use uuid::Uuid;

use super::connections::{AskedConnection, describe_difference};
use super::error::{Error, ErrorKind};
use super::http::Client;
use super::pages::ConnectionFilter;
use crate::model::{Connection, TypeSet};

/// The maximum difference between the clocks of the server's parts, plus the rounding of dates to seconds.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(10);

/// The result of reading the live state.
struct LiveStateAnswer {
    /// The connection that was looked for; `None` if there is none.
    connection: Option<Connection>,
    /// The server's time when the state was read.
    at: Option<Timestamp>,
}

impl Client {
    /// Decides the outcome of a create that was first sent at the time `sent`. `answered_id` is the id in its answer,
    /// if there was one.
    pub(super) async fn reconcile_create(
        &self,
        asked: &AskedConnection<'_>,
        answered_id: Option<Uuid>,
        sent: Instant,
        error: Error,
    ) -> Result<Connection, Error> {
        let Some(LiveStateAnswer { connection, at }) = self.find_live_by_destination(asked).await
        else {
            return Err(error.with_note("it is not known whether the connection was created"));
        };
        let Some(live) = connection else {
            return Err(error
                .with_outcome_unknown(false)
                .with_note("a check afterwards found no such connection"));
        };
        let was_there_before = match answered_id == Some(live.id) {
            true => Some(false),
            false => was_created_before(&live, at, sent.elapsed()),
        };
        match was_there_before {
            Some(false) if live.types == *asked.types => Ok(live),
            None if live.types == *asked.types => Err(error.with_existing(Some(live)).with_note(
                "a check afterwards found a connection of the pair, and it is not known whether this request created it",
            )),
            // The connection may be this request's own, so the outcome stays unknown.
            Some(false) | None if error.kind() == ErrorKind::Inconclusive => {
                Err(error.with_detail(describe_difference(&live.types, asked.types)))
            }
            // A conflict needs no note, since it says already that the two orgs are connected.
            _ if error.kind() == ErrorKind::Conflict => {
                Err(error.with_outcome_unknown(false).with_existing(Some(live)))
            }
            _ => Err(error
                .with_outcome_unknown(false)
                .with_existing(Some(live))
                .with_note(
                    "a check afterwards found another connection of the pair, which this request did not create",
                )),
        }
    }

    /// Decides the outcome of an update whose answer was lost, or did not show the types.
    pub(super) async fn reconcile_update(
        &self,
        connection: &Connection,
        types: &TypeSet,
        error: Error,
    ) -> Result<Connection, Error> {
        let Some(observed) = self.find_live_by_id(connection).await else {
            return Err(error.with_note("it is not known whether the change was made"));
        };
        match observed.connection {
            Some(live) if live.types == *types => Ok(live),
            Some(live) if error.kind() == ErrorKind::Inconclusive => {
                let has_changed = live.types != connection.types;
                Err(error
                    .with_detail(describe_difference(&live.types, types))
                    .with_outcome_unknown(has_changed))
            }
            _ => Err(error
                .with_outcome_unknown(false)
                .with_note("a check afterwards did not find the change")),
        }
    }

    /// Decides the outcome of a delete whose answer was lost, did not show that it was done, or says that there is no such
    /// connection.
    pub(super) async fn reconcile_delete(
        &self,
        connection: &Connection,
        error: Error,
    ) -> Result<(), Error> {
        let may_be_done = error.is_outcome_unknown();
        match self.find_live_by_id(connection).await {
            None if may_be_done => Err(error.with_note("it is not known whether it was deleted")),
            None => Err(error
                .with_kind(ErrorKind::Inconclusive)
                .with_note("it is not known whether it exists")),
            Some(LiveStateAnswer { connection, .. }) => match connection {
                None if may_be_done => Ok(()),
                None => Err(error),
                Some(_) if may_be_done => Err(error
                    .with_outcome_unknown(false)
                    .with_note("a check afterwards found that it still exists")),
                Some(_) => Err(error
                    .with_kind(ErrorKind::Inconclusive)
                    .with_note("a check afterwards found that it still exists")),
            },
        }
    }

    /// The connection of the pair. `None` if there is none or it cannot be read.
    pub(super) async fn find_connection_to(
        &self,
        asked: &AskedConnection<'_>,
    ) -> Option<Connection> {
        self.find_live_by_destination(asked).await?.connection
    }

    /// Looks for the connection of the pair. `None` if the answer is not certain.
    ///
    /// There is at most one: this org is its source, and each pair of source and destination has one connection at
    /// most.
    async fn find_live_by_destination(
        &self,
        asked: &AskedConnection<'_>,
    ) -> Option<LiveStateAnswer> {
        let filter = ConnectionFilter {
            source: None,
            destination: Some(asked.destination),
        };
        let is_of_source = |live: &Connection| {
            let mut source = asked.source.into_iter();
            source.all(|source| source == live.source.id)
        };
        self.find_live(filter, is_of_source).await
    }

    /// Looks for a connection by its id, which is known. `None` if the answer is not certain.
    async fn find_live_by_id(&self, wanted: &Connection) -> Option<LiveStateAnswer> {
        let filter = ConnectionFilter {
            source: Some(wanted.source.id),
            destination: Some(wanted.destination.id),
        };
        self.find_live(filter, |live| live.id == wanted.id).await
    }

    /// Looks for the one connection that the filter and `is_wanted` select. `None` if the answer is not certain.
    async fn find_live(
        &self,
        filter: ConnectionFilter,
        is_wanted: impl Fn(&Connection) -> bool,
    ) -> Option<LiveStateAnswer> {
        let mut pages = self.connections(filter);
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.ok().filter(|page| page.unreadable.is_empty())?;
            found.extend(page.connections.into_iter().filter(&is_wanted));
        }
        let connection = found.pop();
        found.is_empty().then_some(LiveStateAnswer {
            connection,
            at: pages.answered_at(),
        })
    }
}

/// Whether a connection was created more than `age` and [`CLOCK_TOLERANCE`] before the observation. Both times come
/// from the server's clock. `None` if one of them is missing or invalid.
fn was_created_before(
    connection: &Connection,
    observed_at: Option<Timestamp>,
    age: Duration,
) -> Option<bool> {
    let created_at: Timestamp = connection.created_at.as_ref()?.parse().ok()?;
    let age = SignedDuration::try_from(age).ok()?;
    let limit = observed_at?.checked_sub(age.checked_add(CLOCK_TOLERANCE)?);
    Some(created_at < limit.ok()?)
}
