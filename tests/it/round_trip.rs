//! Simulate, write the trace, fit, simulate again: the fitted costs lie where the fit says they may.

use crate::support::{folder, rcusim, text};
use rcusim::experiment::{Key, Scenario};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Two machines, two CPU counts, both sides of the patch, two seeds. The host has a core for each CPU: where cores are shared,
/// what the trace shows is the cost times the sharing.
const CASES: [(&str, &[&str]); 6] = [
    ("recorded-2cpu", &["calls=1500"]),
    ("recorded-2cpu", &["calls=1500", "policy=batch-free"]),
    (
        "recorded-2cpu",
        &["calls=1500", "cpus=6", "threads=6", "host_cpus=0"],
    ),
    (
        "recorded-2cpu",
        &[
            "calls=1500",
            "cpus=6",
            "threads=6",
            "host_cpus=0",
            "policy=batch-free",
        ],
    ),
    ("report-6cpu", &["calls=2000"]),
    ("report-6cpu", &["calls=2000", "policy=batch-free"]),
];

fn scenario(name: &str, sets: &[&str], seed: u64) -> Scenario {
    let mut scenario = Scenario::builtin(name).expect("a builtin scenario");
    for set in sets {
        let (key, value) = set.split_once('=').expect("a value");
        scenario.set(key, value).expect("a valid value");
    }
    scenario.set("seed", &seed.to_string()).expect("a seed");
    scenario
}

/// What a recording would say of the run beside its trace.
fn summary(scenario: &Scenario) -> String {
    let p = &scenario.params;
    format!(
        "cpus_online = {}\ncpus_possible = {}\ncalls = {}\nhz = {}\npreempt = \"{}\"\npolicy = \"{}\"\n\
         callback_noise_threads = {}\noptions = \"nf_conntrack.hashsize=512\"\n",
        p.cpus,
        p.possible_cpus,
        p.calls,
        p.hz,
        p.preempt.name(),
        p.policy.name(),
        p.noise_threads
    )
}

fn ran(args: &[&str]) -> Vec<u8> {
    let output = rcusim(args);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{args:?}: {}",
        text(&output.stderr)
    );
    output.stdout
}

/// Writes the trace of a run and fits to it: the estimates, and the machine in a file.
fn fitted(scenario: &Scenario, folder: &Path) -> (Vec<Value>, String) {
    let file = |name: &str| {
        folder
            .join(name)
            .to_str()
            .expect("a path of text")
            .to_owned()
    };
    let (what, trace, machine) = (file("what.toml"), file("a.trace.gz"), file("machine.toml"));
    fs::write(&what, scenario.to_toml()).expect("written");
    fs::write(file("a.toml"), summary(scenario)).expect("written");
    ran(&["trace", &what, "--events", "rcu,workqueue", "-o", &trace]);
    let json = ran(&["fit", &trace, "--json", "-o", &machine]);
    let json: Value = serde_json::from_slice(&json).expect("JSON");
    (
        json["estimates"].as_array().expect("a list").clone(),
        machine,
    )
}

#[test]
fn fitted_costs_lie_within_their_uncertainty_of_the_true_ones() {
    let folder = folder("round_trip");
    let (mut all, mut outside) = (0, Vec::new());
    for (name, sets) in CASES {
        for seed in [1, 2] {
            let scenario = scenario(name, sets, seed);
            let (estimates, _) = fitted(&scenario, &folder);
            assert!(
                estimates.len() >= 15,
                "{name} {sets:?}: {} told",
                estimates.len()
            );
            for e in &estimates {
                let of = |field: &str| e[field].as_f64().expect("a number");
                let key = Key::at(e["key"].as_str().expect("a key")).expect("a known key");
                #[expect(clippy::cast_precision_loss, reason = "values below 2^53")]
                let truth = (key.get)(&scenario.params) as f64;
                all += 1;
                if truth < of("low") || truth > of("high") {
                    outside.push(format!(
                        "{name} {sets:?} seed {seed}: {} is {truth}, not {e}",
                        key.path
                    ));
                }
            }
        }
    }
    // Intervals of 95 %: one in twenty may miss.
    assert!(
        all >= 200 && outside.len() * 20 <= all,
        "{} of {all}:\n{}",
        outside.len(),
        outside.join("\n")
    );
}

#[test]
fn the_fitted_machine_does_what_the_true_one_did() {
    let folder = folder("round_trip_again");
    for (name, sets) in &CASES[..4] {
        let scenario = scenario(name, sets, 1);
        let (_, machine) = fitted(&scenario, &folder);
        let what = folder.join("what.toml");
        let what = what.to_str().expect("a path of text");
        let mut peaks = Vec::new();
        for args in [
            &["run", what, "--json"][..],
            &["run", what, "--machine", &machine, "--json"],
        ] {
            let run: Value = serde_json::from_slice(&ran(args)).expect("JSON");
            let of = |at: &str| run.pointer(at).and_then(Value::as_u64).expect("a number");
            peaks.push([
                of("/barriers/calls"),
                of("/loop_ns"),
                of("/memory/peak_drop_bytes"),
            ]);
        }
        // Creation is told by no trace (it is in NAME.toml), so the loop's length is the default's; what a trace tells is how
        // many calls there were and, within the spread of seeds, how much was lost.
        let near = |a: u64, b: u64, most: u64| a <= b * most && b <= a * most;
        assert!(
            near(peaks[0][0], peaks[1][0], 2),
            "{name} {sets:?}: {peaks:?}"
        );
        assert!(
            near(peaks[0][2], peaks[1][2], 4),
            "{name} {sets:?}: {peaks:?}"
        );
    }
}
