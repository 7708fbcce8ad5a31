//! The barrier's global state (`rcu_state.barrier_*`).

use super::task::TaskId;
use crate::models::mutex::Mutex;
use crate::models::seq::Seq;
use crate::sim::Instant;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};

/// The barrier's global state.
#[derive(Clone, Debug)]
pub(in crate::models) struct Barrier {
    pub(in crate::models) seq: Seq,
    pub(in crate::models) mutex: Mutex,
    pub(in crate::models) count: u64,
    pub(in crate::models) queued: u64,
    /// Barrier heads that still wait for a grace period.
    pub(in crate::models) heads_not_ready: u64,
    /// For each snapshot not yet reached: fqdirs whose works sleep for the mutex with it.
    pub(in crate::models) asleep: BTreeMap<Seq, u64>,
    pub(in crate::models) owner: Option<TaskId>,
    pub(in crate::models) started: Instant,
    /// Sleepers of the `wait-queue` design.
    pub(in crate::models) sleepers: VecDeque<TaskId>,
    /// For each snapshot still waited for: how many wait, and when it was reached.
    pub(in crate::models) reached: BTreeMap<Seq, (u64, Option<Reached>)>,
}

/// The end of the barrier that was the first to reach a snapshot.
#[derive(Clone, Copy, Debug)]
pub(in crate::models) struct Reached {
    pub(in crate::models) at: Instant,
    /// The sequence at that end.
    pub(in crate::models) seq: Seq,
}

impl Barrier {
    pub(in crate::models) fn new(fair: bool) -> Self {
        Self {
            seq: Seq::default(),
            mutex: Mutex::new(fair),
            count: 0,
            queued: 0,
            heads_not_ready: 0,
            asleep: BTreeMap::new(),
            owner: None,
            started: Instant::ZERO,
            sleepers: VecDeque::new(),
            reached: BTreeMap::new(),
        }
    }

    /// Callers asleep.
    pub(in crate::models) fn waiting(&self) -> usize {
        self.mutex.waiting() + self.sleepers.len()
    }

    /// A caller with this snapshot waits no longer; which end satisfied it, if one did.
    pub(in crate::models) fn leave(&mut self, snap: Seq) -> Option<Reached> {
        let Entry::Occupied(mut callers) = self.reached.entry(snap) else {
            panic!("every caller registered its snapshot");
        };
        let (waiting, end) = callers.get_mut();
        *waiting -= 1;
        let (waiting, end) = (*waiting, *end);
        if waiting == 0 {
            callers.remove();
        }
        end
    }
}
