//! What a sweep costs beside its simulations, and what two threads bring against two processes.

use crate::measure::Figure;
use nix::sys::resource::{Usage, UsageWho, getrusage};
use rcusim::experiment::Scenario;
use rcusim::models::simulate_unheard;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

#[expect(clippy::disallowed_types, reason = "throughput is about elapsed time")]
type Clock = std::time::Instant;

const PROGRAM: &str = env!("CARGO_BIN_EXE_rcusim");

/// A sweep whose runs are ordinary: 24 of `report-40cpu`, 20,000 calls each. The policy varies
/// fastest, so that both halves cost the same.
const ORDINARY: [&str; 6] = [
    "report-40cpu",
    "--set=calls=20k",
    "-P",
    "seed=1..12",
    "-P",
    "kernel.policy=per-call,batch-free",
];

/// All figures.
pub(crate) fn table() {
    let folder = std::env::temp_dir().join(format!("rcusim-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("the temporary folder is writable");
    two_threads(&folder);
    own_cost(&folder);
    empty(&folder);
    fs::remove_dir_all(&folder).expect("it was made here");
}

fn begin(folder: &Path, args: &[&str]) -> Child {
    Command::new(PROGRAM)
        .arg("sweep")
        .args(args)
        .current_dir(folder)
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary starts")
}

fn end(mut child: Child) {
    assert!(child.wait().expect("it was started").success());
}

/// Throughput of two threads of one sweep, of that of two processes with one thread each that do the
/// same runs; each first in every other round.
fn two_threads(folder: &Path) {
    let run = |args: &[&str]| begin(folder, &[&ORDINARY[..], args].concat());
    let threads = || {
        let began = Clock::now();
        end(run(&["--jobs=2", "--export-csv=all.csv"]));
        fs::remove_file(folder.join("all.csv")).expect("it was written");
        began.elapsed().as_secs_f64()
    };
    let processes = || {
        let began = Clock::now();
        let part = |k| run(&["--jobs=1", "--out=parts", "--shard", k]);
        let both = [part("1/2"), part("2/2")];
        both.into_iter().for_each(end);
        fs::remove_dir_all(folder.join("parts")).expect("it was written");
        began.elapsed().as_secs_f64()
    };
    let ratios = (0..11).map(|round| {
        if round % 2 == 0 {
            let ours = threads();
            processes() / ours
        } else {
            let theirs = processes();
            theirs / threads()
        }
    });
    let ratio = Figure::of(ratios.collect());
    println!(
        "two threads over two processes, throughput: {:.3} [{:.3}-{:.3}], wanted 0.95",
        ratio.median, ratio.least, ratio.most
    );
}

/// CPU time of children that have ended, user and system \[s\].
fn children_s() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("a process can ask for its own usage");
    cpu_s(&usage)
}

fn cpu_s(usage: &Usage) -> f64 {
    let seconds =
        |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 * 1e-6;
    seconds(usage.user_time()) + seconds(usage.system_time())
}

fn own_s() -> f64 {
    cpu_s(&getrusage(UsageWho::RUSAGE_SELF).expect("a process can ask for its own usage"))
}

/// CPU time of a sweep with one thread over that of its simulations alone, in one process.
fn own_cost(folder: &Path) {
    let simulations = || {
        let before = own_s();
        for policy in ["per-call", "batch-free"] {
            for seed in 1..=12 {
                let mut scenario = Scenario::builtin("report-40cpu").expect("embedded");
                for (key, value) in [("workload.calls", "20k"), ("kernel.policy", policy)] {
                    scenario.set(key, value).expect("valid");
                }
                scenario.params.seed = seed;
                assert!(simulate_unheard(&scenario.params).events > 0);
            }
        }
        own_s() - before
    };
    let sweep = || {
        let before = children_s();
        end(begin(
            folder,
            &[&ORDINARY[..], &["--jobs=1", "--export-csv=own.csv"]].concat(),
        ));
        fs::remove_file(folder.join("own.csv")).expect("it was written");
        children_s() - before
    };
    let shares = (0..7).map(|round| {
        if round % 2 == 0 {
            let ours = sweep();
            ours / simulations() - 1.0
        } else {
            let alone = simulations();
            sweep() / alone - 1.0
        }
    });
    let share = Figure::of(shares.collect());
    println!(
        "a sweep's own CPU time over its simulations': {:.2} % [{:.2}-{:.2}], wanted below 2 %",
        100.0 * share.median,
        100.0 * share.least,
        100.0 * share.most
    );
}

/// CPU time a point with a model of 12 events, and resident memory, over two powers of ten.
fn empty(folder: &Path) {
    for points in [10_000_u64, 100_000, 1_000_000] {
        let axis = format!("seed=1..{points}");
        let out: PathBuf = folder.join("empty.csv");
        let before = children_s();
        let args = [
            "convoy:calls=1",
            "-P",
            &axis,
            "--jobs=2",
            "--export-csv=empty.csv",
        ];
        end(begin(folder, &args));
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("a process can ask");
        println!(
            "{points} points of an empty model: {:.1} us of CPU time each, wanted below 100; at most {} MB resident",
            (children_s() - before) * 1e6 / points as f64,
            usage.max_rss() / 1_024
        );
        fs::remove_file(out).expect("it was written");
    }
}
