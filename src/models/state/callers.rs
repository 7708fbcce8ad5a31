//! Callers of `rcu_barrier()`, by what they wait for: who took the same snapshot is satisfied by the same barrier.
//!
//! ```text
//!   snapshot   8 │ 12 │ 16 │ 20      those who came later stand further back, as sequence numbers only grow
//!   callers    3 │  0 │ 41 │  2      a group that all have left goes once it is the first
//! ```

use crate::models::seq::Seq;
use crate::sim::Instant;
use std::collections::VecDeque;

/// The end of the barrier that was the first to reach a snapshot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::models) struct Reached {
    pub(in crate::models) at: Instant,
    /// The sequence at that end.
    pub(in crate::models) seq: Seq,
}

/// Those with one snapshot.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    /// Callers that have not got what they wait for.
    waiting: u64,
    /// fqdirs whose works sleep for the mutex, unsatisfied.
    asleep: u64,
    /// Which end satisfied them.
    satisfied: Option<Reached>,
}

/// All who wait, the earliest snapshot first.
#[derive(Clone, Debug, Default)]
pub(in crate::models) struct Callers {
    groups: VecDeque<Group>,
    /// The snapshot of the first group.
    first: Seq,
}

impl Callers {
    fn group(&mut self, snap: Seq) -> &mut Group {
        let group = usize::try_from(snap.runs_after(self.first)).ok();
        let group = group.and_then(|at| self.groups.get_mut(at));
        group.expect("every caller registered its snapshot")
    }

    /// One more waits, with a snapshot no earlier than any before.
    pub(in crate::models) fn enter(&mut self, snap: Seq) {
        if self.groups.is_empty() {
            self.first = snap;
        }
        while self.first.later(self.groups.len() as u64) <= snap {
            self.groups.push_back(Group::default());
        }
        self.group(snap).waiting += 1;
    }

    /// A caller with this snapshot waits no longer; which end satisfied it, if one did.
    pub(in crate::models) fn leave(&mut self, snap: Seq) -> Option<Reached> {
        let group = self.group(snap);
        group.waiting = group
            .waiting
            .checked_sub(1)
            .expect("nobody leaves who did not enter");
        let satisfied = group.satisfied;
        while self.groups.front().is_some_and(|g| g.waiting == 0) {
            self.groups.pop_front();
            self.first = self.first.later(1);
        }
        satisfied
    }

    /// The work of one goes to sleep for the mutex, with so many fqdirs, while it is not satisfied.
    pub(in crate::models) fn sleep(&mut self, snap: Seq, fqdirs: u64) {
        self.group(snap).asleep += fqdirs;
    }

    /// One that slept is woken before it is satisfied.
    pub(in crate::models) fn wake(&mut self, snap: Seq, fqdirs: u64) {
        let group = self.group(snap);
        let left = group.asleep.checked_sub(fqdirs);
        group.asleep = left.expect("it went to sleep with this snapshot");
    }

    /// A barrier has ended; fqdirs of those whom it satisfies in their sleep.
    pub(in crate::models) fn satisfy(&mut self, ended: Seq, now: Instant) -> u64 {
        if self.groups.is_empty() || ended < self.first {
            return 0;
        }
        let covered = usize::try_from(ended.runs_after(self.first)).map_or(usize::MAX, |n| n + 1);
        let covered = self.groups.len().min(covered);
        // Earlier barriers have satisfied a prefix: going backwards, only this one's share is visited.
        let unsatisfied = self.groups.range_mut(..covered).rev();
        let mut asleep = 0;
        for group in unsatisfied.take_while(|group| group.satisfied.is_none()) {
            group.satisfied = Some(Reached {
                at: now,
                seq: ended,
            });
            asleep += core::mem::take(&mut group.asleep);
        }
        asleep
    }

    /// How many wait.
    pub(in crate::models) fn waiting(&self) -> u64 {
        self.groups.iter().map(|group| group.waiting).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{Callers, Instant, Reached, Seq};

    #[test]
    fn a_barrier_satisfies_those_whose_snapshot_it_reaches() {
        let [early, late] = [Seq::from_raw(8), Seq::from_raw(16)];
        let end = Reached {
            at: Instant::from_ns(5),
            seq: Seq::from_raw(12),
        };
        let mut callers = Callers::default();
        for snap in [early, early, late] {
            callers.enter(snap);
        }
        callers.sleep(early, 3);
        callers.sleep(late, 1);
        callers.wake(late, 1);
        callers.sleep(late, 4);
        assert_eq!(callers.satisfy(Seq::from_raw(4), end.at), 0);
        assert_eq!(callers.satisfy(end.seq, end.at), 3);
        assert_eq!(callers.satisfy(Seq::from_raw(12), Instant::from_ns(9)), 0);
        assert_eq!(callers.leave(late), None, "nobody's barrier reached it");
        assert_eq!(callers.leave(early), Some(end));
        assert_eq!(callers.waiting(), 1);
        assert_eq!(callers.leave(early), Some(end));
        assert!(callers.groups.is_empty(), "what nobody waits for is gone");
        callers.enter(late);
        assert_eq!(callers.waiting(), 1);
    }

    #[test]
    #[should_panic(expected = "every caller registered its snapshot")]
    fn nobody_leaves_who_did_not_come() {
        Callers::default().leave(Seq::from_raw(4));
    }
}
