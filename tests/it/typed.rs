//! What is typed twice, or as a flag that there is not: nothing is lost unseen, and the message says what to type.

use crate::support::{rcusim, refused, text};
use serde_json::Value;

const TINY: &str = "report-6cpu:workload.calls=50,run.horizon=20s";

fn words(command: &str) -> Vec<&str> {
    command.split(' ').collect()
}

#[test]
fn two_values_for_one_key_are_refused_with_both() {
    let both = "--policy batch-free and --set policy=per-call both give kernel.policy";
    for command in ["run", "ablate", "trace", "sweep"] {
        let typed = format!("{command} {TINY} --policy batch-free --set policy=per-call");
        refused(&words(&typed), both);
    }
    for (typed, both) in [
        (
            "run --barrier mutex --set kernel.barrier=wait-queue",
            "--barrier mutex and --set kernel.barrier=wait-queue",
        ),
        ("run --seed 3 --set seed=4", "--seed 3 and --set seed=4"),
        (
            "run --set cpus=1 --set hz=250 --set cpus=2",
            "--set cpus=1 and --set cpus=2",
        ),
        (
            "run --every 1ms --set sample=1s",
            "--set sample=1s and --every 1ms",
        ),
        (
            "run convoy:cpus=4 --set machine.cpus=5",
            "convoy:cpus=4 and --set machine.cpus=5",
        ),
        (
            "scenario show convoy:cpus=4,cpus=5",
            "convoy:cpus=4 and convoy:cpus=5",
        ),
        (
            "compare convoy convoy:cpus=4 --set cpus=5",
            "convoy:cpus=4 and --set cpus=5",
        ),
        (
            "compare convoy:seed=1 --seed 2",
            "convoy:seed=1 and --seed 2",
        ),
        (
            "sweep convoy --set cpus=4 -P cpus=1..3",
            "--set cpus=4 and the axis machine.cpus=1..3",
        ),
        (
            "bisect convoy:cpus=4 -P cpus=1..3",
            "convoy:cpus=4 and the axis cpus=1..3",
        ),
        (
            "map convoy:cpus=4 -P cpus=1..3 -P hz=100,250",
            "convoy:cpus=4 and the axis cpus=1..3",
        ),
        (
            "sensitivity convoy:cpus=4 -P cpus=1..3",
            "convoy:cpus=4 and the axis cpus=1..3",
        ),
    ] {
        refused(&words(typed), &format!("{both} both give "));
    }
    let same = format!("run {TINY} --policy batch-free --set policy=batch-free");
    assert_eq!(rcusim(&words(&same)).status.code(), Some(0));
}

#[test]
fn several_settings_in_one_are_told_apart() {
    refused(
        &["run", "--set", "cpus=64,background.rate=3/s"],
        "give each its own --set: --set cpus=64 --set background.rate=3/s",
    );
    refused(
        &["compare", TINY, "--set", "cpus=64,hz=250"],
        "give each its own --set",
    );
}

#[test]
fn a_key_as_a_flag_is_told_how_to_be_set() {
    for (args, tip) in [
        (&["run", "--cpus", "64"][..], "use --set cpus=64\n"),
        (&["run", "--calls=300"], "use --set calls=300\n"),
        (&["ablate", "--max-active", "7"], "use --set max_active=7\n"),
        (
            &["sweep", "--workload.rate"],
            "use --set workload.rate=VALUE\n",
        ),
        (
            &["run", "--rate", "3/s"],
            "use --set workload.rate=3/s or --set background.rate=3/s\n",
        ),
        (&["bisect", TINY, "--cpus", "64"], "use --set cpus=64\n"),
        (&["--cpus", "64"], "use rcusim run --set cpus=64\n"),
        (
            &["run", "container-host", "cpus=32"],
            "cpus is a key of the scenario: use --set cpus=32\n",
        ),
        (
            &["run", "container-host,cpus=32"],
            "did you mean `container-host:cpus=32`?",
        ),
        (
            &["compare", "container-host:kernel=5.10"],
            "did you mean `kernel.version`?",
        ),
        (
            &["run", "--set", "life=5s"],
            "did you mean `workload.container_life`?",
        ),
    ] {
        refused(args, tip);
        let said = text(&rcusim(args).stderr);
        assert!(
            !said.contains("similar argument") && !said.contains("as a value"),
            "{said}"
        );
    }
    refused(
        &["run", "--barier", "mutex"],
        "a similar argument exists: '--barrier'",
    );
    let other = text(&rcusim(&["plot", "--cpus", "3"]).stderr);
    assert!(!other.contains("scenario"), "{other}");
}

#[test]
fn what_a_kernel_may_be_is_listed() {
    for wrong in ["9", "5.4", "new"] {
        refused(&["run", TINY, "--kernel", wrong], "v5.10, v5.11, v5.18, ");
    }
}

#[test]
fn links_are_ablated_again_and_again_under_paired_seeds() {
    let args = [
        "ablate",
        TINY,
        "--barrier",
        "wait-queue",
        "--seed",
        "5",
        "--reps",
        "3",
    ];
    let json = [&args[..], &["--json"]].concat();
    let found: Value = serde_json::from_slice(&rcusim(&json).stdout).expect("JSON");
    let runs = found["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 6 * 3);
    let seeds = |at: usize| -> Vec<&Value> {
        let of_one = runs[3 * at..3 * at + 3].iter();
        of_one.map(|run| &run["seed"]).collect()
    };
    assert_ne!(seeds(0)[0], seeds(0)[1]);
    assert!((1..6).all(|at| seeds(at) == seeds(0)));
    for at in [1, 13] {
        // `fair mutex` takes the place of the barrier that was asked for, and each run's seed that of --seed.
        let again = runs[at]["again"].as_str().expect("a command");
        let words: Vec<&str> = again.split(' ').skip(1).chain(["--json"]).collect();
        let run: Value = serde_json::from_slice(&rcusim(&words).stdout).expect("JSON");
        assert_eq!(run["digest"], runs[at]["digest"], "{again}");
    }
    let shown = text(&rcusim(&args).stdout);
    for part in [
        "3 replications of each, paired by seed",
        "E  fair mutex",
        "--seed 5 --reps 3",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}
