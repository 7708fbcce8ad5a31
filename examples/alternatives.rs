//! The report's figures over the plausible alternatives to what the thread does not say:
//! `cargo run --release --example alternatives > docs/alternatives.md`.
//!
//! One seed. Arguments, the settings of a row joined by commas (`netns.fqdirs=1,netns.sockets_per_cpu=2`), restrict the table to the first row and theirs;
//! `--names` prints the names of all rows alone.

#[path = "shared/runs.rs"]
mod runs;

use rcusim::experiment::scenario::Scenario;
use rcusim::experiment::verdict::judge;
use rcusim::models::outcome::{CleanupCall, Outcome};
use runs::{RUNS, begun, run_all};
use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write as _};

/// What is changed in each row: settings, separated by commas.
const ROWS: [&str; 24] = [
    "",
    "machine.hz=1000",
    "machine.preempt=none",
    "machine.preempt=full",
    "netns.fqdirs=1",
    "netns.fqdirs=1,netns.sockets_per_cpu=2,netns.rawv6_sockets=0,sizes.namespace_per_cpu=4.8kB",
    "netns.fqdirs=3",
    "netns.device_barriers=2",
    "background.rate=1/s",
    "background.rate=100/s",
    "background.rate=1000/s",
    "sizes.percpu=0,netns.netlink_tables=0",
    "netns.conntrack_gc=125ms",
    "netns.conntrack_buckets=65536",
    "machine.possible_cpus=80",
    "costs.ipi_stall=200us,costs.ipi_stall_permille=1000",
    "kernel.max_active=1024",
    "kernel.barrier=wait-queue",
    "kernel.barrier=fair-mutex",
    "kernel.barrier=no-sharing",
    "run.seed=2",
    "run.seed=3",
    "run.seed=4",
    "run.seed=5",
];

/// Above the rows.
const HEAD: &str = "\
# The report over the plausible alternatives

Written by `cargo run --release --example alternatives > docs/alternatives.md`. The thread does not say how either machine's kernel was
configured; each row changes what the first column says, with seed 1. [validation.md](validation.md#over-the-plausible-alternatives) says what follows from it.

*Drop*: largest drop of available memory; *rate*: that over the time to it, which says nothing where the loss is bounded. *Calls*: those of `cleanup_net()` that began while the loop
ran (R3), and how long they took: those of a second and more one by one, or how many and the longest. *Going on*: when the loop ended. Reported:
15 GB, 120 MB/s, four calls (two quick, 30 s, going on); batched at most about 0.4 GB; not reproduced on 6 CPUs.

| changed | 40 CPUs per call: drop (R2) | rate | verdict | calls (R3) | 40 batched: drop (R4) | verdict | 6 per call: drop (R5) | rate | verdict | calls | 6 batched: drop | verdict |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
";

/// Calls of a second and more that are listed one by one.
const LISTED: usize = 7;

fn scenario(run: (&str, &str), row: &str) -> Result<Scenario, Box<dyn Error>> {
    let mut scenario = runs::scenario(run)?;
    for set in row.split(',').filter(|set| !set.is_empty()) {
        let (key, value) = set.split_once('=').ok_or("KEY=VALUE")?;
        scenario.set(key, value)?;
    }
    Ok(scenario)
}

#[expect(clippy::cast_precision_loss, reason = "a run's times and sizes fit")]
fn float(n: u64) -> f64 {
    n as f64
}

fn drop(outcome: &Outcome) -> String {
    format!("{:.2} GB", float(outcome.peak_drop_bytes) / 1e9)
}

/// The drop over the time to it.
fn rate(outcome: &Outcome) -> String {
    let seconds = float(outcome.peak_drop_ns) / 1e9;
    let megabytes = float(outcome.peak_drop_bytes) / 1e6;
    format!("{:.0} MB/s", megabytes / seconds)
}

/// Two digits, but no fraction of what has more than two.
fn seconds(ns: u64) -> String {
    let s = float(ns) / 1e9;
    if s < 10.0 {
        format!("{s:.1}")
    } else {
        format!("{s:.0}")
    }
}

/// How many calls began in the loop, and how long they took.
fn calls(outcome: &Outcome) -> String {
    let loop_ns = outcome.loop_ns.unwrap_or(u64::MAX);
    let begun: Vec<_> = begun(outcome).collect();
    let ended = |call: &CleanupCall| call.finished && call.start_ns + call.duration_ns <= loop_ns;
    let ends: Vec<u64> = begun
        .iter()
        .filter(|call| ended(call))
        .map(|call| call.duration_ns)
        .collect();
    let long: Vec<u64> = ends
        .iter()
        .copied()
        .filter(|ns| *ns >= 1_000_000_000)
        .collect();
    let mut parts = vec![format!("{} below 1 s", ends.len() - long.len())];
    match long.iter().max() {
        None => {}
        Some(_) if long.len() <= LISTED => {
            let each: Vec<String> = long.iter().map(|ns| seconds(*ns)).collect();
            parts.push(format!("{} s", each.join(", ")));
        }
        Some(longest) => parts.push(format!("{} up to {} s", long.len(), seconds(*longest))),
    }
    if begun.len() > ends.len() {
        parts.push("one going on".to_owned());
    }
    format!("{}: {}", begun.len(), parts.join("; "))
}

fn row(changed: &str, outcomes: &[Outcome]) -> String {
    let mut cells = Vec::new();
    for (outcome, (_, policy)) in outcomes.iter().zip(RUNS) {
        let verdict = judge(outcome).verdict.name().to_owned();
        cells.push(drop(outcome));
        if policy == "per-call" {
            cells.extend([rate(outcome), verdict, calls(outcome)]);
        } else {
            cells.push(verdict);
        }
    }
    format!("| {} | {} |", name(changed), cells.join(" | "))
}

fn name(changed: &str) -> String {
    if changed.is_empty() {
        return "as declared".to_owned();
    }
    format!("`{}`", changed.replace(',', "`, `"))
}

fn main() -> Result<(), Box<dyn Error>> {
    let only: Vec<_> = std::env::args().skip(1).collect();
    if only == ["--names"] {
        writeln!(io::stdout(), "{}", ROWS.map(name).join("\n"))?;
        return Ok(());
    }
    let asked = |row: &&str| row.is_empty() || only.is_empty() || only.iter().any(|o| o == row);
    let rows: Vec<&str> = ROWS.into_iter().filter(asked).collect();
    let mut tasks = Vec::new();
    for row in &rows {
        for run in RUNS {
            tasks.push(scenario(run, row)?.params);
        }
    }
    let found = run_all(tasks, |outcome| outcome);
    let mut table = HEAD.to_owned();
    for (changed, outcomes) in rows.iter().zip(found.chunks(RUNS.len())) {
        writeln!(table, "{}", row(changed, outcomes))?;
    }
    io::stdout().write_all(table.as_bytes())?;
    Ok(())
}
