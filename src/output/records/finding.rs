use anstyle::AnsiColor;
use serde::Serialize;
use uuid::Uuid;

use super::org_or_nulls;
use crate::model::{Finding, OrgRef};
use crate::output::colors;
use crate::output::row::{Column, Row};
use crate::shell_quote::command_line;

/// What an audit finds about a connection, an org or the keys of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FindingRow {
    /// `error`, `warning` or `note`.
    pub(crate) severity: &'static str,
    /// What kind of finding it is, one word for programs.
    pub(crate) code: &'static str,
    /// The id of the connection, if it is about one.
    pub(crate) id: Option<Uuid>,
    /// The source org that it is about.
    #[serde(serialize_with = "org_or_nulls")]
    pub(crate) source: Option<OrgRef>,
    /// The destination org that it is about.
    #[serde(serialize_with = "org_or_nulls")]
    pub(crate) destination: Option<OrgRef>,
    /// The profile that it is about.
    pub(crate) profile: Option<String>,
    /// The finding, as a lowercase fragment.
    pub(crate) message: String,
    /// The command that mends it, if one does.
    pub(crate) command: Option<String>,
}

impl From<Finding> for FindingRow {
    fn from(finding: Finding) -> Self {
        let command = Some(finding.command).filter(|words| !words.is_empty());
        Self {
            severity: finding.code.severity().as_str(),
            code: finding.code.as_str(),
            id: finding.connection,
            source: finding.source,
            destination: finding.destination,
            profile: finding.profile,
            message: finding.message,
            command: command.map(command_line),
        }
    }
}

impl Row for FindingRow {
    const PLURAL: Option<&'static str> = None;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::text("severity", |row: &Self| row.severity.into()).color(severity_color),
        Column::text("code", |row: &Self| row.code.into()).optional(1),
        Column::short_id("id", |row: &Self| row.id.into()),
        Column::text("source", |row: &Self| row.source.as_ref().into()),
        Column::id("source_id", |row: &Self| {
            row.source.as_ref().map(|org| org.id).into()
        })
        .on_request(),
        Column::text("destination", |row: &Self| row.destination.as_ref().into()),
        Column::id("destination_id", |row: &Self| {
            row.destination.as_ref().map(|org| org.id).into()
        })
        .on_request(),
        Column::text("profile", |row: &Self| row.profile.as_deref().into()).when_filled(),
        Column::long_text("message", |row: &Self| row.message.as_str().into()),
        Column::long_text("command", |row: &Self| row.command.as_deref().into()).header("FIX"),
    ];
}

fn severity_color(severity: &str) -> Option<AnsiColor> {
    match severity {
        "error" => Some(colors::RED),
        "warning" => Some(colors::MAGENTA),
        _ => None,
    }
}
