//! What a run leaves behind, as plain data in nanoseconds and bytes.

use super::caches::ByCache;
use super::spent::{Lifetime, Split};
use crate::sim::{Ended, Histogram, Waits};

/// One `cleanup_net()` call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CleanupCall {
    /// When it took its batch.
    pub start_ns: u64,
    /// Namespaces in the batch.
    pub batch: u64,
    /// How long it took; up to the end of the run if it was not finished.
    pub duration_ns: u64,
    /// Part of the duration inside `rcu_barrier()`.
    pub barrier_ns: u64,
    /// Part of the duration waiting for normal and expedited grace periods.
    pub gp_ns: u64,
    /// Part of the duration waiting for rtnl.
    pub rtnl_ns: u64,
    /// The whole duration by what it was spent on.
    pub split: Split,
    /// Whether it finished.
    pub finished: bool,
}

/// One `rcu_barrier()` call, for the customer graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BarrierCall {
    /// `Begin`.
    pub begin_ns: u64,
    /// When the barrier that covers it had ended, not before `Begin`; of a call that runs its own, when it was granted.
    pub satisfied_ns: u64,
    /// `Inc1`, or when the mutex was had for an `EarlyExit`.
    pub granted_ns: u64,
    /// `Inc2` or `EarlyExit`.
    pub end_ns: u64,
    /// Whether it left by `EarlyExit`.
    pub early_exit: bool,
}

/// A row of the series.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sample {
    /// Time since the workload began.
    pub t_ns: u64,
    /// Namespaces created so far.
    pub created: u64,
    /// Namespaces whose `struct net` is not yet freed, the one in use included.
    pub live: u64,
    /// Of these, namespaces that a container still uses: they wait for nobody. 0 where namespaces are made in a loop.
    pub in_use: u64,
    /// Namespaces on the cleanup list.
    pub on_list: u64,
    /// Namespaces in `cleanup_net()`'s batch.
    pub in_batch: u64,
    /// fqdirs handed over and not yet freed.
    pub fqdirs: u64,
    /// `system_wq` works not yet started for `max_active`.
    pub inactive: u64,
    /// Callers of `rcu_barrier()` that wait for the mutex, asleep or spinning.
    pub waiting: u64,
    /// kworkers blocked inside a work.
    pub blocked: u64,
    /// Callbacks queued.
    pub callbacks: u64,
    /// fqdirs handed over that no work has begun with.
    pub fqdirs_not_started: u64,
    /// fqdirs whose tables a work destroys.
    pub fqdirs_destroying: u64,
    /// fqdirs whose tables are destroyed and that wait for a barrier or for the work that calls it.
    pub fqdirs_destroyed: u64,
    /// fqdirs freed so far.
    pub fqdirs_freed: u64,
    /// Memory lost since the run began \[bytes\].
    pub drop_bytes: u64,
    /// The same by cache \[bytes\].
    pub by_cache: ByCache,
}

/// The destruction of fragment tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Destruction {
    /// Tables destroyed.
    pub tables: u64,
    /// Most CPUs that destroyed tables at once.
    pub cpus_peak: u64,
    /// Time during which at least one CPU destroyed tables.
    pub busy_ns: u64,
    /// Time that works took to destroy tables, summed over the works.
    pub work_ns: u64,
    /// Longest time from the hand-over of an fqdir to the end of the work's destroy part.
    pub longest_ns: u64,
}

/// Counts of the barrier.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct BarrierCounts {
    /// Calls (`Begin`).
    pub calls: u64,
    /// Calls that ran a barrier (`Inc1`).
    pub full: u64,
    /// Full barriers that queued no CPU.
    pub full_trivial: u64,
    /// Calls that left by `EarlyExit`.
    pub early_exits: u64,
    /// Full barriers started by a fresh caller past others that wait for the mutex.
    pub steals: u64,
    /// Full barriers started by a waiter.
    pub handoffs: u64,
    /// Callers for whom a barrier had done what they waited for, and that waited on through another one: asleep for the mutex,
    /// spinning, or for a CPU.
    pub slept_though_satisfied: u64,
    /// Total time callers slept for the mutex after a barrier had satisfied them.
    pub slept_though_satisfied_ns: u64,
    /// Total time callers slept for the mutex before that.
    pub slept_unsatisfied_ns: u64,
}

/// The outcome of one run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// Why the run ended.
    pub ended: Ended,
    /// Who waited for whom, if it ended in a deadlock.
    pub waits: Vec<Waits>,
    /// When memory ran out, if it did.
    pub out_of_memory_ns: Option<u64>,
    /// Digest of the event stream.
    pub digest: u64,
    /// Events handled.
    pub events: u64,
    /// Simulated time.
    pub sim_ns: u64,
    /// When the last creation returned, since the workload began.
    pub loop_ns: Option<u64>,
    /// When the last creation was asked for from outside, since the workload began; nothing if creators ask themselves.
    pub asked_ns: Option<u64>,
    /// When the last namespace and fqdir were freed, and what they left to callbacks and works, since the workload began.
    pub settled_ns: Option<u64>,
    /// Whether namespaces arrived by themselves, however long the machine took; otherwise the run is
    /// terminating.
    pub arrivals_are_open: bool,
    /// Whether namespaces were asked for; otherwise there is no backlog of them.
    pub has_namespaces: bool,
    /// fqdirs of one namespace.
    pub fqdirs_each: u64,
    /// Namespaces created.
    pub created: u64,
    /// Most namespaces live at once.
    pub live_peak: u64,
    /// Namespaces live when the loop ended.
    pub live_at_loop_end: Option<u64>,
    /// Those of them that a container was still using.
    pub in_use_at_loop_end: u64,
    /// Largest drop of available memory \[bytes\].
    pub peak_drop_bytes: u64,
    /// When the drop was largest, since the workload began.
    pub peak_drop_ns: u64,
    /// Drop of available memory at the end \[bytes\].
    pub end_drop_bytes: u64,
    /// What the largest drop was made of \[bytes\].
    pub peak_by_cache: ByCache,
    /// What the drop at the end was made of \[bytes\].
    pub end_by_cache: ByCache,
    /// Barrier counts.
    pub barriers: BarrierCounts,
    /// The destruction of fragment tables.
    pub destruction: Destruction,
    /// Where namespaces spent their time, from their creation to the end of the `cleanup_net()` that freed them.
    pub namespace_time: Lifetime,
    /// From put to the end of the `cleanup_net()` that freed it, of each namespace that was freed \[ns\].
    pub dead_ns: Histogram,
    /// Where fqdirs spent theirs, from `fqdir_exit()` to their free.
    pub fqdir_time: Lifetime,
    /// `cleanup_net()` calls in order.
    pub cleanup_net: Vec<CleanupCall>,
    /// Lengths of the grace periods that ended since the workload began, in order.
    pub grace_period_ns: Vec<u64>,
    /// Lengths of full barriers since the workload began.
    pub barrier_ns: Vec<u64>,
    /// Most kworkers blocked at once.
    pub kworkers_blocked_peak: u64,
    /// Longest wait of a `kfree_rcu` work in `system_wq`.
    pub system_wq_wait_max_ns: u64,
    /// The series: rows at equal distances.
    pub series: Vec<Sample>,
    /// The machine as the run ended.
    pub end: Sample,
    /// Barrier calls in order of their end, at most `MAX_CALLS`.
    pub calls: Vec<BarrierCall>,
}

impl Outcome {
    /// The series and, where it ended between two rows, the end of the run: what is drawn and written. Statistics take
    /// [`Outcome::series`], whose rows are at equal distances.
    pub fn series_to_end(&self) -> impl Iterator<Item = &Sample> + Clone {
        let last = self.series.last();
        let end = last.is_none_or(|row| row.t_ns < self.end.t_ns);
        self.series.iter().chain(end.then_some(&self.end))
    }

    /// Namespaces that no container uses and of which something is not freed, in a row of the series: those alive, or those
    /// that the fqdirs handed over belong to, whichever are more. A namespace may be gone before its fqdirs, and while its
    /// `cleanup_net()` goes on it is both; so this is the least that it can be.
    pub fn backlog(&self, row: &Sample) -> u64 {
        (row.live - row.in_use).max(row.fqdirs / self.fqdirs_each.max(1))
    }

    /// The largest backlog of the series. Where namespaces do not come from outside no container uses them, and what was
    /// live between two rows counts too.
    pub fn backlog_peak(&self) -> u64 {
        let live = if self.arrivals_are_open {
            0
        } else {
            self.live_peak
        };
        let rows = self.series.iter().map(|row| self.backlog(row));
        rows.max().unwrap_or(0).max(live)
    }
}
