//! How the intervals of [`Samples`] are found: what is open on each CPU, in each process, and of the barrier that runs.

use super::bounded::keep;
use super::cleanup::OpenCleanup;
use super::limits::keep_flavour;
use super::line::{self, Event, Line};
use super::lines::{Text, lines};
use super::payload::Payload;
use super::samples::{CallbackBatch, FullBarrier, Samples, TICK_RATES};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Result};

/// Functions whose run times are kept.
const MAX_FUNCTIONS: usize = 256;
/// A burst of the grace-period thread's events has gaps below this (ns).
const BURST_NS: u64 = 50_000;
/// A worker that starts this long after another went to sleep was waiting for something else (ns).
const CREATION_NS: u64 = 50_000_000;
/// Reads ftrace text to its end and keeps its intervals.
///
/// # Errors
///
/// Only those of the reader.
pub fn samples(input: impl BufRead) -> Result<Samples> {
    let mut reader = Reader::default();
    lines(input, |text| match text {
        Text::Whole(text) => reader.line(&line::parse(text)),
        Text::Overlong => reader.line(&Line::Unparsed),
    })?;
    Ok(reader.out)
}

/// Most tasks whose moves are followed.
const MAX_CREATORS: usize = 4_096;

/// What the last event on a CPU was, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    /// A worker called `rcu_barrier()`.
    Begin,
    /// A work ended.
    End,
    Other,
}

/// A work that runs.
#[derive(Debug)]
struct Running {
    function: String,
    start_ns: u64,
    /// `rcu_barrier()` was called already.
    in_barrier: bool,
    /// The end of its barrier.
    passed_ns: Option<u64>,
    /// fqdirs destroyed and not yet freed as it began.
    fqdirs: u64,
}

/// The barrier that runs.
#[derive(Debug)]
struct Owner {
    pid: u32,
    full: FullBarrier,
    /// Last `OnlineQ`, and its CPU.
    asked: Option<(u64, u32)>,
    /// `LastCB`, and its CPU.
    last: Option<(u64, u32)>,
}

/// Reads events and keeps the intervals between them.
#[derive(Debug, Default)]
struct Reader {
    out: Samples,
    waiting: BTreeMap<u32, u64>,
    owner: Option<Owner>,
    running: BTreeMap<u32, Running>,
    workers: BTreeSet<u32>,
    last: BTreeMap<u32, (u32, u64, Last)>,
    batch: BTreeMap<u32, u64>,
    gp: Option<(i64, u64)>,
    gp_waits: bool,
    gp_burst: Option<(u32, u64, u64)>,
    cleanup: BTreeMap<u32, OpenCleanup>,
    /// Tasks that queue `cleanup_net`: CPU and time of the last event.
    creators: BTreeMap<u32, (u32, u64)>,
    /// fqdirs destroyed since a batched free work began.
    destroyed: u64,
}

impl Reader {
    /// Takes one line in.
    fn line(&mut self, line: &Line<'_>) {
        self.out.lines += 1;
        match line {
            Line::Event(event) => self.event(event),
            Line::Lost(events) => self.lost(*events),
            Line::Unparsed => self.out.unparsed += 1,
            Line::Comment(header) => {
                self.out.overwritten = self.out.overwritten.saturating_add(header.overwritten);
            }
        }
    }

    fn lost(&mut self, events: Option<u64>) {
        self.out.lost = self.out.lost.saturating_add(events.unwrap_or(0).max(1));
        self.waiting.clear();
        self.owner = None;
        self.running.clear();
        self.last.clear();
        self.batch.clear();
        self.gp = None;
        self.gp_burst = None;
        self.cleanup.clear();
        self.creators.clear();
    }

    fn event(&mut self, event: &Event<'_>) {
        let (ns, cpu, pid) = (event.ns, event.cpu, event.pid);
        let (low, high) = self.out.span_ns.unwrap_or((ns, ns));
        self.out.span_ns = Some((low.min(ns), high.max(ns)));
        if self.out.cpus.len() < 8_192 {
            self.out.cpus.insert(cpu);
        }
        let mut kind = Last::Other;
        match event.payload {
            Payload::Barrier { flavour, word, .. } => {
                keep_flavour(&mut self.out.flavours, flavour);
                kind = self.barrier(word, event);
            }
            Payload::Grace { flavour, seq, word } => self.grace((flavour, seq, word), event),
            Payload::BatchStart => {
                self.batch.insert(cpu, ns);
            }
            Payload::BatchEnd { invoked } => self.batch_end(invoked, event),
            Payload::Queue { function, .. } => self.queue(function, event),
            Payload::Start { function, .. } => self.start(function, event),
            Payload::End => {
                self.end(event);
                kind = Last::End;
            }
            _ => {}
        }
        self.creator_moves(event);
        let before = self.last.insert(cpu, (pid, ns, kind));
        if before.is_some_and(|(_, last, _)| ns < last) {
            self.out.backwards += 1;
        }
    }

    /// Whoever queues `cleanup_net` has put a namespace: it creates them.
    fn creator_moves(&mut self, event: &Event<'_>) {
        if let Some((cpu, last)) = self.creators.get_mut(&event.pid) {
            if *cpu != event.cpu {
                let gap = event.ns.saturating_sub(*last);
                keep(
                    &mut self.out.creator_moves_ns,
                    gap,
                    &mut self.out.over_limit,
                );
            }
            (*cpu, *last) = (event.cpu, event.ns);
        }
    }

    fn barrier(&mut self, word: &[u8], event: &Event<'_>) -> Last {
        let (ns, pid, cpu) = (event.ns, event.pid, event.cpu);
        if let Some(cleanup) = self.cleanup.get_mut(&pid) {
            cleanup.barrier(word, ns);
        }
        let over = &mut self.out.over_limit;
        match word {
            b"Begin" => {
                self.waiting.insert(pid, ns);
                if let Some(work) = self.running.get_mut(&pid)
                    && !work.in_barrier
                {
                    work.in_barrier = true;
                    if work.function == "fqdir_work_fn" {
                        let took = ns.saturating_sub(work.start_ns);
                        keep(&mut self.out.table_destroy_ns, took, over);
                    }
                }
                return Last::Begin;
            }
            b"EarlyExit" => {
                if let Some(work) = self.running.get_mut(&pid) {
                    work.passed_ns = Some(ns);
                }
                if let Some(begin) = self.waiting.remove(&pid) {
                    keep(&mut self.out.early, (begin, ns), over);
                }
                if let Some(&(before, at, Last::End)) = self.last.get(&cpu)
                    && before != pid
                {
                    keep(&mut self.out.switch_ns, ns.saturating_sub(at), over);
                }
            }
            b"Inc1" => self.inc1(event),
            b"OnlineQ" | b"OfflineNoCBQ" | b"OnlineNoCB" => {
                if let Some(owner) = &mut self.owner {
                    owner.full.queued += 1;
                    owner.asked = Some((ns, cpu));
                }
            }
            b"IRQ" => {
                let asked = self.owner.as_mut().and_then(|owner| owner.asked.take());
                if let Some((at, from)) = asked
                    && from != cpu
                {
                    keep(&mut self.out.ipi_ns, ns.saturating_sub(at), over);
                }
            }
            b"LastCB" => {
                if let Some(owner) = &mut self.owner {
                    owner.last = Some((ns, cpu));
                }
            }
            b"Inc2" => self.inc2(event),
            _ => {}
        }
        Last::Other
    }

    fn inc1(&mut self, event: &Event<'_>) {
        let begin_ns = self.waiting.remove(&event.pid);
        let contended = !self.waiting.is_empty();
        if let Some(begin) = begin_ns
            && !contended
        {
            let took = event.ns.saturating_sub(begin);
            keep(
                &mut self.out.barrier_step_ns,
                took,
                &mut self.out.over_limit,
            );
        }
        self.owner = Some(Owner {
            pid: event.pid,
            full: FullBarrier {
                begin_ns,
                inc1_ns: event.ns,
                contended,
                ..FullBarrier::default()
            },
            asked: None,
            last: None,
        });
    }

    fn inc2(&mut self, event: &Event<'_>) {
        let (ns, pid, cpu) = (event.ns, event.pid, event.cpu);
        if let Some(work) = self.running.get_mut(&pid) {
            work.passed_ns = Some(ns);
        }
        let Some(owner) = self.owner.take_if(|owner| owner.pid == pid) else {
            return;
        };
        let over = &mut self.out.over_limit;
        if let Some((at, from)) = owner.last
            && from != cpu
        {
            keep(&mut self.out.remote_wake_ns, ns.saturating_sub(at), over);
        }
        let full = FullBarrier {
            inc2_ns: ns.max(owner.full.inc1_ns),
            ..owner.full
        };
        keep(&mut self.out.full, full, over);
    }

    fn grace(&mut self, (flavour, seq, word): (&[u8], i64, &[u8]), event: &Event<'_>) {
        let (ns, pid) = (event.ns, event.pid);
        keep_flavour(&mut self.out.flavours, flavour);
        if pid == 0 {
            self.tick(ns);
        }
        if let Some((thread, first, last)) = &mut self.gp_burst
            && *thread == pid
        {
            if ns.saturating_sub(*last) > BURST_NS {
                *first = ns;
            }
            *last = ns;
        }
        let over = &mut self.out.over_limit;
        match word {
            b"start" => {
                self.gp = Some((seq, ns));
                self.gp_waits = false;
                if self.gp_burst.is_none_or(|burst| burst.0 != pid) {
                    self.gp_burst = Some((pid, ns, ns));
                }
            }
            b"fqswait" if !self.gp_waits => {
                self.gp_waits = true;
                if let Some((_, start)) = self.gp {
                    keep(&mut self.out.gp_init_ns, ns.saturating_sub(start), over);
                }
            }
            b"end" => {
                // Woken for its end alone, the thread does not say when it began with it.
                let burst = self.gp_burst.filter(|burst| burst.0 == pid && burst.1 < ns);
                if let Some((_, first, _)) = burst {
                    keep(&mut self.out.gp_cleanup_ns, ns.saturating_sub(first), over);
                }
                if let Some((_, start)) = self.gp.take_if(|open| open.0 == seq)
                    && start <= ns
                {
                    keep(&mut self.out.grace, (start, ns), over);
                }
            }
            _ => {}
        }
    }

    /// What an idle CPU reports, it reports from its tick.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a phase needs no more than 53 bits of nanoseconds"
    )]
    fn tick(&mut self, ns: u64) {
        for (rate, phase) in TICK_RATES.iter().zip(&mut self.out.tick_phase) {
            let period = 1_000_000_000 / u64::from(*rate);
            let angle = core::f64::consts::TAU * (ns % period) as f64 / period as f64;
            phase.0 += libm::cos(angle);
            phase.1 += libm::sin(angle);
            phase.2 += 1;
        }
    }

    fn batch_end(&mut self, invoked: u64, event: &Event<'_>) {
        if let Some(start) = self.batch.remove(&event.cpu) {
            let batch = CallbackBatch {
                end_ns: event.ns,
                invoked,
                length_ns: event.ns.saturating_sub(start),
            };
            keep(&mut self.out.batches, batch, &mut self.out.over_limit);
        }
    }

    fn queue(&mut self, function: &[u8], event: &Event<'_>) {
        let name = String::from_utf8_lossy(function);
        if let Some(cleanup) = self.cleanup.get_mut(&event.pid) {
            cleanup.queued(&name, event.ns, &mut self.out.over_limit);
        }
        if name == "cleanup_net" {
            self.out.first_put_ns.get_or_insert(event.ns);
            if self.creators.len() < MAX_CREATORS {
                let place = (event.cpu, event.ns);
                self.creators.entry(event.pid).or_insert(place);
            }
        }
        if let Some(count) = self.out.queued.get_mut(&*name) {
            *count += 1;
        } else if self.out.queued.len() < MAX_FUNCTIONS {
            self.out.queued.insert(name.into_owned(), 1);
        } else {
            self.out.over_limit += 1;
        }
    }

    fn start(&mut self, function: &[u8], event: &Event<'_>) {
        let (ns, pid) = (event.ns, event.pid);
        let function = String::from_utf8_lossy(function).into_owned();
        let new = self.workers.len() < 65_536 && self.workers.insert(pid);
        if let Some(&(before, at, Last::Begin)) = self.last.get(&event.cpu)
            && new
            && before != pid
            && function == "fqdir_work_fn"
            && ns.saturating_sub(at) < CREATION_NS
        {
            let took = ns.saturating_sub(at);
            keep(
                &mut self.out.worker_creation_ns,
                took,
                &mut self.out.over_limit,
            );
        }
        if function == "cleanup_net" {
            self.cleanup.insert(pid, OpenCleanup::new(ns));
        }
        let free = function == "fqdir_free_fn";
        let fqdirs = if free {
            std::mem::take(&mut self.destroyed)
        } else {
            0
        };
        if self.running.len() < 65_536 {
            let running = Running {
                function,
                start_ns: ns,
                in_barrier: false,
                passed_ns: None,
                fqdirs,
            };
            self.running.insert(pid, running);
        }
    }

    fn end(&mut self, event: &Event<'_>) {
        let over = &mut self.out.over_limit;
        if let Some(open) = self.cleanup.remove(&event.pid) {
            keep(&mut self.out.cleanup, open.close(event.ns), over);
        }
        let Some(work) = self.running.remove(&event.pid) else {
            return;
        };
        let took = event.ns.saturating_sub(work.start_ns);
        self.destroyed += u64::from(work.function == "fqdir_work_fn");
        if let Some(passed) = work.passed_ns
            && work.function == "fqdir_free_fn"
        {
            let freed = (work.fqdirs, event.ns.saturating_sub(passed));
            keep(&mut self.out.batch_free, freed, over);
        }
        if let Some(runs) = self.out.run_ns.get_mut(&work.function) {
            keep(runs, took, over);
        } else if self.out.run_ns.len() < MAX_FUNCTIONS {
            self.out.run_ns.insert(work.function, vec![took]);
        } else {
            *over += 1;
        }
    }
}
