//! The figures that README.md gives of this program are those that it computes.

use serde_json::Value;
use std::fs;
use std::ops::RangeInclusive;
use std::process::Command;

const SEEDS: RangeInclusive<u64> = 1..=5;

fn runs(scenario: &str, policy: &str) -> Vec<Value> {
    let one = |seed: u64| {
        let output = Command::new(env!("CARGO_BIN_EXE_rcusim"))
            .args(["run", scenario, "--policy", policy, "--json", "--seed"])
            .arg(seed.to_string())
            .output()
            .expect("the program starts");
        assert!(output.status.success(), "{scenario} {policy} {seed}");
        serde_json::from_slice(&output.stdout).expect("a JSON object")
    };
    SEEDS.map(one).collect()
}

fn number(run: &Value, path: &str) -> f64 {
    run.pointer(path)
        .and_then(Value::as_f64)
        .unwrap_or_else(|| panic!("{path} is a number"))
}

/// Least and greatest of a figure over the seeds, in some unit.
fn range(runs: &[Value], path: &str, unit: f64) -> (f64, f64) {
    let values = || runs.iter().map(|run| number(run, path) / unit);
    let least = values().fold(f64::INFINITY, f64::min);
    (least, values().fold(0.0, f64::max))
}

fn says(needle: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = fs::read_to_string(path).expect("README.md");
    let one_line = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        one_line.contains(needle),
        "README.md does not say: {needle}"
    );
}

fn unstable(runs: &[Value]) -> usize {
    let judged = runs.iter().filter(|run| run["verdict"] == "UNSTABLE");
    judged.count()
}

fn with_thousands(n: f64) -> String {
    format!("{},{:03}", (n / 1_000.0).floor(), n % 1_000.0)
}

#[test]
fn of_the_report() {
    let before = runs("report-40cpu", "per-call");
    let rate = "/memory/drop_bytes_per_s";
    let lost = "/memory/peak_drop_bytes";
    let (slow, fast) = range(&before, rate, 1e6);
    let (least, most) = range(&before, lost, 1e9);
    says(&format!(
        "{:.0} MB/s, {:.1} GB; {slow:.0} to {fast:.0} MB/s and {least:.0} to {most:.0} GB with seeds 1 to 5",
        number(&before[0], rate) / 1e6,
        number(&before[0], lost) / 1e9,
    ));
    says(&format!(
        "| {:.0} s (sets",
        number(&before[0], "/loop_ns") / 1e9
    ));
    let calls = before[0]["cleanup_net"].as_array().expect("calls");
    let in_loop = |call: &&Value| number(call, "/start_ns") <= number(&before[0], "/loop_ns");
    let begun = calls.iter().filter(in_loop).count();
    says(&format!(
        "in the loop | 4: two quick, about 30 s, unfinished | {begun}:"
    ));
    let after = runs("report-40cpu", "batch-free");
    says(&format!(
        "at most about 400 MB | {:.0} MB",
        number(&after[0], lost) / 1e6
    ));
    let six = runs("report-6cpu", "per-call");
    says(&format!(
        "did not reproduce | {:.1} GB",
        number(&six[0], lost) / 1e9
    ));
    assert_eq!(unstable(&before), 5, "README.md says: each alone");
    assert_eq!(unstable(&six), 4, "README.md says: four of the five");
}

/// The verdicts on five runs of each machine, as the program alone prints them.
#[test]
fn of_the_main_job() {
    let output = Command::new(env!("CARGO_BIN_EXE_rcusim"))
        .output()
        .expect("the program starts");
    let text = String::from_utf8(output.stdout).expect("text");
    let verdict = text.lines().find(|line| line.starts_with("verdict "));
    let cells: Vec<&str> = verdict.expect("a row").split("  ").collect();
    let cells = cells.iter().skip(1).map(|cell| cell.trim());
    let cells: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
    let [before, after, small, _] = cells[..] else {
        panic!("four machines: {text}");
    };
    assert_eq!(after, "STABLE");
    says(&format!("the five together: {before})"));
    says(&format!("{small} with four of the five, and together |"));
}

#[test]
fn of_the_recorded_machine() {
    const MIB: f64 = 1_048_576.0;
    let before = runs("recorded-2cpu", "per-call");
    let after = runs("recorded-2cpu", "batch-free");
    let (lost, live) = ("/memory/peak_drop_bytes", "/namespaces/live_peak");
    let (least, most) = range(&before, lost, MIB);
    let (few, many) = range(&before, live, 1.0);
    let (slow, fast) = range(&before, "/memory/drop_bytes_per_s", MIB);
    says(&format!(
        "per call {least:.0} to {most:.0} MiB (recorded 493 and 748) at {slow:.0} to {fast:.0} MiB/s (75, 108), {} to {} namespaces alive",
        with_thousands(few),
        with_thousands(many)
    ));
    let (blocked, _) = range(&before, "/kworkers_blocked_peak", 1.0);
    says(&format!("{blocked:.0} blocked kworkers"));
    let (quick, slow) = range(&before, "/loop_ns", 1e9);
    let [quick, slow] = [quick, slow].map(|ns| format!("{ns:.1}"));
    says(&if quick == slow {
        format!("loop {quick} s")
    } else {
        format!("loop {quick} to {slow} s")
    });
    let (least, most) = range(&after, lost, MIB);
    let (few, many) = range(&after, live, 1.0);
    says(&format!(
        "Batched {least:.0} to {most:.0} MiB (99 and 107), {few:.0} to {many:.0} alive"
    ));
}
