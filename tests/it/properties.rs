//! Whatever the scenario, everything ends, is counted once, and is freed.

use proptest::prelude::*;
use rcusim::experiment::Scenario;
use rcusim::models::params::{Arrivals, BarrierDesign, DestroyPolicy, Params, Preemption};
use rcusim::models::simulate;
use rcusim::sim::Span;

fn scenario() -> impl Strategy<Value = Params> {
    let machine = (1..9u64, prop::sample::select(vec![100u64, 250, 300, 1_000]));
    let kernel = (
        prop::sample::select(Preemption::ALL.to_vec()),
        prop::sample::select(DestroyPolicy::ALL.to_vec()),
        prop::sample::select(BarrierDesign::ALL.to_vec()),
        1..300u64,
    );
    let load = (1..4u64, 1..400u64, 0..4u64, 0..200_000u64, any::<u64>());
    // A loop, or namespaces from outside, one at a time or in bursts.
    let outside = (
        prop::sample::select(vec![
            Arrivals::Loop,
            Arrivals::Poisson,
            Arrivals::Fixed,
            Arrivals::Burst,
        ]),
        100_000..2_000_000u64,
        1..20u64,
        0..200u64,
    );
    // What else callbacks come from, and what else keeps CPUs.
    let beside = (
        0..64u64,
        0..3u64,
        0..2u64,
        0..3u64,
        prop::sample::select(vec![0, 4_096]),
    );
    (machine, kernel, load, outside, beside).prop_map(|(machine, kernel, load, outside, beside)| {
        let builtin = Scenario::builtin("report-6cpu").expect("an embedded scenario is valid");
        let mut p = builtin.params;
        (p.cpus, p.hz) = machine;
        (p.preempt, p.policy, p.barrier, p.max_active) = kernel;
        (p.creators, p.calls, p.fqdirs, p.background, p.seed) = load;
        p.creators = p.creators.min(p.calls);
        (p.arrivals, p.rate, p.burst) = (outside.0, outside.1, outside.2);
        p.container_life = Span::from_ms(outside.3);
        (
            p.fragments,
            p.noise_threads,
            p.kernel_hogs,
            p.user_hogs,
            p.conntrack_buckets,
        ) = beside;
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
