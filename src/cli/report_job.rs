//! `rcusim` alone: the December 2020 report, before and after the patch.

use super::exit::Done;
use super::{load, output, simulate};
use crate::report::{Run, table};

/// The report's machines, before and after the patch.
pub(super) fn run() -> Result<Done, String> {
    let jobs = ["report-40cpu", "report-6cpu"]
        .into_iter()
        .flat_map(|name| ["per-call", "batch-free"].map(|policy| (name, policy)));
    let mut scenarios = Vec::new();
    for (name, policy) in jobs {
        let mut scenario = load::scenario(name)?;
        load::apply(&mut scenario, &format!("kernel.policy={policy}"))?;
        let cpus = scenario.params.cpus;
        scenarios.push((format!("{cpus} CPUs {policy}"), scenario));
    }
    let runs: [Run; 4] = simulate::all(scenarios)?
        .try_into()
        .expect("two scenarios under two policies");
    let text = format!(
        "50,000 unshare(CLONE_NEWNET), before the patch (per-call) and after it (batch-free)\n\n\
         {}\n{}\n\
         More: rcusim run report-40cpu, rcusim ablate report-40cpu, rcusim --help   (rcusim {})\n",
        table::compare(&runs),
        table::figures(&runs),
        env!("CARGO_PKG_VERSION"),
    );
    output::stdout(&text)?;
    Ok(Done::Ran)
}
