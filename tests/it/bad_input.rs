//! Bad input and bad places: one clear message, the right exit code, no file half written.

use crate::support::{TINY, folder, rcusim, refused, said, text};
use std::fs;
use std::process::{Command, Stdio};

#[test]
fn absurd_sizes_are_refused() {
    for (set, part) in [
        ("cpus=0", "machine.cpus takes 1 to 4096"),
        ("cpus=1000000000", "machine.cpus takes 1 to 4096"),
        ("cpus=4.5", "finer than this program counts"),
        ("cpus=99999999999999999999999999", "too"),
        ("cpus=", "not a whole number"),
        ("cpus=inf", "not a whole number"),
        ("calls=0", "out of range"),
        ("memory=-1GB", "negative"),
        ("memory=1000000TiB", "out of range"),
        ("horizon=0", "out of range"),
        ("horizon=NaN", "not a time"),
        ("background.rate=-inf/s", "negative"),
        ("background.rate=1e9/s", "wrong unit"),
        ("seed=18446744073709551616", "too large"),
    ] {
        refused(&["run", "--set", set], part);
        refused(&["compare", &format!("report-6cpu:{set}")], part);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn files_that_cannot_be_read_are_refused() {
    refused(
        &["run", "/proc/self/mem"],
        "cannot read scenario /proc/self/mem",
    );
    refused(&["scenario", "show", "/"], "it is a directory");
    refused(
        &["analyze", "/proc/self/mem"],
        "cannot read trace /proc/self/mem",
    );
    refused(
        &["analyze", "/no/such/trace"],
        "cannot read trace /no/such/trace",
    );
    refused(
        &["run", "-o", "/proc/report.txt"],
        "cannot write /proc/report.txt",
    );
    // A file that is there and may not be written, not even by root.
    let fixed = "/proc/sys/kernel/ostype";
    refused(
        &["run", "-o", fixed],
        &format!("cannot write {fixed}: Permission denied"),
    );
}

/// A file that may not grow stands for a full disk: the write fails half way.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_leaves_no_half_file() {
    let folder = folder("fills_up");
    let series = folder.join("series.csv");
    fs::write(&series, "older").expect("writable");
    let limited = "trap '' XFSZ; ulimit -f 1; exec \"$@\"";
    let output = Command::new("bash")
        .args(["-c", limited, "bash", env!("CARGO_BIN_EXE_rcusim"), "run"])
        .args(TINY)
        .args(["--set", "sample=1ms", "--series"])
        .arg(&series)
        .output()
        .expect("bash is there");
    let stderr = said(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(output.stdout.is_empty());
    assert!(stderr.starts_with("error: cannot write "), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert_eq!(fs::read_to_string(&series).expect("readable"), "older");
    assert_eq!(fs::read_dir(&folder).expect("readable").count(), 1);
}

#[test]
fn the_first_line_alone_can_be_taken() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rcusim"))
        .args(["scenario", "show", "report-40cpu"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut head = Command::new("head")
        .args(["-n", "1"])
        .stdin(child.stdout.take().expect("a pipe"))
        .stdout(Stdio::null())
        .spawn()
        .expect("head is there");
    assert!(head.wait().expect("it ends").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(said(&output.stderr), "");
}

#[test]
fn what_show_prints_runs_to_the_same_digest() {
    let path = folder("show").join("shown.toml");
    let digest = |scenario: &str| {
        let output = rcusim(&["run", scenario, "--json"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let run: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        run["digest"].as_str().expect("a digest").to_owned()
    };
    for scenario in [
        "report-6cpu:calls=50,horizon=20s,policy=batch-free,seed=7",
        "container-host:calls=50",
        "convoy:calls=20",
    ] {
        fs::write(&path, rcusim(&["scenario", "show", scenario]).stdout).expect("writable");
        let shown = path.to_str().expect("a UTF-8 path");
        assert_eq!(digest(shown), digest(scenario), "{scenario}");
    }
}

/// In these, `@` is the folder.
const OVER_ITS_OWN: [(&str, &str); 15] = [
    ("mine.toml", "run @mine.toml -o @mine.toml"),
    ("mine.toml", "run @mine.toml:calls=6 --series @mine.toml"),
    ("mine.toml", "run --machine @mine.toml -o @mine.toml"),
    ("mine.toml", "trace @mine.toml -o @mine.toml"),
    (
        "mine.toml",
        "sweep @mine.toml -P cpus=2,4 --force --export-csv @mine.toml",
    ),
    (
        "mine.toml",
        "sweep --grid @grid.toml --force --export-jsonl @mine.toml",
    ),
    (
        "grid.toml",
        "sweep --grid @grid.toml --force --export-csv @grid.toml",
    ),
    (
        "parts/shard-1-of-1.rows",
        "merge @parts --force --export-csv @parts/shard-1-of-1.rows",
    ),
    (
        "mine.svg",
        "map @mine.svg -P cpus=1,2 -P hz=100,250 -o @mine.svg",
    ),
    ("rows.svg", "plot @rows.svg -o @rows.svg"),
    ("rows.svg", "analyze @rows.svg --plot @rows.svg"),
    ("run.trace", "fit @run.trace -o @run.trace"),
    ("run.csv", "fit @run.trace -o @run.csv"),
    ("run.csv", "validate @ --machine recorded-2cpu -o @run.csv"),
    ("mine.toml", "validate @ --machine @mine.toml -o @mine.toml"),
];

#[test]
fn no_command_writes_over_what_it_reads() {
    let folder = folder("own_input");
    let here = format!("{}/", folder.display());
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("writable");
    let mine = "extends = \"convoy\"\n[workload]\ncalls = 5\n";
    write("mine.toml", mine);
    write("mine.svg", mine);
    write(
        "grid.toml",
        &format!("scenario = \"{here}mine.toml\"\n[axes]\ncpus = [2, 4]\n"),
    );
    write("rows.svg", "t_ns,live,drop_bytes\n0,1,2\n");
    write("run.trace", "");
    let name = "tests/data/recordings/q1_hz250_510_batched_c2_hs512_fnoise2";
    for end in ["toml", "csv"] {
        let copied = folder.join(format!("run.{end}"));
        fs::copy(format!("{name}.{end}"), copied).expect("it is there");
    }
    let grid = format!("{here}grid.toml");
    let parts = format!("{here}parts");
    let shard = ["sweep", "--grid", &grid, "--shard", "1/1", "--out", &parts];
    assert_eq!(rcusim(&shard).status.code(), Some(0));
    for (written, command) in OVER_ITS_OWN {
        let command = command.replace('@', &here);
        let before = fs::read(folder.join(written)).expect("it is there");
        let words: Vec<&str> = command.split(' ').collect();
        refused(&words, "it is read; writing there would replace it");
        let after = fs::read(folder.join(written)).expect("it is there");
        assert_eq!(after, before, "{command}");
    }
}
