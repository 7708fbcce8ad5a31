//! The machine's report: one object a run, in fixed integer units. `schema/run.schema.json` gives
//! each field's meaning, unit, window and null.

use super::notes::notes;
use super::steady::SteadyJson;
use super::{Run, drop_rate, mean, percentile};
use crate::experiment::metrics::{backlog_at_loop_end, collapsed, in_use_at_loop_end, stay};
use crate::experiment::pace::Pace;
use crate::experiment::rows::ended;
use crate::experiment::{Expectation, Finding, judge};
use crate::models::caches::{ByCache, Cache};
use crate::models::outcome::Outcome;
use crate::models::spent::{Lifetime, Spent, Split};
use crate::sim::Waits;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct RunJson<'r> {
    scenario: &'r str,
    machine: Option<&'r str>,
    policy: &'static str,
    barrier: &'static str,
    seed: u64,
    version: &'static str,
    again: &'r str,
    set: BTreeMap<&'static str, String>,
    inputs: BTreeMap<&'static str, String>,
    verdict: &'static str,
    reason: String,
    notes: Vec<String>,
    digest: String,
    events: u64,
    ended: &'static str,
    waits: Vec<WaitJson<'r>>,
    out_of_memory_ns: Option<u64>,
    sim_ns: u64,
    memory: Memory,
    namespaces: Namespaces,
    loop_ns: Option<u64>,
    settled_ns: Option<u64>,
    barriers: Barriers,
    lifetime: Lifetimes,
    destruction: Destroyed,
    cleanup_net: Vec<Cleanup>,
    grace_periods: Lengths,
    barrier_lengths: Lengths,
    kworkers_blocked_peak: u64,
    system_wq_wait_max_ns: u64,
    steady_state: SteadyJson,
    expectations: &'r [Finding],
}

/// Who waits for whom at a deadlock.
#[derive(Serialize)]
struct WaitJson<'r> {
    who: &'r str,
    for_what: &'r str,
}

impl<'r> WaitJson<'r> {
    fn of(wait: &'r Waits) -> Self {
        Self {
            who: &wait.who,
            for_what: &wait.for_what,
        }
    }
}

#[derive(Serialize)]
struct Memory {
    drop_bytes_per_s: Option<u64>,
    peak_drop_bytes: u64,
    peak_drop_ns: u64,
    end_drop_bytes: u64,
    peak_by_cache: BTreeMap<String, u64>,
    end_by_cache: BTreeMap<String, u64>,
}

#[derive(Serialize)]
struct Namespaces {
    created: u64,
    asked_per_1000_s: Option<u64>,
    made_per_1000_s: Option<u64>,
    saturated: Option<bool>,
    live_peak: u64,
    live_at_loop_end: Option<u64>,
    in_use_at_loop_end: Option<u64>,
    backlog_at_loop_end: Option<u64>,
    collapsed: Option<bool>,
}

impl Namespaces {
    fn of(run: &Run) -> Self {
        let outcome = &run.outcome;
        let pace = Pace::of(&run.scenario.params, outcome);
        Self {
            created: outcome.created,
            asked_per_1000_s: pace.map(|pace| pace.asked),
            made_per_1000_s: pace.map(|pace| pace.made),
            saturated: pace.map(|pace| pace.is_saturated()),
            live_peak: outcome.live_peak,
            live_at_loop_end: outcome.live_at_loop_end,
            in_use_at_loop_end: in_use_at_loop_end(outcome),
            backlog_at_loop_end: backlog_at_loop_end(outcome),
            collapsed: collapsed(outcome),
        }
    }
}

#[derive(Serialize)]
struct Barriers {
    calls: u64,
    full: u64,
    full_trivial: u64,
    early_exits: u64,
    steals: u64,
    handoffs: u64,
    slept_though_satisfied: u64,
    slept_though_satisfied_ns: u64,
    slept_unsatisfied_ns: u64,
}

#[derive(Serialize)]
struct Lifetimes {
    namespaces: LifetimeJson,
    fqdirs: LifetimeJson,
    dead: Dead,
}

#[derive(Serialize)]
struct Dead {
    count: u64,
    p50_ns: Option<u64>,
    p90_ns: Option<u64>,
    p99_ns: Option<u64>,
    max_ns: Option<u64>,
}

impl Dead {
    fn of(outcome: &Outcome) -> Self {
        Self {
            count: outcome.dead_ns.count(),
            p50_ns: stay(outcome, 50),
            p90_ns: stay(outcome, 90),
            p99_ns: stay(outcome, 99),
            max_ns: stay(outcome, 100),
        }
    }
}

#[derive(Serialize)]
struct LifetimeJson {
    count: u64,
    total_ns: u128,
    split: BTreeMap<String, u128>,
}

impl LifetimeJson {
    fn of(lifetime: &Lifetime) -> Self {
        Self {
            count: lifetime.count,
            total_ns: lifetime.split.total(),
            split: split(&lifetime.split),
        }
    }
}

fn split(split: &Split) -> BTreeMap<String, u128> {
    let all = Spent::ALL.iter();
    all.map(|&spent| (format!("{}_ns", spent.name()), split.get(spent)))
        .collect()
}

#[derive(Serialize)]
struct Destroyed {
    tables: u64,
    cpus_peak: u64,
    busy_ns: u64,
    work_ns: u64,
    longest_ns: u64,
}

#[derive(Serialize)]
struct Cleanup {
    start_ns: u64,
    batch: u64,
    duration_ns: u64,
    barrier_ns: u64,
    gp_ns: u64,
    rtnl_ns: u64,
    split: BTreeMap<String, u128>,
    finished: bool,
}

#[derive(Serialize)]
struct Lengths {
    count: u64,
    min_ns: Option<u64>,
    mean_ns: Option<u64>,
    p50_ns: Option<u64>,
    p90_ns: Option<u64>,
    p99_ns: Option<u64>,
}

#[derive(Serialize)]
struct RunsJson<'r> {
    version: &'static str,
    runs: Vec<RunJson<'r>>,
}

impl Lengths {
    fn of(values: &[u64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        Self {
            count: u64::try_from(sorted.len()).expect("a length fits in 64 bits"),
            min_ns: sorted.first().copied(),
            mean_ns: mean(&sorted),
            p50_ns: percentile(&sorted, 50),
            p90_ns: percentile(&sorted, 90),
            p99_ns: percentile(&sorted, 99),
        }
    }
}

impl Destroyed {
    fn of(outcome: &Outcome) -> Self {
        let d = &outcome.destruction;
        Self {
            tables: d.tables,
            cpus_peak: d.cpus_peak,
            busy_ns: d.busy_ns,
            work_ns: d.work_ns,
            longest_ns: d.longest_ns,
        }
    }
}

impl Barriers {
    fn of(outcome: &Outcome) -> Self {
        let b = &outcome.barriers;
        Self {
            calls: b.calls,
            full: b.full,
            full_trivial: b.full_trivial,
            early_exits: b.early_exits,
            steals: b.steals,
            handoffs: b.handoffs,
            slept_though_satisfied: b.slept_though_satisfied,
            slept_though_satisfied_ns: b.slept_though_satisfied_ns,
            slept_unsatisfied_ns: b.slept_unsatisfied_ns,
        }
    }
}

fn object<'r>(run: &'r Run, again: &'r str, expectations: &'r [Finding]) -> RunJson<'r> {
    let outcome = &run.outcome;
    let judgement = judge(outcome);
    RunJson {
        scenario: &run.scenario.name,
        machine: run.scenario.machine.as_deref(),
        policy: run.scenario.params.policy.name(),
        barrier: run.scenario.params.barrier.name(),
        seed: run.scenario.params.seed,
        version: env!("CARGO_PKG_VERSION"),
        again,
        set: run.scenario.set_by_command(),
        inputs: run.scenario.inputs(),
        verdict: judgement.verdict.name(),
        reason: judgement.reason,
        notes: notes(&run.scenario.params, outcome),
        digest: format!("{:016x}", outcome.digest),
        events: outcome.events,
        ended: ended(outcome.ended),
        waits: outcome.waits.iter().map(WaitJson::of).collect(),
        out_of_memory_ns: outcome.out_of_memory_ns,
        sim_ns: outcome.sim_ns,
        memory: Memory {
            drop_bytes_per_s: drop_rate(outcome),
            peak_drop_bytes: outcome.peak_drop_bytes,
            peak_drop_ns: outcome.peak_drop_ns,
            end_drop_bytes: outcome.end_drop_bytes,
            peak_by_cache: by_cache(&outcome.peak_by_cache),
            end_by_cache: by_cache(&outcome.end_by_cache),
        },
        namespaces: Namespaces::of(run),
        loop_ns: outcome.loop_ns,
        settled_ns: outcome.settled_ns,
        barriers: Barriers::of(outcome),
        lifetime: Lifetimes {
            namespaces: LifetimeJson::of(&outcome.namespace_time),
            fqdirs: LifetimeJson::of(&outcome.fqdir_time),
            dead: Dead::of(outcome),
        },
        destruction: Destroyed::of(outcome),
        cleanup_net: cleanups(outcome),
        grace_periods: Lengths::of(&outcome.grace_period_ns),
        barrier_lengths: Lengths::of(&outcome.barrier_ns),
        kworkers_blocked_peak: outcome.kworkers_blocked_peak,
        system_wq_wait_max_ns: outcome.system_wq_wait_max_ns,
        steady_state: SteadyJson::of(outcome),
        expectations,
    }
}

fn by_cache(bytes: &ByCache) -> BTreeMap<String, u64> {
    let named = Cache::ALL.iter().zip(bytes);
    named
        .map(|(cache, &bytes)| (format!("{}_bytes", cache.name()), bytes))
        .collect()
}

fn cleanups(outcome: &Outcome) -> Vec<Cleanup> {
    let calls = outcome.cleanup_net.iter();
    calls
        .map(|call| Cleanup {
            start_ns: call.start_ns,
            batch: call.batch,
            duration_ns: call.duration_ns,
            barrier_ns: call.barrier_ns,
            gp_ns: call.gp_ns,
            rtnl_ns: call.rtnl_ns,
            split: split(&call.split),
            finished: call.finished,
        })
        .collect()
}

fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("plain structs become JSON");
    text.push('\n');
    text
}

/// The object of one run, with the command that repeats it and what came of what was expected of it.
pub fn run(run: &Run, again: &str, expectations: &[Finding]) -> String {
    pretty(&object(run, again, expectations))
}

/// Looks at a run's object for what is expected.
///
/// # Panics
/// Never: plain structs become JSON.
pub fn findings(run: &Run, expectations: &[Expectation]) -> Vec<Finding> {
    let value = value(&object(run, "", &[]));
    let check = |expectation: &Expectation| expectation.check(&value);
    expectations.iter().map(check).collect()
}

/// What a reader of the text sees: sums beyond 64 bits, of which a value made at once can hold none, become floats.
fn value(object: &impl Serialize) -> serde_json::Value {
    let text = serde_json::to_string(object).expect("plain structs become JSON");
    serde_json::from_str(&text).expect("what was written as JSON is JSON")
}

/// `{ "version": .., "runs": [..] }`; `again` has the command that repeats each run.
pub fn runs(runs: &[Run], again: &[String]) -> String {
    let runs = runs.iter().zip(again);
    let runs = runs.map(|(run, again)| object(run, again, &[])).collect();
    pretty(&RunsJson {
        version: env!("CARGO_PKG_VERSION"),
        runs,
    })
}

#[cfg(test)]
mod tests {
    use super::value;

    /// Namespaces' times, added up: two million that wait for hours.
    #[test]
    fn sums_beyond_64_bits_can_be_looked_at() {
        let sum = value(&[u128::from(u64::MAX) + 1, 7]);
        assert_eq!((sum[0].as_u64(), sum[1].as_u64()), (None, Some(7)));
        assert!(sum[0].as_f64().is_some_and(|sum| sum > 1.8e19));
    }
}
