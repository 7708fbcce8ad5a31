//! Sweeps as a user meets them: the same rows whoever runs them, and nothing lost.

#[cfg(target_os = "linux")]
mod disk;
mod input;
mod owners;
mod parts;
mod resume;
mod rows;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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

/// A shard's file, which has the journal's lines in order, and the same as an interrupted journal.
fn sealed(folder: &Path) -> Vec<u8> {
    ran(folder, &small(&["--out=whole"]));
    read(&folder.join("whole"), "shard-1-of-1.rows")
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
