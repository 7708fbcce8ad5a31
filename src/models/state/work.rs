//! Works and the queues they stand in.

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
}

/// Which one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::models) enum SharedWork {
    /// `pcpu_balance_workfn`.
    PcpuBalance,
    /// `rht_deferred_worker`.
    RhashResize,
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
    /// `kfree_rcu_work` with this many bytes.
    KfreeWork(u64),
    /// A work of which the machine has one.
    Shared(SharedWork),
}

/// A work on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::models) struct Work {
    pub(in crate::models) kind: WorkKind,
    pub(in crate::models) queue: Queue,
    pub(in crate::models) queued_at: Instant,
}
