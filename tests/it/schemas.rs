//! What the other commands print as JSON is what their files in `schema/` say, every field with what
//! it means.

use crate::json_schema::{RUN, errors, types};
use crate::support::{rcusim, text};
use serde_json::{Value, json};

const SCHEMAS: [(&str, &str); 5] = [
    (
        "repeated",
        include_str!("../../schema/repeated.schema.json"),
    ),
    ("bisect", include_str!("../../schema/bisect.schema.json")),
    ("map", include_str!("../../schema/map.schema.json")),
    (
        "sensitivity",
        include_str!("../../schema/sensitivity.schema.json"),
    ),
    ("check", include_str!("../../schema/check.schema.json")),
];

const TINY: &str = "report-6cpu:workload.calls=50,run.horizon=20s";
/// For axes over the number of calls.
const SHORT: &str = "report-6cpu:run.horizon=20s";

fn schema(name: &str) -> Value {
    let found = SCHEMAS.iter().find(|(known, _)| *known == name);
    serde_json::from_str(found.expect("a schema").1).expect("the schema is JSON")
}

fn output(args: &[&str]) -> Value {
    let output = rcusim(args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Runs a command whose output must be as the schema says, and which must not be so any more when
/// anything in it is renamed or of another type.
fn conforms(name: &str, args: &[&str]) -> Value {
    let (schema, value) = (schema(name), output(args));
    let wrong = |value: &Value| errors(&schema, &schema, value, name);
    assert_eq!(wrong(&value), Vec::<String>::new(), "{args:?}");
    let mut more = value.clone();
    more["surprise"] = json!(1);
    assert!(!wrong(&more).is_empty(), "{name} allows a surprise");
    for field in value.as_object().expect("an object").keys() {
        let mut other = value.clone();
        other[field] = json!({ "of": "another type" });
        assert!(!wrong(&other).is_empty(), "{name}: {field} may be anything");
        let mut less = value.clone();
        less.as_object_mut().expect("an object").remove(field);
        assert!(!wrong(&less).is_empty(), "{name}: {field} may be missing");
    }
    value
}

#[test]
fn repeated_runs_are_as_their_schema_says() {
    let batched = "report-6cpu:workload.calls=50,run.horizon=20s,kernel.policy=batch-free";
    let found = conforms(
        "repeated",
        &["compare", TINY, batched, TINY, "--reps", "7", "--json"],
    );
    let settings = &found["paired"]["settings"];
    assert!(settings[0]["parts_from_first"].is_null());
    assert!(settings[1]["parts_from_first"].is_object());
    conforms("repeated", &["run", TINY, "--reps", "1", "--json"]);
    conforms("repeated", &["ablate", TINY, "--reps", "2", "--json"]);
    conforms(
        "repeated",
        &[
            "run",
            TINY,
            "--until-ci",
            "0.1%",
            "--max-reps",
            "11",
            "--json",
        ],
    );
}

#[test]
fn thresholds_are_as_their_schemas_say() {
    let axis = "workload.calls=10..200:+10";
    let bisect = |more: &[&str]| {
        let args = ["bisect", SHORT, "-P", axis, "--reps", "8", "--json"];
        conforms("bisect", &[&args[..], more].concat())
    };
    assert_eq!(bisect(&["--expect", "created<=120"])["result"], "edge");
    assert_eq!(bisect(&["--expect", "created>0"])["result"], "none");
    let map = [
        "map",
        SHORT,
        "-P",
        axis,
        "-P",
        "cpus=2..9",
        "--reps",
        "8",
        "--json",
        "--expect",
        "created<=120",
    ];
    let found = conforms("map", &map);
    let count = |field: &str| found[field].as_array().expect("a list").len();
    assert_eq!(count("points") + count("inferred"), 20 * 8);
}

#[test]
fn sensitivity_is_as_its_schema_says() {
    let args = |method, metric| {
        [
            "sensitivity",
            SHORT,
            "-P",
            "costs.unshare=1ms..3ms",
            "-P",
            "calls=30..60",
            "--rows",
            "3",
            "--method",
            method,
            "--metric",
            metric,
            "--json",
        ]
    };
    conforms("sensitivity", &args("morris", "loop_ns"));
    conforms("sensitivity", &args("sobol", "loop_ns"));
}

/// Every place where a schema speaks of a field.
fn fields<'s>(schema: &'s Value, at: &str, found: &mut Vec<(String, &'s Value)>) {
    match schema {
        Value::Object(object) => {
            for (name, part) in object {
                if name == "properties" {
                    let named = part.as_object().expect("properties");
                    found.extend(named.iter().map(|(n, field)| (format!("{at}/{n}"), field)));
                }
                fields(part, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(parts) => parts.iter().for_each(|part| fields(part, at, found)),
        _ => {}
    }
}

/// Every place that a schema refers to.
fn references<'s>(schema: &'s Value, found: &mut Vec<&'s str>) {
    match schema {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str));
            object.values().for_each(|part| references(part, found));
        }
        Value::Array(parts) => parts.iter().for_each(|part| references(part, found)),
        _ => {}
    }
}

/// A validator that is given one file needs no other.
#[test]
fn a_schema_stands_alone() {
    let run: Value = serde_json::from_str(RUN).expect("the schema is JSON");
    for (name, _) in SCHEMAS {
        let schema = schema(name);
        let mut places = Vec::new();
        references(&schema, &mut places);
        for place in places {
            let inside = place.strip_prefix('#');
            let part = inside.and_then(|path| schema.pointer(path));
            assert!(part.is_some(), "{name}: {place} is not in the file");
        }
        let of_a_run = &schema["$defs"]["run"];
        assert!(
            name != "repeated" || of_a_run == &run["$defs"]["run"],
            "{name}: a run is another one"
        );
    }
}

#[test]
fn every_field_says_what_it_means() {
    for (name, _) in SCHEMAS {
        let schema = schema(name);
        let mut all = Vec::new();
        fields(&schema, name, &mut all);
        assert!(all.len() > 4, "{name}");
        for (path, field) in all {
            let target = field["$ref"]
                .as_str()
                .and_then(|place| place.strip_prefix('#'));
            let meant = target.map_or(field, |place| schema.pointer(place).expect("there"));
            let says = meant["description"].as_str();
            assert!(says.is_some_and(|text| text.ends_with('.')), "{path}");
            let has = |kind: &str| types(&field["type"]).any(|name| name == kind);
            let number = has("integer") || has("number");
            assert_eq!(number, field["x-unit"].is_string(), "{path}: x-unit");
            let choices = field["oneOf"].as_array().into_iter().flatten();
            let null = has("null") || choices.clone().any(|choice| choice["type"] == "null");
            assert_eq!(null, field["x-null"].is_string(), "{path}: x-null");
        }
    }
}
