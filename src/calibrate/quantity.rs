//! What is compared between a recording and a run, and from what size on it counts.

use std::collections::BTreeMap;

/// Something that a recording and a run both have. Values are in the unit named.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// Its name, unit included.
    pub name: &'static str,
    /// Below this, two values are as good as equal: they are judged by their difference.
    pub floor: f64,
    /// What the recording cannot tell apart: half a step of its clock or counter.
    pub resolution: f64,
    /// Whether it takes a trace.
    pub trace: bool,
    /// What it is.
    pub doc: &'static str,
}

const fn series(name: &'static str, floor: f64, resolution: f64, doc: &'static str) -> Quantity {
    Quantity {
        name,
        floor,
        resolution,
        trace: false,
        doc,
    }
}

const fn trace(name: &'static str, floor: f64, doc: &'static str) -> Quantity {
    Quantity {
        name,
        floor,
        resolution: 0.0,
        trace: true,
        doc,
    }
}

/// Every quantity, in the order in which it is shown.
pub const QUANTITIES: [Quantity; 19] = [
    series(
        "loop_s",
        0.5,
        0.1,
        "from the first call to the return of the last",
    ),
    series("peak_drop_mib", 30.0, 1.0, "most available memory lost"),
    series(
        "end_drop_mib",
        30.0,
        1.0,
        "available memory lost at the end of the recording",
    ),
    series(
        "live_peak",
        240.0,
        30.0,
        "most namespaces; SLUB counts in steps",
    ),
    series(
        "blocked_kworkers",
        10.0,
        1.0,
        "most kworkers in D state: the plateau",
    ),
    trace("cleanup_calls", 5.0, "cleanup_net() calls that ended"),
    trace("cleanup_p50_ms", 50.0, "median length of one"),
    trace("cleanup_max_ms", 50.0, "length of the longest"),
    trace("full_barriers", 20.0, "barriers run in full"),
    trace(
        "early_exit_share",
        0.1,
        "calls that left by EarlyExit, of all",
    ),
    trace(
        "mutex_wait_p50_ms",
        4.0,
        "Begin to Inc1 or EarlyExit, median",
    ),
    trace("mutex_wait_p90_ms", 4.0, "the same, 90th percentile"),
    trace("mutex_wait_p99_ms", 4.0, "the same, 99th percentile"),
    trace(
        "barrier_p50_ms",
        4.0,
        "barriers longer than 1 ms, Inc1 to Inc2, median",
    ),
    trace("barrier_p90_ms", 4.0, "the same, 90th percentile"),
    trace("barrier_p99_ms", 4.0, "the same, 99th percentile"),
    trace("grace_p50_ms", 4.0, "grace periods, start to end, median"),
    trace("grace_p90_ms", 4.0, "the same, 90th percentile"),
    trace("grace_p99_ms", 4.0, "the same, 99th percentile"),
];

/// Barriers up to this length met no callback (ms).
pub const TRIVIAL_MS: f64 = 1.0;

/// Values by the name of their quantity; what is not known is not there.
pub type Values = BTreeMap<&'static str, f64>;

/// Puts a value in if there is one.
pub(super) fn put(values: &mut Values, name: &'static str, value: Option<f64>) {
    debug_assert!(QUANTITIES.iter().any(|q| q.name == name), "{name}");
    if let Some(value) = value {
        values.insert(name, value);
    }
}

/// The three percentiles of a distribution.
pub(super) fn percentiles(values: &mut Values, names: [&'static str; 3], ms: &[f64]) {
    let sorted = super::numbers::sorted(ms.iter().copied());
    for (name, share) in names.into_iter().zip([0.5, 0.9, 0.99]) {
        put(values, name, super::numbers::quantile(&sorted, share));
    }
}

/// Names of the percentiles of waiting for the mutex.
pub(super) const WAIT: [&str; 3] = [
    "mutex_wait_p50_ms",
    "mutex_wait_p90_ms",
    "mutex_wait_p99_ms",
];
/// Names of the percentiles of a barrier's length.
pub(super) const BARRIER: [&str; 3] = ["barrier_p50_ms", "barrier_p90_ms", "barrier_p99_ms"];
/// Names of the percentiles of a grace period's length.
pub(super) const GRACE: [&str; 3] = ["grace_p50_ms", "grace_p90_ms", "grace_p99_ms"];

/// Calls, full barriers and lengths of `cleanup_net()`, as both sides have them.
pub(super) struct Counts {
    /// Barriers run in full.
    pub(super) full: f64,
    /// Calls that left early.
    pub(super) early: f64,
    /// Lengths of `cleanup_net()` (ms).
    pub(super) cleanup_ms: Vec<f64>,
}

impl Counts {
    pub(super) fn put(self, values: &mut Values) {
        let calls = self.full + self.early;
        // A kernel without CONFIG_RCU_TRACE tells of works only.
        let told = calls > 0.0;
        put(values, "full_barriers", told.then_some(self.full));
        let share = told.then(|| self.early / calls);
        put(values, "early_exit_share", share);
        let lengths = super::numbers::sorted(self.cleanup_ms);
        let count = super::numbers::length(lengths.len());
        put(values, "cleanup_calls", Some(count));
        put(
            values,
            "cleanup_p50_ms",
            super::numbers::quantile(&lengths, 0.5),
        );
        put(values, "cleanup_max_ms", lengths.last().copied());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_percentile_has_a_quantity() {
        let mut values = Values::new();
        for names in [WAIT, BARRIER, GRACE] {
            percentiles(&mut values, names, &[1.0]);
        }
        assert_eq!(values.len(), 9);
        assert!(
            values
                .keys()
                .all(|name| QUANTITIES.iter().any(|q| q.name == *name))
        );
    }
}
