//! Parts of a sweep: who says which, and how they are merged.

use super::{command, folder, ran, rcusim, read, refused, small, text};
use std::fs;

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
            "23 of 24 lines are there",
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
    // What is sound of a damaged part is kept.
    let again = small(&["--shard=2/2", "--out=a"]);
    refused(&folder, &again, "with --resume what is sound is kept");
    let output = rcusim(&folder, &[&again[..], &["--resume"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("1 damaged (line 5); what is sound is kept"),
        "{stderr}"
    );
    assert_eq!(read(&folder, a2), sound, "the part is whole again");
    assert!(!folder.join("m.csv").exists());
}
