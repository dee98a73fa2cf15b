use serde::Serialize;
use uuid::Uuid;

use crate::model::{OrgGroup, OrgLabels, OrgRef};
use crate::output::row::{Column, Row};
use crate::output::value::Value;

/// A group of orgs with its orgs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct OrgGroupRow {
    /// Its UUID.
    pub(crate) id: Uuid,
    /// Its name.
    pub(crate) name: Option<String>,
    /// The number of its orgs.
    pub(crate) count: u64,
    /// Its orgs, sorted by their names.
    pub(crate) orgs: Vec<OrgRef>,
    /// The names of the orgs. Those of one name have the beginnings of their ids.
    #[serde(skip)]
    labels: Vec<String>,
}

impl OrgGroupRow {
    /// The row of a group and its orgs.
    pub(crate) fn new(group: OrgGroup, mut orgs: Vec<OrgRef>) -> Self {
        orgs.sort_by_cached_key(|org| (org.label(), org.id));
        let labels = OrgLabels::new(&orgs);
        Self {
            id: group.id,
            name: group.name,
            count: orgs.len() as u64,
            labels: orgs.iter().map(|org| labels.label(org)).collect(),
            orgs,
        }
    }
}

impl Row for OrgGroupRow {
    const PLURAL: Option<&'static str> = Some("groups of orgs");
    const COLUMNS: &'static [Column<Self>] = &[
        Column::short_id("id", |row: &Self| row.id.into()),
        Column::text("name", |row: &Self| row.name.as_deref().into()),
        Column::text("count", |row: &Self| Value::Number(row.count)),
        Column::long_text("orgs", |row: &Self| (&row.labels).into()),
    ];
}
