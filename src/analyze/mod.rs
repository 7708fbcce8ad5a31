//! Reads a recording of a kernel and measures what the simulator predicts.
//!
//! The input is ftrace text: tracefs' `trace` or `trace_pipe`, `trace-cmd report` or `perf script`, from a real machine
//! or from the simulator. One pass, line by line, gives a [`Report`]: who called `rcu_barrier()`, who ran one in full,
//! who got the mutex past those that waited, how long grace periods and callback batches were, how long works stood in
//! their queue and ran, and what each `cleanup_net()` spent in barriers.
//!
//! Recordings are seldom whole. They begin and end in the middle of things, a full ring buffer loses events, CPUs'
//! clocks differ, a console writes into the file. Nothing of that is an error: an interval is measured only if both its
//! ends were seen and in order, the rest is counted and shown. After lost events everything open is forgotten, because
//! a waiter whose exit was lost would otherwise wait for ever and turn every later acquisition into a steal.
//!
//! Memory is bounded (below 64 MB) whatever the input holds: lines beyond 64 KiB, functions beyond 4,096, open works,
//! callers and words beyond their limits go to counters that say so.
//!
//! # What is left out
//!
//! - Whether FIFO order held among waiters: `fifo` is every acquisition after waiting, in whatever order.
//! - The latency format of ftrace, stacks (counted as unparsed), and binary `trace.dat` and `perf.data`.
//! - Clocks that count ticks instead of seconds: their ticks are taken as nanoseconds, see [`Report::raw_clock_lines`].

mod accumulate;
mod barriers;
mod bounded;
mod cleanup;
mod histogram;
mod intervals;
mod limits;
mod line;
mod lines;
mod names;
mod numbers;
mod payload;
mod report;
pub mod samples;
mod scan;
mod table;
mod text;
mod timeline;
mod works;

use std::io::{BufRead, Result};

pub use bounded::MAX_SAMPLES;
pub use cleanup::{CleanupPhases, ExpeditedPhase};
pub use histogram::Histogram;
pub use intervals::samples;
pub use limits::{LOCK_EVENTS, MAX_LINE};
pub use report::{
    BarrierReport, BatchReport, CleanupCall, CpuPlateau, FunctionReport, GraceReport, QueueDepth,
    Report, WorkqueueReport,
};
pub use samples::Samples;
pub use text::human;
pub use timeline::Timeline;

use accumulate::Accumulator;
use line::Line;
use lines::{Text, lines};

/// Reads ftrace text to its end and reports on it.
///
/// The text need not be valid UTF-8, complete or in order. A last line without a line feed is read like any other.
///
/// # Errors
///
/// Only those of the reader.
pub fn analyze(input: impl BufRead) -> Result<Report> {
    let mut accumulator = Accumulator::default();
    lines(input, |text| match text {
        Text::Whole(line) => accumulator.line(line::parse(line)),
        Text::Overlong => accumulator.overlong(),
    })?;
    Ok(accumulator.finish())
}

impl Accumulator {
    /// Takes one line in.
    fn line(&mut self, line: Line<'_>) {
        match line {
            Line::Comment(header) => self.comment(header),
            Line::Lost(events) => self.lost(events),
            Line::Event(event) => self.event(&event),
            Line::Unparsed => self.unparsed(),
        }
    }
}
