//! Creates, updates and deletes connections. If the answer to a write is lost, the live state is read to find out
//! whether the write took effect.

use tokio::time::Instant;
use uuid::Uuid;

use super::error::{Error, ErrorKind};
use super::http::{Client, Request};
use super::wire;
use crate::model::{Connection, TypeSet};

impl Client {
    /// Waits until this org's rate limit allows another change. The caller waits here first, so that the change itself
    /// has the whole timeout.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::RateLimited`] if the wait would exceed the timeout of one operation, or with
    /// [`ErrorKind::Interrupted`].
    pub async fn wait_for_rate_limit(&self) -> Result<(), Error> {
        let change = Request::post(wire::CONNECTIONS, String::new());
        self.wait_to_send(&change).await
    }

    /// Creates a connection from this org, the source, to `destination`. It is created once, however often the request
    /// is sent.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Conflict`] if the two orgs are connected already; [`Error::existing_connection`] then holds that
    /// connection if it could be read. Also fails if the request is refused or gets no answer. If it is unknown whether
    /// the connection was created, the live state decides; if that cannot be read either, [`Error::is_outcome_unknown`] is
    /// true.
    pub async fn create_connection(
        &self,
        destination: Uuid,
        types: &TypeSet,
    ) -> Result<Connection, Error> {
        let sent = Instant::now();
        let request = Request::post(wire::CONNECTIONS, wire::create_body(destination, types));
        match self.call(&request, wire::parse_connection).await {
            Err(error) if error.is_outcome_unknown() => {
                self.reconcile_create(destination, types, sent, error).await
            }
            Err(error) if error.kind() == ErrorKind::Conflict => {
                Err(error.with_existing(self.find_connection_to(destination).await))
            }
            result => result,
        }
    }

    /// Replaces the types of a connection. The API's answer leaves out the names; they are taken from `connection`.
    ///
    /// # Errors
    /// Fails if the update is refused or gets no answer. If it is unknown whether the update took effect, the live
    /// state decides; if that cannot be read either, [`Error::is_outcome_unknown`] is true.
    pub async fn update_connection(
        &self,
        connection: &Connection,
        types: &TypeSet,
    ) -> Result<Connection, Error> {
        let body = wire::update_body(connection.id, types);
        let request = Request::patch(&connection_path(connection), body);
        let mut updated = match self.call(&request, wire::parse_connection).await {
            Err(error) if error.is_outcome_unknown() => {
                self.reconcile_update(connection, types, error).await?
            }
            result => result?,
        };
        updated.fill_from(connection);
        Ok(updated)
    }

    /// Deletes a connection. The source org and the destination org may both delete it.
    ///
    /// # Errors
    /// Fails if the deletion is refused or gets no answer. If it is unknown whether the deletion took effect, the live
    /// state decides; if that cannot be read either, [`Error::is_outcome_unknown`] is true. A connection that does not
    /// exist is [`ErrorKind::NotFound`], unless an earlier attempt of this call deleted it and its answer was lost.
    pub async fn delete_connection(&self, connection: &Connection) -> Result<(), Error> {
        let request = Request::delete(&connection_path(connection));
        match self.send(&request).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_outcome_unknown() => {
                self.reconcile_delete(connection, error).await
            }
            Err(error) => Err(error),
        }
    }
}

fn connection_path(connection: &Connection) -> String {
    format!("{}/{}", wire::CONNECTIONS, connection.id)
}
