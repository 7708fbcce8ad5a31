//! `rcusim fit` as it is typed: what it takes, what it writes, what it refuses.

use crate::recorded::{ran, record, scenario};
use crate::support::{folder, path_in, rcusim, refused, text};
use serde_json::Value;
use std::fs;

#[test]
fn a_trace_alone_makes_a_machine_that_runs() {
    let folder = folder("fit");
    let path = |name: &str| path_in(&folder, name);
    let (trace, machine) = (path("a.trace.gz"), path("machine.toml"));
    let run = rcusim(&["trace", "recorded-2cpu:calls=600", "-o", &trace]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    let fitted = rcusim(&["fit", &trace, "-o", &machine]);
    assert_eq!(fitted.status.code(), Some(0), "{}", text(&fitted.stderr));
    let told = text(&fitted.stdout);
    assert!(
        told.contains("between") && told.contains("not told:"),
        "{told}"
    );
    let json = rcusim(&["fit", &trace, "--json"]);
    let json: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    let value = |key: &str| {
        let all = json["estimates"].as_array().expect("a list");
        all.iter()
            .find(|e| e["key"] == key)
            .and_then(|e| e["value"].as_f64())
    };
    // The first batch is of one namespace, which tells how many fqdirs one has.
    assert_eq!(value("netns.fqdirs"), Some(3.0));
    assert_eq!(value("machine.hz"), Some(250.0));
    let text_of = fs::read_to_string(&machine).expect("a machine");
    assert!(text_of.contains("# not told: ") && text_of.contains("provenance = \"measured\""));
    let again = rcusim(&[
        "run",
        "--machine",
        &machine,
        "--set",
        "cpus=16",
        "--set",
        "calls=50",
    ]);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
}

#[test]
fn what_is_no_recording_is_refused_and_nothing_is_written() {
    let folder = folder("fit_bad");
    let path = |name: &str| path_in(&folder, name);
    let file = |name: &str, text: &[u8]| {
        fs::write(folder.join(name), text).expect("written");
        path(name)
    };
    let event = b"  x-1 [000] ....  1.0: rcu_barrier: rcu_sched Begin cpu -1 remaining 0 # 9\n";
    let machine = path("machine.toml");
    for (trace, part) in [
        (path("missing.trace"), "cannot read trace"),
        (path("."), "it is a directory"),
        (file("empty.trace", b""), "holds no event"),
        (
            file("garbage.trace", &[0, 159, 146, 150, 10, 255]),
            "holds no event",
        ),
        (file("cut.trace.gz", &[0x1f, 0x8b, 8]), "ends too early"),
    ] {
        refused(&["fit", &trace, "-o", &machine], part);
    }
    let trace = file("one.trace", event);
    let toml = file("bad.toml", b"cpus_online = 2\ncalls = \"many\"\n");
    refused(
        &["fit", &trace, "--toml", &toml, "-o", &machine],
        "`calls` is string",
    );
    let toml = file("none.toml", b"calls = 4\n");
    refused(&["fit", &trace, "--toml", &toml], "no `cpus_online`");
    let csv = file("bad.csv", b"time,calls\n1,2\n");
    refused(&["fit", &trace, "--series", &csv], "no column `t_s`");
    refused(
        &["fit", &trace, "-o", &path("no/such/folder.toml")],
        "no/such",
    );
    assert!(!folder.join("machine.toml").exists());
}

#[test]
fn a_kernel_without_rcu_tracing_is_not_one_without_barriers() {
    let folder = folder("fit_works");
    let path = |name: &str| path_in(&folder, name);
    let scenario = scenario("recorded-2cpu", &["calls=300", "policy=batch-free"], 1);
    let trace = record(&scenario, &folder, "works", "");
    let sets = ["--set", "calls=300", "--policy", "batch-free"];
    let works = [
        "trace",
        "recorded-2cpu",
        "--events",
        "workqueue",
        "-o",
        &trace,
    ];
    ran(&[&works[..], &sets].concat());
    let toml = fs::read_to_string(path("works.toml")).expect("a summary");
    fs::write(path("works.toml"), toml + "kernel = \"6.18.44\"\n").expect("written");
    let fit = ran(&["fit", &trace, "--json", "-o", &path("machine.toml")]);
    let fit: Value = serde_json::from_slice(&fit).expect("JSON");
    let untold = fit["not_told"].as_array().expect("a list");
    let untold = |key: &str| untold.iter().any(|pair| pair[0] == key);
    assert!(untold("netns.device_barriers") && untold("costs.callback"));
    let machine = fs::read_to_string(path("machine.toml")).expect("a machine");
    for line in [
        "version = { value = \"v6.13\"",
        "expedited_waits = { value = true",
        "conntrack_buckets = { value = 0",
    ] {
        assert!(machine.contains(line), "{line}");
    }
    let dir = folder.to_str().expect("a path of text");
    let compared = ran(&["validate", dir, "--fit", "works", "--seeds", "1", "--json"]);
    let compared: Value = serde_json::from_slice(&compared).expect("JSON");
    let quantities = compared["recordings"][0]["quantities"].as_array();
    let quantities = quantities.expect("a list");
    let has = |name: &str| quantities.iter().any(|q| q["name"] == name);
    assert!(has("cleanup_calls") && !has("full_barriers") && !has("grace_p50_ms"));
}
