//! The header of a sweep: all that decides its rows. By it two sweeps are told apart, and from it
//! the sweep is known again.

use super::axis::Axis;
use super::filter::Filter;
use super::keys::KEYS;
use super::metrics::METRICS;
use super::plan::Plan;
use super::repetition::Repetition;
use super::scenario::Scenario;
use crate::models::simulate;
use serde_json::{Map, Value, json};

impl Plan {
    /// All that decides the rows: two sweeps with the same header have the same rows.
    pub fn header(&self) -> Value {
        let base = self.grid.base();
        let value = |key: &super::Key| {
            let text = key.format((key.get)(&base.params));
            (key.path.to_owned(), json!(text))
        };
        let values: Map<String, Value> = KEYS.iter().map(value).collect();
        let axes = self.grid.axes().iter();
        let axes: Vec<_> = axes
            .map(|axis| format!("{}={}", axis.key.path, axis.spec))
            .collect();
        let mut header = program();
        for (name, value) in [
            ("scenario", json!(base.name)),
            ("values", Value::Object(values)),
            ("axes", json!(axes)),
            ("zip", json!(self.zips)),
            ("where", json!(self.grid.filter().map(Filter::text))),
            ("replicates", self.repetition.to_json()),
        ] {
            header[name] = value;
        }
        let profiles = self.grid.axes().iter().any(|axis| axis.key.is_profile());
        let given = base.given_paths();
        if profiles && !given.is_empty() {
            header["given"] = json!(given);
        }
        header
    }

    /// The sweep of a header. The error says what this program cannot take.
    pub fn of_header(header: &Value) -> Result<Self, String> {
        const WRONG: &str = "the header is not a sweep's";
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or(WRONG);
        let list = |value: &Value| -> Result<Vec<String>, &str> {
            value.as_array().ok_or(WRONG)?.iter().map(text).collect()
        };
        let other = |what| format!("another program wrote it: {what}");
        if header["version"].is_string() {
            // Its keys and rows may be unknown here; what says so best comes first.
            let own = program();
            let names = own.as_object().into_iter().flat_map(Map::keys);
            let there: Map<_, _> = names
                .map(|name| (name.clone(), header[name].clone()))
                .collect();
            difference(&Value::Object(there), &own).map_or(Ok(()), |what| Err(other(what)))?;
        }
        let mut base = Scenario::builtin("report-40cpu").ok_or(WRONG)?;
        base.name = text(&header["scenario"])?;
        for (path, value) in header["values"].as_object().ok_or(WRONG)? {
            base.set(path, &text(value)?)
                .map_err(|error| error.to_string())?;
        }
        let given = match &header["given"] {
            Value::Null => Vec::new(),
            given => list(given)?,
        };
        base.give(&given).map_err(|error| error.to_string())?;
        let axes = list(&header["axes"])?;
        let axes: Result<Vec<_>, _> = axes.iter().map(|axis| Axis::parse(axis)).collect();
        let zips = header["zip"].as_array().ok_or(WRONG)?;
        let zips: Result<Vec<_>, _> = zips.iter().map(list).collect();
        let filter = match &header["where"] {
            Value::Null => None,
            condition => {
                let filter = Filter::parse("--where", &text(condition)?);
                Some(filter.map_err(|error| error.to_string())?)
            }
        };
        let repetition = Repetition::of_json(&header["replicates"]).ok_or(WRONG)?;
        let plan = Self::new(base, axes?, zips?, filter, repetition)?;
        match difference(header, &plan.header()) {
            None => Ok(plan),
            Some(what) => Err(other(what)),
        }
    }
}

/// What a header says of the program: its version, its model, and what a row holds.
fn program() -> Value {
    let metrics = METRICS.iter().map(|metric| metric.name);
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "model": model_fingerprint(),
        "metrics": metrics.collect::<Vec<_>>(),
    })
}

/// A digest that tells two builds apart whose models differ, though their version is the same.
fn model_fingerprint() -> String {
    let mut probe = Scenario::builtin("report-6cpu")
        .expect("an embedded scenario")
        .params;
    probe.calls = 50;
    format!("{:016x}", simulate(&probe).digest)
}

/// The first difference between two headers, in words: what it is in the first and the second.
pub fn difference(there: &Value, here: &Value) -> Option<String> {
    let names = |header: &Value| -> Vec<String> {
        let object = header.as_object();
        object.map_or_else(Vec::new, |object| object.keys().cloned().collect())
    };
    let mut all = names(there);
    all.extend(names(here));
    // What explains a difference in everything else comes first.
    all.sort_by_key(|name| {
        (
            name != "version",
            name != "model",
            name != "metrics",
            name == "values",
            name.clone(),
        )
    });
    for name in all {
        let (left, right) = (&there[&name], &here[&name]);
        if left == right {
            continue;
        }
        if name == "metrics" {
            return Some(other_metrics(left, right));
        }
        if left.is_object() && right.is_object() {
            return difference(left, right);
        }
        let shown = |value: &Value| match value {
            Value::Null => "missing".to_owned(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        return Some(format!(
            "{name} is {} there and {} here",
            shown(left),
            shown(right)
        ));
    }
    None
}

/// In what the metrics of two programs differ, which are too many to show all.
fn other_metrics(there: &Value, here: &Value) -> String {
    let (Some(left), Some(right)) = (there.as_array(), here.as_array()) else {
        return "its rows hold other metrics (an older program wrote it)".to_owned();
    };
    let only = |one: &[Value], other: &[Value]| {
        let name = one.iter().find(|name| !other.contains(name));
        name.and_then(Value::as_str).map(str::to_owned)
    };
    if let Some(name) = only(left, right) {
        return format!("its rows hold {name}, which is no metric here");
    }
    match only(right, left) {
        Some(name) => format!("its rows do not hold {name}, which is a metric here"),
        None => "its rows hold the metrics in another order".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan::tests::plan;
    use super::*;
    use crate::models::params::Params;

    #[test]
    fn a_header_is_enough_to_know_the_sweep() {
        let plan = plan(&["cpus=2..64:*2", "costs.ipi=1us,3us"], Some("cpus > 2"), 4);
        let header = plan.header();
        let again = Plan::of_header(&header).expect("this program wrote it");
        assert_eq!(again.header(), header);
        let runs = |plan: &Plan| -> Vec<Params> {
            plan.tasks(0..12)
                .map(|task| task.expect("valid").params(1))
                .collect()
        };
        assert_eq!(runs(&plan), runs(&again));
    }

    #[test]
    fn differences_are_named() {
        let header = plan(&["cpus=2,4"], None, 3).header();
        let with = |name: &str, value: Value| {
            let mut other = header.clone();
            other[name] = value;
            other
        };
        assert_eq!(difference(&header, &header), None);
        for (other, expected) in [
            (
                with("replicates", json!(4)),
                "replicates is 3 there and 4 here",
            ),
            (
                with("axes", json!(["machine.cpus=2,8"])),
                "axes is [\"machine.cpus=2,4\"] there and [\"machine.cpus=2,8\"] here",
            ),
            (
                with("where", json!("cpus > 1")),
                "where is missing there and cpus > 1 here",
            ),
        ] {
            assert_eq!(difference(&header, &other).as_deref(), Some(expected));
        }
        let mut other = header.clone();
        other["values"]["machine.hz"] = json!("100");
        assert_eq!(
            difference(&header, &other).as_deref(),
            Some("machine.hz is 250 there and 100 here")
        );
        other["version"] = json!("0.0.1");
        let message = Plan::of_header(&other).expect_err("another version");
        assert!(message.contains("version is 0.0.1 there"), "{message}");
        let fewer: Vec<Value> = METRICS[2..].iter().map(|m| json!(m.name)).collect();
        for (metrics, expected) in [
            (
                json!(fewer),
                "its rows do not hold events, which is a metric here",
            ),
            (
                json!(["speed"]),
                "its rows hold speed, which is no metric here",
            ),
            (
                Value::Null,
                "its rows hold other metrics (an older program wrote it)",
            ),
        ] {
            let there = with("metrics", metrics);
            assert_eq!(difference(&there, &header).as_deref(), Some(expected));
            let message = Plan::of_header(&there).expect_err("other rows");
            assert!(message.ends_with(expected), "{message}");
        }
        assert!(Plan::of_header(&json!({})).is_err());
    }
}
