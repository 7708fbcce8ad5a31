//! As much of JSON Schema (draft 2020-12) as our schemas use.

use serde_json::{Map, Value};

/// The schema of a run, which others contain.
pub(crate) const RUN: &str = include_str!("../../schema/run.schema.json");

/// The part of JSON Schema (draft 2020-12) that the schema uses; anything else is an error, so that
/// it cannot use a word that nothing checks.
pub(crate) fn errors(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let rules = schema.as_object().expect("a schema is an object");
    let mut found = Vec::new();
    for (word, rule) in rules {
        let wrong = match word.as_str() {
            "$schema" | "title" | "description" | "$defs" | "x-unit" | "x-window" | "x-null" => {
                continue;
            }
            "$ref" => {
                found.extend(elsewhere(root, rule, value, at));
                continue;
            }
            "oneOf" => {
                let choices = rule.as_array().expect("a list of schemas").iter();
                choices
                    .filter(|choice| errors(root, choice, value, at).is_empty())
                    .count()
                    != 1
            }
            "type" => !types(rule).any(|name| is(name, value)),
            "enum" => !rule.as_array().expect("a list").contains(value),
            "pattern" => {
                assert_eq!(rule, "^[0-9a-f]{16}$", "the one pattern that is checked");
                let digit = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
                !value
                    .as_str()
                    .is_some_and(|text| text.len() == 16 && text.bytes().all(digit))
            }
            "minimum" => value
                .as_i64()
                .is_some_and(|number| number < rule.as_i64().expect("a number")),
            "minItems" => value.as_array().is_some_and(|items| {
                items.len() < usize::try_from(rule.as_u64().expect("a number")).expect("small")
            }),
            "required" => {
                let names = rule.as_array().expect("a list").iter();
                let mut names = names.map(|name| name.as_str().expect("a name"));
                value
                    .as_object()
                    .is_some_and(|fields| names.any(|name| !fields.contains_key(name)))
            }
            "properties" | "items" => {
                found.extend(inside(root, rules, value, at));
                continue;
            }
            "additionalProperties" if rule.is_object() => {
                found.extend(each(root, rule, value, at));
                continue;
            }
            "additionalProperties" => {
                assert_eq!(rule, false);
                let known = schema["properties"].as_object().expect("known properties");
                value
                    .as_object()
                    .is_some_and(|fields| fields.keys().any(|k| !known.contains_key(k)))
            }
            other => panic!("{at}: this test does not know `{other}`"),
        };
        if wrong {
            found.push(format!("{at}: {word} {rule}: {value}"));
        }
    }
    found
}

/// The errors by a part of the schema that another names.
fn elsewhere(root: &Value, rule: &Value, value: &Value, at: &str) -> Vec<String> {
    let place = rule.as_str().expect("a place");
    let path = place.strip_prefix('#').expect("a place in the schema");
    errors(root, root.pointer(path).expect("it is there"), value, at)
}

/// The errors of every field of an object.
fn each(root: &Value, rule: &Value, value: &Value, at: &str) -> Vec<String> {
    let fields = value.as_object().into_iter().flatten();
    fields
        .flat_map(|(name, field)| errors(root, rule, field, &format!("{at}.{name}")))
        .collect()
}

fn inside(root: &Value, rules: &Map<String, Value>, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let (Some(Value::Object(known)), Value::Object(fields)) = (rules.get("properties"), value) {
        for (name, field) in fields.iter().filter(|(name, _)| known.contains_key(*name)) {
            found.extend(errors(root, &known[name], field, &format!("{at}.{name}")));
        }
    }
    if let (Some(each), Value::Array(items)) = (rules.get("items"), value) {
        for (index, item) in items.iter().enumerate() {
            found.extend(errors(root, each, item, &format!("{at}[{index}]")));
        }
    }
    found
}

pub(crate) fn types(rule: &Value) -> impl Iterator<Item = &str> {
    let one = rule.as_str().into_iter();
    let several = rule
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    one.chain(several)
}

fn is(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("this test does not know the type `{other}`"),
    }
}
