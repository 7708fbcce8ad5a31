//! Which way a change goes: before and after the patch, few CPUs and many.
//!
//! Two recordings are a pair if they differ in the policy only, or in the CPUs (and what goes with them: the noise threads,
//! one for each CPU) only. A direction is judged where the recorded values differ by more than repeated recordings of the
//! same settings do; smaller differences say nothing.

use super::recording::{Meta, Recording};
use super::score::Compared;
use serde::Serialize;

/// Recordings of the same settings differ by up to this factor (q1 and q2, per call: 748 and 493 MiB).
const REPEATS: f64 = 1.5;
/// Quantities whose direction is judged.
const JUDGED: [&str; 4] = ["loop_s", "peak_drop_mib", "live_peak", "blocked_kworkers"];

/// A comparison of two recordings in one quantity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Direction {
    /// What differs: `policy` or `cpus`.
    pub change: &'static str,
    /// The quantity.
    pub quantity: &'static str,
    /// The first recording.
    pub from: String,
    /// The second recording.
    pub to: String,
    /// Recorded value of the second over the first, both raised to the floor.
    pub real_ratio: f64,
    /// The same of the simulated medians.
    pub sim_ratio: f64,
    /// Whether both go the same way.
    pub right: bool,
}

/// Every direction that can be judged.
pub(super) fn directions(all: &[(&Recording, Vec<Compared>)]) -> Vec<Direction> {
    let mut out = Vec::new();
    for (a, from) in all {
        for (b, to) in all {
            let Some(change) = change(a, b) else {
                continue;
            };
            for name in JUDGED {
                let find = |list: &[Compared]| list.iter().find(|q| q.name == name).cloned();
                if let (Some(x), Some(y)) = (find(from), find(to)) {
                    let names = [&a.meta.name, &b.meta.name];
                    out.extend(judge(change, names, &x, &y));
                }
            }
        }
    }
    out
}

fn judge(
    change: &'static str,
    [from, to]: [&String; 2],
    x: &Compared,
    y: &Compared,
) -> Option<Direction> {
    let ratio = |a: f64, b: f64| b.max(x.floor) / a.max(x.floor);
    let real_ratio = ratio(x.real, y.real);
    let sim_ratio = ratio(x.sim_p50, y.sim_p50);
    (real_ratio > REPEATS || real_ratio * REPEATS < 1.0).then(|| Direction {
        change,
        quantity: x.name,
        from: from.clone(),
        to: to.clone(),
        real_ratio,
        sim_ratio,
        right: (real_ratio > 1.0) == (sim_ratio > 1.0) && (sim_ratio - 1.0).abs() > 1e-9,
    })
}

/// What differs between two recordings, if it is one thing, in the order in which it is told.
fn change(a: &Recording, b: &Recording) -> Option<&'static str> {
    // A copy without its trace is still of a run that was traced.
    let traced = |r: &Recording| r.trace.is_some() || r.meta.name.contains("trace");
    let both_or_none = traced(a) == traced(b);
    let (a, b) = (&a.meta, &b.meta);
    let same = a.calls == b.calls
        && a.hz == b.hz
        && a.preempt == b.preempt
        && a.creators == b.creators
        && a.max_active == b.max_active
        && a.conntrack_buckets() == b.conntrack_buckets();
    if !same {
        return None;
    }
    let policies = (a.policy(), b.policy());
    let noise = (a.noise(), b.noise());
    if a.cpus_online == b.cpus_online && noise.0 == noise.1 {
        let before_after = policies == ("per-call", "batch-free") && both_or_none;
        return before_after.then_some("policy");
    }
    let each = |meta: &Meta| meta.noise() == meta.cpus_online;
    let same_noise = noise == (0, 0) || (each(a) && each(b));
    (policies.0 == policies.1 && same_noise && a.cpus_online < b.cpus_online).then_some("cpus")
}
