use serde::Serialize;
use uuid::Uuid;

use crate::model::Content;
use crate::output::row::{Column, Row};
use crate::output::value::Value;

/// A dashboard, notebook or powerpack that reads data through a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ImpactRow {
    /// `dashboard`, `notebook` or `powerpack`.
    kind: &'static str,
    /// Its id.
    id: String,
    /// Its title.
    title: Option<String>,
    /// The number of its widgets or cells that read the source's data.
    widgets: u64,
    /// The user who wrote it.
    author: Option<String>,
    /// Its web page; the path alone where the site is not known.
    url: Option<String>,
}

impl ImpactRow {
    /// The row of what reads the data of `source`.
    pub(crate) fn new(content: &Content, source: Uuid, url: Option<String>) -> Self {
        Self {
            kind: content.kind.as_str(),
            id: content.id.clone(),
            title: content.title.clone(),
            widgets: content.widgets.get(&source).copied().unwrap_or_default(),
            author: content.author.clone(),
            url,
        }
    }
}

impl Row for ImpactRow {
    const PLURAL: Option<&'static str> =
        Some("dashboards, notebooks or powerpacks that read data through it");
    const COLUMNS: &'static [Column<Self>] = &[
        Column::text("kind", |row: &Self| row.kind.into()),
        Column::id("id", |row: &Self| row.id.as_str().into()).on_request(),
        Column::text("title", |row: &Self| row.title.as_deref().into()),
        Column::text("widgets", |row: &Self| Value::Number(row.widgets)),
        Column::text("author", |row: &Self| row.author.as_deref().into()).optional(1),
        Column::long_text("url", |row: &Self| row.url.as_deref().into()).when_filled(),
    ];
}
