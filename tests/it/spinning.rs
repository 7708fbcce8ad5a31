//! Spinners of a mutex whose CPU is wanted by somebody else.

use crate::recorded::scenario;
use crate::support::listen;
use rcusim::models::record::{Record, What, Who};
use rcusim::sim::Instant;
use std::collections::{BTreeMap, BTreeSet};

/// How often a task that contends for `barrier_mutex` lost its CPU as one that could go on: its CPU has somebody else in the same instant.
fn gave_way(told: &[(Instant, Record)]) -> usize {
    let mut contends = BTreeSet::new();
    let mut last: BTreeMap<u32, (Instant, u32)> = BTreeMap::new();
    let mut count = 0;
    for (at, record) in told {
        match (record.what, record.who) {
            (What::ContentionBegin { .. }, Who::Task(me, _)) => {
                contends.insert(me);
            }
            (What::ContentionEnd { .. }, Who::Task(me, _)) => {
                contends.remove(&me);
            }
            (What::TaskRuns(other), _) => {
                let left = last.get(&record.cpu).filter(|left| left.0 == *at);
                count +=
                    usize::from(left.is_some_and(|&(_, me)| me != other && contends.contains(&me)));
            }
            _ => {}
        }
        last.remove(&record.cpu);
        if let What::TaskRunnable(me) = record.what {
            last.insert(record.cpu, (*at, me));
        }
    }
    count
}

/// A spinner of which its CPU is wanted gives it up and could go on. In a `fair-mutex` nobody spins, and all who wait sleep.
#[test]
fn a_spinner_that_is_asked_to_reschedule_gives_way_and_does_not_sleep() {
    let spins = |barrier: &str| {
        let sets = ["workload.calls=1000", "netns.fqdirs=2", barrier];
        gave_way(&listen(&scenario("recorded-2cpu", &sets, 1).params).1)
    };
    assert!(spins("kernel.barrier=mutex") > 0);
    assert_eq!(spins("kernel.barrier=fair-mutex"), 0);
}
