//! What `--json` prints is what `schema/run.schema.json` says, and the schema says everything.

use crate::json_schema::{RUN, errors, types};
use crate::support::{TINY, rcusim, text};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn schema() -> Value {
    serde_json::from_str(RUN).expect("the schema is JSON")
}

fn output(args: &[&str]) -> Value {
    let output = rcusim(args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Runs that between them end in every way and leave every field null that may be.
fn runs() -> Vec<Value> {
    let sets: [&[&str]; 5] = [
        // Long enough for the steady state's 99th percentile.
        &[
            "workload.arrivals=poisson",
            "workload.rate=20/s",
            "workload.container_life=500ms",
            "workload.calls=8000",
            "run.sample=10ms",
        ],
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
        &["remedies", tiny, "--reps", "1", "--json"],
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
                name if name.ends_with("_milli") => "1/1000",
                name if name.ends_with("_per_1000_s") => "1/1000s",
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
