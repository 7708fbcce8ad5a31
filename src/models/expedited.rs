//! Expedited grace periods. Kernel source: `synchronize_rcu_expedited()`, `wait_rcu_exp_gp()`, `rcu_exp_handler()` in
//! `kernel/rcu/tree_exp.h`, v5.10.
//!
//! ```text
//!   caller: queue wait_rcu_exp_gp in rcu_gp_wq, sleep ◄──────────────────── woken by the work
//!   work:   ask every CPU that runs kernel code to reschedule, sleep ──► woken by the last answer
//! ```
//!
//! The work runs on the caller's CPU, so the caller wakes while that CPU is taken: where another is idle, it goes there.
//! The CPU time of the work is counted in the caller's (`costs.expedited`). Left out: other callers, `rcu_par_gp_wq`,
//! answers other than a switch of tasks (a tick in user mode or a pass of ksoftirqd is one too).

use super::params::Preemption;
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, Role, Step, TaskId};
use super::state::work::{Queue, WorkKind};
use crate::sim::Span;

impl<const HEARD: bool> Machine<HEARD> {
    /// `synchronize_rcu_expedited()` by `cleanup_net()`: its next step runs when the work wakes it.
    pub(crate) fn queue_expedited(&mut self, cpu: usize, ctx: &mut Ctx) {
        self.cleanup.expedites = true;
        self.queue_work(cpu, Queue::RcuGp, WorkKind::Expedited, ctx);
    }

    /// `wait_rcu_exp_gp()` begins: it asks, and sleeps unless nobody was asked.
    pub(crate) fn select_expedited(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        self.tasks[me as usize].step = Step::ExpeditedDone;
        let own = self.tasks[me as usize].cpu;
        let mut asked = 0;
        if self.p.preempt != Preemption::Full {
            for cpu in 0..self.cpus.len() {
                let runs = self.cpus[cpu].current.map(|t| self.tasks[t as usize].role);
                let asks = runs.is_some_and(|role| !matches!(role, Role::Noise | Role::UserHog));
                if cpu != own && asks {
                    self.cpus[cpu].rcu.expedited = true;
                    self.set_need_resched(cpu, ctx);
                    asked += 1;
                }
            }
        }
        self.cleanup.expedited_left = asked;
        self.cleanup.expedited_by = me;
        if asked == 0 {
            Flow::Run(Span::ZERO)
        } else {
            Flow::Block
        }
    }

    /// A CPU has answered.
    pub(crate) fn expedited_report(&mut self, ctx: &mut Ctx) {
        self.cleanup.expedited_left -= 1;
        if self.cleanup.expedited_left == 0 {
            self.wake(self.cleanup.expedited_by, ctx);
        }
    }

    /// All have answered: the work wakes its caller and ends.
    pub(crate) fn expedited_done(&mut self, me: TaskId, ctx: &mut Ctx) -> Flow {
        self.cleanup.expedites = false;
        self.wake(self.cleanup.task, ctx);
        self.end_work(me, ctx)
    }
}
