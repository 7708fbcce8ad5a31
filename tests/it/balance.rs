//! Where a waiting task goes when idle CPUs look for work.

use crate::recorded::scenario;
use crate::support::listen;
use rcusim::models::record::{Role, What, Who};

/// The creator of four CPUs runs on CPU 0; the grace-period thread has CPU 1, and CPUs 2 and 3 are idle. `pcpu_balance_workfn` takes CPU 0
/// from it for 20 ms, and the tick after finds it waiting. CPU 2 looks for work, and does so for CPU 3 before itself.
#[test]
fn the_balancing_cpu_takes_a_waiting_task_last() {
    let sets = [
        "machine.cpus=4",
        "machine.preempt=none",
        "machine.cache_hot=0",
        "workload.calls=100",
        "background.rate=0",
        "costs.pcpu_balance=20ms",
        "kernel.policy=batch-free",
    ];
    let (_, told) = listen(&scenario("report-6cpu", &sets, 1).params);
    let ran = told.iter().filter_map(|(_, record)| match record.who {
        Who::Task(who, Role::Creator) if record.what == What::TaskRuns(who) => Some(record.cpu),
        _ => None,
    });
    let mut cpus: Vec<u32> = ran.collect();
    cpus.dedup();
    assert_eq!(cpus[..2], [0, 3]);
}
