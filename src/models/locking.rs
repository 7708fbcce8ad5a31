//! Tasks and mutexes: who sleeps, who spins, who is told. Kernel source: `__mutex_lock_common`,
//! `mutex_optimistic_spin`, `mutex_spin_on_owner` in `kernel/locking/mutex.c`, v5.10.
//!
//! ```text
//!   taken? ──► yes
//!      └─ no: its owner runs, nobody wants this CPU ──► spin ──► the owner's unlock: mine
//!         │                                              ├─ somebody wants this CPU ─┐
//!         ├─ somebody wants this CPU ────────────────────────────────────────────────┴─► give it up, able to run; then try again
//!         └─ its owner does not run (any more) ──► join the line, sleep
//! ```
//!
//! A spinner's CPU is busy: it passes no quiescent state. One that gives its CPU up could go on (`schedule_preempt_disabled()`
//! at the end of `mutex_optimistic_spin()`): if it is a kworker, its pool starts no other for it. When it has the CPU again it tries
//! once more, and joins the line then. In a `fair-mutex` nobody spins. Left out: see `mutex.rs`.

use super::mutex::Mutex;
use super::params::Broken;
use super::state::machine::{Ctx, Machine};
use super::state::task::{Flow, LockId, State, TaskId};

impl<const HEARD: bool> Machine<HEARD> {
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
        if self.spins_at_all(lock) && self.is_wanted_off(me) {
            return Some(Flow::Yield);
        }
        self.mutex(lock).join_line(me);
        Some(Flow::Block)
    }

    /// The same for a task that slept, spun, or gave its CPU up.
    pub(crate) fn relock(&mut self, me: TaskId, lock: LockId) -> Option<Flow> {
        let spun = self.tasks[me as usize].spins_for.take().is_some();
        if spun && self.is_wanted_off(me) && self.mutex(lock).gives_up(me) {
            return Some(Flow::Yield);
        }
        let first = self.mutex(lock).is_first(me);
        if self.mutex(lock).retry(me) {
            return None;
        }
        if !self.p.works(Broken::HandOff) {
            self.mutex(lock).forget_hand_off();
        }
        // Only the first waiter spins again; whoever has just joined the line sleeps.
        if first && self.may_spin(me, lock) {
            return Some(self.spin(me, lock));
        }
        Some(Flow::Block)
    }

    fn may_spin(&mut self, me: TaskId, lock: LockId) -> bool {
        let owner = self.mutex(lock).owner();
        let running = owner.is_some_and(|o| self.tasks[o as usize].state == State::Running);
        running && self.spins_at_all(lock) && !self.is_wanted_off(me)
    }

    fn spins_at_all(&self, lock: LockId) -> bool {
        lock == LockId::Rtnl || !self.p.is_mutex_fair()
    }

    /// `need_resched()` of a running task.
    fn is_wanted_off(&self, me: TaskId) -> bool {
        self.cpus[self.tasks[me as usize].cpu].need_resched
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
        let spun_for = |mutex: &Mutex| mutex.is_spun_for() && mutex.owner() == Some(me);
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
