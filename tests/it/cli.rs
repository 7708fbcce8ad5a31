//! The command as a user meets it: exit codes, messages, files.

use crate::support::{TINY, folder, rcusim, refused, text};
use std::fs;
use std::process::{Command, Stdio};

#[test]
fn bad_values_are_refused_with_what_was_expected() {
    for (set, part) in [
        ("machine.cpu=4", "did you mean `machine.cpus`?"),
        ("cpu=4", "did you mean `machine.cpus`?"),
        ("rate=4/s", "`workload.rate` or `background.rate`"),
        ("cpus=0", "machine.cpus takes 1 to 4096"),
        ("zebra=4", "unknown key `zebra`"),
        (
            "machine.cpus=0",
            "out of range: machine.cpus takes 1 to 4096",
        ),
        ("machine.cpus=1000000000", "out of range"),
        ("machine.cpus=-4", "negative"),
        ("machine.cpus=1e400", "wrong unit"),
        ("machine.memory=20ms", "wrong unit `ms`"),
        ("run.horizon=20", "no unit"),
        ("background.rate=-5/s", "negative"),
        ("background.rate=NaN", "not a rate"),
        ("kernel.policy=batchfree", "did you mean `batch-free`?"),
        ("links.gp_floor=maybe", "not `true` or `false`"),
        (
            "machine.possible_cpus=4",
            "machine.possible_cpus = 4 and machine.cpus = 40",
        ),
        ("workload.arrivals=poisson", "workload.rate"),
        ("workload.creators=60k", "out of range"),
        ("nothing", "not KEY=VALUE"),
    ] {
        refused(&["run", "--set", set], part);
    }
    refused(&["run", "--policy", "nonsense"], "--policy");
    refused(&["run", "--seed", "-1"], "-1");
    refused(&["compare", "report-40cpu:machine.cpus=0"], "out of range");
    refused(&["frobnicate"], "frobnicate");
}

#[test]
fn bad_files_are_refused() {
    let folder = folder("bad_files");
    let path = |name: &str| folder.join(name).to_str().expect("a UTF-8 path").to_owned();
    fs::write(path("binary.toml"), [b'a', 0xff, 0xfe]).expect("writable");
    fs::write(path("big.toml"), vec![b'#'; (1 << 20) + 1]).expect("writable");
    refused(&["run", "report-40cpus"], "did you mean `report-40cpu`?");
    refused(&["run", &path("missing.toml")], "cannot read scenario");
    refused(&["run", &path("binary.toml")], "not UTF-8");
    refused(&["run", &path("big.toml")], "larger than 1 MiB");
    refused(&["run", &path("")], "directory");
    refused(
        &["scenario", "check", &path("missing.toml")],
        "cannot read scenario",
    );
}

#[test]
fn a_wrong_scenario_is_shown_with_its_place() {
    let path = folder("place").join("wrong.toml");
    fs::write(&path, "about = \"x\"\n\n[machine]\ncpsu = 4\n").expect("writable");
    let path = path.to_str().expect("a UTF-8 path");
    let message = format!(
        "error: {path}:4:1: unknown key `machine.cpsu`; did you mean `machine.cpus`?\n  |\n\
         4 | cpsu = 4\n  | ^^^^\n"
    );
    refused(&["scenario", "check", path], &message);
    refused(&["run", path], &message);
}

#[test]
fn unwritable_output_is_refused_before_the_run() {
    let folder = folder("unwritable");
    let folder = folder.to_str().expect("a UTF-8 path");
    refused(&["run", "-o", folder], "it is a directory");
    refused(
        &["run", "-o", &format!("{folder}/no/such/file")],
        "cannot write",
    );
    refused(
        &["run", "--series", &format!("{folder}/no/file")],
        "cannot write",
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported() {
    refused(
        &["run", "-o", "/dev/full", TINY[0], TINY[1], TINY[2], TINY[3]],
        "No space left",
    );
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .expect("Linux has it");
    let output = Command::new(env!("CARGO_BIN_EXE_rcusim"))
        .args(["scenario", "list"])
        .stdout(full)
        .output()
        .expect("the binary starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot write to stdout"));
}

#[test]
fn a_closed_stdout_is_silent() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rcusim"))
        .args(["run"])
        .args(TINY)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
}

#[test]
fn reports_go_to_files_whole() {
    let folder = folder("files");
    let path = |name: &str| folder.join(name).to_str().expect("a UTF-8 path").to_owned();
    let (report, series) = (path("report.txt"), path("series.csv"));
    let mut args = vec!["run", "-o", &report, "--series", &series, "--every", "10ms"];
    args.extend(TINY);
    let output = rcusim(&args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
    let report = fs::read_to_string(report).expect("the report was written");
    let command = "again     rcusim run report-40cpu --set workload.calls=50 --set run.horizon=20s --every 10ms";
    assert!(
        report
            .lines()
            .last()
            .is_some_and(|line| line.contains(command)),
        "{report}"
    );
    let series = fs::read_to_string(series).expect("the series was written");
    let width = |line: &str| line.split(',').count();
    assert!(series.starts_with("t_ns,created,live,"));
    assert!(series.lines().all(|line| width(line) == 27));
    let rows: Vec<Vec<u64>> = series
        .lines()
        .skip(1)
        .map(|line| {
            line.split(',')
                .map(|n| n.parse().expect("a number"))
                .collect()
        })
        .collect();
    assert_eq!(rows[1][0] - rows[0][0], 10_000_000, "--every");
    for row in rows {
        let (drop, available) = (row[14], row[15]);
        assert_eq!(row[16..].iter().sum::<u64>(), drop, "caches add up");
        assert_eq!(drop + available, 70_000_000_000);
        assert_eq!(row[6] + row[7] + row[8], row[5], "stages of fqdirs add up");
    }
    let files = fs::read_dir(&folder).expect("readable").count();
    assert_eq!(files, 2, "no temporary file is left");
}

/// Runs something small with expectations, the exit code and what it wrote.
fn expecting(args: &[&str]) -> (Option<i32>, String, String) {
    let mut all = vec!["run", "report-6cpu"];
    all.extend(TINY);
    all.extend(args);
    let output = rcusim(&all);
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
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

#[test]
fn the_same_command_prints_the_same() {
    let mut args = vec!["run", "--seed", "7"];
    args.extend(TINY);
    assert_eq!(rcusim(&args).stdout, rcusim(&args).stdout);
}

#[test]
fn compare_and_ablate_show_every_run() {
    let tiny = "report-6cpu:workload.calls=50,run.horizon=20s";
    let batched = "report-6cpu:workload.calls=50,run.horizon=20s,kernel.policy=batch-free";
    let output = rcusim(&["compare", tiny, batched, "--json"]);
    let compared: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(compared["runs"].as_array().map(Vec::len), Some(2));
    assert_eq!(compared["runs"][1]["policy"], "batch-free");
    let output = rcusim(&["ablate", tiny, "--json"]);
    let ablated: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(ablated["runs"].as_array().map(Vec::len), Some(6));
    assert!(text(&rcusim(&["compare", tiny, batched]).stdout).contains("verdict"));
    assert!(text(&rcusim(&["ablate", tiny]).stdout).contains("fair mutex"));
}

#[test]
fn help_and_version_succeed() {
    for args in [
        &["--help"][..],
        &["--version"],
        &["run", "--help"],
        &["scenario", "list"],
    ] {
        let output = rcusim(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(
            output.stderr.is_empty() && !output.stdout.is_empty(),
            "{args:?}"
        );
    }
}

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
        "part after",
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
    let tiny = "report-6cpu:workload.calls=100,run.horizon=20s";
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

#[test]
fn rows_of_a_sweep_are_drawn_in_every_kind() {
    let folder = folder("plot");
    let path = |name: &str| folder.join(name).to_str().expect("a UTF-8 path").to_owned();
    let rows = path("rows.csv");
    let mut text_rows =
        "machine.cpus,kernel.policy,scenario,seed,peak_drop_bytes,live_peak,created\n".to_owned();
    for (cpus, policy, drop) in [
        (2, "per-call", 9),
        (2, "batch-free", 1),
        (4, "per-call", 12),
        (4, "batch-free", 2),
    ] {
        for seed in 1..=3 {
            let row = [
                cpus.to_string(),
                policy.to_owned(),
                "tiny".to_owned(),
                seed.to_string(),
            ];
            let row = [row.join(","), format!("{drop}00000{seed},{drop},20\n")].join(",");
            text_rows.push_str(&row);
        }
    }
    let whole = path("whole.csv");
    fs::write(&whole, &text_rows).expect("writable");
    text_rows.push_str("2,per-call,tiny\n");
    fs::write(&rows, &text_rows).expect("writable");
    for kind in ["lines", "heat", "hockey", "ecdf", "multiples"] {
        let (svg, png) = (path(&format!("{kind}.svg")), path(&format!("{kind}.png")));
        let args = [
            "plot",
            &rows,
            "--kind",
            kind,
            "--x",
            "cpus",
            "--by",
            "policy",
            "--y",
            "live_peak",
        ];
        let args = [&args[..], &["-o", &svg, "-o", &png]].concat();
        let output = rcusim(&args);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{kind}: {stderr}");
        assert!(
            stderr.contains("rows.csv:14: 3 values for 7 columns"),
            "{stderr}"
        );
        let drawn = fs::read_to_string(svg).expect("drawn");
        assert!(drawn.contains(&format!("--kind {kind}")), "{kind}");
        assert!(!matches!(kind, "lines" | "hockey") || drawn.contains("nothing freed"));
        assert!(fs::read(png).expect("drawn").starts_with(b"\x89PNG"));
    }
    let shown = text(&rcusim(&["plot", &rows, "--x", "cpus"]).stdout);
    assert!(shown.contains("MIXED over kernel.policy"), "{shown}");
    refused(
        &["plot", &whole, "--x", "machine.cpsu"],
        "did you mean `machine.cpus`?",
    );
    refused(&["plot", &whole], "needs --x");
    refused(
        &["plot", &whole, "--x", "cpus", "--y", "kernel.policy"],
        "no row has a number",
    );
}
