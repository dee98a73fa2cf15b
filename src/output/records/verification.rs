use serde::Serialize;
use uuid::Uuid;

use super::connection::{result_color, types_color};
use crate::model::{Connection, ConnectionType, OrgRef, Verification};
use crate::output::row::{Column, Row};
use crate::output::value::Value;

/// Whether the data of one type comes through a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct VerificationRow {
    /// `data`, `no data`, `differs`, `refused`, `not shared` or `unverified`.
    result: &'static str,
    /// The likely reason, if not all is well.
    reason: Option<&'static str>,
    /// The connection's id.
    id: Uuid,
    /// The org whose data is shared.
    source: OrgRef,
    /// The org that may query it.
    destination: OrgRef,
    /// The type.
    #[serde(rename = "type")]
    kind: ConnectionType,
    /// The query, if something was asked.
    query: Option<String>,
    /// The number of events, or of points of metrics, that come through the connection.
    amount: Option<u64>,
    /// The number of these that the source has, if it was asked.
    source_amount: Option<u64>,
}

impl VerificationRow {
    /// The row of one type of the connection.
    pub(crate) fn new(connection: &Connection, verification: Verification) -> Self {
        Self {
            result: verification.result.as_str(),
            reason: verification.reason(),
            id: connection.id,
            source: connection.source.clone(),
            destination: connection.destination.clone(),
            kind: verification.kind,
            query: verification.query,
            amount: verification.amount.map(|amount| amount.count),
            source_amount: verification.source_amount.map(|amount| amount.count),
        }
    }
}

impl Row for VerificationRow {
    const PLURAL: Option<&'static str> = None;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::text("result", |row: &Self| row.result.into()).color(result_color),
        Column::short_id("id", |row: &Self| row.id.into()).optional(2),
        Column::text("source", |row: &Self| (&row.source).into()),
        Column::id("source_id", |row: &Self| row.source.id.into()).on_request(),
        Column::text("destination", |row: &Self| (&row.destination).into()),
        Column::id("destination_id", |row: &Self| row.destination.id.into()).on_request(),
        Column::text("type", |row: &Self| row.kind.as_str().into()).color(types_color),
        Column::text("amount", |row: &Self| row.amount.map(Value::Number).into()).when_filled(),
        Column::text("source_amount", |row: &Self| {
            row.source_amount.map(Value::Number).into()
        })
        .header("IN SOURCE")
        .when_filled()
        .optional(3),
        Column::text("query", |row: &Self| row.query.as_deref().into())
            .when_filled()
            .optional(1),
        Column::long_text("reason", |row: &Self| row.reason.into()).when_filled(),
    ];
}
