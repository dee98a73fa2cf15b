use std::borrow::Cow;
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::connection::{types_value, words};
use super::reference::{ReferenceJson, id, id_value, name_or_id, name_value};
use crate::output::{Column, Fit, InTable, Record};
use crate::topology::{Id, Reference, TypeSet};

/// A change that this machine made, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// The name of the entry.
    pub entry: String,
    /// When it was about to be sent.
    pub at: Timestamp,
    /// `create`, `update` or `delete`.
    pub operation: &'static str,
    /// The command that did it.
    pub command: String,
    /// `done`, `failed`, `unknown` or `undone`.
    pub result: &'static str,
    /// Why, where that is not plain.
    pub reason: Option<String>,
    /// The status of the HTTP answer that refused it.
    pub http_status: Option<u16>,
    /// The connection.
    pub connection_id: Option<Id>,
    /// The org whose data is shared.
    pub source: Reference,
    /// The org that may query it.
    pub destination: Reference,
    /// What was shared before; `None` for a connection that was made.
    pub before: Option<TypeSet>,
    /// What was to be shared after it; `None` for a connection that was deleted.
    pub after: Option<TypeSet>,
    /// The profile with which it was done.
    pub profile: Option<Arc<str>>,
    /// The host of the API.
    pub host: String,
    /// The entry that it undid.
    pub undoes: Option<String>,
    /// The entry that undid it.
    pub undone_by: Option<String>,
}

impl Record for HistoryRow {
    type Json<'a> = HistoryJson<'a>;
    const PLURAL: &'static str = "changes";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("entry", "ENTRY", |row: &Self| text(&row.entry)).fit(Fit::Keep),
        Column::new("at", "AT (UTC)", |row: &Self| {
            Some(row.at.to_string().into())
        })
        .shown(|row| Some(row.at.strftime("%Y-%m-%d %H:%M").to_string().into()))
        .fit(Fit::Date),
        Column::new("operation", "OPERATION", |row: &Self| {
            Some(row.operation.into())
        }),
        Column::new("result", "RESULT", |row: &Self| Some(row.result.into())).style(result_style),
        Column::new("source", "SOURCE", |row: &Self| name_value(&row.source))
            .shown(|row| name_or_id(&row.source)),
        Column::new("source_id", "SOURCE ID", |row: &Self| {
            id_value(row.source.id.as_ref())
        })
        .in_table(InTable::OnRequest)
        .fit(Fit::Keep),
        Column::new("destination", "DESTINATION", |row: &Self| {
            name_value(&row.destination)
        })
        .shown(|row| name_or_id(&row.destination)),
        Column::new("destination_id", "DESTINATION ID", |row: &Self| {
            id_value(row.destination.id.as_ref())
        })
        .in_table(InTable::OnRequest)
        .fit(Fit::Keep),
        Column::new("before", "BEFORE", |row: &Self| {
            row.before.as_ref().and_then(types_value)
        }),
        Column::new("after", "AFTER", |row: &Self| {
            row.after.as_ref().and_then(types_value)
        }),
        Column::new("connection_id", "CONNECTION", |row: &Self| {
            id_value(row.connection_id.as_ref())
        })
        .fit(Fit::Shorten),
        Column::new("profile", "PROFILE", |row: &Self| {
            row.profile.as_deref().and_then(text)
        })
        .in_table(InTable::WhenFilled),
        on_request("host", "HOST", |row| text(&row.host)),
        on_request("command", "COMMAND", |row| text(&row.command)),
        on_request("undoes", "UNDOES", |row| {
            row.undoes.as_deref().and_then(text)
        }),
        on_request("undone_by", "UNDONE BY", |row| {
            row.undone_by.as_deref().and_then(text)
        }),
        Column::new("reason", "REASON", |row: &Self| {
            row.reason.as_deref().and_then(text)
        })
        .in_table(InTable::WhenFilled),
    ];

    fn json(&self) -> HistoryJson<'_> {
        HistoryJson {
            entry: &self.entry,
            at: self.at.to_string(),
            operation: self.operation,
            command: &self.command,
            result: self.result,
            reason: self.reason.as_deref(),
            http_status: self.http_status,
            connection_id: self.connection_id.as_ref(),
            source: (&self.source).into(),
            destination: (&self.destination).into(),
            before: self.before.as_ref(),
            after: self.after.as_ref(),
            profile: self.profile.as_deref(),
            host: &self.host,
            undoes: self.undoes.as_deref(),
            undone_by: self.undone_by.as_deref(),
        }
    }

    /// The entry's own: it is what `undo` takes.
    fn id(&self) -> Option<Cow<'_, str>> {
        text(&self.entry)
    }
}

const fn on_request(
    name: &'static str,
    header: &'static str,
    value: fn(&HistoryRow) -> Option<Cow<'_, str>>,
) -> Column<HistoryRow> {
    Column::new(name, header, value).in_table(InTable::OnRequest)
}

fn text(value: &str) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(value))
}

fn result_style(result: &str) -> Style {
    match result {
        "done" => AnsiColor::Green.on_default(),
        "failed" => AnsiColor::Red.on_default(),
        "unknown" => AnsiColor::Yellow.on_default(),
        _ => Style::new(),
    }
}

/// An entry of the history in JSON and YAML.
#[derive(Debug, Serialize)]
pub struct HistoryJson<'a> {
    entry: &'a str,
    at: String,
    operation: &'a str,
    command: &'a str,
    result: &'a str,
    reason: Option<&'a str>,
    http_status: Option<u16>,
    #[serde(serialize_with = "id")]
    connection_id: Option<&'a Id>,
    source: ReferenceJson<'a>,
    destination: ReferenceJson<'a>,
    #[serde(serialize_with = "words_if_any")]
    before: Option<&'a TypeSet>,
    #[serde(serialize_with = "words_if_any")]
    after: Option<&'a TypeSet>,
    profile: Option<&'a str>,
    host: &'a str,
    undoes: Option<&'a str>,
    undone_by: Option<&'a str>,
}

fn words_if_any<S: Serializer>(types: &Option<&TypeSet>, serializer: S) -> Result<S::Ok, S::Error> {
    match types {
        Some(types) => words(types, serializer),
        None => serializer.serialize_none(),
    }
}
