//! SimPy: a Python script of its own, which prints its user time and its mean waits.

use crate::lock::ACQUISITIONS;
use crate::table::Round;
use std::process::Command;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/simpy_lock.py");
/// The Python in which SimPy is installed.
fn python() -> String {
    std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// Runs the script; what it prints.
fn script(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(python())
        .arg(SCRIPT)
        .args(arguments)
        .output()
        .map_err(|e| format!("{} does not start: {e}", python()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said
        .trim()
        .lines()
        .last()
        .unwrap_or("no reason given")
        .to_owned())
}

/// The version that is installed, or why there is none.
pub(crate) fn version() -> Result<String, String> {
    script(&["version"]).map(|text| text.trim().to_owned())
}

pub(crate) fn run(seed: u64) -> Round {
    let text = script(&[&seed.to_string(), &ACQUISITIONS.to_string()]).expect("it ran before");
    let mut numbers = text
        .split_whitespace()
        .map(|n| n.parse::<f64>().expect("numbers only"));
    let seconds = numbers.next().expect("the time comes first");
    (seconds * 1e9 / ACQUISITIONS as f64, numbers.collect())
}
