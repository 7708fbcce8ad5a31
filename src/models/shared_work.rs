//! Works of which the machine has one each: `pcpu_balance_workfn` and a global table's
//! `rht_deferred_worker`. Kernel source: `mm/percpu.c`, `lib/rhashtable.c`, v5.10.
//!
//! Creating a namespace queues them now and then on the creator's CPU; the kworker that runs them
//! takes that CPU from the creator for a moment, which is a quiescent state. Once such a work
//! stands unstarted behind 256 fqdirs on another CPU it is pending and cannot be queued here: the
//! creator can then be left alone until a grace period is HZ/10 old. Left out: how much memory is
//! balanced and how tables grow; only how often was measured.

use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, Step, TaskId};
use super::state::work::{Queue, SharedWork, WorkKind};

impl Machine {
    /// `queue_work()` of a work that may already be pending.
    fn queue_shared(&mut self, cpu: usize, work: SharedWork, ctx: &mut Ctx) {
        if !core::mem::replace(&mut self.shared_pending[work as usize], true) {
            self.queue_work(cpu, Queue::System, WorkKind::Shared(work), ctx);
        }
    }

    /// What the `nth` creation queues on the creator's CPU.
    pub(crate) fn creation_queues(&mut self, cpu: usize, nth: u64, ctx: &mut Ctx) {
        if self.p.pcpu_balance_every > 0 && nth.is_multiple_of(self.p.pcpu_balance_every) {
            self.queue_shared(cpu, SharedWork::PcpuBalance, ctx);
        }
        if self.p.rhash_resize_every > 0 && nth.is_multiple_of(self.p.rhash_resize_every) {
            self.queue_shared(cpu, SharedWork::RhashResize, ctx);
        }
    }

    /// What tearing down the `nth` namespace of a batch queues: tables shrink as well.
    pub(crate) fn teardown_queues(&mut self, cpu: usize, nth: u64, ctx: &mut Ctx) {
        if self.p.rhash_resize_every > 0 && nth.is_multiple_of(self.p.rhash_resize_every) {
            self.queue_shared(cpu, SharedWork::RhashResize, ctx);
        }
    }

    /// A worker runs one of them: from here on it can be queued again.
    pub(crate) fn run_shared(&mut self, me: TaskId, work: SharedWork) -> Flow {
        self.shared_pending[work as usize] = false;
        self.tasks[me as usize].step = Step::SharedDone;
        Flow::Run(match work {
            SharedWork::PcpuBalance => self.p.costs.pcpu_balance,
            SharedWork::RhashResize => self.p.costs.rhash_resize,
        })
    }
}
