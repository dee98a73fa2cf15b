//! Finds out whether a write took effect when its answer was lost, by reading the live state.
//!
//! This read has a whole timeout of its own, since the write may have used up its timeout.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use uuid::Uuid;

use super::error::{Error, ErrorKind};
use super::http::Client;
use super::pages::{ConnectionFilter, MAX_ROWS, page_request};
use super::wire;
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
    /// Decides the outcome of a create whose answer was lost. It was first sent at the time `sent`.
    pub(super) async fn reconcile_create(
        &self,
        destination: Uuid,
        types: &TypeSet,
        sent: Instant,
        error: Error,
    ) -> Result<Connection, Error> {
        let Some(LiveStateAnswer { connection, at }) =
            self.find_live_by_destination(destination).await
        else {
            return Err(error.with_note("it is not known whether the connection was created"));
        };
        let error = error.with_outcome_unknown(false);
        let is_made_by_this = |found: &Connection| {
            let was_there_before = was_created_before(found, at, sent.elapsed());
            found.types == *types && was_there_before != Some(true)
        };
        match connection {
            Some(created) if is_made_by_this(&created) => Ok(created),
            // A conflict needs no note, since it says already that the two orgs are connected.
            other if error.kind() == ErrorKind::Conflict => Err(error.with_existing(other)),
            None => Err(error.with_note("a check afterwards found no such connection")),
            other => Err(error.with_existing(other).with_note(
                "a check afterwards found another connection of the pair, which this request did not create",
            )),
        }
    }

    /// Decides the outcome of an update whose answer was lost.
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
            _ => Err(error
                .with_outcome_unknown(false)
                .with_note("a check afterwards did not find the change")),
        }
    }

    /// Decides the outcome of a delete whose answer was lost.
    pub(super) async fn reconcile_delete(
        &self,
        connection: &Connection,
        error: Error,
    ) -> Result<(), Error> {
        let Some(observed) = self.find_live_by_id(connection).await else {
            return Err(error.with_note("it is not known whether it was deleted"));
        };
        match observed.connection {
            None => Ok(()),
            Some(_) => Err(error
                .with_outcome_unknown(false)
                .with_note("a check afterwards found that it still exists")),
        }
    }

    /// The connection from this org to `destination`. `None` if there is none or it cannot be read.
    pub(super) async fn find_connection_to(&self, destination: Uuid) -> Option<Connection> {
        self.find_live_by_destination(destination).await?.connection
    }

    /// Looks for the connection from this org to `destination`. `None` if the answer is not certain.
    ///
    /// There is at most one: this org is its source, and each pair of source and destination has one connection at
    /// most.
    async fn find_live_by_destination(&self, destination: Uuid) -> Option<LiveStateAnswer> {
        let filter = ConnectionFilter {
            source: None,
            destination: Some(destination),
        };
        self.find_live(filter, |live| live.destination.id == destination)
            .await
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
        let answer = self.send(&page_request(&filter, 0)).await.ok()?;
        let page = wire::parse_page(&answer.body, usize::MAX)?.rows;
        let is_whole = page.unreadable.is_empty() && page.connections.len() < MAX_ROWS;
        let mut found = page.connections.into_iter().filter(is_wanted);
        let connection = found.next();
        let is_certain = match connection {
            Some(_) => found.next().is_none(),
            None => is_whole,
        };
        is_certain.then_some(LiveStateAnswer {
            connection,
            at: answer.date,
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
