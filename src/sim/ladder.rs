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

use super::front::Entry;
use super::shelves::Shelves;

/// Marks the end of a list of slots.
const NONE: u32 = u32::MAX;
/// Buckets for each event that a rung is made of: mostly one event or none in a bucket.
const BUCKETS: u64 = 3;
/// A bucket with more events than this is cut finer.
const CROWD: u32 = 16;
/// Beyond lie so few events that they are not worth a rung.
const FEW: usize = 16;

/// Beyond lie so many events that the buckets for all of them would not stay in the caches.
const MANY: usize = 16_384;

/// An event with what comes behind it in its bucket, or in the list of free slots.
#[derive(Clone, Copy, Debug)]
struct Slot<E> {
    at: u64,
    rank: u64,
    event: E,
    next: u32,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    first: u32,
    count: u32,
}

const EMPTY: Bucket = Bucket {
    first: NONE,
    count: 0,
};

/// Buckets of `1 << shift` nanoseconds each, from `start` to `last` inclusive.
#[derive(Debug)]
struct Rung {
    start: u64,
    last: u64,
    shift: u32,
    /// The first bucket that has not been taken.
    next: usize,
    buckets: Vec<Bucket>,
}

impl Rung {
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

/// Events later than a boundary that only moves forward: the end of what was last brought near.
#[derive(Debug)]
pub(super) struct Ladder<E> {
    slots: Vec<Slot<E>>,
    free: u32,
    /// Events in rungs.
    used: usize,
    /// Coarsest first: each lies before those above it.
    rungs: Vec<Rung>,
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
            slots: Vec::new(),
            free: NONE,
            used: 0,
            rungs: Vec::new(),
            spare: Vec::new(),
            covered: 0,
            shelves: Shelves::new(),
            beyond: Vec::new(),
            crowd: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.used + self.shelves.len() + self.beyond.len()
    }

    /// Says that nothing is far, and that what comes next lies behind this instant.
    pub(super) fn begin_after(&mut self, edge: u64) {
        assert_eq!(self.len(), 0, "something is far");
        self.covered = edge;
        self.shelves.end_with(edge);
    }

    /// Adds an event that lies behind what was last brought near.
    #[inline]
    pub(super) fn push(&mut self, at: u64, rank: u64, event: E) {
        if at > self.shelves.last() {
            self.beyond.push(Entry { at, rank, event });
        } else if at > self.covered {
            self.shelves.push(Entry { at, rank, event });
        } else {
            self.put(at, rank, event);
        }
    }

    /// Puts an event into its bucket of the finest rung that reaches so far.
    #[inline]
    fn put(&mut self, at: u64, rank: u64, event: E) {
        let finest_first = self.rungs.iter_mut().rev();
        let mut reaching = finest_first.skip_while(|rung| at > rung.last);
        let rung = reaching
            .next()
            .expect("the coarsest rung reaches to what is covered");
        let bucket = rung.bucket_of(at);
        let next = bucket.first;
        let slot = Slot {
            at,
            rank,
            event,
            next,
        };
        bucket.count += 1;
        self.used += 1;
        if let Some(free) = self.slots.get_mut(self.free as usize) {
            bucket.first = self.free;
            self.free = free.next;
            *free = slot;
        } else {
            bucket.first = u32::try_from(self.slots.len()).expect("fewer than 2^32 events");
            self.slots.push(slot);
        }
    }

    /// Empties the list that begins with `first`.
    #[inline]
    fn take(&mut self, Bucket { first, count }: Bucket, mut each: impl FnMut(Entry<E>)) {
        let mut slot = first;
        for _ in 0..count {
            let Slot {
                at,
                rank,
                event,
                next,
            } = self.slots[slot as usize];
            each(Entry { at, rank, event });
            self.slots[slot as usize].next = self.free;
            self.free = slot;
            slot = next;
        }
        self.used -= count as usize;
        if self.used == 0 {
            // From here on slots lie in the order in which they are filled.
            self.slots.clear();
            self.free = NONE;
        }
    }

    /// Gives away the earliest events; up to which instant they are all of them.
    #[inline]
    pub(super) fn bring(&mut self, mut each: impl FnMut(Entry<E>)) -> u64 {
        loop {
            let Some(rung) = self.rungs.last_mut() else {
                if self.beyond.len() <= FEW && self.shelves.len() == 0 {
                    self.beyond.drain(..).for_each(each);
                    return u64::MAX;
                }
                self.cut_next();
                continue;
            };
            let rest = &rung.buckets[rung.next..];
            let Some(empty) = rest.iter().position(|bucket| bucket.count > 0) else {
                self.spare.extend(self.rungs.pop());
                continue;
            };
            let here = rung.next + empty;
            let bucket = rung.buckets[here];
            rung.next = here + 1;
            let (end, cut) = (rung.end_of(here), bucket.count > CROWD && rung.shift > 0);
            rung.buckets[here] = EMPTY;
            if !cut {
                self.take(bucket, each);
                return end;
            }
            let mut crowd = core::mem::take(&mut self.crowd);
            self.take(bucket, |entry| crowd.push(entry));
            // Last in, first out: put in turned round, they will come out as they came now.
            crowd.reverse();
            let together = earliest(&crowd);
            if let Some(first) = together {
                self.give_those_at(first, here, &crowd, &mut each);
            } else {
                self.build(&crowd, Some(end));
            }
            crowd.clear();
            self.crowd = crowd;
            if let Some(first) = together {
                return first;
            }
        }
    }

    /// Gives away those of a crowd that are due at its first instant; the rest goes back to its bucket of the finest rung,
    /// which is still to come.
    fn give_those_at(
        &mut self,
        first: u64,
        bucket: usize,
        crowd: &[Entry<E>],
        each: impl FnMut(Entry<E>),
    ) {
        let rung = self.rungs.last_mut();
        rung.expect("a crowd comes from a bucket").next = bucket;
        for &Entry { at, rank, event } in crowd.iter().filter(|entry| entry.at > first) {
            self.put(at, rank, event);
        }
        let first = crowd.iter().rev().filter(|entry| entry.at == first);
        first.copied().for_each(each);
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
        let mut rung = self.spare.pop().unwrap_or_else(|| Rung {
            start,
            last: start,
            shift,
            next: 0,
            buckets: Vec::new(),
        });
        rung.buckets.clear();
        rung.buckets.resize(count, EMPTY);
        (rung.start, rung.shift, rung.next) = (start, shift, 0);
        rung.last = u64::MAX;
        rung.last = until.unwrap_or_else(|| rung.end_of(count - 1));
        if self.rungs.is_empty() {
            self.covered = rung.last;
            if until.is_none() {
                self.shelves.end_with(rung.last);
            }
        }
        self.rungs.push(rung);
        for &Entry { at, rank, event } in entries {
            self.put(at, rank, event);
        }
    }

    /// Keeps only some events.
    pub(super) fn retain(&mut self, alive: impl Fn(&Entry<E>) -> bool) {
        self.beyond.retain(&alive);
        self.shelves.retain(&alive);
        for rung in 0..self.rungs.len() {
            for bucket in 0..self.rungs[rung].buckets.len() {
                let all = core::mem::replace(&mut self.rungs[rung].buckets[bucket], EMPTY);
                let mut kept = Vec::new();
                self.take(all, |entry| kept.extend(Some(entry).filter(&alive)));
                for Entry { at, rank, event } in kept {
                    self.put(at, rank, event);
                }
            }
        }
    }
}
