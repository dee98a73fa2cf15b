use std::sync::Arc;

use anyhow::{Context as _, Result};

use super::scribe::Scribe;
use crate::api::{self, Client, ErrorKind, Interrupt};
use crate::completion::{Owner, Recorder};
use crate::error::{Exit, Failure};
use crate::history::{Action, Change, Ending, Entry, Origin, Pending};
use crate::output;
use crate::topology::{Connection, Id, Org, TypeSet};

/// Changes connections. Each change is written to the history before it is sent and after it is answered.
pub(crate) struct Writer<'a> {
    client: &'a Client,
    scribe: Scribe,
    command: &'static str,
    origin: Origin,
    interrupt: Interrupt,
    /// Takes down what is changed, and through whom.
    recorder: Option<(Arc<Recorder>, Owner)>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        client: &'a Client,
        scribe: Scribe,
        command: &'static str,
        origin: Origin,
        interrupt: Interrupt,
        recorder: Option<(Arc<Recorder>, Owner)>,
    ) -> Self {
        Self {
            client,
            scribe,
            command,
            origin,
            interrupt,
            recorder,
        }
    }

    /// Connects the credentials' org to `destination`.
    ///
    /// # Errors
    /// An [`api::Error`]; or, with nothing sent, the history cannot be written or the command is interrupted.
    pub(crate) async fn create(&self, destination: &Org, types: &TypeSet) -> Result<Connection> {
        let wanted = Connection {
            source: self.origin.org.clone().unwrap_or_default(),
            destination: destination.reference(),
            types: types.clone(),
            ..Connection::default()
        };
        let pending = self
            .begin(Action::Create {
                wanted: wanted.clone(),
            })
            .await?;
        self.send_create(pending, &destination.id, &wanted).await
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
        let action = Action::Update {
            before: connection.clone(),
            wanted: types.clone(),
        };
        let pending = self.begin(action).await?;
        self.send_update(pending, connection, types).await
    }

    /// Deletes a connection.
    ///
    /// # Errors
    /// As [`Writer::create`].
    pub(crate) async fn delete(&self, connection: &Connection) -> Result<()> {
        let action = Action::Delete {
            before: connection.clone(),
        };
        let pending = self.begin(action).await?;
        self.send_delete(pending, connection).await
    }

    /// Carries out what undoes `entry`, and gives the connection as it is then; `None` if it is gone.
    ///
    /// # Errors
    /// As [`Writer::create`]; or the entry was undone since it was read, and then nothing was sent either.
    pub(crate) async fn undo(&self, entry: &Entry, action: &Action) -> Result<Option<Connection>> {
        Ok(match action {
            Action::Create { wanted } => {
                let destination = wanted
                    .destination
                    .id
                    .as_ref()
                    .context("the history does not say which org was the destination")?;
                let pending = self.begin_undo(entry, action)?;
                Some(self.send_create(pending, destination, wanted).await?)
            }
            Action::Update { before, wanted } => {
                let pending = self.begin_undo(entry, action)?;
                Some(self.send_update(pending, before, wanted).await?)
            }
            Action::Delete { before } => {
                let pending = self.begin_undo(entry, action)?;
                self.send_delete(pending, before).await?;
                None
            }
        })
    }

    async fn send_create(
        &self,
        pending: Pending,
        destination: &Id,
        wanted: &Connection,
    ) -> Result<Connection> {
        let types = &wanted.types;
        let answer = self.client.create_connection(destination, types).await;
        self.conclude(pending, answer.as_ref().map(Some)).await;
        if let (Ok(made), Some((recorder, owner))) = (&answer, &self.recorder) {
            recorder.made(owner, &completed(made, wanted));
        }
        Ok(answer?)
    }

    async fn send_update(
        &self,
        pending: Pending,
        connection: &Connection,
        types: &TypeSet,
    ) -> Result<Connection> {
        let answer = self.client.update_connection(connection, types).await;
        self.conclude(pending, answer.as_ref().map(Some)).await;
        if let (Ok(updated), Some((recorder, _))) = (&answer, &self.recorder) {
            recorder.altered(updated);
        }
        Ok(answer?)
    }

    async fn send_delete(&self, pending: Pending, connection: &Connection) -> Result<()> {
        let answer = self.client.delete_connection(connection).await;
        self.conclude(pending, answer.as_ref().map(|()| None)).await;
        let is_gone = |error: &api::Error| error.kind() == ErrorKind::NotFound;
        if let (Some((recorder, _)), Some(id)) = (&self.recorder, &connection.id)
            && answer.as_ref().map_or_else(is_gone, |()| true)
        {
            recorder.gone(id);
        }
        Ok(answer?)
    }

    async fn begin(&self, action: Action) -> Result<Pending> {
        self.require_time()?;
        // A change that has to wait is not in the history yet: whoever reads that would take it for sent.
        self.client.wait_for_rate_limit().await?;
        Ok(self.scribe.begin(self.change(action)).await?)
    }

    fn begin_undo(&self, entry: &Entry, action: &Action) -> Result<Pending> {
        self.require_time()?;
        let change = self.change(action.clone());
        Ok(self.scribe.begin_undo(entry, &change)?)
    }

    /// Nothing is begun once somebody wishes to stop.
    fn require_time(&self) -> Result<()> {
        if self.interrupt.is_triggered() {
            let message = "not attempted, as the command was interrupted before";
            return Err(Failure::new(Exit::Interrupted, message).into());
        }
        Ok(())
    }

    fn change(&self, action: Action) -> Change {
        Change {
            action,
            command: self.command,
            origin: self.origin.clone(),
        }
    }

    /// Writes down how a change ended. It was sent by now, so a history that cannot be written any more is told of,
    /// and takes nothing back.
    async fn conclude(&self, pending: Pending, answer: Result<Option<&Connection>, &api::Error>) {
        let ending = match answer {
            Ok(connection) => Ending::Done(connection.cloned().map(Box::new)),
            Err(error) if error.outcome_unknown() => Ending::Unknown {
                message: error.to_string(),
            },
            Err(error) => Ending::Failed {
                message: error.to_string(),
                http_status: error.http_status(),
            },
        };
        if let Err(error) = self.scribe.conclude(pending, ending).await {
            output::interjection(&format!("warning: {error}"));
        }
    }
}

/// The connection of an answer, with what the service leaves out there.
fn completed(answer: &Connection, known: &Connection) -> Connection {
    let mut connection = answer.clone();
    connection.fill_from(known);
    connection
}
