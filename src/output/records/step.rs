use std::borrow::Cow;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::change::result_style;
use super::connection::{types_value, words};
use super::reference::{ReferenceJson, id, id_value, name_or_id, name_value};
use crate::output::{Column, Fit, InTable, Record};
use crate::topology::{Action, Id, Position, Step, TypeSet};

/// A step of a plan, and what became of it: the row of `plan`, `apply` and `check --file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// The step. Its connection is the one that was made, where it made one.
    pub step: Step,
    /// What became of it: `done`, `failed`, `unknown` or `not attempted`; or what it would mend:
    /// `missing`, `differs` or `unwanted`. `None` while it is only planned.
    pub result: Option<&'static str>,
    /// Why, where that is not plain.
    pub reason: Option<String>,
}

impl StepRow {
    /// A step that nothing became of yet.
    pub fn planned(step: Step) -> Self {
        Self {
            step,
            result: None,
            reason: None,
        }
    }

    fn connection_id(&self) -> Option<&Id> {
        self.step.connection.as_ref()?.id.as_ref()
    }
}

impl Record for StepRow {
    type Json<'a> = StepJson<'a>;
    const PLURAL: &'static str = "changes";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("result", "RESULT", |row: &Self| row.result.map(Into::into))
            .in_table(InTable::WhenFilled)
            .style(result_style),
        Column::new("action", "ACTION", |row: &Self| {
            Some(row.step.action.as_str().into())
        })
        .style(action_style),
        Column::new("id", "ID", |row: &Self| id_value(row.connection_id()))
            .in_table(InTable::OnRequest)
            .fit(Fit::Shorten),
        Column::new("source", "SOURCE", |row: &Self| {
            name_value(&row.step.source)
        })
        .shown(|row| name_or_id(&row.step.source)),
        Column::new("source_id", "SOURCE ID", |row: &Self| {
            id_value(row.step.source.id.as_ref())
        })
        .in_table(InTable::OnRequest)
        .fit(Fit::Keep),
        Column::new("destination", "DESTINATION", |row: &Self| {
            name_value(&row.step.destination)
        })
        .shown(|row| name_or_id(&row.step.destination)),
        Column::new("destination_id", "DESTINATION ID", |row: &Self| {
            id_value(row.step.destination.id.as_ref())
        })
        .in_table(InTable::OnRequest)
        .fit(Fit::Keep),
        Column::new("before", "BEFORE", |row: &Self| {
            types_value(&row.step.before)
        })
        .style(|_| AnsiColor::Cyan.on_default()),
        Column::new("after", "AFTER", |row: &Self| types_value(&row.step.after))
            .style(|_| AnsiColor::Cyan.on_default()),
        Column::new("profile", "PROFILE", |row: &Self| {
            row.step.profile.as_deref().map(Cow::Borrowed)
        })
        .in_table(InTable::WhenFilled),
        Column::new("line", "LINE", |row: &Self| {
            number(row.step.position, |place| place.line)
        })
        .in_table(InTable::WhenFilled),
        Column::new("column", "COLUMN", |row: &Self| {
            number(row.step.position, |place| place.column)
        })
        .in_table(InTable::OnRequest),
        Column::new("reason", "REASON", |row: &Self| {
            row.reason.as_deref().map(Cow::Borrowed)
        })
        .in_table(InTable::WhenFilled),
    ];

    fn json(&self) -> StepJson<'_> {
        let step = &self.step;
        StepJson {
            action: step.action.as_str(),
            result: self.result,
            reason: self.reason.as_deref(),
            id: self.connection_id(),
            source: (&step.source).into(),
            destination: (&step.destination).into(),
            before: &step.before,
            after: &step.after,
            profile: step.profile.as_deref(),
            line: step.position.map(|position| position.line),
            column: step.position.map(|position| position.column),
        }
    }

    fn id(&self) -> Option<Cow<'_, str>> {
        id_value(self.connection_id())
    }
}

fn number(position: Option<Position>, part: fn(Position) -> u64) -> Option<Cow<'static, str>> {
    Some(part(position?).to_string().into())
}

/// The colours of a diff, which people know.
fn action_style(action: &str) -> Style {
    let styled = [Action::Create, Action::Update, Action::Delete];
    let style = styled.into_iter().find(|known| known.as_str() == action);
    style.map_or_else(Style::new, style_of)
}

/// The colour of what a step does.
pub(in crate::output) fn style_of(action: Action) -> Style {
    match action {
        Action::Create => AnsiColor::Green.on_default(),
        Action::Update => AnsiColor::Yellow.on_default(),
        Action::Delete => AnsiColor::Red.on_default(),
        Action::Unchanged => Style::new(),
    }
}

/// A step in JSON and YAML.
#[derive(Debug, Serialize)]
pub struct StepJson<'a> {
    action: &'a str,
    result: Option<&'a str>,
    reason: Option<&'a str>,
    #[serde(serialize_with = "id")]
    id: Option<&'a Id>,
    source: ReferenceJson<'a>,
    destination: ReferenceJson<'a>,
    #[serde(serialize_with = "words")]
    before: &'a TypeSet,
    #[serde(serialize_with = "words")]
    after: &'a TypeSet,
    profile: Option<&'a str>,
    line: Option<u64>,
    column: Option<u64>,
}
