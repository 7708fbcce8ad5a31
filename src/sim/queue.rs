//! The pending-event set: events leave in the declared order (time, class, sequence).

use super::time::Instant;
use std::collections::BTreeSet;
use std::collections::BinaryHeap;

/// Names a scheduled event so that it can be cancelled.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct EventKey(u128);

#[derive(Clone, Copy, Debug)]
struct Entry<E> {
    order: u128,
    event: E,
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}
impl<E> Eq for Entry<E> {}
impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<E> Ord for Entry<E> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        other.order.cmp(&self.order)
    }
}

/// Events waiting for their time.
#[derive(Debug)]
pub struct EventQueue<E> {
    heap: BinaryHeap<Entry<E>>,
    cancelled: BTreeSet<u128>,
    sequence: u64,
    last: u128,
}

impl<E: Copy> Default for EventQueue<E> {
    fn default() -> Self {
        Self {
            heap: BinaryHeap::new(),
            cancelled: BTreeSet::new(),
            sequence: 0,
            last: 0,
        }
    }
}

impl<E: Copy> EventQueue<E> {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an event. Among events at one instant the lower `class` goes first, and within a class
    /// the one added first.
    ///
    /// # Panics
    /// If `at` lies before the event taken last.
    #[inline]
    pub fn push(&mut self, at: Instant, class: u8, event: E) -> EventKey {
        self.sequence += 1;
        let order =
            (u128::from(at.as_ns()) << 64) | (u128::from(class) << 56) | u128::from(self.sequence);
        assert!(
            order >> 64 >= self.last >> 64,
            "an event is scheduled in the past"
        );
        self.heap.push(Entry { order, event });
        EventKey(order)
    }

    /// Takes the next event with its time.
    #[inline]
    pub fn pop(&mut self) -> Option<(Instant, E)> {
        loop {
            let entry = self.heap.pop()?;
            if !self.cancelled.is_empty() && self.cancelled.remove(&entry.order) {
                continue;
            }
            self.last = entry.order;
            return Some((Instant::from_ns(order_ns(entry.order)), entry.event));
        }
    }

    /// Removes an event that is still to come. False if it has already been taken or cancelled.
    pub fn cancel(&mut self, key: EventKey) -> bool {
        key.0 > self.last && self.cancelled.insert(key.0)
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.heap.len() - self.cancelled.len()
    }

    /// True when no event is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn order_ns(order: u128) -> u64 {
    u64::try_from(order >> 64).expect("the upper half of an order is 64 bits")
}
