//! No engine: a binary heap and a loop, in two idioms. Time is an integer, a hold is 1,000.

use crate::lock::{ACQUISITIONS, THREADS};
use crate::measure::ns_each;
use crate::table::Round;
use crate::waits::Waits;
use rand::SeedableRng;
use rand_distr::{Distribution, Exp};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

const HOLD: u64 = 1_000;
/// Marks the event of a thread that releases, in the place of a thread's number.
const RELEASES: u64 = 1 << 16;

struct Lock {
    rng: Xoshiro256PlusPlus,
    think: Exp<f64>,
    held: bool,
    line: VecDeque<(u64, u64)>,
    waits: Waits,
}

impl Lock {
    fn new(seed: u64) -> Self {
        Self {
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
            think: Exp::new(1.0 / (100.0 * HOLD as f64)).expect("a mean above zero"),
            held: false,
            line: VecDeque::new(),
            waits: Waits::new(),
        }
    }

    fn think(&mut self) -> u64 {
        self.think.sample(&mut self.rng) as u64
    }

    fn acquired(&mut self, now: u64, since: u64) {
        self.held = true;
        self.waits.add((now - since) as f64 / HOLD as f64);
    }

    /// Handles an event; `schedule` is told when and what.
    fn handle(&mut self, now: u64, event: u64, mut schedule: impl FnMut(u64, u64)) {
        let (thread, since) = if event < RELEASES {
            if self.held {
                self.line.push_back((event, now));
                return;
            }
            (event, now)
        } else {
            let think = self.think();
            schedule(now + think, event - RELEASES);
            self.held = false;
            let Some(next) = self.line.pop_front() else {
                return;
            };
            next
        };
        self.acquired(now, since);
        schedule(now + HOLD, thread + RELEASES);
    }
}

/// Tuples of time, sequence and event, popped and pushed.
pub(crate) fn popped(seed: u64) -> Round {
    let mut lock = Lock::new(seed);
    let mut heap = BinaryHeap::new();
    let mut sequence = 0u64;
    for thread in 0..u64::from(THREADS) {
        heap.push(Reverse((lock.think(), sequence, thread)));
        sequence += 1;
    }
    let each = ns_each(ACQUISITIONS, || {
        while !lock.waits.is_done() {
            let Reverse((now, _, event)) = heap.pop().expect("somebody thinks or holds");
            lock.handle(now, event, |at, event| {
                heap.push(Reverse((at, sequence, event)));
                sequence += 1;
            });
        }
    });
    (each, lock.waits.means().to_vec())
}

/// Time, sequence and event packed into 128 bits, the first replaced in place where that is possible.
pub(crate) fn replaced(seed: u64) -> Round {
    let mut lock = Lock::new(seed);
    let mut heap = BinaryHeap::new();
    let mut sequence = 0u64;
    let mut key = |at: u64, event: u64| {
        sequence += 1;
        Reverse((u128::from(at) << 64) | u128::from((sequence << 20) | event))
    };
    for thread in 0..u64::from(THREADS) {
        heap.push(key(lock.think(), thread));
    }
    let each = ns_each(ACQUISITIONS, || {
        while !lock.waits.is_done() {
            let Reverse(first) = *heap.peek().expect("somebody thinks or holds");
            let (now, event) = ((first >> 64) as u64, first as u64 & ((1 << 20) - 1));
            let mut taken = false;
            lock.handle(now, event, |at, event| {
                let key = key(at, event);
                if taken {
                    heap.push(key);
                } else {
                    taken = true;
                    *heap.peek_mut().expect("it was there") = key;
                }
            });
            if !taken {
                heap.pop();
            }
        }
    });
    (each, lock.waits.means().to_vec())
}
