use anyhow::Result;

use crate::api::{self, Client};
use crate::history::{Action, Change, Journal, Origin, Pending};
use crate::output;
use crate::topology::{Connection, Org, TypeSet};

/// Changes connections. Each change is written to the history before it is sent and after it is answered.
pub(crate) struct Writer<'a> {
    client: &'a Client,
    journal: Journal,
    command: &'static str,
    origin: Origin,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        client: &'a Client,
        journal: Journal,
        command: &'static str,
        origin: Origin,
    ) -> Self {
        Self {
            client,
            journal,
            command,
            origin,
        }
    }

    /// Connects the credentials' org to `destination`.
    ///
    /// # Errors
    /// An [`api::Error`], or the history cannot be written, and then nothing was sent.
    pub(crate) async fn create(&self, destination: &Org, types: &TypeSet) -> Result<Connection> {
        let wanted = Connection {
            source: self.origin.org.clone().unwrap_or_default(),
            destination: destination.reference(),
            types: types.clone(),
            ..Connection::default()
        };
        let pending = self.begin(Action::Create { wanted })?;
        let answer = self.client.create_connection(&destination.id, types).await;
        conclude(pending, answer.as_ref().map(Some));
        Ok(answer?)
    }

    /// Gives a connection other types.
    ///
    /// # Errors
    /// As [`Writer::create`].
    pub(crate) async fn update(
        &self,
        connection: &Connection,
        types: &TypeSet,
    ) -> Result<Connection> {
        let pending = self.begin(Action::Update {
            before: connection.clone(),
            wanted: types.clone(),
        })?;
        let answer = self.client.update_connection(connection, types).await;
        conclude(pending, answer.as_ref().map(Some));
        Ok(answer?)
    }

    /// Deletes a connection.
    ///
    /// # Errors
    /// As [`Writer::create`].
    pub(crate) async fn delete(&self, connection: &Connection) -> Result<()> {
        let pending = self.begin(Action::Delete {
            before: connection.clone(),
        })?;
        let answer = self.client.delete_connection(connection).await;
        conclude(pending, answer.as_ref().map(|()| None));
        Ok(answer?)
    }

    fn begin(&self, action: Action) -> Result<Pending> {
        let change = Change {
            action,
            command: self.command,
            origin: self.origin.clone(),
        };
        Ok(self.journal.begin(&change)?)
    }
}

/// Writes down how a change ended. It was sent by now, so a history that cannot be written any more is told of, and
/// takes nothing back.
fn conclude(pending: Pending, answer: Result<Option<&Connection>, &api::Error>) {
    let written = match answer {
        Ok(connection) => pending.done(connection),
        Err(error) if error.outcome_unknown() => pending.unknown(&error.to_string()),
        Err(error) => pending.failed(&error.to_string(), error.http_status()),
    };
    if let Err(error) = written {
        output::interjection(&format!("warning: {error}"));
    }
}
