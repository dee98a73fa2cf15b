use serde::Serialize;
use uuid::Uuid;

use super::connection::result_color;
use crate::model::{OrgRef, Principal};
use crate::output::row::{Column, Row};
use crate::output::value::Value;

/// Who may use a connection in one of its orgs: one relation of one principal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct AccessRow {
    /// `added`, `removed`, `unchanged`, `would add` or `would remove`; `None` where nothing was to be changed.
    pub(crate) result: Option<&'static str>,
    /// The connection.
    pub(crate) connection_id: Uuid,
    /// The org whose data it shares.
    pub(crate) source: OrgRef,
    /// The org that may query it.
    pub(crate) destination: OrgRef,
    /// The org whose restriction policy it is.
    pub(crate) org: OrgRef,
    /// `viewer` or `editor`.
    pub(crate) relation: String,
    /// The kind of the principal and its id, as in `role:UUID`.
    pub(crate) principal: Principal,
    /// The name of the principal, where it could be read.
    pub(crate) name: Option<String>,
}

impl Row for AccessRow {
    const PLURAL: Option<&'static str> = Some("restrictions");
    /// What `access set` takes.
    const ID_COLUMN: &'static str = "principal";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::text("result", |row: &Self| row.result.into())
            .when_filled()
            .color(result_color),
        Column::text("org", |row: &Self| (&row.org).into()),
        Column::id("org_id", |row: &Self| row.org.id.into()).on_request(),
        Column::text("relation", |row: &Self| row.relation.as_str().into()),
        Column::text("kind", |row: &Self| {
            let parts = row.principal.parts();
            parts.map(|(kind, _)| kind.as_str()).into()
        }),
        Column::text("name", |row: &Self| {
            let id = row.principal.parts().map(|(_, id)| id);
            Value::User(row.name.as_deref(), id)
        }),
        Column::id("principal", |row: &Self| row.principal.as_str().into()).optional(1),
        Column::id("connection_id", |row: &Self| row.connection_id.into()).on_request(),
        Column::text("source", |row: &Self| (&row.source).into()).on_request(),
        Column::text("destination", |row: &Self| (&row.destination).into()).on_request(),
    ];
}
