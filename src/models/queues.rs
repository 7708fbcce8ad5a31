//! How many stand in the machine's queues, for checks that watch them (`experiment::check::little`).
//!
//! The numbers are read off the lists, tasks and counters that the mechanisms themselves work with;
//! nothing in a run looks at them.

use super::params::BarrierDesign;
use super::state::machine::Machine;
use super::state::task::{Step, Task};
use super::state::work::{Work, WorkKind};

/// How many stand in each queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Queues {
    /// Namespaces not yet freed, those in use included.
    pub namespaces: u64,
    /// Arrivals from outside whose namespace is not yet created.
    pub arrivals: u64,
    /// Namespaces on `cleanup_net()`'s list.
    pub cleanup_list: u64,
    /// fqdirs handed over and not yet freed.
    pub fqdirs: u64,
    /// fqdirs on the lock-less list of the work that frees them all.
    pub fqdirs_listed: u64,
    /// Works that `max_active` keeps from starting.
    pub inactive: u64,
    /// Works that may start and that no kworker has begun.
    pub worklist: u64,
    /// Of both: `kfree_rcu_monitor` and `kfree_rcu_work`.
    pub kfree_works: u64,
    /// Namespaces whose deferred memory gathers until `kfree_rcu_monitor` runs.
    pub kfree_gathered: u64,
    /// Callers of `rcu_barrier()` that neither left early nor began a barrier of their own.
    pub barrier_callers: u64,
    /// Those of them that wait for `barrier_mutex`: asleep, spinning, or with their CPU given up to try again.
    pub barrier_mutex: u64,
    /// Those of them in the wait queue of the `wait-queue` design.
    pub wait_queue: u64,
    /// Callbacks on the CPUs' lists, barriers' own heads included.
    pub callbacks: u64,
    /// Tasks that could run and have no CPU.
    pub run_queues: u64,
    /// Tasks that wait for `rtnl_mutex`: asleep, spinning, or with their CPU given up to try again.
    pub rtnl: u64,
}

impl<const HEARD: bool> Machine<HEARD> {
    /// How many stand in its queues.
    pub(super) fn queues(&self) -> Queues {
        let pools = || self.cpus.iter().map(|cpu| &cpu.pool);
        let inactive = || pools().flat_map(|p| p.queues.iter().flat_map(|q| q.inactive.iter()));
        let worklist = || pools().flat_map(|p| p.worklist.iter());
        let tasks_at = |is: fn(&Step) -> bool| {
            let at = |task: &&Task| is(&task.step);
            self.tasks.iter().filter(at).count() as u64
        };
        let contends = tasks_at(|step| *step == Step::BarrierRetry);
        let has_wait_queue = self.p.barrier == BarrierDesign::WaitQueue;
        let (barrier_mutex, wait_queue) = if has_wait_queue {
            (0, contends)
        } else {
            (contends, 0)
        };
        let w = &self.workload;
        Queues {
            namespaces: w.live,
            arrivals: if self.p.arrivals.is_open() {
                w.jobs + w.started - w.created
            } else {
                0
            },
            cleanup_list: self.cleanup.on_list,
            fqdirs: self.fqdirs.alive,
            fqdirs_listed: self.fqdirs.listed,
            inactive: inactive().count() as u64,
            worklist: worklist().count() as u64 + u64::from(self.unbound.work.is_some()),
            kfree_works: inactive()
                .chain(worklist())
                .filter(|work| is_kfree(work))
                .count() as u64,
            kfree_gathered: self.kfree.gathered.iter().sum(),
            barrier_callers: self.barriers.iter().map(|b| b.callers.waiting()).sum(),
            barrier_mutex,
            wait_queue,
            callbacks: self.cpus.iter().map(|c| c.rcu.list.len()).sum(),
            run_queues: self.cpus.iter().map(|c| c.runnable.len() as u64).sum(),
            rtnl: tasks_at(|s| matches!(s, Step::CreateRetry | Step::CleanupRtnl { .. })),
        }
    }
}

fn is_kfree(work: &Work) -> bool {
    matches!(work.kind, WorkKind::KfreeMonitor | WorkKind::KfreeWork(_))
}
