use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::api::pages::request;
use crate::api::{Client, ConnectionFilter, Error, wire};
use crate::topology::{Connection, Id};

/// How far the clocks of the server's parts may be apart, and what a date to the second leaves open.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(10);

/// The connection between this org and another, as it is now.
pub(super) struct Sighting {
    /// `None` if there is none.
    pub(super) connection: Option<Connection>,
    /// The server's time when it was seen.
    seen_at: Option<Timestamp>,
}

impl Client {
    /// Finds a connection in the list as it is now, by its id.
    pub(super) async fn find(&self, wanted: &Connection) -> Result<Option<Connection>, Error> {
        let mut pages = self.connections(ConnectionFilter {
            source: wanted.source.id.clone(),
            destination: wanted.destination.id.clone(),
        });
        while let Some(page) = pages.next().await {
            let found = page?.into_iter().find(|live| live.id == wanted.id);
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Looks for the connection from this org to `destination`.
    ///
    /// A list with that destination holds what this org takes part in, hence one row at most: this org is the source of
    /// all that it is not the destination of, and there is one connection for each pair.
    ///
    /// `None` if it cannot be told.
    pub(super) async fn look_for(&self, destination: &Id) -> Option<Sighting> {
        let filter = ConnectionFilter {
            source: None,
            destination: Some(destination.clone()),
        };
        let request = request(&filter, 0);
        let answer = self.http.send(&request, self.http.deadline()).await.ok()?;
        let mut rows = wire::page(&answer.body)?.connections;
        rows.retain(|row| row.destination.id.as_ref() == Some(destination));
        let connection = rows.pop();
        rows.is_empty().then_some(Sighting {
            connection,
            seen_at: answer.date,
        })
    }
}

impl Sighting {
    /// Whether the connection that was seen was there before a moment `ago` from the sighting, by the server's clock.
    pub(super) fn is_older_than(&self, ago: Duration) -> bool {
        self.is_known_to_be_older_than(ago).unwrap_or(false)
    }

    fn is_known_to_be_older_than(&self, ago: Duration) -> Option<bool> {
        let created_at = self.connection.as_ref()?.created_at.as_ref()?;
        let created_at: Timestamp = created_at.parse().ok()?;
        let ago = SignedDuration::try_from(ago).ok()?;
        let moment = self.seen_at?.checked_sub(ago).ok()?;
        Some(created_at < moment.checked_sub(CLOCK_TOLERANCE).ok()?)
    }
}
