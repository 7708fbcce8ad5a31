//! Where a waiting task goes when idle CPUs look for work.

use crate::recorded::scenario;
use crate::support::listen;
use rcusim::models::record::{Role, What, Who};

/// The first CPUs, four at the most, that the one creator of four runs on. `pcpu_balance_workfn` takes each from it for 20 ms, and the tick after
/// finds it waiting. At the first one the grace-period thread has CPU 1, and CPUs 2 and 3 are idle.
fn creators_cpus(balancer_last: &str) -> Vec<u32> {
    let sets = [
        "machine.cpus=4",
        "machine.preempt=none",
        "machine.cache_hot=0",
        "workload.calls=100",
        "background.rate=0",
        "costs.pcpu_balance=20ms",
        "kernel.policy=batch-free",
        balancer_last,
    ];
    let (_, told) = listen(&scenario("report-6cpu", &sets, 1).params);
    let ran = told.iter().filter_map(|(_, record)| match record.who {
        Who::Task(who, Role::Creator) if record.what == What::TaskRuns(who) => Some(record.cpu),
        _ => None,
    });
    let mut cpus: Vec<u32> = ran.collect();
    cpus.dedup();
    cpus.truncate(4);
    cpus
}

/// The first idle CPU looks for work; the kernel's looks for the next idle one before itself.
#[test]
fn the_balancing_cpu_takes_a_waiting_task_first_or_last() {
    assert_eq!(creators_cpus("machine.balancer_last=false")[..2], [0, 2]);
    assert_eq!(creators_cpus("machine.balancer_last=true")[..2], [0, 3]);
}
