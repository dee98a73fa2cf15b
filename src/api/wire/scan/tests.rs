use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value};

use super::*;
use crate::api::samples::{id, page_of, record};
use crate::api::wire::loose;
use crate::api::wire::tests::{any_json, places};

#[test]
fn a_healthy_page_is_read_however_it_is_laid_out() {
    let healthy = page_of(0, 3, 70);
    let compact = page(&healthy.to_string()).unwrap();
    assert_eq!(compact.connections.len(), 3);
    assert_eq!(compact.counts.all, Some(70));
    let pretty = serde_json::to_string_pretty(&healthy).unwrap();
    assert_eq!(page(&format!("\r\n\t{pretty} \n")), Some(compact));
}

#[test]
fn names_are_read_to_the_letter() {
    let mut healthy = record(&id(0));
    for name in ["", "a\"b\\c", "\u{1b}[31m\n", "K\u{f6}ln 👩\u{200d}💻"] {
        healthy["relationships"]["source_org"]["data"]["name"] = name.into();
        let answer = format!(r#"{{"data":{healthy}}}"#);
        let source = connection(&answer).unwrap().source;
        assert_eq!(source.name.as_deref(), Some(name));
    }
    let escaped = r#"{"d\u0061ta":{"id":"\u0061\/\ud83d\ude00"}}"#;
    assert_eq!(connection(escaped).unwrap().id, Some("a/😀".into()));
}

#[test]
fn of_a_key_that_comes_twice_the_last_counts() {
    let twice =
        r#"{"data":{"id":"a","attributes":null,"id":"b","attributes":{"created_at":"now"}}}"#;
    let read = connection(twice).unwrap();
    assert_eq!(read.id, Some("b".into()));
    assert_eq!(read.created_at.as_deref(), Some("now"));
}

#[test]
fn what_is_not_as_it_should_be_is_left_to_others() {
    for odd in [
        r#"{"data":[]"#,
        r#"{"data":[]} x"#,
        r#"{"data":[],}"#,
        r#"{"data":[{}],"data":[]}"#,
        r#"{"data":[{"attributes":{"connection_types":"logs"}}]}"#,
        r#"{"data":[{"id":"a\ud800"}]}"#,
        "{\"data\":[{\"id\":\"a\nb\"}]}",
        r#"{"data":[],"more":01}"#,
        r#"{"data":[],"meta":{"page":{"total_count":-1}}}"#,
    ] {
        assert_eq!(page(odd), None, "{odd}");
    }
}

/// The document with its keys in another order.
fn turned(value: &Value, by: &Index) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields
                .iter()
                .map(|(key, value)| format!("{}:{}", Value::from(&**key), turned(value, by)))
                .collect();
            if !fields.is_empty() {
                let middle = by.index(fields.len());
                fields.rotate_left(middle);
            }
            format!("{{{}}}", fields.join(" , "))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| turned(item, by)).collect();
            format!("[{}]", items.join(","))
        }
        other => other.to_string(),
    }
}

proptest! {
    #[test]
    fn what_it_reads_is_what_the_loose_way_reads(place in any::<Index>(), odd in any_json(), by in any::<Index>()) {
        let mut document = page_of(0, 2, 2);
        let mut all = Vec::new();
        places(&document, "", &mut all);
        let at: &String = place.get(&all);
        *document.pointer_mut(at).unwrap() = odd;
        let text = turned(&document, &by);
        if let Some(read) = page(&text) {
            prop_assert_eq!(Some(read), loose::page(text.as_bytes()));
        }
    }

    #[test]
    fn unknown_keys_are_passed_over(key in "[a-z]{1,3}", more in any_json(), by in any::<Index>()) {
        let known = page_of(0, 2, 2);
        let mut document = known.clone();
        let mut all = Vec::new();
        places(&known, "", &mut all);
        for at in all {
            if let Some(fields) = document.pointer_mut(&at).and_then(Value::as_object_mut) {
                add(fields, &key, &more);
            }
        }
        prop_assert_eq!(page(&turned(&document, &by)), page(&known.to_string()));
    }
}

fn add(fields: &mut Map<String, Value>, key: &str, more: &Value) {
    if key != "id" {
        fields.insert(key.to_owned(), more.clone());
    }
}
