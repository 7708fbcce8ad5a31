//! Callers of `rcu_barrier()` and the barrier that runs, one queue for each flavour of RCU.

use std::collections::BTreeMap;

use super::limits::{
    LONG_NS, MAX_FLAVOURS, MAX_NAME, MAX_OPEN, MAX_WORDS, OTHERS, STEAL_NS, interval, name,
};
use super::report::Report;
use super::table::Table;

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

/// A step of a barrier as recorded.
pub(super) struct Step<'a> {
    pub(super) flavour: &'a [u8],
    pub(super) word: &'a [u8],
    /// The sequence number, or the snapshot of a `Begin`.
    pub(super) seq: Option<i64>,
}

/// All flavours.
#[derive(Debug, Default)]
pub(super) struct Barriers {
    /// How often each of [`WORDS`] was seen.
    words: [u64; WORDS.len()],
    /// The same for words this module does not know.
    other_words: BTreeMap<Vec<u8>, u64>,
    /// Words beyond the limit.
    beyond: u64,
    queues: Vec<(Vec<u8>, Queue)>,
    acquired: Acquired,
}

/// Who started barriers, by times and by who slept.
#[derive(Debug, Default)]
struct Acquired {
    by_time: [u64; 3],
    by_sleep: [u64; 3],
    lock_events: bool,
}

/// Places in the counts of [`Acquired`].
const STEAL: usize = 0;
const WAITED: usize = 1;
const UNCONTENDED: usize = 2;

/// Callers of one flavour, and the barrier that runs.
#[derive(Debug, Default)]
struct Queue {
    /// Each caller that neither owns the mutex nor has left, by process.
    waiting: Table<Caller>,
    /// How many of them sleep for the mutex.
    asleep: u64,
    owner: Option<Owner>,
    /// Calls finished by the last barrier, if it was long and no other has started.
    finished: Option<u64>,
    /// Barriers started.
    started: u64,
    /// By the number that its end reached: when a barrier ended, and how many had started by then.
    ended: BTreeMap<i64, (u64, u64)>,
}

/// A caller that waits.
#[derive(Debug)]
struct Caller {
    begin_ns: u64,
    snap: Option<i64>,
    slept: bool,
    asleep: bool,
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
    /// Takes a step in; the length of the call that it ends, from `Begin`.
    pub(super) fn event(
        &mut self,
        step: &Step<'_>,
        pid: u32,
        ns: u64,
        report: &mut Report,
    ) -> Option<u64> {
        self.count(step.word, report);
        let at = self.queue(step.flavour, report)?;
        let queue = &mut self.queues[at].1;
        match step.word {
            b"Begin" => queue.begin(pid, ns, step.seq, report),
            b"EarlyExit" => return queue.early_exit(pid, ns, report),
            b"Inc1" => queue.inc1(pid, ns, &mut self.acquired, report),
            b"OnlineQ" | b"OfflineNoCBQ" | b"OnlineNoCB" => {
                if let Some(owner) = &mut queue.owner {
                    owner.queued += 1;
                }
            }
            b"Inc2" => return queue.inc2(pid, ns, step.seq, report),
            _ => {}
        }
        None
    }

    /// The queue of a flavour.
    fn queue(&mut self, flavour: &[u8], report: &mut Report) -> Option<usize> {
        if let Some(at) = self.queues.iter().position(|(known, _)| known == flavour) {
            return Some(at);
        }
        if self.queues.len() >= MAX_FLAVOURS || flavour.len() > MAX_NAME {
            report.over_limit += 1;
            return None;
        }
        self.queues.push((flavour.to_vec(), Queue::default()));
        Some(self.queues.len() - 1)
    }

    /// The recording has the events of locks, even if none is seen.
    pub(super) fn lock_events(&mut self) {
        self.acquired.lock_events = true;
    }

    /// A process begins to sleep for a mutex, or has it. Between `Begin` and the next word of a caller there is no
    /// other mutex than the barrier's.
    pub(super) fn contention(&mut self, pid: u32, begins: bool) {
        for (_, queue) in &mut self.queues {
            if let Some(caller) = queue.waiting.get_mut(pid.into()) {
                self.acquired.lock_events = true;
                queue.asleep += u64::from(begins && !caller.asleep);
                queue.asleep -= u64::from(!begins && caller.asleep);
                caller.slept |= begins;
                caller.asleep = begins;
            }
        }
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

    /// Callers at once now.
    pub(super) fn callers(&self) -> u64 {
        let each = self.queues.iter().map(|(_, queue)| queue.callers());
        each.sum()
    }

    /// Drops what is open; how much that was.
    pub(super) fn forget_all(&mut self) -> u64 {
        self.queues
            .iter_mut()
            .map(|(_, queue)| queue.forget())
            .sum()
    }

    pub(super) fn finish(mut self, report: &mut Report) {
        for (_, queue) in &mut self.queues {
            queue.flush(report);
            report.barrier.unfinished += queue.forget();
        }
        let acquired = &self.acquired;
        let [steals, fifo, uncontended] = if acquired.lock_events {
            acquired.by_sleep
        } else {
            acquired.by_time
        };
        let barrier = &mut report.barrier;
        barrier.lock_events = acquired.lock_events;
        (barrier.steals, barrier.fifo, barrier.uncontended) = (steals, fifo, uncontended);
        let known = WORDS.iter().map(|word| (*word).to_owned()).zip(self.words);
        let other = self
            .other_words
            .into_iter()
            .map(|(word, count)| (name(&word), count));
        for (word, count) in known.chain(other).chain([(OTHERS.to_owned(), self.beyond)]) {
            if count > 0 {
                *barrier.words.entry(word).or_default() += count;
            }
        }
    }
}

impl Queue {
    fn callers(&self) -> u64 {
        self.waiting.len() as u64 + u64::from(self.owner.is_some())
    }

    fn begin(&mut self, pid: u32, ns: u64, snap: Option<i64>, report: &mut Report) {
        report.barrier.calls += 1;
        if self.owner.as_ref().is_some_and(|owner| owner.pid == pid) {
            self.owner = None;
            report.barrier.unfinished += 1;
        }
        if self.waiting.len() >= MAX_OPEN && !self.waiting.contains(pid.into()) {
            report.over_limit += 1;
            return;
        }
        let caller = Caller {
            begin_ns: ns,
            snap,
            slept: false,
            asleep: false,
        };
        if let Some(stale) = self.waiting.insert(pid.into(), caller) {
            report.barrier.unfinished += 1;
            self.asleep -= u64::from(stale.asleep);
        }
        let callers = self.callers();
        report.barrier.concurrent.record(callers);
        report.barrier.max_concurrent = report.barrier.max_concurrent.max(callers);
    }

    /// A caller waits no longer.
    fn leave(&mut self, pid: u32, ns: u64, report: &mut Report) -> Option<Caller> {
        let Some(caller) = self.waiting.remove(pid.into()) else {
            report.barrier.without_begin += 1;
            return None;
        };
        self.asleep -= u64::from(caller.asleep);
        if let Some(waited) = interval(caller.begin_ns, ns, &mut report.negative_intervals) {
            report.barrier.wait_ns.record(waited);
        }
        Some(caller)
    }

    /// Since when a caller has had what it waited for, and how many barriers had started by then.
    fn satisfied(&self, caller: &Caller) -> Option<(u64, u64)> {
        let (_, &(at, started)) = self.ended.range(caller.snap?..).next()?;
        Some((at.max(caller.begin_ns), started))
    }

    /// Books the time that a caller has slept for nothing, and that it did if a barrier began meanwhile.
    fn slept_for_nothing(&self, caller: &Caller, ns: u64, report: &mut Report) {
        let Some((at, started)) = self.satisfied(caller) else {
            return;
        };
        if let Some(waited) = interval(at, ns, &mut report.negative_intervals) {
            report.barrier.satisfied_wait_ns.record(waited);
        }
        report.barrier.slept_though_satisfied += u64::from(self.started > started);
    }

    fn early_exit(&mut self, pid: u32, ns: u64, report: &mut Report) -> Option<u64> {
        report.barrier.early_exits += 1;
        if let Some(finished) = &mut self.finished {
            *finished += 1;
        }
        let caller = self.leave(pid, ns, report)?;
        self.slept_for_nothing(&caller, ns, report);
        let waited = ns.checked_sub(caller.begin_ns)?;
        report.barrier.early_exit_wait_ns.record(waited);
        Some(waited)
    }

    fn inc1(&mut self, pid: u32, ns: u64, acquired: &mut Acquired, report: &mut Report) {
        self.flush(report);
        report.barrier.full += 1;
        let caller = self.leave(pid, ns, report);
        if let Some(caller) = &caller {
            self.slept_for_nothing(caller, ns, report);
            let waited = ns.saturating_sub(caller.begin_ns);
            let by_time = match self.waiting.is_empty() {
                true => UNCONTENDED,
                false if waited <= STEAL_NS => STEAL,
                false => WAITED,
            };
            let by_sleep = match caller.slept {
                true => WAITED,
                false if self.asleep > 0 => STEAL,
                false => UNCONTENDED,
            };
            acquired.by_time[by_time] += 1;
            acquired.by_sleep[by_sleep] += 1;
        }
        report.barrier.unfinished += u64::from(self.owner.is_some());
        self.started += 1;
        self.owner = Some(Owner {
            pid,
            begin_ns: caller.map(|caller| caller.begin_ns),
            inc1_ns: ns,
            queued: 0,
        });
    }

    fn inc2(&mut self, pid: u32, ns: u64, seq: Option<i64>, report: &mut Report) -> Option<u64> {
        let owner = self.owner.take_if(|owner| owner.pid == pid)?;
        if let Some(reached) = seq.and_then(|seq| (seq | 3).checked_add(1)) {
            self.ended.insert(reached, (ns, self.started));
            if self.ended.len() > MAX_OPEN {
                self.ended.pop_first();
            }
        }
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
        let open = self.callers();
        self.waiting.clear();
        self.asleep = 0;
        self.owner = None;
        self.finished = None;
        self.ended.clear();
        open
    }
}
