//! Sweeps as a user meets them: the same rows whoever runs them, and nothing lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

/// A sweep of 48 small runs.
const SMALL: [&str; 11] = [
    "sweep",
    "report-6cpu",
    "--set",
    "calls=60",
    "-P",
    "cpus=2,3,5",
    "-P",
    "policy=per-call,batch-free,no-barrier,batch-all",
    "--reps",
    "4",
    "--seed=3",
];

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rcusim"));
    command.args(args).current_dir(folder);
    for name in [
        "SLURM_ARRAY_TASK_ID",
        "HQ_TASK_ID",
        "JOB_COMPLETION_INDEX",
        "RCUSIM_SHARDS",
    ] {
        command.env_remove(name);
    }
    command
}

fn rcusim(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().expect("the binary starts")
}

/// `SMALL` with more options.
fn small<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&SMALL[..], more].concat()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

/// Runs it and expects that it ran; what it printed.
fn ran(folder: &Path, args: &[&str]) -> String {
    let output = rcusim(folder, args);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{args:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

/// Runs it and expects exit code 2 and an error with `part` in it.
fn refused(folder: &Path, args: &[&str], part: &str) {
    let output = rcusim(folder, args);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
    assert!(
        stderr.starts_with("error: ") && stderr.contains(part),
        "{args:?}: {stderr}"
    );
}

/// A fresh folder for one test.
fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("sweep")
        .join(name);
    drop(fs::remove_dir_all(&path));
    fs::create_dir_all(&path).expect("the target folder is writable");
    path
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    let path = folder.join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names of the files in a folder, without folders.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("readable").flatten();
    let mut names: Vec<_> = entries
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

#[test]
fn rows_do_not_depend_on_who_runs_them() {
    let folder = folder("same");
    ran(
        &folder,
        &small(&["--jobs=1", "--export-csv=1.csv", "--export-jsonl=1.jsonl"]),
    );
    ran(
        &folder,
        &small(&["--jobs=7", "--export-csv=7.csv", "--export-jsonl=7.jsonl"]),
    );
    let csv = text(&read(&folder, "1.csv"));
    assert_eq!(csv.lines().count(), 49);
    assert_eq!(csv.as_bytes(), read(&folder, "7.csv"));
    assert_eq!(read(&folder, "1.jsonl"), read(&folder, "7.jsonl"));
    assert_eq!(
        ran(&folder, &small(&["--export-csv=-"])),
        csv,
        "straight to stdout"
    );
    // Six parts: some start within an axis.
    for k in ["5/7", "1/7", "7/7", "3/7", "2/7", "6/7", "4/7"] {
        ran(&folder, &small(&["--shard", k, "--out=parts"]));
    }
    ran(
        &folder,
        &[
            "merge",
            "parts",
            "--export-csv=m.csv",
            "--export-jsonl=m.jsonl",
        ],
    );
    for (whole, merged) in [
        ("1.csv", "m.csv"),
        ("1.jsonl", "m.jsonl"),
        ("1.csv.schema.json", "m.csv.schema.json"),
    ] {
        assert_eq!(read(&folder, whole), read(&folder, merged), "{merged}");
    }
    assert_eq!(ran(&folder, &["merge", "parts", "-o", "-"]), csv);
    let journals = names(&folder)
        .into_iter()
        .filter(|name| name.contains("journal") || name.contains("tmp"));
    assert_eq!(journals.count(), 0);
}

#[test]
fn a_row_is_what_run_shows() {
    let folder = folder("row");
    let csv = ran(&folder, &small(&["--export-csv=-"]));
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let row: Vec<&str> = lines
        .nth(4 * 5 + 2)
        .expect("point 5, repetition 2")
        .split(',')
        .collect();
    let cell = |name: &str| row[header.iter().position(|h| *h == name).expect(name)];
    assert_eq!((cell("point"), cell("replicate")), ("5", "2"));
    let (cpus, policy) = (
        format!("cpus={}", cell("machine.cpus")),
        cell("kernel.policy"),
    );
    assert_eq!((&*cpus, policy), ("cpus=3", "batch-free"));
    let run = ran(
        &folder,
        &[
            "run",
            "report-6cpu",
            "--set",
            "calls=60",
            "--set",
            &cpus,
            "--policy",
            policy,
            "--seed",
            cell("seed"),
            "--json",
        ],
    );
    let run: serde_json::Value = serde_json::from_str(&run).expect("JSON");
    assert_eq!(run["digest"], cell("digest"));
    assert_eq!(
        run["memory"]["peak_drop_bytes"].to_string(),
        cell("peak_drop_bytes")
    );
    assert_eq!(run["version"], cell("version"));
    // The first repetition has the seed that was asked for, and all points have the same ones.
    let seeds = |point: usize| -> Vec<String> {
        let at = header.iter().position(|h| *h == "seed").expect("a column");
        let rows = csv.lines().skip(1 + 4 * point).take(4);
        rows.map(|row| row.split(',').nth(at).expect("a cell").to_owned())
            .collect()
    };
    assert_eq!(seeds(0)[0], "3");
    assert_eq!(seeds(0), seeds(11));
}

#[test]
fn the_schema_says_what_the_columns_are() {
    let folder = folder("schema");
    ran(
        &folder,
        &small(&["--export-csv=a.csv", "--export-jsonl=a.jsonl"]),
    );
    let schema: serde_json::Value =
        serde_json::from_slice(&read(&folder, "a.csv.schema.json")).expect("JSON");
    let columns = schema["columns"].as_array().expect("a list");
    let csv = text(&read(&folder, "a.csv"));
    let header: Vec<&str> = csv.lines().next().expect("a header").split(',').collect();
    let named: Vec<&str> = columns
        .iter()
        .map(|c| c["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(header, named);
    assert_eq!(schema["rows"], 48);
    for line in text(&read(&folder, "a.jsonl")).lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("JSON");
        for column in columns {
            let value = &row[column["name"].as_str().expect("a name")];
            let fits = match column["type"].as_str() {
                Some("integer") => value.is_u64(),
                Some("string") => value.is_string(),
                other => panic!("no type {other:?}"),
            };
            assert!(
                fits || value.is_null() && column["optional"] == true,
                "{column}: {value}"
            );
        }
    }
}

#[test]
fn a_file_and_the_options_say_the_same() {
    let folder = folder("file");
    let sweep = "scenario = \"report-6cpu\"\nset = [\"calls=60\"]\nreps = 2\nwhere = \"cpus > 2\"\n\
                 zip = [[\"cpus\", \"hz\"]]\n[axes]\ncpus = \"2..4:+1\"\npolicy = [\"per-call\", \"batch-free\"]\nhz = [100, 250, 1000]\n";
    fs::write(folder.join("sweep.toml"), sweep).expect("writable");
    let by_file = ran(
        &folder,
        &["sweep", "--grid", "sweep.toml", "--export-csv", "-"],
    );
    let by_options = ran(
        &folder,
        &[
            "sweep",
            "report-6cpu",
            "--set",
            "calls=60",
            "--reps",
            "2",
            "--where",
            "machine.cpus > 2",
            "--zip",
            "cpus,hz",
            "-P",
            "cpus=2..4",
            "-P",
            "policy=per-call,batch-free",
            "-P",
            "hz=100,250,1000",
            "--export-csv",
            "-",
        ],
    );
    assert_eq!(by_file, by_options);
    assert_eq!(by_file.lines().count(), 1 + 2 * 2 * 2);
    let first = by_file.lines().nth(1).expect("a row");
    assert!(
        first.starts_with("2,0,report-6cpu,"),
        "excluded points keep their index: {first}"
    );
}

#[test]
fn a_dry_run_prints_the_points_and_an_estimate() {
    let folder = folder("dry");
    let shown = ran(&folder, &small(&["--dry-run", "--export-csv=a.csv"]));
    let mut lines = shown.lines();
    assert_eq!(
        lines.next(),
        Some("12 points x 4 repetitions = 48 rows, about 12.0 kB as CSV")
    );
    assert!(
        lines
            .next()
            .is_some_and(|line| line.starts_with("about ") && line.contains("each, from 5 runs"))
    );
    assert_eq!(lines.next(), Some(""));
    assert_eq!(lines.clone().count(), 12);
    assert_eq!(
        lines.last(),
        Some("      11  machine.cpus=5, kernel.policy=batch-all")
    );
    assert!(names(&folder).is_empty(), "a dry run writes nothing");
}

#[test]
fn bad_input_is_refused_with_its_place() {
    let folder = folder("bad");
    for (args, part) in [
        (
            &["-P", "cpu=1"][..],
            "-P unknown key `cpu`; did you mean `machine.cpus`?",
        ),
        (&["-P", "cpus=9..2"], "the range is empty"),
        (
            &["-P", "cpus=1,2", "-P", "machine.cpus=3"],
            "machine.cpus is swept twice",
        ),
        (
            &["-P", "rate=1"],
            "-P `rate` could be `workload.rate` or `background.rate`; write it in full, such as `workload.rate`",
        ),
        (
            &["--zip", "cpus,hz", "-P", "cpus=1,2"],
            "--zip: machine.hz is not swept",
        ),
        (&["--reps", "0"], "at least one repetition"),
        (
            &["-P", "cpus=1..4", "--where", "cpus > 4"],
            "leaves no point",
        ),
        (
            &["-P", "cpus=1..4", "--where", "cpus < 3 policy"],
            "--where:1:10: this does not follow",
        ),
        (
            &["-P", "seed=1..1000000", "-P", "calls=1..1000000"],
            "1000000000000 points x 1 repetitions are 1000000000000 runs",
        ),
        (
            &["-P", "creators=1,4000", "--set", "calls=30"],
            "point 1 (workload.creators=4000)",
        ),
        (&["--grid", "none.toml"], "cannot read none.toml"),
        (&["--resume"], "--resume needs a file"),
        (
            &["--export-csv=-", "--export-jsonl=-"],
            "cannot both go to stdout",
        ),
        (&["--export-csv=no/such/file"], "cannot write no/such/file"),
        (&["--export-csv=/dev/null"], "/dev/null is not a file"),
        (&["--shard=5/4"], "K from 1 to N"),
        (&["--shard=auto/4"], "no engine says"),
    ] {
        refused(
            &folder,
            &[&["sweep", "report-40cpu"][..], args].concat(),
            part,
        );
    }
    assert!(names(&folder).is_empty());
}

#[test]
fn a_wrong_condition_is_shown_with_a_caret() {
    let folder = folder("caret");
    let caret = rcusim(
        &folder,
        &[
            "sweep",
            "-P",
            "cpus=1..4",
            "--where",
            "cpus < 2 && polcy == per-call",
        ],
    );
    let expected = "error: --where:1:13: unknown key `polcy`; did you mean `kernel.policy`?\n  |\n\
                    1 | cpus < 2 && polcy == per-call\n  |             ^^^^^\n";
    assert_eq!(text(&caret.stderr), expected);
}

#[test]
fn divided_the_largest_grids_are_taken() {
    let folder = folder("large");
    let shown = ran(
        &folder,
        &[
            "sweep",
            "convoy",
            "-P",
            "calls=1..1000000",
            "-P",
            "seed=1..1000000",
            "--shard=7/200000000",
            "--dry-run",
        ],
    );
    assert!(
        shown.starts_with("5000 points x 1 repetitions = 5000 rows"),
        "{shown}"
    );
}

#[test]
fn a_reader_that_has_gone_ends_the_sweep() {
    let folder = folder("closed");
    let mut child = command(&folder, &["sweep", "convoy:calls=1", "--reps", "100000000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "quiet: {}", text(&output.stderr));
}

/// A shard's file, which has the journal's lines in order, and the same as an interrupted journal.
fn sealed(folder: &Path) -> Vec<u8> {
    ran(folder, &small(&["--out=whole"]));
    read(&folder.join("whole"), "shard-1-of-1.rows")
}

/// Goes on with `journal`, and says what stderr was.
fn resumed(folder: &Path, name: &str, journal: &[u8]) -> (Output, Vec<u8>) {
    let parts = folder.join(name);
    drop(fs::remove_dir_all(&parts));
    fs::create_dir_all(&parts).expect("writable");
    fs::write(parts.join("shard-1-of-1.journal"), journal).expect("writable");
    let output = rcusim(folder, &small(&["--resume", "--out", name]));
    let rows = fs::read(parts.join("shard-1-of-1.rows")).unwrap_or_default();
    (output, rows)
}

#[test]
fn a_journal_cut_off_at_any_byte_is_gone_on_with() {
    let folder = folder("cut");
    let whole = sealed(&folder);
    let header = whole
        .iter()
        .position(|&byte| byte == b'\n')
        .expect("a header")
        + 1;
    let end = whole.len() - text(&whole).lines().last().expect("the end").len() - 1;
    // Around every kind of place, and then all over.
    let mut cuts = vec![
        0,
        1,
        header / 2,
        header - 1,
        header,
        header + 1,
        end - 1,
        end,
    ];
    cuts.extend((1..24).map(|i| header + (end - header) * i / 24 + i % 7));
    for cut in cuts {
        let (output, rows) = resumed(&folder, "cut", &whole[..cut]);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{cut}: {stderr}");
        assert_eq!(rows, whole, "cut off at byte {cut}");
        let within = cut > header && whole[cut - 1] != b'\n';
        assert_eq!(
            stderr.contains("the last line is cut off"),
            within,
            "{cut}: {stderr}"
        );
    }
    // What a power loss may leave of a file that had grown.
    let zeros = [&whole[..header + 600], &[0; 300]].concat();
    assert_eq!(resumed(&folder, "cut", &zeros).1, whole);
    assert_eq!(resumed(&folder, "cut", &[0; 64]).1, whole);
}

#[test]
fn a_damaged_line_is_named_and_only_it_is_done_again() {
    let folder = folder("damaged");
    let whole = sealed(&folder);
    let lines: Vec<&[u8]> = whole.split_inclusive(|&byte| byte == b'\n').collect();
    let mut damaged: Vec<Vec<u8>> = lines[..30].iter().map(|line| line.to_vec()).collect();
    damaged[7][40] ^= 4;
    damaged[20].remove(3);
    let (output, rows) = resumed(&folder, "lines", &damaged.concat());
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("2 damaged (lines 8, 21); what is sound is kept"),
        "{stderr}"
    );
    assert_eq!(rows, whole);
    // A finished run is not done again: what its line says, though it is a lie, is kept.
    let (mut lie, seed) = (
        text(lines[5])[9..].trim_end().to_owned(),
        sum(0, &lines[0][9..lines[0].len() - 1]),
    );
    lie.pop();
    lie.push('7');
    let mut told: Vec<Vec<u8>> = lines[..9].iter().map(|line| line.to_vec()).collect();
    told[5] = format!("{:08x} {lie}\n", sum(seed, lie.as_bytes())).into_bytes();
    assert_ne!(told[5], lines[5]);
    let (_, rows) = resumed(&folder, "lie", &told.concat());
    let kept = rows.split_inclusive(|&byte| byte == b'\n').nth(5);
    assert_eq!(kept, Some(&*told[5]));
    // Without a sound header nobody can tell which sweep it is.
    let mut headless = whole.clone();
    headless[20] ^= 1;
    let (output, rows) = resumed(&folder, "headless", &headless);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("line 1 is damaged"),
        "{}",
        text(&output.stderr)
    );
    assert!(rows.is_empty());
    assert_eq!(
        read(&folder.join("headless"), "shard-1-of-1.journal"),
        headless
    );
}

/// CRC-32 as the lines have it, bit by bit.
fn sum(seed: u32, bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| {
        if crc & 1 == 1 {
            crc >> 1 ^ 0xedb8_8320
        } else {
            crc >> 1
        }
    };
    !bytes
        .iter()
        .fold(!seed, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), step))
}

#[test]
fn another_sweeps_rows_are_not_touched() {
    let folder = folder("other");
    let whole = sealed(&folder);
    let lines: Vec<&[u8]> = whole.split_inclusive(|&byte| byte == b'\n').collect();
    let journal = lines[..10].concat();
    fs::create_dir_all(folder.join("parts")).expect("writable");
    let path = folder.join("parts/shard-1-of-1.journal");
    fs::write(&path, &journal).expect("writable");
    let out = ["--resume", "--out=parts"];
    for (more, part) in [
        (
            &["--set", "hz=1000"][..],
            "machine.hz is 250 there and 1000 here",
        ),
        (&["-P", "hz=250,1000"], "axes is ["),
        (
            &["--where", "cpus > 2"],
            "where is missing there and cpus > 2 here",
        ),
    ] {
        refused(&folder, &small(&[more, &out].concat()), part);
    }
    refused(
        &folder,
        &small(&["--out=parts"]),
        "9 finished runs of this sweep: go on with --resume",
    );
    let old = text(lines[0])[9..]
        .trim_end()
        .replace(env!("CARGO_PKG_VERSION"), "0.0.1");
    let old = format!("{:08x} {old}\n", sum(0, old.as_bytes())).into_bytes();
    assert_eq!(
        fs::read(&path).expect("there"),
        journal,
        "nothing was overwritten"
    );
    fs::write(&path, &old).expect("writable");
    refused(&folder, &small(&out), "version is 0.0.1 there");
    assert_eq!(fs::read(&path).expect("there"), old);
    // The same for files that were finished.
    ran(&folder, &small(&["--export-csv=a.csv"]));
    let csv = read(&folder, "a.csv");
    refused(
        &folder,
        &small(&["--set", "hz=1000", "--resume", "--export-csv=a.csv"]),
        "machine.hz is 250 there",
    );
    assert_eq!(
        ran(&folder, &small(&["--resume", "--export-csv=a.csv"])),
        "complete already\n"
    );
    fs::write(folder.join("b.csv"), "mine").expect("writable");
    refused(
        &folder,
        &small(&["--resume", "--export-csv=b.csv"]),
        "without a schema",
    );
    assert_eq!(
        (read(&folder, "a.csv"), text(&read(&folder, "b.csv"))),
        (csv.clone(), "mine".to_owned())
    );
    // A finished file that was damaged is made anew.
    fs::write(folder.join("a.csv"), &csv[..csv.len() - 1]).expect("writable");
    ran(&folder, &small(&["--resume", "--export-csv=a.csv"]));
    assert_eq!(read(&folder, "a.csv"), csv);
}

/// Kills a sweep at many moments and goes on with it, until it is done; how often it was killed.
#[cfg(unix)]
fn killed_until_done(folder: &Path, resume: &[&str], start: u64) -> u64 {
    let (mut kills, mut kept) = (0, 0);
    loop {
        let mut child = command(folder, resume)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        // Longer and longer: a loaded machine needs more than that to get anything done.
        let pause = 1_000 + (start * 31 + kills) * 7_919 % 17_000 + kills * 500;
        thread::sleep(Duration::from_micros(pause));
        // SIGKILL; a child that has ended already is done.
        child.kill().expect("it was started here");
        let output = child.wait_with_output().expect("it ends");
        if output.status.code() == Some(0) {
            return kills;
        }
        let stderr = text(&output.stderr);
        assert!(
            output.status.code().is_none(),
            "killed, not failed: {stderr}"
        );
        kills += 1;
        let lines = fs::read(folder.join("a.csv.journal")).unwrap_or_default();
        let lines = lines.split_inclusive(|&byte| byte == b'\n');
        let lines = lines.filter(|line| line.ends_with(b"\n")).count();
        // Once the files are written the journal is removed.
        let written = folder.join("a.csv").exists();
        assert!(
            lines >= kept || written,
            "what was finished stays: {lines} after {kept}"
        );
        kept = lines;
    }
}

#[cfg(unix)]
#[test]
fn what_is_killed_goes_on_to_the_same_bytes() {
    let folder = folder("killed");
    let args = [&SMALL[..9], &["40", "--seed=3", "--jobs=2"]].concat();
    let with = |more: &[&'static str]| [&args[..], more].concat();
    ran(&folder, &with(&["--export-csv=whole.csv"]));
    let whole = read(&folder, "whole.csv");
    let resume = with(&["--resume", "--export-csv=a.csv", "--export-jsonl=a.jsonl"]);
    let mut kills = 0;
    // A fast machine is done before it has been killed often; then it begins again.
    for round in 0..40 {
        kills += killed_until_done(&folder, &resume, round);
        assert_eq!(read(&folder, "a.csv"), whole);
        if kills >= 12 {
            break;
        }
        fs::remove_file(folder.join("a.csv")).expect("it is there");
        fs::remove_file(folder.join("a.csv.schema.json")).expect("it is there");
    }
    assert!(kills >= 12, "it was killed {kills} times");
    let left = names(&folder)
        .into_iter()
        .filter(|name| name.contains("journal"));
    assert_eq!(left.count(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing() {
    let folder = folder("full");
    ran(&folder, &small(&["--export-csv=whole.csv"]));
    let resume = small(&["--resume", "--export-csv=a.csv", "--jobs=1"]).join(" ");
    // A limit on the size of files stands for the disk; without the signal the write fails.
    let limited = format!(
        "trap '' XFSZ; ulimit -f 6; exec {} {resume}",
        env!("CARGO_BIN_EXE_rcusim")
    );
    let output = Command::new("bash")
        .args(["-c", &limited])
        .current_dir(&folder)
        .output()
        .expect("bash");
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(
        stderr.contains("File too large") && stderr.contains("go on with --resume"),
        "{stderr}"
    );
    let journal = text(&read(&folder, "a.csv.journal"));
    assert!(journal.ends_with('\n'), "only whole lines are kept");
    let args: Vec<&str> = resume.split(' ').collect();
    assert_eq!(
        text(&rcusim(&folder, &args).stderr),
        "",
        "nothing is damaged"
    );
    assert_eq!(read(&folder, "a.csv"), read(&folder, "whole.csv"));
}

#[test]
fn two_sweeps_never_write_the_same_output() {
    let folder = folder("lock");
    let long = [
        "sweep",
        "convoy:calls=1",
        "--reps=100000000",
        "--jobs=1",
        "--export-csv=a.csv",
        "--export-jsonl=b.jsonl",
    ];
    let mut child = command(&folder, &long).spawn().expect("the binary starts");
    while !folder.join("a.csv.journal").exists() || !folder.join("b.jsonl.journal").exists() {
        thread::sleep(Duration::from_millis(5));
    }
    let outputs = [["--export-csv", "a.csv"], ["--export-csv", "b.jsonl"]];
    let seen: Vec<Output> = outputs
        .iter()
        .map(|output| rcusim(&folder, &small(output)))
        .collect();
    child.kill().expect("it was started here");
    child.wait().expect("it ends");
    for output in seen {
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(
            stderr.contains("is being written by another sweep"),
            "{stderr}"
        );
    }
    // The lock goes with the process, the journal stays.
    refused(
        &folder,
        &small(&["--export-csv", "a.csv"]),
        "is of another sweep",
    );
}

#[test]
fn an_engine_says_which_part_it_is() {
    let folder = folder("engine");
    let array = |id: &str, args: &[&str]| {
        let mut command = command(&folder, &small(args));
        let slurm = [("ID", id), ("MIN", "1"), ("MAX", "3"), ("COUNT", "3")];
        for (name, value) in slurm {
            command.env(format!("SLURM_ARRAY_TASK_{name}"), value);
        }
        command.output().expect("the binary starts")
    };
    let alone = array("2", &["--export-csv=a.csv"]);
    assert_eq!(alone.status.code(), Some(2));
    assert!(
        text(&alone.stderr).contains("SLURM_ARRAY_TASK_ID is set"),
        "{}",
        text(&alone.stderr)
    );
    for id in ["3", "1"] {
        assert_eq!(array(id, &["--out=parts"]).status.code(), Some(0));
    }
    refused(
        &folder,
        &["merge", "parts", "-o=m.csv"],
        "1 of 3 parts are missing; run them again: --array=2",
    );
    let missing = rcusim(&folder, &["merge", "parts", "--missing"]);
    assert_eq!(
        (missing.status.code(), &*missing.stdout),
        (Some(1), &b"2\n"[..])
    );
    let again = array("2", &["--out=parts", "--resume"]);
    assert_eq!(
        text(&again.stderr),
        "shard 2/3 (from SLURM_ARRAY_TASK_ID)\n"
    );
    assert!(text(&array("2", &["--out=parts", "--resume"]).stdout).contains("complete already"));
    assert_eq!(
        array("2", &["--out=parts"]).status.code(),
        Some(2),
        "complete, and nobody said --resume"
    );
    ran(&folder, &["merge", "parts", "-o=m.csv"]);
    assert_eq!(
        text(&read(&folder, "m.csv")),
        ran(&folder, &small(&["--export-csv=-"]))
    );
    refused(
        &folder,
        &small(&["--shard=1/4", "--out=parts"]),
        "has a part of 3, this is one of 4",
    );
}

#[test]
fn only_the_parts_of_one_sweep_are_merged() {
    let folder = folder("merge");
    for k in ["1/2", "2/2"] {
        ran(&folder, &small(&["--shard", k, "--out=a"]));
        ran(
            &folder,
            &small(&["--shard", k, "--out=b", "--set", "hz=1000"]),
        );
    }
    ran(&folder, &small(&["--shard=1/3", "--out=c"]));
    let [a1, a2, b2, c1] = [
        "a/shard-1-of-2.rows",
        "a/shard-2-of-2.rows",
        "b/shard-2-of-2.rows",
        "c/shard-1-of-3.rows",
    ];
    for (paths, part) in [
        (
            &[a1, b2][..],
            "machine.hz is 250 in the one and 1000 in the other",
        ),
        (&[a1, a2, a1], "are both part 1/2"),
        (&[a1, c1], "not of one division"),
        (&["."], "no part of a sweep"),
        (&["none.rows"], "cannot read none.rows"),
    ] {
        refused(&folder, &[&["merge", "-o=m.csv"][..], paths].concat(), part);
    }
    let sound = read(&folder, a2);
    let lines: Vec<&[u8]> = sound.split_inclusive(|&byte| byte == b'\n').collect();
    for (bytes, part) in [
        (
            lines[..lines.len() - 1].concat(),
            "the last line is missing",
        ),
        (
            sound[..sound.len() - 1].to_vec(),
            "the last line is cut off",
        ),
        (
            [&lines[..4], &lines[5..]].concat().concat(),
            "23 of 24 rows are there",
        ),
        (
            [&lines[..4], &[b"x\n"], &lines[5..]].concat().concat(),
            "1 damaged (line 5)",
        ),
    ] {
        fs::write(folder.join(a2), bytes).expect("writable");
        refused(&folder, &["merge", "a", "-o=m.csv"], part);
        assert_eq!(
            text(&rcusim(&folder, &["merge", "a", "--missing"]).stdout),
            "2\n"
        );
    }
    assert!(!folder.join("m.csv").exists());
}
