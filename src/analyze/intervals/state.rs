//! What is open while a trace is read.

use crate::analyze::cleanup::OpenCleanup;
use crate::analyze::samples::{FullBarrier, Samples};
use std::collections::{BTreeMap, BTreeSet};

/// What the last event on a CPU was, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    /// A worker called `rcu_barrier()`.
    Begin,
    /// A work ended.
    End,
    Other,
}

/// A work that runs.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) function: String,
    pub(super) start_ns: u64,
    /// `rcu_barrier()` was called already.
    pub(super) in_barrier: bool,
    /// The end of its barrier.
    pub(super) passed_ns: Option<u64>,
    /// fqdirs destroyed and not yet freed as it began.
    pub(super) fqdirs: u64,
    /// The `cleanup_net()` that waits for it as an expedited grace period, and when that asked.
    pub(super) expedites: Option<(u32, u64)>,
}

/// The barrier that runs.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) pid: u32,
    pub(super) full: FullBarrier,
    /// Last `OnlineQ`, and its CPU.
    pub(super) asked: Option<(u64, u32)>,
    /// `LastCB`, and its CPU.
    pub(super) last: Option<(u64, u32)>,
}

/// Reads events and keeps the intervals between them.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) out: Samples,
    pub(super) waiting: BTreeMap<u32, u64>,
    pub(super) owner: Option<Owner>,
    /// When the last barrier ended: whoever began before that waited for it.
    pub(super) barrier_end_ns: u64,
    pub(super) running: BTreeMap<u32, Running>,
    pub(super) workers: BTreeSet<u32>,
    pub(super) last: BTreeMap<u32, (u32, u64, Last)>,
    pub(super) batch: BTreeMap<u32, u64>,
    pub(super) gp: Option<(i64, u64)>,
    pub(super) gp_waits: bool,
    pub(super) gp_burst: Option<(u32, u64, u64)>,
    pub(super) cleanup: BTreeMap<u32, OpenCleanup>,
    /// Expedited grace periods that `cleanup_net()` asked for, by their works: who asked, and when.
    pub(super) expedited: BTreeMap<u64, (u32, u64)>,
    /// Tasks that queue `cleanup_net`: CPU and time of the last event.
    pub(super) creators: BTreeMap<u32, (u32, u64)>,
    /// fqdirs destroyed since a batched free work began.
    pub(super) destroyed: u64,
}
