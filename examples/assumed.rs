//! How far the report's figures R2 to R5 move when each assumed value goes to either end of its plausible range:
//! `cargo run --release --example assumed > docs/assumed.md`.
//!
//! Each cell is the median over five seeds; R3 counts the calls of `cleanup_net()` that began while the loop ran. Arguments,
//! `KEY` or `KEY=VALUE`, restrict the table to the first row and theirs.

use rcusim::experiment::execute;
use rcusim::experiment::ranges::{Span, assumed};
use rcusim::experiment::scenario::Scenario;
use rcusim::models::outcome::Outcome;
use rcusim::models::simulate;
use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;

/// Seeds of every cell.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=5;
/// The runs of a row.
const RUNS: [(&str, &str); 4] = [
    ("report-40cpu", "per-call"),
    ("report-40cpu", "batch-free"),
    ("report-6cpu", "per-call"),
    ("report-6cpu", "batch-free"),
];

/// What does nothing on these machines while something else is off, and that other switched on: as high as it may plausibly
/// be, late IPIs as often as on the recorded machine. Under `PREEMPT_VOLUNTARY` every `might_sleep()` ends a hog's stretch.
const COMPANIONS: [(&str, &[(&str, &str)]); 6] = [
    ("noise.work", &[("noise.threads", "2")]),
    (
        "hogs.stretch",
        &[("hogs.in_kernel", "1"), ("machine.preempt", "none")],
    ),
    ("costs.ipi_stall", &[("costs.ipi_stall_permille", "200")]),
    ("costs.ipi_stall_permille", &[("costs.ipi_stall", "200us")]),
    (
        "costs.conntrack_bucket",
        &[("netns.conntrack_buckets", "65536")],
    ),
    ("costs.conntrack_gc", &[("netns.conntrack_gc", "125ms")]),
];
/// What does nothing in these loops whatever else is assumed: they receive no packets.
const FRAGMENTS: [&str; 3] = ["costs.fragment", "sizes.frag_queue", "sizes.frag_skb"];

/// Above the rows.
const HEAD: &str = "\
# Every assumed value at either end of its range

Written by `cargo run --release --example assumed > docs/assumed.md`. Largest drop (median of seeds 1 to 5) and how many of them
collapse (more than half of the namespaces alive as the loop ends). A value moves on the machine for which it is assumed. Reported: R2 15 GB, R3 4 calls, R4 at most about 0.4 GB, R5 not
reproduced.

An end at which the value stands anyway has no row. What does nothing while something else is off is moved *with* that switched
on; `noise.threads=2` and the like alone have rows of their own. What fragments cost and how large they are has no rows: a
loop of `unshare` receives none ([destroy.md](destroy.md) has tables that hold some).

| changed | 40 CPUs per call (R2) | calls of `cleanup_net()` (R3) | 40 batched (R4) | 6 per call (R5) | 6 batched |
|---|---|---|---|---|---|
";

/// What a run says about the report.
#[derive(Clone, Copy)]
struct Figures {
    drop_gb: f64,
    calls: usize,
    collapsed: bool,
}

impl Figures {
    fn of(outcome: &Outcome) -> Self {
        let loop_ns = outcome.loop_ns.unwrap_or(u64::MAX);
        let calls = outcome.cleanup_net.iter();
        let live = outcome.live_at_loop_end.unwrap_or(0);
        Self {
            drop_gb: gigabytes(outcome.peak_drop_bytes),
            calls: calls.filter(|call| call.start_ns < loop_ns).count(),
            collapsed: live * 2 > outcome.created,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "bytes of a machine fit")]
fn gigabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e9
}

/// A value moved to one end.
#[derive(Clone, Copy)]
struct Moved {
    span: Span,
    value: u64,
}

/// One row: what was changed.
type Change = Option<Moved>;

impl Moved {
    fn companions(self) -> &'static [(&'static str, &'static str)] {
        let found = COMPANIONS
            .iter()
            .find(|(key, _)| *key == self.span.key.path);
        found.map_or(&[], |(_, companions)| companions)
    }

    fn setting(self) -> String {
        let Self { span, value } = self;
        format!("{}={}", span.key.path, span.key.format(value))
    }

    fn name(self) -> String {
        let with = self.companions().iter();
        let with: Vec<_> = with
            .map(|(key, value)| format!("`{key}={value}`"))
            .collect();
        match &with[..] {
            [] => format!("`{}`", self.setting()),
            with => format!("`{}` with {}", self.setting(), with.join(" and ")),
        }
    }
}

fn scenario(
    base: &str,
    policy: &str,
    seed: u64,
    change: Change,
) -> Result<Scenario, Box<dyn Error>> {
    let mut scenario = Scenario::builtin(base).ok_or("an embedded scenario")?;
    scenario.set("kernel.policy", policy)?;
    scenario.set("run.seed", &seed.to_string())?;
    if let Some(moved) = change
        && is_assumed(&scenario, &moved.span)
    {
        let key = moved.span.key;
        scenario.set(key.path, &key.format(moved.value))?;
        for (key, value) in moved.companions() {
            scenario.set(key, value)?;
        }
    }
    Ok(scenario)
}

/// Whether the scenario assumes the key's value: only those move.
fn is_assumed(scenario: &Scenario, span: &Span) -> bool {
    scenario.provenance(span.key).0.name() == "assumed"
}

/// Whether it moves anything on any of the machines.
fn acts(moved: &Moved) -> bool {
    let Moved { span, value } = moved;
    let names = RUNS.iter().map(|(base, _)| base);
    let mut scenarios = names.filter_map(|name| Scenario::builtin(name));
    let moves = |s: Scenario| is_assumed(&s, span) && (span.key.get)(&s.params) != *value;
    !FRAGMENTS.contains(&span.key.path) && scenarios.any(moves)
}

fn changes(only: &[String]) -> Vec<Change> {
    let asked = |moved: &Moved| {
        let names = [moved.span.key.path.to_owned(), moved.setting()];
        only.is_empty() || only.iter().any(|name| names.contains(name))
    };
    let ends = |span: Span| [span.low, span.high].map(|value| Moved { span, value });
    let all = assumed().into_iter().flat_map(ends);
    let moved = all.filter(acts).filter(asked).map(Some);
    std::iter::once(None).chain(moved).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn cell(figures: &[Figures]) -> String {
    let drop = median(figures.iter().map(|f| f.drop_gb).collect());
    let collapsed = figures.iter().filter(|f| f.collapsed).count();
    format!("{drop:.2} GB, {collapsed} of {} collapse", figures.len())
}

fn row(change: Change, figures: &[Vec<Figures>]) -> String {
    let mut calls: Vec<_> = figures[0].iter().map(|f| f.calls).collect();
    calls.sort_unstable();
    let cells: Vec<_> = figures.iter().map(|f| cell(f)).collect();
    let (first, rest) = cells.split_first().expect("four runs");
    format!(
        "| {} | {first} | {} | {} |",
        change.map_or_else(|| "as declared".to_owned(), Moved::name),
        calls[calls.len() / 2],
        rest.join(" | ")
    )
}

fn main() -> Result<(), Box<dyn Error>> {
    let only: Vec<_> = std::env::args().skip(1).collect();
    let changes = changes(&only);
    let mut tasks = Vec::new();
    for change in &changes {
        for (base, policy) in RUNS {
            for seed in SEEDS {
                tasks.push(scenario(base, policy, seed, *change)?.params);
            }
        }
    }
    let jobs = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let found = execute::map(jobs, tasks.into_iter(), |params| {
        Figures::of(&simulate(&params))
    });
    let mut table = HEAD.to_owned();
    let mut all = found.into_iter();
    for change in changes {
        let seeds = SEEDS.count();
        let figures: Vec<Vec<_>> = RUNS
            .iter()
            .map(|_| all.by_ref().take(seeds).collect())
            .collect();
        writeln!(table, "{}", row(change, &figures))?;
    }
    io::stdout().write_all(table.as_bytes())?;
    Ok(())
}
