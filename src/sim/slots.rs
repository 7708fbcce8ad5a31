//! Where the events of buckets lie: each bucket is a list of slots.

/// Marks the end of a list.
const NONE: u32 = u32::MAX;

/// An event with what comes behind it in its bucket, or in the list of free slots.
#[derive(Clone, Copy, Debug)]
struct Slot<E> {
    at: u64,
    rank: u64,
    event: E,
    next: u32,
}

/// Events of one bucket, the one that came last first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    first: u32,
    pub(super) count: u32,
}

pub(super) const EMPTY: Bucket = Bucket {
    first: NONE,
    count: 0,
};

/// The slots of all buckets.
#[derive(Debug)]
pub(super) struct Slots<E> {
    all: Vec<Slot<E>>,
    free: u32,
    used: usize,
}

impl<E: Copy> Slots<E> {
    pub(super) const fn new() -> Self {
        Self {
            all: Vec::new(),
            free: NONE,
            used: 0,
        }
    }

    /// Events in all buckets.
    pub(super) fn len(&self) -> usize {
        self.used
    }

    /// Adds an event to a bucket. It is handed on in pieces, which stay in registers.
    #[inline]
    pub(super) fn put(&mut self, bucket: &mut Bucket, at: u64, rank: u64, event: E) {
        let next = bucket.first;
        bucket.count += 1;
        self.used += 1;
        if let Some(free) = self.all.get_mut(self.free as usize) {
            bucket.first = self.free;
            self.free = free.next;
            *free = Slot {
                at,
                rank,
                event,
                next,
            };
        } else {
            bucket.first = u32::try_from(self.all.len()).expect("fewer than 2^32 events");
            self.append(at, rank, event, next);
        }
    }

    #[inline]
    fn append(&mut self, at: u64, rank: u64, event: E, next: u32) {
        if self.all.len() == self.all.capacity() {
            return self.append_with_more_room(at, rank, event, next);
        }
        self.all.push(Slot {
            at,
            rank,
            event,
            next,
        });
    }

    /// Out of the way, so that what happens nearly always needs no stack.
    #[cold]
    #[inline(never)]
    fn append_with_more_room(&mut self, at: u64, rank: u64, event: E, next: u32) {
        self.all.reserve(1);
        self.append(at, rank, event, next);
    }

    /// Hands on the events of a bucket, the one that came last first; their slots are free.
    #[inline]
    pub(super) fn take(&mut self, bucket: Bucket, mut each: impl FnMut(u64, u64, E)) {
        let (mut last, mut slot) = (NONE, bucket.first);
        for _ in 0..bucket.count {
            let Slot {
                at,
                rank,
                event,
                next,
            } = self.all[slot as usize];
            each(at, rank, event);
            (last, slot) = (slot, next);
        }
        if let Some(last) = self.all.get_mut(last as usize) {
            last.next = self.free;
            self.free = bucket.first;
        }
        self.used -= bucket.count as usize;
        if self.used == 0 {
            // From here on slots lie in the order in which they are filled.
            self.all.clear();
            self.free = NONE;
        }
    }
}
