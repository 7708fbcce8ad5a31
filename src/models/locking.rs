//! Tasks and mutexes: who sleeps, who spins, who is told. Kernel source: `__mutex_lock_common`,
//! `mutex_optimistic_spin`, `mutex_spin_on_owner` in `kernel/locking/mutex.c`, v5.10.
//!
//! A task spins while the owner runs on a CPU and nobody wants the spinner's own CPU. It gives up, joins the line and
//! sleeps when the owner leaves its CPU or a reschedule is asked for. A spinner's CPU is busy: it passes no quiescent
//! state. In a `fair-mutex` nobody spins. Left out: a spinner that gives up for a reschedule leaves its CPU as one that could go on, and
//! tries once more before it joins the line (`schedule_preempt_disabled()` at the end of `mutex_optimistic_spin()`); here it joins at
//! once and sleeps, so that a kworker among them lets another start.

use super::mutex::Mutex;
use super::params::Broken;
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, LockId, State, TaskId};

impl Machine {
    pub(crate) fn mutex(&mut self, lock: LockId) -> &mut Mutex {
        match lock {
            LockId::Rtnl => &mut self.rtnl,
            LockId::Barrier(which) => &mut self.barriers[usize::from(which)].mutex,
        }
    }

    /// `mutex_lock()`: nothing if the mutex is taken at once, else how the task waits. It goes on at its step.
    pub(crate) fn lock(&mut self, me: TaskId, lock: LockId) -> Option<Flow> {
        if self.mutex(lock).try_lock(me) {
            return None;
        }
        if self.may_spin(me, lock) {
            return Some(self.spin(me, lock));
        }
        self.mutex(lock).join_line(me);
        Some(Flow::Block)
    }

    /// The same for a task that slept or spun.
    pub(crate) fn relock(&mut self, me: TaskId, lock: LockId) -> Option<Flow> {
        self.tasks[me as usize].spins_for = None;
        if self.mutex(lock).retry(me) {
            return None;
        }
        if !self.p.works(Broken::HandOff) {
            self.mutex(lock).forget_hand_off();
        }
        // Only the first waiter spins again; whoever gave up spinning sleeps.
        if self.mutex(lock).is_first(me) && self.may_spin(me, lock) {
            return Some(self.spin(me, lock));
        }
        Some(Flow::Block)
    }

    fn may_spin(&mut self, me: TaskId, lock: LockId) -> bool {
        let fair = lock != LockId::Rtnl && self.p.is_mutex_fair();
        let wanted = self.cpus[self.tasks[me as usize].cpu].need_resched;
        let owner = self.mutex(lock).owner();
        let running = owner.is_some_and(|o| self.tasks[o as usize].state == State::Running);
        running && !fair && !wanted
    }

    fn spin(&mut self, me: TaskId, lock: LockId) -> Flow {
        self.mutex(lock).spin(me);
        self.tasks[me as usize].spins_for = Some(lock);
        Flow::Spin
    }

    /// `mutex_unlock()`.
    pub(crate) fn unlock(&mut self, me: TaskId, lock: LockId, ctx: &mut Ctx) {
        let heard = self.mutex(lock).unlock(me);
        for task in [heard.spinner, heard.waiter].into_iter().flatten() {
            if self.tasks[task as usize].spins_for.is_some() {
                self.end_spin(task, ctx);
            } else {
                self.wake(task, ctx);
            }
        }
    }

    /// A task leaves its CPU: whoever spins for a mutex of its gives up.
    pub(crate) fn owner_left_cpu(&mut self, me: TaskId, ctx: &mut Ctx) {
        let spun_for = |mutex: &Mutex| mutex.owner() == Some(me) && mutex.is_spun_for();
        if spun_for(&self.rtnl) || self.barriers.iter().any(|b| spun_for(&b.mutex)) {
            self.end_spins_for(me, ctx);
        }
    }

    #[cold]
    fn end_spins_for(&mut self, owner: TaskId, ctx: &mut Ctx) {
        for lock in [LockId::Rtnl, LockId::Barrier(0), LockId::Barrier(1)] {
            let mutex = self.mutex(lock);
            if mutex.owner() == Some(owner) {
                let spinners: Vec<_> = mutex.spinners().collect();
                for task in spinners {
                    self.end_spin(task, ctx);
                }
            }
        }
    }
}
