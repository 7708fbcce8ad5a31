//! How far the report's figures R2 to R5 move when each assumed value goes to either end of its plausible range:
//! `cargo run --release --example assumed > docs/assumed.md`.
//!
//! Each cell is the median over five seeds; R3 counts the calls of `cleanup_net()` that began while the loop ran. Keys given as
//! arguments restrict the table to their rows.

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

/// Above the rows.
const HEAD: &str = "\
# Every assumed value at either end of its range

Written by `cargo run --release --example assumed > docs/assumed.md`. Largest drop (median of seeds 1 to 5) and how many of them
collapse (more than half of the namespaces alive as the loop ends). A value moves on the machine for which it is assumed. Reported: R2 15 GB, R3 4 calls, R4 at most about 0.4 GB, R5 not
reproduced.

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

/// One row: what was changed.
type Change = Option<(Span, u64)>;

fn scenario(
    base: &str,
    policy: &str,
    seed: u64,
    change: Change,
) -> Result<Scenario, Box<dyn Error>> {
    let mut scenario = Scenario::builtin(base).ok_or("an embedded scenario")?;
    scenario.set("kernel.policy", policy)?;
    scenario.set("run.seed", &seed.to_string())?;
    if let Some((span, value)) = change
        && is_assumed(&scenario, &span)
    {
        scenario.set(span.key.path, &span.key.format(value))?;
    }
    Ok(scenario)
}

/// Whether the scenario assumes the key's value: only those move.
fn is_assumed(scenario: &Scenario, span: &Span) -> bool {
    scenario.provenance(span.key).0.name() == "assumed"
}

fn acts(span: &Span) -> bool {
    let names = RUNS.iter().map(|(base, _)| base);
    let mut scenarios = names.filter_map(|name| Scenario::builtin(name));
    scenarios.any(|scenario| is_assumed(&scenario, span))
}

fn changes(only: &[String]) -> Vec<Change> {
    let asked = |span: &Span| only.is_empty() || only.iter().any(|key| key == span.key.path);
    let spans = assumed().into_iter().filter(acts).filter(asked);
    let ends = spans.flat_map(|span| [Some((span, span.low)), Some((span, span.high))]);
    std::iter::once(None).chain(ends).collect()
}

fn name(change: Change) -> String {
    change.map_or_else(
        || "as declared".to_owned(),
        |(span, value)| format!("`{}={}`", span.key.path, span.key.format(value)),
    )
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
        name(change),
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
