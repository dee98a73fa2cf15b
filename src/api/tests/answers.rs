//! Answers of every form, from whole ones to noise.

use proptest::prelude::*;
use proptest::sample::Index;

use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::api::{ConnectionFilter, wire};

fn read(body: &str) -> wire::Page {
    wire::parse_page(body, usize::MAX).unwrap()
}

/// A page with a whole record on both sides of an odd one, which may be no JSON value at all.
fn around(odd: &str) -> String {
    format!(r#"{{"data":[{},{odd},{}]}}"#, record(0), record(2))
}

/// Asserts that an odd record costs nothing but itself, and returns what is told about it.
fn unreadable(odd: &str) -> (Option<String>, &'static str) {
    let mut page = read(&around(odd));
    assert_eq!(
        page.rows.connections,
        [connection(0), connection(2)],
        "{odd}"
    );
    assert_eq!(page.rows.unreadable.len(), 1, "{odd}");
    let unreadable = page.rows.unreadable.remove(0);
    (unreadable.id, unreadable.reason)
}

#[test]
fn a_whole_page_is_read_with_its_counts_however_it_is_laid_out() {
    let page = page_of(0, 3, 70);
    let pretty = format!("\r\n\t{} \n", serde_json::to_string_pretty(&page).unwrap());
    for body in [page.to_string(), pretty] {
        let read = read(&body);
        assert_eq!(
            read.rows.connections,
            [connection(0), connection(1), connection(2)]
        );
        assert_eq!(
            (read.total_count, read.filtered_count),
            (Some(70), Some(70))
        );
        assert_eq!(read.rows.unreadable, []);
    }
}

/// Trap: one odd record fails the whole list.
#[test]
fn everything_but_the_ids_may_be_missing_or_odd() {
    let odd = format!(
        r#"{{"id":"{}","new":[1],"attributes":{{"created_at":7,"connection_types":["new","logs"]}},
        "relationships":{{"source_org":{{"data":{{"id":"{RETAIL}","name":null}}}},"created_by":[],
        "sink_org":{{"data":{{"id":"{HUB}","name":"a\ud800"}}}}}}}}"#,
        id(1)
    );
    let page = read(&around(&odd));
    let expected = Connection {
        id: id(1),
        source: RETAIL.into(),
        destination: HUB.into(),
        types: types(&["logs", "new"]),
        ..Connection::default()
    };
    assert_eq!(
        page.rows.connections,
        [connection(0), expected.clone(), connection(2)]
    );
    let bare = format!(
        r#"{{"id":"{}","relationships":{{"source_org":{{"data":{{"id":"{RETAIL}"}}}},
        "sink_org":{{"data":{{"id":"{HUB}"}}}}}}}}"#,
        id(1)
    );
    let types = TypeSet::default();
    assert_eq!(
        read(&around(&bare)).rows.connections[1],
        Connection { types, ..expected }
    );
}

#[test]
fn a_record_without_an_id_or_an_orgs_id_is_unreadable_and_told() {
    let without = |pointer: &str| {
        let mut record = record(1);
        *record.pointer_mut(pointer).unwrap() = Value::Null;
        record.to_string()
    };
    let written = Some(id(1).to_string());
    for (odd, expected) in [
        (without("/id"), (None, "it has no UUID")),
        (
            without("/relationships"),
            (written.clone(), "its source org has no UUID"),
        ),
        (
            without("/relationships/sink_org/data/id"),
            (written, "its destination org has no UUID"),
        ),
        (
            r#"{"id":"odd"}"#.to_owned(),
            (Some("odd".to_owned()), "it has no UUID"),
        ),
    ] {
        assert_eq!(unreadable(&odd), expected, "{odd}");
    }
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
        unreadable(odd);
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_cost_a_name_at_most() {
    let mut body = page_of(0, 3, 3).to_string().into_bytes();
    let at = body.iter().position(|byte| *byte == b'R').unwrap();
    body[at] = 0xff;
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_bytes(body);
    let list = Mock::given(method("GET"));
    list.respond_with(answer).mount(&server).await;
    let mut pages = client(&server.uri()).connections(ConnectionFilter::default());
    let page = pages.next().await.unwrap().unwrap();
    assert_eq!(
        page.connections[0].source.name.as_deref(),
        Some("\u{fffd}etail US")
    );
    assert_eq!(page.connections[1..], [connection(1), connection(2)]);
}

/// Trap: types that are not understood become no types, and a check for their absence passes.
#[test]
fn types_that_are_no_list_of_texts_make_a_record_unreadable() {
    for odd in [
        json!("logs"),
        json!({}),
        json!(["logs", 3]),
        json!(["logs", null]),
    ] {
        let mut record = record(1);
        record["attributes"]["connection_types"] = odd;
        let expected = (Some(id(1).to_string()), "its types are not a list of texts");
        assert_eq!(unreadable(&record.to_string()), expected, "{record}");
    }
}

#[test]
fn a_page_of_more_rows_than_a_page_can_have_is_refused() {
    for row in ["{}".to_owned(), record(0).to_string()] {
        let page = |count| format!(r#"{{"data":[{}]}}"#, vec![row.as_str(); count].join(","));
        assert!(wire::parse_page(&page(1000), usize::MAX).is_ok());
        let refused = wire::parse_page(&page(1001), usize::MAX);
        assert_eq!(refused, Err("the page has more rows than were asked for"));
    }
}

#[test]
fn names_are_read_character_for_character() {
    for name in ["", "a\"b\\c", "\u{1b}[31m\n", "K\u{f6}ln 👩\u{200d}💻"] {
        let mut record = record(0);
        record["relationships"]["source_org"]["data"]["name"] = name.into();
        let page = read(&page(&[record], 1).to_string());
        let source = &page.rows.connections[0].source;
        assert_eq!(source.name.as_deref(), Some(name));
    }
}

#[test]
fn a_missing_meta_and_unknown_fields_are_nothing_odd() {
    for body in [
        r#"{"data":[],"links":{"next":null},"meta":{"page":null,"more":1e999}}"#,
        r#"{"data":[],"meta":{"page":{"total_count":-1}}}"#,
        r#"{"data":[]}"#,
    ] {
        assert_eq!(read(body), wire::Page::default());
    }
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
        assert_eq!(
            wire::parse_page(body, usize::MAX),
            Err(wire::NOT_UNDERSTOOD),
            "{body}"
        );
    }
}

#[test]
fn the_answer_to_a_write_shows_what_it_names_and_nothing_else() {
    for body in ["", "{}", "\n", r#"{"data":null}"#, "<html>"] {
        assert_eq!(wire::parse_answered_connection(body), None, "{body}");
    }
    let answered = |record: Value| {
        let body = json!({"data": record}).to_string();
        wire::parse_answered_connection(&body).unwrap()
    };
    let mut unrelated = record(0);
    unrelated.as_object_mut().unwrap().remove("relationships");
    let shown = answered(unrelated);
    assert_eq!(shown.id, Some(id(0)));
    assert_eq!(shown.types, Some(types(&["logs", "metrics"])));
    assert_eq!((shown.source, shown.destination), (None, None));
    let odd = json!({"id": 7, "attributes": {"connection_types": "logs"}});
    let shown = answered(odd);
    assert_eq!((shown.id, shown.types), (None, None));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    let key = prop_oneof!["[a-z]{1,5}", Just("id".to_owned()), Just("data".to_owned())];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        let object = prop::collection::btree_map(key.clone(), inner.clone(), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            object.prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

/// JSON pointers to every value of a document.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                pointers(field, &format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

/// Replaces one value of the document, and says where.
fn replace_one(document: &mut Value, place: &Index, odd: Value) -> String {
    let mut all = Vec::new();
    pointers(document, "", &mut all);
    let at: &String = place.get(&all);
    *document.pointer_mut(at).unwrap() = odd;
    at.clone()
}

proptest! {
    #[test]
    fn anything_in_any_place_costs_no_other_record(place in any::<Index>(), odd in any_json()) {
        let mut document = page_of(0, 3, 3);
        let at = replace_one(&mut document, &place, odd);
        if at.is_empty() || at == "/data" {
            return Ok(());
        }
        let page = read(&document.to_string());
        prop_assert_eq!(page.rows.connections.len() + page.rows.unreadable.len(), 3);
        for index in 0..3 {
            if !at.starts_with(&format!("/data/{index}")) {
                prop_assert!(page.rows.connections.contains(&connection(index)));
            }
        }
    }

    #[test]
    fn unknown_keys_are_passed_over(key in "x[a-z]{1,3}", more in any_json()) {
        let mut document = page_of(0, 2, 2);
        let mut all = Vec::new();
        pointers(&document, "", &mut all);
        for at in all {
            if let Some(fields) = document.pointer_mut(&at).and_then(Value::as_object_mut) {
                fields.insert(key.clone(), more.clone());
            }
        }
        let page = read(&document.to_string());
        prop_assert_eq!(page.rows.connections, [connection(0), connection(1)]);
    }

    #[test]
    fn no_text_causes_a_panic(body in "\\PC{0,60}") {
        let _ = (wire::parse_page(&body, usize::MAX), wire::parse_answered_connection(&body));
    }
}
