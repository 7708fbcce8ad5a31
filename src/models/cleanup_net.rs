//! `cleanup_net()`: one thread for the whole machine. Kernel source: `net/core/net_namespace.c`
//! and `net/core/dev.c`, v5.10.
//!
//! ```text
//! take the list ─► walk the live ─► grace period ─► per device barrier: [rtnl, 2 expedited GPs, devices, 1 more, rtnl free, rcu_barrier()]
//!   ─► queue one fqdir work per namespace and family ─► the rest of each namespace ─► rcu_barrier() ─► free
//! ```
//!
//! On one CPU no grace period is waited for, normal or expedited, unless the kernel is preemptible: `rcu_blocking_is_gp()` in
//! `kernel/rcu/tree.c`. What dies meanwhile waits on the list and makes the next batch. Left out: waiting for device
//! references, per-namespace rtnl sections.

use super::accounting::WAKE_MARK;
use super::caches::Cache;
use super::outcome::CleanupCall;
use super::params::Preemption;
use super::segcblist::Callback;
use super::spent::Spent;
use super::state::cleanup_net::{Stage, Wait};
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, LockId, Step, TaskId};
use crate::sim::{Instant, Span};

impl<const HEARD: bool> Machine<HEARD> {
    /// `__put_net()`: the namespace joins the list, the first one wakes the thread.
    pub(crate) fn put_net(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.cleanup.put(ctx.now());
        let joins = if self.cleanup.running {
            Spent::OnList
        } else {
            Spent::NotStarted
        };
        let namespaces = &mut self.accounting.namespaces;
        namespaces.shift(1, Spent::InUse, joins, ctx.now());
        self.tell_put(cpu, ctx);
        if self.cleanup.on_list == 1 && !self.cleanup.running {
            self.wake(self.cleanup.task, ctx);
        }
    }

    pub(crate) fn cleanup_step(&mut self, me: TaskId, step: Step, ctx: &mut Ctx) -> Flow {
        self.cleanup.stop_waiting(ctx.now());
        match step {
            Step::CleanupIdle => {
                if self.cleanup.on_list == 0 {
                    return Flow::Block;
                }
                self.enter_stage(me, 0, ctx)
            }
            Step::CleanupRtnl { stage } => {
                let waits = self.relock(me, LockId::Rtnl);
                if waits.is_none() {
                    self.tell_rtnl(me, false, ctx);
                }
                self.have_rtnl_or_wait(me, stage, waits, ctx)
            }
            Step::CleanupExpedite { stage } => {
                self.tasks[me as usize].step = Step::Cleanup { stage, done: 1 };
                self.queue_expedited(self.tasks[me as usize].cpu, ctx);
                self.wait_for(Wait::GracePeriod, ctx.now())
            }
            Step::Cleanup { stage, done } => self.continue_stage(me, stage, done, ctx),
            _ => unreachable!("not a step of cleanup_net(): {step:?}"),
        }
    }

    fn wait_for(&mut self, wait: Wait, now: Instant) -> Flow {
        self.cleanup.waiting = Some((wait, now));
        Flow::Block
    }

    fn enter_stage(&mut self, me: TaskId, stage: u32, ctx: &mut Ctx) -> Flow {
        self.tasks[me as usize].step = Step::Cleanup { stage, done: 0 };
        match self.cleanup.stages[stage as usize] {
            Stage::Take => self.take_list(me, ctx),
            Stage::GracePeriod | Stage::SynchronizeNet | Stage::Expedited
                if self.blocking_is_gp() =>
            {
                self.tasks[me as usize].step = Step::Cleanup { stage, done: 1 };
                Flow::Run(Span::ZERO)
            }
            Stage::GracePeriod | Stage::SynchronizeNet if self.p.expedited_waits => {
                self.expedited(me, stage)
            }
            Stage::SynchronizeNet if self.rtnl.owner().is_some() => self.expedited(me, stage),
            Stage::UnhashNsid => Flow::Run(self.unhash_cost()),
            Stage::GracePeriod | Stage::SynchronizeNet => self.normal_grace_period(me, stage, ctx),
            Stage::RtnlLock => self.lock_rtnl(me, stage, ctx),
            Stage::RtnlUnlock => {
                self.unlock(me, LockId::Rtnl, ctx);
                self.enter_stage(me, stage + 1, ctx)
            }
            Stage::Expedited => self.expedited(me, stage),
            Stage::Barrier => {
                self.tasks[me as usize].batch = u64::from(stage);
                self.cleanup.waiting = Some((Wait::Barrier, ctx.now()));
                self.start_barrier(me, ctx)
            }
            Stage::End => self.end_batch(me, ctx),
            loops => Flow::Run(self.loop_cost(loops)),
        }
    }

    fn take_list(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        self.cleanup.running = true;
        self.cleanup.batch = core::mem::take(&mut self.cleanup.on_list);
        self.accounts_call_begins(me, ctx.now());
        self.tell_taken(me, ctx);
        let call = CleanupCall {
            start_ns: self.since_begin(ctx.now()),
            batch: self.cleanup.batch,
            ..CleanupCall::default()
        };
        self.cleanup.calls.push(call);
        Flow::Run(self.p.costs.cleanup_batch)
    }

    fn lock_rtnl(&mut self, me: TaskId, stage: u32, ctx: &mut Ctx) -> Flow {
        self.tasks[me as usize].step = Step::CleanupRtnl { stage };
        let waits = self.lock(me, LockId::Rtnl);
        if waits.is_some() {
            self.tell_rtnl(me, true, ctx);
        }
        self.have_rtnl_or_wait(me, stage, waits, ctx)
    }

    fn have_rtnl_or_wait(
        &mut self,
        me: TaskId,
        stage: u32,
        waits: Option<Flow>,
        ctx: &mut Ctx,
    ) -> Flow {
        let Some(flow) = waits else {
            return self.enter_stage(me, stage + 1, ctx);
        };
        self.cleanup.waiting = Some((Wait::Rtnl, ctx.now()));
        flow
    }

    /// `rcu_blocking_is_gp()`: to sleep is a grace period where no other CPU can be in a reader and no task is preempted in one.
    fn blocking_is_gp(&self) -> bool {
        self.cpus.len() == 1 && self.p.preempt != Preemption::Full && !self.p.one_cpu_waits
    }

    /// `synchronize_rcu()`: a callback of its own, and sleep until it is invoked.
    fn normal_grace_period(&mut self, me: TaskId, stage: u32, ctx: &mut Ctx) -> Flow {
        let cpu = self.tasks[me as usize].cpu;
        self.call_rcu(cpu, Callback::Wake(me), 1, ctx);
        self.cpus[cpu].rcu.list.mark(WAKE_MARK);
        self.tasks[me as usize].step = Step::Cleanup { stage, done: 1 };
        self.wait_for(Wait::GracePeriod, ctx.now())
    }

    /// What `synchronize_net()` does under rtnl: its own work, then the wait.
    fn expedited(&mut self, me: TaskId, stage: u32) -> Flow {
        self.tasks[me as usize].step = Step::CleanupExpedite { stage };
        Flow::Run(self.p.costs.expedited)
    }

    /// `unhash_nsid()`: each dying namespace is looked up in each live one, or all of them in one walk.
    fn unhash_cost(&self) -> Span {
        let others = self.workload.live - self.cleanup.batch;
        let walks = if self.p.unhash_once {
            1
        } else {
            self.cleanup.batch
        };
        self.p.costs.unhash_nsid * walks * others
    }

    /// CPU time of one namespace in a loop.
    fn loop_cost(&self, stage: Stage) -> Span {
        let c = &self.p.costs;
        match stage {
            Stage::Devices => c.cleanup_device,
            Stage::Fqdirs => c.cleanup_fqdir,
            Stage::Conntrack => c.conntrack_bucket * self.p.conntrack_buckets,
            Stage::FirstRest | Stage::LastRest => {
                (c.cleanup_rest + c.cleanup_per_cpu * self.p.possible()) / 2
            }
            _ => Span::ZERO,
        }
    }

    /// A stretch or wait of the stage is over.
    fn continue_stage(&mut self, me: TaskId, stage: u32, done: u32, ctx: &mut Ctx) -> Flow {
        let kind = self.cleanup.stages[stage as usize];
        if !matches!(
            kind,
            Stage::Devices | Stage::Fqdirs | Stage::Conntrack | Stage::FirstRest | Stage::LastRest
        ) {
            return self.enter_stage(me, stage + 1, ctx);
        }
        let done = done + 1;
        self.loop_effect(me, kind, done, ctx);
        if u64::from(done) >= self.cleanup.batch {
            return self.enter_stage(me, stage + 1, ctx);
        }
        self.tasks[me as usize].step = Step::Cleanup { stage, done };
        Flow::Run(self.loop_cost(kind))
    }

    /// What a loop does with a namespace, the `done`-th of its batch.
    fn loop_effect(&mut self, me: TaskId, kind: Stage, done: u32, ctx: &mut Ctx) {
        let cpu = self.tasks[me as usize].cpu;
        let (device, rest) = self.cleanup.callbacks;
        match kind {
            Stage::Devices => self.call_rcu(cpu, Callback::Teardown, device, ctx),
            Stage::Fqdirs => self.fqdir_exit(cpu, ctx),
            Stage::FirstRest => {
                self.post_teardown(cpu, rest / 2, self.memory.parts.sockets / 2, ctx);
                self.release_percpu(false);
            }
            Stage::LastRest => {
                let sockets = self.memory.parts.sockets;
                self.post_teardown(cpu, rest - rest / 2, sockets - sockets / 2, ctx);
                self.kfree_rcu(cpu, ctx);
                self.release_torn_down();
                self.release_percpu(true);
                self.teardown_queues(cpu, done.into(), self.cleanup.batch, ctx);
            }
            _ => {}
        }
    }

    /// Callbacks of a teardown, so many of them with a socket's inode.
    fn post_teardown(&mut self, cpu: usize, callbacks: u64, inodes: u64, ctx: &mut Ctx) {
        self.call_rcu(cpu, Callback::Teardown, callbacks - inodes, ctx);
        self.call_rcu(cpu, Callback::SockInode, inodes, ctx);
    }

    /// Whether the step is part of `get_next_corpse()`'s walk, the only one of them with a `cond_resched()`.
    pub(crate) fn scans_conntrack(&self, step: Step) -> bool {
        matches!(step, Step::Cleanup { stage, .. } if self.cleanup.stages[stage as usize] == Stage::Conntrack)
    }

    pub(crate) fn cleanup_after_barrier(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        self.cleanup.stop_waiting(ctx.now());
        let stage = u32::try_from(self.tasks[me as usize].batch).expect("a stage number");
        self.enter_stage(me, stage + 1, ctx)
    }

    fn end_batch(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        let now = self.since_begin(ctx.now());
        let batch = core::mem::take(&mut self.cleanup.batch);
        let call = self.cleanup.call();
        call.duration_ns = now - call.start_ns;
        call.finished = true;
        self.accounts_call_ends(batch, ctx.now());
        self.cleanup.freed(batch, ctx.now());
        self.cleanup.running = false;
        self.release(Cache::Net, batch * self.memory.parts.net);
        self.workload.live -= batch;
        self.tell_batch_freed(me, batch, ctx);
        self.check_settled(ctx.now());
        self.tasks[me as usize].step = Step::CleanupIdle;
        if self.cleanup.on_list > 0 {
            Flow::Run(self.p.costs.context_switch)
        } else {
            Flow::Block
        }
    }
}
