use std::borrow::Cow;
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::reference::{id, id_value, names, names_value};
use crate::output::{Column, Fit, InTable, Record};
use crate::topology::{Id, Org};

/// An org, with what these credentials have to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgRow {
    /// The org.
    pub org: Org,
    /// Whether the credentials belong to it.
    pub current: bool,
    /// The profiles whose credentials belong to it.
    pub profiles: Vec<Arc<str>>,
}

impl Record for OrgRow {
    type Json<'a> = OrgJson<'a>;
    const PLURAL: &'static str = "orgs";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "ID", |row: &Self| id_value(Some(&row.org.id))).fit(Fit::Keep),
        Column::new("public_id", "PUBLIC ID", |row: &Self| {
            row.org.public_id.as_deref().map(Cow::Borrowed)
        })
        .fit(Fit::Spare),
        Column::new("name", "NAME", |row: &Self| {
            row.org.name.as_deref().map(Cow::Borrowed)
        }),
        Column::new("state", "STATE", |row: &Self| Some(state(&row.org).into())).style(state_style),
        Column::new("current", "CURRENT", |row: &Self| {
            Some(if row.current { "true" } else { "false" }.into())
        })
        .shown(|row| row.current.then_some("yes".into())),
        Column::new("profiles", "PROFILES", |row: &Self| {
            names_value(&row.profiles)
        })
        .in_table(InTable::WhenFilled),
    ];

    fn json(&self) -> OrgJson<'_> {
        OrgJson {
            id: Some(&self.org.id),
            public_id: self.org.public_id.as_deref(),
            name: self.org.name.as_deref(),
            disabled: self.org.disabled,
            current: self.current,
            profiles: &self.profiles,
        }
    }

    fn id(&self) -> Option<Cow<'_, str>> {
        id_value(Some(&self.org.id))
    }
}

fn state(org: &Org) -> &'static str {
    match org.disabled {
        Some(true) => "disabled",
        Some(false) => "active",
        None => "unknown",
    }
}

fn state_style(state: &str) -> Style {
    match state {
        "disabled" => AnsiColor::Yellow.on_default(),
        _ => Style::new(),
    }
}

/// An org in JSON and YAML.
#[derive(Debug, Serialize)]
pub struct OrgJson<'a> {
    #[serde(serialize_with = "id")]
    id: Option<&'a Id>,
    public_id: Option<&'a str>,
    name: Option<&'a str>,
    disabled: Option<bool>,
    current: bool,
    #[serde(serialize_with = "names")]
    profiles: &'a [Arc<str>],
}
