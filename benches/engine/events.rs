//! The pending-event set alone, on the hold model: take the first event, schedule it again.
//!
//! Increments come from a table of exponential ones, so that nothing but the set is measured. The
//! bare heaps hold packed keys and no events; ours holds an actor's number, or an event as large as
//! the kernel model's (8 bytes), checks time on both sides, and can cancel.

use crate::measure::{ns_each, table as measured};
use dary_heap::QuaternaryHeap;
use rcusim::sim::dist::exponential;
use rcusim::sim::{EventQueue, Instant, Rng, Seed, Span, Ties};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;

const TABLE: usize = 1 << 14;
fn increments() -> Vec<u64> {
    let mut rng = Rng::new(Seed(1), 1);
    let draw = |_| exponential(&mut rng, Span::from_ms(1)).as_ns();
    (0..TABLE).map(draw).collect()
}

fn key(at: u64, sequence: usize) -> Reverse<u128> {
    Reverse((u128::from(at) << 64) | sequence as u128)
}

fn due(Reverse(key): Reverse<u128>) -> u64 {
    u64::try_from(key >> 64).expect("the upper half of a key is 64 bits")
}

/// `BinaryHeap<Reverse<u128>>` with the first key replaced in place.
fn bare(pending: usize, holds: usize, delays: &[u64]) -> f64 {
    let mut heap: BinaryHeap<_> = (0..pending).map(|i| key(delays[i % TABLE], i)).collect();
    let each = ns_each(holds as u64, || {
        for i in pending..pending + holds {
            let mut first = heap.peek_mut().expect("a hold model never runs dry");
            *first = key(due(*first) + delays[i % TABLE], i);
        }
    });
    black_box(heap);
    each
}

/// The same with four children to a node.
fn four_ary(pending: usize, holds: usize, delays: &[u64]) -> f64 {
    let mut heap: QuaternaryHeap<_> = (0..pending).map(|i| key(delays[i % TABLE], i)).collect();
    let each = ns_each(holds as u64, || {
        for i in pending..pending + holds {
            let mut first = heap.peek_mut().expect("a hold model never runs dry");
            *first = key(due(*first) + delays[i % TABLE], i);
        }
    });
    black_box(heap);
    each
}

fn ours<E: Copy>(pending: usize, holds: usize, delays: &[u64], event: fn(u32) -> E) -> f64 {
    let mut queue = EventQueue::new(Ties::Fifo);
    for (i, actor) in (0..pending).zip(0..) {
        queue.push(Instant::from_ns(delays[i % TABLE]), 0, event(actor));
    }
    let each = ns_each(holds as u64, || {
        for i in pending..pending + holds {
            let (now, same) = queue.pop().expect("a hold model never runs dry");
            queue.push(now + Span::from_ns(delays[i % TABLE]), 0, same);
        }
    });
    black_box(queue.len());
    each
}

/// Nanoseconds a hold of the bare heap with 64 pending, once more, for something that is measured beside it.
pub(crate) fn yardstick() -> f64 {
    bare(64, 4_000_000, &increments())
}

/// Prints the tables.
pub(crate) fn table() {
    let delays = increments();
    for (pending, holds) in [(64, 4_000_000), (4_096, 3_000_000), (1_000_000, 1_500_000)] {
        let title = format!("\nPending-event set, hold model, {pending} pending");
        measured(
            &title,
            7,
            &mut [
                (
                    "bare BinaryHeap<Reverse<u128>>, PeekMut",
                    Box::new(|| bare(pending, holds, &delays)),
                ),
                (
                    "bare 4-ary heap (dary_heap), PeekMut",
                    Box::new(|| four_ary(pending, holds, &delays)),
                ),
                (
                    "sim::EventQueue, events of 4 bytes",
                    Box::new(|| ours(pending, holds, &delays, |actor| actor)),
                ),
                (
                    "sim::EventQueue, events of 8 bytes",
                    Box::new(|| ours(pending, holds, &delays, |actor| [actor, 0])),
                ),
            ],
        );
    }
}
