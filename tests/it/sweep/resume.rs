//! Journals cut off, damaged, of another sweep, and sweeps that were killed or met a full disk.

use super::{SMALL, command, folder, names, ran, rcusim, read, refused, small, text};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

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
fn rows_of_an_older_program_are_called_that_and_not_damaged() {
    let folder = folder("older");
    let whole = text(&sealed(&folder));
    let mut lines = whole.lines().map(|line| &line[9..]);
    let mut header: serde_json::Value =
        serde_json::from_str(lines.next().expect("a header")).expect("JSON");
    let sweep = header["sweep"].as_object_mut().expect("an object");
    sweep.remove("metrics").expect("the rows' metrics");
    let header = header.to_string();
    let seed = sum(0, header.as_bytes());
    let mut older = format!("{seed:08x} {header}\n");
    for line in lines {
        // It knew two metrics less.
        let line = if line.starts_with("end") {
            line
        } else {
            line.rsplitn(3, ' ').last().expect("words")
        };
        older.extend([format!("{:08x} {line}\n", sum(seed, line.as_bytes()))]);
    }
    let (output, rows) = resumed(&folder, "older", older.as_bytes());
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    let why = "its rows hold other metrics (an older program wrote it)";
    assert!(
        stderr.contains(why) && !stderr.contains("damaged"),
        "{stderr}"
    );
    assert!(rows.is_empty());
    let journal = folder.join("older/shard-1-of-1.journal");
    assert_eq!(fs::read_to_string(&journal).expect("there"), older);
    fs::rename(&journal, folder.join("older/shard-1-of-1.rows")).expect("writable");
    for arguments in [
        &["merge", "older", "-o", "x.csv"],
        &["merge", "older", "--missing"][..],
    ] {
        refused(&folder, arguments, why);
    }
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
        .filter(|name| name.contains("journal") || name.contains(".tmp"));
    assert_eq!(left.count(), 0, "what killed processes left is used again");
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
