//! Bad input of a sweep, grids too large for one process, and a reader that goes away.

use super::{command, folder, names, ran, rcusim, refused, text};
use crate::support::said;
use std::process::Stdio;

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
        (
            &["--reps", "0"],
            "expected a whole number from 1 to 1000000000",
        ),
        (&["--jobs", "0"], "a whole number from 1 on"),
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
            "1,000,000,000,000 points x 1 repetition are 1000000000000 runs",
        ),
        (
            &["-P", "creators=1,4000", "--set", "calls=30"],
            "point 1 (workload.creators=4000)",
        ),
        (
            &["-P", "workload.rate=10..1000:log12"],
            "take a rate: workload.arrivals=poisson, fixed or burst; set workload.arrivals for all points (--set), or leave such points out with --where",
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
        shown.starts_with("5,000 points x 1 repetition = 5,000 rows"),
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
    assert_eq!(said(&output.stderr), "", "quiet");
}

#[test]
fn the_sweep_file_of_the_document_is_taken() {
    let folder = folder("file");
    let path = format!("{}/docs/scale.md", env!("CARGO_MANIFEST_DIR"));
    let document = std::fs::read_to_string(path).expect("a document");
    let file = document.split("```toml\n").nth(1).expect("a sweep file");
    let file = file.split("```").next().expect("it ends");
    std::fs::write(folder.join("sweep.toml"), file).expect("writable");
    let shown = ran(&folder, &["sweep", "--grid=sweep.toml", "--dry-run"]);
    assert!(
        shown.starts_with("11 points x 10 repetitions = 110 rows"),
        "{shown}"
    );
}
