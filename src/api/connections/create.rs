use tokio::time::Instant;

use super::look::Sighting;
use super::{PATH, wire};
use crate::api::http::{Failure, Request};
use crate::api::{Client, Error, ErrorKind};
use crate::topology::{Connection, Id, TypeSet};

/// What was asked for, and when.
struct Wish<'a> {
    destination: &'a Id,
    types: &'a TypeSet,
    since: Instant,
}

impl Client {
    /// Connects this org, the source, to `destination`. It is done once, however often the request had to be sent.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if the pair was connected before, with that connection where it could be looked up; a
    /// refusal; or no answer. Where it is unknown whether the connection was made, a look at the live state tells, and
    /// if that fails too, [`Error::outcome_unknown`] is true.
    pub async fn create_connection(
        &self,
        destination: &Id,
        types: &TypeSet,
    ) -> Result<Connection, Error> {
        let wish = Wish {
            destination,
            types,
            since: Instant::now(),
        };
        let request = Request::post(PATH, wire::creation(destination, types));
        match self.http.send(&request, self.http.deadline()).await {
            Ok(answer) => match wire::connection(&answer.body) {
                Some(created) => Ok(created),
                None => {
                    self.settle_unreadable(&wish, self.http.misread(&request))
                        .await
                }
            },
            Err(Failure { error, uncertain }) => match (error.kind(), uncertain) {
                (ErrorKind::Conflict, true) => self.settle_conflict(&wish, error).await,
                (ErrorKind::Conflict, false) => {
                    let sighting = self.look_for(destination).await;
                    Err(error.with_existing(sighting.and_then(|seen| seen.connection)))
                }
                (_, true) => self.settle_lost(&wish, error).await,
                (_, false) => Err(error),
            },
        }
    }

    /// The answer was 200, and could not be read.
    async fn settle_unreadable(&self, wish: &Wish<'_>, error: Error) -> Result<Connection, Error> {
        match self.look_for(wish.destination).await {
            Some(Sighting {
                connection: Some(created),
                ..
            }) => Ok(created),
            Some(_) => Err(error.with_note(NOT_THERE)),
            None => Err(error.with_unknown_outcome(UNKNOWN)),
        }
    }

    /// The pair is connected, and an attempt whose answer was lost may have done it.
    async fn settle_conflict(&self, wish: &Wish<'_>, error: Error) -> Result<Connection, Error> {
        match self.look_for(wish.destination).await {
            Some(sighting) if wish.is_granted_by(&sighting) => sighting.connection.ok_or(error),
            Some(sighting) => Err(error.with_existing(sighting.connection)),
            None => Err(error.with_unknown_outcome(UNKNOWN)),
        }
    }

    /// No attempt brought an answer that says whether it was made.
    async fn settle_lost(&self, wish: &Wish<'_>, error: Error) -> Result<Connection, Error> {
        match self.look_for(wish.destination).await {
            Some(sighting) if wish.is_granted_by(&sighting) => sighting.connection.ok_or(error),
            Some(Sighting {
                connection: Some(other),
                ..
            }) => Err(error.with_existing(Some(other)).with_note(OTHER)),
            Some(_) => Err(error.with_note(NOT_THERE)),
            None => Err(error.with_unknown_outcome(UNKNOWN)),
        }
    }
}

const NOT_THERE: &str = "a look afterwards found no such connection";
const OTHER: &str =
    "a look afterwards found another connection of the pair, which was not made by this request";
const UNKNOWN: &str = "whether the connection was made is not known";

impl Wish<'_> {
    /// Whether the connection that was seen is the one that was asked for: of the same types, and not there before.
    fn is_granted_by(&self, sighting: &Sighting) -> bool {
        let types = sighting.connection.as_ref().map(|seen| &seen.types);
        types == Some(self.types) && !sighting.is_older_than(self.since.elapsed())
    }
}
