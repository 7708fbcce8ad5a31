//! Tasks that never block, in the kernel and in user mode, and how grace periods get past them.

use rcusim::experiment::Scenario;
use rcusim::models::simulate;

/// Ninetieth percentile of the grace periods of a run with two hogs and two nearly idle CPUs \[ns\].
fn grace_period_p90(hogs: &str) -> u64 {
    with_hogs(&[(hogs, "2")])
}

fn with_hogs(more: &[(&str, &str)]) -> u64 {
    let mut scenario = Scenario::builtin("report-6cpu").expect("an embedded scenario");
    let sets = [
        ("machine.cpus", "4"),
        ("workload.arrivals", "poisson"),
        ("workload.rate", "20/s"),
        ("workload.container_life", "10ms"),
        ("workload.calls", "100"),
        ("kernel.policy", "batch-free"),
    ];
    for &(key, value) in sets.iter().chain(more) {
        scenario.set(key, value).expect("a value of the key");
    }
    let mut lengths = simulate(&scenario.params).grace_period_ns;
    lengths.sort_unstable();
    assert!(
        lengths.len() > 10,
        "{more:?}: {} grace periods",
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

/// Of an in-kernel hog whose `cond_resched()` come every millisecond, and of one whose come every 30: pressed by a scan after
/// HZ/10, the first passes a quiescent state before the next tick, the other only once a tick has asked it to.
#[test]
fn a_cond_resched_is_a_quiescent_state_for_a_pressed_task() {
    let hog = |stretch| {
        with_hogs(&[
            ("machine.preempt", "none"),
            ("hogs.in_kernel", "1"),
            ("hogs.stretch", stretch),
        ])
    };
    let (often, seldom) = (hog("1ms"), hog("30ms"));
    assert!(
        (100_000_000..110_000_000).contains(&often),
        "often: {often} ns"
    );
    assert!(seldom > 112_000_000, "seldom: {seldom} ns");
}

/// On very large machines a task in the kernel is left alone for three waits of the scanning thread: with 4,096 possible CPUs
/// at 100 Hz for 51 jiffies, which its third scan comes after, and not for HZ/10 + 16, which its second does.
#[test]
fn a_very_large_machine_waits_for_three_scans() {
    let with = |possible| {
        with_hogs(&[
            ("machine.preempt", "none"),
            ("machine.hz", "100"),
            ("machine.possible_cpus", possible),
            ("machine.memory", "1TiB"),
            ("hogs.in_kernel", "1"),
        ])
    };
    let (small, large) = (with("4"), with("4096"));
    assert!(small < 200_000_000, "4 CPUs: {small} ns");
    assert!(large > 500_000_000, "4,096 CPUs: {large} ns");
}

/// With 20,000 callbacks on one CPU nobody is left alone any longer.
#[test]
fn overload_presses_everybody_at_once() {
    let posted = |callbacks| {
        with_hogs(&[
            ("machine.preempt", "none"),
            ("hogs.in_kernel", "1"),
            ("noise.threads", "1"),
            ("noise.sleep", "30ms"),
            ("noise.callbacks", callbacks),
        ])
    };
    let (few, many) = (posted("9000"), posted("25000"));
    assert!(few > 70_000_000, "9,000 at once: {few} ns");
    assert!(many < 30_000_000, "25,000 at once: {many} ns");
}
