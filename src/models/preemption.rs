//! When a running task gives way. Kernel source: `resched_curr()`, `__cond_resched()` in `kernel/sched/core.c`,
//! `preempt_schedule_irq()`, `invoke_softirq()` in `kernel/softirq.c`, v5.10.
//!
//! ```text
//!   asked to ──┬── user mode, full preemption ──► at once ────────────────────┐
//!              ├── voluntary ───────────────────► at the next might_sleep() ──┼── not within a softirq ──► preempted
//!              └── none ────────────────────────► where its stretch ends in a place that gives way ──┘
//! ```
//!
//! A spinner for a mutex gives way as soon as it sees that it is asked to (`locking.rs`).
//!
//! A caller of `rcu_barrier()` that waits for a CPU's answer has preemption disabled (`smp_call_function_single()`), and
//! between two of these there is no `might_sleep()`. Left out: other `preempt_disable()` sections.

use super::params::Preemption;
use super::state::event::{Ev, cpu_id};
use super::state::machine::{Ctx, Machine};
use super::state::task::{Role, Step, TaskId};
use crate::sim::Span;

impl<const HEARD: bool> Machine<HEARD> {
    /// Asks the running task to yield at its next point where it can.
    pub(crate) fn set_need_resched(&mut self, cpu: usize, ctx: &mut Ctx) {
        if self.cpus[cpu].current.is_none() || self.cpus[cpu].need_resched {
            return;
        }
        self.cpus[cpu].need_resched = true;
        let current = self.cpus[cpu].current.expect("checked above");
        if self.tasks[current as usize].spins_for.is_some() {
            self.end_spin(current, ctx);
            return;
        }
        self.look_up_to_yield(current, ctx);
    }

    /// A running task that is to yield looks up from its stretch where it can: at the end of an interrupt, or at its next
    /// `might_sleep()`; in a non-preemptible kernel, not before the stretch is over.
    fn look_up_to_yield(&mut self, current: TaskId, ctx: &mut Ctx) {
        let delay = match self.p.preempt {
            _ if self.is_in_user_mode(current) => Span::ZERO,
            Preemption::Full => Span::ZERO,
            Preemption::Voluntary => self.p.costs.resched_interval,
            Preemption::None => return,
        };
        self.look_up_after(self.tasks[current as usize].cpu, delay, ctx);
    }

    /// Whether what runs on a CPU is a softirq: on top of a task, or in `ksoftirqd`. Nobody is preempted there.
    pub(crate) fn is_in_softirq(&self, cpu: usize) -> bool {
        let c = &self.cpus[cpu];
        c.softirq.is_some() || c.current.is_some_and(|t| self.is_in_pass(t))
    }

    /// Whether a task is `ksoftirqd` within a pass.
    pub(crate) fn is_in_pass(&self, task: TaskId) -> bool {
        matches!(self.tasks[task as usize].step, Step::PassDone(_))
    }

    /// Whether nobody takes its CPU from a running task: `ksoftirqd` within a pass, a caller of `rcu_barrier()` that
    /// waits for a CPU's answer.
    pub(crate) fn holds_its_cpu(&self, task: TaskId) -> bool {
        let asks = matches!(self.tasks[task as usize].step, Step::BarrierIpi(_));
        asks || self.is_in_pass(task)
    }

    /// The softirqs on a CPU are over: what fell into them happens now.
    pub(crate) fn softirqs_over(&mut self, cpu: usize, ctx: &mut Ctx) {
        let c = &mut self.cpus[cpu];
        if core::mem::take(&mut c.put_off) {
            let end = c.segment_end.max(ctx.now());
            self.run_until(cpu, end, ctx);
        }
        let Some(current) = self.cpus[cpu].current else {
            return;
        };
        if self.cpus[cpu].need_resched {
            self.look_up_to_yield(current, ctx);
        } else if self.cpus[cpu].rcu.urgent {
            self.look_up_at_next_might_sleep(cpu, ctx);
        }
    }

    /// The running task looks up from its stretch after `delay`, unless it ends before.
    fn look_up_after(&mut self, cpu: usize, delay: Span, ctx: &mut Ctx) {
        let at = ctx.now() + delay;
        if at < self.cpus[cpu].segment_end {
            self.cpus[cpu].generation += 1;
            ctx.at(
                at,
                Ev::Segment {
                    cpu: cpu_id(cpu),
                    generation: self.cpus[cpu].generation,
                },
            );
        }
    }

    /// With `PREEMPT_VOLUNTARY` each `might_sleep()` is a `cond_resched()`: the running task comes to the next one soon.
    pub(crate) fn look_up_at_next_might_sleep(&mut self, cpu: usize, ctx: &mut Ctx) {
        let Some(current) = self.cpus[cpu].current else {
            return;
        };
        let spins = self.tasks[current as usize].spins_for.is_some();
        if self.p.preempt == Preemption::Voluntary && !spins && !self.is_in_user_mode(current) {
            self.look_up_after(cpu, self.p.costs.resched_interval, ctx);
        }
    }

    /// Whether a task whose CPU has something more urgent to run leaves it here: with `PREEMPT_NONE` only on its return to
    /// user mode and where it gives way by itself.
    pub(crate) fn may_yield(&self, me: TaskId) -> bool {
        let t = &self.tasks[me as usize];
        let returns_to_user = match t.role {
            Role::Creator => matches!(t.step, Step::CreateLock | Step::CreateUser),
            Role::Noise | Role::UserHog => true,
            _ => false,
        };
        let is_preemptible = match self.p.preempt {
            Preemption::None => false,
            Preemption::Voluntary => {
                let asks = matches!(t.step, Step::BarrierScan(_) | Step::BarrierIpi(_));
                !asks && !self.is_in_pass(me)
            }
            Preemption::Full => !self.is_in_pass(me),
        };
        returns_to_user || is_preemptible || self.gives_way(me)
    }

    /// Whether a task of a non-preemptible kernel has come to a `cond_resched()`: between two works, two passes of
    /// ksoftirqd, two stretches of a hog, two buckets of a table that is scanned or destroyed.
    pub(crate) fn gives_way(&self, me: TaskId) -> bool {
        let t = &self.tasks[me as usize];
        match t.role {
            Role::KernelHog => true,
            Role::Ksoftirqd => t.step == Step::Pass,
            Role::Worker | Role::UnboundWorker => {
                matches!(
                    t.step,
                    Step::WorkerNext | Step::BeforeBarrier(_) | Step::BatchDestroying(_)
                )
            }
            Role::Cleanup => self.scans_conntrack(t.step),
            _ => false,
        }
    }
}
