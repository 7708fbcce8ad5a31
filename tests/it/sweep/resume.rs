//! Journals cut off or damaged, and sweeps that were killed or met a full disk.

use super::{SMALL, command, folder, names, ran, rcusim, read, refused, sealed, small, sum, text};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

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
