//! The end of an fqdir under each policy. Kernel source: `fqdir_exit`, `fqdir_work_fn`,
//! `fqdir_free_fn` in `net/ipv4/inet_fragment.c`, v5.10, 0b9b241406818 and 802e12ff9cba.
//!
//! An fqdir's table is destroyed, then a barrier waits for the callbacks of its fragments, then it
//! is freed. The policies differ in which work does which part. Left out: live fragment traffic; that a work which frees a batch and is
//! queued again while it runs stands in the worklist from then on (here it is queued as it ends, behind what came meanwhile).

use super::caches::Cache;
use super::params::DestroyPolicy;
use super::record::What;
use super::segcblist::Callback;
use super::spent::Spent;
use super::state::event::{Ev, cpu_id};
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, Step, TaskId};
use super::state::work::{Queue, WorkKind};
use crate::sim::{Instant, Span};

/// The work that takes the list of fqdirs.
pub(super) struct Batch {
    work: WorkKind,
    pub(super) queue: Queue,
    /// Whether it is queued a second later.
    delayed: bool,
}

/// Which work takes the list under a policy, if there is a list.
pub(super) const fn batch(policy: DestroyPolicy) -> Option<Batch> {
    let (work, queue, delayed) = match policy {
        DestroyPolicy::PerCall | DestroyPolicy::NoBarrier => return None,
        DestroyPolicy::BatchAll => (WorkKind::FqdirAll, Queue::System, false),
        DestroyPolicy::BatchFreeDedicated => (WorkKind::FqdirFree, Queue::Dedicated, false),
        DestroyPolicy::BatchFree => (WorkKind::FqdirFree, Queue::System, false),
        DestroyPolicy::BatchFreeDelayed => (WorkKind::FqdirFree, Queue::System, true),
    };
    Some(Batch {
        work,
        queue,
        delayed,
    })
}

impl DestroyPolicy {
    /// The kernel's name of the function that takes the list of fqdirs, if there is a list.
    pub fn takes_list(self) -> Option<&'static str> {
        batch(self).map(|batch| batch.work.function())
    }
}

impl<const HEARD: bool> Machine<HEARD> {
    /// `fqdir_exit()`.
    pub(crate) fn fqdir_exit(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.fqdirs.alive += 1;
        let fqdirs = &mut self.accounting.fqdirs;
        fqdirs.enter(1, Spent::NotStarted, ctx.now());
        self.tell(cpu, || What::FqdirHandedOver, ctx);
        match self.p.policy {
            DestroyPolicy::PerCall | DestroyPolicy::NoBarrier => {
                self.queue_work(cpu, Queue::System, WorkKind::FqdirPerCall, ctx);
            }
            DestroyPolicy::BatchAll => {
                if self.fqdirs.listed == 0 {
                    self.fqdirs.listed_since = ctx.now();
                }
                self.list_fqdir(cpu, ctx);
            }
            DestroyPolicy::BatchFreeDedicated => {
                self.queue_work(cpu, Queue::System, WorkKind::FqdirDestroy, ctx);
            }
            DestroyPolicy::BatchFree | DestroyPolicy::BatchFreeDelayed => {
                self.queue_work(cpu, Queue::InetFrag, WorkKind::FqdirDestroy, ctx);
            }
        }
    }

    /// Puts an fqdir on the lock-less list, and makes sure that the work that empties it comes.
    fn list_fqdir(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.fqdirs.listed += 1;
        self.tell(cpu, || What::FqdirListed, ctx);
        self.queue_batch(cpu, ctx);
    }

    fn queue_batch(&mut self, cpu: usize, ctx: &mut Ctx) {
        if self.fqdirs.batch_pending {
            return;
        }
        self.fqdirs.batch_pending = true;
        if self.batch().delayed {
            self.fqdirs.batch_timer = true;
            let at = self.wheel_timer(ctx.now(), Span::from_s(1));
            ctx.at(at, Ev::DelayedFree { cpu: cpu_id(cpu) });
        } else if !self.fqdirs.batch_running {
            self.submit_batch(cpu, ctx);
        }
    }

    pub(crate) fn delayed_free(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.fqdirs.batch_timer = false;
        let listed = self.fqdirs.listed;
        let fqdirs = &mut self.accounting.fqdirs;
        fqdirs.shift(listed, Spent::Delay, Spent::FreeNotStarted, ctx.now());
        if !self.fqdirs.batch_running {
            self.submit_batch(cpu, ctx);
        }
    }

    fn submit_batch(&mut self, cpu: usize, ctx: &mut Ctx) {
        let Batch { work, queue, .. } = self.batch();
        self.queue_work(cpu, queue, work, ctx);
    }

    fn batch(&self) -> Batch {
        batch(self.p.policy).expect("only a policy with a list puts fqdirs on it")
    }

    fn destroy_cost(&self) -> Span {
        self.p.costs.table_destroy + self.p.costs.fragment * self.p.fragments
    }

    /// A worker begins a work.
    pub(crate) fn execute(&mut self, me: TaskId, kind: WorkKind, ctx: &mut Ctx) -> Flow {
        let (step, cost) = match kind {
            WorkKind::FqdirPerCall | WorkKind::FqdirDestroy => {
                self.begin_destroy(me, 1, ctx.now());
                (Step::Destroyed, self.destroy_cost())
            }
            WorkKind::FqdirFree => {
                self.fqdirs.batch_pending = false;
                self.fqdirs.batch_running = true;
                let n = core::mem::take(&mut self.fqdirs.listed);
                let change = (Spent::FreeNotStarted, Spent::Running);
                self.takes_fqdirs(me, n, change, ctx.now());
                (Step::BeforeBarrier(n), Span::ZERO)
            }
            WorkKind::FqdirAll => {
                self.fqdirs.batch_pending = false;
                self.fqdirs.batch_running = true;
                let n = core::mem::take(&mut self.fqdirs.listed);
                self.tasks[me as usize].handed_over = self.fqdirs.listed_since;
                self.begin_destroy(me, n, ctx.now());
                (Step::BatchDestroying(n), self.destroy_cost())
            }
            WorkKind::Barrier => (Step::BeforeBarrier(0), Span::ZERO),
            WorkKind::KfreeMonitor => return self.kfree_monitor(me, ctx),
            WorkKind::Expedited => return self.select_expedited(me, ctx),
            WorkKind::Shared(work) => return self.run_shared(me, work, ctx),
            WorkKind::KfreeWork(n) => (Step::KfreeDone(n), self.p.costs.kfree_work),
        };
        self.tasks[me as usize].step = step;
        Flow::Run(cost)
    }

    fn begin_destroy(&mut self, me: TaskId, n: u64, now: Instant) {
        self.tasks[me as usize].destroy_began = now;
        let change = (Spent::NotStarted, Spent::TableDestroy);
        self.takes_fqdirs(me, n, change, now);
        self.fqdirs.begin_destroy(n, now);
    }

    /// What the work had in hand is destroyed; from now on its fqdirs spend their time on `to`.
    fn end_destroy(&mut self, me: TaskId, to: Spent, now: Instant) {
        let t = &self.tasks[me as usize];
        let work = t.work.expect("a step inside a work has one");
        let handed_over = match work.kind {
            WorkKind::FqdirAll => t.handed_over,
            _ => work.queued_at,
        };
        self.fqdirs.end_destroy(handed_over, t.destroy_began, now);
        self.spends(me, to, now);
    }

    /// A table is gone, and its fragments wait for their callbacks.
    fn release_table(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.fqdirs.table_destroyed();
        self.release_tables(1);
        self.call_rcu(cpu, Callback::Fragment, self.p.fragments, ctx);
    }

    /// Patch v1 and v2: one of the tables of a batch, `left` of them with this one.
    pub(crate) fn one_table_destroyed(&mut self, me: TaskId, left: u64, ctx: &mut Ctx) -> Flow {
        let cpu = self.tasks[me as usize].cpu;
        self.release_table(cpu, ctx);
        if left > 1 {
            self.tasks[me as usize].step = Step::BatchDestroying(left - 1);
            return Flow::Run(self.destroy_cost());
        }
        self.end_destroy(me, Spent::Running, ctx.now());
        self.before_barrier(me, self.tasks[me as usize].fqdirs)
    }

    pub(crate) fn table_destroyed(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        let cpu = self.tasks[me as usize].cpu;
        self.release_table(cpu, ctx);
        match self.p.policy {
            DestroyPolicy::PerCall => {
                self.end_destroy(me, Spent::Running, ctx.now());
                self.before_barrier(me, 1)
            }
            DestroyPolicy::NoBarrier => {
                self.end_destroy(me, Spent::Running, ctx.now());
                self.tasks[me as usize].step = Step::Freed(1);
                Flow::Run(self.p.costs.fqdir_free)
            }
            DestroyPolicy::BatchAll
            | DestroyPolicy::BatchFreeDedicated
            | DestroyPolicy::BatchFree
            | DestroyPolicy::BatchFreeDelayed => {
                self.list_fqdir(cpu, ctx);
                let to = if self.fqdirs.batch_timer {
                    Spent::Delay
                } else {
                    Spent::FreeNotStarted
                };
                self.end_destroy(me, to, ctx.now());
                self.tasks[me as usize].fqdirs = 0;
                self.end_work(me, ctx)
            }
        }
    }

    /// The last `cond_resched()` of the tables' destruction lies between them and the barrier.
    fn before_barrier(&mut self, me: TaskId, fqdirs: u64) -> Flow {
        self.tasks[me as usize].step = Step::BeforeBarrier(fqdirs);
        Flow::Run(Span::ZERO)
    }

    pub(crate) fn barrier_for(&mut self, me: TaskId, fqdirs: u64, ctx: &mut Ctx) -> Flow {
        self.tasks[me as usize].batch = fqdirs;
        self.start_barrier(me, ctx)
    }

    pub(crate) fn work_after_barrier(&mut self, me: TaskId) -> Flow {
        let n = self.tasks[me as usize].batch;
        self.tasks[me as usize].step = Step::Freed(n);
        Flow::Run(self.p.costs.fqdir_free * n)
    }

    pub(crate) fn fqdirs_freed(&mut self, me: TaskId, n: u64, ctx: &mut Ctx) -> Flow {
        let cpu = self.tasks[me as usize].cpu;
        let kind = self.tasks[me as usize]
            .work
            .expect("a step inside a work has one")
            .kind;
        assert!(self.fqdirs.alive >= n, "no fqdir is freed twice");
        self.fqdirs.alive -= n;
        let fqdirs = &mut self.accounting.fqdirs;
        fqdirs.leave(n, Spent::Running, ctx.now());
        self.tasks[me as usize].fqdirs = 0;
        self.tell(cpu, || What::FqdirsFreed { fqdirs: n }, ctx);
        self.fqdirs.destroyed -= n;
        self.fqdirs.freed += n;
        self.release(Cache::Fqdir, self.memory.parts.fqdir * n);
        if matches!(kind, WorkKind::FqdirFree | WorkKind::FqdirAll) {
            self.fqdirs.batch_running = false;
            if self.fqdirs.batch_pending && !self.fqdirs.batch_timer {
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
