use serde::{Deserialize, Serialize};

use crate::topology::{Connection, ConnectionType, Id, Reference};

/// A connection in the journal. The profiles through which it was seen are no part of it.
#[derive(Serialize, Deserialize)]
pub(super) struct WireConnection {
    id: Option<Box<str>>,
    #[serde(default)]
    source: WireReference,
    #[serde(default)]
    destination: WireReference,
    #[serde(default)]
    types: Vec<Box<str>>,
    created_at: Option<Box<str>>,
    #[serde(default)]
    created_by: WireReference,
}

/// An org or a user in the journal.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct WireReference {
    id: Option<Box<str>>,
    name: Option<Box<str>>,
}

impl From<&Connection> for WireConnection {
    fn from(connection: &Connection) -> Self {
        let types = connection.types.iter().map(ConnectionType::as_str);
        Self {
            id: connection.id.as_ref().map(|id| id.to_string().into()),
            source: (&connection.source).into(),
            destination: (&connection.destination).into(),
            types: types.map(Into::into).collect(),
            created_at: connection.created_at.clone(),
            created_by: (&connection.created_by).into(),
        }
    }
}

impl From<WireConnection> for Connection {
    fn from(wire: WireConnection) -> Self {
        let types = wire.types.iter().map(|word| ConnectionType::from(&**word));
        Self {
            id: wire.id.as_deref().map(Id::from),
            source: wire.source.into(),
            destination: wire.destination.into(),
            types: types.collect(),
            created_at: wire.created_at,
            created_by: wire.created_by.into(),
            profiles: Vec::new(),
        }
    }
}

impl From<&Reference> for WireReference {
    fn from(reference: &Reference) -> Self {
        Self {
            id: reference.id.as_ref().map(|id| id.to_string().into()),
            name: reference.name.clone(),
        }
    }
}

impl From<WireReference> for Reference {
    fn from(wire: WireReference) -> Self {
        Self {
            id: wire.id.as_deref().map(Id::from),
            name: wire.name,
        }
    }
}
