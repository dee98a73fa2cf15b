//! `impact`, and `--check-impact`: what reads data through a connection.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::live::{Access, Connection, Keys, Live, Org, Request};
use crate::harness::{Reply, Service, World, uuid};

const SHOP: &str = "dashboard\tshp-7kd-29x\tShop traffic\t2\tdana@example.com\t/dashboard/shp-7kd-29x/shop-traffic\n";
const INCIDENT: &str = "notebook\t4021\tCheckout incident\t1\tdana@example.com\t/notebook/4021\n";
const RETAIL: &str =
    "powerpack\ta5d0e7c4-83f1-4b26-9d57-1c60be92f438\tRetail overview\t1\tsam@example.com\t\n";

#[test]
fn everything_that_reads_through_the_connection_is_listed_however_deep_it_is_nested() {
    let world = World::sandbox();
    let columns = "--columns=kind,id,title,widgets,author,url";
    for (id, rows) in [
        ("40bb", [SHOP, INCIDENT, RETAIL].concat()),
        ("d7e0", [SHOP, RETAIL].concat()),
        (
            "13c9",
            "dashboard\tplt-4mw-83c\tPlatform health\t2\tsam@example.com\t/dashboard/plt-4mw-83c/platform-health\n"
                .to_owned(),
        ),
        // In another destination.
        (
            "95d1",
            "dashboard\tdel-2ns-47f\tDeliveries\t1\tsam@example.com\t/dashboard/del-2ns-47f/deliveries\n".to_owned(),
        ),
    ] {
        let shown = world.run(["impact", id, columns, "-otsv", "--no-header"]);
        assert_eq!(shown.quiet_success(), rows, "{id}");
    }
    let shown = world.run(["impact", "f03d"]).code(0);
    assert_eq!(shown.stdout, "KIND  TITLE  WIDGETS  AUTHOR\n");
    assert_eq!(
        shown.stderr,
        "no dashboards, notebooks or powerpacks that read data through it\n"
    );
}

#[test]
fn the_formats_of_listings_are_those_of_the_impact() {
    let world = World::sandbox();
    let shown = world.run(["impact", "95d1", "-ojson"]).code(0);
    assert_eq!(
        shown.json(),
        json!({"schema": "orgconn/v1", "items": [{
            "kind": "dashboard",
            "id": "del-2ns-47f",
            "title": "Deliveries",
            "widgets": 1,
            "author": "sam@example.com",
            "url": "/dashboard/del-2ns-47f/deliveries",
        }], "errors": []})
    );
    let ids = world.run(["impact", "40bb", "-oid"]).quiet_success();
    assert_eq!(
        ids,
        "shp-7kd-29x\n4021\na5d0e7c4-83f1-4b26-9d57-1c60be92f438\n"
    );
    assert_eq!(
        world.run(["impact", "40bb"]).quiet_success(),
        "KIND       TITLE              WIDGETS  AUTHOR            URL\n\
         dashboard  Shop traffic       2        dana@example.com  /dashboard/shp-7kd-29x/shop-traffic\n\
         notebook   Checkout incident  1        dana@example.com  /notebook/4021\n\
         powerpack  Retail overview    1        sam@example.com   -\n"
    );
}

#[test]
fn keys_that_may_read_no_content_are_told_so_once_for_each_kind() {
    let refused = World::sandbox()
        .run(["impact", "40bb", "--profile=auditor", "-ojson"])
        .code(4);
    let report = refused.json();
    assert_eq!(report["items"], json!([]));
    let errors = report["errors"].as_array().unwrap();
    let said = |pointer: &'static str| {
        errors
            .iter()
            .map(move |error| error[pointer].as_str().unwrap().to_owned())
    };
    let messages: Vec<_> = said("message")
        .map(|text| text.split(':').next().unwrap().to_owned())
        .collect();
    assert_eq!(
        messages,
        [
            "the dashboards cannot be read",
            "the notebooks cannot be read",
            "the powerpacks cannot be read"
        ]
    );
    let hints: Vec<_> = said("hint").collect();
    let hint =
        |permission: &str| format!("it takes the permission {permission} in the destination");
    assert_eq!(
        hints,
        ["dashboards_read", "notebooks_read", "dashboards_read"].map(hint)
    );
}

/// The content of the destination, org 1: so many dashboards, and one notebook. Of the dashboards, each tenth reads the
/// data of org 2, and some may not be seen.
#[derive(Clone, Copy)]
struct Contents {
    dashboards: usize,
    unseen: usize,
    /// The status of the answer to a listing of notebooks.
    notebooks: u16,
}

/// Serves the content, and gives the paths of all requests.
fn serve(contents: Contents) -> (Service, Arc<Mutex<Vec<String>>>) {
    let connection = |number, source| Connection {
        id: Uuid::from_u128(number),
        source,
        destination: 0,
        types: ["logs".to_owned()].into(),
        policies: Default::default(),
    };
    let service = Service::start(Live {
        orgs: [1, 2, 3].map(Org::numbered).to_vec(),
        keys: vec![Keys {
            org: 0,
            access: Access::Write,
        }],
        connections: vec![connection(50, 1), connection(51, 2)],
        ..Live::default()
    });
    let paths = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&paths);
    service.respond_with(move |request: &Request, live| {
        seen.lock().unwrap().push(request.path.clone());
        match answer(contents, request) {
            Some((200, body)) => Reply::json(&body),
            Some((status, _)) => Reply::refused(status, "Forbidden"),
            None => live.reply(0, request),
        }
    });
    (service, paths)
}

fn answer(contents: Contents, request: &Request) -> Option<(u16, Value)> {
    let number = |name: &str| request.parameter(name).unwrap().parse::<usize>().unwrap();
    let widget =
        json!({"definition": {"requests": [{"queries": [{"cross_org_uuids": [uuid(2)]}]}]}});
    Some(match request.path.as_str() {
        "/api/v1/dashboard" => {
            let start = number("start").min(contents.dashboards);
            let end = (start + number("count")).min(contents.dashboards);
            let rows = (start..end).map(|at| {
                json!({"id": format!("d-{at}"), "title": format!("Title {at}"), "author_handle": format!("user{}", at % 400)})
            });
            (200, json!({"dashboards": rows.collect::<Vec<_>>()}))
        }
        "/api/v1/notebooks" if number("start") == 0 => {
            let cells = json!([{"attributes": widget}, {"attributes": widget}]);
            let notebook = json!({"id": 7, "attributes": {"name": "Notes", "cells": cells}});
            (contents.notebooks, json!({"data": [notebook]}))
        }
        "/api/v1/notebooks" | "/api/v2/powerpacks" => (200, json!({"data": []})),
        path => {
            let at: usize = path.strip_prefix("/api/v1/dashboard/d-")?.parse().ok()?;
            let widgets = if at.is_multiple_of(10) {
                vec![widget]
            } else {
                Vec::new()
            };
            let status = if at < contents.unseen { 403 } else { 200 };
            (status, json!({"id": format!("d-{at}"), "widgets": widgets}))
        }
    })
}

const SMALL: Contents = Contents {
    dashboards: 30,
    unseen: 0,
    notebooks: 200,
};

#[test]
fn a_big_account_takes_one_request_for_each_page_and_each_dashboard() {
    let (service, paths) = serve(Contents {
        dashboards: 5000,
        ..SMALL
    });
    let shown = service.world().run(["impact", &uuid(50), "-ojson"]).code(0);
    assert_eq!(shown.json()["items"].as_array().unwrap().len(), 501);
    let paths = paths.lock().unwrap();
    let count = |path: &str| paths.iter().filter(|it| it.starts_with(path)).count();
    assert_eq!(count("/api/v1/dashboard/"), 5000);
    // Eight at a time, of which the last may be behind the end.
    assert_eq!(count("/api/v1/dashboard"), 5000 + 57);
    assert_eq!(count("/api/v1/notebooks"), 2);
    assert_eq!(count("/api/v2/powerpacks"), 1);
    assert_eq!(paths.len(), 5000 + 57 + 2 + 1 + 2, "{:?}", &paths[..4]);
}

#[test]
fn what_cannot_be_read_is_told_beside_the_rest() {
    for (contents, rows, code, told) in [
        (SMALL, 4, 0, ""),
        (
            Contents { unseen: 2, ..SMALL },
            3,
            8,
            "error: 2 of 30 dashboards cannot be read: GET /api/v1/dashboard/d-0 at HOST: 403 Forbidden\n\
             hint: it takes the permission dashboards_read in the destination\n",
        ),
        (
            Contents {
                notebooks: 403,
                ..SMALL
            },
            3,
            8,
            "error: the notebooks cannot be read: GET /api/v1/notebooks at HOST: 403 Forbidden\n\
             hint: it takes the permission notebooks_read in the destination\n",
        ),
    ] {
        let (service, _) = serve(contents);
        let shown = service
            .world()
            .run(["impact", &uuid(50), "-ojsonl"])
            .code(code);
        assert_eq!(shown.stdout.lines().count(), rows);
        assert_eq!(shown.messages(service.api.url()), told);
    }
}

#[test]
fn a_server_that_fails_ends_the_reading_of_the_other_dashboards() {
    let (service, paths) = serve(Contents {
        dashboards: 300,
        ..SMALL
    });
    let inner = Arc::clone(&paths);
    service.respond_with(move |request: &Request, live| {
        inner.lock().unwrap().push(request.path.clone());
        match answer(
            Contents {
                dashboards: 300,
                ..SMALL
            },
            request,
        ) {
            Some(_) if request.path.starts_with("/api/v1/dashboard/") => {
                Reply::refused(503, "down")
            }
            Some((_, body)) => Reply::json(&body),
            None => live.reply(0, request),
        }
    });
    let world = service.world().with("ORGCONN_MAX_RETRIES", "0");
    let shown = world.run(["impact", &uuid(50), "-ojsonl"]).code(8);
    assert!(
        shown
            .stderr
            .starts_with("error: 300 of 300 dashboards cannot be read: "),
        "{}",
        shown.stderr
    );
    let paths = paths.lock().unwrap();
    let read = paths
        .iter()
        .filter(|path| path.starts_with("/api/v1/dashboard/"))
        .count();
    assert!(read <= 32, "{read}");
}

#[test]
fn a_delete_that_would_break_something_is_refused_if_that_is_asked_for() {
    let (service, paths) = serve(SMALL);
    let delete = |words: &[&str]| {
        let deletes = ["delete", "--check-impact", "--yes"];
        service.world().run([&deletes, words].concat())
    };
    let refused = delete(&[&uuid(50), &uuid(51)]).code(3);
    assert_eq!(refused.stdout, "");
    assert_eq!(
        refused.stderr,
        format!(
            "error: deleting would break 3 dashboards, 1 notebook:\n  `Org 2` to `Org 1` ({}): 3 dashboards, 1 notebook\n\
             hint: `orgconn impact` lists them; without --check-impact they are not looked for\n",
            uuid(50)
        )
    );
    assert_eq!(service.with_live(|live| live.connections.len()), 2);
    // Both connections lead to one org, which is read once.
    let lists = paths
        .lock()
        .unwrap()
        .iter()
        .filter(|path| *path == "/api/v1/dashboard")
        .count();
    assert_eq!(lists, 2);
    delete(&[&uuid(51)]).code(0);
    assert_eq!(service.with_live(|live| live.connections.len()), 1);
}

#[test]
fn a_delete_is_refused_if_what_would_break_is_not_known() {
    let (service, _) = serve(Contents {
        dashboards: 1,
        unseen: 1,
        notebooks: 200,
    });
    let words = ["delete", &uuid(51), "--check-impact", "--yes"];
    let refused = service.world().run(words).code(4);
    assert!(
        refused.stderr.starts_with(
            "error: what would break is not known: 1 of 1 dashboards cannot be read: "
        ),
        "{}",
        refused.stderr
    );
    assert_eq!(service.with_live(|live| live.connections.len()), 2);
}

#[test]
fn an_apply_with_deletes_that_would_break_something_is_refused_too() {
    let world = World::sandbox();
    world.file("orgconn.yaml", "manage: [Retail US]\nconnections: []\n");
    let apply = [
        "apply",
        "-forgconn.yaml",
        "--prune",
        "--yes",
        "--check-impact",
    ];
    let refused = world.run(apply).code(3);
    assert!(
        refused
            .stderr
            .contains("error: deleting would break 1 dashboard, 1 notebook, 1 powerpack:\n"),
        "{}",
        refused.stderr
    );
    let left = world
        .run(["list", "--source=Retail US", "-oid"])
        .quiet_success();
    assert_eq!(left, "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d\n");
    world.file("orgconn.yaml", "manage: [Legacy Shop]\nconnections: []\n");
    world.run(apply).code(0);
    let left = world
        .run(["list", "--source=Legacy Shop", "-oid"])
        .quiet_success();
    assert_eq!(left, "");
}

#[test]
#[cfg(unix)]
fn a_question_about_a_delete_offers_to_look_for_what_would_break() {
    let (service, _) = serve(SMALL);
    let world = service.world();
    let id = uuid(51);
    for (flags, offers) in [(&[][..], true), (&["--check-impact"], false)] {
        let words = [&["delete", &id], flags].concat();
        let mut terminal = crate::harness::Terminal::start(&world, 100, &words);
        terminal.wait_for_question("Delete this connection?");
        terminal.press("n\r");
        let (code, shown) = terminal.end();
        assert_eq!(code, Some(1), "{shown}");
        assert_eq!(shown.contains("--check-impact refuses"), offers, "{shown}");
    }
}
