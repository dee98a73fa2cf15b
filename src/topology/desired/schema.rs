/// The JSON Schema (draft 2020-12) of the desired-state file, for editors and linters. It says what can be said of the
/// text alone; that pairs are given once and orgs exist is for [`Desired`](super::Desired) to find out.
pub const SCHEMA: &str = include_str!("schema.json");

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::read::{CONNECTION_KEYS, FILE_KEYS, TYPE_WORDS};
    use super::super::tests::{SAMPLE, parse};
    use super::*;

    fn schema() -> Value {
        serde_json::from_str(SCHEMA).unwrap()
    }

    /// Whether `value` satisfies `schema`, as far as the keywords go that ours uses. Any other one fails the test.
    fn accepts(schema: &Value, value: &Value) -> bool {
        let keywords = schema.as_object().unwrap();
        keywords
            .iter()
            .all(|(keyword, rule)| match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" | "examples" => true,
                "$ref" => accepts(referenced(rule.as_str().unwrap()).as_ref().unwrap(), value),
                "type" => kind(value) == rule,
                "enum" => rule.as_array().unwrap().contains(value),
                "anyOf" => rule
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|rule| accepts(rule, value)),
                "pattern" => {
                    assert_eq!(rule, "\\S");
                    value.as_str().is_none_or(|text| !text.trim().is_empty())
                }
                "required" => rule
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|key| value.get(key.as_str().unwrap()).is_some()),
                "properties" => rule
                    .as_object()
                    .unwrap()
                    .iter()
                    .all(|(key, rule)| value.get(key).is_none_or(|value| accepts(rule, value))),
                "additionalProperties" => {
                    assert_eq!(rule, false);
                    let known = keywords["properties"].as_object().unwrap();
                    value
                        .as_object()
                        .is_none_or(|map| map.keys().all(|key| known.contains_key(key)))
                }
                "items" => list(value).iter().all(|item| accepts(rule, item)),
                "minItems" => {
                    !value.is_array() || list(value).len() as u64 >= rule.as_u64().unwrap()
                }
                "uniqueItems" => {
                    let list = list(value);
                    list.iter()
                        .enumerate()
                        .all(|(index, item)| !list[..index].contains(item))
                }
                other => panic!("the test does not know the keyword {other}"),
            })
    }

    fn referenced(pointer: &str) -> Option<Value> {
        schema().pointer(pointer.strip_prefix('#')?).cloned()
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

    #[test]
    fn the_schema_has_the_keys_and_words_of_the_reader() {
        let schema = schema();
        assert_eq!(
            schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        assert_eq!(schema["required"], json!(FILE_KEYS));
        assert_eq!(
            schema["$defs"]["connection"]["required"],
            json!(CONNECTION_KEYS)
        );
        assert_eq!(schema["$defs"]["type"]["enum"], json!(TYPE_WORDS));
    }

    #[test]
    fn schema_and_reader_agree() {
        let sample: Value = serde_saphyr::from_str(SAMPLE).unwrap();
        assert!(accepts(&schema(), &sample));
        let good = json!({"source": "A", "destination": ["B", "C"], "types": ["logs"]});
        let mut cases = vec![
            json!({}),
            json!([]),
            json!({"connections": null}),
            json!({"connections": []}),
        ];
        cases.push(json!({"connections": [good], "more": 1}));
        cases.push(json!({"connections": [good]}));
        for (key, values) in [
            (
                "source",
                json!([null, 1, "", " ", [], ["A", "A"], ["A"], ["A", 2], {"name": "A"}]),
            ),
            (
                "types",
                json!([
                    null,
                    "logs",
                    [],
                    ["rum"],
                    ["logs", "logs"],
                    ["logs", "audit"],
                    [1]
                ]),
            ),
            ("owner", json!(["platform"])),
        ] {
            for value in list(&values) {
                let mut connection = good.clone();
                connection[key] = value.clone();
                cases.push(json!({"connections": [connection]}));
            }
        }
        for case in cases {
            let is_read = parse(&case.to_string()).is_ok();
            assert_eq!(accepts(&schema(), &case), is_read, "{case}");
        }
    }
}
