//! Creates, updates and deletes connections. What became of a write whose answer was lost is settled by a look at the
//! live state.

use tokio::time::Instant;
use uuid::Uuid;

use super::error::{Error, ErrorKind};
use super::http::{Client, Request};
use super::wire;
use crate::model::{Connection, TypeSet};

impl Client {
    /// Waits until this org's rate limit allows another change, where it allows none for now. After that, a change has
    /// the whole timeout for itself.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::RateLimited`] if that takes longer than one operation may, or with
    /// [`ErrorKind::Interrupted`].
    pub async fn wait_for_rate_limit(&self) -> Result<(), Error> {
        let change = Request::post(wire::CONNECTIONS, String::new());
        self.wait_to_send(&change).await
    }

    /// Connects this org, the source, to `destination`. That is done once, however often the request is sent.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Conflict`] if the pair was connected before, with that connection in [`Error::existing`]
    /// where it could be looked up; a refusal; or no answer. Where it is unknown whether the connection was made, a
    /// look at the live state decides. If that fails too, [`Error::outcome_unknown`] is true.
    pub async fn create_connection(
        &self,
        destination: Uuid,
        types: &TypeSet,
    ) -> Result<Connection, Error> {
        let sent = Instant::now();
        let request = Request::post(wire::CONNECTIONS, wire::create_body(destination, types));
        match self.call(&request, wire::connection).await {
            Err(error) if error.outcome_unknown() => {
                self.reconcile_create(destination, types, sent, error).await
            }
            Err(error) if error.kind() == ErrorKind::Conflict => {
                Err(error.with_existing(self.find_connection_to(destination).await))
            }
            result => result,
        }
    }

    /// Replaces the types of a connection. The answer of the API comes without names; they are taken from `connection`.
    ///
    /// # Errors
    /// Fails if the update is refused, or no answer came. Where it is unknown whether it was made, a look at the live
    /// state decides. If that fails too, [`Error::outcome_unknown`] is true.
    pub async fn update_connection(
        &self,
        connection: &Connection,
        types: &TypeSet,
    ) -> Result<Connection, Error> {
        let body = wire::update_body(connection.id, types);
        let request = Request::patch(&connection_path(connection), body);
        let mut updated = match self.call(&request, wire::connection).await {
            Err(error) if error.outcome_unknown() => {
                self.reconcile_update(connection, types, error).await?
            }
            result => result?,
        };
        updated.fill_from(connection);
        Ok(updated)
    }

    /// Deletes a connection. Its source org and its destination org may both do so.
    ///
    /// # Errors
    /// Fails if the deletion is refused, or no answer came. Where it is unknown whether it was done, a look at the live
    /// state decides. If that fails too, [`Error::outcome_unknown`] is true. A connection that does not exist is
    /// [`ErrorKind::NotFound`], unless an attempt whose answer was lost has deleted it.
    pub async fn delete_connection(&self, connection: &Connection) -> Result<(), Error> {
        let request = Request::delete(&connection_path(connection));
        match self.send(&request).await {
            Ok(_) => Ok(()),
            Err(error) if error.outcome_unknown() => self.reconcile_delete(connection, error).await,
            Err(error) => Err(error),
        }
    }
}

fn connection_path(connection: &Connection) -> String {
    format!("{}/{}", wire::CONNECTIONS, connection.id)
}
