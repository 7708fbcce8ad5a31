//! How much slower the recorded machine does what the report's is assumed to do, cost by cost, and what the report would look
//! like with one factor for all: `cargo run --release --example factors > docs/factors.md`.
//!
//! Each cell is the median over five seeds. Arguments, factors, restrict the second table to their rows; `--names` prints the
//! names of all its rows alone.

#[path = "shared/runs.rs"]
mod runs;
#[path = "shared/seeds.rs"]
mod seeds;

use rcusim::experiment::key::Key;
use rcusim::experiment::keys::KEYS;
use rcusim::experiment::scenario::Scenario;
use runs::{RUNS, run_all};
use seeds::{Figures, SEEDS, row};
use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write as _};

/// Factors for all, and none: as declared.
const FACTORS: [&str; 5] = ["none", "1", "2", "3.5", "6"];
/// Costs that no factor makes: the thread says what a creation takes, late IPIs and slow fresh memory are of virtual
/// machines alone, and the recordings do not tell the others apart.
const OTHERS: [&str; 11] = [
    "costs.unshare",
    "costs.unshare_per_cpu",
    "costs.fresh_mib",
    "costs.unshare_rtnl",
    "costs.resched_interval",
    "costs.ipi_stall",
    "costs.ipi_stall_permille",
    "costs.spin_handover",
    "costs.barrier_per_cpu",
    "costs.fragment",
    "costs.unhash_nsid",
];
/// Of the recorded machine part of [`REST`].
const PER_CPU: &str = "costs.cleanup_per_cpu";
/// For a namespace on the two CPUs of the recorded machine.
const REST: &str = "costs.cleanup_rest";

const HEAD: &str = "\
# Recorded and assumed costs

Written by `cargo run --release --example factors > docs/factors.md`. The recorded machine is emulated; the report's is real, and
nobody measured it. Its costs were frozen one by one, each as a round part of the emulated one or as what such a step takes on a server of 2020, before the first
run that used it. So no single factor of speed lies between the two machines:

| cost | recorded | assumed | factor |
|---|---|---|---|
";

const BETWEEN: &str = "
A namespace's rest on the recorded machine is set against `costs.cleanup_rest` and two CPUs' `costs.cleanup_per_cpu`. Not in the table: creation, whose cost
is the report's own (R1); late IPIs and fresh memory, which are slow in virtual machines alone; what the recordings do not tell (`costs.unshare_rtnl`,
`costs.resched_interval`, `costs.spin_handover`, `costs.barrier_per_cpu`, `costs.unhash_nsid`, fragments). A call of `unshare` took 1.07 ms in the emulator (10th percentile) and 0.31 on two
CPUs of a native 6.18: 3.5, which is about what most rows have. `costs.barrier_step` and
`costs.fqdir_free` are half of the recorded, and `costs.callback` is one `kmem_cache_free()` and a bit. The others: an interrupt and waking a CPU are dearer in an emulator than plain work (10 and 7; reasoned, not
measured); `costs.worker_creation` and `costs.table_destroy` were set to what such a step was thought to take on a server, not to a part of the recorded one, so that destroying one costs
more there than on the slower machine. That may be too much; frozen costs are not changed, and the rows below show what hangs on it.

## The report with one factor for all

All costs of the table as recorded, over the factor; everything else as declared. Largest drop (median of seeds 1 to 5) and how many of them collapse.

| factor | 40 CPUs per call (R2) | calls of `cleanup_net()` (R3) | 40 batched (R4) | 6 per call (R5) | 6 batched |
|---|---|---|---|---|---|
";

fn builtin(name: &str) -> Result<Scenario, Box<dyn Error>> {
    Ok(Scenario::builtin(name).ok_or("an embedded scenario")?)
}

/// The costs that one factor makes.
fn scaled() -> impl Iterator<Item = &'static Key> {
    let costs = KEYS.iter().filter(|key| key.path.starts_with("costs."));
    costs.filter(|key| key.path != PER_CPU && !OTHERS.contains(&key.path))
}

#[expect(clippy::cast_precision_loss, reason = "a cost or a run's bytes fit")]
fn float(n: u64) -> f64 {
    n as f64
}

/// A key's value; for [`REST`] with two CPUs' share.
fn cost(key: &Key, scenario: &Scenario) -> u64 {
    let value = (key.get)(&scenario.params);
    if key.path == REST {
        return value + 2 * scenario.params.costs.cleanup_per_cpu.as_ns();
    }
    value
}

fn factors() -> Result<String, Box<dyn Error>> {
    let (recorded, report) = (builtin("recorded-2cpu")?, builtin("report-40cpu")?);
    let mut table = String::new();
    for key in scaled() {
        let (slow, fast) = (cost(key, &recorded), cost(key, &report));
        let factor = float(slow) / float(fast);
        let (slow, fast) = (key.format(slow), key.format(fast));
        writeln!(table, "| `{}` | {slow} | {fast} | {factor:.1} |", key.path)?;
    }
    Ok(table)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a part of a cost is one"
)]
fn scenario(run: (&str, &str), seed: u64, factor: &str) -> Result<Scenario, Box<dyn Error>> {
    let (mut scenario, recorded) = (runs::scenario(run)?, builtin("recorded-2cpu")?);
    scenario.set("run.seed", &seed.to_string())?;
    if factor == "none" {
        return Ok(scenario);
    }
    let factor: f64 = factor.parse()?;
    for key in scaled() {
        let mut value = (float(cost(key, &recorded)) / factor).round() as u64;
        if key.path == REST {
            value = value.saturating_sub(2 * scenario.params.costs.cleanup_per_cpu.as_ns());
        }
        (key.set)(&mut scenario.params, value);
    }
    Ok(scenario)
}

fn main() -> Result<(), Box<dyn Error>> {
    let only: Vec<_> = std::env::args().skip(1).collect();
    let name = |factor| match factor {
        "none" => "as declared",
        factor => factor,
    };
    if only == ["--names"] {
        writeln!(io::stdout(), "{}", FACTORS.map(name).join("\n"))?;
        return Ok(());
    }
    let asked = |f: &&str| only.is_empty() || only.iter().any(|o| o == f);
    let rows: Vec<&str> = FACTORS.into_iter().filter(asked).collect();
    let mut tasks = Vec::new();
    for factor in &rows {
        for run in RUNS {
            for seed in SEEDS {
                tasks.push(scenario(run, seed, factor)?.params);
            }
        }
    }
    let found = run_all(tasks, |outcome| Figures::of(&outcome));
    let mut text = format!("{HEAD}{}{BETWEEN}", factors()?);
    for (factor, figures) in rows.iter().zip(found.chunks(RUNS.len() * SEEDS.count())) {
        writeln!(text, "{}", row(name(factor), figures))?;
    }
    io::stdout().write_all(text.as_bytes())?;
    Ok(())
}
