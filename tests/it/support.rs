//! The program as the tests of the command line run it.

use rcusim::models::outcome::Outcome;
use rcusim::models::params::Params;
use rcusim::models::record::Record;
use rcusim::models::simulate_with;
use rcusim::sim::Instant;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::mpsc;

/// Options that make a run small.
pub(crate) const TINY: [&str; 4] = ["--set", "workload.calls=50", "--set", "run.horizon=20s"];

/// Runs the program.
pub(crate) fn rcusim(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rcusim"))
        .args(args)
        .output()
        .expect("the binary starts")
}

/// What it wrote.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

/// What it wrote to stderr, without how far it had come: that is told of what takes more than a second on this machine today.
pub(crate) fn said(stderr: &[u8]) -> String {
    let stderr = text(stderr);
    let lines = stderr.split_inclusive('\n');
    lines
        .filter(|line| !line.starts_with("simulating: ") && !line.starts_with("sweep: "))
        .collect()
}

/// A fresh folder for one test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(fs::remove_dir_all(&path));
    fs::create_dir_all(&path).expect("the target folder is writable");
    path
}

/// The path of a file in a folder, as an argument.
pub(crate) fn path_in(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    path.to_str().expect("a path of text").to_owned()
}

/// What a command prints that must run.
pub(crate) fn shown(args: &[&str]) -> String {
    let output = rcusim(args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// Bad input: exit code 2, nothing on stdout, one message on stderr with `part` in it.
pub(crate) fn refused(args: &[&str], part: &str) {
    let output = rcusim(args);
    let stderr = said(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
    assert!(output.stdout.is_empty(), "{args:?} printed something");
    assert!(stderr.starts_with("error: "), "{args:?}: {stderr}");
    assert!(stderr.contains(part), "{args:?}: {stderr}");
    assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
}

/// Runs a scenario, and what it told.
pub(crate) fn listen(params: &Params) -> (Outcome, Vec<(Instant, Record)>) {
    let (teller, told) = mpsc::channel();
    let listener = move |at, record| teller.send((at, record)).expect("somebody listens");
    let outcome = simulate_with(params, Some(Box::new(listener)));
    (outcome, told.into_iter().collect())
}
