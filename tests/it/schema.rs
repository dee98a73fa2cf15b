//! The JSON Schema of the desired-state file, which editors use. It must agree with what the program reads.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, file};

use crate::harness::World;

fn printed() -> String {
    World::bare()
        .with("ORGCONN_CONFIG", "/nowhere/orgconn.toml")
        .run(["schema"])
        .quiet_success()
}

#[test]
fn the_schema_is_printed_without_any_configuration() {
    assert_data_eq!(printed(), file!["schema.json"].raw());
}

#[test]
fn the_schema_accepts_the_files_that_the_program_reads_and_no_others() {
    let schema: Value = serde_json::from_str(&printed()).unwrap();
    let world = World::sandbox().with("ORGCONN_ALL_PROFILES", "1");
    let mut accepted = 0;
    for file in files() {
        world.file("orgconn.yaml", &file.to_string());
        let planned = world.run(["plan", "-f", "orgconn.yaml"]);
        let is_accepted = accepts(&schema, &schema, &file);
        let code = if is_accepted { 0 } else { 2 };
        assert_eq!(planned.code, code, "{file}: {}", planned.stderr);
        accepted += usize::from(is_accepted);
    }
    assert_eq!(accepted, 8);
}

/// Files that differ from a good one in one place, as JSON, which is YAML too.
fn files() -> Vec<Value> {
    let good = json!({
        "source": "Observability Hub",
        "destination": ["Retail US", "Retail EU"],
        "types": ["logs"],
    });
    let mut files = vec![
        json!({}),
        json!([]),
        json!({"connections": null}),
        json!({"connections": []}),
        json!({"connections": [good], "more": 1}),
        json!({"connections": [good]}),
        json!({"connections": [good], "x-note": {"any": ["thing"]}}),
    ];
    for manage in [
        json!("all"),
        json!(["Logistics"]),
        json!("Logistics"),
        json!([]),
        json!(null),
    ] {
        files.push(json!({"connections": [good], "manage": manage}));
    }
    let sources = json!([null, 1, "", " ", [], ["Platform", "Platform"], ["Platform"], ["Platform", 2],
        {"name": "Platform"}]);
    let types = json!([
        null,
        "logs",
        [],
        ["rum"],
        ["logs", "logs"],
        ["logs", "audit"],
        [1]
    ]);
    let owners = json!(["platform"]);
    for (key, values) in [
        ("source", sources),
        ("types", types),
        ("owner", owners.clone()),
        ("x-owner", owners),
    ] {
        for value in list(&values) {
            let mut connection = good.clone();
            connection[key] = value.clone();
            files.push(json!({"connections": [connection]}));
        }
    }
    for key in ["source", "destination", "types"] {
        let mut connection = good.clone();
        connection.as_object_mut().unwrap().remove(key);
        files.push(json!({"connections": [connection]}));
    }
    files
}

/// Whether `value` satisfies `rules`, a part of `schema`. Knows the keywords that the schema uses.
fn accepts(schema: &Value, rules: &Value, value: &Value) -> bool {
    let rules = rules.as_object().unwrap();
    let keeps = |rule: &Value, value: &Value| accepts(schema, rule, value);
    rules.iter().all(|(keyword, rule)| match keyword.as_str() {
        "$schema" | "$defs" | "title" | "description" | "examples" => true,
        "$ref" => {
            let pointer = rule.as_str().unwrap().strip_prefix('#').unwrap();
            keeps(schema.pointer(pointer).unwrap(), value)
        }
        "type" => kind(value) == rule,
        "enum" => list(rule).contains(value),
        "anyOf" => list(rule).iter().any(|rule| keeps(rule, value)),
        "pattern" => {
            assert_eq!(rule, "\\S");
            value.as_str().is_none_or(|text| !text.trim().is_empty())
        }
        "required" => list(rule)
            .iter()
            .all(|key| value.get(key.as_str().unwrap()).is_some()),
        "properties" => {
            let mut properties = rule.as_object().unwrap().iter();
            properties.all(|(key, rule)| value.get(key).is_none_or(|value| keeps(rule, value)))
        }
        "additionalProperties" => {
            assert_eq!(rule, false);
            let known = rules["properties"].as_object().unwrap();
            let is_known = |key: &String| known.contains_key(key) || key.starts_with("x-");
            let object = value.as_object();
            object.is_none_or(|object| object.keys().all(is_known))
        }
        "patternProperties" => {
            assert_eq!(*rule, json!({"^x-": {}}));
            true
        }
        "items" => list(value).iter().all(|item| keeps(rule, item)),
        "minItems" => !value.is_array() || list(value).len() as u64 >= rule.as_u64().unwrap(),
        "uniqueItems" => {
            let list = list(value);
            let is_first = |(index, item)| !list[..index].contains(item);
            list.iter().enumerate().all(is_first)
        }
        other => panic!("the test does not know the keyword {other}"),
    })
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
