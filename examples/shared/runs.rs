//! The runs that a row of the tables about the report consists of.

use rcusim::experiment::execute;
use rcusim::experiment::scenario::Scenario;
use rcusim::models::outcome::{CleanupCall, Outcome};
use rcusim::models::params::Params;
use rcusim::models::simulate;
use std::error::Error;
use std::num::NonZeroUsize;

/// Both machines, before and after the patch: scenario and policy.
pub(crate) const RUNS: [(&str, &str); 4] = [
    ("report-40cpu", "per-call"),
    ("report-40cpu", "batch-free"),
    ("report-6cpu", "per-call"),
    ("report-6cpu", "batch-free"),
];

/// An embedded scenario under a policy.
pub(crate) fn scenario((base, policy): (&str, &str)) -> Result<Scenario, Box<dyn Error>> {
    let mut scenario = Scenario::builtin(base).ok_or("an embedded scenario")?;
    scenario.set("kernel.policy", policy)?;
    Ok(scenario)
}

/// Runs all on as many CPUs as there are, and keeps of each what `of` makes of it.
pub(crate) fn run_all<T: Send>(all: Vec<Params>, of: impl Fn(Outcome) -> T + Sync) -> Vec<T> {
    let jobs = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    execute::map(jobs, all.into_iter(), |params| of(simulate(&params)))
}

/// The calls of `cleanup_net()` that began while the loop ran (R3).
pub(crate) fn begun(outcome: &Outcome) -> impl Iterator<Item = &CleanupCall> {
    let loop_ns = outcome.loop_ns.unwrap_or(u64::MAX);
    let calls = outcome.cleanup_net.iter();
    calls.filter(move |call| call.start_ns < loop_ns)
}
