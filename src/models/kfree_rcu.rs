//! Memory that comes back through `system_wq`. Kernel source: `kfree_rcu_monitor` and
//! `kfree_rcu_work` in `kernel/rcu/tree.c`, v5.10.
//!
//! Freed objects gather on the CPU; HZ/50 later a monitor work in `system_wq` hands them to RCU,
//! and after a grace period a second work in `system_wq` frees them. Both stand behind whatever
//! else waits there. Deferred `vfree()` and per-CPU memory take the same road and are counted in.
//! Left out: other callers of `kfree_rcu()` than the teardown of namespaces, so that monitors and works are fewer than in a kernel; its page
//! cache; that a CPU has two batches in flight at most (`KFREE_N_BATCHES`) and the monitor comes again while both are.

use super::record::What;
use super::segcblist::Callback;
use super::state::event::{Ev, cpu_id};
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, TaskId};
use super::state::work::{Queue, WorkKind};
use crate::sim::Span;

impl<const HEARD: bool> Machine<HEARD> {
    /// `kfree_rcu()` of what a namespace leaves to it.
    pub(crate) fn kfree_rcu(&mut self, cpu: usize, ctx: &mut Ctx) {
        let parts = &self.memory.parts;
        if parts.percpu_deferred + parts.rest_deferred == 0 {
            return;
        }
        self.kfree.gathered[cpu] += 1;
        self.tell(cpu, || What::KfreeGathered, ctx);
        if !self.kfree.scheduled[cpu] {
            self.kfree.scheduled[cpu] = true;
            self.kfree.in_flight += 1;
            let delay = Span::from_ns(1_000_000_000 / 50);
            let at = self.wheel_timer(ctx.now(), delay);
            ctx.at(at, Ev::KfreeMonitor { cpu: cpu_id(cpu) });
        }
    }

    pub(crate) fn kfree_monitor_due(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.queue_work(cpu, Queue::System, WorkKind::KfreeMonitor, ctx);
    }

    pub(crate) fn kfree_monitor(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        let cpu = self.tasks[me as usize].cpu;
        self.kfree.scheduled[cpu] = false;
        let namespaces = core::mem::take(&mut self.kfree.gathered[cpu]);
        let namespaces = u32::try_from(namespaces).expect("fewer than 2^32 namespaces");
        self.call_rcu(cpu, Callback::Kfree(namespaces), 1, ctx);
        self.end_work(me, ctx)
    }

    /// The work has freed what so many namespaces left to it.
    pub(crate) fn kfree_done(&mut self, me: TaskId, namespaces: u64, ctx: &mut Ctx) -> Flow {
        self.release_deferred(namespaces);
        self.kfree.in_flight -= 1;
        self.end_work(me, ctx)
    }

    pub(crate) fn queue_kfree_work(&mut self, cpu: usize, namespaces: u32, ctx: &mut Ctx) {
        self.queue_work(cpu, Queue::System, WorkKind::KfreeWork(namespaces), ctx);
    }
}
