//! Works and the queues they stand in.

use crate::models::record::{QueueId, WorkId};
use crate::sim::Instant;

/// The queues that share a pool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::models) enum Queue {
    /// `system_wq`.
    System,
    /// `inet_frag_wq`, at most one per CPU.
    InetFrag,
    /// The queue of its own that patch v3 gave the free work.
    Dedicated,
    /// `system_power_efficient_wq`.
    PowerEfficient,
    /// `rcu_gp_wq`.
    RcuGp,
}

/// A work of which the machine has one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::models) enum SharedWork {
    /// `pcpu_balance_workfn`.
    PcpuBalance,
    /// `rht_deferred_worker` of this netlink table.
    RhashResize(u8),
    /// `gc_worker` of `nf_conntrack`.
    ConntrackGc,
}

/// What a work does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::models) enum WorkKind {
    /// `fqdir_work_fn` as in 5.10.
    FqdirPerCall,
    /// The destroy half of the patched kernels.
    FqdirDestroy,
    /// The free half: one barrier for all.
    FqdirFree,
    /// Patch v1 and v2: destroy all, one barrier, free all.
    FqdirAll,
    /// A bare `rcu_barrier()` (the convoy table).
    Barrier,
    /// `kfree_rcu_monitor`.
    KfreeMonitor,
    /// `kfree_rcu_work` with what this many namespaces left.
    KfreeWork(u32),
    /// `wait_rcu_exp_gp`.
    Expedited,
    /// A work of which the machine has one.
    Shared(SharedWork),
}

impl WorkKind {
    /// The kernel's name of the function.
    pub(in crate::models) fn function(self) -> &'static str {
        match self {
            Self::FqdirPerCall | Self::FqdirDestroy | Self::FqdirAll => "fqdir_work_fn",
            Self::FqdirFree => "fqdir_free_fn",
            Self::Barrier => "rcu_barrier_fn",
            Self::KfreeMonitor => "kfree_rcu_monitor",
            Self::KfreeWork(_) => "kfree_rcu_work",
            Self::Expedited => "wait_rcu_exp_gp",
            Self::Shared(SharedWork::PcpuBalance) => "pcpu_balance_workfn",
            Self::Shared(SharedWork::RhashResize(_)) => "rht_deferred_worker",
            Self::Shared(SharedWork::ConntrackGc) => "gc_worker",
        }
    }
}

impl Work {
    /// How listeners know it.
    pub(in crate::models) fn id(self) -> WorkId {
        WorkId {
            number: self.number,
            function: self.kind.function(),
        }
    }
}

impl Queue {
    /// How listeners know it.
    pub(in crate::models) fn id(self) -> QueueId {
        match self {
            Self::System => QueueId::System,
            Self::InetFrag => QueueId::InetFrag,
            Self::Dedicated => QueueId::Dedicated,
            Self::PowerEfficient => QueueId::PowerEfficient,
            Self::RcuGp => QueueId::RcuGp,
        }
    }
}

/// A work on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::models) struct Work {
    /// How many were queued before it.
    pub(in crate::models) number: u64,
    pub(in crate::models) kind: WorkKind,
    pub(in crate::models) queue: Queue,
    pub(in crate::models) queued_at: Instant,
}
