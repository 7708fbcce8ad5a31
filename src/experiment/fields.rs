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

/// Columns of a sweep's rows that a run's object has under another name.
const COLUMNS: [(&str, &str); 9] = [
    ("stay_p50_ns", "lifetime.dead.p50_ns"),
    ("stay_p99_ns", "lifetime.dead.p99_ns"),
    ("barrier_calls", "barriers.calls"),
    ("barriers_full", "barriers.full"),
    ("barriers_trivial", "barriers.full_trivial"),
    ("barrier_p50_ns", "barrier_lengths.p50_ns"),
    ("barrier_p99_ns", "barrier_lengths.p99_ns"),
    ("grace_period_p50_ns", "grace_periods.p50_ns"),
    ("grace_period_p99_ns", "grace_periods.p99_ns"),
];

/// The path of what a sweep's rows have in a column of this name; any other name as it is.
pub(super) fn of_column(name: &str) -> &str {
    let found = COLUMNS.iter().find(|(column, _)| *column == name);
    found.map_or(name, |(_, path)| path)
}

impl Measure {
    /// Reads a number with its unit, or one in the field's own unit.
    pub(super) fn parse(self, text: &str) -> Result<u64, String> {
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return Unit::Count.parse(text);
        }
        if self.unit == Unit::Rate && !text.contains('/') {
            return Err(format!(
                "`{text}` has no unit; expected a rate such as 417/s"
            ));
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
            Unit::Count => return count(value),
            Unit::Rate => self.unit.format(value),
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
        Some("1/1000s") => (Unit::Rate, false),
        _ => (Unit::Count, false),
    };
    Measure { unit, per_second }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::metrics::METRICS;

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

    /// What can be plotted can be expected; lists are counted by their length.
    #[test]
    fn columns_of_rows_are_fields_but_for_four() {
        let all = all();
        let is_field = |name: &str| {
            let path = of_column(name);
            let last = |field: &Field| field.path.rsplit('.').next() == Some(path);
            all.iter().any(|field| field.path == path || last(field))
        };
        let columns = METRICS.iter().map(|metric| metric.name);
        let missing: Vec<_> = columns.filter(|name| !is_field(name)).collect();
        let counted = ["grace_periods", "cleanup_net_calls"];
        let others = ["cleanup_net_max_ns", "steady_live_milli"];
        assert_eq!(missing, [counted, others].concat());
    }

    #[test]
    fn rates_are_of_a_second_if_they_say_so() {
        let rate = measure(&Value::from("1/1000s"));
        assert_eq!(rate.parse("417/s"), Ok(417_000));
        assert_eq!(rate.parse("417000"), Ok(417_000));
        assert!(rate.parse("417.5").is_err(), "of what?");
        assert_eq!(rate.show(417_500), "417.5/s (417500)");
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
