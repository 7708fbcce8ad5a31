//! What one sweep wrote and another, or nobody, may not touch.

use super::{command, folder, names, ran, rcusim, read, refused, sealed, small, sum, text};
use std::fs;
use std::process::Output;
use std::thread;
use std::time::Duration;

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

#[test]
fn a_file_of_another_sweep_is_replaced_by_force_only() {
    let folder = folder("force");
    let other = |more: &[&'static str]| small(&[&["--set", "hz=1000"], more].concat());
    ran(&folder, &small(&["--export-csv=a.csv"]));
    let (csv, schema) = (read(&folder, "a.csv"), read(&folder, "a.csv.schema.json"));
    // The same sweep writes the same bytes again.
    ran(&folder, &small(&["--export-csv=a.csv"]));
    let part = "a.csv is of another sweep: machine.hz is 250 there and 1000 here; nothing was overwritten (--force";
    refused(&folder, &other(&["--export-csv=a.csv"]), part);
    // Of two files the second: the first is not begun.
    let both = ["--export-jsonl=b.jsonl", "--export-csv=a.csv"];
    refused(&folder, &other(&both), part);
    fs::write(folder.join("notes.txt"), "mine").expect("writable");
    refused(
        &folder,
        &small(&["--export-csv=notes.txt"]),
        "notes.txt is there, without a schema",
    );
    ran(&folder, &other(&["--out=parts"]));
    refused(&folder, &["merge", "parts", "--export-csv=a.csv"], part);
    assert_eq!(read(&folder, "a.csv"), csv);
    assert_eq!(read(&folder, "a.csv.schema.json"), schema);
    assert_eq!(read(&folder, "notes.txt"), b"mine");
    let there = ["a.csv", "a.csv.schema.json", "notes.txt"];
    assert_eq!(names(&folder), there, "nothing was left behind");
    // An empty file, such as mktemp makes, is nobody's.
    fs::write(folder.join("empty.csv"), "").expect("writable");
    ran(&folder, &other(&["--export-csv=empty.csv"]));
    let expected = read(&folder, "empty.csv");
    ran(
        &folder,
        &["merge", "parts", "--export-csv=a.csv", "--force"],
    );
    assert_eq!(read(&folder, "a.csv"), expected);
    ran(&folder, &small(&["--export-csv=a.csv", "--force"]));
    assert_eq!(read(&folder, "a.csv"), csv);
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
        let ended = child.try_wait().expect("it was started here");
        assert_eq!(ended, None, "it goes on for days");
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
