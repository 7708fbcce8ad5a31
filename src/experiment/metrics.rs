//! What is measured on a run: every number of a row, once, with its name, unit and meaning.

use super::pace::Pace;
use super::steady::{Steady, SteadyState, steady};
use super::verdict::{Judgement, judge};
use crate::models::outcome::{Outcome, Sample};
use crate::models::params::Params;
use crate::stats::convert::whole;

/// A run's outcome with what several metrics need of it.
#[derive(Debug)]
pub struct Measured<'o> {
    /// What came out.
    pub outcome: &'o Outcome,
    /// The verdict and why.
    pub judgement: Judgement,
    /// The steady state, if it has one.
    pub steady: Steady,
    /// What was asked for from outside and made, if anything was.
    pub pace: Option<Pace>,
    /// Lengths of grace periods, sorted \[ns\].
    grace_periods: Vec<u64>,
    /// Lengths of full barriers, sorted \[ns\].
    barriers: Vec<u64>,
}

impl<'o> Measured<'o> {
    /// Measures an outcome of these inputs.
    pub fn of(params: &Params, outcome: &'o Outcome) -> Self {
        let sorted = |values: &[u64]| {
            let mut sorted = values.to_vec();
            sorted.sort_unstable();
            sorted
        };
        Self {
            outcome,
            judgement: judge(outcome),
            steady: steady(outcome),
            pace: Pace::of(params, outcome),
            grace_periods: sorted(&outcome.grace_period_ns),
            barriers: sorted(&outcome.barrier_ns),
        }
    }
}

/// A whole number measured on a run; the unit is the end of its name.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Column name.
    pub name: &'static str,
    /// What it is, and when there is none.
    pub doc: &'static str,
    /// Reads it.
    pub get: fn(&Measured<'_>) -> Option<u64>,
}

impl Metric {
    /// The metric with that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        METRICS.iter().find(|metric| metric.name == name)
    }

    /// What it is, in a few words: the first clause of its description. Rates are shown as of a second.
    pub fn words(&self) -> String {
        let end = self.doc.find(';').unwrap_or(self.doc.len());
        let end = self.doc.find(" (").map_or(end, |bracket| end.min(bracket));
        let first = &self.doc[..end];
        let first = first.strip_suffix(", in thousandths").unwrap_or(first);
        first.replace(" in 1,000 seconds", " per second")
    }
}

macro_rules! metric {
    ($name:literal, $m:ident => $get:expr, $doc:literal) => {
        Metric {
            name: $name,
            doc: $doc,
            get: |$m| $get,
        }
    };
}

/// All metrics, in the order of a row's columns.
#[rustfmt::skip]
pub static METRICS: &[Metric] = &[
    metric!("events", m => Some(m.outcome.events), "events handled"),
    metric!("sim_ns", m => Some(m.outcome.sim_ns), "simulated time"),
    metric!("out_of_memory_ns", m => m.outcome.out_of_memory_ns, "when memory ran out; none if it did not"),
    metric!("drop_bytes_per_s", m => drop_rate(m.outcome), "largest drop of available memory over the time to it; none if that is 0"),
    metric!("peak_drop_bytes", m => Some(m.outcome.peak_drop_bytes), "largest drop of available memory"),
    metric!("peak_drop_ns", m => Some(m.outcome.peak_drop_ns), "when the drop was largest, since the workload began"),
    metric!("end_drop_bytes", m => Some(m.outcome.end_drop_bytes), "drop of available memory at the end, idle kworkers included, whose end is not modelled"),
    metric!("created", m => Some(m.outcome.created), "namespaces created"),
    metric!("asked_per_1000_s", m => m.pace.map(|pace| pace.asked), "namespaces asked for from outside in 1,000 seconds (of a run cut short the rate, or what was made, if that is more); none where creators ask themselves"),
    metric!("made_per_1000_s", m => m.pace.map(|pace| pace.made), "namespaces made in 1,000 seconds of the loop, or of a run cut short; none where creators ask themselves"),
    metric!("saturated", m => m.pace.map(|pace| u64::from(pace.is_saturated())), "1 if the creators could not keep up with what was asked for, otherwise 0; none where creators ask themselves"),
    metric!("live_peak", m => Some(m.outcome.live_peak), "most namespaces live at once"),
    metric!("live_at_loop_end", m => m.outcome.live_at_loop_end, "namespaces live when the loop ended; none if it did not"),
    metric!("in_use_at_loop_end", m => in_use_at_loop_end(m.outcome), "namespaces in a container's use when the loop ended; none if it did not"),
    metric!("backlog_at_loop_end", m => backlog_at_loop_end(m.outcome), "namespaces in no container's use and not wholly freed when the loop ended (their fqdirs too, by the last row of the series within it); none if it did not"),
    metric!("collapsed", m => collapsed(m.outcome).map(u64::from), "1 if more than half of the namespaces created were alive, in no container's use, as the loop (or a run cut short) ended, otherwise 0; none if none was created"),
    metric!("loop_ns", m => m.outcome.loop_ns, "when the last creation returned; none if it did not"),
    metric!("settled_ns", m => m.outcome.settled_ns, "when the last namespace was freed; none if it was not"),
    metric!("stay_p50_ns", m => stay(m.outcome, 50), "median time from a namespace's put to its free (the end of the cleanup_net() that freed it); none without any"),
    metric!("stay_p99_ns", m => stay(m.outcome, 99), "99th percentile of the time from a namespace's put to its free; none without any"),
    metric!("barrier_calls", m => Some(m.outcome.barriers.calls), "calls of rcu_barrier() (Begin)"),
    metric!("barriers_full", m => Some(m.outcome.barriers.full), "calls that ran a barrier (Inc1)"),
    metric!("barriers_trivial", m => Some(m.outcome.barriers.full_trivial), "full barriers that queued no CPU"),
    metric!("early_exits", m => Some(m.outcome.barriers.early_exits), "calls that left by EarlyExit"),
    metric!("steals", m => Some(m.outcome.barriers.steals), "full barriers started past others that wait for the mutex"),
    metric!("handoffs", m => Some(m.outcome.barriers.handoffs), "full barriers started by a waiter"),
    metric!("slept_though_satisfied", m => Some(m.outcome.barriers.slept_though_satisfied), "callers that a barrier had satisfied and that waited on through another one"),
    metric!("slept_though_satisfied_ns", m => Some(m.outcome.barriers.slept_though_satisfied_ns), "sleep for the mutex after a barrier had satisfied the caller, all callers"),
    metric!("slept_unsatisfied_ns", m => Some(m.outcome.barriers.slept_unsatisfied_ns), "sleep for the mutex before a barrier had satisfied the caller, all callers"),
    metric!("barrier_p50_ns", m => percentile(&m.barriers, 50), "length of a full barrier, median; none without any"),
    metric!("barrier_p99_ns", m => percentile(&m.barriers, 99), "length of a full barrier, 99th percentile; none without any"),
    metric!("grace_periods", m => u64::try_from(m.grace_periods.len()).ok(), "grace periods that ended"),
    metric!("grace_period_p50_ns", m => percentile(&m.grace_periods, 50), "length of a grace period, median; none without any"),
    metric!("grace_period_p99_ns", m => percentile(&m.grace_periods, 99), "length of a grace period, 99th percentile; none without any"),
    metric!("cleanup_net_calls", m => u64::try_from(m.outcome.cleanup_net.len()).ok(), "calls of cleanup_net()"),
    metric!("cleanup_net_max_ns", m => m.outcome.cleanup_net.iter().map(|call| call.duration_ns).max(), "the longest call of cleanup_net(); none without any"),
    metric!("kworkers_blocked_peak", m => Some(m.outcome.kworkers_blocked_peak), "most kworkers blocked at once"),
    metric!("system_wq_wait_max_ns", m => Some(m.outcome.system_wq_wait_max_ns), "longest wait of a kfree_rcu work in system_wq"),
    metric!("warm_up_ns", m => reached(m).map(|s| s.warm_up_ns), "length of the warm-up (MSER-5 on live namespaces); none for a terminating run, and where no steady state was reached"),
    metric!("steady_live_milli", m => reached(m).and_then(|s| milli(s.mean.mean)), "mean number of live namespaces after the warm-up, in thousandths; none for a terminating run, and where no steady state was reached"),
];

fn reached<'m>(measured: &'m Measured<'_>) -> Option<&'m SteadyState> {
    match &measured.steady {
        Steady::Reached(state) => Some(state),
        Steady::NotApplicable | Steady::TooShort | Steady::NotReached => None,
    }
}

/// A number in thousandths; `None` below zero.
pub(crate) fn milli(value: f64) -> Option<u64> {
    (value >= 0.0).then(|| u64::try_from(whole((1_000.0 * value).round())).unwrap_or(u64::MAX))
}

/// Whether more than half of the namespaces created were alive as the loop ended, not counting those
/// that a container still used; of a run that was cut short, at its last sample. `None` if none was created.
pub fn collapsed(outcome: &Outcome) -> Option<bool> {
    let last = outcome.series.last().map(|sample| sample.live);
    let alive = outcome.live_at_loop_end.or(last)?;
    let left = alive.saturating_sub(outcome.in_use_at_loop_end);
    (outcome.created > 0).then_some(left.saturating_mul(2) > outcome.created)
}

/// Namespaces that a container used as the loop ended; `None` if it did not.
pub(crate) fn in_use_at_loop_end(outcome: &Outcome) -> Option<u64> {
    outcome.loop_ns.map(|_| outcome.in_use_at_loop_end)
}

/// The last row of the series within the loop; `None` if that did not end, or before the first row.
pub(crate) fn row_at_loop_end(outcome: &Outcome) -> Option<&Sample> {
    let end = outcome.loop_ns?;
    outcome.series.iter().rfind(|row| row.t_ns <= end)
}

/// The backlog as the loop ended: namespaces alive then and in no container's use, or those that the fqdirs of that row belong to,
/// whichever are more; `None` if it did not.
pub(crate) fn backlog_at_loop_end(outcome: &Outcome) -> Option<u64> {
    let live = outcome.live_at_loop_end?;
    let fqdirs = row_at_loop_end(outcome).map_or(0, |row| row.fqdirs);
    let alive = live.saturating_sub(outcome.in_use_at_loop_end);
    Some(alive.max(fqdirs / outcome.fqdirs_each.max(1)))
}

/// How long the dead stayed, from put to freed \[ns\]; `None` if none was freed.
pub(crate) fn stay(outcome: &Outcome, percent: u32) -> Option<u64> {
    let dead = &outcome.dead_ns;
    (dead.count() > 0).then(|| dead.percentile(percent))
}

/// Mean of whole values, rounded down; nothing if there are none.
pub(crate) fn mean(values: &[u64]) -> Option<u64> {
    let sum: u128 = values.iter().copied().map(u128::from).sum();
    let mean = sum.checked_div(values.len() as u128)?;
    u64::try_from(mean).ok()
}

/// Nearest-rank percentile of sorted values; `None` if there are none.
pub(crate) fn percentile(sorted: &[u64], percent: usize) -> Option<u64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// Peak drop over the time to it \[bytes per second\]; `None` before any time has passed.
pub(crate) fn drop_rate(outcome: &Outcome) -> Option<u64> {
    let bytes = u128::from(outcome.peak_drop_bytes) * 1_000_000_000;
    let rate = bytes.checked_div(u128::from(outcome.peak_drop_ns))?;
    Some(u64::try_from(rate).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_different_and_found() {
        let names: BTreeSet<_> = METRICS.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), METRICS.len());
        assert!(Metric::find("loop_ns").is_some() && Metric::find("loop").is_none());
    }

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        assert_eq!(percentile(&[1, 2, 3, 4], 50), Some(2));
        assert_eq!(percentile(&[1, 2, 3, 4], 99), Some(4));
        assert_eq!(percentile(&[], 99), None);
    }
}
