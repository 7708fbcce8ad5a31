//! One CPU: who runs on it and what waits.

use super::grace_period::RcuCpu;
use super::pool::Pool;
use super::task::TaskId;
use crate::sim::{Instant, Rng, Span};

/// One `rcu_do_batch()` in a softirq. On an idle CPU it is gone through in stretches, each up to a callback that may wake a task.
#[derive(Clone, Copy, Debug)]
pub(in crate::models) struct Pass {
    /// Callbacks invoked before the stretch in progress, and those of the stretch.
    pub(in crate::models) invoked: u64,
    pub(in crate::models) count: u64,
    /// Where it ends on a CPU that is not idle, or on which a task was woken (`bl`).
    pub(in crate::models) limit: u64,
    /// Where it ends on any CPU: nothing is left that was ready as it began, or its time is over.
    pub(in crate::models) most: u64,
}

/// One CPU; what most events look at comes first.
#[derive(Clone, Debug, Default)]
#[repr(C)]
pub(in crate::models) struct Cpu {
    pub(in crate::models) current: Option<TaskId>,
    pub(in crate::models) generation: u32,
    /// The number of the stretch in progress of its pass.
    pub(in crate::models) pass: u32,
    pub(in crate::models) segment_end: Instant,
    pub(in crate::models) accounted: Instant,
    pub(in crate::models) need_resched: bool,
    pub(in crate::models) tick_scheduled: bool,
    /// It was idle and is on its way to the first task that waits.
    pub(in crate::models) waking: bool,
    /// The end of a stretch of the task fell into softirqs.
    pub(in crate::models) put_off: bool,
    pub(in crate::models) ksoftirqd: TaskId,
    /// The `rcu_do_batch()` that a softirq is in.
    pub(in crate::models) softirq: Option<Pass>,
    /// Tasks that wait for it, the next to run last.
    pub(in crate::models) runnable: Vec<TaskId>,
    pub(in crate::models) rcu: RcuCpu,
    pub(in crate::models) min_vruntime: u64,
    pub(in crate::models) picked_at: Instant,
    pub(in crate::models) balance_at: Instant,
    /// When it went idle, and how long it is idle on average (`rq->avg_idle`).
    pub(in crate::models) idle_since: Instant,
    pub(in crate::models) avg_idle: Span,
    /// When the first callback of the stretch in progress of its pass began.
    pub(in crate::models) pass_began: Instant,
    /// Passes since the softirq was raised, and the tick from which it is not restarted.
    pub(in crate::models) softirq_passes: u32,
    pub(in crate::models) softirq_until: Instant,
    pub(in crate::models) pool: Pool,
    /// Draws gaps between background callbacks, where there are any.
    pub(in crate::models) background: Option<Box<Rng>>,
    /// Draws how late it answers synchronous IPIs, where some are late.
    pub(in crate::models) late: Option<Box<Rng>>,
}
