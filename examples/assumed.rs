//! How far the report's figures R2 to R5 move when each assumed value goes to either end of its plausible range:
//! `cargo run --release --example assumed > docs/assumed.md`.
//!
//! Each cell is the median over five seeds; R3 counts the calls of `cleanup_net()` that began while the loop ran. Arguments,
//! `KEY` or `KEY=VALUE`, restrict the table to the first row and theirs; `--names` prints the names of all rows alone.

#[path = "shared/runs.rs"]
mod runs;
#[path = "shared/seeds.rs"]
mod seeds;

use rcusim::experiment::ranges::{Span, assumed};
use rcusim::experiment::scenario::Scenario;
use runs::{RUNS, run_all};
use seeds::{Figures, SEEDS, row};
use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write as _};

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

fn scenario(run: (&str, &str), seed: u64, change: Change) -> Result<Scenario, Box<dyn Error>> {
    let mut scenario = runs::scenario(run)?;
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

fn main() -> Result<(), Box<dyn Error>> {
    let only: Vec<_> = std::env::args().skip(1).collect();
    let name = |change: &Change| change.map_or_else(|| "as declared".to_owned(), Moved::name);
    if only == ["--names"] {
        let names: Vec<String> = changes(&[]).iter().map(name).collect();
        writeln!(io::stdout(), "{}", names.join("\n"))?;
        return Ok(());
    }
    let changes = changes(&only);
    let mut tasks = Vec::new();
    for change in &changes {
        for run in RUNS {
            for seed in SEEDS {
                tasks.push(scenario(run, seed, *change)?.params);
            }
        }
    }
    let found = run_all(tasks, |outcome| Figures::of(&outcome));
    let mut table = HEAD.to_owned();
    for (change, figures) in changes.iter().zip(found.chunks(RUNS.len() * SEEDS.count())) {
        writeln!(table, "{}", row(&name(change), figures))?;
    }
    io::stdout().write_all(table.as_bytes())?;
    Ok(())
}
