//! Moving waiting tasks between CPUs. Kernel source: `kernel/sched/fair.c`, v5.10, in outline: `newidle_balance`,
//! `can_migrate_task`, `task_hot`, `nohz_idle_balance`, `rebalance_domains`.
//!
//! ```text
//!   a CPU goes idle (not for less than 0.5 ms on average) ──► takes what waits elsewhere
//!   a tick finds a task waiting ──► the first idle CPU does, for all others that are idle, and for itself last
//!   a busy CPU, every 16 ms a CPU ──► takes from one where two more wait
//! ```
//!
//! A task that ran a moment ago is cache-hot and stays (`machine.cache_hot`). The kernel takes it all the same where both CPUs
//! are threads of one core, and once balancing has failed twice. Left out: when of the two the second comes (here hot tasks
//! stay, or none is hot), scheduling domains, NUMA, active balancing.

use super::state::machine::{Ctx, Machine};
use crate::sim::{Instant, Span};

/// `sysctl_sched_migration_cost`: for idle times shorter than this nobody looks for work.
const MIGRATION_COST: Span = Span::from_us(500);

impl<const HEARD: bool> Machine<HEARD> {
    /// `update_avg(&rq->avg_idle)`: an eighth of the newest idle time, which counts as 1 ms at most.
    pub(crate) fn note_idle_time(&mut self, cpu: usize, now: Instant) {
        let c = &mut self.cpus[cpu];
        let idle = now.saturating_since(c.idle_since);
        let avg = c.avg_idle - c.avg_idle / 8 + idle / 8;
        c.avg_idle = avg.min(MIGRATION_COST * 2);
    }

    /// `newidle_balance()`: a CPU about to go idle looks for work, unless its idle times are too short for that.
    pub(crate) fn newidle_balance(&mut self, cpu: usize, now: Instant) -> bool {
        self.cpus[cpu].avg_idle >= MIGRATION_COST && self.pull(cpu, now)
    }

    /// Moves a waiting task that is not cache-hot (`task_hot()`) to this CPU.
    fn pull(&mut self, cpu: usize, now: Instant) -> bool {
        let mut from = 0;
        while let Some(other) = self.overloaded.next_from(from) {
            from = other + 1;
            if other != cpu && self.pull_from(other, cpu, now) {
                return true;
            }
        }
        false
    }

    fn pull_from(&mut self, other: usize, cpu: usize, now: Instant) -> bool {
        if self.cpus[other].current.is_none() && self.cpus[other].runnable.len() < 2 {
            return false;
        }
        let found = self.cpus[other].runnable.iter().rposition(|&t| {
            let t = &self.tasks[t as usize];
            t.is_movable() && now.saturating_since(t.ran_at) >= self.p.cache_hot
        });
        let Some(at) = found else { return false };
        let task = self.cpus[other].runnable.remove(at);
        if self.cpus[other].runnable.is_empty() {
            self.overloaded.remove(other);
        }
        let floor = self.cpus[cpu].min_vruntime;
        let t = &mut self.tasks[task as usize];
        t.cpu = cpu;
        t.vruntime = floor;
        self.enqueue(task, cpu);
        true
    }

    /// `nohz_idle_balance()`: a tick has found a task waiting. The first idle CPU (`find_new_ilb()`) looks for one for every other
    /// idle CPU in turn, and at last for itself (`_nohz_idle_balance()`). What one finds nothing for, none does.
    pub(crate) fn nohz_balance(&mut self, ctx: &mut Ctx) {
        let Some(balancer) = self.idle.next_from(0) else {
            return;
        };
        let mut idle = self.idle.next_from(balancer + 1).unwrap_or(balancer);
        while self.pull(idle, ctx.now()) {
            self.leave_idle(idle, ctx);
            if idle == balancer {
                return;
            }
            idle = self.idle.next_from(idle + 1).unwrap_or(balancer);
        }
    }

    /// Periodic balancing of a busy CPU: every `cpus` milliseconds times `busy_factor` (16).
    pub(crate) fn balance(&mut self, cpu: usize, now: Instant) {
        if now < self.cpus[cpu].balance_at {
            return;
        }
        self.cpus[cpu].balance_at = now + Span::from_ms(16 * self.p.cpus);
        let here = self.cpus[cpu].runnable.len();
        let mut from = 0;
        while let Some(other) = self.overloaded.next_from(from) {
            from = other + 1;
            if other != cpu
                && self.cpus[other].runnable.len() >= here + 2
                && self.pull_from(other, cpu, now)
            {
                return;
            }
        }
    }
}
