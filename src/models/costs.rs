//! What each step costs, as a run is told it.

use crate::sim::Span;

/// CPU time of each step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Costs {
    /// One `unshare(CLONE_NEWNET)` without its share per possible CPU.
    pub unshare: Span,
    /// Part of `unshare` for each possible CPU.
    pub unshare_per_cpu: Span,
    /// Part of `unshare` for each MiB that the machine has not used before.
    pub fresh_mib: Span,
    /// How long a creation holds rtnl.
    pub unshare_rtnl: Span,
    /// Longest kernel stretch between two `might_sleep()` points (`PREEMPT_VOLUNTARY`).
    pub resched_interval: Span,
    /// Switching tasks on one CPU.
    pub context_switch: Span,
    /// Leaving idle for a wake-up from another CPU.
    pub idle_wake: Span,
    /// One synchronous IPI of a barrier.
    pub ipi: Span,
    /// Longest time by which a late IPI is late; how late it is, is spread evenly up to here.
    pub ipi_stall: Span,
    /// Part per 1,000 of IPIs that are late.
    pub ipi_stall_permille: u64,
    /// How soon a spinner sees what it spins for.
    pub spin_handover: Span,
    /// From `Begin` to `Inc1`, and each early exit's own work.
    pub barrier_step: Span,
    /// Looking whether one possible CPU has callbacks, by the owner of `barrier_mutex`.
    pub barrier_per_cpu: Span,
    /// One pass of callback invocation, before the first callback.
    pub batch: Span,
    /// One callback.
    pub callback: Span,
    /// Creating one kworker.
    pub worker_creation: Span,
    /// Destroying one empty fragment table.
    pub table_destroy: Span,
    /// Destroying one fragment.
    pub fragment: Span,
    /// Freeing one fqdir after its barrier.
    pub fqdir_free: Span,
    /// Starting a grace period.
    pub gp_init: Span,
    /// Ending a grace period.
    pub gp_cleanup: Span,
    /// An expedited grace period's own work.
    pub expedited: Span,
    /// `cleanup_net()`: fixed work of a batch.
    pub cleanup_batch: Span,
    /// `cleanup_net()`: asking one live namespace for its number of one dying one.
    pub unhash_nsid: Span,
    /// `cleanup_net()`: device part of one namespace, each device barrier.
    pub cleanup_device: Span,
    /// `cleanup_net()`: queueing one fqdir.
    pub cleanup_fqdir: Span,
    /// `cleanup_net()`: the rest of one namespace.
    pub cleanup_rest: Span,
    /// `cleanup_net()`: the rest of one namespace for each possible CPU.
    pub cleanup_per_cpu: Span,
    /// `cleanup_net()`: scanning one bucket of the conntrack table.
    pub conntrack_bucket: Span,
    /// Freeing one batch of `kfree_rcu()` memory.
    pub kfree_work: Span,
    /// One `pcpu_balance_workfn`.
    pub pcpu_balance: Span,
    /// One `gc_worker`.
    pub conntrack_gc: Span,
    /// One `rht_deferred_worker`.
    pub rhash_resize: Span,
}
