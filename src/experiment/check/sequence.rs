//! The arithmetic of `rcu_seq` counters, and that a run can be repeated.

use super::convoy::convoy;
use super::line::Check;
use crate::models::params::BarrierDesign;
use crate::models::seq::Seq;
use crate::models::simulate;

/// Counters of the range that is gone through.
const RANGE: u64 = 10_000;

/// What a snapshot of an idle and of a running counter asks for, over a range of counters.
pub(super) fn sequence() -> Vec<Check> {
    [
        ("idle 4k snapshots to 4k+4", 0, 4),
        ("running 4k+1 snapshots to 4k+8", 1, 8),
    ]
    .map(|(name, state, ahead)| {
        let right = |k: &u64| Seq::from_raw(4 * k + state).snap().raw() == 4 * k + ahead;
        let found = (0..RANGE).filter(right).count();
        Check::exact(
            format!("sequence, {name}: of {RANGE} values of k"),
            &RANGE.to_string(),
            &found.to_string(),
        )
    })
    .to_vec()
}

/// The same scenario and seed give the same events.
pub(super) fn repeat() -> Vec<Check> {
    let params = convoy(300, 256, BarrierDesign::Mutex);
    let digest = || format!("{:016x}", simulate(&params).digest);
    vec![Check::exact(
        "same scenario and seed: digest",
        &digest(),
        &digest(),
    )]
}
