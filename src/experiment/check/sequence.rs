//! The arithmetic of `rcu_seq` counters, and that a run can be repeated.

use super::convoy::convoy;
use super::line::Check;
use crate::models::params::BarrierDesign;
use crate::models::seq::Seq;
use crate::models::simulate;

/// What a snapshot of an idle and of a running counter asks for.
pub(super) fn sequence() -> Vec<Check> {
    [
        ("idle 4k snapshots to", 4_000, 4_004),
        ("running 4k+1 snapshots to", 4_001, 4_008),
    ]
    .map(|(name, from, to)| {
        Check::exact(
            format!("sequence {from}: {name}"),
            &to,
            &Seq::from_raw(from).snap().raw(),
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
