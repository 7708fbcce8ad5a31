//! Simulate, write the recording, fit, simulate again: the fitted costs lie where the fit says they may.

use crate::recorded::{ran, record, scenario};
use crate::support::{folder, path_in};
use rcusim::experiment::{Key, Scenario};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Two machines, two CPU counts, both sides of the patch, both flavours of RCU on each, two seeds. The host has a core for each CPU: where cores are shared,
/// what the trace shows is the cost times the sharing.
const CASES: [(&str, &[&str]); 8] = [
    ("recorded-2cpu", &["calls=2500"]),
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
    ("report-6cpu", &["calls=2000", "preempt=full"]),
    ("recorded-2cpu", &["calls=1500", "preempt=full"]),
];
/// What a recording must tell, and at least how many of those in [`CASES`] times two seeds.
const TOLD: [(&str, usize); 12] = [
    ("machine.hz", 16),
    ("machine.preempt", 16),
    ("costs.unshare", 16),
    ("costs.unshare_per_cpu", 16),
    ("costs.context_switch", 4),
    ("costs.ipi", 10),
    ("costs.callback", 10),
    ("costs.worker_creation", 4),
    ("costs.table_destroy", 16),
    ("costs.gp_init", 16),
    ("costs.cleanup_batch", 12),
    ("sizes.namespace", 2),
];

/// Estimates set against the truth.
#[derive(Default)]
pub(crate) struct Judged {
    pub(crate) all: usize,
    /// How often each key was told, and how often it missed.
    pub(crate) told: BTreeMap<String, [usize; 2]>,
    /// Each miss in words.
    pub(crate) outside: Vec<String>,
}

impl Judged {
    pub(crate) fn judge(&mut self, what: &str, scenario: &Scenario, estimates: &[Value]) {
        for e in estimates {
            let of = |field: &str| e[field].as_f64().expect("a number");
            let key = Key::at(e["key"].as_str().expect("a key")).expect("a known key");
            #[expect(clippy::cast_precision_loss, reason = "values below 2^53")]
            let truth = (key.get)(&scenario.params) as f64;
            let misses = truth < of("low") || truth > of("high");
            self.all += 1;
            let [told, missed] = self.told.entry(key.path.to_owned()).or_default();
            *told += 1;
            *missed += usize::from(misses);
            if misses {
                self.outside
                    .push(format!("{what}: {} is {truth}, not {e}", key.path));
            }
        }
    }
}

/// Writes a recording of a run and fits to it: the estimates, and the machine in a file.
pub(crate) fn fitted(scenario: &Scenario, folder: &Path) -> (Vec<Value>, String) {
    let trace = record(scenario, folder, "a", "");
    let (series, machine) = (path_in(folder, "a.csv"), path_in(folder, "machine.toml"));
    let args = ["--series", &series, "--json", "-o", &machine];
    let json = ran(&[&["fit", &trace][..], &args].concat());
    let json: Value = serde_json::from_slice(&json).expect("JSON");
    (
        json["estimates"].as_array().expect("a list").clone(),
        machine,
    )
}

#[test]
fn fitted_costs_lie_within_their_uncertainty_of_the_true_ones() {
    let folder = folder("round_trip");
    let mut judged = Judged::default();
    for (name, sets) in CASES {
        for seed in [1, 2] {
            let scenario = scenario(name, sets, seed);
            let (estimates, _) = fitted(&scenario, &folder);
            let what = format!("{name} {sets:?} seed {seed}");
            assert!(estimates.len() >= 15, "{what}: {} told", estimates.len());
            judged.judge(&what, &scenario, &estimates);
        }
    }
    for (key, least) in TOLD {
        let [times, _] = judged.told.get(key).copied().unwrap_or_default();
        assert!(
            times >= least,
            "{key} told {times} times: {:?}",
            judged.told
        );
    }
    let outside = judged.outside;
    // No key misses again and again: that would be a bias.
    for (key, [_, missed]) in judged.told {
        assert!(missed <= 1, "{key}: {missed}:\n{}", outside.join("\n"));
    }
    // Intervals of 95 %: one in twenty may miss.
    assert!(
        judged.all >= 200 && outside.len() * 20 <= judged.all,
        "{} of {}:\n{}",
        outside.len(),
        judged.all,
        outside.join("\n")
    );
}

#[test]
fn the_fitted_machine_does_what_the_true_one_did() {
    let folder = folder("round_trip_again");
    for (name, sets) in &CASES[..4] {
        let scenario = scenario(name, sets, 1);
        let (_, machine) = fitted(&scenario, &folder);
        let what = folder.join("a.scenario");
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
        // How many calls there were and how long the loop took; how much was lost lies within the spread of seeds.
        let near = |at: usize, most: u64| {
            let (a, b) = (peaks[0][at], peaks[1][at]);
            a * 10 <= b * most && b * 10 <= a * most
        };
        assert!(
            near(0, 20) && near(1, 13) && near(2, 40),
            "{name} {sets:?}: {peaks:?}"
        );
    }
}

#[test]
fn a_bare_trace_tells_preemptible_rcu() {
    let folder = folder("round_trip_flavour");
    let trace = path_in(&folder, "bare.trace.gz");
    for (raw, flavour) in ["none", "voluntary", "full"].into_iter().enumerate() {
        let set = format!("machine.preempt={flavour}");
        let sets = ["--set", &set, "--set", "calls=300"];
        ran(&[&["trace", "report-6cpu", "-o", &trace][..], &sets].concat());
        let report: Value =
            serde_json::from_slice(&ran(&["analyze", &trace, "--json"])).expect("JSON");
        let name = if flavour == "full" {
            "rcu_preempt"
        } else {
            "rcu_sched"
        };
        assert_eq!(report["flavours"], serde_json::json!([name]));
        let machine = path_in(&folder, "machine.toml");
        let fit = ran(&["fit", &trace, "--json", "-o", &machine]);
        let fit: Value = serde_json::from_slice(&fit).expect("JSON");
        let told = fit["estimates"].as_array().expect("a list");
        let told = told.iter().find(|e| e["key"] == "machine.preempt");
        let told = told.expect("the flavour is told");
        let [low, high] = ["low", "high"].map(|end| told[end].as_f64().expect("a number"));
        #[expect(clippy::cast_precision_loss, reason = "one of three")]
        let truth = raw as f64;
        assert!(low <= truth && truth <= high, "{flavour}: {told}");
        assert_eq!(high > low, flavour != "full", "{told}");
        let machine = fs::read_to_string(&machine).expect("a machine");
        let line = machine.lines().find(|line| line.starts_with("preempt = "));
        let line = line.expect("the machine has a flavour");
        assert!(
            line.contains("provenance = \"measured\"") && line.contains(name),
            "{line}"
        );
    }
    // What NAME.toml says wins, and a contradiction is told.
    let toml = path_in(&folder, "other.toml");
    fs::write(&toml, "cpus_online = 6\ncalls = 300\npreempt = \"none\"\n").expect("written");
    let fit = ran(&["fit", &trace, "--toml", &toml, "--json"]);
    let fit: Value = serde_json::from_slice(&fit).expect("JSON");
    let notes = fit["notes"].to_string();
    assert!(
        notes.contains("warning: preempt = `none`, but the trace names rcu_preempt"),
        "{notes}"
    );
}
