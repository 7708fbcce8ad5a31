//! Single intervals of a trace, for estimating what each step of a machine costs.
//!
//! [`super::Report`] adds a recording up; a fit needs the values one by one, and by what stood around them: the switch
//! from one worker to the next on the same CPU, the way from the start of an fqdir work to its `Begin`, the phases of each
//! `cleanup_net()`. One pass gives them all. Memory is bounded: at most [`super::MAX_SAMPLES`] values of a kind are kept, the
//! first ones, and the rest is counted in [`Samples::over_limit`].
//!
//! Left out: lost events (what is open is forgotten there, as in the report), several RCU flavours at once.

use std::collections::{BTreeMap, BTreeSet};

use super::cleanup::CleanupPhases;

/// Tick rates told apart by the phase of what idle CPUs report.
pub const TICK_RATES: [u32; 4] = [100, 250, 300, 1000];

/// A barrier run in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FullBarrier {
    /// `Begin`, if it was seen (ns).
    pub begin_ns: Option<u64>,
    /// `Inc1` (ns).
    pub inc1_ns: u64,
    /// `Inc2` (ns).
    pub inc2_ns: u64,
    /// CPUs that got a callback.
    pub queued: u64,
    /// Whether others waited for the mutex as it began.
    pub contended: bool,
}

/// A batch of callbacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CallbackBatch {
    /// When it ended (ns).
    pub end_ns: u64,
    /// Callbacks invoked.
    pub invoked: u64,
    /// How long it took (ns).
    pub length_ns: u64,
}

/// Single intervals, in nanoseconds and in the order in which they ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Samples {
    /// Lines read.
    pub lines: u64,
    /// Values not kept.
    pub over_limit: u64,
    /// Events the kernel says were lost, and places without a number.
    pub lost: u64,
    /// Events that younger ones overwrote in the buffer: the trace begins after them.
    pub overwritten: u64,
    /// Lines that are no event, header or gap.
    pub unparsed: u64,
    /// Events with an earlier time than the one before them on their CPU.
    pub backwards: u64,
    /// Smallest and largest time of an event.
    pub span_ns: Option<(u64, u64)>,
    /// CPUs that had an event.
    pub cpus: BTreeSet<u32>,
    /// When the first namespace was put: `cleanup_net` was queued for the first time.
    pub first_put_ns: Option<u64>,
    /// RCU flavours that barriers and grace periods name, in order of appearance.
    pub flavours: Vec<String>,
    /// Grace periods: start and end.
    pub grace: Vec<(u64, u64)>,
    /// Barriers run in full.
    pub full: Vec<FullBarrier>,
    /// Early exits: `Begin` and `EarlyExit`.
    pub early: Vec<(u64, u64)>,
    /// Each `cleanup_net()`.
    pub cleanup: Vec<CleanupPhases>,
    /// Batches of callbacks.
    pub batches: Vec<CallbackBatch>,
    /// Works queued, by function.
    pub queued: BTreeMap<String, u64>,
    /// Run times by function.
    pub run_ns: BTreeMap<String, Vec<u64>>,
    /// Start of a per-call fqdir work to its `Begin`: the destruction of its table.
    pub table_destroy_ns: Vec<u64>,
    /// `Begin` to `Inc1` with nobody else about.
    pub barrier_step_ns: Vec<u64>,
    /// End of one worker's work to the next worker's `EarlyExit` on the same CPU.
    pub switch_ns: Vec<u64>,
    /// `Begin` of a worker that goes to sleep to the start of one never seen before, on the same CPU.
    pub worker_creation_ns: Vec<u64>,
    /// `OnlineQ` to `IRQ` on another CPU.
    pub ipi_ns: Vec<u64>,
    /// Last event of a task that queues `cleanup_net` on one CPU to its first on another.
    pub creator_moves_ns: Vec<u64>,
    /// `LastCB` to `Inc2` on another CPU.
    pub remote_wake_ns: Vec<u64>,
    /// Start of a grace period to its first wait.
    pub gp_init_ns: Vec<u64>,
    /// First event of the thread after a pause to the end of a grace period.
    pub gp_cleanup_ns: Vec<u64>,
    /// The batched free work: fqdirs destroyed since the one before it began, and the end of its barrier to its own (ns).
    pub batch_free: Vec<(u64, u64)>,
    /// For each of [`TICK_RATES`], sums of cosine and sine of the phase, and how many.
    pub tick_phase: [(f64, f64, u64); TICK_RATES.len()],
}

impl Samples {
    /// Whether events are known to be missing: what is counted is less than there was.
    pub fn is_part(&self) -> bool {
        self.lost > 0 || self.overwritten > 0
    }
}
