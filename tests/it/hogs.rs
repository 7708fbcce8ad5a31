//! Tasks that never block: in the kernel, and in user mode.

use rcusim::experiment::Scenario;
use rcusim::models::simulate;

/// Ninetieth percentile of the grace periods of a run with two hogs and two nearly idle CPUs \[ns\].
fn grace_period_p90(hogs: &str) -> u64 {
    let mut scenario = Scenario::builtin("report-6cpu").expect("an embedded scenario");
    let sets = [
        ("machine.cpus", "4"),
        ("workload.arrivals", "poisson"),
        ("workload.rate", "20/s"),
        ("workload.container_life", "10ms"),
        ("workload.calls", "100"),
        ("kernel.policy", "batch-free"),
        (hogs, "2"),
    ];
    for (key, value) in sets {
        scenario.set(key, value).expect("a value of the key");
    }
    let mut lengths = simulate(&scenario.params).grace_period_ns;
    lengths.sort_unstable();
    assert!(
        lengths.len() > 10,
        "{hogs}: {} grace periods",
        lengths.len()
    );
    lengths[lengths.len() * 9 / 10]
}

/// HZ/10: until then a task in the kernel is left alone. A tick in user mode is a quiescent state.
#[test]
fn a_hog_in_the_kernel_stretches_grace_periods_and_one_in_user_mode_does_not() {
    let in_kernel = grace_period_p90("hogs.in_kernel");
    let in_user_mode = grace_period_p90("hogs.in_user_mode");
    assert!(in_kernel >= 100_000_000, "in the kernel: {in_kernel} ns");
    assert!(in_user_mode < 50_000_000, "in user mode: {in_user_mode} ns");
}
