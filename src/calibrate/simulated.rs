//! The same quantities of a simulated run.

use super::numbers::float;
use super::quantity::{self, BARRIER, Counts, GRACE, TRIVIAL_MS, Values, WAIT, put};
use crate::models::outcome::Outcome;

/// All quantities of a run. A loop that did not end within the recording's length counts with that length.
pub fn simulated(outcome: &Outcome) -> Values {
    let mib = |bytes: u64| float(bytes) / 1_048_576.0;
    let ms = |ns: u64| float(ns) / 1e6;
    let last = outcome.series.last().map_or(0, |sample| sample.t_ns);
    let mut values = Values::new();
    let loop_ns = outcome.loop_ns.unwrap_or(last);
    put(&mut values, "loop_s", Some(float(loop_ns) / 1e9));
    put(
        &mut values,
        "peak_drop_mib",
        Some(mib(outcome.peak_drop_bytes)),
    );
    put(
        &mut values,
        "end_drop_mib",
        Some(mib(outcome.end_drop_bytes)),
    );
    put(&mut values, "live_peak", Some(float(outcome.live_peak)));
    put(
        &mut values,
        "blocked_kworkers",
        Some(float(outcome.kworkers_blocked_peak)),
    );
    let ended = outcome.cleanup_net.iter().filter(|call| call.finished);
    Counts {
        full: float(outcome.barriers.full),
        early: float(outcome.barriers.early_exits),
        cleanup_ms: ended.map(|call| ms(call.duration_ns)).collect(),
    }
    .put(&mut values);
    let calls = outcome.calls.iter();
    let waits: Vec<f64> = calls
        .map(|call| ms(call.granted_ns.saturating_sub(call.begin_ns)))
        .collect();
    quantity::percentiles(&mut values, WAIT, &waits);
    let runs = outcome.barrier_ns.iter().map(|&run| ms(run));
    let runs: Vec<f64> = runs.filter(|&run| run > TRIVIAL_MS).collect();
    quantity::percentiles(&mut values, BARRIER, &runs);
    let grace: Vec<f64> = outcome.grace_period_ns.iter().map(|&ns| ms(ns)).collect();
    quantity::percentiles(&mut values, GRACE, &grace);
    values
}

/// Memory lost over time: seconds since the workload began, and MiB.
pub fn curve(outcome: &Outcome) -> Vec<(f64, f64)> {
    let point = |s: &crate::models::outcome::Sample| {
        (float(s.t_ns) / 1e9, float(s.drop_bytes) / 1_048_576.0)
    };
    outcome.series_to_end().map(point).collect()
}
