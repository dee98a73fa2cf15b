use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use uuid::Uuid;

/// A kind of [`Content`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContentKind {
    /// A dashboard.
    Dashboard,
    /// A notebook.
    Notebook,
    /// A powerpack: a group of widgets for any dashboard.
    Powerpack,
}

impl ContentKind {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Dashboard, Self::Notebook, Self::Powerpack];

    /// `dashboard`, `notebook` or `powerpack`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dashboard => "dashboard",
            Self::Notebook => "notebook",
            Self::Powerpack => "powerpack",
        }
    }
}

/// A part of an org's content whose queries may read the data of other orgs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its kind.
    pub kind: ContentKind,
    /// Its id, which is unique among those of its kind.
    pub id: String,
    /// Its title, exactly as the API gives it.
    pub title: Option<String>,
    /// The path of its web page, which begins with a slash. Powerpacks have none.
    pub path: Option<String>,
    /// The handle, else the name of the user who wrote it.
    pub author: Option<String>,
    /// How many of its widgets or cells read the data of each other org.
    pub widgets: BTreeMap<Uuid, u64>,
}

/// Counts the widgets in a dashboard, notebook or powerpack that read the data of each other org. The field
/// `cross_org_uuids` of a query has these orgs, however deep it is nested.
pub fn widgets_by_org(content: &Value) -> BTreeMap<Uuid, u64> {
    let mut counts = BTreeMap::new();
    let outside = count_widgets(content, &mut counts);
    count_each(outside, &mut counts);
    counts
}

/// Counts the widgets in `value`, and returns the orgs that are named outside of these.
fn count_widgets(value: &Value, counts: &mut BTreeMap<Uuid, u64>) -> BTreeSet<Uuid> {
    let mut orgs = BTreeSet::new();
    match value {
        Value::Array(items) => {
            orgs.extend(items.iter().flat_map(|item| count_widgets(item, counts)));
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                match name.as_str() {
                    "cross_org_uuids" => orgs.extend(uuids_in(field)),
                    _ => orgs.extend(count_widgets(field, counts)),
                }
            }
            // A widget or a cell has a definition. That of a group has further widgets, which are counted already.
            if fields.get("definition").is_some_and(Value::is_object) {
                count_each(std::mem::take(&mut orgs), counts);
            }
        }
        _ => {}
    }
    orgs
}

fn count_each(orgs: BTreeSet<Uuid>, counts: &mut BTreeMap<Uuid, u64>) {
    for org in orgs {
        *counts.entry(org).or_default() += 1;
    }
}

fn uuids_in(value: &Value) -> Vec<Uuid> {
    match value {
        Value::Array(items) => items.iter().flat_map(uuids_in).collect(),
        Value::String(text) => text.parse().into_iter().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const A: &str = "4dee724d-00cc-11ea-a77b-570c9d03c6c5";
    const B: &str = "5b0f6a12-3d7e-11eb-9c41-8a2f61d0b9e4";

    fn query(orgs: Value) -> Value {
        json!({"name": "a", "data_source": "logs", "cross_org_uuids": orgs})
    }

    fn widget(queries: &[Value]) -> Value {
        json!({"id": 7, "definition": {"type": "timeseries", "requests": [{"queries": queries}]}})
    }

    fn group(widgets: &[Value]) -> Value {
        json!({"definition": {"type": "group", "widgets": widgets}})
    }

    #[test]
    fn each_widget_counts_once_for_each_org_that_its_queries_name() {
        let (a, b) = (|| query(json!([A])), || query(json!([B])));
        for (content, of_a, of_b) in [
            (json!({"widgets": []}), 0, 0),
            (json!({"widgets": [widget(&[query(json!([]))])]}), 0, 0),
            (
                json!({"widgets": [widget(&[a(), a(), b()]), widget(&[a()])]}),
                2,
                1,
            ),
            // Groups may be nested, and a group itself is not counted.
            (
                json!({"widgets": [group(&[group(&[widget(&[a()])]), widget(&[a()])]), widget(&[b()])]}),
                2,
                1,
            ),
            (json!({"group_widget": group(&[widget(&[b()])])}), 0, 1),
            // Cells of a notebook.
            (
                json!({"cells": [
                    {"type": "notebook_cells", "attributes": widget(&[a()])},
                    {"type": "notebook_cells", "attributes": {"definition": {"type": "markdown", "text": A}}},
                ]}),
                1,
                0,
            ),
            // An unknown shape names orgs outside of any widget.
            (json!({"panels": [{"query": a()}, {"query": a()}]}), 1, 0),
            (
                json!([
                    widget(&[query(json!(A))]),
                    widget(&[query(json!(A.to_uppercase()))])
                ]),
                2,
                0,
            ),
            (
                json!({"definition": "x", "cross_org_uuids": ["x", 7, null, {}]}),
                0,
                0,
            ),
            (json!({"title": A, "orgs": [A]}), 0, 0),
        ] {
            let counts = widgets_by_org(&content);
            let count = |id: &str| {
                counts
                    .get(&id.parse().unwrap())
                    .copied()
                    .unwrap_or_default()
            };
            assert_eq!((count(A), count(B)), (of_a, of_b), "{content}");
        }
    }
}
