//! What a new user meets first: the words of messages and of the report, and what is taken for granted.

use crate::support::{folder, path_in, rcusim, refused, text};
use serde_json::Value;
use std::fs;

const TINY: &str = "report-6cpu:workload.calls=150,run.horizon=20s";

fn digest(args: &[&str]) -> (String, String) {
    let output = rcusim(&[args, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let run: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let digest = run["digest"].as_str().expect("a digest").to_owned();
    (digest, text(&output.stderr))
}

#[test]
fn any_release_has_the_profile_in_force() {
    let (of_6_8, said) = digest(&["run", TINY, "--kernel", "6.8"]);
    let note = "note: --kernel 6.8: profile v5.18, the newest that is not newer\n";
    assert_eq!(said, note);
    let (of_profile, silent) = digest(&["run", TINY, "--kernel", "v5.18"]);
    assert_eq!((of_6_8, ""), (of_profile, silent.as_str()));
    let (_, silent) = digest(&["run", TINY, "--kernel", "5.18"]);
    assert!(silent.is_empty(), "{silent}");
    refused(&["run", TINY, "--kernel", "5.4"], "is not one of v5.10");
    let shown = text(&rcusim(&["run", TINY, "--kernel", "6.8"]).stdout);
    assert!(
        shown.contains("again     rcusim run") && shown.contains("--kernel v5.18"),
        "{shown}"
    );
}

#[test]
fn what_is_refused_is_refused_in_the_users_words() {
    for command in [
        &["run", TINY][..],
        &["compare", TINY],
        &["bisect", TINY, "-P", "cpus=1..4"],
        &["sensitivity", TINY],
    ] {
        refused(
            &[command, &["--seed", "-1"]].concat(),
            "a seed is a whole number from 0 to 18446744073709551615",
        );
    }
    refused(
        &["run", TINY, "-o", "/no/such/x.txt"],
        "cannot write /no/such/x.txt: there is no folder /no/such\n",
    );
    refused(
        &["sweep", TINY, "-P", "cpsu=1,2"],
        "did you mean `machine.cpus`?",
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_sweep_that_cannot_keep_a_journal_names_its_output() {
    let sweep = [
        "sweep",
        TINY,
        "-P",
        "cpus=1,2",
        "--export-csv",
        "/proc/rows.csv",
    ];
    refused(
        &sweep,
        "cannot write /proc/rows.csv: a sweep keeps what is done in a journal beside it",
    );
}

#[test]
fn a_file_is_checked_to_its_end() {
    let file = path_in(&folder("first-use"), "mine.toml");
    fs::write(
        &file,
        "[machine]\ncpus = 0\n[workload]\ncals = 3\nrate = -4\n",
    )
    .expect("writable");
    for command in [&["scenario", "check", &file][..], &["run", &file]] {
        let output = rcusim(command);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert_eq!(said.matches("error: ").count(), 3, "{said}");
        for place in ["mine.toml:2:8:", "mine.toml:4:1:", "mine.toml:5:8:"] {
            assert!(said.contains(place), "{place}: {said}");
        }
    }
}

#[test]
fn one_is_not_many() {
    let shown = text(&rcusim(&["run", &format!("{TINY},machine.cpus=1")]).stdout);
    assert!(shown.contains(": 1 CPU, HZ="), "{shown}");
}

/// `cleanup_net()` apart keeps few namespaces and much memory: the verdict alone would mislead.
#[test]
fn a_table_notes_what_a_verdict_hides() {
    let apart = "recorded-2cpu:links.cleanup_queues=false";
    let shown = text(&rcusim(&["compare", apart, "recorded-2cpu:kernel.policy=batch-free"]).stdout);
    let notes: Vec<&str> = shown
        .lines()
        .filter(|line| line.starts_with("note: "))
        .collect();
    assert_eq!(notes.len(), 1, "{shown}");
    let note = format!("note: {apart}: the verdict is about live namespaces");
    assert!(notes[0].starts_with(&note), "{shown}");
}
