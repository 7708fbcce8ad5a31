//! The barrier's global state (`rcu_state.barrier_*`).

use super::callers::Callers;
use super::task::TaskId;
use crate::models::mutex::Mutex;
use crate::models::seq::Seq;
use crate::sim::Instant;
use std::collections::VecDeque;

/// The barrier's global state.
#[derive(Clone, Debug)]
pub(in crate::models) struct Barrier {
    pub(in crate::models) seq: Seq,
    pub(in crate::models) mutex: Mutex,
    pub(in crate::models) count: u64,
    pub(in crate::models) queued: u64,
    /// Barrier heads that still wait for a grace period.
    pub(in crate::models) heads_not_ready: u64,
    pub(in crate::models) owner: Option<TaskId>,
    pub(in crate::models) started: Instant,
    /// Callers that did not get the mutex at once and have not got it yet, also who has given its CPU up to try again.
    pub(in crate::models) contending: u32,
    /// Sleepers of the `wait-queue` design.
    pub(in crate::models) sleepers: VecDeque<TaskId>,
    /// All who have not got what they wait for.
    pub(in crate::models) callers: Callers,
}

impl Barrier {
    pub(in crate::models) fn new(fair: bool) -> Self {
        Self {
            seq: Seq::default(),
            mutex: Mutex::new(fair),
            count: 0,
            queued: 0,
            heads_not_ready: 0,
            owner: None,
            started: Instant::ZERO,
            contending: 0,
            sleepers: VecDeque::new(),
            callers: Callers::default(),
        }
    }

    /// Callers asleep or spinning.
    pub(in crate::models) fn waiting(&self) -> usize {
        self.mutex.waiting() + self.sleepers.len()
    }
}
