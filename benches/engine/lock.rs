//! A first-come-first-served lock on the engine: `ChaCha` stream, digest on.
//!
//! `benches/peers` runs this same file beside other engines. Each of 200 threads thinks for an
//! exponential time of mean 100, waits for the lock, and holds it for 1. As the lock is never
//! free once all have begun, a thread's cycle lasts 200 and its wait 200 - 100 - 1 = 99 on average.

use rcusim::sim::dist::exponential;
use rcusim::sim::{Context, Event, Instant, Model, Rng, Seed, Simulation, Span};
use std::collections::VecDeque;

/// How many threads there are.
pub(crate) const THREADS: u32 = 200;
/// After how many acquisitions a run is over.
pub(crate) const ACQUISITIONS: u64 = 1_000_000;
/// Parts of a run of which the mean waits are told apart, for a standard error.
pub(crate) const BATCHES: f64 = 100.0;
const BATCH: u64 = 10_000;
const THINK: Span = Span::from_us(100);
const HOLD: Span = Span::from_us(1);

/// The threads and their lock.
pub(crate) struct Lock {
    thinking: Rng,
    held: bool,
    line: VecDeque<(u32, Instant)>,
    acquisitions: u64,
    waited: Span,
    /// `waited` at the end of each batch.
    batches: Vec<Span>,
}

#[derive(Clone, Copy)]
pub(crate) enum Thread {
    Wants(u32),
    Releases(u32),
}

impl Event for Thread {
    #[inline]
    fn class(&self) -> u8 {
        0
    }
    #[inline]
    fn fingerprint(&self) -> u64 {
        match *self {
            Self::Wants(thread) => u64::from(thread),
            Self::Releases(thread) => u64::from(thread) | 1 << 32,
        }
    }
}

impl Lock {
    fn acquired(&mut self, wait: Span) {
        self.held = true;
        self.waited += wait;
        self.acquisitions += 1;
        if self.acquisitions.is_multiple_of(BATCH) {
            self.batches.push(self.waited);
        }
    }

    /// The mean wait of each batch, in holds.
    pub(crate) fn mean_waits(&self) -> impl Iterator<Item = f64> {
        let starts = [Span::ZERO].into_iter().chain(self.batches.iter().copied());
        let waits = starts.zip(&self.batches).map(|(start, &end)| end - start);
        waits.map(|wait| wait.as_ns() as f64 / (HOLD.as_ns() * BATCH) as f64)
    }
}

impl Model for Lock {
    type Event = Thread;
    type Record = ();

    fn handle(&mut self, event: Thread, ctx: &mut Context<Thread>) {
        let (next, wait) = match event {
            Thread::Wants(thread) if self.held => {
                self.line.push_back((thread, ctx.now()));
                return;
            }
            Thread::Wants(thread) => (thread, Span::ZERO),
            Thread::Releases(thread) => {
                let think = exponential(&mut self.thinking, THINK);
                ctx.after(think, Thread::Wants(thread));
                self.held = false;
                let Some((next, since)) = self.line.pop_front() else {
                    return;
                };
                (next, ctx.now() - since)
            }
        };
        self.acquired(wait);
        ctx.after(HOLD, Thread::Releases(next));
    }

    fn is_done(&self) -> bool {
        self.acquisitions == ACQUISITIONS
    }
}

/// All threads thinking.
pub(crate) fn simulation(seed: u64) -> Simulation<Lock> {
    let model = Lock {
        thinking: Rng::new(Seed(seed), 1),
        held: false,
        line: VecDeque::new(),
        acquisitions: 0,
        waited: Span::ZERO,
        batches: Vec::new(),
    };
    Simulation::new(model, |model, ctx| {
        for thread in 0..THREADS {
            let think = exponential(&mut model.thinking, THINK);
            ctx.after(think, Thread::Wants(thread));
        }
    })
}
