//! What is expected of a run: `memory.peak_drop_bytes < 500MB`, `verdict = STABLE`.
//!
//! ```text
//! expectation = field ("<" | "<=" | ">" | ">=" | "=" | "==" | "!=") value
//! field       = a path into the run's JSON object; its last part alone if that is unique
//! value       = a number with its unit (or in the field's own), a name, true, false, null
//! ```
//!
//! `cleanup_net[0].batch` is of the first call, `cleanup_net[].batch` of each, `cleanup_net.length`
//! how many there are. A null is neither less nor more than anything. What is expected of each of
//! none is not met, so that an expectation cannot hold by looking at nothing.

use super::error::ScenarioError;
use super::fields::{self, Field, Type};
use super::names::{dotted, nearest};
use serde::Serialize;
use serde_json::Value;
use std::cmp::Ordering;
use std::ops::Range;

/// Operators, the longer before the shorter.
const OPERATORS: [(&str, Compare); 7] = [
    ("<=", Compare::AtMost),
    (">=", Compare::AtLeast),
    ("==", Compare::Equal),
    ("!=", Compare::NotEqual),
    ("<", Compare::Less),
    (">", Compare::More),
    ("=", Compare::Equal),
];

/// What an operator begins with.
pub(super) const SIGNS: [char; 4] = ['<', '>', '=', '!'];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Compare {
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
    NotEqual,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Wanted {
    Number(u64),
    Text(String),
    Flag(bool),
    Null,
}

/// Something expected of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expectation {
    text: String,
    field: Field,
    /// Which element of each list of the path, or each of them.
    indices: Vec<Option<usize>>,
    compare: Compare,
    wanted: Wanted,
}

/// How an expectation went.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// What was expected, as it was written.
    pub expected: String,
    /// Whether it is so.
    pub met: bool,
    /// What was found, for people.
    pub found: String,
}

type Fault = (Range<usize>, String);

impl Expectation {
    /// Reads an expectation; `name` says for messages where it stands, such as `--expect`.
    pub fn parse(name: &str, text: &str) -> Result<Self, ScenarioError> {
        Self::read(text).map_err(|(span, message)| ScenarioError::at(name, text, span, message))
    }

    /// Reads an expectation; the error says where in `text` \[bytes\] it is wrong.
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        read(text)
    }

    /// What it is about and what must be so, as a scenario file has them.
    pub(super) fn parts(&self) -> (&str, &str) {
        let at = self.text.find(SIGNS).unwrap_or(self.text.len());
        (self.text[..at].trim_end(), &self.text[at..])
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Looks at a run's JSON object.
    pub fn check(&self, run: &Value) -> Finding {
        let mut values = Vec::new();
        collect(run, &self.field.path, &self.indices, &mut values);
        let failing = values.iter().find(|value| !self.holds(value));
        let found = match (failing, &values[..]) {
            (_, []) => "there is none".to_owned(),
            (_, [value]) => self.show(value),
            (Some(value), several) => format!("{} in one of {}", self.show(value), several.len()),
            (None, several) => format!("so in each of {}", several.len()),
        };
        Finding {
            expected: self.text.clone(),
            met: failing.is_none() && !values.is_empty(),
            found,
        }
    }

    fn holds(&self, value: &Value) -> bool {
        let order = match (&self.wanted, value) {
            (Wanted::Null, value) => value.is_null().then_some(Ordering::Equal),
            (Wanted::Number(wanted), value) => value.as_u64().map(|found| found.cmp(wanted)),
            (Wanted::Text(wanted), value) => value.as_str().map(|found| found.cmp(wanted)),
            (Wanted::Flag(wanted), value) => value.as_bool().map(|found| found.cmp(wanted)),
        };
        match self.compare {
            Compare::Less => order == Some(Ordering::Less),
            Compare::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Compare::More => order == Some(Ordering::Greater),
            Compare::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            Compare::Equal => order == Some(Ordering::Equal),
            Compare::NotEqual => order != Some(Ordering::Equal),
        }
    }

    fn show(&self, value: &Value) -> String {
        match (value, &self.field.kind) {
            (Value::Null, _) => match &self.field.null {
                Some(why) => format!("null ({why})"),
                None => "null".to_owned(),
            },
            (Value::String(text), _) => text.clone(),
            (value, Type::Number(measure)) => match value.as_u64() {
                Some(number) => measure.show(number),
                None => value.to_string(),
            },
            (value, _) => value.to_string(),
        }
    }
}

/// The values that `path` names below `at`.
fn collect(at: &Value, path: &str, indices: &[Option<usize>], into: &mut Vec<Value>) {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    if let (Value::Array(items), "length") = (at, name) {
        into.push(Value::from(items.len()));
        return;
    }
    let (name, depth) = (name.trim_end_matches("[]"), name.matches("[]").count());
    let mut found = vec![&at[name]];
    for index in &indices[..depth] {
        let items = found.into_iter().filter_map(Value::as_array);
        found = match index {
            Some(index) => items.filter_map(|items| items.get(*index)).collect(),
            None => items.flatten().collect(),
        };
    }
    for value in found {
        if rest.is_empty() {
            into.push(value.clone());
        } else {
            collect(value, rest, &indices[depth..], into);
        }
    }
}

fn read(text: &str) -> Result<Expectation, Fault> {
    let example = "such as memory.peak_drop_bytes<500MB";
    let at = text.find(SIGNS).ok_or_else(|| {
        let end = text.trim_end().len();
        (
            end..end,
            format!("a comparison is expected here, {example}"),
        )
    })?;
    let Some((symbol, compare)) = OPERATORS
        .into_iter()
        .find(|(symbol, _)| text[at..].starts_with(symbol))
    else {
        let message = "`!` alone is no comparison; not equal is `!=`".to_owned();
        return Err((at..at + 1, message));
    };
    let (field, indices) = field(text, trimmed(text, 0..at), example)?;
    let place = trimmed(text, at + symbol.len()..text.len());
    if place.is_empty() {
        return Err((place, format!("a value is expected here, {example}")));
    }
    let wanted = wanted(&field, text[place.clone()].trim_matches('"'))
        .map_err(|why| (place, format!("{}: {why}", field.path)))?;
    let ordered = matches!(wanted, Wanted::Number(_));
    if !ordered && !matches!(compare, Compare::Equal | Compare::NotEqual) {
        let message = format!("{} has no order here; it takes = and !=", field.path);
        return Err((at..at + symbol.len(), message));
    }
    Ok(Expectation {
        text: text.trim().to_owned(),
        field,
        indices,
        compare,
        wanted,
    })
}

/// The part of a span without spaces around it.
fn trimmed(text: &str, span: Range<usize>) -> Range<usize> {
    let part = &text[span.clone()];
    let start = span.start + part.len() - part.trim_start().len();
    start..start + part.trim().len()
}

/// The field that is named, and the indices in its name.
fn field(
    text: &str,
    place: Range<usize>,
    example: &str,
) -> Result<(Field, Vec<Option<usize>>), Fault> {
    let name = &text[place.clone()];
    if name.is_empty() {
        return Err((place, format!("a field is expected here, {example}")));
    }
    let mut plain = String::new();
    let mut indices = Vec::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('[') {
        let (index, behind) = after
            .split_once(']')
            .ok_or_else(|| (place.clone(), "`[` without `]`".to_owned()))?;
        let number = index.trim().parse().ok();
        if number.is_none() && !index.trim().is_empty() {
            let message = format!("`{index}` is no index: [0] is the first, [] each");
            return Err((place, message));
        }
        plain.push_str(before);
        plain.push_str("[]");
        indices.push(number);
        rest = behind;
    }
    plain.push_str(rest);
    let all = fields::all();
    let paths: Vec<_> = all.iter().map(|field| field.path.as_str()).collect();
    let hint = "`rcusim run --json` prints all fields";
    let path =
        dotted(fields::of_column(&plain), &paths, "field", hint).map_err(|why| (place, why))?;
    indices.resize(path.matches("[]").count(), None);
    let field = all.iter().find(|field| field.path == path);
    Ok((field.expect("it was found").clone(), indices))
}

fn wanted(field: &Field, text: &str) -> Result<Wanted, String> {
    if text == "null" {
        return match field.null {
            Some(_) => Ok(Wanted::Null),
            None => Err("it is never null".to_owned()),
        };
    }
    match &field.kind {
        Type::Number(measure) => measure.parse(text).map(Wanted::Number),
        Type::Flag => match text {
            "true" => Ok(Wanted::Flag(true)),
            "false" => Ok(Wanted::Flag(false)),
            _ => Err(format!("`{text}` is not `true` or `false`")),
        },
        Type::Text(names) if names.is_empty() || names.iter().any(|name| name == text) => {
            Ok(Wanted::Text(text.to_owned()))
        }
        Type::Text(names) => {
            let near = nearest(text, names.iter().map(String::as_str))
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            Err(format!("`{text}` is not one of {}{near}", names.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run() -> Value {
        json!({
            "verdict": "CANNOT TELL",
            "loop_ns": null,
            "settled_ns": 2_500_000_000_u64,
            "memory": { "peak_drop_bytes": 500_000_000, "drop_bytes_per_s": 112_000_000 },
            "namespaces": { "created": 50_000 },
            "cleanup_net": [
                { "batch": 3, "finished": true },
                { "batch": 9, "finished": false },
            ],
        })
    }

    fn check(text: &str) -> Finding {
        let expectation = Expectation::parse("--expect", text).unwrap_or_else(|e| panic!("{e}"));
        expectation.check(&run())
    }

    #[test]
    fn what_is_so_is_met() {
        for text in [
            "verdict=CANNOT TELL",
            "verdict != \"STABLE\"",
            "loop_ns = null",
            "settled_ns != null",
            "settled_ns <= 2.5s",
            "settled_ns = 2500000000",
            "memory.peak_drop_bytes < 0.6GB",
            "peak_drop_bytes == 500MB",
            "memory.drop_bytes_per_s >= 112MB/s",
            "namespaces.created > 49k",
            "cleanup_net.length = 2",
            "cleanup_net[0].batch = 3",
            "cleanup_net[].batch <= 9",
            "cleanup_net[ 1 ].finished = false",
        ] {
            let finding = check(text);
            assert!(finding.met, "{text}: {}", finding.found);
        }
    }

    #[test]
    fn what_is_not_so_says_what_is() {
        for (text, found) in [
            ("verdict=STABLE", "CANNOT TELL"),
            ("loop_ns < 1s", "null (the last creation did not return)"),
            ("loop_ns > 1s", "null (the last creation did not return)"),
            ("settled_ns = null", "2.50 s (2500000000)"),
            ("peak_drop_bytes<500MB", "500.0 MB (500000000)"),
            ("namespaces.created!=50k", "50,000"),
            ("cleanup_net[].batch<5", "9 in one of 2"),
            ("cleanup_net[7].batch<5", "there is none"),
            ("cleanup_net[].finished=true", "false in one of 2"),
        ] {
            let finding = check(text);
            assert!(!finding.met, "{text}");
            assert_eq!(finding.found, found, "{text}");
        }
    }

    #[test]
    fn each_of_none_is_not_met() {
        let each = Expectation::parse("--expect", "cleanup_net[].batch<5").expect("valid");
        assert!(!each.check(&json!({ "cleanup_net": [] })).met);
    }

    #[test]
    fn what_cannot_be_read_is_shown_with_its_place() {
        for (text, column, part) in [
            (
                "memory.peak_dorp_bytes<500MB",
                1,
                "did you mean `memory.peak_drop_bytes`?",
            ),
            (
                "p99_ns<1s",
                1,
                "`barrier_lengths.p99_ns` or `grace_periods.p99_ns`",
            ),
            ("peak_drop<1GB", 1, "did you mean `memory.peak_drop_bytes`?"),
            ("zebra<1", 1, "`rcusim run --json` prints all fields"),
            ("verdict", 8, "a comparison is expected"),
            ("  <4", 3, "a field is expected"),
            ("events <", 9, "a value is expected"),
            ("events ! 4", 8, "`!=`"),
            ("verdict<STABLE", 8, "it takes = and !="),
            ("verdict = STABEL", 11, "did you mean `STABLE`?"),
            ("loop_ns<null", 8, "it takes = and !="),
            ("events=null", 8, "never null"),
            ("loop_ns<3MB", 9, "wrong unit `MB`"),
            ("events<many", 8, "`many` is not"),
            ("events<-4", 8, "negative"),
            ("drop_bytes_per_s<3MB", 18, "110MB/s"),
            ("cleanup_net[x].batch=1", 1, "`x` is no index"),
            ("cleanup_net[1.batch=1", 1, "without `]`"),
            ("cleanup_net[].finished=yes", 24, "`true` or `false`"),
        ] {
            let error = Expectation::parse("--expect", text)
                .expect_err(text)
                .to_string();
            let place = format!("--expect:1:{column}: ");
            assert!(error.starts_with(&place), "{text}\n{error}");
            assert!(error.contains(part), "{text}\n{error}");
        }
    }
}
