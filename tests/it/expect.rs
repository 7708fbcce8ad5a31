//! What is expected of runs decides the exit code.

use crate::support::{TINY, folder, rcusim, refused, said, text};
use std::fs;

/// Runs something small with expectations, the exit code and what it wrote.
fn expecting(args: &[&str]) -> (Option<i32>, String, String) {
    let mut all = vec!["run", "report-6cpu"];
    all.extend(TINY);
    all.extend(args);
    let output = rcusim(&all);
    (
        output.status.code(),
        text(&output.stdout),
        said(&output.stderr),
    )
}

#[test]
fn expectations_decide_the_exit_code() {
    let met = [
        "--expect",
        "namespaces.created=50",
        "--expect",
        "loop_ns<20s",
    ];
    let (code, stdout, stderr) = expecting(&met);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(
        stdout.contains("  expect    met      namespaces.created=50: 50\n"),
        "{stdout}"
    );
    assert!(
        stdout.contains("            met      loop_ns<20s: "),
        "{stdout}"
    );
    let last = stdout.lines().last().expect("a report");
    assert!(
        last.contains("--expect namespaces.created=50 --expect 'loop_ns<20s'"),
        "{last}"
    );
    let failed = ["--expect", "created=50", "--expect", "verdict=STABLE"];
    let (code, stdout, stderr) = expecting(&failed);
    assert_eq!((code, stderr.as_str()), (Some(1), ""));
    assert!(
        stdout.contains("  expect    met      created=50: 50\n"),
        "{stdout}"
    );
    assert!(
        stdout.contains("            NOT MET  verdict=STABLE: CANNOT TELL\n"),
        "{stdout}"
    );
}

#[test]
fn a_failed_expectation_is_said_on_stderr_where_the_report_is_elsewhere() {
    let (code, stdout, stderr) =
        expecting(&["--json", "--expect", "events<1", "--expect", "events>1"]);
    let run: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(code, Some(1));
    assert_eq!(run["expectations"][0]["met"], false);
    assert_eq!(run["expectations"][1]["met"], true);
    assert!(stderr.starts_with("NOT MET  events<1: "), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    let report = folder("expect").join("report.txt");
    let path = report.to_str().expect("a UTF-8 path");
    let (code, _, stderr) = expecting(&["-o", path, "--expect", "events<1"]);
    assert_eq!(code, Some(1));
    assert!(stderr.starts_with("NOT MET"), "{stderr}");
    assert!(
        fs::read_to_string(report)
            .expect("written")
            .contains("NOT MET  events<1")
    );
}

#[test]
fn a_wrong_expectation_is_refused_before_the_run() {
    let message = "error: --expect:1:1: unknown field `memory.peak_dorp_bytes`; did you mean \
         `memory.peak_drop_bytes`?\n  |\n1 | memory.peak_dorp_bytes<500MB\n  | ^^^^^^^^^^^^^^^^^^^^^^\n";
    refused(
        &["run", "--expect", "memory.peak_dorp_bytes<500MB"],
        message,
    );
    refused(&["run", "--expect", "loop_ns<3MB"], "wrong unit `MB`");
}

#[test]
fn a_scenario_with_expectations_runs() {
    let path = folder("expecting").join("host.toml");
    let name = path.to_str().expect("a UTF-8 path");
    let small = "extends = \"report-6cpu\"\n[workload]\ncalls = 50\n[run]\nhorizon = \"20s\"\n";
    for (created, code) in [(50, Some(0)), (51, Some(1))] {
        let expect = format!("{small}[expect]\nnamespaces.created = {created}\n");
        fs::write(&path, expect).expect("writable");
        assert_eq!(rcusim(&["scenario", "check", name]).status.code(), Some(0));
        assert_eq!(rcusim(&["run", name]).status.code(), code);
    }
}
