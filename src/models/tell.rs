//! Telling the listener what happens.

use super::record::{BarrierStep, Context, GpStep, QueueId, Record, What, Who, WorkId};
use super::seq::Seq;
use super::state::event::{CpuId, cpu_id};
use super::state::machine::{Ctx, Machine};
use super::state::task::TaskId;
use super::state::work::Work;

impl<const HEARD: bool> Machine<HEARD> {
    /// Something happened on a CPU.
    #[inline]
    pub(crate) fn tell(&self, cpu: usize, what: impl FnOnce() -> What, ctx: &mut Ctx) {
        if HEARD {
            ctx.trace(|| self.record(cpu, what()));
        }
    }

    /// Something happened on a task's CPU.
    #[inline]
    pub(crate) fn tell_of(&self, task: TaskId, what: impl FnOnce() -> What, ctx: &mut Ctx) {
        if HEARD {
            self.tell(self.tasks[task as usize].cpu, what, ctx);
        }
    }

    /// What happened, with who ran on the CPU. Out of the way of runs that nobody listens to.
    #[cold]
    #[inline(never)]
    fn record(&self, cpu: usize, what: What) -> Record {
        let c = &self.cpus[cpu];
        Record {
            cpu: u32::from(cpu_id(cpu)),
            who: c.current.map_or(Who::Idle, |task| {
                Who::Task(task, self.tasks[task as usize].role)
            }),
            context: self.context.unwrap_or_else(|| self.event.context()),
            need_resched: c.need_resched,
            what,
        }
    }

    /// A step of a barrier, on the CPU `at`, about the CPU `about`.
    #[inline]
    pub(crate) fn tell_barrier(
        &self,
        at: usize,
        (which, step): (u8, BarrierStep),
        about: Option<u32>,
        ctx: &mut Ctx,
    ) {
        let what = || {
            let b = &self.barriers[usize::from(which)];
            What::RcuBarrier {
                step,
                which,
                cpu: about,
                remaining: b.count,
                seq: b.seq.raw(),
            }
        };
        self.tell(at, what, ctx);
    }

    /// A step of a barrier that its caller takes.
    #[inline]
    pub(crate) fn tell_step(
        &self,
        me: TaskId,
        step: BarrierStep,
        about: Option<u32>,
        ctx: &mut Ctx,
    ) {
        if HEARD {
            let t = &self.tasks[me as usize];
            self.tell_barrier(t.cpu, (t.which, step), about, ctx);
        }
    }

    /// A call of `rcu_barrier()` begins: what it prints is its snapshot.
    pub(crate) fn tell_begin(&self, me: TaskId, ctx: &mut Ctx) {
        let what = || {
            let t = &self.tasks[me as usize];
            What::RcuBarrier {
                step: BarrierStep::Begin,
                which: t.which,
                cpu: None,
                remaining: self.barriers[usize::from(t.which)].count,
                seq: t.snap.raw(),
            }
        };
        self.tell_of(me, what, ctx);
    }

    /// The owner has looked at the CPUs from `from` on, up to one with callbacks or the last.
    pub(crate) fn tell_scan(&self, me: TaskId, from: CpuId, found: Option<usize>, ctx: &mut Ctx) {
        if !HEARD || !ctx.is_listened_to() {
            return;
        }
        for cpu in from..cpu_id(found.unwrap_or(self.cpus.len())) {
            self.tell_step(me, BarrierStep::OnlineNQ, Some(cpu.into()), ctx);
        }
        if let Some(cpu) = found {
            self.tell_step(me, BarrierStep::OnlineQ, Some(cpu_id(cpu).into()), ctx);
        }
    }

    /// The owner's IPI runs on a CPU.
    #[inline]
    pub(crate) fn tell_ipi(&mut self, me: TaskId, cpu: usize, step: BarrierStep, ctx: &mut Ctx) {
        if !HEARD {
            return;
        }
        let (own, which) = (self.tasks[me as usize].cpu, self.tasks[me as usize].which);
        let before = self.context;
        if cpu != own {
            self.context = Some(Context::Hardirq);
        }
        self.tell_barrier(cpu, (which, step), None, ctx);
        self.context = before;
    }

    /// A caller begins to sleep for the mutex, or has it after that.
    #[inline]
    pub(crate) fn tell_contention(&self, me: TaskId, begins: bool, ctx: &mut Ctx) {
        let what = || {
            let which = self.tasks[me as usize].which;
            if begins {
                What::ContentionBegin { which }
            } else {
                What::ContentionEnd { which }
            }
        };
        self.tell_of(me, what, ctx);
    }

    /// A task begins to wait for `rtnl_mutex`, or has it after that.
    #[inline]
    pub(crate) fn tell_rtnl(&self, me: TaskId, begins: bool, ctx: &mut Ctx) {
        let what = || {
            if begins {
                What::RtnlContentionBegin
            } else {
                What::RtnlContentionEnd
            }
        };
        self.tell_of(me, what, ctx);
    }

    /// A step of a grace period that a CPU takes.
    #[inline]
    pub(crate) fn tell_gp(&self, cpu: usize, step: GpStep, seq: u64, ctx: &mut Ctx) {
        self.tell(cpu, || What::RcuGracePeriod { step, seq }, ctx);
    }

    /// A step that the grace-period thread takes.
    #[inline]
    pub(crate) fn tell_gp_thread(&self, step: GpStep, ctx: &mut Ctx) {
        let seq = self.gp.seq.raw();
        self.tell_of(self.gp.task, || What::RcuGracePeriod { step, seq }, ctx);
    }

    /// A pass over ready callbacks begins.
    #[inline]
    pub(crate) fn tell_batch_start(&self, cpu: usize, limit: u64, ctx: &mut Ctx) {
        let what = || What::RcuBatchStart {
            callbacks: self.cpus[cpu].rcu.list.len(),
            limit,
        };
        self.tell(cpu, what, ctx);
    }

    /// A pass has invoked so many.
    #[inline]
    pub(crate) fn tell_batch_end(&self, cpu: usize, invoked: u64, ctx: &mut Ctx) {
        let what = || What::RcuBatchEnd {
            invoked,
            more: self.cpus[cpu].rcu.list.ready() > 0,
        };
        self.tell(cpu, what, ctx);
    }

    /// A CPU has noticed what has changed since it noticed `before`.
    #[inline]
    pub(crate) fn tell_notice(&self, cpu: usize, before: Seq, ctx: &mut Ctx) {
        let now = self.gp.seq;
        if before.is_running() {
            self.tell_gp(cpu, GpStep::CpuEnd, before.raw(), ctx);
        }
        if now.is_running() {
            self.tell_gp(cpu, GpStep::CpuStart, now.raw(), ctx);
        }
    }

    /// A CPU's callbacks were tagged as far as they could be.
    #[inline]
    pub(crate) fn tell_accelerated(&self, cpu: usize, ctx: &mut Ctx) {
        if !HEARD {
            return;
        }
        let list = &self.cpus[cpu].rcu.list;
        let step = if list.is_rest_empty() {
            GpStep::AccWaitCb
        } else {
            GpStep::AccReadyCb
        };
        if list.len() > list.ready() {
            self.tell_gp(cpu, step, self.next_tag().raw(), ctx);
        }
    }

    /// A work joins a CPU's pool. Who queued it runs on another CPU at times.
    pub(crate) fn tell_queued(&self, cpu: usize, work: Work, ctx: &mut Ctx) {
        let what = || What::QueueWork {
            work: work.id(),
            queue: work.queue.id(),
            cpu: Some(cpu_id(cpu).into()),
        };
        self.tell(cpu, what, ctx);
    }

    /// A namespace joined the list; the first one queues the work of `netns_wq`.
    pub(crate) fn tell_put(&self, cpu: usize, ctx: &mut Ctx) {
        self.tell(cpu, || What::NamespacePut, ctx);
        if self.cleanup.on_list == 1 {
            let what = || What::QueueWork {
                work: WorkId::CLEANUP_NET,
                queue: QueueId::Netns,
                cpu: None,
            };
            self.tell(cpu, what, ctx);
            if !self.cleanup.running {
                self.tell(cpu, || What::ActivateWork(WorkId::CLEANUP_NET), ctx);
            }
        }
    }

    /// `cleanup_net()` runs and has taken its list.
    pub(crate) fn tell_taken(&self, me: TaskId, ctx: &mut Ctx) {
        self.tell_of(me, || What::ExecuteStart(WorkId::CLEANUP_NET), ctx);
        let namespaces = self.cleanup.batch;
        self.tell_of(me, || What::BatchTaken { namespaces }, ctx);
    }

    /// It returns, having freed its batch; what has died meanwhile comes next.
    pub(crate) fn tell_batch_freed(&self, me: TaskId, namespaces: u64, ctx: &mut Ctx) {
        self.tell_of(me, || What::BatchFreed { namespaces }, ctx);
        self.tell_of(me, || What::ExecuteEnd(WorkId::CLEANUP_NET), ctx);
        if self.cleanup.on_list > 0 {
            self.tell_of(me, || What::ActivateWork(WorkId::CLEANUP_NET), ctx);
        }
    }
}
