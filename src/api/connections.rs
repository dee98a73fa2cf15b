//! The verbs that change connections, and the finding out of what became of a write whose answer was lost.

mod create;
mod look;
#[cfg(test)]
mod tests;

use super::http::{Failure, Request};
use super::{Client, Error, ErrorKind, wire};
use crate::topology::{Connection, Id, TypeSet};

const PATH: &str = "/api/v2/org_connections";

impl Client {
    /// Waits until this org's rate limit allows another change, where it allows none for now. Who does so before a
    /// change has the whole timeout for the change itself.
    ///
    /// # Errors
    /// [`ErrorKind::RateLimited`] if that takes longer than one operation may, [`ErrorKind::Interrupted`] if somebody
    /// wishes to stop.
    pub async fn wait_for_rate_limit(&self) -> Result<(), Error> {
        self.http
            .wait_for_reset(&Request::post(PATH, Vec::new()))
            .await
    }

    /// Gives a connection another set of types; the whole set is replaced. The answer comes without names, and takes
    /// them from `connection`.
    ///
    /// # Errors
    /// The update is refused, or no answer came. Where it is unknown whether it was made, a look at the live state
    /// tells, and if that fails too, [`Error::outcome_unknown`] is true.
    pub async fn update_connection(
        &self,
        connection: &Connection,
        types: &TypeSet,
    ) -> Result<Connection, Error> {
        let (id, path) = addressed(connection)?;
        let request = Request::patch(path, wire::update(id, types));
        let error = match self.http.send(&request, self.http.deadline()).await {
            Ok(answer) => match wire::connection(&answer.body) {
                Some(mut updated) => {
                    updated.fill_from(connection);
                    return Ok(updated);
                }
                None => self.http.misread(&request),
            },
            Err(Failure { error, uncertain }) if !uncertain => return Err(error),
            Err(Failure { error, .. }) => error,
        };
        match self.find(connection).await {
            Ok(Some(live)) if live.types == *types => Ok(live),
            Ok(_) => Err(error.with_note("a look afterwards did not find the change")),
            Err(_) => Err(error.with_unknown_outcome("whether the change was made is not known")),
        }
    }

    /// Deletes a connection; its source org and its destination org may both do so.
    ///
    /// # Errors
    /// The deletion is refused, or no answer came. Where it is unknown whether it was done, a look at the live state
    /// tells, and if that fails too, [`Error::outcome_unknown`] is true. A connection that does not exist is
    /// [`ErrorKind::NotFound`], unless it was there and an attempt whose answer was lost has deleted it.
    pub async fn delete_connection(&self, connection: &Connection) -> Result<(), Error> {
        let (_, path) = addressed(connection)?;
        let request = Request::delete(path);
        // What a 200 holds is of no interest: `{}` and a newline.
        let error = match self.http.send(&request, self.http.deadline()).await {
            Ok(_) => return Ok(()),
            Err(Failure { error, uncertain }) if !uncertain => return Err(error),
            Err(Failure { error, .. }) => error,
        };
        match self.find(connection).await {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(error.with_note("a look afterwards found it still there")),
            Err(_) => Err(error.with_unknown_outcome("whether it was deleted is not known")),
        }
    }
}

/// The id of a connection, and the path to it. The API takes UUIDs only, and a path made of anything else might lead
/// elsewhere.
fn addressed(connection: &Connection) -> Result<(&Id, String), Error> {
    match &connection.id {
        Some(id) if id.as_uuid().is_some() => Ok((id, format!("{PATH}/{id}"))),
        Some(id) => Err(Error::new(
            ErrorKind::Rejected,
            format!("the connection's id `{id}` is no UUID, and the API takes no other"),
        )),
        None => Err(Error::new(
            ErrorKind::Rejected,
            "the connection came without an id, and cannot be changed without one",
        )),
    }
}
