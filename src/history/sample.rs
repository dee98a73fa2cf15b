//! Sample changes for this module's tests.

use tempfile::TempDir;

use super::{Action, Change, Journal, Origin};
use crate::topology::{Connection, ConnectionType, Reference, TypeSet};

pub(super) const HOST: &str = "api.datadoghq.com";
pub(super) const RETAIL: &str = "4dee724d-00cc-11ea-a77b-570c9d03c6c5";
pub(super) const HUB: &str = "83999dcd-7f97-11f0-8de1-1ecf66f1aa85";

/// A journal in a directory that is gone when the test is over.
pub(super) fn journal() -> (TempDir, Journal) {
    let home = tempfile::tempdir().unwrap();
    let journal = Journal::open(&home.path().join("state/orgconn")).unwrap();
    (home, journal)
}

pub(super) fn types(words: &str) -> TypeSet {
    words
        .split_terminator(',')
        .map(ConnectionType::from)
        .collect()
}

pub(super) fn reference(id: &str, name: &str) -> Reference {
    Reference {
        id: Some(id.into()),
        name: Some(name.into()),
    }
}

/// A connection from Rétail to the hub.
pub(super) fn connection(id: &str, words: &str) -> Connection {
    Connection {
        id: (!id.is_empty()).then(|| id.into()),
        source: reference(RETAIL, "Rétail \"US\"\n"),
        destination: reference(HUB, "Observability Hub"),
        types: types(words),
        created_at: Some("2025-08-26T20:19:36.177236+00:00".into()),
        created_by: reference("03e6bc43-7ecc-11f0-b50b-f28f2be41840", "Dana Example"),
        profiles: Vec::new(),
    }
}

pub(super) fn create(words: &str) -> Action {
    let wanted = connection("", words);
    Action::Create { wanted }
}

pub(super) fn update(id: &str, before: &str, wanted: &str) -> Action {
    Action::Update {
        before: connection(id, before),
        wanted: types(wanted),
    }
}

pub(super) fn delete(id: &str, words: &str) -> Action {
    let before = connection(id, words);
    Action::Delete { before }
}

pub(super) fn change(action: Action) -> Change {
    change_on(HOST, action)
}

pub(super) fn change_on(host: &str, action: Action) -> Change {
    let origin = Origin {
        profile: Some("retail".into()),
        host: host.into(),
        org: Some(reference(RETAIL, "Rétail \"US\"\n")),
    };
    Change {
        action,
        command: "apply",
        origin,
    }
}
