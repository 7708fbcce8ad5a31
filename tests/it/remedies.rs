//! `rcusim remedies`: each change alone, the best first.

use crate::support::{rcusim, refused, shown, text};
use serde_json::Value;

/// A loop on a machine whose callbacks never end: it collapses, and it takes a second.
const FAILS: &str = "report-6cpu:workload.calls=2000,background.rate=100/s";

/// The rows of a table: what was set, and the figures behind it.
fn rows(report: &str) -> Vec<(&str, &str)> {
    let lines = report
        .lines()
        .skip_while(|line| !line.starts_with("as it is"));
    let rows = lines.take_while(|line| !line.starts_with("What each is"));
    rows.filter_map(|line| line.split_once("  ")).collect()
}

/// The share of what is lost as it is.
fn left(figures: &str) -> f64 {
    let (before, _) = figures.split_once(" %").expect("a share in percent");
    let share = before.rsplit(' ').next().expect("a word");
    share.parse().expect("a number")
}

#[test]
fn what_cured_the_report_stands_above_what_did_not() {
    let report = shown(&["remedies", FAILS, "--reps", "1"]);
    let rows = rows(&report);
    assert_eq!(rows[0].0, "as it is");
    assert!(rows.len() > 12, "{report}");
    let shares: Vec<f64> = rows[1..].iter().map(|(_, figures)| left(figures)).collect();
    assert!(shares.is_sorted(), "{report}");
    let share = |set| {
        let row = rows.iter().find(|row| row.0 == set);
        left(row.expect("it is tried").1)
    };
    for cure in [
        "kernel.policy=batch-free",
        "kernel.barrier=wait-queue",
        "kernel.max_active=1024",
    ] {
        assert!(share(cure) < 50.0, "{cure}\n{report}");
    }
    assert!(share("netns.expedited_waits=true") > 80.0, "{report}");
}

#[test]
fn each_row_is_what_run_shows_of_the_same_setting() {
    let found = rcusim(&["remedies", FAILS, "--seed", "7", "--reps", "2", "--json"]);
    let found: Value = serde_json::from_slice(&found.stdout).expect("JSON");
    let runs = found["runs"].as_array().expect("runs");
    let at = runs
        .iter()
        .position(|run| run["set"]["kernel.policy"] == "batch-free");
    let at = at.expect("it is tried");
    assert!(runs[0]["set"]["kernel.policy"].is_null(), "as it is");
    assert_eq!(runs[0]["seed"], 7);
    assert_eq!(runs[at]["seed"], 7);
    assert_eq!(
        runs[1]["seed"],
        runs[at + 1]["seed"],
        "the same seeds for each"
    );
    for run in [&runs[at], &runs[at + 1]] {
        let again = run["again"].as_str().expect("a command");
        let words = again
            .strip_prefix("rcusim ")
            .expect("a command of this program");
        let mut words: Vec<&str> = words.split(' ').collect();
        words.push("--json");
        let alone: Value = serde_json::from_slice(&rcusim(&words).stdout).expect("JSON");
        assert_eq!(alone["digest"], run["digest"], "{again}");
    }
}

#[test]
fn what_a_scenario_has_already_is_not_tried() {
    let tried = |set: &str| {
        let output = rcusim(&[
            "remedies",
            "report-6cpu:calls=50",
            "--reps",
            "1",
            "--set",
            set,
        ]);
        text(&output.stdout)
    };
    assert!(tried("hz=250").contains("machine.hz=1000"));
    assert!(!tried("hz=1000").contains("machine.hz=1000 "));
    assert!(!tried("kernel.version=v6.13").contains("kernel.version=v5.18"));
}

#[test]
fn without_seeds_there_is_nothing_to_try() {
    refused(
        &["remedies", "--reps", "0"],
        "expected a whole number from 1 to 20",
    );
}

#[test]
fn what_was_given_is_told_to_stay_under_later_kernels() {
    let report = |scenario| shown(&["remedies", scenario, "--reps", "1"]);
    let note = "note: given, and so the same under every kernel.version: kernel.policy\n";
    assert!(report("report-6cpu:calls=50,policy=per-call").contains(note));
    assert!(!report("report-6cpu:calls=50").contains("note: given"));
}
