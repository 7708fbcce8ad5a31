//! What a sweep costs beside its simulations, and what two threads bring against two processes.

use crate::measure::Figure;
use nix::sys::resource::{UsageWho, getrusage};
use rcusim::experiment::Scenario;
use rcusim::models::simulate;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

#[expect(clippy::disallowed_types, reason = "throughput is about elapsed time")]
type Clock = std::time::Instant;

const PROGRAM: &str = env!("CARGO_BIN_EXE_rcusim");

/// What this program is to be when it starts itself: the command line, or the simulations alone. So
/// the same machine code runs in either, laid out in the same way.
const ROLE: &str = "RCUSIM_BENCH_ROLE";
const COMMAND_LINE: &str = "command line";
const SIMULATIONS: &str = "simulations";

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
    let seconds =
        |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 * 1e-6;
    seconds(usage.user_time()) + seconds(usage.system_time())
}

/// Plays the part that [`ROLE`] names, if it does.
pub(crate) fn part() -> Option<ExitCode> {
    match std::env::var(ROLE).ok()?.as_str() {
        COMMAND_LINE => Some(rcusim::cli::main()),
        SIMULATIONS => {
            simulations();
            Some(ExitCode::SUCCESS)
        }
        other => panic!("{ROLE}={other} is no part"),
    }
}

/// The runs of [`ORDINARY`], in their order, and nothing else.
fn simulations() {
    for seed in 1..=12 {
        for policy in ["per-call", "batch-free"] {
            let mut scenario = Scenario::builtin("report-40cpu").expect("embedded");
            for (key, value) in [("workload.calls", "20k"), ("kernel.policy", policy)] {
                scenario.set(key, value).expect("valid");
            }
            scenario.params.seed = seed;
            assert!(simulate(&scenario.params).events > 0);
        }
    }
}

/// CPU time of this program, started in a role.
fn role_s(folder: &Path, role: &str, args: &[&str]) -> f64 {
    let before = children_s();
    let mut command = Command::new(std::env::current_exe().expect("it runs"));
    command.args(args).env(ROLE, role).current_dir(folder);
    let status = command.stdout(Stdio::null()).status();
    assert!(status.expect("it starts").success());
    children_s() - before
}

/// CPU time of a sweep with one thread over that of its simulations alone, each in a fresh process.
fn own_cost(folder: &Path) {
    let words = [
        &["sweep"],
        &ORDINARY[..],
        &["--jobs=1", "--export-csv=own.csv"],
    ]
    .concat();
    let sweep = || {
        let took = role_s(folder, COMMAND_LINE, &words);
        fs::remove_file(folder.join("own.csv")).expect("it was written");
        took
    };
    let alone = || role_s(folder, SIMULATIONS, &[]);
    let rounds: Vec<(f64, f64)> = (0..25)
        .map(|round| {
            if round % 2 == 0 {
                let ours = sweep();
                (ours, alone())
            } else {
                let theirs = alone();
                (sweep(), theirs)
            }
        })
        .collect();
    let share = |ours: f64, theirs: f64| 100.0 * (ours / theirs - 1.0);
    let of_rounds = Figure::of(rounds.iter().map(|&(s, a)| share(s, a)).collect());
    let (ours, theirs): (Vec<f64>, Vec<f64>) = rounds.into_iter().unzip();
    // Neighbours on the machine only add: the least of many is nearest to what it costs.
    let least = share(Figure::of(ours).least, Figure::of(theirs).least);
    println!(
        "a sweep's own CPU time over its simulations': {:.2} % [{:.2}-{:.2}] of 25 rounds, {least:.2} % of the least, wanted below 2 %",
        of_rounds.median, of_rounds.least, of_rounds.most
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
