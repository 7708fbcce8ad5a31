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
    let toml = file(
        "fewer.toml",
        b"cpus_online = 6\ncpus_possible = 0\ncalls = 300\n",
    );
    let fewer = "`cpus_possible` is 0, below `cpus_online`; expected at least 6";
    refused(&["fit", &trace, "--toml", &toml], fewer);
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

/// Of a trace by itself: the report, the machine, and the estimate of a key.
fn alone(folder: &std::path::Path, more: &[&str]) -> (String, String, Value) {
    let (trace, machine) = (path_in(folder, "alone.trace.gz"), path_in(folder, "m.toml"));
    let args = [&["fit", &trace, "-o", &machine][..], more].concat();
    let human = text(&ran(&args));
    let json = ran(&[&args[..], &["--json"]].concat());
    let machine = fs::read_to_string(machine).expect("a machine");
    (human, machine, serde_json::from_slice(&json).expect("JSON"))
}

fn estimate<'j>(fit: &'j Value, key: &str) -> Option<&'j Value> {
    let all = fit["estimates"].as_array().expect("a list");
    all.iter().find(|e| e["key"] == key)
}

#[test]
fn noise_that_nothing_names_is_told_and_can_be_named() {
    let folder = folder("fit_noise");
    let trace = path_in(&folder, "alone.trace.gz");
    ran(&["trace", "recorded-2cpu:calls=300", "-o", &trace]);
    let (human, machine, fit) = alone(&folder, &[]);
    let about = |fit: &Value| {
        let notes = fit["notes"].as_array().expect("a list").clone();
        notes
            .into_iter()
            .find(|note| note["key"] == "noise.threads")
    };
    let note = about(&fit).expect("it does not know what ran");
    let note = note["text"].as_str().expect("a sentence").to_owned();
    for part in ["whole tens", "at least 2 for", "--noise-threads"] {
        assert!(note.contains(part), "{part}: {note}");
    }
    assert!(human.contains(&note) && machine.contains(&note));
    let rate = estimate(&fit, "background.rate").expect("all of it");
    assert!(
        rate["how"]
            .as_str()
            .is_some_and(|how| how.contains("whoever posted them"))
    );
    // Their number given, the same trace tells the noise threads apart.
    let (human, machine, fit) = alone(&folder, &["--noise-threads", "2"]);
    assert!(about(&fit).is_none() && !human.contains("whole tens"));
    assert!(estimate(&fit, "background.rate").is_none());
    let work = estimate(&fit, "noise.work").expect("a round's work");
    let of = |field: &str| work[field].as_f64().expect("a number");
    assert!(of("low") <= 50_000.0 && 50_000.0 <= of("high"), "{work}");
    assert!(machine.contains("threads = { value = 2, provenance = \"measured\""));
    // One thread cannot have posted so much.
    let (human, ..) = alone(&folder, &["--noise-threads", "1"]);
    assert!(
        human.contains("1 noise threads post 4938 at most"),
        "{human}"
    );
}

#[test]
fn a_quiet_machine_is_not_taken_for_a_noisy_one() {
    let folder = folder("fit_quiet");
    let trace = path_in(&folder, "alone.trace.gz");
    let quiet = "recorded-2cpu:calls=300,noise.threads=0,background.rate=1000/s";
    ran(&["trace", quiet, "-o", &trace]);
    let (human, ..) = alone(&folder, &[]);
    assert!(
        human.contains("no noise.threads") && !human.contains("whole tens"),
        "{human}"
    );
    let (human, ..) = alone(&folder, &["--noise-threads", "0"]);
    assert!(!human.contains("no noise.threads"), "{human}");
}

#[test]
fn what_is_wrong_with_a_trace_is_told() {
    let folder = folder("fit_wrong");
    let trace = path_in(&folder, "alone.trace");
    ran(&["trace", "recorded-2cpu:calls=300", "-o", &trace]);
    let whole = fs::read_to_string(&trace).expect("a trace");
    let told = |lines: &[&str]| {
        fs::write(&trace, lines.join("\n")).expect("written");
        text(&ran(&["fit", &trace]))
    };
    let mut lines: Vec<&str> = whole.lines().collect();
    lines.insert(900, "CPU:1 [LOST 120 EVENTS]");
    lines.insert(1_200, "no event");
    let human = told(&lines);
    assert!(
        human.contains("120 events of the trace were lost"),
        "{human}"
    );
    assert!(
        human.contains("1 lines of the trace were not recognised"),
        "{human}"
    );
    assert!(human.contains("Nothing tells how long a namespace takes to make"));
    // A buffer that wrapped begins in the middle of the loop: nothing of before it is to be told.
    let counts = lines
        .iter()
        .position(|line| line.starts_with("# entries-in-buffer"));
    let counts = counts.expect("a header");
    let kept = std::mem::replace(
        &mut lines[counts],
        "# entries-in-buffer/entries-written: 5/8   #P:2",
    );
    let human = told(&lines);
    assert!(
        human.contains("3 events before the first of the trace were overwritten"),
        "{human}"
    );
    assert!(!human.contains("whole tens"), "{human}");
    lines[counts] = kept;
    lines.reverse();
    assert!(told(&lines).contains("times of the trace run backwards"));
    // Works without a barrier or batch: no cost is told, and so there is no machine.
    let queue = |s: u64| {
        format!(
            "  a-1 [000] d... {s}.0: workqueue_queue_work: work struct=1 function=fqdir_work_fn workqueue=2 req_cpu=64 cpu=0"
        )
    };
    let lines: Vec<String> = (0..50).map(queue).collect();
    fs::write(&trace, lines.join("\n")).expect("written");
    refused(&["fit", &trace], "tells no cost of a machine");
}
