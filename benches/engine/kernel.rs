//! The kernel model, each run in a process of its own, so that its time and its memory are its own.

use crate::events;
use crate::measure::{Figure, user_s};
use rcusim::experiment::Scenario;
use rcusim::models::simulate;
use std::process::Command;

/// What a run cost.
#[derive(Clone, Copy)]
struct Cost {
    events: f64,
    user_s: f64,
    peak_kib: f64,
    live_peak: f64,
    created: f64,
    settled: bool,
}

impl Cost {
    fn ns_per_event(self) -> f64 {
        self.user_s * 1e9 / self.events
    }
}

/// Runs `NAME KEY=VALUE...` here and prints its cost as numbers in a line.
pub(crate) fn one(words: &[&str]) {
    let (name, settings) = words.split_first().expect("a run names a scenario");
    let mut scenario = Scenario::builtin(name).expect("a run names an embedded scenario");
    for setting in settings {
        let (key, value) = setting.split_once('=').expect("KEY=VALUE");
        scenario
            .set(key, value)
            .expect("a key and a value of a scenario");
    }
    let before = user_s();
    let outcome = simulate(&scenario.params);
    let seconds = user_s() - before;
    let (settled, peak) = (u8::from(outcome.settled_ns.is_some()), peak_kib());
    println!(
        "{} {seconds} {peak} {} {} {settled}",
        outcome.events, outcome.live_peak, outcome.created
    );
}

/// Most memory that this process has held \[KiB\].
fn peak_kib() -> u64 {
    let status =
        std::fs::read_to_string("/proc/self/status").expect("Linux tells a process of itself");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number
        .and_then(|n| n.parse().ok())
        .expect("VmHWM is a number of KiB")
}

fn run(words: &str) -> Cost {
    let own = std::env::current_exe().expect("a running program has a path");
    let output = Command::new(own)
        .arg("run")
        .args(words.split_whitespace())
        .output()
        .expect("this program can be run again");
    let text = String::from_utf8(output.stdout).expect("numbers are text");
    let numbers: Vec<f64> = text
        .split_whitespace()
        .map_while(|n| n.parse().ok())
        .collect();
    let [events, user_s, peak_kib, live_peak, created, settled] = numbers[..] else {
        panic!(
            "`run {words}` failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let settled = settled > 0.0;
    Cost {
        events,
        user_s,
        peak_kib,
        live_peak,
        created,
        settled,
    }
}

/// The median run, by time.
fn median(mut costs: Vec<Cost>) -> Cost {
    costs.sort_by(|a, b| a.user_s.total_cmp(&b.user_s));
    costs[costs.len() / 2]
}

fn row(name: &str, cost: Cost) {
    println!(
        "  {name:44} {:9.2} M events {:7.3} s {:6.2} M/s {:6.1} ns {:7.1} MB  created {:.0}{}",
        cost.events / 1e6,
        cost.user_s,
        cost.events / cost.user_s / 1e6,
        cost.ns_per_event(),
        cost.peak_kib / 976.562_5,
        cost.created,
        if cost.settled { ", settled" } else { "" },
    );
}

const LONG: &str = "report-40cpu machine.memory=0 workload.calls=500000 run.horizon=100000s";

/// Rounds of the short runs, each with the bare heap beside them.
const ROUNDS: usize = 15;
/// Runs of the long ones.
const LONG_RUNS: usize = 5;
const POLICIES: [&str; 2] = ["per-call", "batch-free"];

/// Prints the table. The bare heap with 64 pending is measured anew in each round of the short runs: a neighbour on the
/// machine comes and goes within a minute.
pub(crate) fn table() {
    println!(
        "\nKernel model, each run in its own process (median of {ROUNDS}, of 500,000 calls of {LONG_RUNS})"
    );
    let rounds: Vec<(f64, [Cost; 2])> = (0..ROUNDS).map(|_| round()).collect();
    let bare: Vec<f64> = rounds.iter().map(|round| round.0).collect();
    for (i, policy) in POLICIES.into_iter().enumerate() {
        let costs: Vec<Cost> = rounds.iter().map(|round| round.1[i]).collect();
        let ours = costs.iter().map(|cost| cost.ns_per_event()).collect();
        let ratios = bare.iter().zip(&costs);
        let ratios = ratios.map(|(bare, cost)| bare / cost.ns_per_event());
        let (short, ratio) = (median(costs.clone()), Figure::of(ratios.collect()));
        let (bare, ours) = (Figure::of(bare.clone()), Figure::of(ours));
        let long = format!("{LONG} kernel.policy={policy}");
        let long = median((0..LONG_RUNS).map(|_| run(&long)).collect());
        row(&format!("report-40cpu, {policy}, 50,000 calls"), short);
        row(&format!("report-40cpu, {policy}, 500,000 calls"), long);
        println!(
            "    rate over the bare heap's, in the same round {:.2} [{:.2}-{:.2}], least over least {:.2} ({:.1} M/s over {:.1})",
            ratio.median,
            ratio.least,
            ratio.most,
            bare.least / ours.least,
            1e3 / ours.least,
            1e3 / bare.least,
        );
        println!(
            "    ns an event, long over short {:.2}; {:.0} bytes a live namespace",
            long.ns_per_event() / short.ns_per_event(),
            (long.peak_kib - short.peak_kib) * 1024.0 / (long.live_peak - short.live_peak).max(1.0),
        );
    }
    idle();
}

/// The bare heap's nanoseconds a hold, and then a run under each policy.
fn round() -> (f64, [Cost; 2]) {
    let short = |policy| {
        run(&format!(
            "report-40cpu machine.memory=0 kernel.policy={policy}"
        ))
    };
    (events::yardstick(), POLICIES.map(short))
}

/// What an hour of idle CPUs costs.
fn idle() {
    let idle = "report-40cpu workload.calls=1000 background.rate=0 run.horizon=100000s";
    let (short, long) = (
        run(&format!("{idle} run.settle_before=1s")),
        run(&format!("{idle} run.settle_before=3600s")),
    );
    println!(
        "  3,599 s of idle CPUs before the first call cost {:.0} events of {:.0} and {:.3} s",
        long.events - short.events,
        long.events,
        long.user_s - short.user_s,
    );
}

/// The largest machines and loads.
pub(crate) fn large() {
    println!("\nKernel model, large");
    for policy in ["per-call", "batch-free"] {
        for (cpus, calls) in [(4_096, 100_000), (64, 1_000_000)] {
            let words = format!(
                "report-40cpu machine.memory=0 run.horizon=100000s \
                 kernel.policy={policy} machine.cpus={cpus} workload.calls={calls}"
            );
            row(
                &format!("{cpus} CPUs, {calls} calls, {policy}"),
                run(&words),
            );
        }
    }
}
