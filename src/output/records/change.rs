use anstyle::AnsiColor;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::connection::{result_color, types_color};
use super::org_or_nulls;
use crate::desired::Step;
use crate::model::{Connection, OrgRef, TypeSet};
use crate::output::colors;
use crate::output::row::{Column, Row};
use crate::output::value::Value;

/// A step of a plan, with its result: the row of `plan`, `apply` and `check --file`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct StepRow {
    /// `create`, `update`, `delete` or `unchanged`.
    pub(crate) action: &'static str,
    /// The result: `done`, `failed`, `unknown` or `not attempted`; or the difference that the step removes:
    /// `missing`, `differs` or `unwanted`. `None` while it is only planned.
    pub(crate) result: Option<&'static str>,
    /// The reason, where it is not obvious.
    pub(crate) reason: Option<String>,
    /// The connection: the live one, or the one that the step created.
    pub(crate) id: Option<Uuid>,
    /// The org whose data is shared.
    pub(crate) source: OrgRef,
    /// The org that may query it.
    pub(crate) destination: OrgRef,
    /// The types that are shared before the step.
    pub(crate) before: TypeSet,
    /// The types that are shared after it.
    pub(crate) after: TypeSet,
    /// The profile that carries it out.
    pub(crate) profile: Option<String>,
    /// The line of the file that names the connection, from 1.
    pub(crate) line: Option<u64>,
    /// The character within that line, from 1.
    pub(crate) column: Option<u64>,
    /// The path of the file; `-` for standard input.
    pub(crate) file: Option<String>,
}

impl StepRow {
    /// A step that is planned.
    pub(crate) fn planned(step: &Step) -> Self {
        let position = step.location.as_ref().map(|location| location.position);
        Self {
            action: step.action_word(),
            result: None,
            reason: None,
            id: step.live.as_ref().map(|connection| connection.id),
            source: step.source.clone(),
            destination: step.destination.clone(),
            before: step.types_before(),
            after: step.types_after(),
            profile: step.profile.clone(),
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
            file: step
                .location
                .as_ref()
                .map(|location| location.file.clone().into()),
        }
    }

    /// How a connection differs from what it was before; `None` stands for one that does not exist. Returns `None` if
    /// nothing changed.
    pub(crate) fn observed(
        before: Option<&Connection>,
        after: Option<&Connection>,
    ) -> Option<Self> {
        let connection = after.or(before)?;
        let types = |connection: Option<&Connection>| {
            connection.map_or_else(TypeSet::default, |connection| connection.types.clone())
        };
        let (action, result) = match (before, after) {
            (None, _) => ("create", "new"),
            (_, None) => ("delete", "gone"),
            (Some(before), Some(after)) if before.types != after.types => ("update", "changed"),
            _ => return None,
        };
        Some(Self {
            action,
            result: Some(result),
            reason: None,
            id: Some(connection.id),
            source: connection.source.clone(),
            destination: connection.destination.clone(),
            before: types(before),
            after: types(after),
            profile: None,
            line: None,
            column: None,
            file: None,
        })
    }

    /// The sign of a diff: what the step adds, takes away or changes.
    pub(crate) fn sign(&self) -> char {
        match self.action {
            "create" => '+',
            "delete" => '-',
            _ => '~',
        }
    }

    /// Whether the step changes anything.
    pub(crate) fn is_change(&self) -> bool {
        self.action != "unchanged"
    }
}

impl Row for StepRow {
    const PLURAL: Option<&'static str> = None;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::text("result", |row: &Self| row.result.into())
            .when_filled()
            .color(result_color),
        Column::text("action", |row: &Self| row.action.into()).color(action_color),
        Column::short_id("id", |row: &Self| row.id.into()).on_request(),
        Column::text("source", |row: &Self| (&row.source).into()),
        Column::id("source_id", |row: &Self| row.source.id.into()).on_request(),
        Column::text("destination", |row: &Self| (&row.destination).into()),
        Column::id("destination_id", |row: &Self| row.destination.id.into()).on_request(),
        Column::text("before", |row: &Self| (&row.before).into()).color(types_color),
        Column::text("after", |row: &Self| (&row.after).into()).color(types_color),
        Column::text("profile", |row: &Self| row.profile.as_deref().into())
            .when_filled()
            .optional(1),
        Column::text("line", |row: &Self| row.line.map(Value::Number).into())
            .when_filled()
            .optional(2),
        Column::text("column", |row: &Self| row.column.map(Value::Number).into()).on_request(),
        Column::long_text("reason", |row: &Self| row.reason.as_deref().into()).when_filled(),
        Column::text("file", |row: &Self| row.file.as_deref().into())
            .when_filled()
            .optional(2),
    ];
}

/// The colour of a sign.
pub(in crate::output) fn sign_color(sign: &str) -> Option<AnsiColor> {
    match sign {
        "+" => Some(colors::GREEN),
        "~" => Some(colors::MAGENTA),
        "-" => Some(colors::RED),
        _ => None,
    }
}

/// The usual colours of a diff.
pub(in crate::output) fn action_color(action: &str) -> Option<AnsiColor> {
    match action {
        "create" => Some(colors::GREEN),
        "update" => Some(colors::MAGENTA),
        "delete" => Some(colors::RED),
        _ => None,
    }
}

/// A change that this machine made, with its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct HistoryRow {
    /// The id of the run that it is part of.
    pub(crate) run: String,
    /// The id of the history entry.
    pub(crate) entry: String,
    /// The time just before it was sent.
    pub(crate) at: Timestamp,
    /// `create`, `update` or `delete`.
    pub(crate) operation: &'static str,
    /// The command that made it.
    pub(crate) command: String,
    /// `done`, `unchanged`, `failed`, `unknown` or `undone`.
    pub(crate) result: &'static str,
    /// The reason, where it is not obvious.
    pub(crate) reason: Option<String>,
    /// The status of the HTTP answer, if the API refused the change.
    pub(crate) http_status: Option<u16>,
    /// The id of the connection, where it is known.
    pub(crate) connection_id: Option<Uuid>,
    /// The org whose data is shared, where it is known.
    #[serde(serialize_with = "org_or_nulls")]
    pub(crate) source: Option<OrgRef>,
    /// The org that may query it.
    pub(crate) destination: OrgRef,
    /// The types before the change; `None` for a create.
    pub(crate) before: Option<TypeSet>,
    /// The types after the change; `None` for a delete.
    pub(crate) after: Option<TypeSet>,
    /// The profile that it was made with.
    pub(crate) profile: Option<String>,
    /// The host of the API.
    pub(crate) host: String,
    /// The id of the entry that this change undid.
    pub(crate) undoes: Option<String>,
    /// The id of the entry that undid this change.
    pub(crate) undone_by: Option<String>,
}

impl Row for HistoryRow {
    const PLURAL: Option<&'static str> = Some("changes");
    /// The id that `undo` takes.
    const ID_COLUMN: &'static str = "entry";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::short_id("run", |row: &Self| row.run.as_str().into()),
        Column::id("entry", |row: &Self| row.entry.as_str().into()).optional(2),
        Column::text("at", |row: &Self| Value::time(row.at.to_string())).header("AT (UTC)"),
        Column::text("operation", |row: &Self| row.operation.into()),
        Column::text("result", |row: &Self| row.result.into()).color(result_color),
        Column::text("source", |row: &Self| row.source.as_ref().into()),
        Column::id("source_id", |row: &Self| {
            row.source.as_ref().map(|org| org.id).into()
        })
        .on_request(),
        Column::text("destination", |row: &Self| (&row.destination).into()),
        Column::id("destination_id", |row: &Self| row.destination.id.into()).on_request(),
        Column::text("before", |row: &Self| row.before.as_ref().into()).optional(3),
        Column::text("after", |row: &Self| row.after.as_ref().into()).optional(4),
        Column::id("connection_id", |row: &Self| row.connection_id.into())
            .header("CONNECTION")
            .optional(1),
        Column::text("profile", |row: &Self| row.profile.as_deref().into())
            .when_filled()
            .optional(1),
        Column::text("host", |row: &Self| row.host.as_str().into()).on_request(),
        Column::text("command", |row: &Self| row.command.as_str().into()).on_request(),
        Column::text("undoes", |row: &Self| row.undoes.as_deref().into()).on_request(),
        Column::text("undone_by", |row: &Self| row.undone_by.as_deref().into()).on_request(),
        Column::long_text("reason", |row: &Self| row.reason.as_deref().into()).when_filled(),
    ];
}
