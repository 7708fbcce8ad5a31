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
//! the sequence number moves and CPUs may notice only when it has, some microseconds later. What a quiescent state is:
//! `quiescent_state.rs`; what too many callbacks do: `overload.rs`. Left out: the `rcu_node` tree (one flat mask); waits for a scan
//! that last a tick longer than asked for (one in six of the recorded ones, cause not known).

use super::params::Broken;
use super::record::{Context, GpStep, What};
use super::segcblist::Callback;
use super::seq::Seq;
use super::state::event::Ev;
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, Step, TaskId};
use crate::sim::Span;

/// `RCU_JIFFIES_FQS_DIV`: possible CPUs for which a scan waits a jiffy longer.
pub(crate) const JIFFIES_FQS_DIV: u64 = 256;

impl<const HEARD: bool> Machine<HEARD> {
    /// `rcu_start_this_gp()`: nothing if that grace period is asked for already.
    fn request_gp(&mut self, cpu: usize, tag: Seq, ctx: &mut Ctx) {
        if self.gp.requested >= tag {
            return;
        }
        self.gp.requested = tag;
        let waits = matches!(self.tasks[self.gp.task as usize].step, Step::GpIdle);
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
                self.tell_gp_thread(GpStep::ReqWait, ctx);
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
        self.gp.first_tick = self.next_tick(ctx.now(), 1);
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
        self.gp.scan_at_once = self.gp.overload;
        self.note_gp_changes(own, ctx);
        let mut from = 0;
        while let Some(cpu) = self.has_callbacks.next_in_or_outside(&self.idle, from) {
            if cpu >= self.cpus.len() {
                break;
            }
            self.ensure_tick(cpu, ctx);
            from = cpu + 1;
        }
        self.wait_fqs(me, ctx)
    }

    /// One `swait` of the force-quiescent-state loop: 1 to 3 jiffies, rounded up by the timer wheel; none at all under
    /// overload or after a kick (`rcu_gp_fqs_check_wake()`).
    fn wait_fqs(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        self.gp.generation += 1;
        self.tell_gp_thread(GpStep::FqsWait, ctx);
        self.tasks[me as usize].step = Step::GpFqs;
        if self.gp.scan_at_once {
            return Flow::Run(Span::ZERO);
        }
        let generation = self.gp.generation;
        let at = self.next_tick(ctx.now(), self.jiffies_till_fqs() + 1);
        ctx.at(at, Ev::FqsTimer { generation });
        Flow::Block
    }

    /// `jiffies_till_first_fqs`, `jiffies_till_next_fqs` as the kernel sets them.
    pub(crate) fn jiffies_till_fqs(&self) -> u64 {
        let hz = u64::from(self.p.hz > 250) + u64::from(self.p.hz > 500);
        1 + hz + self.p.possible() / JIFFIES_FQS_DIV
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
            if !self.gp.pending.is_empty() {
                return self.wait_fqs(me, ctx);
            }
            // The loop comes to its next wait, which is none.
            self.tell_gp_thread(GpStep::FqsWait, ctx);
        }
        self.gp.generation += 1;
        self.tasks[me as usize].step = Step::GpCleanup;
        Flow::Run(self.p.costs.gp_cleanup)
    }

    /// Credits CPUs that are idle now, and from the second scan those that have been since the first; then presses the rest.
    fn force_quiescent_states(&mut self, ctx: &mut Ctx) {
        self.tell_gp_thread(GpStep::FqsStart, ctx);
        let first = core::mem::replace(&mut self.gp.first_scan, false);
        if first {
            self.gp.was_idle.clear();
        }
        self.gp.scans += 1;
        self.gp.note_overload();
        let (idle, was_idle) = (&self.idle, &self.gp.was_idle);
        self.gp.pending.subtract(idle);
        self.gp.pending.subtract(was_idle);
        if !first || !self.p.gp_floor {
            self.press_holdouts(ctx);
        }
        self.gp.scan_at_once = first && self.gp.overload;
        self.tell_gp_thread(GpStep::FqsEnd, ctx);
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
        self.clear_overload();
        let (own, ended) = (self.tasks[self.gp.task as usize].cpu, self.gp.seq.raw());
        self.gp.seq.end();
        if self.workload.has_begun() {
            self.out
                .grace_period_ns
                .push((ctx.now() - self.gp.told).as_ns());
        }
        self.note_gp_changes(own, ctx);
        self.tell_gp(own, GpStep::End, ended, ctx);
        if !self.gp.seq.is_done(self.gp.requested) {
            self.tell_gp_thread(GpStep::NewReq, ctx);
        }
        let mut from = 0;
        while let Some(cpu) = self.has_callbacks.next_from(from) {
            self.ensure_tick(cpu, ctx);
            from = cpu + 1;
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
        if self.p.callbacks_always {
            self.call_rcu(cpu, Callback::Background, 1, ctx);
        }
        if self.cpus[cpu].current.is_some() {
            self.scheduler_tick(cpu, ctx);
        }
        self.quiescent_state_at_tick(cpu, ctx);
        self.rcu_core(cpu, ctx);
        let c = &self.cpus[cpu];
        let busy = c.current.is_some();
        let owes = busy && self.gp.seq.is_running() && self.gp.pending.contains(cpu);
        let reports = c.rcu.needs_qs && c.rcu.passed;
        if owes || reports || c.rcu.list.ready() > 0 || !c.runnable.is_empty() {
            self.ensure_tick(cpu, ctx);
        }
    }

    /// `rcu_core()`: notice, report, tag, invoke.
    pub(crate) fn rcu_core(&mut self, cpu: usize, ctx: &mut Ctx) {
        if HEARD {
            self.context = Some(Context::Softirq);
        }
        if self.cpus[cpu].rcu.noticed != self.gp.seq {
            self.note_gp_changes(cpu, ctx);
        }
        let rcu = &mut self.cpus[cpu].rcu;
        if rcu.needs_qs && rcu.passed {
            rcu.needs_qs = false;
            rcu.urgent = false;
            rcu.heavy = false;
            self.gp.pending.remove(cpu);
            self.accelerate(cpu, ctx);
            self.all_reported(ctx);
        }
        if !self.gp.seq.is_running() && self.cpus[cpu].rcu.list.has_untagged() {
            self.accelerate(cpu, ctx);
        }
        self.raise_invocation(cpu, ctx);
    }

    pub(crate) fn note_gp_changes(&mut self, cpu: usize, ctx: &mut Ctx) {
        let seq = self.gp.seq;
        let pending = self.gp.pending.contains(cpu);
        let rcu = &mut self.cpus[cpu].rcu;
        let made_ready = rcu.list.advance(seq);
        let before = core::mem::replace(&mut rcu.noticed, seq);
        rcu.needs_qs = seq.is_running() && pending;
        rcu.passed = false;
        if made_ready {
            self.accounts_ready(cpu, ctx.now());
        }
        self.accelerate(cpu, ctx);
        self.tell_notice(cpu, before, ctx);
    }

    #[inline]
    pub(crate) fn accelerate(&mut self, cpu: usize, ctx: &mut Ctx) {
        if self.cpus[cpu].rcu.list.has_untagged() {
            self.tag_callbacks(cpu, ctx);
        }
        self.tell_accelerated(cpu, ctx);
    }

    #[inline(never)]
    fn tag_callbacks(&mut self, cpu: usize, ctx: &mut Ctx) {
        let tag = self.next_tag();
        if self.cpus[cpu].rcu.list.accelerate(tag) {
            self.request_gp(cpu, tag, ctx);
        }
    }

    /// The grace period that callbacks without a tag have to wait for.
    pub(crate) fn next_tag(&self) -> Seq {
        if self.p.works(Broken::GpOrder) {
            self.gp.seq.snap()
        } else {
            self.gp.seq.next_end()
        }
    }
}
