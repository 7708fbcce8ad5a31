//! Where the time went: tables that add up, and that say what is known to happen.

use rcusim::experiment::Scenario;
use rcusim::models::outcome::{CleanupCall, Outcome};
use rcusim::models::params::{BarrierDesign, DestroyPolicy, Params};
use rcusim::models::simulate;
use rcusim::models::spent::Spent;

fn small(policy: DestroyPolicy, barrier: BarrierDesign) -> Params {
    let mut p = Scenario::builtin("recorded-2cpu")
        .expect("an embedded scenario is valid")
        .params;
    (p.policy, p.barrier, p.calls) = (policy, barrier, 700);
    p
}

fn of_calls(out: &Outcome, spent: Spent) -> u128 {
    let calls = out.cleanup_net.iter();
    calls
        .map(|c| c.split.get(spent) * u128::from(c.batch))
        .sum()
}

/// Whatever the policy and the design: calls add up, and namespaces spend on the list and in use what calls do not.
#[test]
fn tables_add_up_to_the_whole() {
    for &policy in DestroyPolicy::ALL {
        for &barrier in BarrierDesign::ALL {
            let out = simulate(&small(policy, barrier));
            let whole = |c: &CleanupCall| c.split.total() == u128::from(c.duration_ns);
            assert!(out.cleanup_net.iter().all(whole), "{policy:?} {barrier:?}");
            assert_eq!(out.namespace_time.count, out.created);
            assert_eq!(out.fqdir_time.count, 3 * out.created);
            let before = [Spent::InUse, Spent::OnList, Spent::NotStarted];
            for &spent in Spent::ALL.iter().filter(|s| !before.contains(s)) {
                let namespaces = out.namespace_time.split.get(spent);
                assert_eq!(namespaces, of_calls(&out, spent), "{policy:?} {spent:?}");
            }
        }
    }
}

#[test]
fn a_series_and_the_table_agree_on_how_long_fqdirs_stood_unstarted() {
    let mut p = small(DestroyPolicy::PerCall, BarrierDesign::Mutex);
    p.sample = rcusim::sim::Span::from_us(200);
    let out = simulate(&p);
    let sampled: u128 = out
        .series
        .windows(2)
        .map(|w| u128::from(w[0].fqdirs_not_started) * u128::from(w[1].t_ns - w[0].t_ns))
        .sum();
    let exact = out.fqdir_time.split.get(Spent::NotStarted);
    assert!(
        exact > 0 && sampled.abs_diff(exact) < exact / 50,
        "{sampled} and {exact}"
    );
}

#[test]
fn only_the_policies_that_have_a_wait_show_it() {
    let time = |policy, spent| {
        let out = simulate(&small(policy, BarrierDesign::Mutex));
        out.fqdir_time.split.get(spent)
    };
    assert!(time(DestroyPolicy::PerCall, Spent::MutexSatisfied) > 0);
    assert!(time(DestroyPolicy::PerCall, Spent::BarrierGracePeriod) > 0);
    assert_eq!(time(DestroyPolicy::PerCall, Spent::FreeNotStarted), 0);
    assert_eq!(time(DestroyPolicy::BatchFree, Spent::Delay), 0);
    assert!(time(DestroyPolicy::BatchFree, Spent::FreeNotStarted) > 0);
    assert!(time(DestroyPolicy::BatchFreeDelayed, Spent::Delay) > 0);
    for spent in [
        Spent::MutexUnsatisfied,
        Spent::BarrierGracePeriod,
        Spent::Invocation,
    ] {
        assert_eq!(time(DestroyPolicy::NoBarrier, spent), 0, "{spent:?}");
    }
}

#[test]
fn nobody_satisfied_sleeps_where_all_satisfied_are_woken() {
    let out = simulate(&small(DestroyPolicy::PerCall, BarrierDesign::WaitQueue));
    assert_eq!(out.fqdir_time.split.get(Spent::MutexSatisfied), 0);
    let out = simulate(&small(DestroyPolicy::PerCall, BarrierDesign::Mutex));
    let asleep = out.fqdir_time.split.get(Spent::MutexSatisfied)
        + out
            .cleanup_net
            .iter()
            .map(|c| c.split.get(Spent::MutexSatisfied))
            .sum::<u128>();
    let counted = u128::from(out.barriers.slept_though_satisfied_ns);
    assert!(
        asleep <= counted,
        "until the mutex is had, woken and waiting for a CPU included"
    );
    assert!(asleep > counted / 2, "{asleep} of {counted}");
}

/// How long the dead stayed, one by one, adds up to what all namespaces spent after they were in use.
#[test]
fn the_dead_stay_as_long_as_the_table_says() {
    for &policy in DestroyPolicy::ALL {
        let out = simulate(&small(policy, BarrierDesign::Mutex));
        assert_eq!(
            out.dead_ns.count(),
            out.created,
            "{policy:?}: all are freed"
        );
        let split = &out.namespace_time.split;
        let dead = split.total() - split.get(Spent::InUse);
        assert_eq!(u128::from(out.dead_ns.sum()), dead, "{policy:?}");
        let (median, longest) = (out.dead_ns.percentile(50), out.dead_ns.max());
        assert!(median > 0 && median <= longest, "{policy:?}");
    }
}
