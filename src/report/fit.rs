//! A fitted machine: a table for people, JSON for programs, a scenario file to run.

use super::table::columns;
use super::{bytes, time};
use crate::calibrate::Fit;
use crate::experiment::units::Unit;
use crate::experiment::{Key, Kind, Scenario};
use crate::stats::convert::whole64;
use std::fmt::Write as _;

/// What was told, with its interval, and what was not.
pub fn human(fit: &Fit) -> String {
    let mut out = format!("fitted to {}\n\n", fit.recordings.join(", "));
    let mut rows = vec![
        ["key", "value", "between", "and", "n"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for e in &fit.estimates {
        rows.push(vec![
            e.key.to_owned(),
            value(e.key, e.value),
            value(e.key, e.low),
            value(e.key, e.high),
            e.n.to_string(),
        ]);
    }
    // What it is told from is long, and stands last.
    let told_from = fit.estimates.iter().map(|e| e.how.as_str());
    let lines = columns(1, &rows);
    for (line, how) in lines.lines().zip(std::iter::once("from").chain(told_from)) {
        writeln!(out, "{line}  {how}").expect("a string takes all");
    }
    let speed = fit.speed.map_or_else(
        || "Nothing tells how long a namespace takes to make, so what is assumed is not scaled.".to_owned(),
        |speed| format!("CPU work takes {speed:.2} times as long as natively; what is assumed is scaled by it."),
    );
    writeln!(out, "\n{speed}").expect("a string takes all");
    if !fit.not_told.is_empty() {
        out += "\nnot told:\n";
    }
    for (key, why) in &fit.not_told {
        writeln!(out, "  {key}: {why}").expect("a string takes all");
    }
    for note in &fit.notes {
        writeln!(out, "note: {}", note.text).expect("a string takes all");
    }
    out
}

/// The scenario file of the machine, with what could not be told, and the notes, at its head.
pub fn toml(fit: &Fit, machine: &Scenario) -> String {
    let mut out = String::new();
    for (key, why) in &fit.not_told {
        writeln!(out, "# not told: {key}: {why}").expect("a string takes all");
    }
    for note in &fit.notes {
        writeln!(out, "# note: {}", note.text.replace('\n', " ")).expect("a string takes all");
    }
    out + &machine.to_toml()
}

/// The fit as JSON; values are raw (nanoseconds, bytes, counts, events per 1,000 seconds).
///
/// # Panics
/// Never: plain structs become JSON.
pub fn json(fit: &Fit) -> String {
    let mut text = serde_json::to_string_pretty(fit).expect("plain structs become JSON");
    text.push('\n');
    text
}

/// A raw value as the reports write it.
fn value(key: &str, raw: f64) -> String {
    let raw = whole64(raw.round().max(0.0));
    let key = Key::at(key).expect("what is fitted is a key");
    match key.kind {
        Kind::Number(Unit::Time) => time(Some(raw)),
        Kind::Number(Unit::Bytes) => bytes(raw),
        Kind::Number(Unit::Count | Unit::Rate) | Kind::Flag | Kind::Names(_) => key.format(raw),
    }
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn values_are_written_as_reports_write_them() {
        assert_eq!(value("costs.unshare", 1_060_440.4), "1.06 ms");
        assert_eq!(value("costs.ipi", 3_000.0), "3.00 µs");
        assert_eq!(value("sizes.namespace", 193_024.0), "193.0 kB");
        assert_eq!(value("sizes.callbacks", 26.2), "26");
        assert_eq!(value("background.rate", 1_500.0), "1.5/s");
    }
}
