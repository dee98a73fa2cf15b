use std::borrow::Cow;
use std::sync::Arc;

use anstyle::AnsiColor;
use serde::{Serialize, Serializer};

use super::reference::{ReferenceJson, id, id_value, name_or_id, name_value, names, names_value};
use super::time::to_the_minute;
use crate::output::{Column, Fit, InTable, Record};
use crate::topology::{Connection, ConnectionType, Id, TypeSet};

/// A record that is about a connection, and so has its columns.
pub trait ShowsConnection: 'static {
    /// The connection.
    fn connection(&self) -> &Connection;
}

/// The columns of a connection, for every record that shows one.
pub const fn connection_columns<R: ShowsConnection>() -> [Column<R>; 10] {
    [
        Column::new("id", "ID", |row: &R| id_value(row.connection().id.as_ref())).fit(Fit::Shorten),
        Column::new("source", "SOURCE", |row: &R| {
            name_value(&row.connection().source)
        })
        .shown(|row| name_or_id(&row.connection().source)),
        Column::new("source_id", "SOURCE ID", |row: &R| {
            id_value(row.connection().source.id.as_ref())
        })
        .in_table(InTable::OnRequest)
        .fit(Fit::Keep),
        Column::new("destination", "DESTINATION", |row: &R| {
            name_value(&row.connection().destination)
        })
        .shown(|row| name_or_id(&row.connection().destination)),
        Column::new("destination_id", "DESTINATION ID", |row: &R| {
            id_value(row.connection().destination.id.as_ref())
        })
        .in_table(InTable::OnRequest)
        .fit(Fit::Keep),
        Column::new("types", "TYPES", |row: &R| {
            types_value(&row.connection().types)
        })
        .style(|_| AnsiColor::Cyan.on_default()),
        Column::new("created_at", "CREATED (UTC)", |row: &R| {
            row.connection().created_at.as_deref().map(Cow::Borrowed)
        })
        .shown(|row| row.connection().created_at.as_deref().map(to_the_minute))
        .fit(Fit::Date),
        Column::new("created_by", "CREATED BY", |row: &R| {
            name_value(&row.connection().created_by)
        })
        .shown(|row| name_or_id(&row.connection().created_by)),
        Column::new("created_by_id", "CREATED BY ID", |row: &R| {
            id_value(row.connection().created_by.id.as_ref())
        })
        .in_table(InTable::OnRequest)
        .fit(Fit::Keep),
        Column::new("profiles", "PROFILES", |row: &R| {
            names_value(&row.connection().profiles)
        })
        .in_table(InTable::WhenFilled),
    ]
}

/// The words for types as the value of a column.
pub(super) fn types_value(types: &TypeSet) -> Option<Cow<'_, str>> {
    match types.iter().as_slice() {
        [] => None,
        [only] => Some(Cow::Borrowed(only.as_str())),
        _ => Some(Cow::Owned(types.to_string())),
    }
}

impl ShowsConnection for Connection {
    fn connection(&self) -> &Connection {
        self
    }
}

impl Record for Connection {
    type Json<'a> = ConnectionJson<'a>;
    const PLURAL: &'static str = "connections";
    const COLUMNS: &'static [Column<Self>] = &connection_columns();

    fn json(&self) -> ConnectionJson<'_> {
        self.into()
    }

    fn id(&self) -> Option<Cow<'_, str>> {
        id_value(self.id.as_ref())
    }
}

/// A connection in JSON and YAML.
#[derive(Debug, Serialize)]
pub struct ConnectionJson<'a> {
    #[serde(serialize_with = "id")]
    id: Option<&'a Id>,
    source: ReferenceJson<'a>,
    destination: ReferenceJson<'a>,
    #[serde(serialize_with = "words")]
    types: &'a TypeSet,
    created_at: Option<&'a str>,
    created_by: ReferenceJson<'a>,
    #[serde(serialize_with = "names")]
    profiles: &'a [Arc<str>],
}

/// Serializes types as a list of their words.
pub(super) fn words<S: Serializer>(types: &TypeSet, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(types.iter().map(ConnectionType::as_str))
}

impl<'a> From<&'a Connection> for ConnectionJson<'a> {
    fn from(connection: &'a Connection) -> Self {
        Self {
            id: connection.id.as_ref(),
            source: (&connection.source).into(),
            destination: (&connection.destination).into(),
            types: &connection.types,
            created_at: connection.created_at.as_deref(),
            created_by: (&connection.created_by).into(),
            profiles: &connection.profiles,
        }
    }
}
