//! `rcusim validate` on the recordings that are part of the repository.

use crate::recorded::{ran, record, scenario};
use crate::support::path_in;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

/// The copies of the recordings have no traces to fit to.
const MACHINE: &str = "--machine=recorded-2cpu";
const RECORDINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/recordings");

fn rcusim(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rcusim"))
        .args(arguments)
        .output()
        .expect("the program starts")
}

/// A folder of its own for one test.
fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("rcusim-validate-{name}-{}", std::process::id()));
    fs::create_dir_all(&path).expect("a temporary folder");
    path
}

#[test]
fn every_recording_is_set_beside_its_runs() {
    let output = rcusim(&["validate", RECORDINGS, MACHINE, "--seeds", "2", "--json"]);
    assert!(output.status.success());
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for name in ["median_factor", "worst_factor", "share_inside"] {
        assert!(
            json["score"][name].as_f64().is_some_and(|v| v > 0.0),
            "{name}"
        );
    }
    let recordings = json["recordings"].as_array().expect("a list");
    assert!(recordings.len() >= 4);
    for recording in recordings {
        let quantities = recording["quantities"].as_array().expect("a list");
        assert!(quantities.len() >= 5, "{recording}");
        for q in quantities {
            let of = |field: &str| q[field].as_f64().expect("a number");
            assert!(
                of("sim_p5") <= of("sim_p50") && of("sim_p50") <= of("sim_p95"),
                "{q}"
            );
            assert!(q["predicted"].is_boolean() && q["real"].is_number());
        }
    }
}

#[test]
fn a_field_that_is_not_known_is_reported_and_a_missing_one_refused() {
    let path = folder("fields");
    fs::write(
        path.join("a.csv"),
        "t_s,done,MemAvailable_kb\n0,0,900000\n0.5,90,890000\n",
    )
    .expect("written");
    let toml = "cpus_online = 3\ncalls = 100\nmoon = \"full\"\npolicy = \"per-call\"\noptions = \"tide=high\"\n";
    fs::write(path.join("a.toml"), toml).expect("written");
    let dir = path.to_str().expect("a path of text");
    let output = rcusim(&["validate", dir, MACHINE, "--seeds", "1"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("`moon`") && text.contains("`tide`"),
        "{text}"
    );
    fs::write(path.join("a.toml"), "calls = 100\n").expect("written");
    let output = rcusim(&["validate", dir, MACHINE, "--seeds", "1"]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code() == Some(2)
            && error.contains("cpus_online")
            && error.contains("a.toml"),
        "{error}"
    );
    fs::remove_dir_all(path).expect("removed");
}

#[test]
fn a_folder_without_recordings_is_refused() {
    let path = folder("empty");
    let output = rcusim(&["validate", path.to_str().expect("text")]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code() == Some(2) && error.contains("NAME.toml"),
        "{error}"
    );
    fs::remove_dir_all(path).expect("removed");
    let output = rcusim(&["validate", "/no/such/folder"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_machine_from_a_file_is_the_one_fitted_on_the_spot() {
    let path = crate::support::folder("validate-machine");
    // The recordings of November 2026 had two cores for all their CPUs, and do not say so.
    for (name, sets) in [
        ("run_a", &["calls=600"][..]),
        ("run", &["calls=300", "cpus=6", "threads=6", "host_cpus=2"]),
        (
            "run_b",
            &["calls=300", "cpus=16", "threads=0", "host_cpus=2"],
        ),
    ] {
        let scenario = scenario("recorded-2cpu", sets, 1);
        let options = format!(" KN={}", scenario.params.calls);
        record(&scenario, &path, name, &options);
    }
    let dir = path.to_str().expect("a path of text");
    let machine = path_in(&path, "machine");
    ran(&["fit", &path_in(&path, "run_a.trace.gz"), "-o", &machine]);
    let [fitted, taken] = [["--fit", "run_a"], ["--machine", &machine]].map(|how| {
        let seeds = ["--seeds", "2", "--json"];
        let json = ran(&[&["validate", dir][..], &how, &seeds].concat());
        serde_json::from_slice::<Value>(&json).expect("JSON")
    });
    assert_eq!(fitted["recordings"], taken["recordings"]);
    assert_eq!(fitted["score"], taken["score"]);
    let of = |name: &str| {
        let all = fitted["recordings"].as_array().expect("a list");
        all.iter().find(|r| r["name"] == name).expect("a recording")["fitted"].clone()
    };
    // The name of one recording may be the beginning of another's.
    assert_eq!([of("run_a"), of("run"), of("run_b")], [true, false, false]);
}
