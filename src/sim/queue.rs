//! The pending-event set: events leave in the declared order (time, class, sequence).
//!
//! ```text
//!          at <= edge                          at > edge
//!   near: a row, the first event at its end    │ far: a ladder of ever finer buckets (`ladder.rs`)
//! ```
//!
//! Few events: all are near. More: what lies beyond the edge is put into buckets, which costs the
//! same whatever the number of events, and when the row runs dry the next bucket becomes the row.
//!
//! A cancelled event stays where it is, and its order goes on a heap of such: when it comes to be the
//! first the two meet and both are dropped.

use super::front::{Entry, Front};
use super::ladder::Ladder;
use super::time::Instant;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Bits of the sequence number, of which a run cannot use up 2^56; the class stands above them.
const SEQUENCE_BITS: u32 = 56;
/// Events that the row holds before they are put far: few enough to be passed one by one.
const NEAR: usize = 24;
/// Cancelled events that are kept for company, if fewer are pending.
const CANCELLED: usize = 16_384;

/// Names a scheduled event so that it can be cancelled, once.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EventKey {
    at: u64,
    rank: u64,
}

/// Order among events of one instant and one class.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Ties {
    /// The one scheduled first goes first.
    #[default]
    Fifo,
    /// The one scheduled last goes first.
    Lifo,
    /// Shuffled, the same way for the same seed. A conclusion that does not survive this hangs on
    /// an order that nobody declared.
    Seeded(u64),
}

impl Ties {
    /// Numbers that turn a sequence into a rank: exclusive or, then a product modulo 2^56. As the
    /// factor is odd, no two sequences share a rank.
    fn scramble(self) -> (u64, u64) {
        match self {
            Self::Fifo => (0, 1),
            Self::Lifo => (0, u64::MAX),
            Self::Seeded(seed) => {
                let mixed = (seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xff51_afd7_ed55_8ccd);
                (mixed >> 8, mixed ^ (mixed >> 31) | 1)
            }
        }
    }
}

/// Events waiting for their time.
#[derive(Debug)]
pub struct EventQueue<E> {
    near: Front<E>,
    far: Ladder<E>,
    /// The instant up to which events are near \[ns\].
    edge: u64,
    /// Entries that `near` may grow to before they are put far.
    limit: usize,
    cancelled: BinaryHeap<Reverse<u128>>,
    sequence: u64,
    scramble: (u64, u64),
    /// When the event taken last was due \[ns\].
    now: u64,
}

impl<E: Copy> Default for EventQueue<E> {
    fn default() -> Self {
        Self::new(Ties::Fifo)
    }
}

impl<E: Copy> EventQueue<E> {
    /// An empty set.
    pub fn new(ties: Ties) -> Self {
        Self {
            near: Front::new(),
            far: Ladder::new(),
            edge: u64::MAX,
            limit: NEAR,
            cancelled: BinaryHeap::new(),
            sequence: 0,
            scramble: ties.scramble(),
            now: 0,
        }
    }

    /// Adds an event. Among events at one instant the lower `class` goes first, and within a class
    /// [`Ties`] decide.
    ///
    /// # Panics
    /// If `at` lies before the event taken last.
    #[inline]
    pub fn push(&mut self, at: Instant, class: u8, event: E) -> EventKey {
        let at = at.as_ns();
        assert!(at >= self.now, "an event is scheduled in the past");
        self.sequence += 1;
        let (flip, factor) = self.scramble;
        let sequence = (self.sequence ^ flip).wrapping_mul(factor) & ((1 << SEQUENCE_BITS) - 1);
        let rank = (u64::from(class) << SEQUENCE_BITS) | sequence;
        if at > self.edge {
            self.far.push(at, rank, event);
        } else {
            self.near.push(at, rank, event);
            if self.near.len() > self.limit {
                self.put_far();
            }
        }
        EventKey { at, rank }
    }

    /// Takes the next event with its time, if it is due at `until` or before.
    ///
    /// # Panics
    /// If that event lies before the one taken last, which [`Self::push`] excludes.
    #[inline]
    pub fn pop_until(&mut self, until: Instant) -> Option<(Instant, E)> {
        self.is_due(until).then(|| self.take())
    }

    /// Whether an event is due at `until` or before.
    #[inline]
    pub(super) fn is_due(&mut self, until: Instant) -> bool {
        if !self.cancelled.is_empty() {
            self.drop_cancelled();
        }
        let first = self.near.first();
        first.is_some_and(|first| first.at <= until.as_ns())
    }

    /// Takes the next event with its time, where there is one.
    #[inline]
    pub(super) fn take(&mut self) -> (Instant, E) {
        let &Entry { at, event, .. } = self.near.first().expect("an event is due");
        assert!(at >= self.now, "time does not run backwards");
        self.now = at;
        self.near.drop_first();
        if self.near.len() == 0 {
            self.bring_near();
        }
        (Instant::from_ns(at), event)
    }

    /// Takes the next event with its time.
    #[inline]
    pub fn pop(&mut self) -> Option<(Instant, E)> {
        self.pop_until(Instant::MAX)
    }

    /// Removes an event that is still to come. False if it has already been taken.
    pub fn cancel(&mut self, EventKey { at, rank }: EventKey) -> bool {
        let order = (u128::from(at) << 64) | u128::from(rank);
        // Of the events due at this very instant some have been taken and some have not.
        let pending = at > self.now || (at == self.now && self.holds(order));
        if pending {
            self.cancelled.push(Reverse(order));
            if self.cancelled.len() > CANCELLED.max(self.len()) {
                self.sweep();
            }
        }
        pending
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.near.len() + self.far.len() - self.cancelled.len()
    }

    /// True when no event is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sees to it that the first event is not one that was cancelled.
    #[cold]
    #[inline(never)]
    fn drop_cancelled(&mut self) {
        while let Some(first) = self.near.first()
            && self.cancelled.peek() == Some(&Reverse(first.order()))
        {
            self.cancelled.pop();
            self.near.drop_first();
            if self.near.len() == 0 {
                self.bring_near();
            }
        }
    }

    /// Whether an event of this very instant is pending: all of those are near.
    fn holds(&self, order: u128) -> bool {
        self.near.entries().iter().any(|e| e.order() == order)
    }

    /// The row has grown too long. If nothing is far yet, its later half is; if something is, all
    /// of it goes into buckets.
    #[cold]
    fn put_far(&mut self) {
        if self.edge < u64::MAX {
            self.near.turn_round();
            self.far.build(self.near.entries(), Some(self.edge));
            self.near.clear();
            self.bring_near();
            return;
        }
        let middle = self.near.len() / 2;
        self.edge = self.near.entries()[middle].at;
        self.far.begin_after(self.edge);
        for Entry { at, rank, event } in self.near.drain_after(self.edge).rev() {
            self.far.push(at, rank, event);
        }
        self.limit = NEAR.max(2 * self.near.len());
    }

    /// The row has run dry: the next bucket goes there.
    #[inline]
    fn bring_near(&mut self) {
        self.edge = self.far.bring(&mut self.near);
        self.limit = NEAR.max(2 * self.near.len());
    }

    /// More events are cancelled than pending: removes them, so that memory follows what is alive.
    #[cold]
    fn sweep(&mut self) {
        let cancelled = core::mem::take(&mut self.cancelled).into_sorted_vec();
        let alive = |e: &Entry<E>| cancelled.binary_search(&Reverse(e.order())).is_err();
        self.far.retain(alive);
        self.near.retain(alive);
        if self.near.len() == 0 {
            self.bring_near();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EventKey, EventQueue, Instant, Ties};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// The obvious pending-event set: a list, searched for its least.
    #[derive(Default)]
    struct Naive(Vec<(u64, u8, u64)>);

    impl Naive {
        fn pop(&mut self) -> Option<(u64, u8, u64)> {
            let least = self.0.iter().copied().min()?;
            self.0.retain(|&e| e != least);
            Some(least)
        }
    }

    /// What to do to both: schedule after a delay, take, or cancel one of those scheduled.
    #[derive(Clone, Copy, Debug)]
    enum Do {
        Push(u64, u8),
        Pop,
        Cancel(usize),
    }

    fn script() -> impl Strategy<Value = Vec<Do>> {
        let one = prop_oneof![
            4 => (prop_oneof![Just(0), 0..4u64, 0..1_000u64, 0..1_000_000_000u64, Just(1 << 50)], 0..3u8).prop_map(|(d, c)| Do::Push(d, c)),
            3 => Just(Do::Pop),
            2 => any::<usize>().prop_map(Do::Cancel),
        ];
        proptest::collection::vec(one, 0..400)
    }

    proptest! {
        #[test]
        fn agrees_with_a_sorted_list(script in script(), limit in 1..60usize) {
            let mut queue = EventQueue::new(Ties::Fifo);
            queue.limit = limit;
            let (mut naive, mut now, mut sequence) = (Naive::default(), 0, 0);
            let mut keys: Vec<(EventKey, (u64, u8, u64))> = Vec::new();
            for step in script {
                match step {
                    Do::Push(delay, class) => {
                        sequence += 1;
                        let event = (now + delay, class, sequence);
                        naive.0.push(event);
                        keys.push((queue.push(Instant::from_ns(event.0), class, event), event));
                    }
                    Do::Pop => {
                        let expected = naive.pop();
                        prop_assert_eq!(queue.pop().map(|(_, event)| event), expected);
                        now = expected.map_or(now, |e| e.0);
                    }
                    Do::Cancel(_) if keys.is_empty() => {}
                    Do::Cancel(which) => {
                        let (key, event) = keys.swap_remove(which % keys.len());
                        let pending = naive.0.contains(&event);
                        naive.0.retain(|&e| e != event);
                        prop_assert_eq!(queue.cancel(key), pending);
                    }
                }
                prop_assert_eq!(queue.len(), naive.0.len());
            }
            while let Some(event) = naive.pop() {
                prop_assert_eq!(queue.pop(), Some((Instant::from_ns(event.0), event)));
            }
            prop_assert_eq!(queue.pop(), None);
        }
    }

    fn ties(ties: Ties) -> Vec<u8> {
        let mut queue = EventQueue::new(ties);
        for event in 0..8 {
            queue.push(Instant::ZERO, u8::from(event >= 6), event);
        }
        core::iter::from_fn(|| queue.pop().map(|(_, event)| event)).collect()
    }

    #[test]
    fn ties_go_in_the_order_that_was_asked_for_and_classes_stay_apart() {
        assert_eq!(ties(Ties::Fifo), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(ties(Ties::Lifo), [5, 4, 3, 2, 1, 0, 7, 6]);
        let (a, b) = (ties(Ties::Seeded(1)), ties(Ties::Seeded(2)));
        assert_eq!(a, ties(Ties::Seeded(1)), "the same seed, the same shuffle");
        assert_ne!(a, b);
        for mut shuffled in [a, b] {
            shuffled[..6].sort_unstable();
            shuffled[6..].sort_unstable();
            assert_eq!(shuffled, [0, 1, 2, 3, 4, 5, 6, 7]);
        }
    }

    #[test]
    fn a_later_event_stays_until_it_is_due() {
        let mut queue = EventQueue::new(Ties::Fifo);
        queue.push(Instant::from_ns(5), 0, 'a');
        assert_eq!(queue.pop_until(Instant::from_ns(4)), None);
        assert_eq!(queue.len(), 1);
        assert_eq!(
            queue.pop_until(Instant::from_ns(5)),
            Some((Instant::from_ns(5), 'a'))
        );
        assert!(queue.is_empty());
    }

    #[test]
    fn many_events_of_all_scales_agree_with_a_sorted_set() {
        let (mut queue, mut oracle) = (EventQueue::new(Ties::Fifo), BTreeSet::new());
        let (mut random, mut keys) = (1u64, Vec::new());
        let mut draw = |bound: u64| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (random >> 20) % bound
        };
        let mut now = 0;
        for sequence in 0..150_000u64 {
            // Grows to 75,000 and shrinks, with lengths from nanoseconds to minutes.
            let grows = sequence < 75_000;
            for _ in 0..u64::from(grows) + draw(2) {
                let scale = draw(37);
                let event = (now + draw(1 << scale), sequence, oracle.len());
                keys.push((queue.push(Instant::from_ns(event.0), 0, event), event));
                oracle.insert(event);
            }
            if draw(4) == 0 && !keys.is_empty() {
                let which = draw(keys.len() as u64);
                let (key, event) = keys.swap_remove(usize::try_from(which).expect("small"));
                assert_eq!(queue.cancel(key), oracle.remove(&event));
            }
            for _ in 0..u64::from(!grows) + draw(2) {
                let expected = oracle.pop_first();
                assert_eq!(queue.pop().map(|(_, event)| event), expected);
                now = expected.map_or(now, |event| event.0);
            }
            assert_eq!(queue.len(), oracle.len());
        }
        while let Some(event) = oracle.pop_first() {
            assert_eq!(queue.pop().map(|(_, event)| event), Some(event));
        }
        assert!(queue.is_empty());
    }

    #[test]
    fn memory_follows_what_is_alive() {
        let mut queue = EventQueue::new(Ties::Fifo);
        for at in 0..200_000 {
            let key = queue.push(Instant::from_ns(at), 0, at);
            assert!(queue.cancel(key));
        }
        let kept = queue.near.len() + queue.far.len() + queue.cancelled.len();
        assert!(kept < 50_000, "200,000 cancelled events leave {kept}");
    }
}
