//! The command as a user meets it: exit codes, messages, files.

use crate::support::{TINY, folder, rcusim, refused, said, text};
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
    refused(
        &[
            "trace",
            "-o",
            "/dev/full",
            TINY[0],
            TINY[1],
            TINY[2],
            TINY[3],
        ],
        "cannot write the trace to /dev/full: No space left",
    );
    for args in [&["scenario", "list"][..], &["run", "--help"]] {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("Linux has it");
        let output = Command::new(env!("CARGO_BIN_EXE_rcusim"))
            .args(args)
            .stdout(full)
            .output()
            .expect("the binary starts");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(text(&output.stderr).contains("cannot write to stdout"));
    }
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
    assert_eq!(said(&output.stderr), "");
}

/// A program that is started without a stdout has nobody to report to, which is not what `| head` is.
#[test]
#[cfg(target_os = "linux")]
fn without_a_stdout_a_report_is_an_error() {
    let folder = folder("closed");
    let closed = |args: &[&str]| {
        Command::new("sh")
            .args(["-c", "exec \"$@\" >&-", "sh", env!("CARGO_BIN_EXE_rcusim")])
            .args(args)
            .current_dir(&folder)
            .output()
            .expect("a shell is there")
    };
    let tiny = [&["run"][..], &TINY].concat();
    let report = [&tiny[..], &["-o", "report.txt"]].concat();
    let said_of_it = "error: cannot write to stdout: it is closed; > /dev/null to have no report\n";
    for args in [
        &tiny[..],
        &[],
        &["compare", "report-40cpu", "report-6cpu"],
        &["check"],
        &["scenario", "list"],
        &["--help"],
        &["trace", "report-40cpu"],
        &["sweep", "report-6cpu", "-P", "cpus=2,4"],
        &["sweep", "report-6cpu", "-P", "cpus=2,4", "--dry-run"],
    ] {
        let output = closed(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert_eq!(said(&output.stderr), said_of_it, "{args:?}");
    }
    let output = closed(&report);
    assert_eq!(output.status.code(), Some(0), "nothing is for stdout");
    let report = fs::read_to_string(folder.join("report.txt"));
    assert!(report.expect("written").contains("again "));
    // Who throws the report away gets none, and no error, however it is opened.
    let null = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/null");
    let output = Command::new(env!("CARGO_BIN_EXE_rcusim"))
        .args(tiny)
        .stdout(null.expect("Linux has it"))
        .output()
        .expect("the binary starts");
    assert_eq!(
        (output.status.code(), said(&output.stderr).as_str()),
        (Some(0), "")
    );
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
    assert!(series.lines().all(|line| width(line) == 28));
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
        let (drop, available) = (row[15], row[16]);
        assert_eq!(row[17..].iter().sum::<u64>(), drop, "caches add up");
        assert_eq!(drop + available, 70_000_000_000);
        assert_eq!(row[7] + row[8] + row[9], row[6], "stages of fqdirs add up");
    }
    let files = fs::read_dir(&folder).expect("readable").count();
    assert_eq!(files, 2, "no temporary file is left");
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
