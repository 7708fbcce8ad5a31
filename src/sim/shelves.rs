//! A coarse sorting of very many events, so that few of them at a time need buckets of their own.

use super::front::Entry;

/// How many shelves there are: each is written at its end, and so many ends stay in the caches.
const SHELVES: u64 = 256;

/// Unsorted events on shelves of `1 << shift` nanoseconds each, from `start` to `last` inclusive.
#[derive(Debug)]
pub(super) struct Shelves<E> {
    start: u64,
    last: u64,
    shift: u32,
    /// The first shelf that has not been taken.
    next: usize,
    all: Vec<Vec<Entry<E>>>,
    len: usize,
}

impl<E: Copy> Shelves<E> {
    /// None, up to the beginning of time.
    pub(super) const fn new() -> Self {
        Self {
            start: 0,
            last: 0,
            shift: 0,
            next: 0,
            all: Vec::new(),
            len: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The last instant that has a shelf.
    #[inline]
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// Says that there are no shelves, and that what has a place ends with `last`.
    pub(super) fn end_with(&mut self, last: u64) {
        self.last = last;
    }

    /// Puts an event that is due at the last instant or before on its shelf.
    #[inline]
    pub(super) fn push(&mut self, entry: Entry<E>) {
        let shelf = (entry.at - self.start) >> self.shift;
        self.all[usize::try_from(shelf).expect("a small number")].push(entry);
        self.len += 1;
    }

    /// Makes shelves for these events, all of which have been taken.
    pub(super) fn build(&mut self, entries: &[Entry<E>]) {
        let times = || entries.iter().map(|entry| entry.at);
        let (Some(start), Some(latest)) = (times().min(), times().max()) else {
            return;
        };
        let shift = (0..64).find(|shift| (latest - start) >> shift < SHELVES);
        self.shift = shift.expect("one shelf is enough in the end");
        let count = ((latest - start) >> self.shift) + 1;
        (self.start, self.last, self.next) = (start, u64::MAX, 0);
        self.all
            .resize_with(usize::try_from(count).expect("a small number"), Vec::new);
        self.last = self.end_of(self.all.len() - 1);
        for &entry in entries {
            self.push(entry);
        }
    }

    /// Takes the next shelf that holds anything, with its last instant. It can be given back empty.
    pub(super) fn take(&mut self) -> Option<(Vec<Entry<E>>, u64)> {
        while let Some(shelf) = self.all.get_mut(self.next) {
            let shelf = core::mem::take(shelf);
            self.next += 1;
            if !shelf.is_empty() {
                self.len -= shelf.len();
                return Some((shelf, self.end_of(self.next - 1)));
            }
        }
        self.all.clear();
        None
    }

    fn end_of(&self, shelf: usize) -> u64 {
        let first = self.start + ((shelf as u64) << self.shift);
        first.saturating_add((1 << self.shift) - 1).min(self.last)
    }

    /// Keeps only some events.
    pub(super) fn retain(&mut self, alive: impl Fn(&Entry<E>) -> bool) {
        for shelf in &mut self.all {
            shelf.retain(&alive);
        }
        self.len = self.all.iter().map(Vec::len).sum();
    }
}
