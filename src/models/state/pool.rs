//! One CPU's worker pool.

use super::task::TaskId;
use super::work::Work;
use std::collections::VecDeque;

#[derive(Clone, Debug, Default)]
pub(in crate::models) struct PoolQueue {
    pub(in crate::models) active: u64,
    pub(in crate::models) inactive: VecDeque<Work>,
}

/// The kworker of a queue that no CPU owns and that runs one work at a time.
#[derive(Clone, Debug, Default)]
pub(in crate::models) struct Unbound {
    /// The kworker, where there is such a queue.
    pub(in crate::models) worker: Option<TaskId>,
    /// The work that waits for it.
    pub(in crate::models) work: Option<Work>,
}

/// One CPU's pool.
#[derive(Clone, Debug, Default)]
pub(in crate::models) struct Pool {
    pub(in crate::models) worklist: VecDeque<Work>,
    pub(in crate::models) idle: Vec<TaskId>,
    pub(in crate::models) running: u64,
    pub(in crate::models) manager: Option<TaskId>,
    pub(in crate::models) queues: [PoolQueue; 5],
}

impl Pool {
    /// Works that `max_active` keeps from starting.
    pub(in crate::models) fn inactive(&self) -> usize {
        self.queues.iter().map(|q| q.inactive.len()).sum()
    }
}
