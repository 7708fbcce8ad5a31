//! `rcusim validate` on the recordings that are part of the repository.

use crate::recorded::{ran, record, scenario};
use crate::support::path_in;
use serde_json::Value;
use std::collections::BTreeSet;
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
    let written = fs::read_to_string(&machine).expect("a machine");
    assert!(written.contains("fitted_to = [\"run_a\"]"));
    // The name of one recording may be the beginning of another's.
    assert_eq!([of("run_a"), of("run"), of("run_b")], [true, false, false]);
}

#[test]
fn what_an_embedded_machine_was_read_off_does_not_judge_it() {
    let json = ran(&["validate", RECORDINGS, MACHINE, "--seeds", "1", "--json"]);
    let json: Value = serde_json::from_slice(&json).expect("JSON");
    let recordings = json["recordings"].as_array().expect("a list");
    let fitted = recordings.iter().filter(|r| r["fitted"] == true);
    let fitted: Vec<&str> = fitted.filter_map(|r| r["name"].as_str()).collect();
    let shown = ran(&["scenario", "show", "recorded-2cpu"]);
    let shown = String::from_utf8(shown).expect("text");
    let (named, sources): (Vec<_>, Vec<_>) = shown
        .lines()
        .partition(|line| line.starts_with("fitted_to"));
    assert_eq!(named.len(), 1, "{named:?}");
    let words = sources
        .iter()
        .flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
    let words: BTreeSet<&str> = words.collect();
    let names = recordings.iter().filter_map(|r| r["name"].as_str());
    let sources: Vec<&str> = names.filter(|name| words.contains(name)).collect();
    assert!(sources.len() >= 6, "{sources:?}");
    for name in sources {
        assert!(
            fitted.contains(&name),
            "values are from {name}, which then judges them"
        );
    }
    let predicted = recordings.iter().filter(|r| r["fitted"] == false);
    let predicted = predicted.flat_map(|r| r["quantities"].as_array().expect("a list"));
    let (all, above) = predicted.fold((0, 0), |(all, above), q| {
        (all + 1, above + u64::from(q["factor"].is_number()))
    });
    assert_eq!(json["score"]["quantities"], all);
    assert_eq!(json["score"]["with_factor"], above);
    assert!(0 < above && above < all);
    let human = ran(&["validate", RECORDINGS, MACHINE, "--seeds", "1"]);
    let human = String::from_utf8(human).expect("text");
    let row = human
        .lines()
        .find(|line| line.starts_with("all "))
        .expect("the score");
    let numbers: Vec<&str> = row.split_whitespace().take(3).collect();
    assert_eq!(numbers, ["all", &all.to_string(), &above.to_string()]);
}

#[test]
fn a_machine_that_hides_what_it_was_fitted_to_is_warned_of() {
    let path = crate::support::folder("validate-hides");
    let machine = path_in(&path, "machine.toml");
    let costs =
        "[costs]\nipi = { value = \"9us\", provenance = \"measured\", source = \"a trace\" }\n";
    for (head, warned) in [("", true), ("fitted_to = [\"x\"]\n", false)] {
        fs::write(&machine, format!("{head}{costs}")).expect("written");
        let output = rcusim(&[
            "validate",
            RECORDINGS,
            "--machine",
            &machine,
            "--seeds",
            "1",
            "--json",
        ]);
        assert!(output.status.success());
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(error.contains("fitted_to"), warned, "{error}");
    }
    fs::write(&machine, "fitted_to = \"x\"\n").expect("written");
    let output = rcusim(&["validate", RECORDINGS, "--machine", &machine]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code() == Some(2) && error.contains("list of recordings' names"),
        "{error}"
    );
}

#[test]
fn one_bad_recording_does_not_spoil_the_rest() {
    let path = crate::support::folder("validate-bad");
    let series = "t_s,done,MemAvailable_kb\n0,0,900000\n0.5,90,890000\n";
    let toml = "cpus_online = 1\ncalls = 90\ncallback_noise_threads = 0\n";
    let write = |name: &str, bytes: &[u8]| fs::write(path.join(name), bytes).expect("written");
    for name in ["good", "cut", "many", "garbage", "empty", "copy"] {
        write(&format!("{name}.toml"), toml.as_bytes());
        write(&format!("{name}.csv"), series.as_bytes());
    }
    write("cut.trace.gz", &[0x1f, 0x8b, 8]);
    write("many.toml", b"cpus_online = 5000\ncalls = 90\n");
    write("garbage.toml", &[0, 159, 146, 150, 10, 255]);
    write("empty.csv", b"");
    write("copy.toml", format!("name = \"good\"\n{toml}").as_bytes());
    write("lonely.toml", toml.as_bytes());
    write("single.csv", series.as_bytes());
    let dir = path.to_str().expect("a path of text");
    let json = ran(&["validate", dir, MACHINE, "--seeds", "1", "--json"]);
    let json: Value = serde_json::from_slice(&json).expect("JSON");
    let of = |list: &str, field: &str| -> Vec<String> {
        let all = json[list].as_array().expect("a list");
        all.iter()
            .map(|r| r[field].as_str().expect("text").to_owned())
            .collect()
    };
    assert_eq!(of("recordings", "name"), ["copy", "cut", "good"]);
    let mut left = of("left_out", "name");
    left.sort();
    assert_eq!(left, ["empty", "garbage", "lonely", "many", "single"]);
    let whys = of("left_out", "why").join("\n");
    for part in [
        "no column `t_s`",
        "UTF-8",
        "no series lonely.csv",
        "5000",
        "no summary single.toml",
    ] {
        assert!(whys.contains(part), "{part}: {whys}");
    }
    let human = rcusim(&["validate", dir, MACHINE, "--seeds", "1"]);
    let (out, error) = (
        String::from_utf8_lossy(&human.stdout),
        String::from_utf8_lossy(&human.stderr),
    );
    assert!(error.contains("warning: many is left out: "), "{error}");
    for part in [
        "without its trace: ",
        "NAME.toml calls it `good`",
        "left out: many: ",
        "1 CPU, ",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    for (name, part) in [
        ("cut", "`cut` cannot be fitted to: cannot read trace"),
        ("empty", "`empty` cannot be fitted to: "),
        ("god", "did you mean `good`"),
    ] {
        let output = rcusim(&["validate", dir, "--fit", name]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.code() == Some(2) && error.contains(part),
            "{error}"
        );
    }
}

#[test]
fn a_fit_without_a_trace_says_what_it_rests_on() {
    // The copies of the recordings have summary and series, and no trace.
    let bare = "q1_hz250_510_percall_c2_hs512_fnoise2";
    let args = ["validate", RECORDINGS, "--fit", bare, "--seeds", "1"];
    let (human, told) = (rcusim(&args), rcusim(&[&args[..], &["--json"]].concat()));
    assert!(human.status.success() && told.status.success());
    let json: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    let said = [
        String::from_utf8_lossy(&human.stdout).into_owned(),
        String::from_utf8_lossy(&told.stderr).into_owned(),
        json["notes"].to_string(),
    ];
    for text in said {
        for part in [
            &format!("{bare} has no trace: only its summary and series were fitted to"),
            "costs.unshare",
            "all other costs are the defaults",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    // With a trace there is nothing to say; beside one, what is said of the other costs would be wrong.
    let path = crate::support::folder("validate-bare");
    let scenario = scenario("recorded-2cpu", &["calls=300"], 1);
    for name in ["a", "b"] {
        record(&scenario, &path, name, "");
    }
    fs::remove_file(path.join("b.trace.gz")).expect("removed");
    let dir = path.to_str().expect("a path of text");
    let notes = |fit: &[&str]| {
        let args = ["validate", dir, "--seeds", "1", "--json", "--fit"];
        let json = ran(&[&args[..], fit].concat());
        let json: Value = serde_json::from_slice(&json).expect("JSON");
        json["notes"].to_string()
    };
    assert!(!notes(&["a"]).contains("no trace"));
    let both = notes(&["a", "b"]);
    assert!(
        both.contains("b has no trace") && !both.contains("all other"),
        "{both}"
    );
    // One that tells no cost is refused.
    fs::write(path.join("b.csv"), "t_s,done,MemAvailable_kb\n0,0,900000\n").expect("written");
    crate::support::refused(
        &["validate", dir, "--fit", "b"],
        "b tells no cost of a machine",
    );
}

#[test]
fn percentiles_of_a_few_seeds_are_told_for_what_they_are() {
    let said = |seeds: &str| {
        let output = rcusim(&["validate", RECORDINGS, MACHINE, "--seeds", seeds]);
        assert!(output.status.success());
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let [out, error] = said("2");
    for part in [
        "seeds     1 to 2; p5, p50 and p95 are of these runs, which hold 30 % of",
        "warning: 5 % of 2 runs is less than a run",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    assert!(!error.contains("warning"), "once is enough: {error}");
    let file = path_in(&crate::support::folder("validate-few"), "report.txt");
    let output = rcusim(&["validate", RECORDINGS, MACHINE, "--seeds", "2", "-o", &file]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("warning: 5 % of 2 runs"), "{error}");
    let [out, error] = said("20");
    assert!(out.contains("which hold 81 % of"), "{out}");
    assert!(
        !out.contains("warning") && !error.contains("warning"),
        "{out}{error}"
    );
}

#[test]
fn memory_that_other_programs_took_and_counts_of_a_part_are_not_compared() {
    let path = crate::support::folder("validate-part");
    let scenario = scenario("recorded-2cpu", &["calls=300"], 1);
    record(&scenario, &path, "a", "");
    let dir = path.to_str().expect("a path of text");
    let names = || -> Vec<String> {
        let json = ran(&["validate", dir, MACHINE, "--seeds", "1", "--json"]);
        let json: Value = serde_json::from_slice(&json).expect("JSON");
        let all = json["recordings"][0]["quantities"].as_array();
        let all = all.expect("a list").iter().map(|q| q["name"].as_str());
        all.flatten().map(str::to_owned).collect()
    };
    let whole = names();
    let toml = path.join("a.toml");
    let said = fs::read_to_string(&toml).expect("a summary");
    let restless = "peak_drop_mib = 800.0\npeak_kernel_mib = 60.0\nrestless_mib = 9.0\n";
    fs::write(&toml, format!("{said}{restless}")).expect("written");
    let trace = path.join("a.trace.gz");
    fs::remove_file(&trace).expect("removed");
    let text = path_in(&path, "a.trace");
    ran(&["trace", "recorded-2cpu:calls=300", "-o", &text]);
    let events = fs::read_to_string(&text).expect("a trace");
    fs::write(&text, format!("CPU:0 [LOST 9 EVENTS]\n{events}")).expect("written");
    let part = names();
    let gone: Vec<_> = whole.iter().filter(|name| !part.contains(name)).collect();
    let expected = [
        "peak_drop_mib",
        "end_drop_mib",
        "cleanup_calls",
        "cleanup_max_ms",
        "full_barriers",
    ];
    assert_eq!(gone, expected);
}
