//! The machine's queues as its records tell them: who joins which, who leaves it, and when.

use crate::models::params::Params;
use crate::models::record::{BarrierStep, Record, What, Who, WorkId};
use crate::sim::Instant;
use std::collections::{BTreeMap, VecDeque};

/// A queue: who stands in it since when, and how long those waited who have left.
#[derive(Clone, Default, Debug)]
pub(super) struct Line {
    /// By a number that says who, or on which CPU; served in the order joined.
    standing: BTreeMap<u64, VecDeque<(Instant, u64)>>,
    /// Who has left.
    pub(super) left: u64,
    /// Sum of the waits \[ns\].
    pub(super) waited_ns: u128,
    /// Who left that had not joined.
    pub(super) astray: u64,
}

impl Line {
    pub(super) fn join(&mut self, who: u64, at: Instant, n: u64) {
        self.standing.entry(who).or_default().push_back((at, n));
    }

    pub(super) fn leave(&mut self, who: u64, at: Instant, n: u64) {
        let mut n = n;
        while n > 0 {
            let Some((since, standing)) = self.standing.get_mut(&who).and_then(|w| w.front_mut())
            else {
                self.astray += n;
                return;
            };
            let goes = n.min(*standing);
            *standing -= goes;
            self.waited_ns += u128::from(goes) * u128::from((at - *since).as_ns());
            self.left += goes;
            n -= goes;
            if *standing == 0 {
                self.standing.get_mut(&who).expect("just seen").pop_front();
            }
        }
    }

    /// Everybody of that number who stands there leaves.
    fn leave_all(&mut self, who: u64, at: Instant) {
        let n = self.standing.get(&who).map_or(0, sum);
        self.leave(who, at, n);
    }

    /// The run is over: those who still stand there have waited until now.
    pub(super) fn close(&mut self, at: Instant) {
        let still: Vec<u64> = self.standing.keys().copied().collect();
        for who in still {
            self.leave_all(who, at);
        }
    }
}

fn sum(waiting: &VecDeque<(Instant, u64)>) -> u64 {
    waiting.iter().map(|(_, n)| n).sum()
}

/// Every queue by the records. The fields are those of [`crate::models::Queues`].
#[derive(Clone, Default, Debug)]
pub(super) struct Waits {
    pub(super) namespaces: Line,
    pub(super) arrivals: Line,
    pub(super) cleanup_list: Line,
    pub(super) fqdirs: Line,
    pub(super) fqdirs_listed: Line,
    pub(super) inactive: Line,
    pub(super) worklist: Line,
    pub(super) kfree_works: Line,
    pub(super) kfree_gathered: Line,
    pub(super) barrier_callers: Line,
    pub(super) barrier_mutex: Line,
    pub(super) wait_queue: Line,
    pub(super) callbacks: Line,
    pub(super) run_queues: Line,
    pub(super) rtnl: Line,
    /// Whether namespaces arrive from outside.
    open: bool,
    /// The function of the work that takes the whole lock-less list of fqdirs.
    takes_list: &'static str,
}

impl Waits {
    pub(super) fn new(params: &Params) -> Self {
        Self {
            open: params.arrivals.is_open(),
            takes_list: params.policy.takes_list().unwrap_or_default(),
            ..Self::default()
        }
    }

    pub(super) fn hear(&mut self, at: Instant, record: &Record) {
        let cpu = u64::from(record.cpu);
        let task = match record.who {
            Who::Task(task, _) => u64::from(task),
            Who::Idle => u64::MAX,
        };
        match record.what {
            What::RcuBarrier { step, .. } => self.barrier(at, task, step),
            What::JoinsWaitQueue => self.wait_queue.join(task, at, 1),
            What::ContentionBegin { .. } => self.barrier_mutex.join(task, at, 1),
            What::ContentionEnd { .. } => self.barrier_mutex.leave(task, at, 1),
            What::RtnlContentionBegin => self.rtnl.join(task, at, 1),
            What::RtnlContentionEnd => self.rtnl.leave(task, at, 1),
            What::TaskRunnable(task) => self.run_queues.join(task.into(), at, 1),
            What::TaskRuns(task) => self.run_queues.leave(task.into(), at, 1),
            What::CallbackQueued { count, .. } => self.callbacks.join(cpu, at, count),
            What::CallbackInvoked { count, .. } => self.callbacks.leave(cpu, at, count),
            What::QueueWork { work, .. } => self.work_queued(at, work),
            What::ActivateWork(work) if work != WorkId::CLEANUP_NET => {
                self.inactive.leave(work.number, at, 1);
                self.worklist.join(work.number, at, 1);
            }
            What::ExecuteStart(work) => self.work_begins(at, cpu, work),
            what => self.namespace(at, cpu, what),
        }
    }

    fn barrier(&mut self, at: Instant, task: u64, step: BarrierStep) {
        match step {
            BarrierStep::Begin => self.barrier_callers.join(task, at, 1),
            BarrierStep::EarlyExit | BarrierStep::Inc1 => {
                self.barrier_callers.leave(task, at, 1);
                self.wait_queue.leave_all(task, at);
            }
            _ => {}
        }
    }

    /// A work of `netns_wq` has a thread of its own: `cleanup_net()`'s list is the queue.
    fn work_queued(&mut self, at: Instant, work: WorkId) {
        if work == WorkId::CLEANUP_NET {
            return;
        }
        self.inactive.join(work.number, at, 1);
        if is_kfree(work) {
            self.kfree_works.join(work.number, at, 1);
        }
    }

    fn work_begins(&mut self, at: Instant, cpu: u64, work: WorkId) {
        if work == WorkId::CLEANUP_NET {
            return;
        }
        self.worklist.leave(work.number, at, 1);
        if is_kfree(work) {
            self.kfree_works.leave(work.number, at, 1);
        }
        if work.function == "kfree_rcu_monitor" {
            self.kfree_gathered.leave_all(cpu, at);
        }
        if work.function == self.takes_list {
            self.fqdirs_listed.leave_all(0, at);
        }
    }

    fn namespace(&mut self, at: Instant, cpu: u64, what: What) {
        match what {
            What::Arrived { namespaces } => self.arrivals.join(0, at, namespaces),
            What::NamespaceCreated => {
                self.namespaces.join(0, at, 1);
                self.arrivals.leave(0, at, u64::from(self.open));
            }
            What::NamespacePut => self.cleanup_list.join(0, at, 1),
            What::BatchTaken { namespaces } => self.cleanup_list.leave(0, at, namespaces),
            What::BatchFreed { namespaces } => self.namespaces.leave(0, at, namespaces),
            What::FqdirHandedOver => self.fqdirs.join(0, at, 1),
            What::FqdirListed => self.fqdirs_listed.join(0, at, 1),
            What::FqdirsFreed { fqdirs } => self.fqdirs.leave(0, at, fqdirs),
            What::KfreeGathered => self.kfree_gathered.join(cpu, at, 1),
            _ => {}
        }
    }
}

fn is_kfree(work: WorkId) -> bool {
    matches!(work.function, "kfree_rcu_monitor" | "kfree_rcu_work")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_leaves_waited_since_it_joined_and_nobody_leaves_unseen() {
        let at = Instant::from_ns;
        let mut line = Line::default();
        line.join(7, at(10), 2);
        line.join(7, at(20), 1);
        line.leave(7, at(30), 1);
        assert_eq!((line.left, line.waited_ns), (1, 20));
        line.close(at(50));
        assert_eq!((line.left, line.waited_ns), (3, 20 + 40 + 30));
        line.leave(7, at(60), 1);
        line.leave(8, at(60), 1);
        assert_eq!(line.astray, 2);
    }
}
