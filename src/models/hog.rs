//! Tasks that never sleep. Kernel source: none, but for what `rcu_sched_clock_irq()` and `__schedule()` make of them.
//!
//! An in-kernel hog gives way only at its next `cond_resched()`, `hogs.stretch` after the last, and a tick there is no
//! quiescent state: one of them holds every grace period up to HZ/10 and longer. A user-mode hog gives way at once, and
//! every tick in it is a quiescent state. Both begin before the workload and run until the end.

use super::state::event::Ev;
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, Role, Step, Task, TaskId};
use crate::sim::Span;

impl<const HEARD: bool> Machine<HEARD> {
    /// Starts the hogs, spread over the CPUs.
    pub(crate) fn start_hogs(&mut self, ctx: &mut Ctx) {
        let kernel = (0..self.p.kernel_hogs).map(|_| Role::KernelHog);
        let user = (0..self.p.user_hogs).map(|_| Role::UserHog);
        for (i, role) in kernel.chain(user).enumerate() {
            let hog = self.add_task(Task::new(role, i % self.cpus.len(), Step::Hog));
            ctx.after(Span::ZERO, Ev::Timer { task: hog });
        }
    }

    /// The next stretch.
    pub(crate) fn hog_step(&self) -> Flow {
        Flow::Run(self.p.hog_stretch)
    }

    /// Whether a task is in user mode, where a tick is a quiescent state and preemption is immediate.
    pub(crate) fn is_in_user_mode(&self, task: TaskId) -> bool {
        let t = &self.tasks[task as usize];
        t.role == Role::UserHog || matches!(t.step, Step::CreateUser)
    }
}
