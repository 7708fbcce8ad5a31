//! Memory by cache: parts add up to the measured total, and each comes back.

use proptest::prelude::*;
use rcusim::experiment::{KEYS, Scenario};
use rcusim::models::caches::Cache;
use rcusim::models::params::{DestroyPolicy, Params};
use rcusim::models::parts::Parts;
use rcusim::models::simulate;
use rcusim::sim::Ended;

fn builtin(name: &str) -> Params {
    Scenario::builtin(name)
        .expect("an embedded scenario is valid")
        .params
}

/// Bytes that one namespace takes without fragments.
fn whole(parts: &Parts, fqdirs: u64) -> u64 {
    let of_fqdirs = (parts.fqdir + parts.table) * fqdirs;
    let of_sockets = parts.inode * parts.sockets + parts.raw + parts.rawv6;
    let percpu = parts.percpu + parts.percpu_deferred;
    parts.net + of_fqdirs + of_sockets + percpu + parts.rest + parts.rest_deferred
}

#[test]
fn a_namespace_holds_what_was_measured() {
    for (cpus, kib) in [(2, 201), (6, 228), (16, 294), (40, 453)] {
        let mut p = builtin("report-40cpu");
        p.cpus = cpus;
        let parts = Parts::of(&p);
        assert_eq!(whole(&parts, p.fqdirs) / 1024, kib, "{cpus} CPUs");
        assert_eq!(parts.sockets, 8 + 3 * cpus);
        assert_eq!(parts.net, 4_800);
        assert!(parts.rest + parts.rest_deferred > 0, "the parts fit");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_total_wins_over_any_parts(values in prop::collection::vec(any::<u64>(), KEYS.len())) {
        let mut p = builtin("report-40cpu");
        for (key, value) in KEYS.iter().zip(values) {
            if ["sizes.", "netns.", "machine."].iter().any(|s| key.path.starts_with(s)) {
                let span = key.max - key.min + 1;
                (key.set)(&mut p, key.min + value % span);
            }
        }
        let parts = Parts::of(&p);
        prop_assert_eq!(whole(&parts, p.fqdirs), p.namespace_bytes());
    }
}

#[test]
fn every_cache_comes_back_under_every_policy() {
    for policy in DestroyPolicy::ALL {
        let mut p = builtin("ddos-frags");
        (p.policy, p.cpus, p.calls, p.fragments) = (*policy, 3, 150, 40);
        let out = simulate(&p);
        assert!(out.settled_ns.is_some(), "{}", policy.name());
        for (cache, left) in Cache::ALL.iter().zip(out.end_by_cache) {
            let stays = *cache == Cache::Kworker;
            assert!(stays || left == 0, "{}: {cache:?} {left}", policy.name());
        }
        let peak = out.peak_by_cache;
        assert_eq!(peak.iter().sum::<u64>(), out.peak_drop_bytes);
        let net = peak[Cache::Net as usize] / p.sizes.net;
        assert!(net > 0 && net <= out.live_peak);
        for row in &out.series {
            assert_eq!(row.by_cache.iter().sum::<u64>(), row.drop_bytes);
            assert_eq!(row.by_cache[Cache::Net as usize], row.live * p.sizes.net);
        }
    }
}

#[test]
fn running_out_of_memory_is_an_outcome_with_its_time() {
    let mut p = builtin("report-6cpu");
    let each = p.namespace_bytes();
    (p.memory, p.calls) = (100 * each, 1_000);
    p.policy = DestroyPolicy::PerCall;
    let out = simulate(&p);
    let at = out
        .out_of_memory_ns
        .expect("a hundred namespaces fit, kworkers do not");
    assert!(
        out.end_drop_bytes > p.memory,
        "it ends when memory runs out"
    );
    assert_eq!(out.end_drop_bytes, out.peak_drop_bytes);
    assert_eq!(out.end_by_cache.iter().sum::<u64>(), out.end_drop_bytes);
    assert_eq!(at, out.peak_drop_ns);
    assert_eq!(out.ended, Ended::Exhausted);
    assert!(out.created < p.calls && out.settled_ns.is_none());
    let more = simulate(&Params {
        memory: 200 * each,
        ..p
    });
    assert!(more.out_of_memory_ns.is_none_or(|later| later > at));
}
