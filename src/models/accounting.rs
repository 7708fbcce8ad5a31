//! Where the time went: hooks at every change of what a task waits for.
//!
//! The scheduler says when a task is woken, runs, is preempted or sleeps; what it then waits for follows from its step.
//! A kworker's time counts for the fqdirs that its work has in hand, `cleanup_net()`'s for the call and for each
//! namespace of the batch. Sleepers that change what they wait for while they sleep are moved in bulk: callers that a
//! barrier's end satisfies, and the caller whose last barrier head becomes ready.
//!
//! Nothing here changes what happens.

use super::spent::Spent;
use super::state::machine::Machine;
use super::state::task::{Role, Step, TaskId};
use crate::sim::Instant;

/// The mark of `cleanup_net()`'s wake-up on a callback list, beside those of the two barriers.
pub(crate) const WAKE_MARK: u8 = 2;

impl<const HEARD: bool> Machine<HEARD> {
    /// From now on, a task spends its time on `to`.
    pub(crate) fn spends(&mut self, me: TaskId, to: Spent, now: Instant) {
        let t = &self.tasks[me as usize];
        match t.role {
            Role::Cleanup if self.cleanup.running => {
                let (from, batch) = (t.spends, self.cleanup.batch);
                self.accounting.calls.shift(1, from, to, now);
                self.accounting.namespaces.shift(batch, from, to, now);
            }
            Role::Worker | Role::UnboundWorker if t.fqdirs > 0 => {
                let (from, n) = (t.spends, t.fqdirs);
                self.accounting.fqdirs.shift(n, from, to, now);
            }
            _ => return,
        }
        self.tasks[me as usize].spends = to;
    }

    /// A task is woken, or preempted.
    pub(crate) fn accounts_runnable(&mut self, me: TaskId, now: Instant) {
        let t = &mut self.tasks[me as usize];
        if t.spends == Spent::MutexUnsatisfied && t.fqdirs > 0 {
            let b = &mut self.barriers[usize::from(t.which)];
            if b.seq.is_done(t.snap) {
                t.spends = Spent::MutexSatisfied;
            } else {
                b.callers.wake(t.snap, t.fqdirs);
            }
        }
        self.spends(me, Spent::Runnable, now);
    }

    /// A task gets a CPU.
    pub(crate) fn accounts_running(&mut self, me: TaskId, now: Instant) {
        let to = match self.tasks[me as usize].step {
            Step::Destroyed | Step::BatchDestroying(_) => Spent::TableDestroy,
            _ => Spent::Running,
        };
        self.spends(me, to, now);
    }

    /// A task goes to sleep at its step.
    pub(crate) fn accounts_sleeping(&mut self, me: TaskId, now: Instant) {
        let t = &self.tasks[me as usize];
        let b = &mut self.barriers[usize::from(t.which)];
        let to = match t.step {
            Step::BarrierRetry if b.seq.is_done(t.snap) => Spent::MutexSatisfied,
            Step::BarrierRetry => {
                b.callers.sleep(t.snap, t.fqdirs);
                Spent::MutexUnsatisfied
            }
            Step::BarrierWoken if b.heads_not_ready == 0 => Spent::Invocation,
            Step::BarrierWoken => Spent::BarrierGracePeriod,
            Step::CleanupRtnl { .. } => Spent::Rtnl,
            Step::Cleanup { .. } if self.cleanup.expedites => Spent::Expedited,
            Step::Cleanup { .. } => Spent::GracePeriod,
            _ => return,
        };
        self.spends(me, to, now);
    }

    /// A barrier has ended: those asleep for its mutex that it covers are satisfied from now on.
    pub(crate) fn accounts_satisfied(&mut self, which: u8, now: Instant) {
        let b = &mut self.barriers[usize::from(which)];
        let seq = b.seq;
        let asleep = b.callers.satisfy(seq, now);
        if asleep > 0 {
            let (from, to) = (Spent::MutexUnsatisfied, Spent::MutexSatisfied);
            self.accounting.fqdirs.shift(asleep, from, to, now);
        }
        let cleanup = &self.tasks[self.cleanup.task as usize];
        let waits = cleanup.spends == Spent::MutexUnsatisfied && cleanup.which == which;
        if self.cleanup.running && waits && seq.is_done(cleanup.snap) {
            self.spends(self.cleanup.task, Spent::MutexSatisfied, now);
        }
    }

    /// Grace periods have ended as seen by a CPU: whoever waits for marked callbacks waits for their invocation.
    pub(crate) fn accounts_ready(&mut self, cpu: usize, now: Instant) {
        for which in [0, 1] {
            if self.cpus[cpu].rcu.list.mark_is_ready(which) {
                let b = &mut self.barriers[usize::from(which)];
                b.heads_not_ready -= 1;
                let owner = b.owner.expect("a barrier in flight has an owner");
                let last = b.heads_not_ready == 0;
                if last && self.tasks[owner as usize].spends == Spent::BarrierGracePeriod {
                    self.spends(owner, Spent::Invocation, now);
                }
            }
        }
        if self.cpus[cpu].rcu.list.mark_is_ready(WAKE_MARK) {
            self.spends(self.cleanup.task, Spent::Invocation, now);
        }
    }

    /// A work takes fqdirs in hand.
    pub(crate) fn takes_fqdirs(
        &mut self,
        me: TaskId,
        n: u64,
        (from, to): (Spent, Spent),
        now: Instant,
    ) {
        self.accounting.fqdirs.shift(n, from, to, now);
        let t = &mut self.tasks[me as usize];
        (t.fqdirs, t.spends) = (n, to);
    }

    /// `cleanup_net()` takes its batch off the list.
    pub(crate) fn accounts_call_begins(&mut self, me: TaskId, now: Instant) {
        let a = &mut self.accounting;
        a.call_began = a.calls.read(now);
        a.calls.enter(1, Spent::Running, now);
        let (from, to) = (Spent::NotStarted, Spent::Running);
        a.namespaces.shift(self.cleanup.batch, from, to, now);
        self.tasks[me as usize].spends = Spent::Running;
    }

    /// `cleanup_net()` has freed a batch; what is on the list waits for the next call to begin.
    pub(crate) fn accounts_call_ends(&mut self, batch: u64, now: Instant) {
        let a = &mut self.accounting;
        a.calls.leave(1, Spent::Running, now);
        a.namespaces.leave(batch, Spent::Running, now);
        let (from, to) = (Spent::OnList, Spent::NotStarted);
        a.namespaces.shift(self.cleanup.on_list, from, to, now);
        self.record_call_split(now);
    }

    /// The split of the call in progress, or just ended, up to now.
    pub(crate) fn record_call_split(&mut self, now: Instant) {
        let read = self.accounting.calls.read(now);
        let split = read.since(&self.accounting.call_began);
        let call = self.cleanup.call();
        call.split = split;
        assert_eq!(
            split.total(),
            u128::from(call.duration_ns),
            "a call's time adds up"
        );
    }
}
