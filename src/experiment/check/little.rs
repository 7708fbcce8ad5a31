//! Little's law on the kernel model's own queues, without tolerance: over a run that begins and ends
//! with them empty, the integral of the number in a queue is the sum of the waits in it. The number
//! is read off the machine's lists after every event; the waits are from the records of each task,
//! work and namespace, so a lost or doubled member of either shows to the nanosecond.

use super::line::Check;
use crate::experiment::scenario::Scenario;
use crate::models::params::{DestroyPolicy, Params};
use crate::models::record::{Record, What, Who};
use crate::models::{Queues, simulate_counted};
use crate::sim::{Ended, Instant};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// A queue's name, and its number.
type Named = (&'static str, fn(&Queues) -> u64);

const QUEUES: [Named; 3] = [
    ("cleanup list", |q| q.cleanup_list),
    ("works not begun", |q| q.works),
    ("barrier_mutex", |q| q.barrier_mutex),
];

/// All lines.
pub(super) fn table() -> Vec<Check> {
    let policies = [DestroyPolicy::PerCall, DestroyPolicy::BatchFree];
    policies.into_iter().flat_map(lines).collect()
}

fn lines(policy: DestroyPolicy) -> Vec<Check> {
    let params = params(policy);
    let waits = Rc::new(RefCell::new(Waits::default()));
    let hears = Rc::clone(&waits);
    let mut areas = Areas::default();
    let outcome = simulate_counted(
        &params,
        Box::new(move |at, record| hears.borrow_mut().hear(at, &record)),
        |at, queues| areas.look(at, queues),
    );
    let waits = waits.borrow();
    let done = outcome.ended == Ended::Done && waits.is_empty();
    let each = QUEUES.iter().zip(&areas.sums).zip(&waits.sums);
    each.map(|((queue, area), wait)| line(policy, queue, *area, wait, done))
        .collect()
}

/// A run short enough to be looked at after every event, in which every queue is used and left.
fn params(policy: DestroyPolicy) -> Params {
    let mut params = Scenario::builtin("report-6cpu")
        .expect("the embedded scenario is valid")
        .params;
    params.calls = 400;
    params.policy = policy;
    params
}

fn line(policy: DestroyPolicy, queue: &Named, area: u128, wait: &Wait, done: bool) -> Check {
    let name = format!(
        "Little's law, {}, {}: integral of the number [ns]",
        policy.name(),
        queue.0
    );
    Check::within(
        name,
        [
            wait.sum_ns.to_string(),
            area.to_string(),
            format!("exact, {} waits", wait.count),
        ],
        done && area == wait.sum_ns && wait.count > 0 && wait.sum_ns > 0,
    )
}

/// Integrals of the numbers in the queues.
#[derive(Default)]
struct Areas {
    last: Option<(Instant, Queues)>,
    sums: [u128; QUEUES.len()],
}

impl Areas {
    fn look(&mut self, at: Instant, queues: Queues) {
        if let Some((since, before)) = self.last {
            let passed = u128::from((at - since).as_ns());
            for (sum, (_, number)) in self.sums.iter_mut().zip(&QUEUES) {
                *sum += passed * u128::from(number(&before));
            }
        }
        self.last = Some((at, queues));
    }
}

/// Waits that have ended.
#[derive(Clone, Copy, Default)]
struct Wait {
    count: u64,
    sum_ns: u128,
}

impl Wait {
    fn add(&mut self, since: Instant, at: Instant) {
        self.count += 1;
        self.sum_ns += u128::from((at - since).as_ns());
    }
}

/// Waits by the records.
#[derive(Default)]
struct Waits {
    /// When each namespace on the list was put.
    put: VecDeque<Instant>,
    /// When each work was queued that is not begun, by its number.
    queued: BTreeMap<u64, Instant>,
    /// Since when each task waits for the mutex.
    contending: BTreeMap<u32, Instant>,
    /// In the order of [`QUEUES`].
    sums: [Wait; QUEUES.len()],
}

impl Waits {
    fn hear(&mut self, at: Instant, record: &Record) {
        let [list, works, mutex] = &mut self.sums;
        match (record.what, record.who) {
            (What::NamespacePut, _) => self.put.push_back(at),
            (What::BatchTaken { namespaces }, _) => {
                for _ in 0..namespaces {
                    let since = self.put.pop_front().expect("what is taken was put");
                    list.add(since, at);
                }
            }
            (What::QueueWork { work, cpu, .. }, _) if cpu.is_some() => {
                self.queued.insert(work.number, at);
            }
            (What::ExecuteStart(work), _) => {
                if let Some(since) = self.queued.remove(&work.number) {
                    works.add(since, at);
                }
            }
            (What::ContentionBegin { .. }, Who::Task(task, _)) => {
                self.contending.insert(task, at);
            }
            (What::ContentionEnd { .. }, Who::Task(task, _)) => {
                let since = self.contending.remove(&task);
                mutex.add(since.expect("who stops waiting has begun"), at);
            }
            _ => {}
        }
    }

    fn is_empty(&self) -> bool {
        self.put.is_empty() && self.queued.is_empty() && self.contending.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_nanosecond_is_missed() {
        let wait = Wait {
            count: 3,
            sum_ns: 700,
        };
        let passes = |area| line(DestroyPolicy::PerCall, &QUEUES[0], area, &wait, true).passes();
        assert!(passes(700));
        assert!(!passes(699) && !passes(701));
        let none = Wait::default();
        assert!(!line(DestroyPolicy::PerCall, &QUEUES[0], 0, &none, true).passes());
        assert!(!line(DestroyPolicy::PerCall, &QUEUES[0], 700, &wait, false).passes());
    }
}
