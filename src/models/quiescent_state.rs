//! Quiescent states. Kernel source: `kernel/rcu/tree.c`, v5.10: `rcu_implicit_dynticks_qs`, `rcu_sched_clock_irq`,
//! `rcu_momentary_dyntick_idle`; `kernel/rcu/tree_plugin.h`: `rcu_note_context_switch`, `rcu_all_qs`.
//!
//! ```text
//!   a switch of tasks, a tick that finds user mode or no task, a tick of a preemptible kernel ──► passed ──► reported at a tick
//!   the thread's scan after HZ/10: urgent ──► the next cond_resched() passes one, or the next tick forces a switch
//!   after 2 HZ/10, or under overload: heavy ──► what passes one also looks idle to the thread's next scan
//! ```
//!
//! Left out: `resched_cpu()` from half of the stall time on, which a tick does long before; readers of a preemptible kernel.

use super::grace_period::JIFFIES_FQS_DIV;
use super::params::Preemption;
use super::record::GpStep;
use super::state::machine::{Ctx, Machine};
use super::state::task::{Role, TaskId};

impl<const HEARD: bool> Machine<HEARD> {
    /// `rcu_note_context_switch()`: a quiescent state, and the answer to an expedited request.
    pub(crate) fn note_context_switch(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.pass_quiescent_state(cpu, ctx);
        // A preemptible kernel leaves the flag to the next tick.
        let looks = self.p.preempt != Preemption::Full;
        if looks && core::mem::take(&mut self.cpus[cpu].rcu.urgent) {
            self.look_idle_if_heavy(cpu);
        }
        if core::mem::take(&mut self.cpus[cpu].rcu.expedited) {
            self.expedited_report(ctx);
        }
    }

    /// `rcu_all_qs()`: a `cond_resched()` is a quiescent state for those who are pressed.
    /// Out of line: put in line, what it needs is computed before every step.
    #[inline(never)]
    pub(crate) fn cond_resched(&mut self, cpu: usize, ctx: &mut Ctx) {
        if core::mem::take(&mut self.cpus[cpu].rcu.urgent) {
            self.look_idle_if_heavy(cpu);
            self.pass_quiescent_state(cpu, ctx);
        }
    }

    /// `rcu_momentary_dyntick_idle()`: the next scan will take the CPU for one that has been idle.
    fn look_idle_if_heavy(&mut self, cpu: usize) {
        if core::mem::take(&mut self.cpus[cpu].rcu.heavy) {
            self.gp.was_idle.insert(cpu);
        }
    }

    /// `rcu_qs()`: what it passed is reported from the next `rcu_core()`.
    pub(crate) fn pass_quiescent_state(&mut self, cpu: usize, ctx: &mut Ctx) {
        let rcu = &mut self.cpus[cpu].rcu;
        let (noticed, passed_before) = (rcu.noticed, core::mem::replace(&mut rcu.passed, true));
        if rcu.needs_qs && !passed_before {
            self.tell_gp(cpu, GpStep::CpuQs, noticed.raw(), ctx);
        }
    }

    /// `rcu_sched_clock_irq()`: what a tick finds, and what it does to a task that is pressed. Within softirqs it finds neither
    /// user mode nor idleness, nor a preemptible kernel.
    pub(crate) fn quiescent_state_at_tick(&mut self, cpu: usize, ctx: &mut Ctx) {
        let current = self.cpus[cpu].current;
        let in_softirq = self.is_in_softirq(cpu);
        let in_user_mode =
            |t: TaskId| self.tasks[t as usize].role == Role::Noise || self.is_in_user_mode(t);
        let user = !in_softirq && current.is_none_or(in_user_mode);
        if core::mem::take(&mut self.cpus[cpu].rcu.urgent) && !user {
            self.set_need_resched(cpu, ctx);
        }
        if user || self.p.preempt == Preemption::Full && !in_softirq {
            self.pass_quiescent_state(cpu, ctx);
        }
    }

    /// `rcu_implicit_dynticks_qs()` for the CPUs still awaited: whom to press, by the grace period's age in jiffies.
    pub(crate) fn press_holdouts(&mut self, ctx: &mut Ctx) {
        let floor = self.jiffies.length() * self.jiffies_to_sched_qs();
        let age = self.next_tick(ctx.now(), 1) - self.gp.first_tick;
        let old = age > floor || !self.p.gp_floor;
        let very_old = age > floor * 2 || self.gp.overload;
        if !old && !very_old {
            return;
        }
        let mut from = 0;
        while let Some(cpu) = self.gp.pending.next_from(from) {
            self.press(cpu, old, very_old, ctx);
            from = cpu + 1;
        }
    }

    /// `adjust_jiffies_till_sched_qs()`: HZ/10 and more on large machines, on very large ones three waits for a scan.
    fn jiffies_to_sched_qs(&self) -> u64 {
        let floor = self.p.hz / 10 + self.p.possible() / JIFFIES_FQS_DIV;
        floor.max(3 * self.jiffies_till_fqs())
    }

    fn press(&mut self, cpu: usize, old: bool, very_old: bool, ctx: &mut Ctx) {
        let rcu = &mut self.cpus[cpu].rcu;
        let heavy = very_old && !rcu.heavy;
        if !heavy && !old {
            return;
        }
        rcu.heavy |= heavy;
        rcu.urgent = true;
        self.ensure_tick(cpu, ctx);
        self.look_up_at_next_might_sleep(cpu, ctx);
    }

    /// Whether a step's end is a `cond_resched()`. With full preemption there is none.
    pub(crate) fn is_cond_resched(&self, me: TaskId) -> bool {
        match self.p.preempt {
            Preemption::None => self.gives_way(me),
            Preemption::Voluntary => !self.is_in_user_mode(me),
            Preemption::Full => false,
        }
    }
}
