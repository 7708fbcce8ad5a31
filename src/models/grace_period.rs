//! Grace periods. Kernel source: `kernel/rcu/tree.c`, v5.10: `rcu_gp_kthread`, `rcu_gp_init`,
//! `rcu_gp_fqs_loop`, `rcu_gp_cleanup`, `rcu_sched_clock_irq`, `note_gp_changes`.
//!
//! ```text
//!          request                 every CPU reported or credited
//!   idle ───────────► running ─────────────────────────────────► idle, or the next at once
//!                      │   ▲
//!             fqs wait │   │ scan: idle CPUs are credited; after HZ/10 the rest are pressed
//! ```
//!
//! A CPU first notices a grace period (at a tick), then passes a quiescent state, then reports it (at a later tick). The
//! grace-period thread is a task like others: where it runs it takes the CPU from whoever has it, which is a quiescent
//! state, and that CPU notices beginning and end at once. As in `rcu_gp_init()` the thread says `start` before it initialises; here
//! the sequence number moves and CPUs may notice only when it has, some microseconds later. Left out: the `rcu_node` tree (one
//! flat mask), callback overload beyond the invocation limit.

use super::params::{Broken, Preemption};
use super::record::{Context, GpStep, What};
use super::seq::Seq;
use super::state::event::Ev;
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, Role, Step, TaskId};
use crate::sim::Span;

impl Machine {
    fn request_gp(&mut self, cpu: usize, tag: Seq, ctx: &mut Ctx) {
        self.gp.requested = self.gp.requested.max(tag);
        let waits = self.tasks[self.gp.task as usize].step == Step::GpIdle;
        if waits && !self.gp.seq.is_running() {
            self.tell_gp(cpu, GpStep::NewReq, self.gp.seq.raw(), ctx);
            self.wake(self.gp.task, ctx);
        }
    }

    /// `rcu_gp_kthread()`: initialise, force quiescent states until all have reported, clean up.
    pub(crate) fn gp_step(&mut self, me: TaskId, step: Step, ctx: &mut Ctx) -> Flow {
        match step {
            Step::GpInit => self.gp_start(me, ctx),
            Step::GpFqs => self.gp_fqs(me, ctx),
            Step::GpCleanup => {
                self.gp_end(ctx);
                self.gp_next(me, ctx)
            }
            _ => self.gp_next(me, ctx),
        }
    }

    /// Starts the next grace period if one is wanted, and sleeps otherwise.
    fn gp_next(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        if self.gp.seq.is_done(self.gp.requested) {
            self.tasks[me as usize].step = Step::GpIdle;
            return Flow::Block;
        }
        self.tasks[me as usize].step = Step::GpInit;
        self.gp.told = ctx.now();
        let mut seq = self.gp.seq;
        seq.start();
        self.tell_gp(self.tasks[me as usize].cpu, GpStep::Start, seq.raw(), ctx);
        Flow::Run(self.p.costs.gp_init)
    }

    fn gp_start(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        self.gp.seq.start();
        let own = self.tasks[me as usize].cpu;
        self.tell(own, || What::GracePeriodCounts, ctx);
        self.gp.pending.fill(self.cpus.len());
        self.gp.first_scan = true;
        self.gp.started = ctx.now();
        self.note_gp_changes(own, ctx);
        for cpu in 0..self.cpus.len() {
            if !self.idle.contains(cpu) || self.has_callbacks.contains(cpu) {
                self.ensure_tick(cpu, ctx);
            }
        }
        self.wait_fqs(me, ctx)
    }

    /// One `swait` of the force-quiescent-state loop: 1 to 3 jiffies, rounded up by the timer wheel.
    fn wait_fqs(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        let jiffies =
            1 + u64::from(self.p.hz > 250) + u64::from(self.p.hz > 500) + self.p.cpus / 256;
        self.gp.generation += 1;
        self.tell_gp_thread(GpStep::FqsWait, ctx);
        let generation = self.gp.generation;
        let at = self.next_tick(ctx.now(), jiffies + 1);
        ctx.at(at, Ev::FqsTimer { generation });
        self.tasks[me as usize].step = Step::GpFqs;
        Flow::Block
    }

    /// The wait's timer: the thread wakes, unless the last report has woken it before.
    pub(crate) fn fqs_timer(&mut self, generation: u32, ctx: &mut Ctx) {
        if generation == self.gp.generation {
            self.wake(self.gp.task, ctx);
        }
    }

    /// Woken by the timer or by the last report: a scan, unless everybody has reported.
    fn gp_fqs(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        if !self.gp.pending.is_empty() {
            self.force_quiescent_states(ctx);
        }
        if !self.gp.pending.is_empty() {
            return self.wait_fqs(me, ctx);
        }
        self.gp.generation += 1;
        self.tasks[me as usize].step = Step::GpCleanup;
        Flow::Run(self.p.costs.gp_cleanup)
    }

    /// Credits CPUs that are idle now, and from the second scan those that have been since the first.
    fn force_quiescent_states(&mut self, ctx: &mut Ctx) {
        self.tell_gp_thread(GpStep::FqsStart, ctx);
        if self.gp.first_scan {
            self.gp.was_idle.clear();
            self.gp.first_scan = false;
        }
        let (idle, was_idle) = (&self.idle, &self.gp.was_idle);
        self.gp.pending.subtract(idle);
        self.gp.pending.subtract(was_idle);
        let age = ctx.now() - self.gp.started;
        let floor =
            Span::from_ms(100) + Span::from_ns(self.p.cpus / 256 * 1_000_000_000 / self.p.hz);
        if !self.p.gp_floor || age > floor {
            self.press_holdouts(ctx);
        }
        self.tell_gp_thread(GpStep::FqsEnd, ctx);
    }

    /// Sets `rcu_urgent_qs` on the CPUs still awaited; their next tick forces a reschedule.
    fn press_holdouts(&mut self, ctx: &mut Ctx) {
        let mut from = 0;
        while let Some(cpu) = self.gp.pending.next_from(from) {
            self.cpus[cpu].rcu.urgent = true;
            self.ensure_tick(cpu, ctx);
            from = cpu + 1;
        }
    }

    /// The last report at the root wakes the thread.
    fn all_reported(&mut self, ctx: &mut Ctx) {
        if self.gp.seq.is_running() && self.gp.pending.is_empty() {
            self.wake(self.gp.task, ctx);
        }
    }

    fn gp_end(&mut self, ctx: &mut Ctx) {
        assert!(
            self.gp.pending.is_empty(),
            "a grace period ends when every CPU has reported"
        );
        self.tell_gp_thread(GpStep::End, ctx);
        self.gp.seq.end();
        if self.workload.has_begun() {
            self.out
                .grace_period_ns
                .push((ctx.now() - self.gp.told).as_ns());
        }
        self.note_gp_changes(self.tasks[self.gp.task as usize].cpu, ctx);
        let wanted = !self.gp.seq.is_done(self.gp.requested);
        let step = if wanted {
            GpStep::NewReq
        } else {
            GpStep::ReqWait
        };
        self.tell_gp_thread(step, ctx);
        let mut from = 0;
        while let Some(cpu) = self.has_callbacks.next_from(from) {
            self.ensure_tick(cpu, ctx);
            from = cpu + 1;
        }
    }

    /// `rcu_note_context_switch()`: a quiescent state, and the answer to an expedited request.
    pub(crate) fn note_context_switch(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.pass_quiescent_state(cpu, ctx);
        self.cpus[cpu].rcu.urgent = false;
        if self.cpus[cpu].rcu.expedited {
            self.cpus[cpu].rcu.expedited = false;
            self.expedited_report(ctx);
        }
    }

    /// `rcu_qs()`: what it passed is reported from the next `rcu_core()`.
    fn pass_quiescent_state(&mut self, cpu: usize, ctx: &mut Ctx) {
        let rcu = &mut self.cpus[cpu].rcu;
        let passed_before = core::mem::replace(&mut rcu.passed, true);
        if rcu.needs_qs && !passed_before {
            self.tell_gp(cpu, GpStep::CpuQs, self.cpus[cpu].rcu.noticed.raw(), ctx);
        }
    }

    /// A grace period in flight wants a tick from a CPU that is no longer idle.
    pub(crate) fn cpu_became_busy(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.run_deferred_timer(cpu, ctx);
        if self.gp.seq.is_running() || self.is_contended(cpu) || self.has_callbacks.contains(cpu) {
            self.ensure_tick(cpu, ctx);
        }
    }

    pub(crate) fn tick(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.cpus[cpu].tick_scheduled = false;
        self.scheduler_tick(cpu, ctx);
        let current = self.cpus[cpu].current;
        let user = current
            .is_none_or(|t| self.tasks[t as usize].role == Role::Noise || self.is_in_user_mode(t));
        if user || self.p.preempt == Preemption::Full {
            self.pass_quiescent_state(cpu, ctx);
        } else if self.cpus[cpu].rcu.urgent {
            self.cpus[cpu].rcu.urgent = false;
            self.set_need_resched(cpu, ctx);
        }
        self.rcu_core(cpu, ctx);
        let rcu = &self.cpus[cpu].rcu;
        let busy = current.is_some();
        let owes = self.gp.seq.is_running() && self.gp.pending.contains(cpu) && busy;
        if owes || rcu.needs_qs && rcu.passed || rcu.list.ready() > 0 || self.is_contended(cpu) {
            self.ensure_tick(cpu, ctx);
        }
    }

    /// `rcu_core()`: notice, report, tag, invoke.
    pub(crate) fn rcu_core(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.context = Context::Softirq;
        let rcu = &self.cpus[cpu].rcu;
        let changed = rcu.noticed != self.gp.seq;
        if changed {
            self.note_gp_changes(cpu, ctx);
        }
        let rcu = &mut self.cpus[cpu].rcu;
        if rcu.needs_qs && rcu.passed {
            rcu.needs_qs = false;
            self.gp.pending.remove(cpu);
            self.accelerate(cpu, ctx);
            self.all_reported(ctx);
        }
        if !self.gp.seq.is_running() && self.cpus[cpu].rcu.list.has_untagged() {
            self.accelerate(cpu, ctx);
        }
        self.raise_invocation(cpu, ctx);
    }

    fn note_gp_changes(&mut self, cpu: usize, ctx: &mut Ctx) {
        let seq = self.gp.seq;
        let pending = self.gp.pending.contains(cpu);
        self.tell_notice(cpu, ctx);
        let rcu = &mut self.cpus[cpu].rcu;
        rcu.list.advance(seq);
        rcu.noticed = seq;
        rcu.needs_qs = seq.is_running() && pending;
        rcu.passed = false;
        self.accounts_ready(cpu, ctx.now());
        self.accelerate(cpu, ctx);
    }

    fn accelerate(&mut self, cpu: usize, ctx: &mut Ctx) {
        let tag = if self.p.works(Broken::GpOrder) {
            self.gp.seq.snap()
        } else {
            self.gp.seq.next_end()
        };
        let wanted = self.cpus[cpu].rcu.list.accelerate(tag);
        self.tell_accelerated(cpu, tag, ctx);
        if wanted {
            self.request_gp(cpu, tag, ctx);
        }
    }
}
