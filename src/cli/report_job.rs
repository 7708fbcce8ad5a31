//! `rcusim` alone: the December 2020 report, before and after the patch.

use super::exit::Done;
use super::{load, output, simulate};
use crate::report::{Run, table};
use std::ops::RangeInclusive;

/// One run is too short for a verdict on a backlog that jumps as `cleanup_net()` takes it; these together are not.
const SEEDS: RangeInclusive<u64> = 1..=5;

/// The report's machines, before and after the patch.
pub(super) fn run() -> Result<Done, String> {
    output::check_stdout()?;
    let jobs = ["report-40cpu", "report-6cpu"]
        .into_iter()
        .flat_map(|name| ["per-call", "batch-free"].map(|policy| (name, policy)))
        .flat_map(|job| SEEDS.map(move |seed| (job, seed)));
    let mut scenarios = Vec::new();
    for ((name, policy), seed) in jobs {
        let mut scenario = load::scenario(name)?;
        load::apply(&mut scenario, &format!("kernel.policy={policy}"))?;
        load::apply(&mut scenario, &format!("run.seed={seed}"))?;
        let cpus = scenario.params.cpus;
        scenarios.push((format!("{cpus} CPUs {policy}"), scenario));
    }
    let runs = simulate::all(scenarios)?;
    let mut machines = runs.chunk_by(|a, b| a.label == b.label);
    let machines: [&[Run]; 4] =
        core::array::from_fn(|_| machines.next().expect("two scenarios under two policies"));
    let text = format!(
        "50,000 unshare(CLONE_NEWNET), before the patch (per-call) and after it (batch-free)\n\
         seed {}; verdict and R1 to R5: seeds {0} to {}\n\n\
         {}\n{}\n\
         More: rcusim run report-40cpu, rcusim ablate report-40cpu, rcusim remedies report-40cpu, rcusim --help   (rcusim {})\n",
        SEEDS.start(),
        SEEDS.end(),
        table::first_of_each(&machines),
        table::figures(&machines),
        env!("CARGO_PKG_VERSION"),
    );
    output::stdout(&text)?;
    Ok(Done::Ran)
}
