//! Creates, updates and deletes connections. If the answer to a write is lost, or does not show what was asked for, the
//! live state is read to find out what the write did.

use tokio::time::Instant;
use uuid::Uuid;

use super::error::{Error, ErrorKind};
use super::http::{Client, Request};
use super::pages::ConnectionFilter;
use super::wire::{self, AnsweredConnection};
use crate::model::{Connection, OrgRef, TypeSet};

/// The connection as it should be after a create or an update.
#[derive(Clone, Copy, Debug)]
pub(super) struct AskedConnection<'a> {
    /// `None` for a create, for which the service chooses the id.
    id: Option<Uuid>,
    /// `None` if it is not known which org the credentials belong to.
    pub(super) source: Option<Uuid>,
    pub(super) destination: Uuid,
    pub(super) types: &'a TypeSet,
}

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

    /// Creates a connection from this org to `destination`. `source` is this org, if it is known. The connection is
    /// created once, however often the request is sent.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Conflict`] if the two orgs are connected already; [`Error::existing_connection`] then
    /// returns that connection if it could be read. Also fails if the request is refused or gets no answer, or if the
    /// connection is not as it was asked for ([`ErrorKind::Inconclusive`]). If it is unknown whether the connection was
    /// created, the live state decides; if that does not show it either, [`Error::is_outcome_unknown`] is true.
    pub async fn create_connection(
        &self,
        source: Option<Uuid>,
        destination: Uuid,
        types: &TypeSet,
    ) -> Result<Connection, Error> {
        let asked = AskedConnection {
            id: None,
            source,
            destination,
            types,
        };
        let sent = Instant::now();
        let request = Request::post(wire::CONNECTIONS, wire::create_body(destination, types));
        let mut answered_id = None;
        let answer = self.call(&request, wire::parse_answered_connection).await;
        let created = answer.and_then(|answered| {
            answered_id = answered.id;
            self.check_answer(&request, &asked, answered)
        });
        match created {
            Err(error) if error.is_outcome_unknown() => {
                let reconciled = self.reconcile_create(&asked, answered_id, sent, error);
                reconciled.await
            }
            Err(error) if error.kind() == ErrorKind::Conflict => {
                Err(error.with_existing(self.find_connection_to(&asked).await))
            }
            Err(error) if error.kind() == ErrorKind::NotFound && self.has_path_in_url() => {
                Err(self.unknown_path_error(destination).await.unwrap_or(error))
            }
            result => result,
        }
    }

    /// Replaces the types of a connection. The API's answer leaves out the names; they are taken from `connection`.
    ///
    /// # Errors
    /// Fails if the update is refused or gets no answer, or if the connection is not as it was asked for
    /// ([`ErrorKind::Inconclusive`]). If it is unknown whether the update took effect, the live state decides; if that
    /// does not show it either, [`Error::is_outcome_unknown`] is true.
    pub async fn update_connection(
        &self,
        connection: &Connection,
        types: &TypeSet,
    ) -> Result<Connection, Error> {
        let asked = AskedConnection {
            id: Some(connection.id),
            source: Some(connection.source.id),
            destination: connection.destination.id,
            types,
        };
        let body = wire::update_body(connection.id, types);
        let request = Request::patch(&connection_path(connection), body);
        let answer = self.call(&request, wire::parse_answered_connection).await;
        let updated = answer.and_then(|answered| self.check_answer(&request, &asked, answered));
        let mut updated = match updated {
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
    /// exist, as the live state shows too, is [`ErrorKind::NotFound`], unless an earlier attempt of this call deleted it
    /// and its answer was lost.
    pub async fn delete_connection(&self, connection: &Connection) -> Result<(), Error> {
        let request = Request::delete(&connection_path(connection));
        match self.send(&request).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_outcome_unknown() || error.kind() == ErrorKind::NotFound => {
                self.reconcile_delete(connection, error).await
            }
            Err(error) => Err(error),
        }
    }

    /// The connection that an answer shows, if it is the one that was asked for.
    fn check_answer(
        &self,
        request: &Request,
        asked: &AskedConnection<'_>,
        answered: AnsweredConnection,
    ) -> Result<Connection, Error> {
        asked.check(answered).map_err(|detail| {
            let error = Error::new(ErrorKind::Inconclusive, detail).with_outcome_unknown(true);
            self.in_context(error, request)
        })
    }

    /// The error of a listing, if the server does not have its path. Then the 404 of a create does not mean that the
    /// org is unknown.
    async fn unknown_path_error(&self, destination: Uuid) -> Option<Error> {
        let filter = ConnectionFilter {
            destination: Some(destination),
            ..ConnectionFilter::default()
        };
        let listed = self.connections(filter).next().await?;
        listed
            .err()
            .filter(|error| error.kind() == ErrorKind::UnknownPath)
    }
}

impl AskedConnection<'_> {
    /// The connection that an answer shows. Where the answer does not name an org, it is the one that was asked for.
    ///
    /// # Errors
    /// Fails with the reason if the answer does not show the connection that was asked for.
    fn check(&self, answered: AnsweredConnection) -> Result<Connection, String> {
        let id = answered
            .id
            .ok_or("the answer does not name the connection")?;
        if self.id.is_some_and(|asked| asked != id) {
            return Err(format!("the answer is about another connection, {id}"));
        }
        let source = answered.source.or_else(|| self.source.map(OrgRef::from));
        let source = source.ok_or("the answer does not name the source org")?;
        let destination = answered.destination;
        let destination = destination.unwrap_or_else(|| self.destination.into());
        let is_other_source = self.source.is_some_and(|asked| asked != source.id);
        if is_other_source || destination.id != self.destination {
            let (source, destination) = (source.id, destination.id);
            return Err(format!(
                "the answer is about other orgs, from {source} to {destination}"
            ));
        }
        let types = answered.types.ok_or("the answer does not show the types")?;
        if types != *self.types {
            return Err(describe_difference(&types, self.types));
        }
        Ok(Connection {
            id,
            source,
            destination,
            types,
            created_at: answered.created_at,
            created_by: answered.created_by,
            profiles: Vec::new(),
        })
    }
}

/// Says that a connection has other types than were asked for.
pub(super) fn describe_difference(types: &TypeSet, asked: &TypeSet) -> String {
    match types.is_empty() {
        true => format!("not as asked: has no types, asked for {asked}"),
        false => format!("not as asked: has {types}, asked for {asked}"),
    }
}

fn connection_path(connection: &Connection) -> String {
    format!("{}/{}", wire::CONNECTIONS, connection.id)
}
