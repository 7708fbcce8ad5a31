//! What a run's JSON object holds: each field's path, type and unit, read from the schema, so that
//! there is one list.

use super::rounded::{bytes, count, time};
use super::units::Unit;
use serde_json::Value;

const SCHEMA: &str = include_str!("../../schema/run.schema.json");

/// What a field's values are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Type {
    /// A whole number.
    Number(Measure),
    /// One of these texts; any text if there are none.
    Text(Vec<String>),
    /// `true` or `false`.
    Flag,
}

/// What a number measures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Measure {
    unit: Unit,
    per_second: bool,
}

/// A field. The path of what is in a list has `[]`: `cleanup_net[].batch`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Field {
    pub(super) path: String,
    pub(super) kind: Type,
    /// What its null says, if it can be null.
    pub(super) null: Option<String>,
}

impl Measure {
    /// Reads a number with its unit, or one in the field's own unit.
    pub(super) fn parse(self, text: &str) -> Result<u64, String> {
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return Unit::Count.parse(text);
        }
        if !self.per_second {
            return self.unit.parse(text);
        }
        let expected = "expected a speed such as 110MB/s";
        let Some(amount) = text.strip_suffix("/s") else {
            return Err(format!("`{text}` is no speed; {expected}"));
        };
        let read = self.unit.parse(amount.trim_end());
        read.map_err(|_| format!("`{text}` is no speed; {expected}"))
    }

    /// For people, and to the last digit.
    pub(super) fn show(self, value: u64) -> String {
        let per = if self.per_second { "/s" } else { "" };
        let short = match self.unit {
            Unit::Count | Unit::Rate => return count(value),
            Unit::Time => time(Some(value)),
            Unit::Bytes => bytes(value),
        };
        format!("{short}{per} ({value})")
    }
}

/// All fields that can be compared with something.
///
/// # Panics
/// If the schema is not what a test has seen.
pub(super) fn all() -> Vec<Field> {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let mut fields = Vec::new();
    below(&schema["$defs"]["run"], "", &mut fields);
    // What comes of an expectation cannot be expected.
    fields.retain(|field| !field.path.starts_with("expectations"));
    fields
}

fn below(schema: &Value, at: &str, fields: &mut Vec<Field>) {
    for (name, rules) in schema["properties"].as_object().into_iter().flatten() {
        let dot = if at.is_empty() { "" } else { "." };
        add(rules, &format!("{at}{dot}{name}"), fields);
    }
}

fn add(rules: &Value, path: &str, fields: &mut Vec<Field>) {
    let has = |name: &str| match &rules["type"] {
        Value::String(one) => one == name,
        Value::Array(several) => several.iter().any(|one| one == name),
        _ => false,
    };
    let texts = |list: &Value| -> Vec<String> {
        let texts = list.as_array().into_iter().flatten();
        texts.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let kind = if has("integer") {
        Type::Number(measure(&rules["x-unit"]))
    } else if has("string") || rules.get("enum").is_some() {
        Type::Text(texts(&rules["enum"]))
    } else if has("boolean") {
        Type::Flag
    } else {
        if has("array") {
            let unit = Unit::Count;
            fields.push(Field {
                path: format!("{path}.length"),
                kind: Type::Number(Measure {
                    unit,
                    per_second: false,
                }),
                null: None,
            });
            add(&rules["items"], &format!("{path}[]"), fields);
        }
        below(rules, path, fields);
        return;
    };
    fields.push(Field {
        path: path.to_owned(),
        kind,
        null: rules["x-null"].as_str().map(str::to_owned),
    });
}

fn measure(unit: &Value) -> Measure {
    let (unit, per_second) = match unit.as_str() {
        Some("ns") => (Unit::Time, false),
        Some("bytes") => (Unit::Bytes, false),
        Some("bytes/s") => (Unit::Bytes, true),
        _ => (Unit::Count, false),
    };
    Measure { unit, per_second }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_with_their_units() {
        let all = all();
        let kind = |path: &str| {
            let field = all.iter().find(|field| field.path == path);
            field.unwrap_or_else(|| panic!("no {path}")).kind.clone()
        };
        let number = |unit, per_second| Type::Number(Measure { unit, per_second });
        assert_eq!(kind("loop_ns"), number(Unit::Time, false));
        assert_eq!(kind("memory.peak_drop_bytes"), number(Unit::Bytes, false));
        assert_eq!(kind("memory.drop_bytes_per_s"), number(Unit::Bytes, true));
        assert_eq!(kind("cleanup_net.length"), number(Unit::Count, false));
        assert_eq!(kind("cleanup_net[].batch"), number(Unit::Count, false));
        assert_eq!(kind("cleanup_net[].finished"), Type::Flag);
        assert!(matches!(kind("verdict"), Type::Text(texts) if texts.len() == 4));
    }

    #[test]
    fn speeds_are_read_and_shown() {
        let speed = Measure {
            unit: Unit::Bytes,
            per_second: true,
        };
        assert_eq!(speed.parse("110MB/s"), Ok(110_000_000));
        assert_eq!(speed.parse("7"), Ok(7));
        assert!(speed.parse("110MB").is_err() && speed.parse("1ms/s").is_err());
        assert_eq!(speed.show(110_000_000), "110.0 MB/s (110000000)");
    }
}
