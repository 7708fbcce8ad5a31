//! What a recording adds up to, and the bookkeeping that gets there.
//!
//! Each event changes one of four small state machines (barriers, grace periods, batches, works). They know open
//! intervals by the process, the sequence number or the work's address, and drop them when events were lost.

use std::collections::BTreeMap;

use serde::Serialize;

use super::histogram::Histogram;
use super::line::{Event, Payload};

/// A caller that starts its barrier at most this long after `Begin`, past others that wait, stole the mutex (ns).
const STEAL_NS: u64 = 20_000;
/// Barriers longer than this count in [`BarrierReport::finished_per_long_barrier`] (ns).
const LONG_NS: u64 = 1_000_000;
/// Functions with counters of their own.
const MAX_FUNCTIONS: usize = 4_096;
/// Functions with histograms of their own: two take up to 116 KiB.
const MAX_DETAILED: usize = 256;
/// Bytes of a function's name, of a barrier's word, of a flavour.
const MAX_NAME: usize = 512;
/// Words of `rcu_barrier` that this module does not know.
const MAX_WORDS: usize = 64;
/// Grace periods open at once: one a flavour.
const MAX_FLAVOURS: usize = 8;
/// Callers, running works, cleanup calls and queued works remembered at once.
const MAX_OPEN: usize = 65_536;
/// CPUs with a plateau of their own.
const MAX_CPUS: usize = 8_192;
/// Where functions and words beyond their limits are counted. No kernel symbol has a parenthesis.
const OTHERS: &str = "(others)";

/// All that was measured. Times are nanoseconds, the rest are counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Lines read, of all kinds.
    pub lines: u64,
    /// Blank lines, `#` headers and tools' preambles.
    pub comments: u64,
    /// Lines that are no event, or an event of a known kind that does not follow its format.
    pub unparsed: u64,
    /// Events of kinds this module does not use.
    pub unknown_events: u64,
    /// Events the kernel or the tool says were lost.
    pub lost_events: u64,
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
    /// `rcu_barrier()`.
    pub barrier: BarrierReport,
    /// Grace periods.
    pub grace_periods: GraceReport,
    /// Batches of callbacks.
    pub batches: BatchReport,
    /// Workqueues.
    pub workqueue: WorkqueueReport,
    /// Every finished `cleanup_net()`, in order of its end; the first 65,536.
    pub cleanup_net: Vec<CleanupCall>,
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
    /// Barriers started at most 20 us after `Begin` while others waited.
    pub steals: u64,
    /// Barriers started later than that while others waited.
    pub fifo: u64,
    /// Barriers started while nobody else waited.
    pub uncontended: u64,
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
    /// CPUs a callback was queued on, per barrier whose two ends were seen.
    pub cpus_queued: Histogram,
    /// Calls finished by a barrier longer than 1 ms: its own and the early exits before the next `Inc1`.
    pub finished_per_long_barrier: Histogram,
}

/// Grace periods.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GraceReport {
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
    /// The 257th function and those that follow have counts of their own but share these (ns).
    pub shared_wait_ns: Histogram,
    /// As [`WorkqueueReport::shared_wait_ns`], of running (ns).
    pub shared_run_ns: Histogram,
    /// Most works executing at once, by the CPU they started on: blocked workers stand here as a plateau.
    pub plateaus: Vec<CpuPlateau>,
    /// Most works executing at once on all CPUs.
    pub max_executing: u64,
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
    /// How much of it was spent in `rcu_barrier()` (ns).
    pub barrier_ns: u64,
    /// Calls of `rcu_barrier()` it finished.
    pub barriers: u64,
}

/// Works executing at once on one CPU.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CpuPlateau {
    /// The CPU.
    pub cpu: u32,
    /// The most at once.
    pub max_executing: u64,
}

/// A report in the making.
#[derive(Debug, Default)]
pub(super) struct Accumulator {
    report: Report,
    previous_ns: Option<u64>,
    barriers: Barriers,
    /// Open grace periods: flavour, sequence number, start.
    grace: Vec<(Vec<u8>, i64, u64)>,
    works: Works,
}

impl Accumulator {
    pub(super) fn comment(&mut self) {
        self.report.lines += 1;
        self.report.comments += 1;
    }

    pub(super) fn unparsed(&mut self) {
        self.report.lines += 1;
        self.report.unparsed += 1;
    }

    pub(super) fn overlong(&mut self) {
        self.report.lines += 1;
        self.report.overlong_lines += 1;
    }

    /// Events are missing here: nothing open can be trusted to end.
    pub(super) fn lost(&mut self, events: Option<u64>) {
        let report = &mut self.report;
        report.lines += 1;
        report.lost_places += 1;
        report.lost_events = report.lost_events.saturating_add(events.unwrap_or(0));
        report.forgotten += self.barriers.forget() + self.works.forget() + self.grace.len() as u64;
        self.grace.clear();
    }

    pub(super) fn event(&mut self, event: &Event<'_>) {
        self.report.lines += 1;
        self.clock(event);
        let (ns, pid) = (event.ns, event.pid);
        let report = &mut self.report;
        match event.payload {
            Payload::Barrier { word } => {
                if let Some(elapsed) = self.barriers.event(word, pid, ns, report) {
                    self.works.barrier_done(pid, elapsed);
                }
            }
            Payload::Grace { flavour, seq, word } => match word {
                b"start" => self.grace_start(flavour, seq, ns),
                b"end" => self.grace_end(flavour, seq, ns),
                _ => {}
            },
            Payload::BatchStart => report.batches.started += 1,
            Payload::BatchEnd { invoked } => {
                report.batches.count += 1;
                report.batches.callbacks = report.batches.callbacks.saturating_add(invoked);
                report.batches.per_batch.record(invoked);
            }
            Payload::Queue { work, function } => self.works.queue(work, function, ns, report),
            Payload::Start { work, function } => {
                let function = self.works.start(work, function, ns, report);
                let running = Running {
                    function,
                    start_ns: ns,
                    cpu: event.cpu,
                    barrier_ns: 0,
                    barriers: 0,
                };
                self.works.run(pid, running, report);
            }
            Payload::End => self.works.end(pid, ns, report),
            Payload::Ignored => {}
            Payload::Unknown => report.unknown_events += 1,
            Payload::Malformed => report.unparsed += 1,
        }
    }

    /// The report. What is still open has no end in the recording.
    pub(super) fn finish(mut self) -> Report {
        self.barriers.finish(&mut self.report);
        self.works.finish(&mut self.report);
        self.report
    }

    fn clock(&mut self, event: &Event<'_>) {
        let report = &mut self.report;
        match self.previous_ns {
            None => {
                report.first_ns = event.ns;
                report.last_ns = event.ns;
            }
            Some(previous) => {
                report.backwards_timestamps += u64::from(event.ns < previous);
                report.first_ns = report.first_ns.min(event.ns);
                report.last_ns = report.last_ns.max(event.ns);
            }
        }
        report.raw_clock_lines += u64::from(event.raw_clock);
        self.previous_ns = Some(event.ns);
    }

    fn grace_start(&mut self, flavour: &[u8], seq: i64, ns: u64) {
        if let Some(open) = self.grace.iter_mut().find(|open| open.0 == flavour) {
            (open.1, open.2) = (seq, ns);
        } else if self.grace.len() < MAX_FLAVOURS && flavour.len() <= MAX_NAME {
            self.grace.push((flavour.to_vec(), seq, ns));
        } else {
            self.report.over_limit += 1;
        }
    }

    fn grace_end(&mut self, flavour: &[u8], seq: i64, ns: u64) {
        let Some(at) = self.grace.iter().position(|open| open.0 == flavour) else {
            return;
        };
        if self.grace[at].1 != seq {
            return;
        }
        let start_ns = self.grace.swap_remove(at).2;
        if let Some(length) = interval(start_ns, ns, &mut self.report.negative_intervals) {
            self.report.grace_periods.count += 1;
            self.report.grace_periods.length_ns.record(length);
        }
    }
}

/// The length of an interval; a negative one is counted instead.
fn interval(start_ns: u64, end_ns: u64, negative: &mut u64) -> Option<u64> {
    let length = end_ns.checked_sub(start_ns);
    *negative += u64::from(length.is_none());
    length
}

/// The words of `rcu_barrier`, most frequent first. Older and newer kernels have some of them only.
const WORDS: [&str; 14] = [
    "OnlineNQ",
    "Begin",
    "EarlyExit",
    "OnlineQ",
    "IRQ",
    "CB",
    "Inc1",
    "Inc2",
    "LastCB",
    "NQ",
    "IRQNQ",
    "OfflineNoCBQ",
    "OnlineNoCB",
    "OfflineNQ",
];

/// Callers, and the barrier that runs.
#[derive(Debug, Default)]
struct Barriers {
    /// How often each of [`WORDS`] was seen.
    words: [u64; WORDS.len()],
    /// The same for words this module does not know.
    other_words: BTreeMap<Vec<u8>, u64>,
    /// Words beyond the limit.
    beyond: u64,
    /// When each caller that neither owns the mutex nor has left began, by process.
    waiting: BTreeMap<u32, u64>,
    owner: Option<Owner>,
    /// Calls finished by the last barrier, if it was long and no other has started.
    finished: Option<u64>,
}

/// The barrier that runs.
#[derive(Debug)]
struct Owner {
    pid: u32,
    /// When its call began; none if that was not seen.
    begin_ns: Option<u64>,
    inc1_ns: u64,
    queued: u64,
}

impl Barriers {
    /// Takes a word in; the length of the call that it ends, from `Begin`.
    fn event(&mut self, word: &[u8], pid: u32, ns: u64, report: &mut Report) -> Option<u64> {
        self.count(word, report);
        match word {
            b"Begin" => self.begin(pid, ns, report),
            b"EarlyExit" => return self.early_exit(pid, ns, report),
            b"Inc1" => self.inc1(pid, ns, report),
            b"OnlineQ" | b"OfflineNoCBQ" | b"OnlineNoCB" => {
                if let Some(owner) = &mut self.owner {
                    owner.queued += 1;
                }
            }
            b"Inc2" => return self.inc2(pid, ns, report),
            _ => {}
        }
        None
    }

    fn count(&mut self, word: &[u8], report: &mut Report) {
        if let Some(at) = WORDS.iter().position(|known| known.as_bytes() == word) {
            self.words[at] += 1;
        } else if let Some(count) = self.other_words.get_mut(word) {
            *count += 1;
        } else if self.other_words.len() < MAX_WORDS && word.len() <= MAX_NAME {
            self.other_words.insert(word.to_vec(), 1);
        } else {
            self.beyond += 1;
            report.over_limit += 1;
        }
    }

    fn begin(&mut self, pid: u32, ns: u64, report: &mut Report) {
        report.barrier.calls += 1;
        if self.owner.as_ref().is_some_and(|owner| owner.pid == pid) {
            self.owner = None;
            report.barrier.unfinished += 1;
        }
        if self.waiting.len() >= MAX_OPEN && !self.waiting.contains_key(&pid) {
            report.over_limit += 1;
            return;
        }
        report.barrier.unfinished += u64::from(self.waiting.insert(pid, ns).is_some());
        let callers = self.waiting.len() as u64 + u64::from(self.owner.is_some());
        report.barrier.max_concurrent = report.barrier.max_concurrent.max(callers);
    }

    fn early_exit(&mut self, pid: u32, ns: u64, report: &mut Report) -> Option<u64> {
        report.barrier.early_exits += 1;
        if let Some(finished) = &mut self.finished {
            *finished += 1;
        }
        let Some(begin_ns) = self.waiting.remove(&pid) else {
            report.barrier.without_begin += 1;
            return None;
        };
        let waited = interval(begin_ns, ns, &mut report.negative_intervals)?;
        report.barrier.wait_ns.record(waited);
        report.barrier.early_exit_wait_ns.record(waited);
        Some(waited)
    }

    fn inc1(&mut self, pid: u32, ns: u64, report: &mut Report) {
        self.flush(report);
        report.barrier.full += 1;
        let begin_ns = self.waiting.remove(&pid);
        if let Some(begin_ns) = begin_ns {
            let waited = interval(begin_ns, ns, &mut report.negative_intervals);
            if let Some(waited) = waited {
                report.barrier.wait_ns.record(waited);
            }
            if self.waiting.is_empty() {
                report.barrier.uncontended += 1;
            } else if waited.unwrap_or(0) <= STEAL_NS {
                report.barrier.steals += 1;
            } else {
                report.barrier.fifo += 1;
            }
        } else {
            report.barrier.without_begin += 1;
        }
        if self.owner.is_some() {
            report.barrier.unfinished += 1;
        }
        self.owner = Some(Owner {
            pid,
            begin_ns,
            inc1_ns: ns,
            queued: 0,
        });
    }

    fn inc2(&mut self, pid: u32, ns: u64, report: &mut Report) -> Option<u64> {
        let owner = self.owner.take_if(|owner| owner.pid == pid)?;
        let barrier = &mut report.barrier;
        barrier.cpus_queued.record(owner.queued);
        barrier.trivial += u64::from(owner.queued == 0);
        let held = interval(owner.inc1_ns, ns, &mut report.negative_intervals)?;
        barrier.hold_ns.record(held);
        if owner.queued > 0 {
            barrier.hold_nontrivial_ns.record(held);
        }
        if held > LONG_NS {
            self.finished = Some(1);
        }
        interval(owner.begin_ns?, ns, &mut report.negative_intervals)
    }

    /// Books the calls that the last long barrier finished.
    fn flush(&mut self, report: &mut Report) {
        if let Some(finished) = self.finished.take() {
            report.barrier.finished_per_long_barrier.record(finished);
        }
    }

    /// Drops what is open; how much that was.
    fn forget(&mut self) -> u64 {
        let open = self.waiting.len() as u64 + u64::from(self.owner.is_some());
        self.waiting.clear();
        self.owner = None;
        self.finished = None;
        open
    }

    fn finish(mut self, report: &mut Report) {
        self.flush(report);
        report.barrier.unfinished += self.forget();
        let known = WORDS.iter().map(|word| (*word).to_owned()).zip(self.words);
        let other = self
            .other_words
            .into_iter()
            .map(|(word, count)| (name(&word), count));
        for (word, count) in known.chain(other).chain([(OTHERS.to_owned(), self.beyond)]) {
            if count > 0 {
                *report.barrier.words.entry(word).or_default() += count;
            }
        }
    }
}

/// The text of a name from a recording.
fn name(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Works queued and running. Functions are known by their index.
#[derive(Debug, Default)]
struct Works {
    index: BTreeMap<Vec<u8>, usize>,
    functions: Vec<FunctionReport>,
    others: FunctionReport,
    /// Queued and not started, by the work's address: since when.
    queued: BTreeMap<u64, u64>,
    /// What each worker runs, by process.
    running: BTreeMap<u32, Running>,
    /// Works running now and the most at once, by CPU.
    plateaus: Vec<(u64, u64)>,
}

/// A work that runs.
#[derive(Debug)]
struct Running {
    function: Function,
    start_ns: u64,
    cpu: u32,
    barrier_ns: u64,
    barriers: u64,
}

/// A function: its index, or none for those beyond the limit; and whether it is `cleanup_net`.
#[derive(Debug, Clone, Copy)]
struct Function {
    at: Option<usize>,
    cleanup: bool,
}

impl Works {
    fn function(&mut self, name: &[u8], report: &mut Report) -> Function {
        let cleanup = name == b"cleanup_net";
        if let Some(&at) = self.index.get(name) {
            return Function {
                at: Some(at),
                cleanup,
            };
        }
        let at = self.functions.len();
        if at >= MAX_FUNCTIONS || name.len() > MAX_NAME {
            report.over_limit += 1;
            return Function { at: None, cleanup };
        }
        self.index.insert(name.to_vec(), at);
        self.functions.push(FunctionReport::default());
        Function {
            at: Some(at),
            cleanup,
        }
    }

    /// Counters of a function.
    fn counters(&mut self, function: Function) -> &mut FunctionReport {
        match function.at {
            Some(at) => &mut self.functions[at],
            None => &mut self.others,
        }
    }

    fn queue(&mut self, work: Option<u64>, function: &[u8], ns: u64, report: &mut Report) {
        let function = self.function(function, report);
        self.counters(function).queued += 1;
        let Some(work) = work else { return };
        if self.queued.len() < MAX_OPEN || self.queued.contains_key(&work) {
            self.queued.insert(work, ns);
        } else {
            report.over_limit += 1;
        }
    }

    /// A work leaves its queue.
    fn start(
        &mut self,
        work: Option<u64>,
        function: &[u8],
        ns: u64,
        report: &mut Report,
    ) -> Function {
        let function = self.function(function, report);
        self.counters(function).executed += 1;
        let queued_ns = work.and_then(|work| self.queued.remove(&work));
        if let Some(queued_ns) = queued_ns
            && let Some(waited) = interval(queued_ns, ns, &mut report.negative_intervals)
        {
            match function.at {
                Some(at) if at < MAX_DETAILED => self.functions[at].wait_ns.record(waited),
                _ => report.workqueue.shared_wait_ns.record(waited),
            }
        }
        function
    }

    /// A worker takes a work up; if it has one already, that one's end was not seen.
    fn run(&mut self, pid: u32, running: Running, report: &mut Report) {
        if self.running.len() >= MAX_OPEN && !self.running.contains_key(&pid) {
            report.over_limit += 1;
            return;
        }
        let cpu = running.cpu as usize;
        if let Some(stale) = self.running.insert(pid, running) {
            self.leave(stale.cpu);
        }
        if cpu < MAX_CPUS {
            if self.plateaus.len() <= cpu {
                self.plateaus.resize(cpu + 1, (0, 0));
            }
            let (now, most) = &mut self.plateaus[cpu];
            *now += 1;
            *most = (*most).max(*now);
        }
        let all = self.running.len() as u64;
        report.workqueue.max_executing = report.workqueue.max_executing.max(all);
    }

    fn end(&mut self, pid: u32, ns: u64, report: &mut Report) {
        let Some(work) = self.running.remove(&pid) else {
            return;
        };
        self.leave(work.cpu);
        let Some(duration_ns) = interval(work.start_ns, ns, &mut report.negative_intervals) else {
            return;
        };
        match work.function.at {
            Some(at) if at < MAX_DETAILED => self.functions[at].run_ns.record(duration_ns),
            _ => report.workqueue.shared_run_ns.record(duration_ns),
        }
        if !work.function.cleanup {
            return;
        }
        if report.cleanup_net.len() < MAX_OPEN {
            let Running {
                start_ns,
                barrier_ns,
                barriers,
                ..
            } = work;
            report.cleanup_net.push(CleanupCall {
                start_ns,
                duration_ns,
                barrier_ns,
                barriers,
            });
        } else {
            report.over_limit += 1;
        }
    }

    /// One work less runs on `cpu`.
    fn leave(&mut self, cpu: u32) {
        if let Some((now, _)) = self.plateaus.get_mut(cpu as usize) {
            *now = now.saturating_sub(1);
        }
    }

    /// The work that `pid` runs spent `elapsed_ns` in a barrier.
    fn barrier_done(&mut self, pid: u32, elapsed_ns: u64) {
        if let Some(running) = self.running.get_mut(&pid) {
            running.barrier_ns = running.barrier_ns.saturating_add(elapsed_ns);
            running.barriers += 1;
        }
    }

    /// Drops what is open; how much that was.
    fn forget(&mut self) -> u64 {
        let open = self.queued.len() + self.running.len();
        self.queued.clear();
        self.running.clear();
        for (now, _) in &mut self.plateaus {
            *now = 0;
        }
        open as u64
    }

    fn finish(self, report: &mut Report) {
        let Self {
            index,
            mut functions,
            others,
            plateaus,
            ..
        } = self;
        let out = &mut report.workqueue;
        for (bytes, at) in index {
            let function = std::mem::take(&mut functions[at]);
            // Two names that are not UTF-8 can read the same: they are added up.
            let slot = out.functions.entry(name(&bytes)).or_default();
            slot.queued += function.queued;
            slot.executed += function.executed;
            slot.wait_ns.merge(&function.wait_ns);
            slot.run_ns.merge(&function.run_ns);
        }
        if others.queued + others.executed > 0 {
            out.functions.insert(OTHERS.to_owned(), others);
        }
        for (cpu, (_, max_executing)) in (0_u32..).zip(plateaus) {
            if max_executing > 0 {
                out.plateaus.push(CpuPlateau { cpu, max_executing });
            }
        }
    }
}
