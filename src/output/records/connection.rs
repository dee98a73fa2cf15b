use anstyle::AnsiColor;
use serde::Serialize;
use uuid::Uuid;

use super::org_or_nulls;
use crate::model::{Change, ChangeKind, Connection, OrgRef, TypeSet, UserRef};
use crate::output::colors;
use crate::output::row::{Column, Row};
use crate::output::value::Value;

impl Row for Connection {
    const PLURAL: Option<&'static str> = Some("connections");
    const COLUMNS: &'static [Column<Self>] = &[
        Column::short_id("id", |row: &Self| row.id.into()).optional(3),
        Column::text("source", |row: &Self| (&row.source).into()),
        Column::id("source_id", |row: &Self| row.source.id.into()).on_request(),
        Column::text("destination", |row: &Self| (&row.destination).into()),
        Column::id("destination_id", |row: &Self| row.destination.id.into()).on_request(),
        Column::text("types", |row: &Self| (&row.types).into()).color(types_color),
        Column::text("created_at", |row: &Self| {
            row.created_at.as_deref().map(Value::time).into()
        })
        .header("CREATED (UTC)")
        .optional(2),
        Column::text("created_by", |row: &Self| (&row.created_by).into()).optional(1),
        Column::id("created_by_id", |row: &Self| row.created_by.id.into()).on_request(),
        Column::text("profiles", |row: &Self| (&row.profiles).into())
            .when_filled()
            .optional(1),
    ];
}

/// The result of a change that was not sent because the command was interrupted first.
pub(crate) const NOT_ATTEMPTED: &str = "not attempted";

/// The result for one connection: the row of the commands that change one, and of `check`. A connection that does not
/// exist has no id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ConnectionResult {
    /// One or two words: `created`, `exists`, `would delete`, `as wanted`, `differs`, `failed`, …
    pub(crate) result: &'static str,
    /// The reason, where it is not obvious.
    pub(crate) reason: Option<String>,
    /// The connection's id, if it exists.
    pub(crate) id: Option<Uuid>,
    /// The org whose data is shared, where it is known.
    #[serde(serialize_with = "org_or_nulls")]
    pub(crate) source: Option<OrgRef>,
    /// The org that may query it.
    pub(crate) destination: OrgRef,
    /// The types that are shared, or would be.
    pub(crate) types: TypeSet,
    /// When it was created, as the API wrote it.
    pub(crate) created_at: Option<String>,
    /// The user who created it.
    pub(crate) created_by: UserRef,
    /// The profiles that see it.
    pub(crate) profiles: Vec<String>,
}

impl ConnectionResult {
    /// The row for an existing connection, with its result in one or two words.
    pub(crate) fn new(result: &'static str, connection: Connection) -> Self {
        Self {
            result,
            reason: None,
            id: Some(connection.id),
            source: Some(connection.source),
            destination: connection.destination,
            types: connection.types,
            created_at: connection.created_at,
            created_by: connection.created_by,
            profiles: connection.profiles,
        }
    }

    /// The row for a connection that does not exist.
    pub(crate) fn missing(
        result: &'static str,
        source: Option<OrgRef>,
        destination: OrgRef,
    ) -> Self {
        Self {
            id: None,
            source,
            destination,
            ..Self::new(result, Connection::default())
        }
    }

    /// The row for a change that was made. It shows the connection after the change; for a delete, as it was before.
    pub(crate) fn made(change: &Change, connection: Connection) -> Self {
        Self::new(change.kind().past_tense(), connection)
    }

    /// The change that was made, as `created ID`; `None` if none was.
    pub(crate) fn made_change(&self) -> Option<String> {
        let is_made = matches!(
            self.result,
            "created" | "updated" | "deleted" | "changed" | "handed over"
        );
        let id = self.id.filter(|_| is_made)?;
        Some(format!("{} {id}", self.result))
    }

    /// The row for a change that a dry run does not make. It shows the connection as it would be; for a delete, as it
    /// is.
    pub(crate) fn planned(change: &Change) -> Self {
        let result = match change.kind() {
            ChangeKind::Create => "would create",
            ChangeKind::Update => "would update",
            ChangeKind::Delete => "would delete",
            ChangeKind::Access => "would change",
        };
        let before = match change.connection_before() {
            Some(before) => Self::new(result, before.clone()),
            None => Self::missing(
                result,
                change.source().cloned(),
                change.destination().clone(),
            ),
        };
        match change {
            Change::Delete { .. } | Change::Access { .. } => before,
            Change::Create { types, .. } | Change::Update { types, .. } => Self {
                types: types.clone(),
                ..before
            },
        }
    }

    /// The row for a change that was not sent because the command was interrupted first.
    pub(crate) fn not_attempted(change: &Change) -> Self {
        Self {
            result: NOT_ATTEMPTED,
            ..Self::planned(change)
        }
    }

    /// Adds the profile that made the change to those that see the connection, and returns the row.
    pub(crate) fn seen_by(mut self, profile: Option<&str>) -> Self {
        let is_new = |name: &&str| self.profiles.iter().all(|other| other != name);
        let name = profile.filter(is_new).map(str::to_owned);
        self.profiles.extend(name);
        self
    }

    /// Sets the reason, and returns the row.
    pub(crate) fn reason(mut self, reason: Option<String>) -> Self {
        self.reason = reason;
        self
    }
}

impl Row for ConnectionResult {
    const PLURAL: Option<&'static str> = None;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::text("result", |row: &Self| row.result.into()).color(result_color),
        Column::short_id("id", |row: &Self| row.id.into()).optional(3),
        Column::text("source", |row: &Self| row.source.as_ref().into()),
        Column::id("source_id", |row: &Self| {
            row.source.as_ref().map(|org| org.id).into()
        })
        .on_request(),
        Column::text("destination", |row: &Self| (&row.destination).into()),
        Column::id("destination_id", |row: &Self| row.destination.id.into()).on_request(),
        Column::text("types", |row: &Self| (&row.types).into()).color(types_color),
        Column::text("created_at", |row: &Self| {
            row.created_at.as_deref().map(Value::time).into()
        })
        .header("CREATED (UTC)")
        .optional(2),
        Column::text("created_by", |row: &Self| (&row.created_by).into()).optional(1),
        Column::id("created_by_id", |row: &Self| row.created_by.id.into()).on_request(),
        Column::text("profiles", |row: &Self| (&row.profiles).into())
            .when_filled()
            .optional(1),
        Column::long_text("reason", |row: &Self| row.reason.as_deref().into()).when_filled(),
    ];
}

/// Green for results as wanted, red for others, yellow for changes not made and unknown results. Other words have no
/// colour: better none than a wrong one.
pub(in crate::output) fn result_color(result: &str) -> Option<AnsiColor> {
    match result {
        "created" | "updated" | "deleted" | "changed" | "added" | "removed" | "handed over"
        | "exists" | "unchanged" | "as wanted" | "done" | "data" => Some(colors::GREEN),
        "would create" | "would update" | "would delete" | "would change" | "would add"
        | "would remove" | "would hand over" | "not found" | NOT_ATTEMPTED | "unknown"
        | "unverified" => Some(colors::MAGENTA),
        "differs" | "missing" | "unwanted" | "failed" | "no data" | "refused" | "not shared" => {
            Some(colors::RED)
        }
        _ => None,
    }
}

pub(super) fn types_color(_: &str) -> Option<AnsiColor> {
    Some(colors::BLUE)
}
