use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use super::*;
use crate::api::samples::{CONNECTION, HUB, RETAIL, id, page_of, record, types};
use crate::topology::Reference;

fn read(body: &str) -> Vec<Connection> {
    page(body.as_bytes()).unwrap().connections
}

/// A page with a healthy record on both sides of an odd one, which may be no `Value` at all.
fn around(odd: &str) -> String {
    format!(
        r#"{{"data":[{},{odd},{}]}}"#,
        record(&id(0)),
        record(&id(2))
    )
}

fn healthy(index: u64) -> Connection {
    let record = json!({"data": record(&id(index))});
    connection(record.to_string().as_bytes()).unwrap()
}

#[test]
fn a_healthy_record_is_read_whole() {
    let connection = healthy(0);
    assert_eq!(connection.id, Some(id(0)));
    assert_eq!(connection.source.id, Some(RETAIL.into()));
    assert_eq!(connection.source.name.as_deref(), Some("Retail US"));
    assert_eq!(connection.destination.id, Some(HUB.into()));
    assert_eq!(connection.types, types(&["metrics", "logs"]));
    let created_at = connection.created_at.as_deref();
    assert_eq!(created_at, Some("2025-08-26T20:19:36.177236+00:00"));
    assert_eq!(connection.created_by.label(), "Dana Example");
}

#[test]
fn both_ways_of_reading_agree_on_a_healthy_page() {
    let body = page_of(0, 5, 70).to_string();
    let page = page(body.as_bytes()).unwrap();
    assert_eq!(loose::page(body.as_bytes()), Some(page));
}

/// Trap: one odd record fails the whole list.
#[test]
fn an_odd_record_is_shown_with_what_it_has_and_costs_nothing_else() {
    let odd = r#"{"id":7,"attributes":{"created_at":null,"connection_types":["logs",null,3,"new"]},
        "relationships":{"source_org":null,"sink_org":{"data":{"id":null,"name":"Hub"}},"created_by":[]}}"#;
    let connections = read(&around(odd));
    assert_eq!(connections[0], healthy(0));
    assert_eq!(connections[2], healthy(2));
    assert_eq!(connections[1].id, Some("7".into()));
    assert_eq!(connections[1].types, types(&["logs", "new", "3"]));
    assert_eq!(connections[1].destination.name.as_deref(), Some("Hub"));
    assert_eq!(connections[1].destination.id, None);
    assert_eq!(connections[1].source, Reference::default());
}

#[test]
fn what_is_barely_json_costs_nothing_else() {
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let far = format!(r#"{{"id":"x","more":{deep}}}"#);
    for odd in [
        "null",
        "[]",
        r#""text""#,
        "1e999",
        r#"{"id":"a\ud800"}"#,
        r#"{"id":"a","id":"b"}"#,
        r#"{"relationships":null,"attributes":null}"#,
        &deep,
        &far,
    ] {
        let connections = read(&around(odd));
        assert_eq!(connections.len(), 3, "{odd}");
        assert_eq!(
            (&connections[0], &connections[2]),
            (&healthy(0), &healthy(2))
        );
    }
}

#[test]
fn bytes_that_are_no_text_cost_a_name_at_most() {
    let mut body = around(r#"{"id":"x","attributes":{"created_at":"?"}}"#).into_bytes();
    let odd = body.iter().position(|byte| *byte == b'?').unwrap();
    body[odd] = 0xff;
    let connections = page(&body).unwrap().connections;
    assert_eq!(connections[1].created_at.as_deref(), Some("\u{fffd}"));
    assert_eq!(connections[2], healthy(2));
}

#[test]
fn a_missing_meta_and_unknown_fields_are_nothing_odd() {
    let body = r#"{"data":[],"links":{"next":null},"meta":{"page":null,"more":1}}"#;
    assert_eq!(page(body.as_bytes()), Some(Page::default()));
    assert_eq!(page(br#"{"data":[]}"#), Some(Page::default()));
}

#[test]
fn what_is_no_page_is_none() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"data":{}}"#,
        "<html>",
        r#"{"data":[{}"#,
    ] {
        assert_eq!(page(body.as_bytes()), None, "{body}");
    }
}

#[test]
fn an_answer_without_an_id_holds_no_connection() {
    for body in [
        "",
        "{}",
        "\n",
        r#"{"data":null}"#,
        r#"{"data":{"id":null}}"#,
        "<html>",
    ] {
        assert_eq!(connection(body.as_bytes()), None, "{body}");
    }
}

#[test]
fn requests_are_to_the_letter_of_the_api() {
    let types = types(&["metrics", "logs"]);
    let sent: Value = serde_json::from_slice(&creation(&HUB.into(), &types)).unwrap();
    assert_eq!(
        sent,
        json!({"data": {"type": "org_connection", "attributes": {"connection_types": ["logs", "metrics"]},
            "relationships": {"sink_org": {"data": {"type": "orgs", "id": HUB}}}}})
    );
    let sent: Value = serde_json::from_slice(&update(&CONNECTION.into(), &types)).unwrap();
    assert_eq!(
        sent,
        json!({"data": {"type": "org_connection", "id": CONNECTION,
            "attributes": {"connection_types": ["logs", "metrics"]}}})
    );
}

pub(super) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    let key = prop_oneof!["[a-z]{1,5}", Just("id".to_owned()), Just("data".to_owned())];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..4)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// The places of a document, as JSON pointers.
pub(super) fn places(value: &Value, at: &str, places: &mut Vec<String>) {
    places.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                self::places(item, &format!("{at}/{index}"), places);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                self::places(field, &format!("{at}/{name}"), places);
            }
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn anything_in_any_place_costs_no_other_record(place in any::<Index>(), odd in any_json()) {
        let mut document = page_of(0, 3, 3);
        let mut all = Vec::new();
        places(&document, "", &mut all);
        let at = place.get(&all);
        *document.pointer_mut(at).unwrap() = odd;
        let read = page(document.to_string().as_bytes());
        if at.is_empty() || at == "/data" {
            return Ok(());
        }
        let connections = read.unwrap().connections;
        prop_assert_eq!(connections.len(), 3);
        for (index, connection) in connections.iter().enumerate() {
            if !at.starts_with(&format!("/data/{index}")) {
                prop_assert_eq!(connection, &healthy(index as u64));
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = (page(&body), connection(&body), managed_orgs(&body), current_user(&body));
    }

    #[test]
    fn anything_in_any_place_of_an_answer_about_orgs_is_borne(place in any::<Index>(), odd in any_json()) {
        let mut document = json!({"data": {"id": RETAIL, "attributes": {"name": "x", "disabled": true},
            "relationships": {"org": {"data": {"id": RETAIL}}, "current_org": {"data": {"id": RETAIL}},
                "managed_orgs": {"data": [{"id": HUB}]}}}, "included": [{"id": HUB, "attributes": {"name": "y"}}]});
        let mut all = Vec::new();
        places(&document, "", &mut all);
        let at = place.get(&all);
        *document.pointer_mut(at).unwrap() = odd;
        let body = document.to_string().into_bytes();
        if at.len() > "/data".len() {
            prop_assert!(managed_orgs(&body).is_some() && current_user(&body).is_some());
        }
    }
}
