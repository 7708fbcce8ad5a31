//! Whatever the scenario, everything ends, is counted once, and is freed.

use proptest::prelude::*;
use rcusim::experiment::Scenario;
use rcusim::models::params::{BarrierDesign, DestroyPolicy, Params, Preemption};
use rcusim::models::simulate;

fn scenario() -> impl Strategy<Value = Params> {
    let machine = (1..9u64, prop::sample::select(vec![100u64, 250, 300, 1_000]));
    let kernel = (
        prop::sample::select(Preemption::ALL.to_vec()),
        prop::sample::select(DestroyPolicy::ALL.to_vec()),
        prop::sample::select(BarrierDesign::ALL.to_vec()),
        1..300u64,
    );
    let load = (1..4u64, 1..400u64, 0..4u64, 0..200_000u64, any::<u64>());
    (machine, kernel, load).prop_map(|(machine, kernel, load)| {
        let builtin = Scenario::builtin("report-6cpu").expect("an embedded scenario is valid");
        let mut p = builtin.params;
        (p.cpus, p.hz) = machine;
        (p.preempt, p.policy, p.barrier, p.max_active) = kernel;
        (p.creators, p.calls, p.fqdirs, p.background, p.seed) = load;
        p.creators = p.creators.min(p.calls);
        p
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everything_ends_and_is_freed(p in scenario()) {
        let out = simulate(&p);
        prop_assert!(out.settled_ns.is_some(), "not settled: {p:?}");
        prop_assert_eq!(out.created, p.calls);
        prop_assert_eq!(out.cleanup_net.iter().map(|call| call.batch).sum::<u64>(), p.calls);
        prop_assert!(out.cleanup_net.iter().all(|call| call.finished));
        prop_assert_eq!(out.barriers.calls, out.barriers.full + out.barriers.early_exits);
        prop_assert_eq!(out.end_drop_bytes % p.sizes.kworker, 0, "only kworkers' stacks stay");
        prop_assert!(out.cleanup_net.iter().all(|call| call.barrier_ns + call.gp_ns + call.rtnl_ns <= call.duration_ns));
        prop_assert_eq!(simulate(&p).digest, out.digest);
    }
}
