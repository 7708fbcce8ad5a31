//! The kernel model, each run in a process of its own, so that its time and its memory are its own.

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

/// The median run of `rounds`, by time.
fn median(words: &str, rounds: usize) -> Cost {
    let mut costs: Vec<Cost> = (0..rounds).map(|_| run(words)).collect();
    costs.sort_by(|a, b| a.user_s.total_cmp(&b.user_s));
    costs[rounds / 2]
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

/// Prints the table; `bare` is the bare heap's figure with 64 pending, of the same run.
pub(crate) fn table(bare: Figure) {
    println!("\nKernel model, each run in its own process (median of 5)");
    for policy in ["per-call", "batch-free"] {
        let short = median(
            &format!("report-40cpu machine.memory=0 kernel.policy={policy}"),
            5,
        );
        let long = median(&format!("{LONG} kernel.policy={policy}"), 5);
        row(&format!("report-40cpu, {policy}, 50,000 calls"), short);
        row(&format!("report-40cpu, {policy}, 500,000 calls"), long);
        println!(
            "    rate over the bare heap's {:.2}; ns an event, long over short {:.2}; {:.0} bytes a live namespace",
            bare.median / short.ns_per_event(),
            long.ns_per_event() / short.ns_per_event(),
            (long.peak_kib - short.peak_kib) * 1024.0 / (long.live_peak - short.live_peak).max(1.0),
        );
    }
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
