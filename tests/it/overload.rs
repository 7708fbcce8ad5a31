//! Many callbacks on one CPU.

use rcusim::experiment::Scenario;
use rcusim::models::record::What;
use rcusim::models::simulate_with;
use std::sync::mpsc;

/// How many callbacks each pass of a busy CPU invokes.
fn passes(sets: &[(&str, &str)]) -> Vec<u64> {
    let mut scenario = Scenario::builtin("report-6cpu").expect("an embedded scenario");
    for &(key, value) in sets {
        scenario.set(key, value).expect("a value of the key");
    }
    let (teller, told) = mpsc::channel();
    simulate_with(
        &scenario.params,
        Some(Box::new(move |_, record| {
            if let What::RcuBatchEnd { invoked, .. } = record.what {
                teller.send(invoked).expect("the receiver outlives the run");
            }
        })),
    );
    told.into_iter().collect()
}

/// Once 10,000 more have come while a grace period runs, the limit of a pass is lifted until 100 are left, not until 10,000 are.
#[test]
fn the_limit_of_a_pass_is_lifted_until_the_excess_is_worked_down() {
    let passes = passes(&[
        ("machine.cpus", "1"),
        ("machine.preempt", "none"),
        ("workload.calls", "300"),
        ("background.rate", "200/s"),
        ("hogs.in_user_mode", "1"),
        ("noise.threads", "1"),
        ("noise.sleep", "40ms"),
        ("noise.callbacks", "12000"),
    ]);
    let both = |pair: &&[u64]| pair[0] == 10_000 && pair[1] >= 1_000;
    let pairs = passes.windows(2).filter(both).count();
    assert!(pairs > 0, "{} passes", passes.len());
}
