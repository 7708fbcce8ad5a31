//! What a recording adds up to.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::histogram::Histogram;
use super::timeline::Timeline;

/// All that was measured. Times are nanoseconds, the rest are counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Version of this program.
    pub version: &'static str,
    /// Most by which a percentile is off, in thousandths of it; counts, sums, and extremes are exact.
    pub percentile_error_permille: u64,
    /// Lines read, of all kinds.
    pub lines: u64,
    /// Blank lines, `#` headers and tools' preambles.
    pub comments: u64,
    /// Those of them that only a trace has, such as `# tracer: nop`.
    pub headers: u64,
    /// Lines that are no event, or an event of a known kind that does not follow its format.
    pub unparsed: u64,
    /// Events of kinds this module does not use.
    pub unknown_events: u64,
    /// Events the kernel or the tool says were lost.
    pub lost_events: u64,
    /// Events that younger ones overwrote in the buffer, as its header says: the trace begins after them.
    pub overwritten_events: u64,
    /// Places where events were lost, with or without a number.
    pub lost_places: u64,
    /// Open intervals (callers, barriers, grace periods, works) that were forgotten there.
    pub forgotten: u64,
    /// Events whose time is before that of the event above them.
    pub backwards_timestamps: u64,
    /// Intervals whose end is before their beginning; they are not measured.
    pub negative_intervals: u64,
    /// Lines beyond 64 KiB, skipped.
    pub overlong_lines: u64,
    /// Events whose time had no fraction (a counter): their ticks are taken as nanoseconds.
    pub raw_clock_lines: u64,
    /// Things not remembered because a limit was reached.
    pub over_limit: u64,
    /// The smallest time of an event; 0 if there is none.
    pub first_ns: u64,
    /// The largest time of an event; 0 if there is none.
    pub last_ns: u64,
    /// Flavours of RCU that barriers and grace periods name, in order of appearance, at most 8: `rcu_preempt` is
    /// preemptible RCU, `rcu_sched` is not.
    pub flavours: Vec<String>,
    /// `rcu_barrier()`.
    #[serde(serialize_with = "if_recorded")]
    pub barrier: BarrierReport,
    /// Grace periods.
    #[serde(serialize_with = "if_recorded")]
    pub grace_periods: GraceReport,
    /// Batches of callbacks.
    #[serde(serialize_with = "if_recorded")]
    pub batches: BatchReport,
    /// Workqueues.
    #[serde(serialize_with = "if_recorded")]
    pub workqueue: WorkqueueReport,
    /// Every finished `cleanup_net()`, in order of its end; the first 65,536.
    pub cleanup_net: Vec<CleanupCall>,
    /// What went on over time.
    pub timeline: Timeline,
}

impl Report {
    /// Lines that are events, of whatever kind.
    pub fn events(&self) -> u64 {
        let others = self.comments + self.unparsed + self.overlong_lines + self.lost_places;
        self.lines - others
    }

    /// Whether anything says that this is a trace: an event, a place where some were lost, a header.
    pub fn is_of_a_trace(&self) -> bool {
        self.events() + self.lost_places + self.headers > 0
    }
}

/// What a trace tells only where events of its kind were recorded.
pub(super) trait Recorded {
    /// Whether any event of it was.
    fn is_recorded(&self) -> bool;
}

impl Recorded for BarrierReport {
    fn is_recorded(&self) -> bool {
        !self.words.is_empty()
    }
}

impl Recorded for GraceReport {
    fn is_recorded(&self) -> bool {
        self.events > 0
    }
}

impl Recorded for BatchReport {
    fn is_recorded(&self) -> bool {
        self.started + self.count > 0
    }
}

impl Recorded for WorkqueueReport {
    fn is_recorded(&self) -> bool {
        !self.functions.is_empty()
    }
}

/// Nothing instead of zeros that nobody counted.
fn if_recorded<T: Recorded + Serialize, S: Serializer>(
    part: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    part.is_recorded().then_some(part).serialize(serializer)
}

/// `rcu_barrier()`: calls, how they got through, and how long it took.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BarrierReport {
    /// How often each word was seen, as `grep -cE 'rcu_barrier: [^ ]+ WORD '` counts.
    pub words: BTreeMap<String, u64>,
    /// Calls (`Begin`).
    pub calls: u64,
    /// Barriers run in full (`Inc1`).
    pub full: u64,
    /// Calls that found their work done by another (`EarlyExit`).
    pub early_exits: u64,
    /// Barriers that queued a callback on no CPU. Needs both ends.
    pub trivial: u64,
    /// Whether `lock:contention_begin` and `contention_end` told who slept for the mutex. The next three are then exact;
    /// otherwise they follow from times.
    pub lock_events: bool,
    /// Barriers started by a caller that had not slept while others slept (by times: at most 20 us after `Begin` while
    /// others waited).
    pub steals: u64,
    /// Barriers started by a caller that had slept (by times: later than that while others waited).
    pub fifo: u64,
    /// Barriers started with nobody else asleep by a caller that had not slept (by times: while nobody else waited).
    pub uncontended: u64,
    /// Calls during whose wait a whole barrier began after another had satisfied the call already.
    pub slept_though_satisfied: u64,
    /// Barriers started, or left early, by a caller whose `Begin` was not seen.
    pub without_begin: u64,
    /// Calls whose end was not seen although the same process began another, or the recording ended.
    pub unfinished: u64,
    /// Most callers at once between `Begin` and `EarlyExit` or `Inc2`.
    pub max_concurrent: u64,
    /// How long a barrier held the mutex, `Inc1` to `Inc2` (ns).
    pub hold_ns: Histogram,
    /// The same without trivial barriers (ns).
    pub hold_nontrivial_ns: Histogram,
    /// How long a call waited, `Begin` to `EarlyExit` or to `Inc1` (ns).
    pub wait_ns: Histogram,
    /// The same, `EarlyExit` only (ns).
    pub early_exit_wait_ns: Histogram,
    /// How long calls slept after a barrier had satisfied them (ns). Needs the sequence numbers and that barrier's end.
    pub satisfied_wait_ns: Histogram,
    /// Callers at once, this one included, at each `Begin`.
    pub concurrent: Histogram,
    /// CPUs a callback was queued on, per barrier whose two ends were seen.
    pub cpus_queued: Histogram,
    /// Calls finished by a barrier longer than 1 ms: its own and the early exits before the next `Inc1`.
    pub finished_per_long_barrier: Histogram,
}

/// Grace periods.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GraceReport {
    /// Events of grace periods.
    pub events: u64,
    /// Grace periods whose start and end were seen.
    pub count: u64,
    /// Their length (ns).
    pub length_ns: Histogram,
}

/// Batches of callbacks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BatchReport {
    /// Batches begun.
    pub started: u64,
    /// Batches ended.
    pub count: u64,
    /// Callbacks invoked in all.
    pub callbacks: u64,
    /// Callbacks invoked per batch.
    pub per_batch: Histogram,
}

/// Workqueues.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WorkqueueReport {
    /// By function; the 4,097th and those that follow share `(others)`.
    pub functions: BTreeMap<String, FunctionReport>,
    /// The 193rd function and those that follow have counts of their own but share these (ns).
    pub shared_wait_ns: Histogram,
    /// As [`WorkqueueReport::shared_wait_ns`], of running (ns).
    pub shared_run_ns: Histogram,
    /// Most works executing at once, by the CPU they started on: blocked workers stand here as a plateau.
    pub plateaus: Vec<CpuPlateau>,
    /// Most works executing at once on all CPUs.
    pub max_executing: u64,
    /// Works of one queue on one CPU, started or waiting for `max_active`; the first 8,192.
    pub queues: Vec<QueueDepth>,
}

/// One workqueue on one CPU, from `workqueue_queue_work` and `workqueue_activate_work`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct QueueDepth {
    /// The queue's address, or since 5.15 its name, as recorded.
    pub workqueue: String,
    /// The CPU; none for an unbound queue.
    pub cpu: Option<u32>,
    /// Most works activated and not ended at once: it stands at `max_active` where that binds.
    pub max_active: u64,
    /// Most works queued and not activated at once.
    pub max_inactive: u64,
}

/// The works of one function.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FunctionReport {
    /// Times queued.
    pub queued: u64,
    /// Times started.
    pub executed: u64,
    /// From queued to started (ns).
    pub wait_ns: Histogram,
    /// From started to ended (ns).
    pub run_ns: Histogram,
}

/// One `cleanup_net()`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CleanupCall {
    /// When it started (ns, the recording's clock).
    pub start_ns: u64,
    /// How long it took (ns).
    pub duration_ns: u64,
    /// How much of it was spent in `rcu_barrier()` (ns); none where no event of barriers was recorded.
    pub barrier_ns: Option<u64>,
    /// Calls of `rcu_barrier()` it finished; none where no event of them was recorded.
    pub barriers: Option<u64>,
}

/// Works executing at once on one CPU.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CpuPlateau {
    /// The CPU.
    pub cpu: u32,
    /// The most at once.
    pub max_executing: u64,
    /// How long it stood at the most (ns).
    pub at_most_ns: u64,
}
