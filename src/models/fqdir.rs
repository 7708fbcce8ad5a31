//! The end of an fqdir under each policy. Kernel source: `fqdir_exit`, `fqdir_work_fn`,
//! `fqdir_free_fn` in `net/ipv4/inet_fragment.c`, v5.10, 0b9b241406818 and 802e12ff9cba.
//!
//! An fqdir's table is destroyed, then a barrier waits for the callbacks of its fragments, then it
//! is freed. The policies differ in which work does which part. Left out: live fragment traffic.

use super::params::DestroyPolicy;
use super::record::What;
use super::segcblist::Callback;
use super::state::event::{Ev, cpu_id};
use super::state::fqdirs::FQDIR_BYTES;
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, Step, TaskId};
use super::state::work::{Queue, WorkKind};
use crate::sim::Span;

impl Machine {
    /// `fqdir_exit()`.
    pub(crate) fn fqdir_exit(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.fqdirs.alive += 1;
        self.tell(cpu, || What::FqdirHandedOver, ctx);
        match self.p.policy {
            DestroyPolicy::PerCall | DestroyPolicy::NoBarrier => {
                self.queue_work(cpu, Queue::System, WorkKind::FqdirPerCall, ctx);
            }
            DestroyPolicy::BatchAll => {
                self.fqdirs.listed += 1;
                self.queue_batch(cpu, ctx);
            }
            DestroyPolicy::BatchFreeDedicated => {
                self.queue_work(cpu, Queue::System, WorkKind::FqdirDestroy, ctx);
            }
            DestroyPolicy::BatchFree | DestroyPolicy::BatchFreeDelayed => {
                self.queue_work(cpu, Queue::InetFrag, WorkKind::FqdirDestroy, ctx);
            }
        }
    }

    fn queue_batch(&mut self, cpu: usize, ctx: &mut Ctx) {
        if self.fqdirs.batch_pending {
            return;
        }
        self.fqdirs.batch_pending = true;
        if self.p.policy == DestroyPolicy::BatchFreeDelayed {
            ctx.after(Span::from_s(1), Ev::DelayedFree { cpu: cpu_id(cpu) });
        } else if !self.fqdirs.batch_running {
            self.submit_batch(cpu, ctx);
        }
    }

    pub(crate) fn delayed_free(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.submit_batch(cpu, ctx);
    }

    fn submit_batch(&mut self, cpu: usize, ctx: &mut Ctx) {
        match self.p.policy {
            DestroyPolicy::BatchAll => self.queue_work(cpu, Queue::System, WorkKind::FqdirAll, ctx),
            DestroyPolicy::BatchFreeDedicated => {
                self.queue_work(cpu, Queue::Dedicated, WorkKind::FqdirFree, ctx);
            }
            _ => self.queue_work(cpu, Queue::System, WorkKind::FqdirFree, ctx),
        }
    }

    fn destroy_cost(&self) -> Span {
        self.p.costs.table_destroy + self.p.costs.fragment * self.p.fragments
    }

    /// A worker begins a work.
    pub(crate) fn execute(&mut self, me: TaskId, kind: WorkKind, ctx: &mut Ctx) -> Flow {
        let (step, cost) = match kind {
            WorkKind::FqdirPerCall | WorkKind::FqdirDestroy => {
                (Step::Destroyed, self.destroy_cost())
            }
            WorkKind::FqdirFree => {
                self.fqdirs.batch_pending = false;
                self.fqdirs.batch_running = true;
                (
                    Step::FreeBatch(core::mem::take(&mut self.fqdirs.listed)),
                    Span::ZERO,
                )
            }
            WorkKind::FqdirAll => {
                self.fqdirs.batch_pending = false;
                self.fqdirs.batch_running = true;
                let n = core::mem::take(&mut self.fqdirs.listed);
                (Step::BatchDestroyed(n), self.destroy_cost() * n)
            }
            WorkKind::Barrier => (Step::FreeBatch(0), Span::ZERO),
            WorkKind::KfreeMonitor => return self.kfree_monitor(me, ctx),
            WorkKind::Shared(work) => return self.run_shared(me, work, ctx),
            WorkKind::KfreeWork(bytes) => (Step::KfreeDone(bytes), self.p.costs.kfree_work),
        };
        self.tasks[me as usize].step = step;
        Flow::Run(cost)
    }

    pub(crate) fn work_step(&mut self, me: TaskId, step: Step, ctx: &mut Ctx) -> Flow {
        let cpu = self.tasks[me as usize].cpu;
        match step {
            Step::Destroyed => self.table_destroyed(me, cpu, ctx),
            Step::BatchDestroyed(n) => {
                self.call_rcu(cpu, Callback::Fragment, self.p.fragments * n, ctx);
                self.barrier_for(me, n, ctx)
            }
            Step::FreeBatch(n) => self.barrier_for(me, n, ctx),
            Step::Freed(n) => self.fqdirs_freed(me, cpu, n, ctx),
            Step::KfreeDone(bytes) => {
                self.release(bytes);
                self.kfree.in_flight -= 1;
                self.end_work(me, ctx)
            }
            Step::SharedDone => self.end_work(me, ctx),
            _ => unreachable!("not a step inside a work: {step:?}"),
        }
    }

    fn table_destroyed(&mut self, me: TaskId, cpu: usize, ctx: &mut Ctx) -> Flow {
        self.call_rcu(cpu, Callback::Fragment, self.p.fragments, ctx);
        match self.p.policy {
            DestroyPolicy::PerCall => self.barrier_for(me, 1, ctx),
            DestroyPolicy::NoBarrier => {
                self.tasks[me as usize].step = Step::Freed(1);
                Flow::Run(self.p.costs.fqdir_free)
            }
            _ => {
                self.fqdirs.listed += 1;
                self.queue_batch(cpu, ctx);
                self.end_work(me, ctx)
            }
        }
    }

    fn barrier_for(&mut self, me: TaskId, fqdirs: u64, ctx: &mut Ctx) -> Flow {
        self.tasks[me as usize].batch = fqdirs;
        self.start_barrier(me, ctx)
    }

    pub(crate) fn work_after_barrier(&mut self, me: TaskId) -> Flow {
        let n = self.tasks[me as usize].batch;
        self.tasks[me as usize].step = Step::Freed(n);
        Flow::Run(self.p.costs.fqdir_free * n)
    }

    fn fqdirs_freed(&mut self, me: TaskId, cpu: usize, n: u64, ctx: &mut Ctx) -> Flow {
        let kind = self.tasks[me as usize]
            .work
            .expect("a step inside a work has one")
            .kind;
        assert!(self.fqdirs.alive >= n, "no fqdir is freed twice");
        self.fqdirs.alive -= n;
        self.tell(cpu, || What::FqdirsFreed { fqdirs: n }, ctx);
        self.release(n * FQDIR_BYTES);
        if matches!(kind, WorkKind::FqdirFree | WorkKind::FqdirAll) {
            self.fqdirs.batch_running = false;
            if self.fqdirs.batch_pending && self.p.policy != DestroyPolicy::BatchFreeDelayed {
                self.submit_batch(cpu, ctx);
            }
        }
        self.end_work(me, ctx)
    }

    /// The work function has returned.
    pub(crate) fn end_work(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        self.tasks[me as usize].step = Step::WorkDone;
        self.check_settled(ctx.now());
        Flow::Run(Span::ZERO)
    }
}
