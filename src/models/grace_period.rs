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
//! A CPU first notices a grace period (at a tick), then passes a quiescent state, then reports it
//! (at a later tick). Left out: the `rcu_node` tree (one flat mask), the thread's own scheduling
//! (its steps are delays and disturb nobody), callback overload beyond the invocation limit.

use super::params::Preemption;
use super::record::{Context, GpStep};
use super::seq::Seq;
use super::state::event::Ev;
use super::state::machine::{Ctx, Machine};
use super::state::task::Role;
use crate::sim::Span;

impl Machine {
    fn request_gp(&mut self, cpu: usize, tag: Seq, ctx: &mut Ctx) {
        self.gp.requested = self.gp.requested.max(tag);
        if !self.gp.seq.is_running() && !self.gp.starting {
            self.gp.starting = true;
            self.tell_gp(cpu, GpStep::NewReq, self.gp.seq.raw(), ctx);
            ctx.after(self.p.costs.gp_init, Ev::GpStart);
        }
    }

    pub(crate) fn gp_start(&mut self, ctx: &mut Ctx) {
        self.gp.starting = false;
        self.gp.seq.start();
        self.gp.pending.fill(self.cpus.len());
        self.gp.first_scan = true;
        self.gp.ending = false;
        self.gp.started = ctx.now();
        self.tell_gp_thread(GpStep::Start, ctx);
        self.wait_fqs(ctx);
        for cpu in 0..self.cpus.len() {
            if !self.idle.contains(cpu) || self.has_callbacks.contains(cpu) {
                self.ensure_tick(cpu, ctx);
            }
        }
    }

    /// One `swait` of the force-quiescent-state loop: 1 to 3 jiffies, rounded up by the timer wheel.
    fn wait_fqs(&mut self, ctx: &mut Ctx) {
        let jiffies =
            1 + u64::from(self.p.hz > 250) + u64::from(self.p.hz > 500) + self.p.cpus / 256;
        self.gp.generation += 1;
        self.tell_gp_thread(GpStep::FqsWait, ctx);
        let at = self.next_tick(ctx.now(), jiffies + 1);
        ctx.at(
            at,
            Ev::FqsTimer {
                generation: self.gp.generation,
            },
        );
    }

    pub(crate) fn fqs_timer(&mut self, generation: u32, ctx: &mut Ctx) {
        if generation != self.gp.generation || !self.gp.seq.is_running() || self.gp.ending {
            return;
        }
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
        if !self.all_reported(ctx) {
            self.wait_fqs(ctx);
        }
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

    fn all_reported(&mut self, ctx: &mut Ctx) -> bool {
        let all = self.gp.pending.is_empty();
        if all && !self.gp.ending {
            self.gp.ending = true;
            ctx.after(self.p.costs.gp_cleanup, Ev::GpEnd);
        }
        all
    }

    pub(crate) fn gp_end(&mut self, ctx: &mut Ctx) {
        assert!(
            self.gp.pending.is_empty(),
            "a grace period ends when every CPU has reported"
        );
        self.tell_gp_thread(GpStep::End, ctx);
        self.gp.seq.end();
        if self.workload.has_begun() {
            self.out
                .grace_period_ns
                .push((ctx.now() - self.gp.started).as_ns());
        }
        if self.gp.seq.is_done(self.gp.requested) {
            self.tell_gp_thread(GpStep::ReqWait, ctx);
        } else {
            self.gp.starting = true;
            self.tell_gp_thread(GpStep::NewReq, ctx);
            ctx.after(self.p.costs.gp_init, Ev::GpStart);
        }
        let mut from = 0;
        while let Some(cpu) = self.has_callbacks.next_from(from) {
            self.ensure_tick(cpu, ctx);
            from = cpu + 1;
        }
    }

    /// `rcu_note_context_switch()`: a quiescent state, and the answer to an expedited request.
    pub(crate) fn note_context_switch(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.cpus[cpu].rcu.passed = true;
        self.cpus[cpu].rcu.urgent = false;
        if self.cpus[cpu].rcu.expedited {
            self.cpus[cpu].rcu.expedited = false;
            self.expedited_report(ctx);
        }
    }

    /// A grace period in flight wants a tick from a CPU that is no longer idle.
    pub(crate) fn cpu_became_busy(&mut self, cpu: usize, ctx: &mut Ctx) {
        if self.gp.seq.is_running() || self.is_contended(cpu) || self.has_callbacks.contains(cpu) {
            self.ensure_tick(cpu, ctx);
        }
    }

    pub(crate) fn tick(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.cpus[cpu].tick_scheduled = false;
        self.scheduler_tick(cpu, ctx);
        let current = self.cpus[cpu].current;
        let user = current.is_none_or(|t| self.tasks[t as usize].role == Role::Noise);
        if user || self.p.preempt == Preemption::Full {
            self.cpus[cpu].rcu.passed = true;
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
            self.tell_gp(cpu, GpStep::CpuQs, self.gp.seq.raw(), ctx);
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
        self.accelerate(cpu, ctx);
    }

    fn accelerate(&mut self, cpu: usize, ctx: &mut Ctx) {
        let tag = self.gp.seq.snap();
        let wanted = self.cpus[cpu].rcu.list.accelerate(tag);
        self.tell_accelerated(cpu, tag, ctx);
        if wanted {
            self.request_gp(cpu, tag, ctx);
        }
    }
}
