//! Sample changes, and a journal that is gone when its test is over.

mod damage;
mod entries;
mod journal;
mod undo;
mod writer;

use std::fs;

use tempfile::TempDir;
use uuid::{Uuid, uuid};

use super::writer::PendingEntry;
use super::{Entry, EntryId, HistoryError, Journal, JournalWriter, Origin, Outcome};
use crate::model::{
    Change, Connection, ConnectionType, OrgRef, RestrictionPolicy, TypeSet, UserRef,
};

const HOST: &str = "api.datadoghq.com";
const RETAIL: Uuid = uuid!("4dee724d-00cc-11ea-a77b-570c9d03c6c5");
const HUB: Uuid = uuid!("83999dcd-7f97-11f0-8de1-1ecf66f1aa85");

/// A journal with its writer, in a directory of its own.
struct Fixture {
    home: TempDir,
    journal: Journal,
    writer: JournalWriter,
}

impl Fixture {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(adapt: impl FnOnce(&mut Journal)) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(&home.path().join("state/orgconn")).unwrap();
        adapt(&mut journal);
        Self {
            writer: JournalWriter::new(journal.clone()),
            journal,
            home,
        }
    }

    async fn begin(&self, change: Change) -> Result<PendingEntry, HistoryError> {
        let origin = origin(HOST);
        self.writer.begin(&change, "apply", &origin, None).await
    }

    async fn begin_undo(
        &self,
        entry: &EntryId,
        change: &Change,
    ) -> Result<PendingEntry, HistoryError> {
        let origin = origin(HOST);
        let undoes = Some(entry);
        self.writer.begin(change, "undo", &origin, undoes).await
    }

    /// Writes a change that ended so, and gives its entry's id.
    async fn write(&self, change: Change, outcome: Outcome) -> EntryId {
        let pending = self.begin(change).await.unwrap();
        let id = pending.id.clone();
        self.writer.finish(pending, outcome).await.unwrap();
        id
    }

    /// Writes an undo that was carried out, and gives its entry's id.
    async fn write_undo(&self, undone: &EntryId, change: Change, outcome: Outcome) -> EntryId {
        let pending = self.begin_undo(undone, &change).await.unwrap();
        let id = pending.id.clone();
        self.writer.finish(pending, outcome).await.unwrap();
        id
    }

    fn entry(&self, id: &EntryId) -> Entry {
        self.journal.entries().unwrap().get(id).unwrap().clone()
    }

    /// The only entry of a journal in which every line can be read.
    fn only_entry(&self) -> Entry {
        let entries = self.journal.entries().unwrap();
        assert_eq!((entries.iter().len(), entries.unreadable().len()), (1, 0));
        entries.iter().next().unwrap().clone()
    }

    fn text(&self) -> String {
        fs::read_to_string(self.journal.path()).unwrap()
    }
}

fn origin(host: &str) -> Origin {
    Origin {
        profile: Some("retail".to_owned()),
        host: host.to_owned(),
        org: Some(retail()),
    }
}

fn retail() -> OrgRef {
    org(RETAIL, "Rétail \"US\"\n")
}

fn org(id: Uuid, name: &str) -> OrgRef {
    OrgRef {
        id,
        name: Some(name.to_owned()),
    }
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn types(words: &str) -> TypeSet {
    let words = words.split_terminator(',');
    words.map(ConnectionType::from).collect()
}

/// A connection from Rétail to the hub.
fn connection(number: u128, words: &str) -> Connection {
    Connection {
        id: id(number),
        source: retail(),
        destination: org(HUB, "Observability Hub"),
        types: types(words),
        created_at: Some("2025-08-26T20:19:36.177236+00:00".to_owned()),
        created_by: UserRef {
            id: Some(uuid!("03e6bc43-7ecc-11f0-b50b-f28f2be41840")),
            name: Some("Dana Example".to_owned()),
        },
        profiles: Vec::new(),
    }
}

fn create(words: &str) -> Change {
    Change::Create {
        source: Some(retail()),
        destination: org(HUB, "Observability Hub"),
        types: types(words),
    }
}

fn update(number: u128, before: &str, after: &str) -> Change {
    Change::Update {
        before: connection(number, before),
        types: types(after),
    }
}

fn delete(number: u128, words: &str) -> Change {
    let before = connection(number, words);
    Change::Delete { before }
}

/// Turns the policy with these editors into another one.
fn access(number: u128, before: &[&str], after: &[&str]) -> Change {
    Change::Access {
        connection: connection(number, "logs"),
        org: retail(),
        before: policy(before),
        after: policy(after),
    }
}

/// A policy with these editors.
fn policy(editors: &[&str]) -> RestrictionPolicy {
    let editors = editors.iter().map(|editor| (*editor).to_owned().into());
    RestrictionPolicy::new([], editors)
}

/// Carried out, and answered without a connection.
fn done() -> Outcome {
    Outcome::Done { connection: None }
}

/// Carried out, and answered with this connection.
fn done_with(connection: Connection) -> Outcome {
    let connection = Some(Box::new(connection));
    Outcome::Done { connection }
}

fn failed(message: &str) -> Outcome {
    Outcome::Failed {
        message: message.to_owned(),
        http_status: Some(403),
    }
}
