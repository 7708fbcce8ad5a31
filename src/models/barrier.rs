//! `rcu_barrier()`. Kernel source: `rcu_barrier`, `rcu_barrier_func`, `rcu_barrier_callback` in
//! `kernel/rcu/tree.c`, v5.10.
//!
//! ```text
//!  Begin: snapshot ─► lock ─┬─ somebody's barrier covered us ─► EarlyExit
//!                           └─► Inc1 ─► one IPI after the other to each CPU with callbacks
//!                                        ─► sleep ─► LastCB wakes us ─► Inc2 ─► unlock
//! ```
//!
//! The count starts at two so that it cannot reach zero while CPUs are still being asked.
//! The `wait-queue` design wakes every satisfied caller when a barrier ends, and one of the others, who leads the next, as
//! `exp_funnel_lock()` does for expedited grace periods; `no-sharing` ignores the early exit and is a straw man. Left out: CPU hotplug, offloaded
//! CPUs; of `exp_funnel_lock()` the four queues by sequence number: here a newcomer may lead before the woken leader runs.

use super::outcome::BarrierCall;
use super::params::{BarrierDesign, Broken};
use super::record::{BarrierStep, What};
use super::segcblist::Callback;
use super::seq::Seq;
use super::state::barrier::Barrier;
use super::state::event::{CpuId, cpu_id};
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, LockId, Role, Step, TaskId};
use crate::sim::{Instant, Span};

/// Calls kept for the customer graph.
const MAX_CALLS: usize = 20_000;

impl<const HEARD: bool> Machine<HEARD> {
    /// Enters `rcu_barrier()`; the caller goes on at [`Self::after_barrier`].
    pub(crate) fn start_barrier(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        let cleanup_alone = self.tasks[me as usize].role == Role::Cleanup && !self.p.cleanup_queues;
        let which = u8::from(cleanup_alone);
        let b = &mut self.barriers[usize::from(which)];
        let snap = b.seq.snap();
        b.callers.enter(snap);
        let t = &mut self.tasks[me as usize];
        t.which = which;
        t.snap = snap;
        t.begin = ctx.now();
        t.step = Step::BarrierLock;
        self.out.barriers.calls += 1;
        self.tell_begin(me, ctx);
        Flow::Run(self.p.costs.barrier_step)
    }

    fn barrier_of(&mut self, me: TaskId) -> &mut Barrier {
        &mut self.barriers[usize::from(self.tasks[me as usize].which)]
    }

    fn barrier_lock_of(&self, me: TaskId) -> LockId {
        LockId::Barrier(self.tasks[me as usize].which)
    }

    pub(crate) fn barrier_lock(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        if self.p.barrier == BarrierDesign::WaitQueue {
            return self.join_wait_queue(me, ctx);
        }
        let stole = self.barrier_of(me).contending > 0;
        self.tasks[me as usize].step = Step::BarrierRetry;
        let lock = self.barrier_lock_of(me);
        let Some(flow) = self.lock(me, lock) else {
            return self.granted(me, stole, false, ctx);
        };
        self.barrier_of(me).contending += 1;
        self.tell_contention(me, true, ctx);
        flow
    }

    pub(crate) fn barrier_retry(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        if self.p.barrier == BarrierDesign::WaitQueue {
            return self.join_wait_queue(me, ctx);
        }
        let lock = self.barrier_lock_of(me);
        if let Some(flow) = self.relock(me, lock) {
            return flow;
        }
        self.barrier_of(me).contending -= 1;
        self.tell_contention(me, false, ctx);
        self.granted(me, false, true, ctx)
    }

    /// The `wait-queue` design: satisfied callers leave, one leader runs, the others sleep.
    fn join_wait_queue(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        let snap = self.tasks[me as usize].snap;
        let b = self.barrier_of(me);
        if b.seq.is_done(snap) {
            return self.early_exit(me, ctx);
        }
        if b.owner.is_some() {
            b.sleepers.push_back(me);
            let t = &mut self.tasks[me as usize];
            let joins = core::mem::replace(&mut t.step, Step::BarrierRetry) == Step::BarrierLock;
            if joins {
                self.tell_of(me, || What::JoinsWaitQueue, ctx);
            }
            return Flow::Block;
        }
        self.begin_scan(me, ctx)
    }

    fn granted(&mut self, me: TaskId, stole: bool, waited: bool, ctx: &mut Ctx) -> Flow {
        let snap = self.tasks[me as usize].snap;
        let done = self.barrier_of(me).seq.is_done(snap);
        let shares = self.p.barrier != BarrierDesign::NoSharing && self.p.works(Broken::Sharing);
        if done && shares {
            return self.early_exit(me, ctx);
        }
        self.out.barriers.steals += u64::from(stole);
        self.out.barriers.handoffs += u64::from(waited);
        self.begin_scan(me, ctx)
    }

    /// Accounts the wait for the mutex, and tells from when on the call was satisfied.
    fn account_wait(&mut self, me: TaskId, now: Instant) -> Instant {
        let t = &self.tasks[me as usize];
        let (snap, begin) = (t.snap, t.begin);
        let b = &mut self.barriers[usize::from(t.which)];
        let (end, seq) = (b.callers.leave(snap), b.seq);
        let satisfied = end.map_or(now, |end| end.at.max(begin));
        self.out.barriers.slept_unsatisfied_ns += (satisfied - begin).as_ns();
        // On the wait queue who is satisfied is woken in the same instant: what follows is waiting for a CPU.
        if self.p.barrier != BarrierDesign::WaitQueue {
            self.out.barriers.slept_though_satisfied_ns += (now - satisfied).as_ns();
            // The sequence moves on with barriers alone.
            let through_another = end.is_some_and(|end| end.seq != seq);
            self.out.barriers.slept_though_satisfied += u64::from(through_another);
        }
        satisfied
    }

    fn early_exit(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        let satisfied = self.account_wait(me, ctx.now());
        self.out.barriers.early_exits += 1;
        self.tell_step(me, BarrierStep::EarlyExit, None, ctx);
        self.record_call(me, satisfied, [ctx.now(); 2], true);
        if self.p.barrier != BarrierDesign::WaitQueue {
            self.unlock_barrier(me, ctx);
        }
        self.tasks[me as usize].step = Step::BarrierReturn;
        Flow::Run(self.p.costs.barrier_step)
    }

    fn unlock_barrier(&mut self, me: TaskId, ctx: &mut Ctx) {
        let lock = self.barrier_lock_of(me);
        self.unlock(me, lock, ctx);
    }

    fn begin_scan(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        self.account_wait(me, ctx.now());
        self.out.barriers.full += 1;
        let b = self.barrier_of(me);
        assert!(b.owner.is_none(), "one barrier runs at a time");
        b.seq.start();
        b.queued = 0;
        b.heads_not_ready = 0;
        b.owner = Some(me);
        b.started = ctx.now();
        self.tell_step(me, BarrierStep::Inc1, None, ctx);
        self.barrier_of(me).count = 2;
        self.tasks[me as usize].step = Step::BarrierScan(0);
        Flow::Run(self.p.costs.barrier_per_cpu * self.p.possible())
    }

    pub(crate) fn barrier_scan(&mut self, me: TaskId, from: CpuId, ctx: &mut Ctx) -> Flow {
        let found = self
            .has_callbacks
            .next_from(usize::from(from))
            .filter(|&c| c < self.cpus.len());
        self.tell_scan(me, from, found, ctx);
        if let Some(cpu) = found {
            self.tasks[me as usize].step = Step::BarrierIpi(cpu_id(cpu));
            return Flow::Run(self.ipi_wait(me, cpu));
        }
        let b = self.barrier_of(me);
        b.count -= 2;
        if b.count == 0 {
            return self.barrier_done(me, ctx);
        }
        self.tasks[me as usize].step = Step::BarrierWoken;
        Flow::Block
    }

    /// How long the caller spins for a CPU's answer. It is charged for that time as for any other: a caller that
    /// spun longer than the wake-up granularity is preempted by the next waiter that it wakes.
    fn ipi_wait(&mut self, me: TaskId, cpu: usize) -> Span {
        let own = self.tasks[me as usize].cpu;
        if own == cpu {
            return self.p.costs.barrier_step;
        }
        let c = &self.p.costs;
        let Some(rng) = self.cpus[cpu].late.as_mut() else {
            return c.ipi;
        };
        if rng.below(1_000) >= c.ipi_stall_permille {
            return c.ipi;
        }
        c.ipi + Span::from_ns(rng.below(c.ipi_stall.as_ns() + 1))
    }

    pub(crate) fn barrier_ipi(&mut self, me: TaskId, cpu: CpuId, ctx: &mut Ctx) -> Flow {
        let which = self.tasks[me as usize].which;
        self.tell_ipi(me, usize::from(cpu), BarrierStep::Irq, ctx);
        let behind = self.p.works(Broken::Entrain);
        let list = &mut self.cpus[usize::from(cpu)].rcu.list;
        let head = Callback::Barrier(which);
        if list.entrain(head, behind) {
            let waits = behind && !self.cpus[usize::from(cpu)].rcu.list.mark(which);
            let b = self.barrier_of(me);
            b.count += 1;
            b.queued += 1;
            b.heads_not_ready += u64::from(waits);
            let what = || What::CallbackQueued {
                callback: head,
                count: 1,
            };
            self.tell(usize::from(cpu), what, ctx);
            self.ensure_tick(usize::from(cpu), ctx);
        } else {
            self.tell_ipi(me, usize::from(cpu), BarrierStep::IrqNq, ctx);
        }
        self.tasks[me as usize].step = Step::BarrierScan(cpu + 1);
        Flow::Run(Span::ZERO)
    }

    pub(crate) fn barrier_callback(&mut self, cpu: usize, which: u8, ctx: &mut Ctx) {
        let b = &mut self.barriers[usize::from(which)];
        assert!(b.count > 0, "no more callbacks than were queued");
        b.count -= 1;
        let (left, owner) = (b.count, b.owner);
        let step = if left > 0 {
            BarrierStep::Cb
        } else {
            BarrierStep::LastCb
        };
        self.tell_barrier(cpu, (which, step), None, ctx);
        if left == 0 {
            self.wake(owner.expect("a barrier in flight has an owner"), ctx);
        }
    }

    pub(crate) fn barrier_done(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        let now = ctx.now();
        self.tell_step(me, BarrierStep::Inc2, None, ctx);
        let b = self.barrier_of(me);
        assert_eq!(b.count, 0, "a barrier ends when every callback has run");
        b.seq.end();
        b.owner = None;
        let (seq, started, trivial) = (b.seq, b.started, b.queued == 0);
        self.accounts_satisfied(self.tasks[me as usize].which, now);
        self.wake_sleepers(me, seq, ctx);
        self.out.barriers.full_trivial += u64::from(trivial);
        self.out.barrier_ns.push((now - started).as_ns());
        self.record_call(me, started, [started, now], false);
        if self.p.barrier != BarrierDesign::WaitQueue {
            self.unlock_barrier(me, ctx);
        }
        self.tasks[me as usize].step = Step::BarrierReturn;
        Flow::Run(self.p.costs.barrier_step)
    }

    /// The `wait-queue` design: all whom this barrier covers, and the first of the others, who is to lead the next.
    fn wake_sleepers(&mut self, me: TaskId, seq: Seq, ctx: &mut Ctx) {
        if self.barrier_of(me).sleepers.is_empty() {
            return;
        }
        let sleepers = core::mem::take(&mut self.barrier_of(me).sleepers);
        let is_done = |&task: &TaskId| seq.is_done(self.tasks[task as usize].snap);
        let (done, others): (Vec<_>, Vec<_>) = sleepers.into_iter().partition(is_done);
        let mut others = others.into_iter();
        let leader = others.next();
        self.barrier_of(me).sleepers.extend(others);
        for task in done.into_iter().chain(leader) {
            self.wake(task, ctx);
        }
    }

    fn record_call(
        &mut self,
        me: TaskId,
        satisfied: Instant,
        [granted, end]: [Instant; 2],
        early_exit: bool,
    ) {
        if self.out.calls.len() < MAX_CALLS {
            let call = BarrierCall {
                begin_ns: self.since_begin(self.tasks[me as usize].begin),
                satisfied_ns: self.since_begin(satisfied),
                granted_ns: self.since_begin(granted),
                end_ns: self.since_begin(end),
                early_exit,
            };
            self.out.calls.push(call);
        }
    }

    pub(crate) fn after_barrier(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        self.tell_of(me, || What::BarrierReturned, ctx);
        match self.tasks[me as usize].role {
            Role::Cleanup => self.cleanup_after_barrier(me, ctx),
            _ => self.work_after_barrier(me),
        }
    }
}
