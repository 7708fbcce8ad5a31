//! What a recorder's callbacks do to the machine that it records: docs/validation.md, "The convoy on 16 CPUs".

use crate::recorded::scenario;
use rcusim::models::simulate;

/// In how many of 20 runs of the recorded machine with 16 CPUs callers that a barrier had satisfied slept for so long through
/// others that it was a convoy. They sleep for 500 s in all through one of 2 s, for 50 at most where there is none.
fn convoys(sets: &[&str]) -> usize {
    let base = ["machine.cpus=16", "workload.calls=600"];
    let sets = [&base, sets].concat();
    let run = |seed| simulate(&scenario("recorded-2cpu", &sets, seed).params);
    let slept = (1..=20).map(|seed| run(seed).barriers.slept_though_satisfied_ns);
    slept.filter(|&ns| ns > 300_000_000_000).count()
}

/// While `cleanup_net()` scans a large table no grace period ends sooner than 100 ms after its start. Callbacks that come as
/// often keep a convoy up; without them, or with short grace periods, there is a moment without any.
#[test]
fn two_callbacks_a_grace_period_keep_a_convoy_up() {
    let recorder = "noise.callbacks=2";
    let table = "netns.conntrack_buckets=65536";
    let threads = ["noise.threads=0", "noise.threads=1"];
    let every = ["noise.sleep=100ms", "noise.sleep=150ms"];
    assert!(convoys(&[recorder, threads[1], every[0], table]) > 0);
    assert_eq!(convoys(&[recorder, threads[1], every[1], table]), 0);
    assert_eq!(convoys(&[recorder, threads[0], every[0], table]), 0);
    assert_eq!(convoys(&[recorder, threads[1], every[0]]), 0);
}
