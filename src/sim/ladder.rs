//! Events that are still far off, sorted only as far as their time has come near.
//!
//! ```text
//!   near (a row)  <  finest rung  <  ...  <  coarsest rung  <  shelves  <  beyond: as they came
//!                     [ ][ ][ ][ ]           [ ][ ][ ][ ][ ]    [   ][   ]
//! ```
//!
//! A rung cuts a stretch of time into buckets of equal width, a few for each event that it was made
//! for. The next bucket goes to the row of what is near; one that holds too many becomes a finer rung first; when
//! no rung is left, what lies beyond becomes one, by way of shelves (`shelves.rs`) if it is very
//! much. So an event is written a few times, whatever the number of events, and nothing depends on
//! how their times are distributed: where they crowd, rungs become finer, down to one nanosecond.
//! Source of the idea: Tang, Goh and Thng, Ladder queue, ACM TOMACS 15(3), 2005.

use super::front::{Entry, Front};
use super::shelves::Shelves;
use super::slots::{Bucket, EMPTY, Slots};

/// Buckets for each event that a rung is made of: mostly one event or none in a bucket.
const BUCKETS: u64 = 4;
/// A bucket with more events than this is cut finer: to put one of as many into the row moves a quarter of them, which takes
/// about as long as to put it into another bucket and take it out again. Those due at one instant come in order, and move none.
const CROWD: u32 = 64;
/// Beyond lie so few events that they are not worth a rung.
const FEW: usize = 16;

/// Beyond lie so many events that the buckets for all of them would not stay in the caches.
const MANY: usize = 16_384;

/// Buckets of `1 << shift` nanoseconds each, from `start` to `last` inclusive.
#[derive(Debug)]
struct Rung {
    start: u64,
    last: u64,
    shift: u32,
    /// The first bucket that may hold something.
    next: usize,
    buckets: Vec<Bucket>,
}

impl Rung {
    /// One that covers nothing.
    const NONE: Self = Self {
        start: 0,
        last: 0,
        shift: 0,
        next: 0,
        buckets: Vec::new(),
    };

    #[inline]
    fn bucket_of(&mut self, at: u64) -> &mut Bucket {
        &mut self.buckets[index((at - self.start) >> self.shift)]
    }

    /// The last instant of a bucket.
    #[inline]
    fn end_of(&self, bucket: usize) -> u64 {
        let width_less_one = (1 << self.shift) - 1;
        let first = self.start + ((bucket as u64) << self.shift);
        first.saturating_add(width_less_one).min(self.last)
    }
}

#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "buckets are counted by events in memory"
)]
const fn index(bucket: u64) -> usize {
    bucket as usize
}

/// Events later than a boundary that only moves forward: the last event that was brought near.
#[derive(Debug)]
pub(super) struct Ladder<E> {
    /// Events in rungs.
    slots: Slots<E>,
    /// The rung whose buckets are taken now; one that covers nothing, if there is no other.
    finest: Rung,
    /// The others, after one that covers nothing the coarsest first: each lies behind those that come after it here.
    coarser: Vec<Rung>,
    /// Rungs that are done with, for their memory.
    spare: Vec<Rung>,
    /// The last instant that a rung covers.
    covered: u64,
    shelves: Shelves<E>,
    /// Later than any shelf.
    beyond: Vec<Entry<E>>,
    /// Where a bucket lies while it is cut finer.
    crowd: Vec<Entry<E>>,
}

/// The first instant of a crowd, if half of it or more is due then: cutting such a crowd finer parts nobody.
fn earliest<E>(crowd: &[Entry<E>]) -> Option<u64> {
    let first = crowd.iter().map(|entry| entry.at).min()?;
    let together = crowd.iter().filter(|entry| entry.at == first).count();
    (2 * together >= crowd.len()).then_some(first)
}

impl<E: Copy> Ladder<E> {
    pub(super) const fn new() -> Self {
        Self {
            slots: Slots::new(),
            finest: Rung::NONE,
            coarser: Vec::new(),
            spare: Vec::new(),
            covered: 0,
            shelves: Shelves::new(),
            beyond: Vec::new(),
            crowd: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() + self.shelves.len() + self.beyond.len()
    }

    /// Says that nothing is far, and that what comes next lies behind this instant.
    pub(super) fn begin_after(&mut self, edge: u64) {
        assert_eq!(self.len(), 0, "something is far");
        self.covered = edge;
        self.shelves.end_with(edge);
    }

    /// Adds an event that lies behind what was last brought near. Out of the way of those that stay near.
    #[inline(never)]
    pub(super) fn push(&mut self, at: u64, rank: u64, event: E) {
        if at <= self.finest.last {
            let bucket = self.finest.bucket_of(at);
            self.slots.put(bucket, at, rank, event);
        } else {
            self.push_far_off(at, rank, event);
        }
    }

    /// Adds an event that lies behind the finest rung.
    #[inline(never)]
    fn push_far_off(&mut self, at: u64, rank: u64, event: E) {
        if at <= self.covered {
            return self.put(at, rank, event);
        }
        let entry = Entry { at, rank, event };
        if at > self.shelves.last() {
            self.beyond.push(entry);
        } else {
            self.shelves.push(entry);
        }
    }

    /// Puts an event into its bucket of the finest rung that reaches so far.
    #[inline]
    fn put(&mut self, at: u64, rank: u64, event: E) {
        let mut rungs = self.coarser.iter_mut().chain([&mut self.finest]);
        let rung = rungs.rfind(|rung| at <= rung.last);
        let rung = rung.expect("the coarsest rung reaches to what is covered");
        let bucket = rung.bucket_of(at);
        self.slots.put(bucket, at, rank, event);
    }

    /// Gives away the earliest events; up to which instant they are all of them.
    #[inline]
    pub(super) fn bring(&mut self, near: &mut Front<E>) -> u64 {
        loop {
            if let Some(bucket) = self.next_bucket() {
                self.slots
                    .take(bucket, |at, rank, event| near.push(at, rank, event));
                return near.last_at();
            }
            if let Some(end) = self.go_on(near) {
                return end;
            }
        }
    }

    /// Empties the next bucket of the finest rung, if there is one and it is no crowd. It stays the next one: what is scheduled
    /// behind its last event may still go there.
    #[inline]
    fn next_bucket(&mut self) -> Option<Bucket> {
        let rung = &mut self.finest;
        let mut rest = rung.buckets.iter_mut().skip(rung.next);
        let (empty, next) = (0..).zip(&mut rest).find(|(_, bucket)| bucket.count > 0)?;
        rung.next += empty;
        if next.count > CROWD && rung.shift > 0 {
            return None;
        }
        Some(core::mem::replace(next, EMPTY))
    }

    /// The finest rung is done with, or its next bucket is a crowd, or there is none: makes it ready for the next bucket to be
    /// taken, or gives away the earliest events itself.
    #[inline(never)]
    fn go_on(&mut self, near: &mut Front<E>) -> Option<u64> {
        let rung = &mut self.finest;
        let here = rung.next;
        let Some(next) = rung.buckets.get_mut(here).filter(|bucket| bucket.count > 0) else {
            if let Some(coarser) = self.coarser.pop() {
                self.spare.push(core::mem::replace(rung, coarser));
                return None;
            }
            if self.beyond.len() <= FEW && self.shelves.len() == 0 {
                for Entry { at, rank, event } in self.beyond.drain(..) {
                    near.push(at, rank, event);
                }
                return Some(u64::MAX);
            }
            self.cut_next();
            return None;
        };
        let bucket = core::mem::replace(next, EMPTY);
        rung.next += 1;
        let end = rung.end_of(here);
        let mut crowd = core::mem::take(&mut self.crowd);
        let collect = |at, rank, event| crowd.push(Entry { at, rank, event });
        self.slots.take(bucket, collect);
        // Last in, first out: put in turned round, they will come out as they came now.
        crowd.reverse();
        let together = earliest(&crowd);
        if let Some(first) = together {
            self.give_those_at(first, here, &crowd, near);
        } else {
            self.build(&crowd, Some(end));
        }
        crowd.clear();
        self.crowd = crowd;
        together
    }

    /// Gives away those of a crowd that are due at its first instant; the rest goes back to its bucket of the finest rung,
    /// which is still to come.
    fn give_those_at(
        &mut self,
        first: u64,
        bucket: usize,
        crowd: &[Entry<E>],
        near: &mut Front<E>,
    ) {
        self.finest.next = bucket;
        for &Entry { at, rank, event } in crowd.iter().filter(|entry| entry.at > first) {
            self.put(at, rank, event);
        }
        for entry in crowd.iter().rev().filter(|entry| entry.at == first) {
            near.push(entry.at, entry.rank, entry.event);
        }
    }

    /// No rung is left: makes one of the next shelf, or of what lies beyond.
    fn cut_next(&mut self) {
        if self.beyond.len() > MANY && self.shelves.len() == 0 {
            let mut beyond = core::mem::take(&mut self.beyond);
            self.shelves.build(&beyond);
            beyond.clear();
            self.beyond = beyond;
        }
        if let Some((shelf, end)) = self.shelves.take() {
            self.build(&shelf, Some(end));
            return;
        }
        let mut beyond = core::mem::take(&mut self.beyond);
        self.build(&beyond, None);
        beyond.clear();
        self.beyond = beyond;
    }

    /// Makes the finest rung of all out of some events, up to an instant or the last of them.
    pub(super) fn build(&mut self, entries: &[Entry<E>], until: Option<u64>) {
        let times = || entries.iter().map(|entry| entry.at);
        let (Some(start), Some(latest)) = (times().min(), times().max()) else {
            return;
        };
        let range_less_one = until.unwrap_or(latest) - start;
        let most = BUCKETS * entries.len() as u64;
        // The narrowest width of which `most` buckets are enough.
        let shift = (0..64).find(|shift| range_less_one >> shift < most);
        let shift = shift.expect("one bucket is enough in the end");
        let count = index(range_less_one >> shift) + 1;
        let mut rung = self.spare.pop().unwrap_or(Rung::NONE);
        rung.buckets.clear();
        rung.buckets.resize(count, EMPTY);
        (rung.start, rung.shift, rung.next) = (start, shift, 0);
        rung.last = u64::MAX;
        rung.last = until.unwrap_or_else(|| rung.end_of(count - 1));
        if self.coarser.is_empty() {
            self.covered = rung.last;
            if until.is_none() {
                self.shelves.end_with(rung.last);
            }
        }
        self.coarser
            .push(core::mem::replace(&mut self.finest, rung));
        for &Entry { at, rank, event } in entries {
            self.put(at, rank, event);
        }
    }

    /// Keeps only some events.
    pub(super) fn retain(&mut self, alive: impl Fn(&Entry<E>) -> bool) {
        self.beyond.retain(&alive);
        self.shelves.retain(&alive);
        let mut kept = Vec::new();
        for rung in self.coarser.iter_mut().chain([&mut self.finest]) {
            for bucket in &mut rung.buckets {
                let all = core::mem::replace(bucket, EMPTY);
                self.slots.take(all, |at, rank, event| {
                    kept.extend(Some(Entry { at, rank, event }).filter(&alive));
                });
            }
        }
        for Entry { at, rank, event } in kept {
            self.put(at, rank, event);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CROWD, Front, Ladder};

    #[test]
    fn a_crowd_at_one_instant_leaves_in_order_and_what_comes_behind_it_too() {
        let (mut ladder, mut near) = (Ladder::new(), Front::new());
        ladder.begin_after(0);
        let crowded = 805_000_000;
        let mut expected: Vec<(u64, u64)> = (1..6 * u64::from(CROWD))
            .map(|number| match number % 6 {
                0 => (number * 10_000_000, number),
                1 => (crowded + number, number),
                _ => (crowded, number),
            })
            .collect();
        for &(at, number) in &expected {
            ladder.push(at, number, number);
        }
        expected.sort_unstable();
        let mut seen = Vec::new();
        while ladder.len() > 0 {
            let end = ladder.bring(&mut near);
            while let Some(first) = near.first() {
                assert!(first.at <= end, "what is near is due before what is far");
                seen.push((first.at, first.event));
                near.drop_first();
            }
        }
        assert_eq!(seen, expected);
    }
}
