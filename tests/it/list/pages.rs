//! Listings of several pages.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use super::LIST;
use crate::harness::{Api, Flaky, Gate, Reply, World, connection, page, uuid};

/// How many connections the long listing has.
const MANY: u128 = 2500;

fn target(offset: u128) -> String {
    format!("/api/v2/org_connections?limit=1000&offset={offset}")
}

/// The page of the long listing that begins at an offset.
fn piece(offset: u128) -> ResponseTemplate {
    let connections: Vec<Value> = (offset..MANY.min(offset + 1000))
        .map(|number| connection(10_000 + number, 1, 100_000 + number, &["logs"]))
        .collect();
    ResponseTemplate::new(200).set_body_json(page(&connections, 2500))
}

/// A mock that serves the long listing, each page once; the one at `held_back` late.
fn long_listing(held_back: u128, delay: Duration) -> Api {
    let api = Api::new();
    for offset in [0, 1000, 2000] {
        let late = if offset == held_back {
            delay
        } else {
            Duration::ZERO
        };
        let answer = piece(offset).set_delay(late);
        api.expect("GET", &target(offset), None, answer, 1);
    }
    api
}

fn every_id() -> String {
    (0..MANY)
        .map(|number| format!("{}\n", uuid(10_000 + number)))
        .collect()
}

#[test]
fn three_requests_list_2500_connections_whole_and_in_order() {
    // The last page arrives before the second.
    let api = long_listing(1000, Duration::from_millis(80));
    let listed = api.world().run(["list", "-o", "jsonl"]).quiet_success();
    let ids: String = listed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|item| format!("{}\n", item["id"].as_str().unwrap()))
        .collect();
    assert_eq!(ids, every_id());
    assert_eq!(api.targets()[0], format!("GET {LIST}"));
}

#[test]
fn a_table_of_2500_rows_has_one_header_and_aligned_columns() {
    let api = long_listing(0, Duration::ZERO);
    let table = api
        .world()
        .run(["list", "--columns=id,destination"])
        .quiet_success();
    let (header, rows) = table.split_once('\n').unwrap();
    assert_eq!(header, format!("{:36}  DESTINATION", "ID"));
    let expected: String = (0..MANY)
        .map(|number| format!("{}  Org {}\n", uuid(10_000 + number), 100_000 + number))
        .collect();
    assert_eq!(rows, expected);
}

#[test]
fn the_first_page_can_be_read_before_the_second_is_in() {
    let rows: Vec<Value> = (0..1500)
        .map(|number| connection(10_000 + number, 1, 2, &["logs"]))
        .collect();
    let body = |rows| page(rows, 1500).to_string();
    let gate = Gate::default();
    let server = Flaky::new(vec![
        Reply::Answer(200, body(&rows[..1000])),
        Reply::Held(
            gate.clone(),
            Box::new(Reply::Answer(200, body(&rows[1000..]))),
        ),
    ]);
    let world = World::talking_to(server.url());
    let mut listing = world.command(["list", "-o", "jsonl"]);
    let mut child = listing.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.by_ref().take(1000).flatten().count(), 1000);
    gate.open();
    assert_eq!(lines.map_while(Result::ok).count(), 500);
    assert!(child.wait().unwrap().success());
}

/// A mock of two pages, of which the second fails.
fn second_page_lost() -> Api {
    let api = Api::new();
    let rows: Vec<Value> = (0..1000)
        .map(|number| connection(10_000 + number, 1, 100_000 + number, &["logs"]))
        .collect();
    let failure = ResponseTemplate::new(503).set_body_json(json!({"errors": ["Unavailable"]}));
    api.get(LIST, &page(&rows, 1500))
        .expect("GET", &target(1000), None, failure, 2);
    api
}

#[test]
fn a_lost_page_costs_no_row_before_it_and_is_told() {
    let lost = second_page_lost()
        .world()
        .run(["list", "-o", "id", "--max-retries=1"])
        .code(7);
    let ids = every_id();
    assert!(ids.starts_with(&lost.stdout));
    assert_eq!(lost.stdout.lines().count(), 1000);
    assert_data_eq!(
        lost.stderr,
        str![[r#"
error: the listing breaks off after 1000 of 1500 connections: GET /api/v2/org_connections at 127.0.0.1:[..]: 503 Service Unavailable: Unavailable
hint: the service failed: try again later

"#]]
    );
}

#[test]
fn a_lost_page_is_among_the_errors_of_json() {
    let lost = second_page_lost()
        .world()
        .run(["list", "-o", "json", "--max-retries=1"])
        .code(7);
    let report = lost.json();
    assert_eq!(report["items"].as_array().unwrap().len(), 1000);
    assert_eq!(report["errors"].as_array().unwrap().len(), 1);
    let error = &report["errors"][0];
    assert_eq!(error["kind"], "temporary");
    assert_eq!(error["http_status"], 503);
    assert_eq!(error["profile"], Value::Null);
    let message = error["message"].as_str().unwrap();
    assert!(
        message.starts_with("the listing breaks off after 1000 of 1500 connections: "),
        "{message}"
    );
}

#[test]
fn odd_records_are_shown_and_unreadable_ones_are_told() {
    let api = Api::new();
    let mut no_date = connection(50, 1, 2, &["logs"]);
    no_date["attributes"]["created_at"] = Value::Null;
    let mut no_relations = connection(51, 1, 2, &["audit"]);
    no_relations
        .as_object_mut()
        .unwrap()
        .remove("relationships");
    let mut no_names = connection(52, 3, 2, &["profiling", "metrics"]);
    for relation in ["source_org", "sink_org"] {
        let data = &mut no_names["relationships"][relation]["data"];
        data.as_object_mut().unwrap().remove("name");
    }
    no_names["attributes"]["beta"] = json!({"any": [1, 2]});
    no_names["relationships"]["created_by"] = Value::Null;
    let bare = json!({"type": "org_connection"});
    let records = [
        no_date,
        no_relations,
        no_names,
        bare,
        connection(53, 4, 2, &[]),
    ];
    api.get(LIST, &page(&records, 5));
    let listed = api.world().run(["list"]).code(1);
    assert_data_eq!(
        listed.stderr,
        str![[r#"
error: 2 records of the listing cannot be read: 00000000-0000-0000-0000-000000000033 (its source org has no UUID), one without an id (it has no UUID)

"#]]
    );
    assert_data_eq!(
        listed.stdout,
        str![[r#"
ID                                    SOURCE                                DESTINATION                           TYPES              CREATED (UTC)     CREATED BY
00000000-0000-0000-0000-000000000032  Org 1                                 Org 2                                 logs               -                 Pipeline
00000000-0000-0000-0000-000000000034  00000000-0000-0000-0000-000000000003  00000000-0000-0000-0000-000000000002  metrics,profiling  2025-08-26 20:19  -
00000000-0000-0000-0000-000000000035  Org 4                                 Org 2                                 -                  2025-08-26 20:19  Pipeline

"#]]
    );
}
