//! What `--json` prints is what `schema/run.schema.json` says, and the schema says everything.

use crate::support::{TINY, rcusim, text};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

fn schema() -> Value {
    let text = include_str!("../../schema/run.schema.json");
    serde_json::from_str(text).expect("the schema is JSON")
}

/// The part of JSON Schema (draft 2020-12) that the schema uses; anything else is an error, so that
/// it cannot use a word that nothing checks.
fn errors(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let rules = schema.as_object().expect("a schema is an object");
    let mut found = Vec::new();
    for (word, rule) in rules {
        let wrong = match word.as_str() {
            "$schema" | "title" | "description" | "$defs" | "x-unit" | "x-window" | "x-null" => {
                continue;
            }
            "$ref" => {
                let path = rule.as_str().and_then(|path| path.strip_prefix('#'));
                let target = path.and_then(|path| root.pointer(path));
                found.extend(errors(
                    root,
                    target.expect("a place in the schema"),
                    value,
                    at,
                ));
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

fn types(rule: &Value) -> impl Iterator<Item = &str> {
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
        other => panic!("this test does not know the type `{other}`"),
    }
}

fn output(args: &[&str]) -> Value {
    let output = rcusim(args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Runs that between them end in every way and leave every field null that may be.
fn runs() -> Vec<Value> {
    let sets: [&[&str]; 4] = [
        &["workload.calls=50", "run.horizon=20s"],
        &[
            "workload.calls=500",
            "machine.memory=40MB",
            "run.horizon=20s",
        ],
        &[
            "run.settle_before=1us",
            "run.horizon=10us",
            "run.sample=1us",
            "background.rate=0",
        ],
        &[
            "run.settle_before=1us",
            "run.horizon=1s",
            "machine.preempt=full",
        ],
    ];
    let run = |sets: &&[&str]| {
        let mut args = vec!["run", "report-6cpu", "--json"];
        args.extend(sets.iter().flat_map(|set| ["--set", set]));
        output(&args)
    };
    let mut runs: Vec<_> = sets.iter().map(run).collect();
    runs.push(output(&[
        "run",
        "convoy",
        "--json",
        "--set",
        "workload.calls=20",
    ]));
    let mut larger = vec![
        "run",
        "--machine",
        "recorded-2cpu",
        "--json",
        "--set",
        "cpus=8",
    ];
    larger.extend(TINY);
    runs.push(output(&larger));
    runs
}

#[test]
fn what_is_printed_is_what_the_schema_says() {
    let schema = schema();
    for run in runs() {
        assert_eq!(errors(&schema, &schema, &run, "run"), Vec::<String>::new());
    }
    let tiny = "report-6cpu:workload.calls=50,run.horizon=20s";
    for args in [
        &["compare", tiny, "convoy:workload.calls=9", "--json"][..],
        &["ablate", tiny, "--json"],
    ] {
        let runs = output(args);
        assert!(runs["runs"].as_array().is_some_and(|runs| runs.len() > 1));
        assert_eq!(
            errors(&schema, &schema, &runs, args[0]),
            Vec::<String>::new()
        );
    }
}

#[test]
fn what_the_schema_does_not_say_is_noticed() {
    let schema = schema();
    let mut args = vec!["run", "report-6cpu", "--json"];
    args.extend(TINY);
    let run = output(&args);
    let wrong = |path: &str, value: Value| {
        let mut changed = run.clone();
        let (parent, name) = path.rsplit_once('/').expect("a pointer");
        changed.pointer_mut(parent).expect("it is there")[name] = value;
        !errors(&schema, &schema, &changed, "run").is_empty()
    };
    assert!(!wrong("/events", json!(3)));
    assert!(wrong("/events", json!(3.5)));
    assert!(wrong("/events", json!(-3)));
    assert!(wrong("/events", Value::Null));
    assert!(wrong("/surprise", json!(1)));
    assert!(wrong("/memory/surprise", json!(1)));
    assert!(wrong("/memory/peak_drop_bytes", json!("1")));
    assert!(wrong("/policy", json!("per_call")));
    assert!(wrong("/digest", json!("0123456789ABCDEF")));
    let mut cleanup = run["cleanup_net"][0].clone();
    assert!(!wrong("/cleanup_net", json!([cleanup])));
    cleanup.as_object_mut().expect("an object").remove("batch");
    assert!(wrong("/cleanup_net", json!([cleanup])));
}

/// Every field below `schema`, with the path of its values.
fn fields<'s>(schema: &'s Value, at: &str, found: &mut BTreeMap<String, &'s Value>) {
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{at}/{name}");
        fields(field, &path, found);
        fields(&field["items"], &format!("{path}/*"), found);
        found.insert(path, field);
    }
}

#[test]
fn every_field_says_what_it_means() {
    let schema = schema();
    let mut all = BTreeMap::new();
    fields(&schema["$defs"]["run"], "", &mut all);
    fields(&schema["$defs"]["runs"], "", &mut all);
    assert!(all.len() > 40, "{} fields", all.len());
    for (path, field) in all {
        let says = |word: &str| field[word].as_str().filter(|text| !text.is_empty());
        let has = |kind: &str| types(&field["type"]).any(|name| name == kind);
        assert!(
            says("description").is_some_and(|text| text.ends_with('.')),
            "{path}"
        );
        assert_eq!(has("integer"), says("x-unit").is_some(), "{path}: x-unit");
        assert_eq!(
            has("integer"),
            says("x-window").is_some(),
            "{path}: x-window"
        );
        assert_eq!(has("null"), says("x-null").is_some(), "{path}: x-null");
        if let Some(unit) = says("x-unit") {
            let expected = match path.rsplit('/').next().expect("a name") {
                name if name.ends_with("_ns") => "ns",
                name if name.ends_with("_bytes") => "bytes",
                name if name.ends_with("_bytes_per_s") => "bytes/s",
                _ => "1",
            };
            assert_eq!(unit, expected, "{path}");
        }
        if let Some(window) = says("x-window") {
            assert!(
                ["run", "workload", "loop"].contains(&window),
                "{path}: {window}"
            );
        }
    }
}

#[test]
fn every_null_can_happen_and_so_can_a_value() {
    let schema = schema();
    let runs = runs();
    let mut all = BTreeMap::new();
    fields(&schema["$defs"]["run"], "", &mut all);
    for (path, field) in all {
        if types(&field["type"]).any(|name| name == "null") {
            let null = |run: &&Value| run.pointer(&path).expect("checked elsewhere").is_null();
            let nulls = runs.iter().filter(null).count();
            assert!(nulls > 0, "{path} is never null: {}", field["x-null"]);
            assert!(nulls < runs.len(), "{path} is always null");
        }
    }
}
