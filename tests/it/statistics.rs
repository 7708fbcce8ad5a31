//! Repetitions, thresholds and sensitivity, as a user meets them.

use crate::support::{folder, rcusim, refused, shown, text};
use std::fs;

#[test]
fn repeated_comparisons_are_paired_and_told_as_distributions() {
    let tiny = "report-6cpu:workload.calls=50,run.horizon=20s";
    let batched = "report-6cpu:workload.calls=50,run.horizon=20s,kernel.policy=batch-free";
    let args = ["compare", tiny, batched, "--reps", "3"];
    let output = rcusim(&[&args[..], &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let compared: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let runs = compared["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 6);
    // Run i of both settings has the same seed, and the first the scenario's own.
    for i in 0..3 {
        assert_eq!(runs[i]["seed"], runs[i + 3]["seed"]);
    }
    let alone = rcusim(&["run", tiny, "--json"]);
    let alone: serde_json::Value = serde_json::from_slice(&alone.stdout).expect("JSON");
    assert_eq!(runs[0]["digest"], alone["digest"]);
    let paired = &compared["paired"];
    assert_eq!(paired["settings"][1]["collapsed_of"], 3);
    assert!(paired["settings"][1]["parts_from_first"]["shared_events"].as_u64() > Some(0));
    let created = paired["metrics"]
        .as_array()
        .and_then(|metrics| metrics.iter().find(|m| m["name"] == "created"));
    assert_eq!(created.expect("a metric")["against_first"][0]["ratio"], 1.0);
    let shown = text(&rcusim(&args).stdout);
    for part in [
        "paired by seed",
        "run alike for",
        "B - A",
        "median",
        "collapsed: ",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    refused(&["compare", tiny, "--until-ci", "0%"], "such as 5%");
    refused(
        &["compare", tiny, "--reps", "3", "--metric", "peak_drop_byte"],
        "did you mean `peak_drop_bytes`?",
    );
}

#[test]
fn runs_are_repeated_until_the_interval_is_tight() {
    let tiny = "report-6cpu:workload.calls=50,run.horizon=20s";
    let shown = text(&rcusim(&["compare", tiny, "--until-ci", "50%"]).stdout);
    assert!(shown.contains("10 replications"), "{shown}");
    let args = ["compare", tiny, "--until-ci", "0.001%", "--max-reps", "12"];
    let shown = text(&rcusim(&args).stdout);
    assert!(
        shown.contains("12 replications") && shown.contains("not yet known"),
        "{shown}"
    );
}

#[test]
fn a_setting_does_not_part_from_itself() {
    let tiny = "report-6cpu:workload.calls=50,run.horizon=20s";
    let shown = text(&rcusim(&["compare", tiny, tiny]).stdout);
    assert!(shown.contains("A and B never part"), "{shown}");
}

#[test]
fn an_edge_is_found_along_one_axis_and_mapped_over_two() {
    // Calls that take longer leave more time to free what the calls before them made.
    let tiny = "report-6cpu:workload.calls=100,run.horizon=20s";
    let axis = "costs.unshare=1ms..400ms:log8";
    let output = rcusim(&["bisect", tiny, "-P", axis, "--reps", "8", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["result"], "edge", "{found}");
    assert_eq!(found["edge"][0]["class"], "fails");
    assert_eq!(found["edge"][1]["class"], "passes");
    let shown = text(&rcusim(&["bisect", tiny, "-P", axis, "--reps", "8"]).stdout);
    assert!(shown.contains("edge: costs.unshare"), "{shown}");
    // A hundred calls of a millisecond end before much can be freed.
    assert!(found["short_runs"].as_u64() >= Some(8), "{found}");
    assert!(
        shown.contains(" of these runs had a loop so short"),
        "{shown}"
    );
    let created = [
        "bisect",
        tiny,
        "-P",
        axis,
        "--reps=8",
        "--expect=created<9k",
    ];
    let shown = text(&rcusim(&created).stdout);
    assert!(
        shown.contains("no edge") && !shown.contains("note:"),
        "{shown}"
    );
    let folder = folder("map");
    let path = |name: &str| folder.join(name).to_str().expect("a UTF-8 path").to_owned();
    let (svg, png) = (path("region.svg"), path("region.png"));
    let map = [
        "map",
        tiny,
        "-P",
        axis,
        "-P",
        "cpus=2..4",
        "--reps",
        "8",
        "-o",
        &svg,
        "-o",
        &png,
    ];
    let shown = text(&rcusim(&map).stdout);
    assert!(shown.contains('#') && shown.contains('o'), "{shown}");
    assert!(
        fs::read_to_string(&svg)
            .expect("drawn")
            .contains("rcusim map")
    );
    assert!(fs::read(&png).expect("drawn").starts_with(b"\x89PNG"));
    refused(&["map", tiny, "-P", axis], "two -P axes");
    refused(&["map", tiny, "-P", axis, "-P", axis], "both axes are");
    refused(
        &["map", tiny, "-P", axis, "-P", "cpus=1..4", "-o", "x.gif"],
        "ends in .svg or .png",
    );
    refused(&["bisect", tiny, "-P", "cpsu=1..4"], "unknown key `cpsu`");
}

#[test]
fn sensitivity_ranks_what_decides() {
    let tiny = "report-6cpu:run.horizon=20s";
    let keys = [
        "-P",
        "sizes.kworker=1B..2B",
        "-P",
        "workload.calls=100..800",
    ];
    let args = [&["sensitivity", tiny, "--json", "--rows", "4"][..], &keys].concat();
    let output = rcusim(&args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["inputs"][0]["key"], "workload.calls", "{found}");
    let args = [
        &["sensitivity", tiny, "--method", "sobol", "--rows", "8"][..],
        &keys,
    ]
    .concat();
    let shown = text(&rcusim(&args).stdout);
    assert!(
        shown.contains("total") && shown.contains("workload.calls"),
        "{shown}"
    );
    refused(&["sensitivity", tiny, "-P", "cpus=4..2"], "range is empty");
    refused(
        &["sensitivity", tiny, "-P", "kernel.policy=a..b"],
        "not a number",
    );
}

/// Rows of a sweep over CPUs and policies, three repetitions each.
#[test]
fn a_run_is_repeated_and_its_expectations_counted() {
    let tiny = "report-6cpu:workload.calls=50,run.horizon=20s";
    let reps = ["run", tiny, "--reps", "4"];
    let shown = text(&rcusim(&reps).stdout);
    assert!(shown.contains("4 replications"), "{shown}");
    assert!(
        shown.contains("\n  again") || shown.contains("rcusim run"),
        "{shown}"
    );
    let expecting = |expectation: &str| rcusim(&[&reps[..], &["--expect", expectation]].concat());
    let met = expecting("created=50");
    assert_eq!(met.status.code(), Some(0));
    let shown = text(&met.stdout);
    assert!(
        shown.starts_with("met      created=50: in 4 of 4"),
        "{shown}"
    );
    let missed = expecting("seed=1");
    assert_eq!(missed.status.code(), Some(1));
    let shown = text(&missed.stdout);
    assert!(shown.starts_with("NOT MET  seed=1: in 1 of 4"), "{shown}");
    // What run --reps says is what compare says of the same one setting.
    let json = |command: &str| {
        let output = rcusim(&[command, tiny, "--reps", "4", "--json"]);
        let mut said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let again = said["paired"]["again"].take();
        assert_eq!(again, format!("rcusim {command} {tiny} --reps 4"));
        said
    };
    assert_eq!(json("run"), json("compare"));
    refused(
        &["run", tiny, "--reps", "4", "--series", "x.csv"],
        "--series",
    );
    refused(&["run", tiny, "--reps", "200000"], "at most 100000");
}

#[test]
fn anything_expected_has_an_edge() {
    let tiny = "report-6cpu:run.horizon=20s";
    let axis = "workload.calls=10..200:+10";
    let bisect = |expectation: &str| {
        let expect = ["--expect", expectation, "--reps", "8", "--json"];
        rcusim(&[&["bisect", tiny, "-P", axis], &expect[..]].concat())
    };
    let output = bisect("namespaces.created <= 120");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["failing"], "without namespaces.created <= 120");
    assert_eq!(found["edge"][0]["value"], "120", "{found}");
    assert_eq!(found["edge"][1]["value"], "130", "{found}");
    let wrong = ["bisect", tiny, "-P", axis, "--expect", "createdd<3"];
    refused(&wrong, "did you mean");
    let both = [
        "bisect",
        tiny,
        "-P",
        axis,
        "--expect",
        "events<3",
        "--unstable",
    ];
    refused(&both, "cannot be used with");
    let map = [
        "map",
        tiny,
        "-P",
        axis,
        "-P",
        "cpus=2..4",
        "--reps",
        "8",
        "--expect",
        "created<=120",
    ];
    let shown = text(&rcusim(&map).stdout);
    assert!(shown.contains("# without created<=120"), "{shown}");
    let rows: Vec<_> = shown.lines().filter(|line| line.contains('o')).collect();
    assert!(rows.len() >= 3, "{shown}");
}

/// A loop of a hundred calls is too short for any verdict: to pass there is to be judged nothing.
#[test]
fn what_cannot_be_told_is_not_passed_over_without_a_word() {
    let tiny = "report-6cpu:workload.calls=100,run.horizon=20s";
    let bisect = ["bisect", tiny, "-P", "cpus=2,4", "--reps=8", "--unstable"];
    let shown = shown(&bisect);
    let points = shown.matches("unclear  0 of 8 UNSTABLE (0 to 100 %), 8 CANNOT TELL\n");
    assert_eq!(points.count(), 2, "{shown}");
    let note =
        "note: 16 of 16 runs are CANNOT TELL and may be either; `rcusim run` says what to raise";
    assert!(shown.contains(note), "{shown}");
    let found = "\nCANNOT TELL: no run of any point could be judged\n";
    assert!(shown.contains(found), "{shown}");
    let json = rcusim(&[&bisect[..], &["--json"]].concat());
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(json["result"], "cannot tell");
    for args in [
        &bisect[..],
        &[
            "map",
            tiny,
            "-P",
            "cpus=2,4",
            "-P",
            "hz=250",
            "--reps=8",
            "--unstable",
        ],
    ] {
        let output = rcusim(&[args, &["--json"]].concat());
        let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(found["cannot_tell_runs"], 16, "{found}");
        assert_eq!(found["points"][0]["cannot_tell"], 8, "{found}");
    }
    // Whether it collapses can be told.
    let collapse = rcusim(&["bisect", tiny, "-P", "cpus=2,4", "--reps=8"]);
    assert!(!text(&collapse.stdout).contains("CANNOT TELL"));
}

/// 1,000 a second asked of a creator that makes one in some 3 ms, and 20 a second.
#[test]
fn many_runs_say_in_how_many_creators_could_not_keep_up() {
    let base = "container-host:calls=600";
    let flood = "container-host:calls=600,workload.rate=1000/s";
    let note = |runs: &str| {
        format!(
            "note: in {runs} the creators could not keep up with what was asked for; raise workload.creators\n"
        )
    };
    let compared = shown(&["compare", flood, base, "--reps", "2"]);
    assert_eq!(
        compared.matches("creators could not keep up").count(),
        1,
        "{compared}"
    );
    assert!(compared.contains(&note("2 of 2 runs")), "{compared}");
    let compared = rcusim(&["compare", flood, base, "--reps", "2", "--json"]);
    let compared: serde_json::Value = serde_json::from_slice(&compared.stdout).expect("JSON");
    let settings = &compared["paired"]["settings"];
    assert_eq!(
        (
            &settings[0]["saturated_runs"],
            &settings[1]["saturated_runs"]
        ),
        (&2.into(), &0.into())
    );
    let axis = ["-P", "workload.rate=20/s,1000/s", "--reps"];
    let swept = rcusim(&[&["sweep", base], &axis[..], &["2", "--export-jsonl", "-"]].concat());
    assert!(
        text(&swept.stderr).contains(&note("2 of 4 runs")),
        "{}",
        text(&swept.stderr)
    );
    let rows = text(&swept.stdout);
    let rows: Vec<serde_json::Value> = rows
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let column = |name: &str| -> Vec<u64> {
        let value = |row: &serde_json::Value| row[name].as_u64().expect("a number");
        rows.iter().map(value).collect()
    };
    assert_eq!(column("saturated"), [0, 0, 1, 1]);
    let rates = column("asked_per_1000_s")
        .into_iter()
        .zip(column("made_per_1000_s"));
    for (at, (asked, made)) in rates.enumerate() {
        let rate = if at < 2 { 20_000 } else { 1_000_000 };
        // Six hundred Poisson arrivals: their number is known to some 4 %.
        assert!(asked.abs_diff(rate) < rate / 5, "{asked} asked, {rate}");
        assert!(made <= asked, "{made} of {asked}");
        assert_eq!(made < asked / 2, at >= 2, "{made} of {asked}");
    }
    let bisected = shown(&[&["bisect", base], &axis[..], &["8"]].concat());
    assert!(bisected.contains(&note("8 of 16 runs")), "{bisected}");
    let mapped = shown(&[&["map", base], &axis[..], &["8", "-P", "hz=250"]].concat());
    assert!(mapped.contains(&note("8 of 16 runs")), "{mapped}");
}
