//! Sample dashboards, notebooks and powerpacks. Those of the hub read the data of other orgs, some of them in nested
//! groups of widgets.

use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use super::orgs;

const DANA: &str = "dana@example.com";
const SAM: &str = "sam@example.com";
const SAM_ID: Uuid = uuid!("3b9f0c52-7f21-11f0-9d84-c5e17a26b038");

/// The dashboards of an org.
pub(in crate::sandbox) fn dashboards(org: Uuid) -> Vec<Value> {
    match org {
        orgs::HUB => vec![
            dashboard(
                "shp-7kd-29x",
                "Shop traffic",
                DANA,
                &[
                    timeseries(&[logs(orgs::RETAIL_US), logs(orgs::RETAIL_EU)]),
                    group(&[
                        timeseries(&[metrics(orgs::RETAIL_EU)]),
                        group(&[timeseries(&[logs(orgs::RETAIL_US)])]),
                    ]),
                ],
            ),
            dashboard(
                "plt-4mw-83c",
                "Platform health",
                SAM,
                &[group(&[
                    timeseries(&[metrics(orgs::PLATFORM)]),
                    timeseries(&[metrics(orgs::PLATFORM), metrics(orgs::LOGISTICS)]),
                ])],
            ),
            dashboard(
                "hub-5tq-61r",
                "Costs of the hub",
                SAM,
                &[timeseries(&[
                    json!({"name": "a", "data_source": "metrics", "query": "sum:cloud.cost{*}"}),
                ])],
            ),
        ],
        orgs::LOGISTICS => vec![dashboard(
            "del-2ns-47f",
            "Deliveries",
            SAM,
            &[timeseries(&[metrics(orgs::PLATFORM)])],
        )],
        _ => Vec::new(),
    }
}

/// The notebooks of an org.
pub(in crate::sandbox) fn notebooks(org: Uuid) -> Vec<Value> {
    match org {
        orgs::HUB => vec![
            notebook(
                4021,
                "Checkout incident",
                &[
                    json!({"type": "markdown", "text": "What happened on Monday"}),
                    cell(&[logs(orgs::PAYMENTS_US)]),
                    cell(&[logs(orgs::RETAIL_US)]),
                ],
            ),
            notebook(
                4022,
                "Weekly notes",
                &[json!({"type": "markdown", "text": "Nothing new"})],
            ),
        ],
        _ => Vec::new(),
    }
}

/// The powerpacks of an org, and the users who wrote them.
pub(in crate::sandbox) fn powerpacks(org: Uuid) -> (Vec<Value>, Vec<Value>) {
    if org != orgs::HUB {
        return (Vec::new(), Vec::new());
    }
    let powerpack = json!({
        "type": "powerpack",
        "id": "a5d0e7c4-83f1-4b26-9d57-1c60be92f438",
        "attributes": {
            "name": "Retail overview",
            "description": null,
            "tags": [],
            "template_variables": [],
            "group_widget": group(&[timeseries(&[logs(orgs::RETAIL_US), logs(orgs::RETAIL_EU)])]),
        },
        "relationships": {"author": {"data": {"type": "users", "id": SAM_ID}}},
    });
    let sam = json!({
        "type": "users",
        "id": SAM_ID,
        "attributes": {"name": "Sam Example", "handle": SAM, "email": SAM},
    });
    (vec![powerpack], vec![sam])
}

fn dashboard(id: &str, title: &str, author: &str, widgets: &[Value]) -> Value {
    let slug = title.to_lowercase().replace(' ', "-");
    json!({
        "id": id,
        "title": title,
        "description": null,
        "layout_type": "ordered",
        "url": format!("/dashboard/{id}/{slug}"),
        "is_read_only": false,
        "created_at": "2025-09-01T08:00:00.000000+00:00",
        "modified_at": "2025-11-03T15:30:00.000000+00:00",
        "author_handle": author,
        "widgets": widgets,
    })
}

fn notebook(id: u64, name: &str, definitions: &[Value]) -> Value {
    let cells = definitions.iter().enumerate().map(|(number, definition)| {
        let id = format!("cell{number}");
        json!({"type": "notebook_cells", "id": id, "attributes": {"definition": definition}})
    });
    json!({
        "type": "notebooks",
        "id": id,
        "attributes": {
            "name": name,
            "status": "published",
            "author": {"name": "Dana Example", "handle": DANA, "email": DANA},
            "created": "2025-10-20T09:12:44.000000+00:00",
            "modified": "2025-10-20T11:40:02.000000+00:00",
            "cells": cells.collect::<Vec<_>>(),
        },
    })
}

/// The definition of a cell with a graph.
fn cell(queries: &[Value]) -> Value {
    timeseries(queries)["definition"].take()
}

fn timeseries(queries: &[Value]) -> Value {
    json!({"definition": {
        "type": "timeseries",
        "requests": [{
            "response_format": "timeseries",
            "display_type": "line",
            "queries": queries,
            "formulas": [{"formula": "a"}],
        }],
    }})
}

fn group(widgets: &[Value]) -> Value {
    json!({"definition": {"type": "group", "layout_type": "ordered", "title": null, "widgets": widgets}})
}

fn logs(source: Uuid) -> Value {
    json!({
        "name": "a",
        "data_source": "logs",
        "search": {"query": "service:web"},
        "indexes": ["*"],
        "compute": {"aggregation": "count"},
        "cross_org_uuids": [source],
    })
}

fn metrics(source: Uuid) -> Value {
    json!({
        "name": "a",
        "data_source": "metrics",
        "query": "avg:system.cpu.user{*}",
        "cross_org_uuids": [source],
    })
}
