//! `analyze`, `fit` and `validate` print what their schemas say, and the schemas say what each field means.

use crate::json_schema::errors;
use crate::support::{folder, rcusim, text};
use serde_json::{Value, json};

fn output(args: &[&str]) -> Value {
    let output = rcusim(args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn analyze_fit_and_validate_print_what_their_schemas_say() {
    let folder = folder("schema");
    let trace = folder.join("run.trace.gz");
    let trace = trace.to_str().expect("a path of text");
    let run = rcusim(&["trace", "recorded-2cpu:calls=300", "-o", trace]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    let validate = "validate tests/data/recordings --machine recorded-2cpu --seeds 1 --json";
    let validate: Vec<&str> = validate.split(' ').collect();
    for (schema, args) in [
        (
            include_str!("../../schema/analyze.schema.json"),
            &["analyze", trace, "--json"][..],
        ),
        (
            include_str!("../../schema/fit.schema.json"),
            &["fit", trace, "--json"],
        ),
        (include_str!("../../schema/validate.schema.json"), &validate),
    ] {
        let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
        let printed = output(args);
        let wrong = errors(&schema, &schema, &printed, args[0]);
        assert_eq!(wrong, Vec::<String>::new());
        let mut more = printed.clone();
        more["surprise"] = json!(1);
        assert!(!errors(&schema, &schema, &more, args[0]).is_empty());
        for part in schema["$defs"].as_object().expect("definitions").values() {
            for (name, field) in part["properties"].as_object().expect("fields") {
                let said = field["description"].as_str().unwrap_or("");
                assert!(said.len() > 5 && said.ends_with('.'), "{name}: {said}");
            }
        }
    }
}
