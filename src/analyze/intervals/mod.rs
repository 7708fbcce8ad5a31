//! How the intervals of [`Samples`] are found: what is open on each CPU, in each process, and of the barrier that runs.
//! `barrier`, `grace` and `work` each do it for the events of one kind.

mod barrier;
mod grace;
mod state;
mod work;

use super::bounded::keep;
use super::limits::keep_flavour;
use super::line::{self, Event, Line};
use super::lines::{Text, lines};
use super::payload::Payload;
use super::samples::{CallbackBatch, Samples};
use state::{Last, Reader};
use std::io::{BufRead, Result};

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
        self.expedited.clear();
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
            Payload::Queue { work, function, .. } => self.queue(work, function, event),
            Payload::Start { work, function } => self.start(work, function, event),
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
}
