//! A machine of one CPU: `rcu_blocking_is_gp()`.

use rcusim::experiment::Scenario;
use rcusim::models::outcome::CleanupCall;
use rcusim::models::simulate;

/// Time that calls of `cleanup_net()` wait for grace periods of either kind, and in barriers, all together \[ns\].
fn cleanup_waits(sets: &[(&str, &str)]) -> (u64, u64) {
    let mut scenario = Scenario::builtin("report-6cpu").expect("an embedded scenario");
    for (key, value) in [&[("workload.calls", "300")], sets].concat() {
        scenario.set(key, value).expect("a value of the key");
    }
    let calls = simulate(&scenario.params).cleanup_net;
    let sum = |ns: fn(&CleanupCall) -> u64| calls.iter().map(ns).sum();
    (sum(|call| call.gp_ns), sum(|call| call.barrier_ns))
}

/// `rcu_blocking_is_gp()`: where there is one CPU, and no task is preempted in a reader, whoever waits for a grace period has it.
/// `rcu_barrier()` waits all the same, and so does everybody from 6.1 on.
#[test]
fn nobody_waits_for_a_grace_period_unless_the_kernel_is_preemptible() {
    let one = ("machine.cpus", "1");
    let flavour = |name| ("machine.preempt", name);
    for preempt in ["none", "voluntary"] {
        let (grace_periods, barriers) = cleanup_waits(&[one, flavour(preempt)]);
        assert_eq!(grace_periods, 0, "{preempt}");
        assert!(barriers > 0, "{preempt}");
    }
    for waits in [
        &[one, flavour("full")],
        &[("machine.cpus", "2"), flavour("voluntary")],
        &[one, ("netns.one_cpu_waits", "true")],
        &[one, ("kernel.version", "v6.10")],
    ] {
        assert!(cleanup_waits(waits).0 > 0, "{waits:?}");
    }
}
