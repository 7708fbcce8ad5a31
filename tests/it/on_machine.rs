//! A fitted machine: run as it is, made larger, under another load; and what is refused.

use crate::support::{TINY, folder, rcusim, refused, text};
use serde_json::Value;
use std::fs;

fn run(args: &[&str]) -> Value {
    let mut all = vec!["run", "--json"];
    all.extend(args);
    all.extend(TINY);
    let output = rcusim(&all);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn a_machine_without_a_scenario_repeats_its_recording() {
    let path = folder("on_machine").join("machine.toml");
    let shown = rcusim(&["scenario", "show", "recorded-2cpu"]);
    fs::write(&path, shown.stdout).expect("written");
    let file = path.to_str().expect("a path of text");
    let (on, as_scenario) = (run(&["--machine", file]), run(&[file]));
    assert_eq!(on["digest"], as_scenario["digest"]);
    assert!(as_scenario["machine"].is_null());
    let larger = run(&["--machine", file, "--set", "cpus=64"]);
    assert_ne!(larger["digest"], on["digest"]);
    let said = larger["machine"].as_str().expect("it says what it is");
    for part in [file, "measured", "noise.threads 2 -> 64"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let args = ["run", "--machine", file, "--set", "cpus=64"];
    let report = text(&rcusim(&[&args[..], &TINY].concat()).stdout);
    assert!(
        report.contains("  machine   ") && report.contains("64 CPUs"),
        "{report}"
    );
    let again = format!("rcusim run --machine {file} --set cpus=64");
    assert!(report.contains(&again), "{report}");
}

#[test]
fn what_grows_with_the_cpus_grows() {
    let peak = |cpus: &str| {
        let set = format!("cpus={cpus}");
        let run = run(&[
            "--machine",
            "recorded-2cpu",
            "--set",
            &set,
            "--set",
            "policy=no-barrier",
        ]);
        run["memory"]["peak_drop_bytes"].as_u64().expect("a number")
    };
    let (two, many) = (peak("2"), peak("64"));
    // Of 50 namespaces at most: 188.5 and 6.62 KiB a possible CPU each.
    assert!(many > two * 2, "{two} and {many}");
}

#[test]
fn other_commands_take_a_machine_too() {
    let tiny = ["--set", "calls=20", "--set", "horizon=20s"];
    for args in [
        &[
            "compare",
            "report-6cpu",
            "report-6cpu:policy=batch-free",
            "--machine",
            "recorded-2cpu",
        ][..],
        &["sweep", "--machine", "recorded-2cpu", "-P", "cpus=2,8"],
        &["ablate", "report-6cpu", "--machine", "recorded-2cpu"],
        &["trace", "--machine", "recorded-2cpu"],
    ] {
        let output = rcusim(&[args, &tiny].concat());
        assert_eq!(
            output.status.code(),
            Some(0),
            "{args:?}: {}",
            text(&output.stderr)
        );
    }
}

/// What a value alone brings along and an axis does not is told.
#[test]
fn an_axis_of_cpus_says_what_does_not_follow() {
    let tiny = ["--set", "calls=20", "--set", "horizon=20s"];
    let axis = ["--machine", "recorded-2cpu", "-P", "cpus=2,8"];
    let said = |args: &[&str]| text(&rcusim(&[args, &tiny].concat()).stderr);
    for command in [&["sweep"][..], &["bisect", "--reps", "8"]] {
        let said = said(&[command, &axis].concat());
        let note = "note: noise.threads = 2 for every value of the axis machine.cpus;";
        assert!(said.contains(note), "{said}");
    }
    let zip = ["-P", "noise.threads=2,8", "--zip", "cpus,threads"];
    let said = said(&[&["sweep"][..], &axis, &zip].concat());
    assert!(!said.contains("noise.threads"), "{said}");
    let show = [
        "scenario",
        "show",
        "report-6cpu:cpus=64",
        "--machine",
        "recorded-2cpu",
    ];
    let shown = text(&rcusim(&show).stdout);
    assert!(shown.starts_with("# machine recorded-2cpu"), "{shown}");
    assert!(shown.contains("\ncpus = { value = 64,"), "{shown}");
}

#[test]
fn what_is_no_machine_is_refused() {
    refused(
        &["run", "--machine", "no/such.toml"],
        "--machine: cannot read scenario no/such.toml",
    );
    refused(
        &["run", "--machine", "recorded-3cpu"],
        "did you mean `recorded-2cpu`",
    );
    refused(
        &["compare", "report-6cpu", "--machine", "."],
        "it is a directory",
    );
    let set = ["--set", "possible_cpus=4", "--set", "cpus=8"];
    refused(
        &[&["run", "--machine", "recorded-2cpu"], &set[..]].concat(),
        "possible CPUs include",
    );
}
