//! Listings of dashboards, notebooks and powerpacks: all pages, and what cannot be read.

use std::collections::BTreeMap;
use std::sync::Mutex;

use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::*;
use crate::api::ErrorKind;
use crate::model::{Content, ContentKind};

/// Serves so many dashboards, in pages of `most` rows at most.
struct Dashboards {
    count: usize,
    most: usize,
}

impl Respond for Dashboards {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let number = |name| {
            let mut pairs = request.url.query_pairs();
            let (_, value) = pairs.find(|(key, _)| key == name).unwrap();
            value.parse::<usize>().unwrap()
        };
        let start = number("start");
        let end = (start + number("count").min(self.most)).min(self.count);
        let rows = (start..end).map(|id| json!({"id": format!("d{id}"), "title": "T"}));
        let rows: Vec<_> = rows.collect();
        ResponseTemplate::new(200).set_body_json(json!({ "dashboards": rows }))
    }
}

/// The number of dashboards that are listed, and of the requests that this takes.
async fn listed(count: usize, most: usize) -> (usize, usize) {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/api/v1/dashboard"))
        .respond_with(Dashboards { count, most })
        .mount(&server)
        .await;
    let rows = Mutex::new(0);
    let client = client(&server.uri());
    let advance = |count| *rows.lock().unwrap() += count;
    let listing = client.contents(ContentKind::Dashboard, advance).await;
    let listing = listing.unwrap();
    assert_eq!(*rows.lock().unwrap(), count);
    assert_eq!(listing.unreadable, 0);
    let requests = server.received_requests().await.unwrap().len();
    (listing.contents.len(), requests)
}

#[tokio::test]
async fn every_page_is_read_some_at_a_time() {
    for (count, most, requests) in [
        (0, 100, 1),
        (1, 100, 2),
        (100, 100, 9),
        (250, 100, 10),
        (5000, 100, 57),
        // The server gives fewer rows than were asked for.
        (250, 60, 6),
    ] {
        assert_eq!(listed(count, most).await, (count, requests), "{count}");
    }
}

/// The one page of a listing with this body, as it is read.
async fn read(kind: ContentKind, route: &str, offset: &str, body: Value) -> (Vec<Content>, usize) {
    let server = MockServer::start().await;
    let list = match kind {
        ContentKind::Dashboard => "dashboards",
        _ => "data",
    };
    for (at, body) in [("0", &body), ("end", &json!({ list: [] }))] {
        let reply = ResponseTemplate::new(200).set_body_json(body);
        let get = Mock::given(method("GET")).and(path(route));
        let get = match at {
            "0" => get.and(query_param(offset, "0")),
            _ => get,
        };
        get.respond_with(reply).mount(&server).await;
    }
    let client = client(&server.uri());
    let listing = client.contents(kind, |_| {}).await.unwrap();
    (listing.contents, listing.unreadable)
}

fn widget(source: Uuid) -> Value {
    json!({"definition": {"requests": [{"queries": [{"cross_org_uuids": [source]}]}]}})
}

#[tokio::test]
async fn each_kind_is_read_as_far_as_its_record_goes() {
    let content = |kind, id: &str, title: &str, path: Option<&str>, author: &str, widgets: u64| {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Content {
            kind,
            id: id.to_owned(),
            title: text(title),
            path: path.map(str::to_owned),
            author: text(author),
            widgets: (widgets > 0)
                .then_some((RETAIL, widgets))
                .into_iter()
                .collect(),
        }
    };
    let dashboards = json!({"dashboards": [
        {"id": "a-1", "title": "A", "url": "/dashboard/a-1/a", "author_handle": "dana"},
        {"id": "b-2", "title": null, "url": "https://example.com", "author_handle": 7},
        {"id": "b-2"}, {"id": "../org"}, {"id": ""}, {"title": "no id"}, 7,
    ]});
    let kind = ContentKind::Dashboard;
    assert_eq!(
        read(kind, "/api/v1/dashboard", "start", dashboards).await,
        (
            vec![
                content(kind, "a-1", "A", Some("/dashboard/a-1/a"), "dana", 0),
                content(kind, "b-2", "", Some("/dashboard/b-2"), "", 0),
            ],
            4
        )
    );
    let notebooks = json!({"data": [
        {"id": 7, "attributes": {"name": "N", "author": {"handle": "dana", "name": "Dana"},
            "cells": [{"attributes": widget(RETAIL)}, {"attributes": widget(RETAIL)}]}},
        {"id": "8", "attributes": {"author": {"name": "Dana"}, "cells": []}},
        // Without cells it is not known what it reads.
        {"id": 9, "attributes": {"name": "N"}},
    ]});
    let kind = ContentKind::Notebook;
    assert_eq!(
        read(kind, "/api/v1/notebooks", "start", notebooks).await,
        (
            vec![
                content(kind, "7", "N", Some("/notebook/7"), "dana", 2),
                content(kind, "8", "", Some("/notebook/8"), "Dana", 0),
            ],
            1
        )
    );
    let author = |id: &str| json!({"author": {"data": {"type": "users", "id": id}}});
    let powerpacks = json!({
        "data": [
            {"id": "p", "attributes": {"name": "P", "group_widget": widget(RETAIL)}, "relationships": author("u1")},
            {"id": "q", "attributes": {"group_widget": {}}, "relationships": author("u2")},
            {"id": "r", "attributes": {}},
        ],
        "included": [{"id": "u1", "attributes": {"handle": "dana"}}],
    });
    let kind = ContentKind::Powerpack;
    assert_eq!(
        read(kind, "/api/v2/powerpacks", "page[offset]", powerpacks).await,
        (
            vec![
                content(kind, "p", "P", None, "dana", 1),
                content(kind, "q", "", None, "u2", 0),
            ],
            1
        )
    );
}

#[tokio::test]
async fn a_list_without_an_end_fails_and_an_odd_page_is_no_empty_one() {
    let rows: Vec<_> = (0..100).map(|id| json!({"id": format!("d{id}")})).collect();
    for (body, kind, requests) in [
        (
            json!({ "dashboards": rows }),
            ErrorKind::IncompleteListing,
            9,
        ),
        (json!({}), ErrorKind::Decode, 1),
        (json!({"dashboards": null}), ErrorKind::Decode, 1),
        (json!({"data": []}), ErrorKind::Decode, 1),
    ] {
        let server = MockServer::start().await;
        let reply = ResponseTemplate::new(200).set_body_json(&body);
        Mock::given(method("GET"))
            .respond_with(reply)
            .mount(&server)
            .await;
        let client = client(&server.uri());
        let listed = client.contents(ContentKind::Dashboard, |_| {}).await;
        assert_eq!(listed.unwrap_err().kind(), kind);
        let sent = server.received_requests().await.unwrap().len();
        assert_eq!(sent, requests);
    }
}

#[tokio::test]
async fn a_dashboard_that_was_deleted_meanwhile_reads_nothing() {
    for (status, body, widgets) in [
        (
            200,
            json!({"widgets": [widget(RETAIL)]}),
            Some(BTreeMap::from([(RETAIL, 1)])),
        ),
        (200, json!({"widgets": []}), Some(BTreeMap::new())),
        (
            404,
            json!({"errors": ["Dashboard with ID abc not found"]}),
            None,
        ),
    ] {
        let server = MockServer::start().await;
        let reply = ResponseTemplate::new(status).set_body_json(body);
        Mock::given(method("GET"))
            .and(path("/api/v1/dashboard/abc"))
            .respond_with(reply)
            .expect(1)
            .mount(&server)
            .await;
        let read = client(&server.uri()).dashboard_widgets("abc").await;
        assert_eq!(read.unwrap(), widgets);
    }
    let server = MockServer::start().await;
    let reply = ResponseTemplate::new(200).set_body_json(json!({"title": "no widgets"}));
    Mock::given(method("GET"))
        .respond_with(reply)
        .mount(&server)
        .await;
    let read = client(&server.uri()).dashboard_widgets("abc").await;
    assert_eq!(read.unwrap_err().kind(), ErrorKind::Decode);
}
