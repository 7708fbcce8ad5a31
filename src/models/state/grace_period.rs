//! State of grace periods: `rcu_data` of one CPU and `rcu_state`.

use super::task::TaskId;
use crate::models::cpuset::CpuSet;
use crate::models::segcblist::SegCbList;
use crate::models::seq::Seq;
use crate::sim::Instant;

/// RCU's state on one CPU (`struct rcu_data`).
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the kernel's own flags, independent of each other"
)]
pub(in crate::models) struct RcuCpu {
    pub(in crate::models) list: SegCbList,
    /// The grace-period number this CPU has noticed.
    pub(in crate::models) noticed: Seq,
    /// Whether the noticed grace period waits for this CPU.
    pub(in crate::models) needs_qs: bool,
    /// Whether a quiescent state has passed since it was noticed.
    pub(in crate::models) passed: bool,
    /// `rcu_urgent_qs`.
    pub(in crate::models) urgent: bool,
    /// An expedited grace period waits for this CPU.
    pub(in crate::models) expedited: bool,
}

/// The grace-period machine (`rcu_state`).
#[derive(Clone, Debug)]
pub(in crate::models) struct GracePeriod {
    /// `rcu_sched`, the thread that drives grace periods.
    pub(in crate::models) task: TaskId,
    pub(in crate::models) seq: Seq,
    pub(in crate::models) requested: Seq,
    pub(in crate::models) pending: CpuSet,
    pub(in crate::models) was_idle: CpuSet,
    pub(in crate::models) first_scan: bool,
    pub(in crate::models) generation: u32,
    /// When initialisation began, which is when the kernel says `start`.
    pub(in crate::models) told: Instant,
    /// When initialisation was over.
    pub(in crate::models) started: Instant,
}

impl GracePeriod {
    pub(in crate::models) fn new(cpus: usize) -> Self {
        Self {
            seq: Seq::default(),
            requested: Seq::default(),
            pending: CpuSet::new(cpus),
            was_idle: CpuSet::new(cpus),
            first_scan: false,
            task: 0,
            generation: 0,
            told: Instant::ZERO,
            started: Instant::ZERO,
        }
    }

    pub(in crate::models) fn went_idle(&mut self, cpu: usize) {
        self.was_idle.insert(cpu);
    }
}
