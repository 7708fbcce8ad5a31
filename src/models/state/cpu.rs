//! One CPU: who runs on it and what waits.

use super::grace_period::RcuCpu;
use super::pool::Pool;
use super::task::TaskId;
use crate::sim::{Instant, Rng, Span};

/// One CPU.
#[derive(Clone, Debug, Default)]
pub(in crate::models) struct Cpu {
    pub(in crate::models) current: Option<TaskId>,
    /// It was idle and is on its way to the first task that waits.
    pub(in crate::models) waking: bool,
    pub(in crate::models) generation: u32,
    pub(in crate::models) segment_end: Instant,
    pub(in crate::models) accounted: Instant,
    pub(in crate::models) picked_at: Instant,
    pub(in crate::models) balance_at: Instant,
    /// When it went idle, and how long it is idle on average (`rq->avg_idle`).
    pub(in crate::models) idle_since: Instant,
    pub(in crate::models) avg_idle: Span,
    pub(in crate::models) runnable: Vec<TaskId>,
    pub(in crate::models) min_vruntime: u64,
    pub(in crate::models) need_resched: bool,
    pub(in crate::models) tick_scheduled: bool,
    /// Callbacks that the softirq pass in progress will have invoked at its end.
    pub(in crate::models) softirq: Option<u64>,
    /// Its number, and when it began.
    pub(in crate::models) pass: u32,
    pub(in crate::models) pass_began: Instant,
    pub(in crate::models) softirq_passes: u32,
    pub(in crate::models) softirq_since: Instant,
    pub(in crate::models) ksoftirqd: TaskId,
    pub(in crate::models) rcu: RcuCpu,
    pub(in crate::models) pool: Pool,
    pub(in crate::models) rng: Option<Box<Rng>>,
}
