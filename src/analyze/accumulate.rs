//! The bookkeeping that gets from lines to a report.
//!
//! Each event changes one of four small state machines (barriers, grace periods, batches, works). They know open
//! intervals by the process, the sequence number or the work's address, and drop them when events were lost.

use super::barriers::{Barriers, Step};
use super::limits::{MAX_FLAVOURS, MAX_NAME, interval, keep_flavour};
use super::line::{Event, Header};
use super::payload::Payload;
use super::report::{Recorded as _, Report};
use super::works::Works;

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
    pub(super) fn comment(&mut self, header: Header) {
        let report = &mut self.report;
        report.lines += 1;
        report.comments += 1;
        report.headers += u64::from(header.of_a_trace);
        report.overwritten_events = report.overwritten_events.saturating_add(header.overwritten);
        if header.lock_events {
            self.barriers.lock_events();
        }
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
        report.forgotten +=
            self.barriers.forget_all() + self.works.forget() + self.grace.len() as u64;
        self.grace.clear();
        report.timeline.forget();
    }

    fn level(&mut self, ns: u64) {
        let (callers, works) = (self.barriers.callers(), self.works.executing());
        self.report.timeline.level(ns, callers, works);
    }

    pub(super) fn event(&mut self, event: &Event<'_>) {
        self.report.lines += 1;
        self.clock(event);
        let (ns, pid) = (event.ns, event.pid);
        let report = &mut self.report;
        match event.payload {
            Payload::Barrier { flavour, word, seq } => {
                keep_flavour(&mut report.flavours, flavour);
                let step = Step { flavour, word, seq };
                if let Some(elapsed) = self.barriers.event(&step, pid, ns, report) {
                    self.works.barrier_done(pid, elapsed);
                }
                match word {
                    b"Inc1" => report.timeline.full(ns),
                    b"EarlyExit" => report.timeline.early_exit(ns),
                    _ => {}
                }
                if matches!(word, b"Begin" | b"EarlyExit" | b"Inc2") {
                    self.level(ns);
                }
            }
            Payload::Contention { begins } => self.barriers.contention(pid, begins),
            Payload::Grace { flavour, seq, word } => {
                report.grace_periods.events += 1;
                keep_flavour(&mut report.flavours, flavour);
                match word {
                    b"start" => self.grace_start(flavour, seq, ns),
                    b"end" => self.grace_end(flavour, seq, ns),
                    _ => {}
                }
            }
            Payload::BatchStart => report.batches.started += 1,
            Payload::BatchEnd { invoked } => {
                report.batches.count += 1;
                report.batches.callbacks = report.batches.callbacks.saturating_add(invoked);
                report.batches.per_batch.record(invoked);
            }
            Payload::Queue {
                work,
                function,
                place,
            } => self.works.queue((work, place), function, ns, report),
            Payload::Activate { work } => self.works.activate(work),
            Payload::Start { work, function } => {
                let started = self.works.start(work, function, ns, report);
                self.works.run((pid, event.cpu), &started, ns, report);
                self.level(ns);
            }
            Payload::End => {
                self.works.end(pid, ns, report);
                self.level(ns);
            }
            Payload::Unknown => report.unknown_events += 1,
            Payload::Malformed => report.unparsed += 1,
        }
    }

    /// The report. What is still open has no end in the recording.
    pub(super) fn finish(mut self) -> Report {
        self.barriers.finish(&mut self.report);
        let last_ns = self.report.last_ns;
        self.works.finish(last_ns, &mut self.report);
        if !self.report.barrier.is_recorded() {
            for call in &mut self.report.cleanup_net {
                (call.barrier_ns, call.barriers) = (None, None);
            }
        }
        self.report.version = env!("CARGO_PKG_VERSION");
        self.report.percentile_error_permille = 4;
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
