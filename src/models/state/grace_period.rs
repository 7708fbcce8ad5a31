//! State of grace periods: `rcu_data` of one CPU and `rcu_state`.

use super::task::TaskId;
use crate::models::cpuset::CpuSet;
use crate::models::segcblist::SegCbList;
use crate::models::seq::Seq;
use crate::sim::Instant;

/// RCU's state on one CPU (`struct rcu_data`); what most events look at comes first.
#[derive(Clone, Debug, Default)]
#[repr(C)]
pub(in crate::models) struct RcuCpu {
    /// Whether the noticed grace period waits for this CPU.
    pub(in crate::models) needs_qs: bool,
    /// Whether a quiescent state has passed since it was noticed.
    pub(in crate::models) passed: bool,
    /// `rcu_urgent_qs`.
    pub(in crate::models) urgent: bool,
    /// `rcu_need_heavy_qs`.
    pub(in crate::models) heavy: bool,
    /// An expedited grace period waits for this CPU.
    pub(in crate::models) expedited: bool,
    /// Whether `blimit` is lifted.
    pub(in crate::models) limit_lifted: bool,
    /// The grace-period number this CPU has noticed.
    pub(in crate::models) noticed: Seq,
    pub(in crate::models) list: SegCbList,
    /// Callbacks and scans when this CPU last kicked the grace period (`qlen_last_fqs_check`, `n_force_qs_snap`).
    pub(in crate::models) len_at_kick: u64,
    pub(in crate::models) scans_at_kick: u64,
}

/// The grace-period machine (`rcu_state`).
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the kernel's own flags, independent of each other"
)]
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
    /// The tick after that: jiffies are counted from the one before.
    pub(in crate::models) first_tick: Instant,
    /// Scans so far (`n_force_qs`), and whether the next is not waited for.
    pub(in crate::models) scans: u64,
    pub(in crate::models) scan_at_once: bool,
    /// CPUs with too many callbacks (`cbovldmask`); whether there were some at the scan before the last, and at the last.
    pub(in crate::models) overloaded: CpuSet,
    pub(in crate::models) overload: bool,
    pub(in crate::models) overload_next: bool,
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
            first_tick: Instant::ZERO,
            scans: 0,
            scan_at_once: false,
            overloaded: CpuSet::new(cpus),
            overload: false,
            overload_next: false,
        }
    }

    pub(in crate::models) fn went_idle(&mut self, cpu: usize) {
        self.was_idle.insert(cpu);
    }
}
